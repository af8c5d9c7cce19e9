//! Which fields come first where fields are listed.

/// Fields that are worth a facet, the most telling first.
pub const TELLING: &[&str] = &[
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

/// Ranks a field by how telling it is; the smallest first.
pub fn telling(field: &str) -> usize {
    TELLING.iter().position(|name| *name == field).unwrap_or(TELLING.len())
}
