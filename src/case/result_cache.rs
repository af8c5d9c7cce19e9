//! Results that are kept in the user's cache, so that the same need not be computed again.
//!
//! A file is the seal of what follows (64 hex digits), and what follows, compressed with
//! zstd. It can be deleted at any time.

use std::collections::BTreeMap;
use std::io;

use crate::fs::Dir;

use super::Case;

/// The folder in the user's cache for results.
const FOLDER: &str = "results";
/// How long the seal is.
const SEAL: usize = 64;
/// Larger files are not read.
const MOST_BYTES: u64 = 1 << 30;
/// How much is unpacked at most.
const MOST_UNPACKED: usize = 4 << 30;
/// How strongly results are compressed.
const LEVEL: i32 = 1;

impl Case {
    /// Returns what this user last kept under a name. `None` if that is nothing, or not what
    /// they wrote.
    pub fn kept_result(&self, name: &str) -> Option<Vec<u8>> {
        let folder = self.snapshot().cached_folder(FOLDER, Dir::dir)?;
        let file = folder.read(name, MOST_BYTES).ok()?;
        let (seal, packed) = file.split_at_checked(SEAL)?;
        if self.snapshot().binding.seal(packed).to_string().as_bytes() != seal {
            return None;
        }
        let length = zstd::zstd_safe::get_frame_content_size(packed).ok()??;
        let length = usize::try_from(length).ok().filter(|length| *length <= MOST_UNPACKED)?;
        zstd::bulk::decompress(packed, length).ok()
    }

    /// Keeps a result under a name, in place of what was there.
    ///
    /// # Errors
    ///
    /// Fails if there is no cache, or no room in it: then the result is computed again the
    /// next time.
    pub fn keep_result(&self, name: &str, result: &[u8]) -> io::Result<()> {
        let folder = self.snapshot().make_cached_folder(FOLDER)?;
        let packed = zstd::bulk::compress(result, LEVEL)?;
        let mut file = self.snapshot().binding.seal(&packed).to_string().into_bytes();
        file.extend(packed);
        folder.replace(name, &file)
    }

    /// Returns a name for what the events of each batch in the index are read from, by the
    /// batch's number: as long as it is the same, so are they.
    pub fn event_origins(&self) -> BTreeMap<u32, String> {
        let indexed = self.index().batches();
        let bases = self.snapshot().bases.iter().filter(|basis| indexed.contains(&basis.batch));
        bases.map(|basis| (basis.batch, format!("{} {}", basis.manifest, basis.readings))).collect()
    }
}
