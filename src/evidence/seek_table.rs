//! The seek table at the end of `content.zst` (zstd, contrib/seekable_format): a
//! skippable frame, which other tools ignore.

use super::manifest::{FrameRow, Manifest, SourceRow};

/// Bytes of a seek table in addition to its rows: header and footer.
const OVERHEAD: u64 = 17;

/// Bytes of a row.
const ROW: u64 = 8;

/// Returns the seek table of the frames of some sources.
pub(super) fn seek_table(sources: &[SourceRow]) -> Vec<u8> {
    let rows: Vec<&FrameRow> = sources.iter().flat_map(|source| &source.frames).collect();
    let length = rows.len() as u32 * 8 + 9;
    let mut bytes = Vec::with_capacity(length as usize + 8);
    bytes.extend(0x184D_2A5E_u32.to_le_bytes());
    bytes.extend(length.to_le_bytes());
    for row in &rows {
        bytes.extend((row.length as u32).to_le_bytes());
        bytes.extend((row.raw_length as u32).to_le_bytes());
    }
    bytes.extend((rows.len() as u32).to_le_bytes());
    bytes.push(0);
    bytes.extend(0x8F92_EAB1_u32.to_le_bytes());
    bytes
}

/// Returns the length of `content.zst`: its frames and the seek table.
pub(super) fn packed_length(manifest: &Manifest) -> u64 {
    let frames = manifest.sources.iter().flat_map(|row| &row.frames);
    let (length, count) =
        frames.fold((0u64, 0u64), |(length, count), frame| (length.saturating_add(frame.length), count + 1));
    length.saturating_add(count * ROW + OVERHEAD)
}
