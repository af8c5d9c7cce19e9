//! Verifies the proof of one record, a file of its own.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::error::{Context, Error, Result, visible};
use crate::export::bag::{MOST_VALUES, file_damage};
use crate::export::node_list::parse_nodes;
use crate::fs::{open_named, read_json, read_named};
use crate::journal::{
    CHECKPOINT_NAMESPACE, Checkpoint, Entry, EvidenceImport, History, check_signature, leaf,
};
use crate::record::{Digest, Hash, SourceId, parse_canonical_hex, root_from};
use crate::verify::{Damage, Levels, NEVER_PROVEN, TrustInputs, VerifyReport, VerifyScope};

use super::proofs::{FrameProofLine, SourceProofLine};

/// Largest proof that is read.
const LARGEST: u64 = 64 << 20;

/// A proof, as `vestigo show ID --proof` writes it.
#[derive(Deserialize)]
struct RecordProofFile {
    event: String,
    record: ProvedRecord,
    proof: (FrameProofLine, SourceProofLine),
    journal: SealingEntry,
    checkpoint: String,
    checkpoint_signature: Option<String>,
    #[serde(default)]
    keys: Vec<String>,
}

#[derive(Deserialize)]
struct ProvedRecord {
    record: u64,
    bytes_base64: String,
    lead: u64,
    text_length: u64,
}

#[derive(Deserialize)]
struct SealingEntry {
    place: u64,
    line: String,
    nodes: Vec<String>,
}

/// Returns whether a file looks like a proof: JSON, and no tar.
pub fn is_record_proof(path: &Path) -> bool {
    let mut first = [0; 1];
    let read = open_named(path).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut first));
    read.is_ok() && first == *b"{"
}

/// Verifies the proof of one record and never writes.
pub fn verify_record_proof(path: &Path, brought: &TrustInputs) -> Result<VerifyReport> {
    let shown = visible(&path.to_string_lossy());
    let bytes = read_named(path, LARGEST).context(|| format!("cannot read {shown}"))?;
    let proof: RecordProofFile = read_json(&bytes, MOST_VALUES).map_err(|error| {
        Error::case(format!("{shown} is not a proof: {error}"))
            .hint("Name what `vestigo show ID --proof` printed, a bundle, or a case's folder.")
    })?;
    let mut climb = ProofChecks::default();
    if let Err(reason) = climb.record(&proof) {
        climb.damage.push(file_damage("(proof)", reason));
    }
    if let Err(reason) = climb.checkpoint(&proof, brought) {
        climb.damage.push(file_damage("(checkpoint)", reason));
    }
    let consistent = climb.damage.is_empty();
    climb.not_proven.push("Which part of the bytes is the event's text, and what its fields are.".to_owned());
    climb.not_proven.push(NEVER_PROVEN.to_owned());
    let signed = climb.signed.filter(|_| consistent);
    Ok(VerifyReport {
        target: shown,
        levels: Levels { consistent, signed, anchored: None, extends: climb.extends },
        damage: climb.damage,
        notes: climb.notes,
        not_proven: climb.not_proven,
        entries: climb.entries,
        sources: 1,
        scope: VerifyScope { whole: true, ..VerifyScope::default() },
        history: History::default(),
    })
}

#[derive(Default)]
struct ProofChecks {
    damage: Vec<Damage>,
    notes: Vec<String>,
    not_proven: Vec<String>,
    signed: Option<String>,
    extends: Option<bool>,
    entries: u64,
}

