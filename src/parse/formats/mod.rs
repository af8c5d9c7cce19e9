//! The built-in formats: one file each, and one row in the table.
//!
//! Owns [`FORMATS`]. Promises that each format reads its own samples, refuses
//! what is not its own, and is stateless.

mod access;
mod cloudtrail;
mod error_log;
mod json;
mod logfmt;
mod syslog;

use std::sync::LazyLock;

use super::declared::{declared_format, declared_formats};
use super::format::{Format, UNPARSED};
use crate::error::{Error, Result, Visible};

/// Every format: those of the user, the declared ones, and those that are code; the order
/// decides the last ties of detection.
pub static FORMATS: LazyLock<Vec<&'static dyn Format>> = LazyLock::new(|| {
    let declared = declared_formats().iter().map(|format| format as &dyn Format);
    declared.chain(CODED.iter().copied()).collect()
});

/// The formats that are code.
static CODED: &[&dyn Format] = &[
    &access::NginxAccess,
    &access::ApacheAccess,
    &error_log::ApacheError,
    &error_log::NginxError,
    &syslog::Rfc5424,
    &syslog::Rfc3164,
    &cloudtrail::CloudTrail,
    &json::EcsJson,
    &json::GenericJson,
    &logfmt::Logfmt,
];

pub use syslog::read_program_message;

/// Returns the format that a plan or the user names; `None` for `unparsed`.
pub fn find_format(name: &str) -> Result<Option<&'static dyn Format>> {
    if name == UNPARSED {
        return Ok(None);
    }
    format_by_name(name).map(Some).ok_or_else(|| {
        Error::usage(format!("`{}` is not a format", Visible(name)))
            .hint("List the formats with `vestigo formats list`.")
    })
}

/// Returns the format of a name.
pub fn format_by_name(name: &str) -> Option<&'static dyn Format> {
    let coded = CODED.iter().copied().find(|format| format.name() == name);
    coded.or_else(|| declared_format(name).map(|format| format as &dyn Format))
}

#[cfg(test)]
mod forgery_tests;
#[cfg(test)]
mod table_tests;
