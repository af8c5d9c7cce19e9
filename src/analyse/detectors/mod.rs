//! Which behavior is unusual?
//!
//! Owns the behavior detectors: one file each, one row in a table. A detector looks at
//! events in order of time through columns, and gives with each finding the numbers from
//! which its score can be computed again. Promises that nothing depends on the order of
//! import, and that a detector which lacks fields or events says so.

mod accounts;
mod detector;
mod events;
mod leaky_bucket;
mod rates;
mod run;

pub use detector::{Detector, Parameter};
pub use rates::coverage;
pub use run::{KnownScopes, full_name, run};

/// Returns all behavior detectors.
pub fn all() -> impl Iterator<Item = &'static Detector> {
    accounts::DETECTORS.into_iter().chain(rates::DETECTORS)
}
