//! The entries of tar and zip archives. Names are metadata and nothing else.

use std::cell::Cell;
use std::fs::File;
use std::io::Read;
use std::rc::Rc;

use crate::error::Result;

use super::bound::{Bounded, Counted};
use super::open::{Found, Opening, head};
use super::sniff::kind;

/// An archive that is being read.
pub enum Archive<'a> {
    /// A stream of entries.
    Tar(Box<dyn Read + 'a>),
    /// A file with a directory at its end.
    Zip(File),
}

/// Gives out every regular file of an archive; `archives` counts it and those around it.
pub fn entries(
    opening: &mut Opening<'_>,
    archive: Archive<'_>,
    found: &Found,
    archives: usize,
) -> Result<()> {
    match archive {
        Archive::Tar(stream) => tar_entries(opening, stream, found, archives),
        Archive::Zip(file) => zip_entries(opening, file, found, archives),
    }
}

fn tar_entries(
    opening: &mut Opening<'_>,
    stream: Box<dyn Read + '_>,
    found: &Found,
    archives: usize,
) -> Result<()> {
    let mut archive = tar::Archive::new(stream);
    let list = match archive.entries() {
        Ok(list) => list,
        Err(error) => return opening.give_up(found, &format!("cannot be read as tar: {error}")),
    };
    for (number, entry) in (0u64..).zip(list) {
        if number >= opening.limits.entries {
            return opening.give_up(
                found,
                &format!("has more than {} entries; the rest is not read", opening.limits.entries),
            );
        }
        let mut entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                return opening.give_up(found, &format!("breaks off after {number} entries: {error}"));
            }
        };
        let header = entry.header();
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let member = Found {
            path: format!("{}!{name}", found.path),
            size: header.size().ok(),
            mtime: header.mtime().ok().and_then(|secs| i64::try_from(secs).ok()?.checked_mul(1_000_000_000)),
            owner: header.uid().ok().zip(header.gid().ok()).map(|(uid, gid)| format!("{uid}:{gid}")),
            containers: found.containers.clone(),
        };
        let kind = header.entry_type();
        if kind.is_dir() || kind.is_pax_global_extensions() {
            continue;
        }
        if !(kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse()) {
            opening.give_up(&member, "is a link or a device inside an archive")?;
            continue;
        }
        member_stream(opening, &mut entry, member, archives, None)?;
    }
    Ok(())
}

fn zip_entries(opening: &mut Opening<'_>, file: File, found: &Found, archives: usize) -> Result<()> {
    let mut archive = match zip::ZipArchive::new(std::io::BufReader::new(file)) {
        Ok(archive) => archive,
        Err(error) => return opening.give_up(found, &format!("cannot be read as zip: {error}")),
    };
    let count = archive.len() as u64;
    if count > opening.limits.entries {
        return opening.give_up(found, &format!("has more than {} entries", opening.limits.entries));
    }
    for number in 0..archive.len() {
        let mut entry = match archive.by_index(number) {
            Ok(entry) => entry,
            Err(error) => {
                let member = Found { path: format!("{}!entry {number}", found.path), ..found.clone() };
                opening.give_up(&member, &format!("cannot be read: {error}"))?;
                continue;
            }
        };
        let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        let mtime = entry.extra_data_fields().find_map(|field| match field {
            zip::ExtraField::ExtendedTimestamp(stamp) => stamp.mod_time(),
            _ => None,
        });
        let member = Found {
            path: format!("{}!{name}", found.path),
            size: Some(entry.size()),
            mtime: mtime.map(|secs| i64::from(secs) * 1_000_000_000),
            owner: None,
            containers: found.containers.clone(),
        };
        if entry.is_dir() {
            continue;
        }
        if entry.is_symlink() || !entry.is_file() {
            opening.give_up(&member, "is a link or a device inside an archive")?;
            continue;
        }
        let packed = entry.compressed_size();
        member_stream(opening, &mut entry, member, archives, Some(packed))?;
    }
    Ok(())
}

/// Gives out one member, or opens it where it is a container itself. `packed`
/// is its compressed size where the archive compresses.
fn member_stream(
    opening: &mut Opening<'_>,
    entry: &mut dyn Read,
    member: Found,
    archives: usize,
    packed: Option<u64>,
) -> Result<()> {
    let count = Rc::new(Cell::new(packed.unwrap_or(0)));
    let limits = opening.limits;
    let mut stream: Box<dyn Read + '_> = match packed {
        Some(_) => Box::new(Bounded::new(entry, count.clone(), limits.ratio, limits.expanded)),
        None => Box::new(Counted::new(entry, count.clone())),
    };
    let head = head(&mut stream);
    let kind = kind(&head);
    let whole = std::io::Cursor::new(head).chain(stream);
    opening.within(kind, Box::new(whole), &count, member, archives, 0)
}
