//! Where a file of a bundle lies.

/// A file of a bundle.
#[derive(Clone, Copy)]
pub struct FileSpan {
    /// Where it begins in the tar.
    pub offset: u64,
    /// How long it is.
    pub length: u64,
}
