//! How are bytes obtained?
//!
//! Owns walking folders, telling containers by their content, and streaming
//! what is inside them under bounds. Promises that every byte of a stream
//! reaches the receiver or a reason does, that no link, device or pipe is
//! followed, and that no archive entry is written by its own name. `import`
//! and `cli` may call.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use crate::error::Result;

/// Something the user named, or found beneath it: one file or standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Where it is; `-` is standard input.
    pub path: PathBuf,
    /// Its length in bytes when it was found; none for standard input.
    pub length: Option<u64>,
}

/// Something that was found and not read, with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The path, made visible.
    pub path: String,
    /// Why, in a clause: `is a symbolic link`.
    pub reason: String,
}

/// What a walk over the named paths found, sorted by path.
#[derive(Debug, Default)]
pub struct Walk {
    /// What will be read.
    pub inputs: Vec<Input>,
    /// What will not.
    pub skipped: Vec<Skipped>,
}

/// Where a stream of log content was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Found {
    /// The path as given or found; for a member of a container `outer.tar.gz!inner/name`. Foreign text: show through `Visible`.
    pub path: String,
    /// Bytes of the file on disk.
    pub size: Option<u64>,
    /// Last change, nanoseconds since the epoch: of the file, or of the member where its container says.
    pub mtime: Option<i64>,
    /// Owner as `uid:gid`, on systems that have them.
    pub owner: Option<String>,
    /// Layers that were opened, outermost first: (`gzip`, SHA-256 in hex of the container's bytes).
    pub containers: Vec<(String, String)>,
}

/// Bounds on what hostile containers may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Stop a stream that expands more than this …
    pub ratio: u64,
    /// … once it has also passed so many bytes.
    pub expanded: u64,
    /// Most containers inside one another.
    pub depth: usize,
    /// Most entries of one archive.
    pub entries: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { ratio: 200, expanded: 1 << 30, depth: 2, entries: 1_000_000 }
    }
}

/// What takes the streams that [`open`] finds.
pub trait Receiver {
    /// A container was met: gives an empty file in which its bytes are kept as
    /// found. `open` fills it, then reads the container from it.
    fn keep(&mut self) -> Result<File>;

    /// The container in the file that [`Receiver::keep`] gave is complete, with
    /// its SHA-256 and length. Returns false where its content is already
    /// known, and the container is then not opened.
    fn kept(&mut self, file: File, sha256: [u8; 32], length: u64, found: &Found) -> Result<bool>;

    /// Takes one stream of log content, to its end. Where the stream breaks off
    /// (cut gzip, bound reached) its reader gives what there is, then an error.
    fn stream(&mut self, found: &Found, content: &mut dyn Read) -> Result<()>;

    /// Something was met that is not read: a link in an archive, a device, an
    /// entry past a bound, a container that cannot be opened at all.
    fn skipped(&mut self, skipped: Skipped);
}

/// Finds every file under the named paths, recursively and sorted; `-` is
/// standard input. Links, devices, pipes and sockets inside folders are listed
/// as skipped; a path that the user named and that cannot be read is an error.
pub fn walk(_paths: &[PathBuf]) -> Result<Walk> {
    todo!()
}

/// Opens one input (without following a link, checking that it is a regular
/// file), tells its kind by content, and hands each stream inside to `receiver`.
/// UTF-16 with a byte order mark is a container too: its content is UTF-8.
pub fn open(_input: &Input, _limits: &Limits, _receiver: &mut dyn Receiver) -> Result<()> {
    todo!()
}
