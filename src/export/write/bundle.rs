//! Making a bundle: everything in its place, hashed, signed, then put there whole.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::case::{Case, TOOL, Watch};
use crate::error::{Context, Error, Result, visible};
use crate::index::Hit;
use crate::journal::{Checkpoint, Entry, Signer, fetch_timestamp};
use crate::record::{SourceId, TimeRange, Timestamp, Zone};

use crate::export::bag::reader::Bag;
use crate::export::bag::redaction_tokens::occurrences;
use crate::export::redact::{NAMED, NOT_FOUND, Redactor, Secret};
use crate::export::report::{build, timeline};
use crate::export::rows::coverage::{Covered, coverage};
use crate::export::rows::{coverage, query_words};
use crate::export::selection::Ask;
use crate::export::write::bag::{BagWriter, Finished, NAMESPACE, UNSIGNED, one_line, parent_of, taken};
use crate::export::write::records::{Matter, Share, Written};
use crate::export::write::{journal, records, tar};

/// The script that checks a bundle with coreutils, ssh-keygen and openssl.
pub const VERIFY_SH: &str = include_str!("../scripts/verify.sh");
/// The script that checks proofs with Python's standard library.
pub const VERIFY_PROOFS: &str = include_str!("../scripts/verify_proofs.py");
const VERIFY_MD: &str = include_str!("../scripts/VERIFY.md");

/// How a bundle is to be made.
#[derive(Clone)]
pub struct Options {
    /// Where to; none for `./<case>-x<entries>`.
    pub out: Option<PathBuf>,
    /// One tar file instead of a folder.
    pub tar: bool,
    /// Who signs; nobody: the bundle is unsigned, and no verifier accepts it.
    pub signer: Option<Signer>,
    /// The time-stamp authority.
    pub tsa: Option<String>,
    /// The fields (full names) whose values are taken out.
    pub redact: Vec<String>,
    /// Values that are taken out wherever they stand, whatever they are.
    pub named: Vec<String>,
    /// Why they are taken out.
    pub reason: String,
    /// The whole originals go in, too.
    pub originals: bool,
    /// The zone in which the report shows times.
    pub zone: Zone,
    /// Set when the bundle is not wanted any more: what was written of it is removed.
    pub stop: Arc<AtomicBool>,
}

/// What is being done for a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The evidence is read again, counted in bytes, so that nothing which the
    /// bundle states rests on an index.
    Reading,
    /// Events are written, counted one by one.
    Writing,
}

/// A bundle that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Where it lies.
    pub bundle: PathBuf,
    /// Its name.
    pub name: String,
    /// Events in it.
    pub events: u64,
    /// Files in it.
    pub files: usize,
    /// Length of its payload.
    pub bytes: u64,
    /// SHA-256 of its `tagmanifest-sha256.txt`, in hex.
    pub tagmanifest: String,
    /// Fingerprint of the key that signed it.
    pub signer: Option<String>,
    /// What was asked, in words.
    pub asked: String,
    /// What its reader should be told besides, in sentences.
    pub notes: Vec<String>,
}

/// What all parts of a bundle are made from.
pub(in crate::export) struct Source<'a> {
    pub case: &'a Case,
    pub ask: &'a Ask,
    pub options: &'a Options,
    pub hits: &'a [Hit],
    /// The entries of the journal that go in.
    pub entries: usize,
    pub checkpoint: Checkpoint,
    pub covered: Vec<Covered>,
    pub name: String,
}

impl Source<'_> {
    /// Gives the newest entry that goes in: the bundle shows the case as it was then.
    fn last(&self) -> Option<&Entry> {
        self.case.journal().get(self.entries.wrapping_sub(1))
    }

    /// Gives the moment of the newest entry.
    pub fn state_time(&self) -> Timestamp {
        self.last().and_then(|line| line.at.parse().ok()).unwrap_or_default()
    }
}

/// Gives the name that a bundle of the case's present state has.
pub fn name_of(case: &Case) -> String {
    format!("{}-x{}", plain(case), journal::cut(case.whole_journal()))
}

