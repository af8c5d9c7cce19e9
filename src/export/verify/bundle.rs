//! Verifies a bundle, file by file.

use std::path::Path;

use crate::error::{Result, visible};
use crate::journal::History;
use crate::verify::{Damage, Levels, NEVER_PROVEN, TrustInputs, VerifyReport, VerifyScope};

use crate::export::bag::files::EVENTS;
use crate::export::bag::{BagReader, file_damage};

use super::coverage::CoverageFile;
use super::events::{self, EventContext};
use super::findings::{FindingContext, FindingsFile};
use super::journal::JournalView;
use super::manifests::{check_manifests, packing};
use super::proofs::{self, ProofResult};
use super::records::RecordTable;
use super::statements::{BundleFacts, Statements};
use super::trust::TrustChecks;
use super::{bag_info, query, redactions, report};

/// What the trees leave open where a source has several frames.
const LOOSE: &str = "Which numbers, lines, and offsets the records of a source with several frames have: the trees bind their order, not how many come before them.";

/// Verifies a bundle (a folder or a tar) and never writes. `progress` is called with
/// the bytes done, and in all.
///
/// # Errors
///
/// Fails where the bundle cannot be read at all; what is wrong in it is damage.
pub fn verify_bundle(
    path: &Path,
    inputs: &TrustInputs,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<VerifyReport> {
    let bag = BagReader::open(path)?;
    let mut found = check_manifests(&bag, progress);
    let mut trust = TrustChecks::default();
    let statements = Statements::read(&bag, &mut found);
    let mut journal = JournalView::read(&bag, &mut found);
    trust.signature(&bag, &statements, &journal, inputs, &mut found);
    // Where redaction hides which case the journal is of, it is the one that the bundle says.
    journal.case = journal.case.take().or_else(|| statements.case());
    trust.checkpoint(&bag, &journal, &mut found);
    let derived = check_contents(&bag, &journal, &statements, &mut found);
    trust.timestamps(&bag, inputs, &mut found);
    trust.anchors(&journal, inputs, &mut found);
    found.sort();
    found.dedup();
    let consistent = found.is_empty();
    let TrustChecks { signed, anchored, extends, mut not_proven, mut notes, .. } = trust;
    not_proven.extend(derived.not_proven(&journal));
    notes.splice(0..0, derived.notes());
    notes.extend(packing(&bag));
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
        entries: journal.entries,
        sources: derived.proofs.sources,
        scope: VerifyScope { whole: true, ..VerifyScope::default() },
        history: History::default(),
    })
}

/// What was proved and derived, and what was not.
#[derive(Default)]
struct DerivedChecks {
    proofs: ProofResult,
    /// Events that were derived from the bytes of their records.
    events: u64,
    /// What was not derived, in sentences.
    open: Vec<String>,
}

impl DerivedChecks {
    fn notes(&self) -> Vec<String> {
        let shown = self.proofs.shown;
        let mut notes = vec![format!("{shown} records are proved to be part of the sealed originals.")];
        if self.events > 0 {
            notes.push(format!("{} events were parsed again from the bytes of their records.", self.events));
        }
        notes
    }

    /// Returns what these checks leave open, in sentences.
    fn not_proven(&self, journal: &JournalView) -> Vec<String> {
        let proofs = &self.proofs;
        let mut open = Vec::new();
        if proofs.withheld > 0 {
            open.push(format!(
                "What {} of {} records say: their bytes are withheld, only their leaves are in the tree.",
                proofs.withheld,
                proofs.shown + proofs.withheld
            ));
        }
        if journal.withheld > 0 {
            open.push(format!(
                "What {} of {} journal entries say: they are withheld, only their hashes are in the tree.",
                journal.withheld, journal.entries
            ));
        }
        open.extend(proofs.loose.then(|| LOOSE.to_owned()));
        open.extend(self.open.iter().cloned());
        open.push(NEVER_PROVEN.to_owned());
        open
    }
}

/// Checks the records and their proofs, and derives everything that is stated about them.
fn check_contents(
    bag: &BagReader,
    journal: &JournalView,
    statements: &Statements,
    found: &mut Vec<Damage>,
) -> DerivedChecks {
    let Some(mut records) = RecordTable::read(bag, found) else { return DerivedChecks::default() };
    let proofs = proofs::check(bag, journal, &mut records, found);
    let coverage = CoverageFile::read(bag, found);
    let findings = FindingsFile::read(bag, statements.is_whole(), found);
    let context = EventContext {
        bag,
        tokens: &statements.tokens,
        redacted: statements.is_redacted(),
        readings: &coverage.readings,
        tags: &findings.tags(),
    };
    let events = events::check(&context, &mut records, found)
        .map_err(|reason| found.push(file_damage(EVENTS, reason)))
        .ok();
    let (count, standing) = (records.len(), records.standing(journal));
    let facts =
        BundleFacts { bag, journal, coverage: &coverage, events: events.as_ref(), records: count, standing };
    let mut open = query::check(statements, &facts, found);
    open.extend(bag_info::check(statements, &facts, found));
    redactions::check(statements, &facts, found);
    let Some(events) = events else { return DerivedChecks { proofs, events: 0, open } };
    let parts = records.in_order(found);
    if parts > 0 {
        open.push(format!("That {parts} records are parts of overlong lines, and so were kept as text."));
    }
    for (why, number) in &events.open {
        open.push(format!("The fields of {number} events, which were not derived: {}.", visible(why)));
    }
    open.extend(coverage.check(bag, journal, &proofs, &events, found));
    let context = FindingContext { bag, journal, records: &records, events: &events };
    open.extend(findings.check(&context, statements.asked(), found));
    open.extend(report::check(bag, statements, found));
    DerivedChecks { proofs, events: events.derived, open }
}
