//! The checks beyond consistency: checkpoints, their signatures, and anchors.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use crate::error::visible;
use crate::journal::{
    self, AnchorStamp, Anchors, CHECKPOINT_NAMESPACE, Checkpoint, HistoryAccept, Journal, KeyAdd,
    SignerIdentity, TimestampToken, Trust, each_of,
};
use crate::record::Digest;
use crate::verify::{Damage, DamageScope, TrustInputs, VerifyScope};

use super::CaseMetadata;
use super::folder_shape::stranger;
use super::trust::first_keys;

/// What the checks beyond consistency found.
#[derive(Debug, Default)]
pub(super) struct TrustReport {
    pub signed: Option<String>,
    pub anchored: Option<String>,
    pub extends: Option<bool>,
    pub scope: VerifyScope,
    pub damage: Vec<Damage>,
    pub notes: Vec<String>,
    pub not_proven: Vec<String>,
}

/// Describes how far a broken journal is good.
fn last_good(journal: &Journal, covered: Option<u64>) -> Option<String> {
    let ((line, _), size) = journal.broken.as_ref().zip(covered)?;
    let line = line - 1;
    Some(format!("The journal is good up to line {line}; the last good checkpoint covers {size} entries."))
}

/// Checks every checkpoint of a case, as they were at one moment, against its journal,
/// which was read after them.
pub(super) fn climb(
    about: &CaseMetadata,
    journal: &Journal,
    anchors: &Anchors,
    brought: &TrustInputs,
) -> TrustReport {
    journal.prepare_roots();
    let trust = Trust::evaluate(&about.id, &first_keys(about, journal), journal, anchors, true);
    let mut climbed = TrustReport::default();
    let mut good: Option<u64> = None;
    let mut signed = BTreeMap::new();
    let stamped = tokens(journal);
    for name in anchors.names() {
        if name.starts_with("checkpoint-") && name.ends_with(".txt") {
            match one(name, about, journal, anchors) {
                Ok((checkpoint, who)) => {
                    good = good.max(Some(checkpoint.size));
                    if who.is_some() {
                        signed.insert(name.to_owned(), checkpoint.size);
                    } else {
                        let name = visible(name);
                        let said = format!("anchors/{name} is UNSIGNED: there is no anchors/{name}.sig.");
                        climbed.notes.push(said);
                    }
                }
                Err(damage) => climbed.damage.push(damage),
            }
        } else if let Some(text) = [".sig", ".tsr"].iter().find_map(|ending| name.strip_suffix(ending)) {
            let cut_off = name.ends_with(".sig") && !name.contains("..");
            if !anchors.has(text) && cut_off {
                climbed
                    .notes
                    .push(format!("anchors/{} signs a checkpoint that is not there.", visible(name)));
            }
            // A stamp proves when the signature of a checkpoint existed; over anything
            // else it proves nothing.
            if name.ends_with(".tsr")
                && let Some(stamp) = climbed.token(anchors, name, &stamped)
                && let Some(size) = signed.get(text)
            {
                climbed.anchor(name, *size, stamp, brought);
            }
        } else {
            climbed.notes.push(stranger(&format!("anchors/{name}")));
        }
    }
    for name in stamped.keys().filter(|name| !anchors.has_now(name)) {
        climbed.damage.push(place(
            name,
            "",
            "it is missing; the journal says that it was received".to_owned(),
        ));
    }
    climbed.notes.extend(last_good(journal, good));
    climbed.signature(&trust, good, journal, brought);
    climbed.keys(&trust, about, journal);
    climbed.outside(about, journal, brought);
    climbed
}

fn place(name: &str, ending: &str, reason: String) -> Damage {
    Damage::new(DamageScope::Journal, format!("anchors/{name}{ending}"), reason)
}

/// A time stamp that was read, and the signature that it covers.
struct Token {
    stamp: TimestampToken,
    bytes: Vec<u8>,
    signature: Vec<u8>,
}

/// Returns the hashes of the time-stamp tokens that the journal names, by file.
fn tokens(journal: &Journal) -> BTreeMap<String, String> {
    let stamps = each_of::<AnchorStamp>(&journal.entries);
    let named = |(_, stamp): (_, AnchorStamp)| {
        (format!("{}.tsr", journal::checkpoint_name(stamp.entries)), stamp.token_sha256)
    };
    stamps.map(named).collect()
}

