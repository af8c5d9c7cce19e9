//! Bounds of what is read of a bundle: whoever made it may mean ill.

/// Most files that a bundle may have.
pub const MOST_FILES: usize = 1_000_000;

/// Largest list, tag file, line or record that is read into memory.
pub const LARGEST: u64 = 160 << 20;

/// Most JSON values that a file or a line of a bundle may become, about 100 bytes each.
pub const MOST_VALUES: u64 = 2_500_000;
