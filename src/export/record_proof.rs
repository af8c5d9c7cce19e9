//! The proof of one record, as a file of its own.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::case::{Case, beside_checkpoint, keys_of};
use crate::error::{Error, Result};
use crate::export::node_list::format_nodes;
use crate::index::Hit;
use crate::journal::{EvidenceImport, leaf};
use crate::record::{Hash, prove};

use crate::export::rows::{frame_proof_line, source_proof_line};
use crate::export::write::checkpoint_of;

/// Proves one record: its bytes and salt, the nodes to its frame's root and to
/// its source's, the journal entry that names this root, and the nodes from there
/// to the checkpoint. Shows nothing of its neighbors.
pub fn prove_record(case: &Case, hit: &Hit) -> Result<Value> {
    let (at, store) = (case.locate(&hit.source)?, case.store());
    let row = store.row(at);
    let frame = row.frames.partition_point(|frame| frame.first_record <= hit.record);
    let frame = frame.checked_sub(1).ok_or_else(|| Error::integrity("a record has no frame"))?;
    let bytes = store.frame(at, frame)?;
    let place = (hit.record - bytes.first_record) as usize;
    let span = *bytes.spans.get(place).ok_or_else(|| Error::integrity("a record is not in its frame"))?;
    let from: usize = bytes.spans[..place].iter().map(|span| span.length()).sum();
    let whole = &bytes.content[from..from + span.length()];
    let records = store.prove_records(at, &bytes, &[hit.record])?;
    let line = frame_proof_line(hit.source, frame, &row.frames[frame], &records, &[false]);
    let known = [frame as u64];
    let nodes = store.prove_frames(at, &known)?;
    let source = source_proof_line(hit.source, row.frames.len(), &known, &nodes, &row.root);
    Ok(json!({ "event": format!("{}:{}", hit.source, hit.record),
        "record": { "record": hit.record, "bytes_base64": STANDARD.encode(whole),
            "lead": span.lead, "text_length": span.text },
        "proof": [line, source], "journal": sealed(case, hit)?, "checkpoint": checkpoint(case),
        "checkpoint_signature": signature(case),
        "keys": keys_of(case.about(), case.journal()),
        "check": "python3 verify_proofs.py THIS-FILE; vestigo generate verify-proofs prints that script" }))
}

/// Returns the entry that sealed a source, and the nodes to the checkpoint.
fn sealed(case: &Case, hit: &Hit) -> Result<Value> {
    let (journal, source) = (case.whole_journal(), hit.source.to_string());
    let seals = |import: EvidenceImport| import.sources.iter().any(|row| row.source == source);
    let place = journal.entries.iter().position(|entry| entry.read().is_some_and(seals));
    let place = place.ok_or_else(|| Error::integrity("no entry names this source"))?;
    let leaves: Vec<Hash> = journal.texts.iter().map(|text| leaf(text)).collect();
    let text = String::from_utf8_lossy(&journal.texts[place]);
    Ok(json!({ "place": place, "line": text.trim_end_matches('\n'),
        "nodes": format_nodes(&prove(&leaves, &[place as u64])) }))
}

fn checkpoint(case: &Case) -> String {
    checkpoint_of(case, case.journal().len()).text()
}

/// Returns the signature over the checkpoint of the present end, where it was signed.
fn signature(case: &Case) -> Option<String> {
    let pem = beside_checkpoint(case.dir(), case.journal().len() as u64, "sig").ok()??;
    String::from_utf8(pem).ok()
}
