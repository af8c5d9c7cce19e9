//! How is it handed over?
//!
//! Owns the evidence bundle: a signed BagIt bag with events, raw bytes, proofs,
//! journal, report and the scripts that check it; its strict reader; redaction,
//! replay and hand-over. Promises that the same state gives the same bytes, that
//! nothing redacted is left in but what [`Made::notes`] tells of, and that a bundle
//! never is half there.

mod bag;
mod handoff;
mod journal_entry;
mod record_proof;
mod redact;
mod report;
mod rows;
mod selection;
mod verify;
mod write;

pub use bag::reader::Bag;
pub use handoff::replay::{Replayed, question, replay};
pub use handoff::reveal::reveal;
pub use handoff::transfer::{Checked, TRANSFER, TransferRecord};
pub use journal_entry::{introduce, note};
pub use record_proof::proof;
pub use selection::{Ask, Query};
pub use verify::{is_proof, verify, verify_proof};
pub use write::bundle::{Made, Options, Stage, VERIFY_PROOFS, VERIFY_SH, make, name_of};
