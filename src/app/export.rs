//! Making an evidence bundle.

use std::path::{Path, PathBuf};

use crate::case::{Case, may_vouch};
use crate::error::{Context, ErrorKind, Result, visible};
use crate::export::{
    BundleSummary, ExportOptions, ExportStage, Selection, record_export, register_signing_key, write_bundle,
};
use crate::fs;
use crate::index::{CancelToken, Hit, Request};
use crate::query::Expr;
use crate::record::{EventId, TimeRange, Zone, counted};

use super::{EvidenceScope, Session, Warning};

/// Why values are redacted, where nobody says it.
pub const NO_REASON: &str = "not stated";

/// Most bytes of a file with values to redact.
const MOST_NAMED: u64 = 64 << 20;

/// The bundle that is to be made. What is not named here is taken from the user's
/// configuration, so that every front end makes the same bundle.
#[derive(Debug, Clone)]
pub struct ExportRequest {
    /// Which events.
    pub selection: Selection,
    /// The output path; none for `./<case>-x<entries>`.
    pub out: Option<PathBuf>,
    /// One tar file instead of a folder.
    pub tar: bool,
    /// The key that signs; none for the one configured, or the case's own.
    pub sign: Option<PathBuf>,
    /// The time-stamp authority; none for the one configured, if any.
    pub tsa: Option<String>,
    /// The fields (by name or alias) whose values are redacted.
    pub redact: Vec<String>,
    /// Values that are redacted wherever they are.
    pub redact_values: Vec<String>,
    /// Why they are redacted; none: it is not stated.
    pub redact_reason: Option<String>,
    /// Complete originals are included.
    pub originals: bool,
    /// The zone in which the report shows times; none for the case's own.
    pub zone: Option<Zone>,
    /// Where no key can be had, the bundle stays unsigned, and no verifier accepts it.
    pub allow_unsigned: bool,
}

impl ExportRequest {
    /// Exports these events with everything else as configured.
    pub fn new(selection: Selection) -> ExportRequest {
        ExportRequest {
            selection,
            out: None,
            tar: false,
            sign: None,
            tsa: None,
            redact: Vec::new(),
            redact_values: Vec::new(),
            redact_reason: None,
            originals: false,
            zone: None,
            allow_unsigned: false,
        }
    }
}

/// A bundle that was made.
#[derive(Debug)]
pub struct ExportedBundle {
    /// The bundle.
    pub made: BundleSummary,
    /// What did not come to its end.
    pub warnings: Vec<Warning>,
}

/// Makes a bundle, and records in the journal that it left the case. `progress` is
/// told the stage, how much of it is done, and how much there is in all. Where the
/// session is stopped, nothing of the bundle is left.
pub fn export(
    case: &Case,
    request: &ExportRequest,
    session: &Session,
    progress: &(dyn Fn(ExportStage, u64, u64) + Sync),
) -> Result<ExportedBundle> {
    let (clock, mut warnings) = (session.clock.as_ref(), Vec::new());
    let signer = match session.signer(request.sign.as_deref()) {
        Ok(signer) => Some(signer),
        Err(error) if request.allow_unsigned => {
            warnings.push(Warning::Unsigned(error));
            None
        }
        Err(error) => return Err(error),
    };
    let mut case = case.clone();
    let mut writable = true;
    if let Some(signer) = &signer {
        match register_signing_key(&case, signer, &session.actor, clock) {
            Ok(known) => case = known,
            // What nobody signed is not signed by being exported.
            Err(error) if error.kind() == ErrorKind::Integrity => return Err(error),
            Err(error) => {
                may_vouch(&case, signer, &session.actor)?;
                warnings.push(Warning::CaseNotWritable(error));
                writable = false;
            }
        }
    }
    let options = ExportOptions {
        out: request.out.clone(),
        tar: request.tar,
        signer,
        tsa: request.tsa.clone().or(session.config.read()?.tsa),
        redact: request.redact.iter().map(|name| case.redactable(name)).collect::<Result<_>>()?,
        named: request.redact_values.clone(),
        reason: request.redact_reason.clone().unwrap_or_else(|| NO_REASON.to_owned()),
        originals: request.originals,
        zone: request.zone.unwrap_or(case.about().zone),
        stop: session.stop.clone(),
    };
    let made = write_bundle(&case, &request.selection, &options, progress)?;
    // That a case cannot be written was said before.
    let recorded = record_export(&case, &made, &options, &session.actor, clock);
    if let (Err(error), true) = (recorded, writable) {
        warnings.push(Warning::ExportNotRecorded(error));
    }
    Ok(ExportedBundle { made, warnings })
}

/// Lists what can be exported with a label each (foreign text), the likeliest first: a
/// search that asks for something is what its investigator has in mind.
pub fn export_choices(
    case: &Case,
    expr: &Expr,
    range: TimeRange,
    selected: Option<Hit>,
    cancel: &CancelToken,
) -> Result<Vec<(String, EvidenceScope)>> {
    let request = Request { expr: case.resolve(expr.clone())?, window: range };
    let count = case.index().count(&request, cancel)?;
    let state = case.state();
    let findings = state.findings.iter().map(|finding| {
        let label = format!("finding {}: {}", finding.number, finding.title);
        (label, EvidenceScope::Finding(finding.number))
    });
    let mut choices: Vec<(String, EvidenceScope)> = findings.collect();
    if !state.bookmarks.is_empty() {
        let label = format!("bookmarks: {}", counted(state.bookmarks.len() as u64, "event"));
        choices.push((label, EvidenceScope::Bookmarks));
    }
    let asks = *expr != Expr::All || range != TimeRange::ALL;
    let search = EvidenceScope::Search { expr: expr.clone(), range };
    let place = if asks { 0 } else { choices.len() };
    choices.insert(place, (format!("this search: {}", counted(count, "event")), search));
    if let Some(hit) = selected {
        let id = EventId::new(&hit.source, hit.record);
        choices.push((format!("this event: {id}"), EvidenceScope::Event(hit)));
    }
    Ok(choices)
}

/// Reads values that are to be redacted from a file, one a line.
pub fn read_redacted_values(path: &Path) -> Result<Vec<String>> {
    let why = || format!("cannot read {}", visible(&path.to_string_lossy()));
    let bytes = fs::read_named(path, MOST_NAMED).context(why)?;
    let text = String::from_utf8(bytes).context(why)?;
    let text = text.trim_start_matches('\u{feff}');
    let values = text.lines().map(|line| line.trim_end_matches('\r').to_owned());
    Ok(values.filter(|value| !value.trim().is_empty()).collect())
}
