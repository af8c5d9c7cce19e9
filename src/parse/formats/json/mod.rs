//! Formats whose records are JSON documents.
//!
//! Owns the walk over a document's leaves ([`leaves`]) and the formats that
//! use it. Promises bounds on depth and on the number of fields, with nothing
//! lost beyond them. The table of formats may call.

mod cloudtrail;
mod ecs;
mod generic;
mod guess;
mod leaves;
mod logfmt;

pub use cloudtrail::CloudTrail;
pub use ecs::EcsJson;
pub use generic::GenericJson;
pub use logfmt::Logfmt;
