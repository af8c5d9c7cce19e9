//! Verifies that sources begin where the sources that they continue say.

use std::collections::HashMap;

use crate::record::Continuation;
use crate::verify::Damage;

use super::fault::Fault;
use super::layout::BatchFile;
use super::manifest::SourceRow;
use super::store::{Batch, read_frame};

/// Checks of each source that continues another that it begins at a record of that, and
/// how many events it replaces. That the bytes fit follows from the hash over the whole.
pub(super) fn check_continuations(batches: &[(u32, Batch)]) -> Vec<Damage> {
    let (mut damage, mut known) = (Vec::new(), HashMap::<&str, (&Batch, &SourceRow)>::new());
    for (number, batch) in batches {
        for row in &batch.manifest.sources {
            if let Some(continues) = &row.continues {
                let reason = match known.get(continues.source.as_str()) {
                    None => Some("which is not in this case, or was imported later"),
                    Some((batch, before)) => misplaced(batch, before, continues),
                };
                if let Some(reason) = reason {
                    let (source, before) = (&row.source, &continues.source);
                    let reason = format!("source {source} continues source {before}, {reason}");
                    damage.push(Fault::new(BatchFile::Manifest, reason).in_batch(*number));
                }
            }
            known.entry(&row.source).or_insert((batch, row));
        }
    }
    damage
}

/// Returns in what a continuation does not fit the source that it continues. A damaged
/// frame is reported elsewhere.
fn misplaced(batch: &Batch, before: &SourceRow, continues: &Continuation) -> Option<&'static str> {
    let Continuation { offset, record, replaced, .. } = continues;
    if *record < before.first_record() || *record > before.end_record() {
        return Some("which does not hold the record at which it begins");
    }
    let (mut found, mut events) = (None, 0);
    for frame in
        before.frames.iter().filter(|frame| frame.first_record.saturating_add(frame.records) > *record)
    {
        let frame = read_frame(&batch.content, &batch.spans, frame).ok()?;
        let mut at = frame.start;
        for (number, span) in (frame.first_record..).zip(&frame.spans) {
            if number == *record {
                found = Some(at);
            }
            events += u64::from(number >= *record && !span.rejected);
            at = at.saturating_add(span.length() as u64);
        }
    }
    if found.unwrap_or_else(|| before.whole_length()) != *offset {
        return Some("whose record there begins at another offset");
    }
    (events != *replaced).then_some("of which it does not replace as many events as it says")
}
