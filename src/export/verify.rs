//! What can be proved of a bundle, rung by rung.

use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::case::{Brought, NEVER_PROVEN, Rungs, Verdict};
use crate::error::{Result, visible};
use crate::evidence::Damage;
use crate::journal::{CHECKPOINT_NAMESPACE, Checkpoint, check_signature, read_stamp, stamp_is_trusted};

use super::bag::{NAMESPACE, SIGNATURE, STAMP, TAGMANIFEST};
use super::proofs::{self, Told};
use super::read::{Bag, damage};

/// Verifies a bundle (a folder or a tar) and never writes. `progress` is told
/// bytes done, and in all.
pub fn verify(path: &Path, brought: &Brought, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Verdict> {
    let bag = Bag::open(path)?;
    let mut found = bag.check(progress);
    let mut climb = Climb::default();
    climb.signature(&bag, brought, &mut found);
    let told = proofs::journal(&bag, &mut found);
    climb.checkpoint(&bag, &told, &mut found);
    let (proved, withheld) = proofs::check(&bag, &told, &mut found);
    counted(&bag, proved + withheld, &mut found);
    climb.stamp(&bag, brought, &mut found);
    climb.outside(&told, brought, &mut found);
    found.sort();
    found.dedup();
    let consistent = found.is_empty();
    let Climb { signed, anchored, extends, mut not_proven } = climb;
    if withheld > 0 {
        not_proven.push(format!(
            "What {withheld} of {} records say: their bytes are withheld, their leaves stand in the tree.",
            proved + withheld
        ));
    }
    not_proven.push(NEVER_PROVEN.to_owned());
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
        notes: vec![format!("{proved} records are proved to be parts of the sealed originals.")],
        not_proven,
        entries: told.entries,
        sources: bag.names("data/proofs/").len() as u64,
    })
}

#[derive(Default)]
struct Climb {
    signed: Option<String>,
    anchored: Option<String>,
    extends: Option<bool>,
    not_proven: Vec<String>,
}

impl Climb {
    fn signature(&mut self, bag: &Bag, brought: &Brought, found: &mut Vec<Damage>) {
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
            Ok(signed) => match brought.trust(&signed, NAMESPACE) {
                Ok((who, open)) => {
                    self.signed = Some(who);
                    self.not_proven.extend(open);
                }
                Err(why) => self.not_proven.push(format!("Who answers for it: {why}.")),
            },
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
        if let Some(case) = &told.case
            && checkpoint.origin != Checkpoint::origin_of(case)
        {
            found.push(damage(FILE, "it is of another case"));
        }
        if let Ok(pem) = bag.read("data/checkpoint.txt.sig")
            && let Err(reason) = check_signature(CHECKPOINT_NAMESPACE, &bytes, &pem)
        {
            found.push(damage("data/checkpoint.txt.sig", reason));
        }
    }

    fn stamp(&mut self, bag: &Bag, brought: &Brought, found: &mut Vec<Damage>) {
        for (token, over) in [(STAMP, SIGNATURE), ("data/checkpoint.txt.tsr", "data/checkpoint.txt.sig")] {
            let (Ok(bytes), Ok(data)) = (bag.read(token), bag.read(over)) else { continue };
            let imprint: [u8; 32] = Sha256::digest(&data).into();
            let Some(stamp) = read_stamp(&bytes).filter(|stamp| stamp.imprint == imprint) else {
                found.push(damage(token, format!("it is no time stamp of {over}")));
                continue;
            };
            let Some(ca) = &brought.tsa_ca else {
                self.not_proven.push(format!(
                    "That it was stamped at {}: {token} says so; bring the authority's certificate with --tsa-ca.",
                    stamp.at
                ));
                continue;
            };
            match trusted(&bytes, &data, ca) {
                Ok(()) => self.anchored = Some(stamp.at),
                Err(why) => found.push(damage(token, why)),
            }
        }
        if self.anchored.is_none() {
            self.not_proven.push("When it existed: no time stamp was checked.".to_owned());
        }
    }

    fn outside(&mut self, told: &Told, brought: &Brought, found: &mut Vec<Damage>) {
        for (from, checkpoint) in &brought.anchors {
            let other =
                told.case.as_ref().is_some_and(|case| checkpoint.origin != Checkpoint::origin_of(case));
            let differs =
                if other { Some("it is of another case".to_owned()) } else { told.against(checkpoint) };
            self.extends = Some(self.extends.unwrap_or(true) && differs.is_none());
            if let Some(how) = differs {
                let older = checkpoint.size > told.entries;
                let what =
                    if older { "this bundle is older than your checkpoint" } else { "history differs" };
                found.push(damage(
                    "data/journal.jsonl",
                    format!("{what}: {} says otherwise: {how}", visible(from)),
                ));
            }
        }
        if brought.anchors.is_empty() {
            self.not_proven.push(
                "That the case's history was not rolled back before: hold it against a checkpoint kept elsewhere (--anchor)."
                    .to_owned(),
            );
        }
    }
}

/// Asks openssl, which wants files.
fn trusted(token: &[u8], data: &[u8], ca: &Path) -> Result<(), String> {
    let file = |bytes: &[u8]| -> std::io::Result<tempfile::NamedTempFile> {
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(file.path(), bytes)?;
        Ok(file)
    };
    let (token, data) = (file(token), file(data));
    match (token, data) {
        (Ok(token), Ok(data)) => stamp_is_trusted(token.path(), data.path(), ca),
        (Err(error), _) | (_, Err(error)) => Err(format!("it could not be checked: {error}")),
    }
}

/// Checks that the query's count is that of the events.
fn counted(bag: &Bag, records: u64, found: &mut Vec<Damage>) {
    let query: Value = bag
        .read("data/query.json")
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default();
    if query["events"] != records {
        found.push(damage(
            "data/query.json",
            format!("it says {} events, there are {records}", query["events"]),
        ));
    }
}
