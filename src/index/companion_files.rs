//! The files of a segment that have nothing in them.
//!
//! Every field is a fast field without postings, and no document is stored: the
//! evidence has them. tantivy opens a segment only where these files are there.

use std::io;
use std::path::Path;
use std::sync::OnceLock;

use tantivy::directory::{CompositeWrite, Directory, ManagedDirectory, RamDirectory};
use tantivy::store::{Compressor, StoreWriter};

/// How the names of the composite files end: terms, postings, positions, field norms.
const COMPOSITE: [&str; 4] = ["term", "idx", "pos", "fieldnorm"];
/// How the name of the file of stored documents ends.
const STORE: &str = "store";

/// Returns the ending and the content of each of these files.
pub(super) fn companion_files() -> io::Result<&'static [(&'static str, Vec<u8>)]> {
    static FILES: OnceLock<Vec<(&str, Vec<u8>)>> = OnceLock::new();
    match FILES.get() {
        Some(files) => Ok(files),
        None => {
            let made = make().map_err(io::Error::other)?;
            Ok(FILES.get_or_init(|| made))
        }
    }
}

fn make() -> tantivy::Result<Vec<(&'static str, Vec<u8>)>> {
    let memory = RamDirectory::create();
    let directory = ManagedDirectory::wrap(Box::new(memory.clone()))?;
    for ending in COMPOSITE {
        CompositeWrite::wrap(directory.open_write(Path::new(ending))?).close()?;
    }
    let store = directory.open_write(Path::new(STORE))?;
    StoreWriter::new(store, Compressor::None, 16_384, false)?.close()?;
    let content = |ending: &'static str| Ok((ending, memory.atomic_read(Path::new(ending))?));
    COMPOSITE.into_iter().chain([STORE]).map(content).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_small_and_end_as_tantivy_wants_it() {
        for (ending, bytes) in companion_files().unwrap() {
            assert!(bytes.len() < 300, "{ending}: {}", bytes.len());
            assert!(bytes.ends_with(&1337u32.to_le_bytes()), "{ending}");
        }
    }
}
