//! How thorough a verification is.

/// How much a verification reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Names, lengths, manifests, and the first and last frame of each source.
    Quick,
    /// Every byte: frames, spans, content hashes, originals.
    Deep,
    /// Every byte, and the leaf of every record with the roots above it.
    Roots,
}
