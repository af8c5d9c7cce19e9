//! What can be proved of a bundle, rung by rung?
//!
//! Owns the verification of a bundle: its lists and signatures, the proofs of its
//! records, and everything it states, derived again from its raw records, its journal
//! and its other files. Promises that nothing is called proved that was not checked,
//! and that a bundle is read and never written.

mod bag_info;
mod coverage;
mod differences;
mod events;
mod findings;
mod journal;
mod manifests;
mod proofs;
mod record_proof;
mod records;
mod tables;

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::error::{Error, Result, visible};
use crate::journal::{
    CHECKPOINT_NAMESPACE, Checkpoint, History, check_signature, check_timestamp, read_timestamp,
};
use crate::verify::Damage;
use crate::verify::{Levels, NEVER_PROVEN, TrustInputs, VerifyReport, VerifyScope};

use crate::export::bag::reader::{Bag, damage};
use crate::export::report::build;
use crate::export::write::bag::{NAMESPACE, SIGNATURE, STAMP, TAGMANIFEST};
use bag_info::{Facts, Stated};
use coverage::Covered;
use differences::Differences;
use events::Known;
use findings::{Against, Noted};
use journal::Told;
use proofs::Proved;
use records::Rows;

const CHECKPOINT_SIGNATURE: &str = "data/checkpoint.txt.sig";

pub use record_proof::{is_proof, verify_proof};

/// What the trees leave open where a source has several frames.
const LOOSE: &str = "Which numbers, lines and offsets the records of a source of several frames have: the trees bind their order, not how many come before.";

