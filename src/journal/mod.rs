//! Who did what, and when?
//!
//! Owns `journal.jsonl`: one entry per line, each with the SHA-256 of the line before
//! it; the bookmarks and findings that follow from its entries; its checkpoints, their
//! signatures and time stamps; and what this machine remembers of each journal.
//! Promises that an acknowledged entry is on disk, that an incomplete last line is set
//! aside and recorded, that any other invalid line makes the case read-only, and that
//! merging two copies loses no annotation.

mod actor;
mod allowed_signers;
mod annotation;
mod annotation_log;
mod case_memory;
mod checkpoint;
mod entry;
mod event_ref;
mod finding;
mod history_item;
mod keyring;
mod lifecycle;
mod merge;
mod payload;
mod reader;
mod remediation;
mod rereads;
mod rfc3161;
mod sshsig;
mod state;
mod summary;
mod trust;
mod url;
mod writer;

#[cfg(test)]
mod case_memory_tests;
#[cfg(test)]
mod lifecycle_tests;
#[cfg(test)]
mod payload_tests;
#[cfg(test)]
mod state_tests;
#[cfg(test)]
mod tests;

pub use actor::{Actor, Home};
pub use allowed_signers::AllowedSigners;
pub use annotation::{Annotation, RereadChange, UndoneEntry};
pub use annotation_log::{AnnotationOp, UNSIGNED_COPY, annotation_ops, redoable, undoable};
pub use case_memory::{CaseMemory, Elsewhere, History};
pub use checkpoint::{ANCHORS, Checkpoint, NAMESPACE as CHECKPOINT_NAMESPACE, checkpoint_name};
pub use entry::{Entry, EntryPayload, Payload, each_of};
pub use event_ref::{EventRef, SavedQuery};
pub use finding::{Detected, FindingChange, FindingVerdict, NewFinding, RecordRanges, Status};
pub use history_item::HistoryItem;
pub use keyring::{Keyring, is_case_id};
pub use lifecycle::Finding;
pub use merge::{Merge, MergeChoice};
pub use payload::{
    AdoptedEntry, AnchorStamp, CaseCreate, CheckpointAdopt, Conflict, DamagedCase, EvidenceImport, Export,
    GivenUpCheckpoint, HistoryAccept, ImportReceipt, IndexRebuild, JournalEnd, JournalMerge, KeyAdd, KeyUse,
    Lost, Moved, Recovery, RememberedEnd, Repair, Reveal, SealedSource, Transfer,
};
pub use reader::{FILE, Journal, check, entry_hash, leaf, read, read_file, read_named};
pub use remediation::{
    Acceptance, FixProof, LEAST_CONFIDENCE, LEAST_COVERAGE, LEAST_HOURS, Remedy, Sla, StreamCoverage,
};
pub use rereads::{Reread, affects_rereads, rereads};
pub use rfc3161::{TimestampToken, check_timestamp, fetch_timestamp, read_timestamp};
pub use sshsig::{Signer, SignerIdentity, check_signature};
pub use state::{Bookmark, FindingFilter, State};
pub use trust::{
    AdoptedEntries, Anchors, MOST_CHECKPOINT, MOST_SIGNATURE, SignedCheckpoint, Trust, adopted_entries,
    format_ranges, to_ranges, uncovered,
};
pub use url::bare_url;
pub use writer::{IMPORT_LOCK, ImportLock, LOCK, TORN, Writer, has_importer, has_writer};

pub use crate::record::Severity;
