//! The rungs above consistency: checkpoints, whose signatures, which anchors.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use crate::error::visible;
use crate::evidence::Damage;
use crate::fs::Dir;
use crate::journal::{self, ANCHORS, Allowed, CHECKPOINT_NAMESPACE, Checkpoint, Journal, Signed, Stamped};
use crate::record::{Instant, SourceId};

use super::About;
use super::seal::{MOST_CHECKPOINT, MOST_SIGNATURE};

/// What whoever verifies brings along.
#[derive(Default)]
pub struct Brought {
    /// Checkpoints that were kept outside, with the name of what they were read from.
    pub anchors: Vec<(String, Checkpoint)>,
    /// Whose signatures are trusted.
    pub allowed: Option<Allowed>,
    /// Certificates to which time stamps must lead.
    pub tsa_ca: Option<PathBuf>,
    /// The present, for keys that expire.
    pub now: Instant,
}

/// How far up the ladder something stands, above being consistent.
#[derive(Debug, Default)]
pub(super) struct Climbed {
    pub signed: Option<String>,
    pub anchored: Option<String>,
    pub extends: Option<bool>,
    pub damage: Vec<Damage>,
    pub notes: Vec<String>,
    pub not_proven: Vec<String>,
}

impl Brought {
    /// Judges a signature that fits: as whose it counts, and what that leaves open.
    pub fn trust(&self, signed: &Signed, namespace: &str) -> Result<(String, Option<String>), String> {
        match &self.allowed {
            Some(allowed) => {
                let name = allowed.principal(signed, namespace, self.now)?;
                Ok((format!("{} ({})", signed.fingerprint, visible(&name)), None))
            }
            None => {
                let open = format!(
                    "Whose key {} is: compare it with what its owner told you, or bring --allowed-signers.",
                    signed.fingerprint
                );
                Ok((signed.fingerprint.clone(), Some(open)))
            }
        }
    }
}

/// Climbs: every checkpoint of a case against its journal.
pub(super) fn climb(case: &Dir, about: &About, journal: &Journal, brought: &Brought) -> Climbed {
    let mut climbed = Climbed::default();
    let mut newest: Option<(Checkpoint, Option<Signed>)> = None;
    let mut signed = BTreeSet::new();
    let stamped = tokens(journal);
    let anchors = match case.dir(ANCHORS) {
        Ok(anchors) => Some(anchors),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => {
            let reason = format!("it cannot be read: {error}");
            climbed.damage.push(Damage { file: ANCHORS.to_owned(), frame: None, records: None, reason });
            None
        }
    };
    let has = |name: &str| anchors.as_ref().is_some_and(|anchors| anchors.has(name));
    for (anchors, name) in
        anchors.iter().flat_map(|anchors| names(anchors).into_iter().map(move |name| (anchors, name)))
    {
        if name.starts_with("checkpoint-") && name.ends_with(".txt") {
            match one(&name, anchors, about, journal) {
                Ok(found) => {
                    if found.1.is_some() {
                        signed.insert(name);
                    } else {
                        let name = visible(&name);
                        let said = format!("anchors/{name} is UNSIGNED: there is no anchors/{name}.sig.");
                        climbed.notes.push(said);
                    }
                    newest = Some(found);
                }
                Err(damage) => climbed.damage.push(damage),
            }
        } else if let Some(text) = [".sig", ".tsr"].iter().find_map(|ending| name.strip_suffix(ending)) {
            let cut_off = name.ends_with(".sig") && !name.contains("..");
            if !has(text) && cut_off {
                climbed
                    .notes
                    .push(format!("anchors/{} signs a checkpoint that is not there.", visible(&name)));
            }
            // A stamp says when the signature of a checkpoint existed; over anything else it says nothing.
            if name.ends_with(".tsr")
                && let Some(stamp) = climbed.token(anchors, &name, &stamped)
                && signed.contains(text)
            {
                climbed.anchor(&name, stamp, brought);
            }
        } else {
            climbed.notes.push(format!("anchors/{} is nothing that vestigo writes.", visible(&name)));
        }
    }
    for name in stamped.keys().filter(|name| !has(name)) {
        climbed.damage.push(place(
            name,
            "",
            "it is missing; the journal says that it was received".to_owned(),
        ));
    }
    if let (Some((line, _)), Some((good, _))) = (&journal.broken, &newest) {
        climbed.notes.push(format!(
            "The journal is good up to line {}; the last good checkpoint covers {} entries.",
            line - 1,
            good.size
        ));
    }
    climbed.signature(newest, journal, brought);
    climbed.outside(about, journal, brought);
    climbed
}

