//! What can be proved of a bundle, rung by rung.

mod proofs;
mod rows;
mod said;
mod stated;
mod told;

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::case::{Brought, NEVER_PROVEN, Reach, Rungs, Verdict};
use crate::error::{Result, visible};
use crate::evidence::Damage;
use crate::journal::{
    CHECKPOINT_NAMESPACE, Checkpoint, History, check_signature, read_stamp, stamp_is_trusted,
};

use crate::export::bag::{NAMESPACE, SIGNATURE, STAMP, TAGMANIFEST};
use crate::export::read::{Bag, damage};
use proofs::Proved;
use rows::Rows;
use stated::Stated;
use told::Told;

const CHECKPOINT_SIGNATURE: &str = "data/checkpoint.txt.sig";

/// What no check of a bundle can derive.
const VOUCHED: &str = "That the normalised fields, tables and the report say what the records say: only the signer vouches for them.";

/// What the trees leave open where a source has several frames.
const LOOSE: &str = "Which numbers, lines and offsets the records of a source of several frames have: the trees bind their order, not how many come before.";

/// Verifies a bundle (a folder or a tar) and never writes. `progress` is told
/// bytes done, and in all.
pub fn verify(path: &Path, brought: &Brought, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Verdict> {
    let bag = Bag::open(path)?;
    let mut found = bag.check(progress);
    let mut climb = Climb::default();
    let stated = Stated::read(&bag, &mut found);
    climb.signature(&bag, &stated, brought, &mut found);
    let mut told = Told::read(&bag, &mut found);
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
    let Climb { signed, anchored, extends, not_proven, mut notes } = climb;
    notes.insert(0, format!("{} records are proved to be parts of the sealed originals.", proved.shown));
    let rungs = Rungs {
        consistent,
        signed: signed.filter(|_| consistent),
        anchored: anchored.filter(|_| consistent),
        extends,
    };
    Ok(Verdict {
        target: visible(&path.to_string_lossy()),
        rungs,
        damage: found,
        notes,
        not_proven,
        entries: told.entries,
        sources: proved.sources,
        reach: Reach { whole: true, ..Reach::default() },
        history: History::default(),
    })
}

/// Checks records, their proofs, their events, and what is said of them all.
fn records(bag: &Bag, told: &Told, stated: &Stated, found: &mut Vec<Damage>) -> Proved {
    let Some(mut rows) = Rows::read(bag, found) else { return Proved::default() };
    let proved = proofs::check(bag, told, &mut rows, found);
    let digest = said::check(bag, &mut rows, &stated.tokens)
        .map_err(|reason| found.push(damage("data/events.jsonl", reason)))
        .ok();
    stated.check(told, rows.len(), digest.as_deref(), found);
    proved
}

#[derive(Default)]
struct Climb {
    signed: Option<String>,
    anchored: Option<String>,
    extends: Option<bool>,
    not_proven: Vec<String>,
    notes: Vec<String>,
}

impl Climb {
    fn signature(&mut self, bag: &Bag, stated: &Stated, brought: &Brought, found: &mut Vec<Damage>) {
        let (Ok(list), Ok(pem)) = (bag.read(TAGMANIFEST), bag.read(SIGNATURE)) else {
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
                match brought.trust(&signed, NAMESPACE) {
                    Ok((who, open)) => {
                        self.signed = Some(who);
                        self.not_proven.extend(open);
                    }
                    Err(why) => self.not_proven.push(format!("Who answers for it: {why}.")),
                }
            }
        }
    }

    fn checkpoint(&mut self, bag: &Bag, told: &Told, found: &mut Vec<Damage>) {
        const FILE: &str = "data/checkpoint.txt";
        let Ok(bytes) = bag.read(FILE) else { return };
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
        match bag.read(CHECKPOINT_SIGNATURE) {
            Ok(pem) => {
                if let Err(reason) = check_signature(CHECKPOINT_NAMESPACE, &bytes, &pem) {
                    found.push(damage(CHECKPOINT_SIGNATURE, reason));
                }
            }
            Err(_) if bag.has(SIGNATURE) => found.push(damage(CHECKPOINT_SIGNATURE, "it is missing")),
            Err(_) => {}
        }
    }

    /// Checks the time stamps. That over the bundle's own signature says when the
    /// bundle existed; one over the checkpoint says so of the journal only.
    fn stamp(&mut self, bag: &Bag, brought: &Brought, found: &mut Vec<Damage>) {
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
        brought: &Brought,
        found: &mut Vec<Damage>,
    ) -> Option<(String, bool)> {
        let bytes = bag.read(token).ok()?;
        let data = bag.read(over).unwrap_or_default();
        let imprint: [u8; 32] = Sha256::digest(&data).into();
        let Some(stamp) = read_stamp(&bytes).filter(|stamp| stamp.imprint == imprint) else {
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
        match stamp_is_trusted(&bytes, &data, ca) {
            Ok(()) => Some((stamp.at, true)),
            Err(why) => {
                found.push(damage(token, why));
                None
            }
        }
    }

    fn outside(&mut self, told: &Told, brought: &Brought, found: &mut Vec<Damage>) {
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
    fn open(&mut self, told: &Told, proved: &Proved) {
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
        self.not_proven.extend([VOUCHED, NEVER_PROVEN].map(str::to_owned));
    }
}
