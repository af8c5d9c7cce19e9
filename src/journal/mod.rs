//! Who did what when?
//!
//! Owns `journal.jsonl`: one entry a line, each naming the SHA-256 of the line
//! before it; what stands at its end (bookmarks, findings); its checkpoints,
//! their signatures and time stamps. Promises that an entry once acknowledged
//! is on disk, that a torn last line is set aside and said, that a bad line
//! elsewhere makes the case read-only, and that two copies' annotations come
//! together without loss. `case` and those above may call.

mod actor;
mod allowed_signers;
mod annotation;
mod annotation_log;
mod checkpoint;
mod entry;
mod keyring;
mod merge;
mod payload;
mod reader;
mod remembered;
mod rereads;
mod rfc3161;
mod sshsig;
mod state;
mod trust;
mod url;
mod writer;

#[cfg(test)]
mod payload_tests;
#[cfg(test)]
mod remembered_tests;
#[cfg(test)]
mod state_tests;
#[cfg(test)]
mod tests;

pub use actor::{Actor, Home};
pub use allowed_signers::AllowedSigners;
pub use annotation::{
    Annotation, EventRef, FindingChange, FindingVerdict, NewFinding, RereadChange, SavedQuery, Severity,
    Status, UndoneEntry,
};
pub use annotation_log::{AnnotationOp, UNSIGNED_COPY, annotation_ops, redoable, undoable};
pub use checkpoint::{ANCHORS, Checkpoint, NAMESPACE as CHECKPOINT_NAMESPACE, checkpoint_name};
pub use entry::{Entry, EntryPayload, Payload, each_of};
pub use keyring::{Keyring, is_case_id};
pub use merge::{Merge, MergeChoice};
pub use payload::{
    AdoptedEntry, AnchorStamp, CaseCreate, CheckpointAdopt, DamagedCase, EvidenceImport, Export,
    GivenUpCheckpoint, HistoryAccept, ImportReceipt, IndexRebuild, JournalEnd, JournalMerge, KeyAdd, KeyUse,
    Lost, Moved, Recovery, Repair, Reveal, SealedSource, Transfer,
};
pub use reader::{FILE, Journal, check, entry_hash, leaf, read, read_file, read_named};
pub use remembered::{CaseMemory, Elsewhere, History, RememberedEnd};
pub use rereads::{Reread, affects_rereads, rereads};
pub use rfc3161::{TimestampToken, check_timestamp, fetch_timestamp, read_timestamp};
pub use sshsig::{Signer, SignerIdentity, check_signature};
pub use state::{Bookmark, Conflict, Finding, HistoryItem, State};
pub use trust::{
    AdoptedEntries, Anchors, MOST_CHECKPOINT, MOST_SIGNATURE, SignedCheckpoint, Trust, adopted_entries,
    format_ranges, to_ranges, uncovered,
};
pub use url::bare_url;
pub use writer::{IMPORT_LOCK, ImportLock, LOCK, TORN, Writer, has_importer, has_writer};
