//! Where does it all live?
//!
//! Owns the case folder: creating, opening, locking, its layout, rebuilding the
//! index, and giving out events that were read back through their hashes.
//! Promises that what it shows is what was sealed. `import`, `analyse`,
//! `tui` and `cli` may call.

mod about;
mod hold;
mod ladder;
mod notebook;
mod open;
mod reading;
mod rebuild;
mod receipt;
mod resolve;
mod seal;
mod shape;
mod verify;

pub use about::{About, New};
pub use hold::{Hold, TOOL, committed, keys_of};
pub use ladder::Brought;
pub use notebook::{Standing, annotate, record_hash};
pub use open::{Case, SourceInfo};
pub use reading::{Reading, each_event};
pub use rebuild::{Rebuilt, rebuild};
pub(crate) use rebuild::{catch_up, index_batch};
pub use receipt::{Bytes, Receipt, Rejected, Times};
pub use seal::{Sealed, beside, beside_checkpoint, checkpoint, seal, stamp, write_new};
pub use verify::{NEVER_PROVEN, Rungs, Verdict, verify};

use std::path::PathBuf;

use crate::error::Result;
use crate::fs::{Dir, unusable};

/// The folder of a case in which its index lies.
pub const INDEX: &str = "index";

/// Returns the place of a case's index, which is a folder or nothing.
pub fn index_folder(case: &Dir) -> Result<PathBuf> {
    match case.dir(INDEX) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(unusable(error, INDEX)),
        _ => Ok(case.at(INDEX)),
    }
}