fn names(anchors: &Dir) -> BTreeSet<String> {
    let names = anchors.names().unwrap_or_default();
    names.iter().map(|name| name.to_string_lossy().into_owned()).collect()
}

fn place(name: &str, ending: &str, reason: String) -> Damage {
    Damage { file: format!("anchors/{name}{ending}"), frame: None, records: None, reason }
}

/// A time stamp that was read, and the signature that it is over.
struct Token {
    stamp: Stamped,
    bytes: Vec<u8>,
    signature: Vec<u8>,
}

/// Gives the hashes of the time-stamp tokens that the journal names, by file.
fn tokens(journal: &Journal) -> BTreeMap<String, String> {
    let stamps = journal.lines.iter().filter(|line| line.act == "anchor.stamp");
    let named = stamps.filter_map(|line| {
        let name = format!("{}.tsr", journal::checkpoint_name(line.what["entries"].as_u64()?));
        Some((name, line.what["token_sha256"].as_str()?.to_owned()))
    });
    named.collect()
}

/// Checks one checkpoint. Which file is at fault follows from which two of the
/// three agree: the journal, the checkpoint, its signature.
fn one(
    name: &str,
    anchors: &Dir,
    about: &About,
    journal: &Journal,
) -> Result<(Checkpoint, Option<Signed>), Damage> {
    let here = |ending, reason: String| place(name, ending, reason);
    let unread = |error| format!("it cannot be read: {error}");
    let bytes = anchors.read(name, MOST_CHECKPOINT).map_err(|error| here("", unread(error)))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| here("", "it is not a checkpoint".to_owned()))?;
    let checkpoint = Checkpoint::parse(text).map_err(|error| here("", error.to_string()))?;
    if name != journal::checkpoint_name(checkpoint.size) {
        return Err(here("", format!("its name does not say {} entries", checkpoint.size)));
    }
    if checkpoint.origin != Checkpoint::origin_of(&about.id) {
        return Err(here("", format!("it is of another case ({})", visible(&checkpoint.origin))));
    }
    let pem = anchors.read_if_there(&format!("{name}.sig"), MOST_SIGNATURE);
    let pem = pem.map_err(|error| here(".sig", unread(error)))?;
    let signed = pem.map(|pem| journal::check_signature(CHECKPOINT_NAMESPACE, &bytes, &pem));
    match (checkpoint.against(journal, &about.id), signed) {
        (None, Some(Ok(signed))) => Ok((checkpoint, Some(signed))),
        (None, None) => Ok((checkpoint, None)),
        (None, Some(Err(reason))) => Err(here(".sig", reason)),
        (Some(_), Some(Err(reason))) => Err(here("", format!("its signature does not fit it: {reason}"))),
        (Some(how), Some(Ok(signed))) => Err(Damage {
            file: "journal.jsonl".to_owned(),
            frame: None,
            records: None,
            reason: format!("anchors/{name}, signed by {}, says otherwise: {how}", signed.fingerprint),
        }),
        (Some(how), None) => Err(here("", format!("it is UNSIGNED and does not fit the journal: {how}"))),
    }
}

