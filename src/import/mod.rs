//! How does a file become events?
//!
//! Owns the pipeline: one thread reads, hashes and cuts records; every processor
//! compresses, hashes and parses them into its own segment; one thread puts the results
//! in order, seals the batch, journals it, and publishes the index. Promises that a
//! source is acknowledged only when it is on disk, that its receipt accounts for every
//! byte, and that memory stays bounded whatever the input.

mod beginnings;
mod collection;
mod committer;
mod continuation;
mod job;
mod known_beginnings;
mod messages;
mod normalize;
mod pipeline;
mod reader;
mod reader_stream;
mod repair;
mod report;
mod resources;
mod worker;
mod years;

pub use job::{Import, Progress};
pub use normalize::normalize;
pub use pipeline::run;
pub use repair::{Repaired, repair};
// What an import takes as input: bounds on containers, and the files that paths lead to.
pub use crate::source::{Limits, walk};
pub use report::{ImportReport, ImportRow, ImportStatus, ImportTotal};
