//! Renders the events of one frame for the bundle's files.

use serde_json::{Map, Value};

use crate::case::record_hash;
use crate::error::{Error, Result};
use crate::evidence::Span;
use crate::record::{EventRecord, csv_row, json_object, to_hex};

use crate::export::bag::files::raw_path;
use crate::export::redact::Redactor;
use crate::export::rows::{EventForms, event_forms, frame_proof_line};

use super::context::{RenderContext, SourceShare};
use super::job::FrameJob;

/// What one frame gives.
pub struct FrameOutput {
    /// The bytes of its records that are shown, one after another.
    pub raw: Vec<u8>,
    /// The line of the proof file.
    pub proof: String,
    /// Each event.
    pub events: Vec<EventOutput>,
}

/// What one event gives.
pub struct EventOutput {
    event: String,
    /// Where its record begins in [`FrameOutput::raw`], how long it is, and where in it
    /// the event's text begins and how long that is; none where it is withheld.
    pub place: Option<[u64; 4]>,
    line: u64,
    /// Where it stands in its source; not said where that would tell how long
    /// a withheld neighbor is.
    offset: Option<u64>,
    hash: String,
    record: u64,
    pub forms: EventForms,
}

impl EventOutput {
    /// Returns the row of `records.csv`; `before` is how long the raw file was before
    /// this piece.
    pub fn row(&self, share: &SourceShare, before: u64) -> String {
        let mut cells = vec![self.event.clone()];
        match self.place {
            None => cells.extend(vec![String::new(); 5]),
            Some([start, rest @ ..]) => {
                cells.push(raw_path(&share.number));
                cells.push((before + start).to_string());
                cells.extend(rest.map(|number| number.to_string()));
            }
        }
        let offset = self.offset.map(|offset| offset.to_string()).unwrap_or_default();
        cells.extend([self.line.to_string(), offset, self.hash.clone()]);
        cells.push(self.record.to_string());
        csv_row(cells)
    }
}

/// Creates the piece of a frame: reads it through its hash, proves its records, and
/// writes its events in every form.
pub fn render_frame(
    context: &RenderContext<'_>,
    share: &SourceShare,
    job: &FrameJob<'_>,
) -> Result<FrameOutput> {
    let store = context.case.store();
    let row = &store.row(job.at).frames[job.frame];
    let bytes = store.frame(job.at, job.frame)?;
    let records: Vec<u64> = job.members.iter().map(|n| context.hits[*n].record).collect();
    let proof = store.prove_records(job.at, &bytes, &records)?;
    if to_hex(&proof.root) != row.root {
        return Err(Error::integrity(format!(
            "evidence/{:04}/manifest.json: the root of frame {} does not follow from its records",
            job.at.batch, job.frame
        )));
    }
    let (mut raw, mut events) = (Vec::new(), Vec::with_capacity(records.len()));
    context.case.entries_in(job.at, &bytes, &records, |entry, span, whole| {
        events.push(render_event(context, &entry, span, whole, &mut raw)?);
        Ok(())
    })?;
    let withheld: Vec<bool> = events.iter().map(|part| part.place.is_none()).collect();
    let line = frame_proof_line(share.source, job.frame, row, &proof, &withheld);
    Ok(FrameOutput { raw, proof: format!("{line}\n"), events })
}

fn render_event(
    context: &RenderContext<'_>,
    entry: &EventRecord,
    span: Span,
    whole: &[u8],
    raw: &mut Vec<u8>,
) -> Result<EventOutput> {
    let origin = &entry.origin;
    let event = format!("{}:{}", origin.source, origin.record);
    let (mut object, withheld) = shown(entry, whole, context.redactor);
    let mut place = None;
    if withheld {
        object.insert("vestigo.withheld".into(), true.into());
    } else {
        let start = raw.len() as u64;
        place = Some([start, whole.len() as u64, u64::from(span.lead), u64::from(span.text)]);
        raw.extend_from_slice(whole);
    }
    let hash = if withheld { String::new() } else { record_hash(entry).to_string() };
    let tags = context.tags.get(&event).into_iter().flatten();
    let tags: Vec<String> = tags.map(|tag| context.redactor.text(tag)).collect();
    let forms = event_forms(object, &tags)?;
    let (line, record) = (origin.line, origin.record);
    let offset = (!context.redactor.is_active()).then_some(origin.offset);
    Ok(EventOutput { event, place, line, offset, hash, record, forms })
}

/// Returns an event as it is shown, and whether its record (`whole`) is withheld:
/// where anything in it had to be redacted, its original is left out, and how long
/// that is: from the length of a line follows that of the value in it. So it would
/// from the places of its neighbors, which no event of a redacted bundle tells.
fn shown(entry: &EventRecord, whole: &[u8], redactor: &Redactor) -> (Map<String, Value>, bool) {
    let mut object = json_object(entry, true);
    if !redactor.is_active() {
        return (object, false);
    }
    let before = object.clone();
    // What JSON escapes, and what is not UTF-8, may hide a value as well.
    let hidden = redactor.touches(&String::from_utf8_lossy(whole));
    redactor.event(&mut object);
    let withheld = hidden || object != before;
    if withheld {
        object.remove("event.original");
        object.remove("vestigo.original_base64");
        object.remove("vestigo.length");
    }
    object.remove("vestigo.offset");
    (object, withheld)
}
