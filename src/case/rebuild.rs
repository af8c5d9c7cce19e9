//! Rebuilds a case's index from the evidence.

use crate::error::Result;
use crate::evidence::Store;
use crate::index::{Index, IndexBasis, agreeing, publish, publish_all};
use crate::journal::{Actor, IndexRebuild};
use crate::record::Clock;

use super::index_binding::bases;
use super::index_rows::rows;
use super::reread::Committed;
use super::snapshot::forget;
use super::{CaseWriter, Watch};

/// What a rebuild did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rebuilt {
    /// Batches read.
    pub batches: u64,
    /// Events indexed.
    pub events: u64,
}

/// Rebuilds a case's own index from the evidence, on every processor. The old one answers
/// until then. Takes the case's lock, and appends an `index.rebuild` entry.
pub fn rebuild(
    folder: &std::path::Path,
    who: &Actor,
    clock: &dyn Clock,
    watch: Watch<'_>,
) -> Result<Rebuilt> {
    let mut hold = CaseWriter::open(folder, who, clock)?;
    let (store, bases) = evidence(&hold)?;
    anew(&mut hold, &store, &bases, clock, watch)
}

fn evidence(hold: &CaseWriter) -> Result<(Store, Vec<IndexBasis>)> {
    let Committed { batches, store, .. } = Committed::open(hold.dir(), hold.journal())?;
    let bases = bases(&store, &batches);
    Ok((store, bases))
}

fn anew(
    hold: &mut CaseWriter,
    store: &Store,
    bases: &[IndexBasis],
    clock: &dyn Clock,
    watch: Watch<'_>,
) -> Result<Rebuilt> {
    let (dir, binding) = (hold.index().clone(), hold.binding()?);
    let made = rows(store, &dir, bases, watch).and_then(|rows| publish_all(&dir, &binding, rows));
    // Segments of the old index, or of this one if it was stopped.
    hold.sweep_index()?;
    made?;
    forget(hold.home(), &binding.case);
    told(hold, bases.iter(), clock)
}

/// Records in the journal how much was indexed again.
fn told<'a>(
    hold: &mut CaseWriter,
    bases: impl Iterator<Item = &'a IndexBasis>,
    clock: &dyn Clock,
) -> Result<Rebuilt> {
    let mut rebuilt = Rebuilt { batches: 0, events: 0 };
    for basis in bases {
        rebuilt.batches += 1;
        rebuilt.events += basis.events;
    }
    let Rebuilt { batches, events, .. } = rebuilt;
    hold.append(IndexRebuild { batches, events, tool: super::TOOL.to_owned() }, clock)?;
    Ok(rebuilt)
}

/// Updates the index of a locked case if batches are missing from it or it does not agree
/// with the evidence.
pub(crate) fn complete(hold: &mut CaseWriter, clock: &dyn Clock, watch: Watch<'_>) -> Result<()> {
    let (store, bases) = evidence(hold)?;
    let (dir, binding) = (hold.index().clone(), hold.binding()?);
    let known = match Index::open(&dir, &binding, &bases) {
        Ok(index) => index.batches().to_vec(),
        Err(_) if bases.is_empty() => return publish_all(&dir, &binding, Vec::new()),
        // Some sources may be read differently than before: the other batches can stay.
        Err(_) => match agreeing(&dir, &binding, &bases) {
            Ok(known) if (1..bases.len()).contains(&known.len()) => known,
            _ => return anew(hold, &store, &bases, clock, watch).map(drop),
        },
    };
    let missing: Vec<IndexBasis> = bases.into_iter().filter(|basis| !known.contains(&basis.batch)).collect();
    if missing.is_empty() {
        return hold.sweep_index();
    }
    for batch in rows(&store, &dir, &missing, watch)? {
        publish(&dir, &binding, batch)?;
    }
    // Segments of batches that are now read differently.
    hold.sweep_index()?;
    forget(hold.home(), &binding.case);
    told(hold, missing.iter(), clock).map(drop)
}
