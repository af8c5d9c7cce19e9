//! How is a case handed over?
//!
//! Owns the evidence bundle: a signed BagIt bag with events, raw bytes, proofs,
//! journal, report, and the scripts that check it; its strict reader and verifier;
//! redaction, replay, and transfer. Promises that the same state of a case gives the
//! same bytes, that nothing redacted is left in except what [`BundleSummary::notes`]
//! names, and that a bundle is never half there.

mod bag;
mod handoff;
mod journal_entry;
mod node_list;
mod record_proof;
mod redact;
mod report;
mod rows;
mod selection;
mod verify;
mod write;

pub use bag::BagReader;
pub use bag::files::{BundleFile, CoveredBy, FILES, Presence};
pub use handoff::{
    ReplayReport, TRANSFER_NAMESPACE, TransferCheck, TransferRecord, read_query, replay, reveal,
};
pub use journal_entry::{record_export, register_signing_key};
pub use record_proof::prove_record;
pub use selection::{SelectedQuery, Selection};
pub use verify::{is_record_proof, verify_bundle, verify_record_proof};
pub use write::{
    BundleSummary, ExportOptions, ExportStage, Note, VERIFY_PROOFS_SCRIPT, VERIFY_SH_SCRIPT, bundle_name,
    write_bundle,
};
