//! Syslog in its two formats, and the messages of programs that matter.
//!
//! Owns the envelopes (RFC 3164 with its usual variations, RFC 5424) and one file per
//! family of programs. Promises that a line whose program or message is not known is
//! still an event.

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

pub use programs::read as read_program_message;
pub use rfc3164::Rfc3164;
pub use rfc5424::Rfc5424;
