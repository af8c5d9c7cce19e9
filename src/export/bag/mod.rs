//! What files does a bundle have, and how are they read?
//!
//! Owns the reader of a bundle: a folder or a tar, of which nothing is ever
//! unpacked. Promises that no link is followed, that nothing but plain files is
//! opened, and that nothing is read past a bound.

pub(super) mod reader;
pub(super) mod redaction_tokens;
pub(super) mod tar;
