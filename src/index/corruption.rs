//! An index that is not what was written: no answer is better than a wrong one.

use std::error::Error as StdError;
use std::fmt;

use crate::error::Error;

/// What is wrong with the index's files.
#[derive(Debug)]
pub(super) struct Corruption(pub String);

impl fmt::Display for Corruption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for Corruption {}

/// Creates the failure that [`is_damaged`] recognizes.
pub(super) fn damaged(what: impl Into<String>) -> Error {
    Error::case("the index is damaged or of another version")
        .with_source(Corruption(what.into()))
        .hint("Build it again from the evidence with `vestigo reindex`.")
}

/// Returns whether a failure of this room means that the index has to be built
/// again from the evidence: its files are missing, cut, changed, or of another
/// version. The evidence is not concerned.
pub fn is_damaged(error: &Error) -> bool {
    error.source().is_some_and(|source| source.is::<Corruption>())
}
