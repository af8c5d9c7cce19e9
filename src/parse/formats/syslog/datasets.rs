//! The datasets of syslog (Elastic's System integration).

/// Sign-ins, sessions and accounts.
pub const AUTH: &str = "system.auth";
/// Everything else.
pub const SYSLOG: &str = "system.syslog";
/// Both.
pub const ALL: &[&str] = &[AUTH, SYSLOG];
