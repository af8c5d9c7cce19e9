//! Fields whose values vestigo produces, or that come from a fixed ECS vocabulary: they
//! are never redacted.

use crate::parse::FORMATS;

/// Fields whose values we make: places, hashes, and instants.
const PLACES: [&str; 12] = [
    "id",
    "@timestamp",
    "vestigo.source",
    "vestigo.record",
    "vestigo.line",
    "vestigo.offset",
    "vestigo.length",
    "vestigo.part",
    "vestigo.format",
    "vestigo.reread",
    "vestigo.time.basis",
    "vestigo.time.precision",
];

/// Fields whose values mostly are words from a closed list (ECS 8 and RFC 9110
/// §9). A log can put anything there, so that the value has to be looked at.
const WORDS: [(&str, &[&str]); 6] = [
    ("event.kind", &["alert", "asset", "enrichment", "event", "metric", "pipeline_error", "signal", "state"]),
    (
        "event.category",
        &[
            "api",
            "authentication",
            "configuration",
            "database",
            "driver",
            "email",
            "file",
            "host",
            "iam",
            "intrusion_detection",
            "library",
            "malware",
            "network",
            "package",
            "process",
            "registry",
            "session",
            "threat",
            "vulnerability",
            "web",
        ],
    ),
    (
        "event.type",
        &[
            "access",
            "admin",
            "allowed",
            "change",
            "connection",
            "creation",
            "deletion",
            "denied",
            "device",
            "end",
            "error",
            "group",
            "indicator",
            "info",
            "installation",
            "protocol",
            "start",
            "user",
        ],
    ),
    ("event.outcome", &["success", "failure", "unknown"]),
    (
        "http.request.method",
        &["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PROPFIND", "PUT", "TRACE"],
    ),
    ("http.version", &["0.9", "1.0", "1.1", "2", "2.0", "3", "3.0"]),
];

/// Returns whether a field's value is of our making.
pub fn is_place(field: &str) -> bool {
    PLACES.contains(&field)
}

/// Returns whether a field's value is a word from its closed list.
pub fn is_word(field: &str, value: &str) -> bool {
    let is_dataset = || FORMATS.iter().any(|format| format.datasets().contains(&value));
    WORDS.iter().any(|(name, words)| *name == field && words.contains(&value))
        || (field == "event.dataset" && is_dataset())
}
