//! How does a file become events?
//!
//! Owns the pipeline: one thread reads, hashes and cuts records; every
//! processor compresses, hashes and reads them into its own segment; one thread
//! puts the results in order, seals the batch, journals it, and publishes the
//! index. Promises that a source is acknowledged only when it is on disk, that
//! its receipt accounts for every byte, and that memory stays bounded whatever
//! the input. `cli` and `tui` may call.

mod chunk;
mod feed;
mod normalise;
mod repair;
mod report;
mod room;
mod run;
mod settle;
mod stream;
mod work;

pub use normalise::normalise;
pub use repair::{Lost, Repaired, repair};
pub use report::{Report, Row, Status, Total};
pub use run::{Import, Meter, run};
