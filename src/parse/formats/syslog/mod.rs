//! Syslog in its two forms, and what the programs that matter write into it.
//!
//! Owns the envelopes (RFC 3164 with its usual departures, RFC 5424) and one
//! file a family of programs. Promises that a line whose program is not known,
//! or whose message is not, is an event all the same. The table of formats may
//! call.

mod accounts;
mod auth_fields;
mod datasets;
mod envelope;
mod pam;
mod programs;
mod rfc3164;
mod rfc5424;
mod sshd;
mod sudo;

pub use rfc3164::Rfc3164;
pub use rfc5424::Rfc5424;
