//! Who did what when?
//!
//! Owns `journal.jsonl`: one entry a line, each naming the SHA-256 of the line
//! before it; what stands at its end (bookmarks, findings); its checkpoints,
//! their signatures and time stamps. Promises that an entry once acknowledged
//! is on disk, that a torn last line is set aside and said, that a bad line
//! elsewhere makes the case read-only, and that two copies' annotations come
//! together without loss. `case` and those above may call.

mod act;
mod allowed;
mod checkpoint;
mod fold;
mod keys;
mod known;
mod merge;
mod ops;
mod read;
mod rereads;
mod sign;
mod stamp;
mod trust;
mod url;
mod who;
mod write;

#[cfg(test)]
mod fold_tests;
#[cfg(test)]
mod known_tests;
#[cfg(test)]
mod tests;

pub use act::{Act, Asked, Change, Correction, EventRef, NewFinding, Severity, Status, Undone, Verdict};
pub use allowed::Allowed;
pub use checkpoint::{ANCHORS, Checkpoint, NAMESPACE as CHECKPOINT_NAMESPACE, checkpoint_name};
pub use fold::{Bookmark, Conflict, Finding, Said, State};
pub use keys::{Keyring, is_case_id};
pub use known::{Elsewhere, End, History, Known};
pub use merge::{Merge, Take};
pub use ops::{MERGE, Op, UNSIGNED_COPY, ops, redoable, undoable, unsigned};
pub use read::{FILE, Journal, Line, check, hash_of, leaf, read, read_file, read_named};
pub use rereads::{REREAD, Reread, concerns_reading, rereads};
pub use sign::{Signed, Signer, check_signature};
pub use stamp::{Stamped, fetch as fetch_stamp, read as read_stamp, trusted as stamp_is_trusted};
pub use trust::{
    ACCEPT, ADD_KEY, ADOPT, Adopted, Anchors, MOST_CHECKPOINT, MOST_SIGNATURE, Trust, Vouched, adopted,
    ranges, ranges_told, uncovered,
};
pub use url::bare_url;
pub use who::{Home, Who};
pub use write::{Claim, IMPORT_LOCK, LOCK, TORN, Writer, is_claimed, is_held};
