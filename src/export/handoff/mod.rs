//! What happens to a bundle after it was made?
//!
//! Owns the record of a transfer between people, the replay of a bundle's query
//! on a case, and the reveal of single redacted values. Promises that a bundle is
//! never changed by any of them.

pub(super) mod replay;
pub(super) mod reveal;
pub(super) mod transfer;
