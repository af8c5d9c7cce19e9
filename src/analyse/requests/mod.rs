//! What does a web request say once every disguise is taken off?
//!
//! Owns the one reading of a request that rules judge: how percent escapes, escapes of the
//! logging server, broken UTF-8, HTML entities, comments of SQL, lookups of Log4j and
//! Base64 are undone. Knows nothing of attacks: what is suspicious stands in the rules.
//! Promises that the work is linear in the length of the request, that no input fails,
//! and that the same request always reads the same.

mod base64;
mod decode;
mod entity;
mod lookup;
mod percent;
mod text;

pub use decode::decoded;
