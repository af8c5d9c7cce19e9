//! How is a bundle written?
//!
//! Owns the writing of a bundle, file by file, in a folder that is moved into place
//! once it is complete. Promises that the same state of a case gives the same bytes,
//! that nothing is redacted after the ledger of redactions was written, and that a
//! bundle is never half there.

mod bag;
mod bundle;
mod checkpoint;
mod context;
mod coverage;
mod findings;
mod frame;
mod job;
mod journal;
mod note;
mod notes;
mod options;
mod originals;
mod query;
mod records;
mod redactions;
mod spool;
mod staging;
mod tar;

pub use bundle::{VERIFY_PROOFS_SCRIPT, VERIFY_SH_SCRIPT, bundle_name, write_bundle};
pub use checkpoint::checkpoint_of;
pub use note::Note;
pub use options::{BundleSummary, ExportOptions, ExportStage};
