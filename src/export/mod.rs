//! How is it handed over?
//!
//! Owns the evidence bundle: a signed BagIt bag with events, raw bytes, proofs,
//! journal, report and the scripts that check it; its strict reader; redaction,
//! replay and hand-over. Promises that the same state gives the same bytes, that
//! nothing redacted is left in but what [`Made::notes`] tells of, and that a bundle
//! never is half there. `tui` and `cli` may call.

mod ask;
mod asked;
mod bag;
mod bars;
mod contents;
mod coverage;
mod custody;
mod forms;
mod leave;
mod ledger;
mod lists;
mod make;
mod page;
mod piece;
mod read;
mod records;
mod redact;
mod replay;
mod report;
mod reveal;
mod single;
mod spool;
mod tar;
mod transfer;
mod unfinished;
mod untar;
mod verify;

pub use ask::{Ask, Query};
pub use forms::{CSV_FIELDS, csv_cell, csv_row, sketch};
pub use leave::{introduce, note};
pub use make::{Made, Options, Stage, VERIFY_PROOFS, VERIFY_SH, make, name_of};
pub use read::Bag;
pub use replay::{Replayed, question, replay};
pub use reveal::reveal;
pub use single::proof;
pub use transfer::{Checked, TRANSFER, TransferRecord};
pub use verify::{is_proof, verify, verify_proof};
