//! A bundle as one file: a tar whose every byte follows from the bundle's files.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use crate::error::{Attempt, Error, Result, visible};
use crate::evidence::Damage;
use crate::record::Instant;

use super::bag::Finished;
use super::read::{MOST, Piece, damage};

/// Longest name that a tar header holds here: bundles' names are short.
const LONGEST: usize = 100;

/// The tar's name until it is whole, in the folder that is packed.
const PACKED: &str = ".tar";

/// How many bytes are copied before it is looked whether they are wanted still.
const AT_ONCE: u64 = 16 << 20;

/// Writes a bag as a tar (POSIX ustar): files in the order of their names, one
/// time, no owner.
pub fn write(bag: &Finished, name: &str, time: Instant, out: &Path) -> Result<()> {
    let why = || format!("cannot write {}", visible(&out.to_string_lossy()));
    let mut files = Vec::new();
    let folder = bag.folder().dir();
    walk(folder.path(), "", &mut files).attempt(why)?;
    files.sort();
    let packed = folder.create_new(PACKED).attempt(why)?;
    let mut sink = std::io::BufWriter::with_capacity(1 << 18, &packed);
    for file in &files {
        let path = folder.path().join(file);
        let mut content = File::open(&path).attempt(why)?;
        let length = content.metadata().attempt(why)?.len();
        let header = header(&format!("{name}/{file}"), length, time)?;
        sink.write_all(header.as_bytes()).attempt(why)?;
        while std::io::copy(&mut (&mut content).take(AT_ONCE), &mut sink).attempt(why)? > 0 {
            bag.is_wanted()?;
        }
        sink.write_all(&vec![0; padding(length)]).attempt(why)?;
    }
    sink.write_all(&[0; 1024]).attempt(why)?;
    sink.flush().attempt(why)?;
    drop(sink);
    packed.sync_all().attempt(why)?;
    bag.is_wanted()?;
    bag.folder().place_file(PACKED, out)
}

/// Gives the header of a file: what a reader of ours will find to the byte.
fn header(name: &str, length: u64, time: Instant) -> Result<tar::Header> {
    if name.len() > LONGEST {
        return Err(Error::case(format!("the name {} is too long for a tar", visible(name)))
            .hint("Export to a folder, or rename the case."));
    }
    let mut header = tar::Header::new_ustar();
    header.set_path(name).attempt(|| "cannot name a file in a tar".to_owned())?;
    header.set_size(length);
    header.set_mode(if name.ends_with("/verify.sh") { 0o755 } else { 0o644 });
    header.set_mtime(u64::try_from(time.secs()).unwrap_or(0));
    header.set_uid(0);
    header.set_gid(0);
    header.set_entry_type(tar::EntryType::Regular);
    header.set_cksum();
    Ok(header)
}

/// Gives the zeros behind a file of this length.
fn padding(length: u64) -> usize {
    (512 - (length % 512) as usize) % 512
}

fn walk(folder: &Path, prefix: &str, found: &mut Vec<String>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), &format!("{name}/"), found)?;
        } else {
            found.push(name);
        }
    }
    Ok(())
}

/// What a tar holds.
#[derive(Default)]
pub struct Listing {
    /// The files, by their names below the folder.
    pub files: BTreeMap<String, Piece>,
    /// What is wrong with how it is packed.
    pub odd: Vec<Damage>,
    /// The folder in which all of them must lie: that of the first.
    pub top: String,
    /// The time that all of them must have: that of the first.
    pub time: u64,
    /// The member before.
    before: String,
}

/// Lists a tar: every header must be, to the byte, the one we would write. None
/// where the file is no tar at all.
pub fn list(path: &Path) -> std::io::Result<Option<Listing>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let (mut at, mut head, mut listing) = (0u64, [0u8; 512], Listing::default());
    let packing = |reason: &str| damage("(tar)", reason);
    loop {
        file.seek(SeekFrom::Start(at))?;
        let cut = file.read_exact(&mut head).is_err();
        if at == 0 && (cut || !looks_like_tar(&head)) {
            return Ok(None);
        }
        if cut {
            listing.odd.push(packing("it is cut off"));
            return Ok(Some(listing));
        }
        if head == [0; 512] {
            let mut rest = Vec::new();
            file.take(2048).read_to_end(&mut rest)?;
            if rest != [0; 512] {
                listing.odd.push(packing("something stands behind its end"));
            }
            return Ok(Some(listing));
        }
        let Some((name, size)) = listing.member(&head, at == 0) else {
            listing.odd.push(packing("a header is not one"));
            return Ok(Some(listing));
        };
        let end = at.saturating_add(512).saturating_add(size);
        if end > length || listing.files.len() >= MOST {
            listing.odd.push(packing("it is cut off"));
            return Ok(Some(listing));
        }
        let mut zeros = vec![0; padding(size)];
        file.seek(SeekFrom::Start(end))?;
        if file.read_exact(&mut zeros).is_err() || zeros.iter().any(|byte| *byte != 0) {
            listing.odd.push(damage(&visible(&name), "something stands behind it in the tar"));
        }
        listing.files.insert(name, Piece { offset: at + 512, length: size });
        at = end + zeros.len() as u64;
    }
}

/// Tells whether a block begins a tar, be a byte of its mark damaged.
fn looks_like_tar(head: &[u8; 512]) -> bool {
    head[257..265].iter().zip(b"ustar\x0000").filter(|(byte, meant)| byte == meant).count() >= 6
}

impl Listing {
    /// Looks at a header; gives the file's name below the folder, and its length.
    fn member(&mut self, head: &[u8; 512], first: bool) -> Option<(String, u64)> {
        let mut header = ::tar::Header::new_old();
        header.as_mut_bytes().copy_from_slice(head);
        let path = String::from_utf8_lossy(&header.path_bytes()).into_owned();
        let (size, time) = (header.size().ok()?, header.mtime().ok()?);
        let (top, name) = path.split_once('/').unwrap_or(("", &path));
        if first {
            (self.top, self.time) = (top.to_owned(), time);
        }
        let mut wrong = |reason: &str| self.odd.push(damage(&visible(name), reason));
        let meant = header_at(&path, size, self.time);
        if meant.is_none_or(|meant| meant.as_bytes()[..] != head[..]) {
            wrong("its header in the tar is not the one that belongs there");
        }
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        if top != self.top || !top.bytes().all(plain) || top.trim_matches('.').is_empty() {
            wrong("it does not lie in the one folder of the tar");
        }
        if !first && path <= self.before {
            wrong("it is not in its turn in the tar, or there twice");
        }
        let name = name.to_owned();
        self.before = path;
        Some((name, size))
    }
}

fn header_at(path: &str, size: u64, time: u64) -> Option<tar::Header> {
    header(path, size, Instant::from_secs(i64::try_from(time).ok()?)).ok()
}