/// Checks one checkpoint. Which file is at fault follows from which two of the
/// three agree: the journal, the checkpoint, its signature.
fn one(
    name: &str,
    about: &CaseMetadata,
    journal: &Journal,
    anchors: &Anchors,
) -> Result<(Checkpoint, Option<SignerIdentity>), Damage> {
    let here = |ending, reason: String| place(name, ending, reason);
    let bytes = anchors.bytes(name).map_err(|error| here("", format!("it cannot be read: {error}")))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| here("", "it is not a checkpoint".to_owned()))?;
    let checkpoint = Checkpoint::parse(text).map_err(|error| here("", error.to_string()))?;
    if name != journal::checkpoint_name(checkpoint.size) {
        return Err(here("", format!("its name does not say {} entries", checkpoint.size)));
    }
    if checkpoint.origin != Checkpoint::origin_of(&about.id) {
        return Err(here("", format!("it is of another case ({})", visible(&checkpoint.origin))));
    }
    let signature = format!("{name}.sig");
    let signed = match anchors.has(&signature).then(|| anchors.bytes(&signature)) {
        None => None,
        Some(Err(error)) => return Err(here(".sig", format!("it cannot be read: {error}"))),
        Some(Ok(pem)) => Some(journal::check_signature(CHECKPOINT_NAMESPACE, &bytes, &pem)),
    };
    match (checkpoint.mismatch(journal, &about.id), signed) {
        (None, Some(Ok(signed))) => Ok((checkpoint, Some(signed))),
        (None, None) => Ok((checkpoint, None)),
        (None, Some(Err(reason))) => Err(here(".sig", reason)),
        (Some(_), Some(Err(reason))) => Err(here("", format!("its signature does not fit it: {reason}"))),
        (Some(how), Some(Ok(signed))) => {
            let reason = format!("anchors/{name}, signed by {}, says otherwise: {how}", signed.fingerprint);
            Err(Damage::new(DamageScope::Journal, journal::FILE, reason))
        }
        (Some(how), None) => Err(here("", format!("it is UNSIGNED and does not fit the journal: {how}"))),
    }
}

impl TrustReport {
    /// Determines who signed how much: only what a key of the case signed counts, and a
    /// journal is *signed* only if all of it is covered.
    fn signature(&mut self, trust: &Trust, good: Option<u64>, journal: &Journal, brought: &TrustInputs) {
        let entries = journal.entries.len() as u64;
        let Some(newest) = &trust.newest else {
            self.not_proven.push(unsigned(match (good, trust.strangers.first()) {
                (None, _) => "there is no checkpoint",
                (Some(_), Some(_)) => "no key of this case signed a checkpoint, a stranger's did",
                (Some(_), None) => "the newest checkpoint is UNSIGNED",
            }));
            return;
        };
        match brought.check_signer(&newest.signed, CHECKPOINT_NAMESPACE) {
            Ok((who, open)) => {
                self.scope.signer = Some(who.clone());
                self.scope.signed = Some(trust.covered);
                self.signed = Some(who).filter(|_| trust.covered == entries);
                self.not_proven.extend(open);
            }
            Err(why) => self.not_proven.push(format!("Who wrote it: {why}.")),
        }
        let since = entries.saturating_sub(trust.covered);
        if since > 0 {
            let what = if good.is_some_and(|good| good > trust.covered) {
                "the newest checkpoint is UNSIGNED, or signed by no key of the case"
            } else {
                "no checkpoint covers them yet"
            };
            self.not_proven
                .push(format!("The last {since} of {entries} entries: {what}; run `vestigo checkpoint`."));
        }
    }

    /// Reports keys that signed but are not the case's, keys that no key of the case
    /// added, and what was adopted or given up.
    fn keys(&mut self, trust: &Trust, about: &CaseMetadata, journal: &Journal) {
        let mut strangers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for each in &trust.strangers {
            strangers.entry(&each.signed.fingerprint).or_default().push(&each.name);
        }
        let named = about.key.as_ref().map_or("none", |key| &key.fingerprint);
        for (key, names) in strangers {
            let more = if names.len() > 1 { format!(" and {} more", names.len() - 1) } else { String::new() };
            self.notes.push(format!(
                "anchors/{}{more}: signed by {key}, which is NOT a key of this case (it began with {}).",
                visible(names[0]),
                visible(named)
            ));
        }
        for (line, KeyAdd { fingerprint: key, .. }) in each_of(&journal.entries) {
            if !trust.keys.contains(&key) {
                self.notes.push(format!(
                    "Entry {} adds the key {}, and no earlier key of the case signed that: it is NOT a key of the case until one does (`vestigo checkpoint --adopt`).",
                    line.seq,
                    visible(&key)
                ));
            }
        }
        self.not_proven
            .extend(journal::adopted_entries(journal).iter().map(journal::AdoptedEntries::describe));
        for (line, HistoryAccept { why, .. }) in each_of(&journal.entries) {
            let why = why.as_deref().unwrap_or("the journal contradicted checkpoints of the case");
            self.not_proven.push(format!(
                "What came before entry {}: there {} gave up, on {}, the history that was known: {}.",
                line.seq,
                visible(&line.by),
                visible(line.at.get(..19).unwrap_or(&line.at)),
                visible(why)
            ));
        }
    }

