//! A bundle as one file: a tar whose every byte follows from the bundle's files.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use crate::error::{Context, Result, visible};
use crate::record::Timestamp;

use crate::export::bag::{header, padding};

use super::bag::FinishedBag;

/// The tar's name until it is whole, in the folder that is packed.
const PACKED: &str = ".tar";

/// How many bytes are copied before it is looked whether they are wanted still.
const AT_ONCE: u64 = 16 << 20;

/// Writes a bag as a tar (POSIX ustar): files in the order of their names, one
/// time, no owner.
pub fn write(bag: &FinishedBag, name: &str, time: Timestamp, out: &Path) -> Result<()> {
    let why = || format!("cannot write {}", visible(&out.to_string_lossy()));
    let mut files = Vec::new();
    let folder = bag.folder().dir();
    walk(folder.path(), "", &mut files).context(why)?;
    files.sort();
    let packed = folder.create_new(PACKED).context(why)?;
    let mut sink = std::io::BufWriter::with_capacity(1 << 18, &packed);
    for file in &files {
        let path = folder.path().join(file);
        let mut content = File::open(&path).context(why)?;
        let length = content.metadata().context(why)?.len();
        let header = header(&format!("{name}/{file}"), length, time)?;
        sink.write_all(header.as_bytes()).context(why)?;
        while std::io::copy(&mut (&mut content).take(AT_ONCE), &mut sink).context(why)? > 0 {
            bag.is_wanted()?;
        }
        sink.write_all(&vec![0; padding(length)]).context(why)?;
    }
    sink.write_all(&[0; 1024]).context(why)?;
    sink.flush().context(why)?;
    drop(sink);
    packed.sync_all().context(why)?;
    bag.is_wanted()?;
    bag.folder().place_file(PACKED, out)
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
