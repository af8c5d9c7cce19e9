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

use super::format::Format;

/// Every built-in format; the order decides the last ties of detection.
pub static FORMATS: &[&dyn Format] = &[
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

/// Returns the format of a name.
pub fn format_by_name(name: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().copied().find(|format| format.name() == name)
}

#[cfg(test)]
mod forgery_tests;
#[cfg(test)]
mod table_tests;
