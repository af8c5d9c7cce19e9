//! Finding a finding.

use crate::case::Case;
use crate::error::{Error, Result};
use crate::journal::Finding;

/// Finds a finding by its number.
pub fn finding(case: &Case, number: u64) -> Result<&Finding> {
    case.state().finding(number).ok_or_else(|| {
        Error::usage(format!("there is no finding {number}")).hint("See `vestigo finding list`.")
    })
}

/// Finds a finding by its name in every copy of the case.
pub fn finding_of_uid<'a>(case: &'a Case, uid: &str) -> Option<&'a Finding> {
    case.state().findings.iter().find(|finding| finding.uid == uid)
}