/// Makes a bundle of what was asked. The same case state and options give the
/// same bytes (but for time stamps). Never writes to the case; every answer is
/// derived again from its evidence. `progress` is told the stage, how much of it
/// is done, and how much there is in all.
pub fn make(
    case: &Case,
    ask: &Ask,
    options: &Options,
    progress: &(dyn Fn(Stage, u64, u64) + Sync),
) -> Result<Made> {
    let entries = journal::cut(case.whole_journal());
    let name = name_of(case);
    let default = || PathBuf::from(if options.tar { format!("{name}.tar") } else { name.clone() });
    let out = options.out.clone().unwrap_or_else(default);
    if out.exists() {
        return Err(taken(&out));
    }
    let parent = parent_of(&out);
    if !parent.is_dir() {
        return Err(Error::case(format!("there is no folder {}", visible(&parent.to_string_lossy())))
            .hint("Make it first, or name another place with --out."));
    }
    let reading = |done, total| progress(Stage::Reading, done, total);
    let case = &case.derived(Watch { progress: &reading, stop: Some(&options.stop) })?;
    let hits = ask.hits(case)?;
    let checkpoint = journal::checkpoint_of(case, entries);
    let covered = coverage(case)?;
    let source = Source { case, ask, options, hits: &hits, entries, checkpoint, covered, name };
    let redactor = Redactor::of(case, &options.redact, &options.named)?;
    let mut bag = BagWriter::create(&parent, &options.stop)?;
    let tags = tags(case);
    let matter = Matter { case, hits: &hits, tags: &tags, redactor: &redactor, stop: &options.stop };
    let written = records::write(&matter, &mut bag, &|done, total| progress(Stage::Writing, done, total))?;
    let info = info(&source, &redactor);
    fill(&source, &written, &redactor, &info, &mut bag)?;
    let mut finished = close(&source, &info, bag)?;
    let mut notes = notes(&source, &written, &redactor);
    notes.extend(stamped(&mut finished, options)?);
    let (files, bytes, tagmanifest) = (finished.files, finished.bytes, finished.tagmanifest.clone());
    if options.tar {
        tar::write(&finished, &source.name, source.state_time(), &out)?;
    } else {
        finished.place(&out)?;
    }
    Ok(Made {
        bundle: out,
        events: hits.len() as u64,
        files,
        bytes,
        tagmanifest,
        signer: options.signer.as_ref().map(|signer| signer.identity().fingerprint),
        asked: ask.words(),
        notes,
        name: source.name,
    })
}

/// Writes everything but the events. What is made from other files comes behind them.
fn fill(
    source: &Source<'_>,
    written: &Written,
    redactor: &Redactor,
    info: &[(&str, String)],
    bag: &mut BagWriter,
) -> Result<()> {
    let case = source.case;
    let originals =
        if source.options.originals { originals(case, &written.shares, bag)? } else { Vec::new() };
    let mut covered = coverage::json(case, &source.covered, &written.shares, &originals);
    coverage::redact(&mut covered, redactor);
    bag.add("data/coverage.json", pretty(&covered)?.as_bytes())?;
    bag.add("data/query.json", pretty(&query(source, redactor)?)?.as_bytes())?;
    journal::findings(case, &source.ask.findings, redactor, bag)?;
    journal::journal(case, source.entries, &written.shares, redactor, bag)?;
    journal::checkpoint(case, &source.checkpoint, source.options.signer.as_ref(), bag)?;
    let so_far = Bag::open(bag.folder())?;
    bag.add("data/redactions.jsonl", ledger(source, redactor, &so_far)?.as_bytes())?;
    let info = info.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let report = build::html(&Bag::open(bag.folder())?, &info)?;
    bag.add("data/report.html", report.as_bytes())?;
    bag.add("data/verify_proofs.py", VERIFY_PROOFS.as_bytes())
}

