//! The events of one frame, made ready for the bundle's files.

use serde_json::{Map, Value, json};

use crate::case::record_hash;
use crate::error::{Context, Error, Result, escape_json_controls};
use crate::evidence::{FrameProof, FrameRow, Span};
use crate::record::{EventRecord, json_object};

use crate::export::redact::Redactor;
use crate::export::write::records::{Job, Matter, Share, hex, hex_all};
use crate::export::write::spool::Forms;
use crate::record::{CSV_FIELDS, csv_row, field_text, timesketch_row};

/// What one frame gives.
pub(in crate::export) struct Piece {
    /// The bytes of its records that are shown, one after another.
    pub raw: Vec<u8>,
    /// The line of the proof file.
    pub proof: String,
    /// Each event.
    pub parts: Vec<Part>,
}

/// What one event gives.
pub(in crate::export) struct Part {
    event: String,
    /// Where its record begins in [`Piece::raw`], how long it is, and where in it
    /// the event's text begins and how long that is; none where it is withheld.
    pub place: Option<[u64; 4]>,
    line: u64,
    /// Where it stands in its source; not said where that would tell how long
    /// a withheld neighbour is.
    offset: Option<u64>,
    hash: String,
    record: u64,
    pub forms: Forms,
}

impl Part {
    /// Gives the row of `records.csv`; `before` is how long the raw file was before
    /// this piece.
    pub fn row(&self, share: &Share, before: u64) -> String {
        let mut cells = vec![self.event.clone()];
        match self.place {
            None => cells.extend(vec![String::new(); 5]),
            Some([start, rest @ ..]) => {
                cells.push(format!("data/raw/{}.log", share.number));
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

/// Makes the piece of a frame: reads it through its hash, proves its records, and
/// writes its events in every form.
pub(in crate::export) fn piece(matter: &Matter<'_>, share: &Share, job: &Job<'_>) -> Result<Piece> {
    let store = matter.case.store();
    let row = &store.row(job.at).frames[job.frame];
    let bytes = store.frame(job.at, job.frame)?;
    let records: Vec<u64> = job.members.iter().map(|n| matter.hits[*n].record).collect();
    let proof = store.prove_records(job.at, &bytes, &records)?;
    if hex(&proof.root) != row.root {
        return Err(Error::integrity(format!(
            "evidence/{:04}/manifest.json: the root of frame {} does not follow from its records",
            job.at.batch, job.frame
        )));
    }
    let (mut raw, mut parts) = (Vec::new(), Vec::with_capacity(records.len()));
    matter.case.entries_in(job.at, &bytes, &records, |entry, span, whole| {
        parts.push(part(matter, &entry, span, whole, &mut raw)?);
        Ok(())
    })?;
    let withheld: Vec<bool> = parts.iter().map(|part| part.place.is_none()).collect();
    let line = frame_line(share, job.frame, row, &proof, &withheld);
    Ok(Piece { raw, proof: format!("{line}\n"), parts })
}

fn part(
    matter: &Matter<'_>,
    entry: &EventRecord,
    span: Span,
    whole: &[u8],
    raw: &mut Vec<u8>,
) -> Result<Part> {
    let origin = &entry.origin;
    let event = format!("{}:{}", origin.source, origin.record);
    let (mut object, withheld) = shown(entry, whole, matter.redactor);
    let mut place = None;
    if withheld {
        object.insert("vestigo.withheld".into(), true.into());
    } else {
        let start = raw.len() as u64;
        place = Some([start, whole.len() as u64, u64::from(span.lead), u64::from(span.text)]);
        raw.extend_from_slice(whole);
    }
    let hash = if withheld { String::new() } else { record_hash(entry).to_string() };
    let tags = matter.tags.get(&event).into_iter().flatten();
    let tags: Vec<String> = tags.map(|tag| matter.redactor.text(tag)).collect();
    let forms = forms(object, &tags)?;
    let (line, record) = (origin.line, origin.record);
    let offset = (!matter.redactor.is_active()).then_some(origin.offset);
    Ok(Part { event, place, line, offset, hash, record, forms })
}

/// Gives an event in every form.
pub(in crate::export) fn forms(object: Map<String, Value>, tags: &[String]) -> Result<Forms> {
    let line = |object: &Map<String, Value>| -> Result<String> {
        let text = serde_json::to_string(object).context(|| "cannot write an event as JSON".to_owned())?;
        Ok(escape_json_controls(text) + "\n")
    };
    let json = line(&object)?;
    let csv = csv_row(CSV_FIELDS.iter().map(|name| field_text(&object, name)));
    Ok(Forms { json, csv, sketch: line(&timesketch_row(object, tags))? })
}

/// Gives an event as it is shown, and whether its record (`whole`) is withheld:
/// where anything in it had to be taken out, its original is left out, and how long
/// that is: from the length of a line follows that of the value in it. So it would
/// from the places of its neighbours, which no event of a redacted bundle tells.
pub fn shown(entry: &EventRecord, whole: &[u8], redactor: &Redactor) -> (Map<String, Value>, bool) {
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

/// Writes a frame's line of a proof file: of a record that is shown, its salt;
/// of one whose bytes were left out, its leaf.
pub fn frame_line(
    share: &Share,
    number: usize,
    row: &FrameRow,
    proof: &FrameProof,
    withheld: &[bool],
) -> Value {
    let known = proof.known.iter().zip(withheld).map(|((record, salt, leaf), withheld)| {
        if *withheld {
            json!({ "record": record, "leaf": hex(leaf) })
        } else {
            json!({ "record": record, "salt": hex(salt) })
        }
    });
    json!({ "source": share.source.to_string(), "frame": number, "first_record": row.first_record,
        "records": row.records, "known": known.collect::<Vec<Value>>(), "nodes": hex_all(&proof.nodes),
        "root": hex(&proof.root) })
}
