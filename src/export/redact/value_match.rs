//! Where a redacted value occurs in a text.

/// Where a value occurs in a text, and which value it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValueMatch {
    pub from: usize,
    pub to: usize,
    pub secret: usize,
}
