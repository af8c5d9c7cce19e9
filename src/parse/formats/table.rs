//! The table of built-in formats.

use super::{access, cloudtrail, error_log, json, logfmt, syslog};
use crate::parse::format::Format;

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
#[path = "forgery_tests.rs"]
mod forgery_tests;
#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
