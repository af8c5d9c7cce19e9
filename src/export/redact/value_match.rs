//! Where a redacted value stands in a text.

/// Where a value stands in a text, and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValueMatch {
    pub from: usize,
    pub to: usize,
    pub secret: usize,
}