/// Says what was asked, and what it gave.
fn query(source: &Source<'_>, redactor: &Redactor) -> Result<Value> {
    let case = source.case;
    let mut digest = Sha256::new();
    for hit in source.hits {
        digest.update(format!("{}:{}\n", hit.source, hit.record));
    }
    let mut evidence: Vec<String> = case.sources().iter().map(|source| source.id.to_string()).collect();
    evidence.sort();
    let mut parts = source.ask.parts(case);
    let redacted = query_words::redact(&mut parts, redactor);
    let window = |window: TimeRange| json!({ "from": window.from.to_string(), "to": window.to.to_string() });
    let silent = timeline::silent(case, source.hits, &source.options.zone)?;
    let silent: Vec<Value> = silent.into_iter().map(window).collect();
    let mut fields: BTreeSet<&str> = source.options.redact.iter().map(String::as_str).collect();
    fields.extend((!source.options.named.is_empty()).then_some(NAMED));
    Ok(json!({ "words": query_words::words(&parts), "asked": parts, "asked_redacted": redacted,
        "zone": case.about().zone.to_string(), "events": source.hits.len(),
        "digest": SourceId(digest.finalize().into()).to_string(),
        "digest_is": query_words::DIGEST_IS,
        "case": case.about().id, "entries": source.entries, "evidence": evidence,
        "answered_from": "evidence",
        "index": { "batches": case.index().batches(), "events": case.index().len() }, "tool": TOOL,
        "shown_in": source.options.zone.to_string(), "silent": silent, "redacted": fields,
        "orphans": case.orphans().len(), "unnamed": journal::unnamed(case, source.entries, redactor) }))
}

/// Writes the ledger of what was taken out. By whom: entries behind the cut are
/// no part of the state that the bundle shows.
fn ledger(source: &Source<'_>, redactor: &Redactor, bag: &Bag) -> Result<String> {
    let why = redactor.text(&source.options.reason);
    let who = source.last().map(|line| redactor.text(&line.by)).unwrap_or_default();
    let digits = |secret: &Secret| records::hex(&secret.commitment[..8]);
    let tokens = redactor.ledger().map(|(secret, _)| digits(secret)).collect();
    let counts = occurrences(bag, &tokens).map_err(Error::integrity)?;
    let row = |(secret, _): (&Secret, u64)| {
        let used = counts.get(&digits(secret)).copied().unwrap_or_default();
        let row = json!({ "token": secret.token(), "field": secret.field,
            "commitment": records::hex(&secret.commitment), "occurrences": used, "why": why, "by": who });
        journal::line_of(&row)
    };
    Ok(redactor.ledger().map(row).collect())
}

/// Writes the whole originals of the sources that have events in the bundle:
/// containers as they were found, plain files as they were read.
fn originals(case: &Case, shares: &[Share], bag: &mut BagWriter) -> Result<Vec<(SourceId, String)>> {
    let (mut named, mut written) = (Vec::new(), BTreeSet::new());
    for share in shares {
        let at = case.locate(&share.source)?;
        let row = case.store().row(at);
        let container = row.found.containers.first().map(|(_, sha256)| sha256.clone());
        let name = format!("data/originals/{}", container.clone().unwrap_or_else(|| row.source.clone()));
        if written.insert(name.clone()) {
            let mut file = bag.begin(&name)?;
            match &container {
                Some(sha256) => copy(case.store().open_original(sha256)?, &mut file)?,
                None => {
                    for frame in 0..row.frames.len() {
                        file.write(&case.store().frame(at, frame)?.content)?;
                    }
                }
            }
            bag.end(file)?;
        }
        named.push((share.source, name));
    }
    Ok(named)
}

fn copy(mut from: File, to: &mut crate::export::write::bag::BagFile) -> Result<()> {
    use std::io::Read;
    let why = || "cannot read an original".to_owned();
    let mut buffer = vec![0; 1 << 18];
    loop {
        match from.read(&mut buffer).context(why)? {
            0 => return Ok(()),
            n => to.write(&buffer[..n])?,
        }
    }
}

