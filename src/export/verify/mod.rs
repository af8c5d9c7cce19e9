//! What can be proved of a bundle, check by check?
//!
//! Owns the verification of a bundle: its lists and signatures, the proofs of its
//! records, and everything it states, derived again from its raw records, its journal
//! and its other files. Promises that nothing is called proved that was not checked,
//! and that a bundle is read and never written.

mod bag_info;
mod bundle;
mod coverage;
mod differences;
mod events;
mod findings;
mod journal;
mod manifests;
mod proofs;
mod query;
mod record_proof;
mod records;
mod redactions;
mod report;
mod statements;
mod tables;
mod trust;
mod underived_coverage;

pub use bundle::verify_bundle;
pub use manifests::check_manifests;
pub use record_proof::{is_record_proof, verify_record_proof};
