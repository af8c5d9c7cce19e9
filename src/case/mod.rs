//! Where does it all live?
//!
//! Owns the case folder: creating, opening, locking, its layout, rebuilding the
//! index, and giving out events that were read back through their hashes.
//! Promises that what it shows is what was sealed. `import`, `analyse`,
//! `tui` and `cli` may call.

mod annotations;
mod checkpoints;
mod checks;
mod compare;
mod decoder;
mod folder_shape;
mod import_receipt;
mod index_binding;
mod metadata;
mod progress;
mod reader;
mod rebuild;
mod reread;
mod resolve_query;
mod scratch;
mod snapshot;
mod trust;
mod verify;
mod writer;

pub use annotations::{Appended, EvidenceStatus, annotate, append_all, record_hash};
pub use checkpoints::{
    CheckpointInfo, beside, beside_checkpoint, checkpoint, introduce, seal, stamp, write_new,
};
pub use decoder::{RecordDecoder, each_event};
pub use import_receipt::{ByteCounts, Receipt, Rejected, TimeCounts, Understood, remarks};
pub(crate) use index_binding::basis;
pub use metadata::{CaseMetadata, CaseOptions};
pub use progress::Watch;
pub use reader::{Case, SourceInfo};
pub use rebuild::{Rebuilt, rebuild};
pub(crate) use rebuild::{complete, rows};
pub use reread::Corrected;
pub(crate) use reread::{Committed, correct, standing};
pub use snapshot::Snapshot;
pub use trust::{accept, adopt, first_keys, foreign, may_sign, may_vouch, trust_in};
pub use verify::{one_moment, verify};
pub use writer::{CaseWriter, ImportClaim, TOOL, committed, keys_of};

/// The name of the folder in which a case's own index lies.
pub(crate) const INDEX: &str = "index";
