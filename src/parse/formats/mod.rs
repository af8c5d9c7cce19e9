//! The formats that are built in: one file each, one row in the table.
//!
//! Owns [`FORMATS`]. Promises that each format reads its own samples, refuses
//! what is not its own, and is stateless. `parse` and `cli` may call.

mod access;
mod cloudtrail;
mod guess;
mod json;
mod leaves;
mod logfmt;
mod scan;
mod syslog;
mod url;
mod weberror;

use super::Format;

/// Every built-in format; the order breaks the last ties of detection.
pub static FORMATS: &[&dyn Format] = &[
    &access::Nginx,
    &access::Apache,
    &weberror::ApacheError,
    &weberror::NginxError,
    &syslog::Rfc5424,
    &syslog::Rfc3164,
    &cloudtrail::CloudTrail,
    &json::Ecs,
    &json::Generic,
    &logfmt::Logfmt,
];

/// Finds a format by its name.
pub fn named(name: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().copied().find(|format| format.name() == name)
}

#[cfg(test)]
mod chosen_tests;
#[cfg(test)]
mod tests;
