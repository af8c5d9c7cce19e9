//! Compares a case's own index with the evidence.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::io::ErrorKind;

use crate::error::{Error, Result, visible};
use crate::evidence::Store;
use crate::fs::Dir;
use crate::index::{Index, Sum, Witness};
use crate::record::SourceId;

use super::frames::Frames;
use super::index_binding::bases;
use super::layout::INDEX;
use super::progress::Done;
use super::{Watch, each_event, standing_spans};

/// Describes how the index differs from the evidence; every value of every event is
/// compared. Returns `None` if it agrees, if there is no index, or if the evidence itself
/// cannot be read.
pub(super) fn index_note(
    case: &Dir,
    id: &str,
    store: &Store,
    committed: &[(u32, [u8; 32])],
    watch: Watch<'_>,
) -> Option<String> {
    let dir = match case.dir(INDEX) {
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        Err(_) => return Some(said("it is not a folder")),
        Ok(dir) if dir.names().is_ok_and(|names| names.is_empty()) => return None,
        Ok(dir) => dir,
    };
    let witness = Witness::default();
    let index = Index::inspect(&dir, id, &bases(store, committed));
    let indexed = match index.and_then(|index| index.sums(&witness)) {
        Ok(sums) => sums,
        Err(error) => return Some(said(&reason(&error))),
    };
    let given = evidence_sums(store, indexed.keys().copied(), &witness, watch).ok()?;
    let differs = indexed.iter().find(|(number, sum)| given.get(number) != Some(sum));
    differs.map(|(number, _)| said(&format!("the rows of batch {number} are not its events")))
}

fn said(why: &str) -> String {
    format!(
        "index/ does not agree with the evidence ({}): it is not used; `vestigo reindex` rebuilds it.",
        visible(why)
    )
}

fn reason(error: &Error) -> String {
    error.source().map_or_else(|| error.to_string(), ToString::to_string)
}

/// Returns the sum over the events of each of these batches, read again.
fn evidence_sums(
    store: &Store,
    batches: impl Iterator<Item = u32> + Clone,
    witness: &Witness,
    watch: Watch<'_>,
) -> Result<BTreeMap<u32, Sum>> {
    let lengths = store.manifests().filter(|(number, _)| batches.clone().any(|batch| batch == *number));
    let done = Done::new(watch, lengths.map(|(_, manifest)| manifest.length).sum());
    let sum = |number| {
        let sums = Frames::of(store, number)?.each(Sum::default, |sum, frame| {
            let source: SourceId = store.row(frame.at).source.parse()?;
            let bytes = store.frame(frame.at, frame.frame)?;
            let spans = standing_spans(store.row(frame.at), &bytes);
            let parser = &frame.reading.parser;
            each_event(parser, &bytes.content, spans, bytes.first_record, |record, _, event| {
                sum.add(witness.event(&source, record, event));
            });
            done.add(frame.length)
        })?;
        let mut whole = Sum::default();
        sums.into_iter().for_each(|sum| whole.add(sum));
        Ok((number, whole))
    };
    batches.clone().map(sum).collect()
}
