//! How is a bundle written?
//!
//! Owns the making of a bundle, file by file, in a folder that is renamed into
//! place once it is complete. Promises that the same state of a case gives the
//! same bytes, and that a bundle is never half there.

pub(super) mod bag;
pub(super) mod bundle;
pub(super) mod frame;
pub(super) mod journal;
pub(super) mod records;
pub(super) mod spool;
pub(super) mod tar;
pub(super) mod unfinished;