/// Verifies a bundle (a folder or a tar) and never writes. `progress` is told
/// bytes done, and in all.
pub fn verify(
    path: &Path,
    brought: &TrustInputs,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<VerifyReport> {
    let bag = Bag::open(path)?;
    let mut found = bag.check(progress);
    let mut climb = Climb::default();
    let stated = Stated::read(&bag, &mut found);
    let mut told = Told::read(&bag, &mut found);
    climb.signature(&bag, &stated, &told, brought, &mut found);
    // Where redaction hides which case it is of, it is the one that the bundle says.
    told.case = told.case.take().or_else(|| stated.case());
    climb.checkpoint(&bag, &told, &mut found);
    let proved = records(&bag, &told, &stated, &mut found);
    climb.stamp(&bag, brought, &mut found);
    climb.outside(&told, brought, &mut found);
    found.sort();
    found.dedup();
    let consistent = found.is_empty();
    climb.open(&told, &proved);
    let Climb { signed, anchored, extends, not_proven, mut notes, .. } = climb;
    notes.splice(0..0, proved.notes());
    notes.extend(bag.packing());
    let levels = Levels {
        consistent,
        signed: signed.filter(|_| consistent),
        anchored: anchored.filter(|_| consistent),
        extends,
    };
    Ok(VerifyReport {
        target: visible(&path.to_string_lossy()),
        levels,
        damage: found,
        notes,
        not_proven,
        entries: told.entries,
        sources: proved.proved.sources,
        scope: VerifyScope { whole: true, ..VerifyScope::default() },
        history: History::default(),
    })
}

/// What was proved and derived, and what was not.
#[derive(Default)]
struct Derived {
    proved: Proved,
    events: u64,
    open: Vec<String>,
}

impl Derived {
    fn notes(&self) -> Vec<String> {
        let shown = self.proved.shown;
        let mut notes = vec![format!("{shown} records are proved to be parts of the sealed originals.")];
        if self.events > 0 {
            notes.push(format!("{} events were read again from the bytes of their records.", self.events));
        }
        notes
    }
}

/// Checks records and their proofs, and derives again what is said of them.
fn records(bag: &Bag, told: &Told, stated: &Stated, found: &mut Vec<Damage>) -> Derived {
    let Some(mut rows) = Rows::read(bag, found) else { return Derived::default() };
    let proved = proofs::check(bag, told, &mut rows, found);
    let (covered, noted) = (Covered::read(bag, found), Noted::read(bag, stated.is_whole(), found));
    let tags = noted.tags();
    let (tokens, redacted) = (&stated.tokens, stated.is_redacted());
    let known = Known { bag, tokens, redacted, readings: &covered.readings, tags: &tags };
    let said = events::check(&known, &mut rows, found)
        .map_err(|reason| found.push(damage("data/events.jsonl", reason)))
        .ok();
    let mut open = Vec::new();
    let facts = Facts { bag, told, covered: &covered, said: said.as_ref(), events: rows.len() };
    open.extend(stated.check(&facts, found));
    let Some(said) = said else { return Derived { proved, events: 0, open } };
    let parts = rows.in_order(found);
    if parts > 0 {
        open.push(format!("That {parts} records are parts of overlong lines, and so were kept as text."));
    }
    for (why, number) in &said.open {
        open.push(format!("The fields of {number} events, which were not derived: {}.", visible(why)));
    }
    open.extend(covered.check(bag, told, &proved, &said, found));
    open.extend(noted.check(&Against { bag, told, rows: &rows, said: &said }, stated.asked(), found));
    open.extend(report(bag, stated, found));
    Derived { proved, events: said.derived, open }
}

/// Makes the report again. Returns what is open.
fn report(bag: &Bag, stated: &Stated, found: &mut Vec<Damage>) -> Option<String> {
    const FILE: &str = "data/report.html";
    if !stated.is_whole() {
        return Some(
            "That the report says what the other files say: this bundle does not name what it was made with."
                .to_owned(),
        );
    }
    let says = bag.read(FILE).ok()?;
    match build::html(bag, &stated.info) {
        Err(error) => found.push(damage(FILE, error.to_string())),
        Ok(made) if made.as_bytes() == says => {}
        Ok(made) => {
            let says = String::from_utf8_lossy(&says).into_owned();
            let (mut one, mut other) = (says.lines(), made.lines());
            let mut differences = Differences::of(FILE, found);
            for number in 1.. {
                let (one, other) = (one.next(), other.next());
                if one.is_none() && other.is_none() {
                    break;
                }
                differences.compare(&format!("line {number}"), &one.into(), &other.into());
            }
            if differences.end() {
                found.push(damage(FILE, "it is not the page that the other files make"));
            }
        }
    }
    None
}

#[derive(Default)]
struct Climb {
    /// The key that signed the bundle.
    signer: Option<String>,
    signed: Option<String>,
    anchored: Option<String>,
    extends: Option<bool>,
    not_proven: Vec<String>,
    notes: Vec<String>,
}

impl Climb {
    fn signature(
        &mut self,
        bag: &Bag,
        stated: &Stated,
        told: &Told,
        brought: &TrustInputs,
        found: &mut Vec<Damage>,
    ) {
        let (list, pem) = (bag.read(TAGMANIFEST), small(bag, SIGNATURE));
        for (name, read) in [(TAGMANIFEST, &list), (SIGNATURE, &pem)] {
            if let Some(error) = read.as_ref().err().filter(|_| bag.has(name)) {
                found.push(damage(name, error.to_string()));
            }
        }
        let (Ok(list), Ok(pem)) = (list, pem) else {
            self.not_proven.push("Who answers for it: it is UNSIGNED.".to_owned());
            return;
        };
        match check_signature(NAMESPACE, &list, &pem) {
            Err(reason) => {
                // Which of the two was changed, nothing here can tell.
                found.push(damage(TAGMANIFEST, format!("its signature is not one over it: {reason}")));
                found.push(damage(SIGNATURE, reason));
            }
            Ok(signed) => {
                if stated.is_signed_by_another(&signed.fingerprint) {
                    let reason = format!("its Vestigo-Key is not {}, which signed", signed.fingerprint);
                    found.push(damage("bag-info.txt", reason));
                }
                match brought.check_signer(&signed, NAMESPACE) {
                    Ok((who, open)) => {
                        self.signed = Some(who);
                        self.not_proven.extend(open);
                    }
                    Err(why) => self.not_proven.push(format!("Who answers for it: {why}.")),
                }
                if let Some(note) = told.stranger(&signed.fingerprint) {
                    self.notes.push(format!("The bundle was signed by {note}"));
                }
                self.signer = Some(signed.fingerprint);
            }
        }
    }

    fn checkpoint(&mut self, bag: &Bag, told: &Told, found: &mut Vec<Damage>) {
        const FILE: &str = "data/checkpoint.txt";
        let Ok(bytes) = small(bag, FILE) else {
            return found.push(damage(FILE, "it is not a checkpoint"));
        };
        let parsed = String::from_utf8(bytes.clone()).ok().and_then(|text| Checkpoint::parse(&text).ok());
        let Some(checkpoint) = parsed else {
            return found.push(damage(FILE, "it is not a checkpoint"));
        };
        if checkpoint.size != told.entries {
            found.push(damage(
                FILE,
                format!("it is over {} entries, the journal has {}", checkpoint.size, told.entries),
            ));
        } else if let Some(how) = told.against(&checkpoint) {
            found.push(damage(FILE, how));
        }
        if !told.is_of_case(&checkpoint) {
            found.push(damage(FILE, "it is of another case"));
        }
        match small(bag, CHECKPOINT_SIGNATURE) {
            Ok(pem) => match check_signature(CHECKPOINT_NAMESPACE, &bytes, &pem) {
                Err(reason) => found.push(damage(CHECKPOINT_SIGNATURE, reason)),
                Ok(signed) => self.sealed(told, &signed.fingerprint),
            },
            Err(error) if bag.has(CHECKPOINT_SIGNATURE) => {
                found.push(damage(CHECKPOINT_SIGNATURE, error.to_string()));
            }
            Err(_) if bag.has(SIGNATURE) => found.push(damage(CHECKPOINT_SIGNATURE, "it is missing")),
            Err(_) => {}
        }
    }

    /// Tells who signed the checkpoint, where that is not as one would expect.
    fn sealed(&mut self, told: &Told, fingerprint: &str) {
        if let Some(signer) = self.signer.as_ref().filter(|signer| *signer != fingerprint) {
            self.notes.push(format!(
                "Two keys signed: the bundle {signer}, the checkpoint of the case in it {fingerprint}."
            ));
        }
        if let Some(note) = told.stranger(fingerprint) {
            self.notes.push(format!("The checkpoint was signed by {note}"));
            self.signed = self.signed.take().filter(|_| told.withheld > 0);
            self.not_proven.push(format!(
                "That the case's history is the one its owner sealed: {fingerprint}, which signed the checkpoint, is not named by it."
            ));
        }
    }

    /// Checks the time stamps. That over the bundle's own signature says when the
    /// bundle existed; one over the checkpoint says so of the journal only.
    fn stamp(&mut self, bag: &Bag, brought: &TrustInputs, found: &mut Vec<Damage>) {
        let over_bundle = self.token(bag, STAMP, SIGNATURE, brought, found);
        self.anchored = over_bundle.filter(|(_, checked)| *checked).map(|(at, _)| at);
        let over_checkpoint =
            self.token(bag, "data/checkpoint.txt.tsr", CHECKPOINT_SIGNATURE, brought, found);
        if let Some((at, true)) = over_checkpoint {
            self.notes.push(format!("The checkpoint in it was stamped at {at}."));
        }
        if self.anchored.is_none() {
            self.not_proven.push("When it existed: no time stamp over its signature was checked.".to_owned());
        }
    }

    /// Gives when a signature was stamped, and whether the authority's signature was checked.
    fn token(
        &mut self,
        bag: &Bag,
        token: &str,
        over: &str,
        brought: &TrustInputs,
        found: &mut Vec<Damage>,
    ) -> Option<(String, bool)> {
        if !bag.has(token) {
            return None;
        }
        let bytes = small(bag, token).map_err(|error| found.push(damage(token, error.to_string()))).ok()?;
        let data = small(bag, over).unwrap_or_default();
        let imprint: [u8; 32] = Sha256::digest(&data).into();
        let Some(stamp) = read_timestamp(&bytes).filter(|stamp| stamp.imprint == imprint) else {
            found.push(damage(token, format!("it is no time stamp of {over}")));
            return None;
        };
        let Some(ca) = &brought.tsa_ca else {
            self.not_proven.push(format!(
                "That it was stamped at {}: {token} says so; bring the authority's certificate with --tsa-ca.",
                stamp.at
            ));
            return Some((stamp.at, false));
        };
        match check_timestamp(&bytes, &data, ca) {
            Ok(()) => Some((stamp.at, true)),
            Err(why) => {
                found.push(damage(token, why));
                None
            }
        }
    }

    fn outside(&mut self, told: &Told, brought: &TrustInputs, found: &mut Vec<Damage>) {
        let mut later = false;
        for (from, checkpoint) in &brought.anchors {
            let differs = if !told.is_of_case(checkpoint) {
                Some("it is of another case".to_owned())
            } else if checkpoint.size > told.entries {
                // A bundle shows the journal as it was; what came later is not its affair.
                later = true;
                self.not_proven.push(format!(
                    "That its history is that of {}: this bundle shows the first {} entries, your checkpoint covers {}.",
                    visible(from),
                    told.entries,
                    checkpoint.size
                ));
                continue;
            } else {
                told.against(checkpoint)
            };
            self.extends = Some(self.extends.unwrap_or(true) && differs.is_none());
            if let Some(how) = differs {
                let reason = format!("history differs: {} says otherwise: {how}", visible(from));
                found.push(damage("data/journal.jsonl", reason));
            }
        }
        if later && self.extends == Some(true) {
            self.extends = None;
        }
        if brought.anchors.is_empty() {
            self.not_proven.push(
                "That the case's history was not rolled back before: hold it against a checkpoint kept elsewhere (--anchor)."
                    .to_owned(),
            );
        }
    }

    /// Says what stays open.
    fn open(&mut self, told: &Told, derived: &Derived) {
        let proved = &derived.proved;
        if proved.withheld > 0 {
            self.not_proven.push(format!(
                "What {} of {} records say: their bytes are withheld, their leaves stand in the tree.",
                proved.withheld,
                proved.shown + proved.withheld
            ));
        }
        if told.withheld > 0 {
            self.not_proven.push(format!(
                "What {} of {} journal entries say: they are withheld, their hashes stand in the tree.",
                told.withheld, told.entries
            ));
        }
        self.not_proven.extend(proved.loose.then(|| LOOSE.to_owned()));
        self.not_proven.extend(derived.open.iter().cloned());
        self.not_proven.push(NEVER_PROVEN.to_owned());
    }
}

/// Reads a signature, a token or a checkpoint, none of which is large.
fn small(bag: &Bag, name: &str) -> Result<Vec<u8>> {
    const LARGEST: u64 = 1 << 20;
    if bag.length(name).is_some_and(|length| length > LARGEST) {
        return Err(Error::case(format!("{name} of the bundle is too large to be what it is named")));
    }
    bag.read(name)
}
