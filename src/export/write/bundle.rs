//! Writes a bundle: all of its files in a folder of their own, hashed and signed,
//! then moved into place.

use std::collections::BTreeMap;
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use crate::case::{Case, TOOL, Watch};
use crate::error::{Error, Result, visible};
use crate::journal::fetch_timestamp;

use crate::export::bag::BagReader;
use crate::export::bag::files::{REPORT, VERIFY_MD, VERIFY_PROOFS, VERIFY_SH};
use crate::export::redact::Redactor;
use crate::export::report::report_html;
use crate::export::rows::{UNSIGNED, describe_query, one_line};
use crate::export::selection::Selection;

use super::bag::{BagWriter, FinishedBag};
use super::context::{BundleContext, RecordsSummary, RenderContext};
use super::note::Note;
use super::options::{BundleSummary, ExportOptions, ExportStage};
use super::staging::{already_exists, parent_of};
use super::{checkpoint, coverage, findings, journal, notes, originals, query, records, redactions, tar};

/// The script that checks a bundle with coreutils, ssh-keygen and openssl.
pub const VERIFY_SH_SCRIPT: &str = include_str!("../scripts/verify.sh");
/// The script that checks proofs with Python's standard library.
pub const VERIFY_PROOFS_SCRIPT: &str = include_str!("../scripts/verify_proofs.py");
const VERIFY_MD_TEXT: &str = include_str!("../scripts/VERIFY.md");

/// Returns the name of a bundle of the case's present state.
pub fn bundle_name(case: &Case) -> String {
    format!("{}-x{}", plain_case_name(case), journal::exported_entries(case.whole_journal()))
}

/// Writes a bundle of a selection. The same state of the case and the same options
/// give the same bytes (except for time stamps). Never writes to the case; every
/// answer is derived from its evidence again. `progress` is called with the stage,
/// how much of it is done, and how much there is in all.
///
/// # Errors
///
/// Fails where something is at the bundle's place already, where the evidence does
/// not have the hashes that its manifests say, and once [`ExportOptions::stop`] is
/// set. Nothing is left of a bundle then.
pub fn write_bundle(
    case: &Case,
    selection: &Selection,
    options: &ExportOptions,
    progress: &(dyn Fn(ExportStage, u64, u64) + Sync),
) -> Result<BundleSummary> {
    let entries = journal::exported_entries(case.whole_journal());
    let name = bundle_name(case);
    let (out, parent) = place(options, &name)?;
    let reading = |done, total| progress(ExportStage::Reading, done, total);
    let case = &case.derived(Watch { progress: &reading, stop: Some(&options.stop) })?;
    let hits = selection.hits(case)?;
    let checkpoint = checkpoint::checkpoint_of(case, entries);
    let context = BundleContext { case, selection, options, hits: &hits, entries, checkpoint, name };
    let redactor = Redactor::for_case(case, &options.redact, &options.named)?;
    let mut bag = BagWriter::create(&parent, &options.stop)?;
    let writing = |done, total| progress(ExportStage::Writing, done, total);
    let records = write_events(&context, &redactor, &mut bag, &writing)?;
    let mut notes = notes::notes(&context, &records, &redactor);
    let info = bag_info(&context, &redactor);
    write_statements(&context, &records, redactor, &mut bag)?;
    write_report(&info, &mut bag)?;
    let tags = [(VERIFY_MD, VERIFY_MD_TEXT), (VERIFY_SH, VERIFY_SH_SCRIPT)];
    let mut finished = bag.finish(&info, &tags, options.signer.as_ref())?;
    notes.extend(add_timestamp(&mut finished, options)?);
    let (files, bytes, tagmanifest) = (finished.files, finished.bytes, finished.tagmanifest.clone());
    if options.tar {
        tar::write(&finished, &context.name, context.state_time(), &out)?;
    } else {
        finished.place(&out)?;
    }
    Ok(BundleSummary {
        bundle: out,
        events: hits.len() as u64,
        files,
        bytes,
        tagmanifest,
        signer: options.signer.as_ref().map(|signer| signer.identity().fingerprint),
        asked: describe_query(&selection.parts(case)),
        notes,
        name: context.name,
    })
}

/// Returns the path of the bundle, at which nothing may be, and the folder that it
/// lies in.
fn place(options: &ExportOptions, name: &str) -> Result<(PathBuf, PathBuf)> {
    let default = || PathBuf::from(if options.tar { format!("{name}.tar") } else { name.to_owned() });
    let out = options.out.clone().unwrap_or_else(default);
    if out.exists() {
        return Err(already_exists(&out));
    }
    let parent = parent_of(&out);
    if !parent.is_dir() {
        return Err(Error::case(format!("there is no folder {}", visible(&parent.to_string_lossy())))
            .hint("Create it first, or choose another path with --out."));
    }
    Ok((out, parent))
}

