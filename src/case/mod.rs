//! Where does it all live?
//!
//! Owns the case folder: creating, opening, locking, its layout, rebuilding the
//! index, and giving out events that were read back through their hashes.
//! Promises that what it shows is what was sealed. `import`, `analyse`,
//! `tui` and `cli` may call.

mod about;
mod answers;
mod bound;
mod compare;
mod hold;
mod ladder;
mod notebook;
mod open;
mod reading;
mod rebuild;
mod receipt;
mod reread;
mod resolve;
mod scratch;
mod seal;
mod shape;
mod trust;
mod verify;
mod watch;

pub use about::{About, New};
pub use answers::Opening;
pub(crate) use bound::basis;
pub use hold::{Hold, Importing, TOOL, committed, keys_of};
pub use ladder::Brought;
pub use notebook::{Standing, Written, annotate, note, record_hash};
pub use open::{Case, SourceInfo};
pub use reading::{Reading, each_event};
pub use rebuild::{Rebuilt, rebuild};
pub(crate) use rebuild::{complete, rows};
pub use receipt::{Bytes, Receipt, Rejected, Times, Understood, remarks};
pub use reread::Corrected;
pub(crate) use reread::{Committed, correct, standing};
pub use seal::{Sealed, beside, beside_checkpoint, checkpoint, introduce, seal, stamp, write_new};
pub use trust::{accept, adopt, first_keys, foreign, may_sign, may_vouch, trust_in};
pub use verify::{NEVER_PROVEN, Reach, Rungs, Verdict, one_moment, verify};
pub use watch::Watch;

/// The name of the folder in which a case's own index lies.
pub(crate) const INDEX: &str = "index";
