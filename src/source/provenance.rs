//! Where streams are found, what is not read, and the sink that receives both.

use std::fs::File;
use std::io::Read;

use crate::error::Result;
use crate::record::Provenance;

use super::member_name::MemberName;

/// Something that was found and not read, with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Where it was found.
    pub name: MemberName,
    /// Why, in a clause: `is a symbolic link`.
    pub reason: String,
    /// Which bytes of the container are not read, where that is known.
    pub unread: Option<ByteRange>,
    /// How much it matters.
    pub weight: Weight,
}

/// How much it matters that something was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// It has no content that a log could be: a link, a device, a comment.
    Listed,
    /// All of its content was left unread.
    Unread,
    /// A part of its content was left unread, or is missing.
    Partial,
}

/// Bytes of a file or of a stream inside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct ByteRange {
    /// Where they begin.
    pub offset: u64,
    /// Their number.
    pub length: u64,
}

/// Limits on what hostile containers may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Stop a stream that expands more than this …
    pub ratio: u64,
    /// … once it has also exceeded this many bytes.
    pub expanded: u64,
    /// The most archives inside one another, and most compressions around or inside
    /// each.
    pub depth: usize,
    /// The most entries of one archive.
    pub entries: u64,
}

impl Provenance {
    /// Returns the name as text and bytes.
    pub fn name(&self) -> MemberName {
        MemberName { text: self.path.clone(), bytes: self.path_bytes.clone() }
    }

    /// Describes a member of this container.
    pub fn member(&self, name: &[u8]) -> Provenance {
        let MemberName { text, bytes } = self.name().member(name);
        let (link, containers) = (self.link.clone(), self.containers.clone());
        Provenance { path: text, path_bytes: bytes, link, containers, ..Provenance::default() }
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { ratio: 200, expanded: 1 << 30, depth: 2, entries: 1_000_000 }
    }
}

/// Receives the streams that [`super::open`] finds.
pub trait StreamSink {
    /// Returns an empty file for the bytes of a container that was found. `open` fills
    /// it, then reads the container from it.
    fn keep(&mut self) -> Result<File>;

    /// The container in the file that [`StreamSink::keep`] gave is complete, with
    /// its SHA-256 and length. Returns false where its content is already
    /// known, and the container is then not opened.
    fn kept(&mut self, file: File, sha256: [u8; 32], length: u64, found: &Provenance) -> Result<bool>;

    /// Reads one stream of log content, to its end. If the stream fails (truncated
    /// gzip, limit reached), its reader returns what there is, then an error.
    fn stream(&mut self, found: &Provenance, content: &mut dyn Read) -> Result<()>;

    /// Returns whether the content of an archive's member is wanted; what is not, is passed
    /// over without a report. `name` is where the member was found.
    fn wants(&mut self, name: &Provenance) -> bool {
        let _ = name;
        true
    }

    /// Learns where a symbolic link inside an archive leads, besides that it is skipped.
    fn link(&mut self, found: &Provenance, target: &[u8]) {
        let _ = (found, target);
    }

    /// Receives what is not read: a link in an archive, a device, an entry past a
    /// bound, a container that cannot be opened at all.
    fn skipped(&mut self, skipped: Skipped) -> Result<()>;
}