impl Climbed {
    fn signature(
        &mut self,
        newest: Option<(Checkpoint, Option<Signed>)>,
        journal: &Journal,
        brought: &Brought,
    ) {
        let entries = journal.lines.len() as u64;
        let Some((checkpoint, signed)) = newest else {
            self.not_proven.push(unsigned("there is no checkpoint"));
            return;
        };
        let Some(signed) = signed else {
            self.not_proven.push(unsigned("the newest checkpoint is UNSIGNED"));
            return;
        };
        match brought.trust(&signed, CHECKPOINT_NAMESPACE) {
            Ok((who, open)) => {
                self.signed = Some(who);
                self.not_proven.extend(open);
            }
            Err(why) => self.not_proven.push(format!("Who wrote it: {why}.")),
        }
        let since = entries.saturating_sub(checkpoint.size);
        if since > 0 {
            self.not_proven.push(format!(
                "The last {since} of {entries} entries: no checkpoint covers them yet; run `vestigo checkpoint`."
            ));
        }
    }

    /// Reads a time stamp; gives it where the journal names it.
    fn token(&mut self, anchors: &Dir, name: &str, stamped: &BTreeMap<String, String>) -> Option<Token> {
        let bytes = match anchors.read(name, MOST_SIGNATURE) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.damage.push(place(name, "", format!("it cannot be read: {error}")));
                return None;
            }
        };
        let found = SourceId(Sha256::digest(&bytes).into()).to_string();
        let named = stamped.get(name);
        if let Some(meant) = named.filter(|meant| **meant != found) {
            let reason = format!("its SHA-256 is {found}, the journal says {meant}");
            self.damage.push(place(name, "", reason));
            return None;
        }
        let signature = anchors.read(&format!("{}.sig", name.trim_end_matches(".tsr")), MOST_SIGNATURE);
        let signature = signature.unwrap_or_default();
        let imprint: [u8; 32] = Sha256::digest(&signature).into();
        let Some(stamp) = journal::read_stamp(&bytes).filter(|stamp| stamp.imprint == imprint) else {
            let reason = "it is no time stamp of the signature beside it".to_owned();
            self.damage.push(place(name, "", reason));
            return None;
        };
        if named.is_none() {
            let name = visible(name);
            self.notes.push(format!("anchors/{name} is named by no journal entry and anchors nothing."));
        }
        named.map(|_| Token { stamp, bytes, signature })
    }

    /// Takes a time stamp over the signature of a checkpoint that fits.
    fn anchor(&mut self, name: &str, token: Token, brought: &Brought) {
        let Token { stamp, bytes, signature } = token;
        match &brought.tsa_ca {
            None => self.not_proven.push(format!(
                "That {name} was stamped at {}: the stamp says so; bring the authority's certificate with --tsa-ca to check its signature.",
                stamp.at
            )),
            Some(ca) => match journal::stamp_is_trusted(&bytes, &signature, ca) {
                Ok(()) => self.anchored = Some(stamp.at),
                Err(why) => self.not_proven.push(format!("That {name} was stamped at {}: {why}.", stamp.at)),
            },
        }
    }

    fn outside(&mut self, about: &About, journal: &Journal, brought: &Brought) {
        let entries = journal.lines.len() as u64;
        let mut covered = 0;
        for (from, checkpoint) in &brought.anchors {
            let differs = checkpoint.against(journal, &about.id);
            self.extends = Some(self.extends.unwrap_or(true) && differs.is_none());
            match differs {
                None => covered = covered.max(checkpoint.size),
                Some(how) => {
                    let older = checkpoint.size > entries;
                    let what =
                        if older { "this case is older than your checkpoint" } else { "history differs" };
                    let reason = format!("{what}: {} says otherwise: {how}", visible(from));
                    self.damage.push(Damage {
                        file: "journal.jsonl".to_owned(),
                        frame: None,
                        records: None,
                        reason,
                    });
                }
            }
        }
        if brought.anchors.is_empty() && self.anchored.is_none() {
            self.not_proven.push(format!(
                "That nothing was cut off or rolled back: an older copy of the whole case would look the same. None of the {entries} entries is anchored outside; keep a checkpoint elsewhere (`vestigo checkpoint`) and bring it with --anchor."
            ));
        } else if covered < entries && self.extends == Some(true) {
            self.not_proven.push(format!("{} entries since the last anchor you brought.", entries - covered));
        }
    }
}

fn unsigned(why: &str) -> String {
    format!("Who wrote it: {why}, so somebody who can write here could have rewritten all of it.")
}