/// Gives what `bag-info.txt` says.
fn info(source: &Source<'_>, redactor: &Redactor) -> Vec<(&'static str, String)> {
    let about = source.case.about();
    let state = source.state_time().to_string();
    let key = source.options.signer.as_ref().map(|signer| signer.identity().fingerprint);
    let info = [
        ("Bag-Software-Agent", TOOL.to_owned()),
        ("Bagging-Date", state[..10].to_owned()),
        ("Contact-Name", redactor.text(&about.examiner)),
        ("External-Description", redactor.text(&about.title)),
        ("External-Identifier", source.name.clone()),
        ("Vestigo-Case", about.id.clone()),
        ("Vestigo-Events", source.hits.len().to_string()),
        ("Vestigo-Key", key.unwrap_or_else(|| UNSIGNED.to_owned())),
        ("Vestigo-State", state),
    ];
    let info = info.into_iter().map(|(name, value)| (name, one_line(&value)));
    info.filter(|(_, value)| !value.is_empty()).collect()
}

/// Makes the bag whole and signs it.
fn close(source: &Source<'_>, info: &[(&str, String)], bag: BagWriter) -> Result<Finished> {
    let tags = [("VERIFY.md", VERIFY_MD), ("verify.sh", VERIFY_SH)];
    bag.finish(info, &tags, source.options.signer.as_ref())
}

/// Has the signature stamped; an authority that cannot be reached is only noted.
fn stamped(finished: &mut Finished, options: &Options) -> Result<Option<String>> {
    let (Some(url), Some(pem)) = (&options.tsa, &finished.signature) else { return Ok(None) };
    match fetch_timestamp(url, &Sha256::digest(pem).into()) {
        Ok(token) => finished.stamp(&token).map(|()| None),
        Err(error) => Ok(Some(format!("Unanchored: {error}."))),
    }
}

fn notes(source: &Source<'_>, written: &Written, redactor: &Redactor) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    let orphans = source.case.orphans();
    notes.extend(orphans.into_iter().map(|(what, why)| format!("ORPHANED {what}: {why}.")));
    notes.extend(journal::credentials(source.case, source.entries));
    if redactor.is_active() {
        notes.push(format!(
            "{} of {} events have values taken out; their bytes are withheld, with their lengths and the places of all records. The SHA-256 and the length of whole sources stay: where all of a source is shown but a line or two, their length follows, and they could be guessed.",
            written.withheld,
            source.hits.len()
        ));
        notes.push(NOT_FOUND.to_owned());
        notes.extend(redactor.only_in_place().into_iter().map(|(field, count)| {
            format!("{count} values of {field} are so short that they were taken out only where they are the field's value.")
        }));
        let named = redactor.field_in(&source.name);
        notes.extend(named.map(|field| {
            format!("NOT REDACTED: The bundle's name holds a redacted value of {field}, for the case's folder is called so. Rename that first.")
        }));
        notes.extend(journal::told(source.case, source.entries, &written.shares, redactor));
    }
    if source.options.signer.is_none() {
        notes.push(format!(
            "UNSIGNED: no verifier will accept it. Sign it with ssh-keygen -Y sign -n {NAMESPACE}."
        ));
    }
    notes
}

/// Gives the tags of each marked event.
fn tags(case: &Case) -> BTreeMap<String, Vec<String>> {
    let marks = case.state().bookmarks.values();
    marks.map(|mark| (mark.event.event.clone(), mark.tags.iter().cloned().collect())).collect()
}

/// Gives the case's name in characters that every tool understands.
fn plain(case: &Case) -> String {
    let folder = std::path::absolute(case.folder()).unwrap_or_else(|_| case.folder().to_owned());
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let fits = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '_' };
    let name: String = name.chars().map(fits).collect();
    if name.trim_matches(['.', '-']).is_empty() { "case".to_owned() } else { name }
}

fn pretty(value: &Value) -> Result<String> {
    let text = serde_json::to_string_pretty(value).context(|| "cannot write JSON".to_owned())?;
    Ok(crate::error::escape_json_controls(text) + "\n")
}
