//! What do the rows of a bundle's files look like?
//!
//! Owns the formats that the writer and the verifier share: how coverage and
//! a query are written down. Promises that both derive the same bytes from the
//! same facts.

pub(super) mod coverage;
pub(super) mod query_words;
