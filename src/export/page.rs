//! What the report of a bundle says.

use crate::error::Result;

use super::make::Source;
use super::records::Written;
use super::redact::Redactor;

/// Writes the report of a bundle.
pub fn html(_: &Source<'_>, _: &Written, _: &mut Redactor) -> Result<String> {
    Ok(String::new())
}
