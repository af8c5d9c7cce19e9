//! Sources that are read differently than at import: what the journal states about them,
//! and how the rows of their manifests change.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::error::Result;
use crate::evidence::{SourceRow, Store};
use crate::fs::Dir;
use crate::journal::{Journal, Reread, rereads};
use crate::parse::Plan;

use super::commits::committed;
use super::{Receipt, RecordDecoder, Understood};

/// How sources are read, by their SHA-256 in hex, if the journal states another way than
/// their import.
pub(crate) type Rereads = BTreeMap<String, Reread>;

/// The evidence that a journal commits to, each source read as the journal states.
pub(crate) struct Committed {
    /// The batches, with the SHA-256 of their manifests.
    pub batches: Vec<(u32, [u8; 32])>,
    /// The evidence.
    pub store: Store,
    /// Which sources are read differently.
    pub rereads: Rereads,
}

impl Committed {
    /// Opens the evidence that a journal commits to.
    pub fn open(dir: &Dir, journal: &Journal) -> Result<Committed> {
        let batches = committed(&journal.entries)?;
        let rereads = standing(journal);
        let store = Store::open_with(dir, &batches, |row| correct(row, &rereads))?;
        Ok(Committed { batches, store, rereads })
    }
}

/// Returns how sources are read according to a journal's entries.
pub(crate) fn standing(journal: &Journal) -> Rereads {
    rereads(journal.entries.iter().zip(journal.texts.iter().map(AsRef::as_ref)))
}

/// Makes a source be read as an entry states. An entry that cannot be applied (it
/// separates records in another way, or a newer version wrote it) is skipped.
pub(crate) fn correct(row: &mut SourceRow, rereads: &Rereads) {
    let Some(reread) = rereads.get(&row.source) else { return };
    let plan = |plan: &Value| serde_json::from_value::<Plan>(plan.clone()).ok();
    let read = || {
        let (before, now) = (plan(&row.plan)?, plan(&reread.plan)?);
        RecordDecoder::new(now.clone()).ok().filter(|_| now.framing == before.framing)?;
        let receipt: Receipt = serde_json::from_value(row.receipt.clone()).ok()?;
        let understood: Understood = serde_json::from_value(reread.gives.clone()).ok()?;
        serde_json::to_value(receipt.reread(understood)).ok()
    };
    if let Some(receipt) = read() {
        (row.plan, row.receipt, row.reread) = (reread.plan.clone(), receipt, Some(reread.entry));
    }
}
