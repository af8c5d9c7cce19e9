//! Which fields come first where fields are listed.

/// Fields that are shown first, the most important ones ahead.
pub const PROMINENT: &[&str] = &[
    "event.outcome",
    "source.ip",
    "user.name",
    "event.action",
    "host.name",
    "http.response.status_code",
    "url.path",
    "http.request.method",
    "process.name",
    "event.provider",
    "event.code",
    "log.level",
    "user_agent.original",
    "user.effective.name",
    "cloud.region",
    "event.dataset",
    "source.address",
];

/// Ranks a field by importance; the smallest rank comes first.
pub fn prominence(field: &str) -> usize {
    PROMINENT.iter().position(|name| *name == field).unwrap_or(PROMINENT.len())
}