/// Writes the events, their records and their proofs.
fn write_events(
    context: &BundleContext<'_>,
    redactor: &Redactor,
    bag: &mut BagWriter,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<RecordsSummary> {
    let tags = tags_by_event(context.case);
    let render = RenderContext {
        case: context.case,
        hits: context.hits,
        tags: &tags,
        redactor,
        stop: &context.options.stop,
    };
    records::write(&render, bag, progress)
}

/// Writes what the bundle states of the case. The ledger of redactions is what the
/// redactor becomes, so that nothing can be redacted after it was written.
fn write_statements(
    context: &BundleContext<'_>,
    records: &RecordsSummary,
    redactor: Redactor,
    bag: &mut BagWriter,
) -> Result<()> {
    let (case, options) = (context.case, context.options);
    let originals =
        if options.originals { originals::write(case, &records.shares, bag)? } else { Vec::new() };
    coverage::write(case, &records.shares, &originals, &redactor, bag)?;
    query::write(context, &redactor, bag)?;
    findings::write(case, &context.selection.findings, &redactor, bag)?;
    journal::write(case, context.entries, &records.shares, &redactor, bag)?;
    checkpoint::write(case, &context.checkpoint, options.signer.as_ref(), bag)?;
    // Entries after the newest exported one are not part of the state that the bundle shows.
    let by = context.last_entry().map(|entry| entry.by.as_str()).unwrap_or_default();
    redactions::write(&redactor.into_ledger(&options.reason, by), bag)
}

/// Writes the report, which is made from the bundle's other files, and the script.
fn write_report(info: &[(&str, String)], bag: &mut BagWriter) -> Result<()> {
    let info = info.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let report = report_html(&BagReader::open(bag.folder())?, &info)?;
    bag.add(REPORT, report.as_bytes())?;
    bag.add(VERIFY_PROOFS, VERIFY_PROOFS_SCRIPT.as_bytes())
}

/// Returns what `bag-info.txt` says.
fn bag_info(context: &BundleContext<'_>, redactor: &Redactor) -> Vec<(&'static str, String)> {
    let about = context.case.about();
    let state = context.state_time().to_string();
    let key = context.options.signer.as_ref().map(|signer| signer.identity().fingerprint);
    let info = [
        ("Bag-Software-Agent", TOOL.to_owned()),
        ("Bagging-Date", state[..10].to_owned()),
        ("Contact-Name", redactor.text(&about.examiner)),
        ("External-Description", redactor.text(&about.title)),
        ("External-Identifier", context.name.clone()),
        ("Vestigo-Case", about.id.clone()),
        ("Vestigo-Events", context.hits.len().to_string()),
        ("Vestigo-Key", key.unwrap_or_else(|| UNSIGNED.to_owned())),
        ("Vestigo-State", state),
    ];
    let info = info.into_iter().map(|(name, value)| (name, one_line(&value)));
    info.filter(|(_, value)| !value.is_empty()).collect()
}

/// Has the signature time-stamped; an authority that cannot be reached is only noted.
fn add_timestamp(finished: &mut FinishedBag, options: &ExportOptions) -> Result<Option<Note>> {
    let (Some(url), Some(pem)) = (&options.tsa, &finished.signature) else { return Ok(None) };
    match fetch_timestamp(url, &Sha256::digest(pem).into()) {
        Ok(token) => finished.add_timestamp(&token).map(|()| None),
        Err(error) => Ok(Some(Note::NotTimestamped { error: error.to_string() })),
    }
}

/// Returns the tags of each bookmarked event.
fn tags_by_event(case: &Case) -> BTreeMap<String, Vec<String>> {
    let marks = case.state().bookmarks.values();
    marks.map(|mark| (mark.event.event.clone(), mark.tags.iter().cloned().collect())).collect()
}

/// Returns the name of the case's folder in characters that every tool accepts.
fn plain_case_name(case: &Case) -> String {
    let folder = std::path::absolute(case.folder()).unwrap_or_else(|_| case.folder().to_owned());
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let fits = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '_' };
    let name: String = name.chars().map(fits).collect();
    if name.trim_matches(['.', '-']).is_empty() { "case".to_owned() } else { name }
}
