//! Where does it all live?
//!
//! Owns the case folder: creating, opening and locking it, its layout, rebuilding the
//! index, and reading events back through their hashes. Promises that what it shows is
//! what was sealed.

mod annotations;
mod checkpoints;
mod checks;
mod commits;
mod compare;
mod continuation;
mod correction;
mod decoder;
mod folder_shape;
mod frames;
mod import_receipt;
mod index_binding;
mod index_rows;
mod layout;
mod metadata;
mod progress;
mod reader;
mod rebuild;
mod reread;
mod resolve_query;
mod result_cache;
mod scratch;
mod signing;
mod snapshot;
mod trust;
mod verify;
mod writer;

pub use annotations::{Appended, EvidenceStatus, annotate, append_all, record_hash};
pub use checkpoints::{
    CheckpointInfo, beside, beside_checkpoint, checkpoint, introduce, seal, stamp, write_new,
};
pub use commits::{committed, keys_of};
pub use correction::Corrected;
pub use decoder::{DecodedEvent, RecordDecoder, each_event, each_group, standing_spans};
pub use import_receipt::{
    ByteCounts, Receipt, Rejected, TimeCounts, Understood, describe_extension, remarks,
};
pub(crate) use index_binding::basis;
pub(crate) use index_rows::rows;
pub use metadata::{CaseMetadata, CaseOptions};
pub use progress::Watch;
pub use reader::{Case, SourceInfo};
pub(crate) use rebuild::complete;
pub use rebuild::{Rebuilt, rebuild};
pub(crate) use reread::{Committed, correct, standing};
pub use signing::{accept, adopt, foreign, may_sign, may_vouch};
pub use snapshot::Snapshot;
pub use trust::{first_keys, trust_in};
pub use verify::{one_moment, verify};
pub use writer::{CaseWriter, ImportClaim, TOOL};
