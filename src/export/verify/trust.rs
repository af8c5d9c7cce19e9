//! Checks who signed a bundle, when it existed, and which history it belongs to.

use sha2::{Digest, Sha256};

use crate::error::{Error, Result, visible};
use crate::journal::{CHECKPOINT_NAMESPACE, Checkpoint, check_signature, check_timestamp, read_timestamp};
use crate::verify::{Damage, TrustInputs};

use crate::export::bag::files::{
    BAG_INFO, CHECKPOINT, CHECKPOINT_SIGNATURE, CHECKPOINT_TIMESTAMP, JOURNAL, SIGNATURE, TAGMANIFEST,
    TIMESTAMP,
};
use crate::export::bag::{BagReader, SIGNATURE_NAMESPACE, file_damage};

use super::journal::JournalView;
use super::statements::Statements;

/// What the checks of signatures, time stamps and checkpoints gave.
#[derive(Default)]
pub struct TrustChecks {
    /// The key that signed the bundle.
    signer: Option<String>,
    pub signed: Option<String>,
    pub anchored: Option<String>,
    pub extends: Option<bool>,
    pub not_proven: Vec<String>,
    pub notes: Vec<String>,
}

impl TrustChecks {
    pub fn signature(
        &mut self,
        bag: &BagReader,
        stated: &Statements,
        told: &JournalView,
        brought: &TrustInputs,
        found: &mut Vec<Damage>,
    ) {
        let (list, pem) = (bag.read(TAGMANIFEST), small(bag, SIGNATURE));
        for (name, read) in [(TAGMANIFEST, &list), (SIGNATURE, &pem)] {
            if let Some(error) = read.as_ref().err().filter(|_| bag.has(name)) {
                found.push(file_damage(name, error.to_string()));
            }
        }
        let (Ok(list), Ok(pem)) = (list, pem) else {
            self.not_proven.push("Who answers for it: it is UNSIGNED.".to_owned());
            return;
        };
        match check_signature(SIGNATURE_NAMESPACE, &list, &pem) {
            Err(reason) => {
                // Which of the two was changed, nothing here can tell.
                found.push(file_damage(TAGMANIFEST, format!("its signature is not one over it: {reason}")));
                found.push(file_damage(SIGNATURE, reason));
            }
            Ok(signed) => {
                if stated.is_signed_by_another(&signed.fingerprint) {
                    let reason = format!("its Vestigo-Key is not {}, which signed", signed.fingerprint);
                    found.push(file_damage(BAG_INFO, reason));
                }
                match brought.check_signer(&signed, SIGNATURE_NAMESPACE) {
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

    pub fn checkpoint(&mut self, bag: &BagReader, told: &JournalView, found: &mut Vec<Damage>) {
        let Ok(bytes) = small(bag, CHECKPOINT) else {
            return found.push(file_damage(CHECKPOINT, "it is not a checkpoint"));
        };
        let parsed = String::from_utf8(bytes.clone()).ok().and_then(|text| Checkpoint::parse(&text).ok());
        let Some(checkpoint) = parsed else {
            return found.push(file_damage(CHECKPOINT, "it is not a checkpoint"));
        };
        if checkpoint.size != told.entries {
            found.push(file_damage(
                CHECKPOINT,
                format!("it is over {} entries, the journal has {}", checkpoint.size, told.entries),
            ));
        } else if let Some(how) = told.against(&checkpoint) {
            found.push(file_damage(CHECKPOINT, how));
        }
        if !told.is_of_case(&checkpoint) {
            found.push(file_damage(CHECKPOINT, "it is of another case"));
        }
        match small(bag, CHECKPOINT_SIGNATURE) {
            Ok(pem) => match check_signature(CHECKPOINT_NAMESPACE, &bytes, &pem) {
                Err(reason) => found.push(file_damage(CHECKPOINT_SIGNATURE, reason)),
                Ok(signed) => self.sealed(told, &signed.fingerprint),
            },
            Err(error) if bag.has(CHECKPOINT_SIGNATURE) => {
                found.push(file_damage(CHECKPOINT_SIGNATURE, error.to_string()));
            }
            Err(_) if bag.has(SIGNATURE) => found.push(file_damage(CHECKPOINT_SIGNATURE, "it is missing")),
            Err(_) => {}
        }
    }

    /// Returns who signed the checkpoint, where that is not as one would expect.
    fn sealed(&mut self, told: &JournalView, fingerprint: &str) {
        if let Some(signer) = self.signer.as_ref().filter(|signer| *signer != fingerprint) {
            self.notes.push(format!(
                "Two keys signed: the bundle {signer}, the case's checkpoint in it {fingerprint}."
            ));
        }
        if let Some(note) = told.stranger(fingerprint) {
            self.notes.push(format!("The checkpoint was signed by {note}"));
            self.signed = self.signed.take().filter(|_| told.withheld > 0);
            self.not_proven.push(format!(
                "That the case's history is the one its owner sealed: the journal does not name {fingerprint}, which signed the checkpoint."
            ));
        }
    }

    /// Checks the time stamps. That over the bundle's own signature says when the
    /// bundle existed; one over the checkpoint says so of the journal only.
    pub fn timestamps(&mut self, bag: &BagReader, brought: &TrustInputs, found: &mut Vec<Damage>) {
        let over_bundle = self.token(bag, TIMESTAMP, SIGNATURE, brought, found);
        self.anchored = over_bundle.filter(|(_, checked)| *checked).map(|(at, _)| at);
        let over_checkpoint = self.token(bag, CHECKPOINT_TIMESTAMP, CHECKPOINT_SIGNATURE, brought, found);
        if let Some((at, true)) = over_checkpoint {
            self.notes.push(format!("Its checkpoint was time-stamped at {at}."));
        }
        if self.anchored.is_none() {
            self.not_proven.push("When it existed: no time stamp over its signature was checked.".to_owned());
        }
    }

    /// Returns when a signature was stamped, and whether the authority's signature was checked.
    fn token(
        &mut self,
        bag: &BagReader,
        token: &str,
        over: &str,
        brought: &TrustInputs,
        found: &mut Vec<Damage>,
    ) -> Option<(String, bool)> {
        if !bag.has(token) {
            return None;
        }
        let bytes =
            small(bag, token).map_err(|error| found.push(file_damage(token, error.to_string()))).ok()?;
        let data = small(bag, over).unwrap_or_default();
        let imprint: [u8; 32] = Sha256::digest(&data).into();
        let Some(stamp) = read_timestamp(&bytes).filter(|stamp| stamp.imprint == imprint) else {
            found.push(file_damage(token, format!("it is not a time stamp of {over}")));
            return None;
        };
        let Some(ca) = &brought.tsa_ca else {
            self.not_proven.push(format!(
                "That it was time-stamped at {}: {token} says so; supply the authority's certificate with --tsa-ca.",
                stamp.at
            ));
            return Some((stamp.at, false));
        };
        match check_timestamp(&bytes, &data, ca) {
            Ok(()) => Some((stamp.at, true)),
            Err(why) => {
                found.push(file_damage(token, why));
                None
            }
        }
    }

    pub fn anchors(&mut self, told: &JournalView, brought: &TrustInputs, found: &mut Vec<Damage>) {
        let mut later = false;
        for (from, checkpoint) in &brought.anchors {
            let differs = if !told.is_of_case(checkpoint) {
                Some("it is of another case".to_owned())
            } else if checkpoint.size > told.entries {
                // A bundle shows the journal as it was; what came later is not its affair.
                later = true;
                self.not_proven.push(format!(
                    "That its history is that of {}: this bundle has the first {} entries, your checkpoint covers {}.",
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
                found.push(file_damage(JOURNAL, reason));
            }
        }
        if later && self.extends == Some(true) {
            self.extends = None;
        }
        if brought.anchors.is_empty() {
            self.not_proven.push(
                "That the case's history was not rolled back before: compare it with a checkpoint kept elsewhere (--anchor)."
                    .to_owned(),
            );
        }
    }
}

/// Reads a signature, a token or a checkpoint, none of which is large.
fn small(bag: &BagReader, name: &str) -> Result<Vec<u8>> {
    const LARGEST: u64 = 1 << 20;
    if bag.length(name).is_some_and(|length| length > LARGEST) {
        return Err(Error::case(format!("{name} of the bundle is too large to be what it is named")));
    }
    bag.read(name)
}
