//! What does an HTTP request say?
//!
//! Owns what every format with web requests shares: request lines (RFC 9112 §3),
//! targets and hosts (RFC 3986 §3), and client addresses. Promises that a value
//! which is not well formed stays as it was written and fills no field.

mod address;
mod request_line;
mod url;

pub use address::{ip_and_port, put_source_address};
pub use request_line::{is_method, is_request_line, put_request_line};
pub use url::{host_port, percent_decoded, put_host, put_target};