    /// Reads a time stamp, and returns it if the journal names it.
    fn token(&mut self, anchors: &Anchors, name: &str, stamped: &BTreeMap<String, String>) -> Option<Token> {
        let bytes = match anchors.bytes(name) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.damage.push(place(name, "", format!("it cannot be read: {error}")));
                return None;
            }
        };
        let found = Digest::of(&bytes).to_string();
        let named = stamped.get(name);
        if let Some(meant) = named.filter(|meant| **meant != found) {
            let reason = format!("its SHA-256 is {found}, the journal says {meant}");
            self.damage.push(place(name, "", reason));
            return None;
        }
        let signature = anchors.bytes(&format!("{}.sig", name.trim_end_matches(".tsr")));
        let signature = signature.unwrap_or_default();
        let imprint: [u8; 32] = Sha256::digest(&signature).into();
        let Some(stamp) = journal::read_timestamp(&bytes).filter(|stamp| stamp.imprint == imprint) else {
            let reason = "it is not a time stamp of the signature beside it".to_owned();
            self.damage.push(place(name, "", reason));
            return None;
        };
        if named.is_none() {
            let name = visible(name);
            self.notes.push(format!("anchors/{name} is named by no journal entry and anchors nothing."));
        }
        named.map(|_| Token { stamp, bytes, signature })
    }

    /// Counts a time stamp over the signature of a checkpoint that matches.
    fn anchor(&mut self, name: &str, size: u64, token: Token, brought: &TrustInputs) {
        let Token { stamp, bytes, signature } = token;
        let covers = format!("{name}, over the first {size} entries,");
        match &brought.tsa_ca {
            None => self.not_proven.push(format!(
                "That {covers} was stamped at {}: the stamp says so; bring the authority's certificate with --tsa-ca to check its signature.",
                stamp.at
            )),
            Some(ca) => match journal::check_timestamp(&bytes, &signature, ca) {
                Ok(()) if self.scope.anchored.is_none_or(|known| known <= size) => {
                    self.scope.anchored = Some(size);
                    self.anchored = Some(stamp.at);
                }
                Ok(()) => {}
                Err(why) => self.not_proven.push(format!("That {covers} was stamped at {}: {why}.", stamp.at)),
            },
        }
    }

    fn outside(&mut self, about: &CaseMetadata, journal: &Journal, brought: &TrustInputs) {
        let entries = journal.entries.len() as u64;
        let (mut covered, mut unfit) = (0, Vec::new());
        let origin = Checkpoint::origin_of(&about.id);
        for (from, checkpoint) in &brought.anchors {
            // A ticket may contain the checkpoints of several cases; one of them has to
            // be of this case.
            let told = |(name, other): &&(String, Checkpoint)| name == from && other.origin == origin;
            if checkpoint.origin != origin && brought.anchors.iter().any(|each| told(&each)) {
                self.notes.push(format!("{} has a checkpoint of another case, too.", visible(from)));
                continue;
            }
            let differs = checkpoint.mismatch(journal, &about.id);
            self.extends = Some(self.extends.unwrap_or(true) && differs.is_none());
            match differs {
                None => covered = covered.max(checkpoint.size),
                Some(how) => unfit.push((from, checkpoint.size > entries, how)),
            }
        }
        for (from, older, how) in unfit {
            let what = if older { "this case is older than your checkpoint" } else { "history differs" };
            let reason = format!("{what}: {} says otherwise: {how}", visible(from));
            self.damage.push(Damage::new(DamageScope::Journal, journal::FILE, reason));
        }
        let looks = "an older copy of the whole case would look the same";
        let keep = "keep a checkpoint elsewhere (`vestigo checkpoint`) and bring it with --anchor";
        match (&self.anchored, self.extends) {
            (_, Some(true)) if covered < entries => {
                self.not_proven.push(format!("{} entries since the last anchor you brought.", entries - covered));
            }
            (_, Some(_)) => {}
            (Some(_), None) => {
                let stamped = self.scope.anchored.unwrap_or_default();
                let after = entries.saturating_sub(stamped);
                self.not_proven.push(format!(
                    "That nothing after the first {stamped} entries was cut off or rolled back: {looks}. The time stamp covers {stamped} of {entries} entries, and {after} came after it; {keep}."
                ));
            }
            (None, None) => self.not_proven.push(format!(
                "That nothing was cut off or rolled back: {looks}. None of the {entries} entries is anchored outside; {keep}."
            )),
        }
    }
}

fn unsigned(why: &str) -> String {
    format!("Who wrote it: {why}, so somebody who can write here could have rewritten all of it.")
}