impl ProofChecks {
    /// From the record's bytes to the root of its source.
    fn record(&mut self, proof: &RecordProofFile) -> Result<(), String> {
        let (frame, end) = &proof.proof;
        let whole = STANDARD.decode(&proof.record.bytes_base64).map_err(|_| "its bytes are not base64")?;
        if proof.record.lead.saturating_add(proof.record.text_length) > whole.len() as u64 {
            return Err("its text is not inside of its bytes".to_owned());
        }
        let source = parse_canonical_hex::<32>(&frame.source).ok_or("its source is not a hash")?;
        let name = format!("{}:{}", SourceId(source), proof.record.record);
        let (known, [one]) = (&frame.known, &frame.known[..]) else {
            return Err("it does not prove one record".to_owned());
        };
        let (Some(salt), None) = (&one.salt, &one.leaf) else {
            return Err("it has no salt, so nothing follows from its bytes".to_owned());
        };
        if known.len() != 1
            || proof.event != name
            || one.record != proof.record.record
            || end.source != frame.source
        {
            return Err("its parts are of several records".to_owned());
        }
        let mut hash = Sha256::new();
        hash.update([0]);
        hash.update(parse_canonical_hex::<16>(salt).ok_or("its salt is not sixteen bytes")?);
        hash.update(&whole);
        let place = one.record.checked_sub(frame.first_record).filter(|place| *place < frame.records);
        let place = place.ok_or("its record is outside its frame")?;
        let leads = |size, place, leaf: Hash, nodes: &[String], meant: &str, what: &str| {
            let root = root_from(size, &BTreeMap::from([(place, leaf)]), &parse_nodes(nodes)?);
            let found = root.filter(|root| Digest(*root).to_string() == meant);
            found.ok_or_else(|| format!("its {what} does not lead to its root"))
        };
        let root = leads(frame.records, place, hash.finalize().into(), &frame.nodes, &frame.root, "record")?;
        if end.known != [frame.frame] || frame.frame >= end.frames {
            return Err("its frame is not the one that leads to its source".to_owned());
        }
        leads(end.frames, frame.frame, root, &end.nodes, &end.root, "frame")?;
        if end.frames > 1 {
            self.not_proven.push("Which number the record has in its source: the tree binds the position of its frame, and its position in that frame.".to_owned());
        }
        self.entry(proof, end)?;
        self.notes.push(format!("The {} bytes of {name} are part of the sealed original.", whole.len()));
        Ok(())
    }

    /// That the entry of the journal seals this root.
    fn entry(&mut self, proof: &RecordProofFile, end: &SourceProofLine) -> Result<(), String> {
        let line: Entry = read_json(proof.journal.line.as_bytes(), MOST_VALUES)
            .map_err(|_| "its journal line is not an entry")?;
        let seals = |import: EvidenceImport| {
            import.sources.iter().any(|row| row.source == end.source && row.root == end.root)
        };
        if !line.read().is_some_and(seals) || line.seq != proof.journal.place {
            return Err("its journal line does not seal this source".to_owned());
        }
        self.notes.push(format!("Sealed at {} by {}.", visible(&line.at), visible(&line.by)));
        Ok(())
    }

    /// From the entry of the journal to the checkpoint, and whose that is.
    fn checkpoint(&mut self, proof: &RecordProofFile, brought: &TrustInputs) -> Result<(), String> {
        let checkpoint = Checkpoint::parse(&proof.checkpoint).map_err(|error| error.to_string())?;
        self.entries = checkpoint.size;
        let leaf = leaf(format!("{}\n", proof.journal.line).as_bytes());
        let leaves = BTreeMap::from([(proof.journal.place, leaf)]);
        if root_from(checkpoint.size, &leaves, &parse_nodes(&proof.journal.nodes)?) != Some(checkpoint.root) {
            return Err("the journal line does not lead to its root".to_owned());
        }
        self.anchors(&checkpoint, brought);
        self.notes.push(format!(
            "It says that it is from the case {}.",
            visible(checkpoint.origin.strip_prefix("vestigo/").unwrap_or(&checkpoint.origin))
        ));
        let Some(pem) = &proof.checkpoint_signature else {
            self.not_proven.push(
                "Who sealed it: its checkpoint is UNSIGNED, so anybody can have made all of this.".to_owned(),
            );
            return Ok(());
        };
        let signed = check_signature(CHECKPOINT_NAMESPACE, proof.checkpoint.as_bytes(), pem.as_bytes())?;
        let key = &signed.fingerprint;
        let known = proof.keys.iter().any(|name| name == key);
        self.notes.push(match known {
            true => format!("The checkpoint is signed by {key}, which the file names as a key of the case."),
            false => format!(
                "The checkpoint is signed by {key}, which the file does NOT name as a key of the case."
            ),
        });
        match brought.check_signer(&signed, CHECKPOINT_NAMESPACE) {
            Ok((who, open)) => {
                self.signed = known.then_some(who);
                self.not_proven.extend(open);
            }
            Err(why) => self.not_proven.push(format!("Who sealed it: {why}.")),
        }
        self.not_proven.push("That this key is the case's: the file says so itself; compare it with what the case's owner told you.".to_owned());
        Ok(())
    }

    fn anchors(&mut self, checkpoint: &Checkpoint, brought: &TrustInputs) {
        for (from, brought) in &brought.anchors {
            if brought.origin == checkpoint.origin && brought.size != checkpoint.size {
                self.not_proven.push(format!(
                    "That its history is that of {}: that covers {} entries, this {}.",
                    visible(from),
                    brought.size,
                    checkpoint.size
                ));
                continue;
            }
            let same = brought == checkpoint;
            self.extends = Some(self.extends.unwrap_or(true) && same);
            if !same {
                let reason = format!("history differs: {} says otherwise", visible(from));
                self.damage.push(file_damage("(checkpoint)", reason));
            }
        }
    }
}
