//! Sources read otherwise than when they were imported: what the journal says of
//! it, and what a correction would give.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::error::Result;
use crate::evidence::{SourceRow, Store};
use crate::fs::Dir;
use crate::journal::{Journal, Reread, rereads};
use crate::parse::Plan;

use super::commits::committed;
use super::{Receipt, RecordDecoder, Understood};

/// How sources are read, by their SHA-256 in hex, where the journal says otherwise
/// than their import.
pub(crate) type Rereads = BTreeMap<String, Reread>;

/// The evidence that a journal commits to, each source read as the journal says.
pub(crate) struct Committed {
    /// The batches, with the SHA-256 of their manifests.
    pub batches: Vec<(u32, [u8; 32])>,
    /// The evidence.
    pub store: Store,
    /// Who is read otherwise.
    pub rereads: Rereads,
}

impl Committed {
    /// Opens what a journal commits to.
    pub fn open(dir: &Dir, journal: &Journal) -> Result<Committed> {
        let batches = committed(&journal.entries)?;
        let rereads = standing(journal);
        let store = Store::open_with(dir, &batches, |row| correct(row, &rereads))?;
        Ok(Committed { batches, store, rereads })
    }
}

/// Gives how sources are read by a journal's entries.
pub(crate) fn standing(journal: &Journal) -> Rereads {
    rereads(journal.entries.iter().zip(journal.texts.iter().map(AsRef::as_ref)))
}

/// Has a source read as an entry says. What cannot be meant of it (its records are
/// told apart in another way, a newer version wrote it) is passed over.
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
