//! What the report of a bundle says.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::case::{Case, NEVER_PROVEN, TOOL, Times};
use crate::error::Result;
use crate::index::{Hit, Request};
use crate::journal::{Finding, Said};
use crate::record::{Basis, Instant, Window, Zone};

use super::ask::each;
use super::bars;
use super::coverage::{self, Covered};
use super::custody::{counted, summary, withheld};
use super::make::Source;
use super::piece::shown;
use super::records::Written;
use super::redact::Redactor;
use super::report::{
    Checkpoint, Cover, Coverage, Custody, Fact, FindingPart, Line, Marked, NotRead, Note, RedactionRow,
    Report, html as write, thousands,
};

/// How many events are shown one by one.
const EVENTS: usize = 100;

/// How many events of each finding are shown one by one.
const OF_FINDING: usize = 25;

/// How many entries of the journal are shown, the newest.
const ENTRIES: usize = 1000;

/// What stands in the place of an entry that is left out of a redacted bundle.
const WITHHELD: &str = "left out, since it tells redacted values, credentials or hashes of single records; its own hash is in the journal";

/// Writes the report of a bundle.
pub fn html(source: &Source<'_>, written: &Written, redactor: &Redactor) -> Result<String> {
    let chart = bars::chart(source, written)?;
    let mut page = Page { case: source.case, zone: source.options.zone, redactor };
    let events = page.lines(source.hits.iter().take(EVENTS))?;
    let findings = page.findings(source)?;
    let bookmarks = page.bookmarks(source)?;
    let report = Report {
        cover: page.cover(source),
        statement: page.statement(source),
        facts: page.facts(source, written),
        asked: page.redactor.text(&source.ask.words()),
        findings,
        bookmarks,
        events,
        events_total: source.hits.len() as u64,
        chart,
        coverage: source.covered.iter().map(|row| page.coverage(row, written)).collect(),
        not_read: page.not_read(),
        custody: page.custody(source, written),
        redactions: page.redactions(source),
        not_proven: not_proven(source, written),
        zone: source.options.zone.to_string(),
    };
    write(&report)
}

struct Page<'a> {
    case: &'a Case,
    zone: Zone,
    redactor: &'a Redactor,
}

impl Page<'_> {
    fn cover(&mut self, source: &Source<'_>) -> Cover {
        let about = self.case.about();
        let checkpoint = &source.checkpoint;
        let text = checkpoint.text();
        Cover {
            title: self.redactor.text(&about.title),
            case_id: about.id.clone(),
            examiner: self.redactor.text(&about.examiner),
            as_of: self.zone.show(source.state_time(), 0),
            tool: TOOL.to_owned(),
            bundle: source.name.clone(),
            key_fingerprint: source.options.signer.as_ref().map(|signer| signer.signed().fingerprint),
            checkpoint: Some(Checkpoint {
                origin: checkpoint.origin.clone(),
                size: checkpoint.size,
                root_base64: text.lines().nth(2).unwrap_or_default().to_owned(),
            }),
        }
    }

    fn statement(&mut self, source: &Source<'_>) -> String {
        let searched: u64 = source.covered.iter().map(|row| row.info.receipt.events).sum();
        let sources = source.covered.len() as u64;
        let held = format!("{} in {}", counted(searched, "event"), counted(sources, "source"));
        let asked = self.redactor.text(&source.ask.words());
        match source.hits.len() as u64 {
            0 => format!("No event matches what was asked for: {asked}. Searched: {held}."),
            found if found == searched => {
                format!("This bundle holds all of the case: {held}. Asked for: {asked}.")
            }
            found => format!("This bundle holds {} of {held}. Asked for: {asked}.", thousands(found)),
        }
    }

    fn facts(&mut self, source: &Source<'_>, written: &Written) -> Vec<Fact> {
        let fact = |label: &str, value: String| Fact { label: label.to_owned(), value };
        let times = source.hits.iter().filter_map(|hit| hit.time);
        let span = times.clone().min().zip(times.max());
        let mut facts = vec![fact("Events in this bundle", thousands(source.hits.len() as u64))];
        if let Some((first, last)) = span {
            facts.push(fact("First of them", self.zone.show(first, 3)));
            facts.push(fact("Last of them", self.zone.show(last, 3)));
        }
        let untimed = source.hits.iter().filter(|hit| hit.time.is_none()).count();
        if untimed > 0 {
            facts.push(fact("Without a time", thousands(untimed)));
        }
        facts.push(fact("Sources searched", thousands(source.covered.len())));
        if !source.hits.is_empty() {
            facts.push(fact("Of these, with events in this bundle", thousands(written.shares.len())));
        }
        if !source.ask.findings.is_empty() {
            facts.push(fact("Findings", self.severities(source)));
        }
        if written.withheld > 0 {
            facts.push(fact("Records left out as redacted", thousands(written.withheld)));
        }
        let orphans = self.case.orphans();
        if !orphans.is_empty() {
            facts.push(fact("ORPHANED annotations in the case", thousands(orphans.len() as u64)));
        }
        facts.push(fact("Entries of the journal", thousands(source.entries as u64)));
        facts
    }

    /// Says how many findings are handed over, and how grave they are.
    fn severities(&self, source: &Source<'_>) -> String {
        let all = self.case.state().findings.iter();
        let mut by_severity: BTreeMap<_, u64> = BTreeMap::new();
        for finding in all.filter(|finding| source.ask.findings.contains(&finding.number)) {
            *by_severity.entry(finding.severity).or_default() += 1;
        }
        let worst_first = by_severity.iter().rev();
        let said: Vec<String> =
            worst_first.map(|(severity, number)| format!("{number} {severity}")).collect();
        said.join(", ")
    }

    fn lines<'h>(&mut self, hits: impl Iterator<Item = &'h Hit>) -> Result<Vec<Line>> {
        hits.map(|hit| self.line(hit)).collect()
    }

    fn line(&mut self, hit: &Hit) -> Result<Line> {
        let entry = self.case.entry(hit)?;
        let (object, redacted) = shown(&entry, &entry.raw, self.redactor);
        let row = self.case.store().row(self.case.locate(&hit.source)?);
        let text = |name: &str| text(&object, name);
        let from = if object.contains_key("source.ip") { text("source.ip") } else { text("source.address") };
        let sha256 = crate::case::record_hash(&entry).to_string();
        Ok(Line {
            id: entry.origin.id().to_string(),
            time: hit.time.map(|time| self.zone.show(time, 3)).unwrap_or_default(),
            doubt: entry.event.stamp.map(|stamp| doubt(&stamp.basis)).unwrap_or_default(),
            outcome: text("event.outcome"),
            actor: text("user.name"),
            from,
            what: text("message").lines().next().unwrap_or_default().to_owned(),
            raw: if redacted { String::new() } else { text("event.original") },
            source_path: self.redactor.text(&row.found.path),
            line: entry.origin.line,
            sha256: if redacted { String::new() } else { sha256 },
            redacted,
        })
    }

    fn findings(&mut self, source: &Source<'_>) -> Result<Vec<FindingPart>> {
        let chosen = |finding: &&Finding| source.ask.findings.contains(&finding.number);
        let findings: Vec<Finding> = self.case.state().findings.iter().filter(chosen).cloned().collect();
        findings.iter().map(|finding| self.finding(finding)).collect()
    }

    fn finding(&mut self, finding: &Finding) -> Result<FindingPart> {
        let mut hits = Vec::new();
        let request = Request { expr: self.case.events_of(finding)?, window: Window::ALL };
        each(self.case, &request, &mut |hit| hits.push(hit))?;
        let (made, by) = finding.made();
        let query = finding.query.as_ref().map(|asked| self.redactor.text(&self.case.read_here(asked)));
        let orphaned =
            finding.events.values().filter(|event| self.case.standing(event).hit().is_none()).count();
        Ok(FindingPart {
            number: finding.number,
            uid: finding.uid.clone(),
            title: self.redactor.text(&finding.title),
            severity: finding.severity.to_string(),
            state: finding.state.to_string(),
            verdict: finding.verdict.map(|verdict| verdict.to_string()),
            owner: self.redactor.text(&finding.owner),
            due: self.redactor.text(&finding.due),
            tags: finding.tags.iter().map(|tag| self.redactor.text(tag)).collect(),
            created: self.moment(made),
            created_by: self.redactor.text(by),
            notes: self.said(&finding.notes),
            history: self.said(&finding.history),
            events: self.lines(hits.iter().take(OF_FINDING))?,
            events_total: hits.len() as u64,
            query,
            orphaned: orphaned as u64,
        })
    }

    fn said(&mut self, said: &[Said]) -> Vec<Note> {
        let note = |said: &Said| Note {
            at: self.moment(&said.at),
            by: self.redactor.text(&said.by),
            text: self.redactor.text(&said.text),
        };
        said.iter().map(note).collect()
    }

    fn moment(&self, at: &str) -> String {
        at.parse::<Instant>().map_or_else(|_| at.to_owned(), |at| self.zone.show(at, 0))
    }

    /// The marked events that are in the bundle.
    fn bookmarks(&mut self, source: &Source<'_>) -> Result<Vec<Marked>> {
        let in_bundle: BTreeMap<([u8; 32], u64), ()> =
            source.hits.iter().map(|hit| ((hit.source.0, hit.record), ())).collect();
        let mut marked = Vec::new();
        for mark in self.case.state().bookmarks.values() {
            let hit = self.case.standing(&mark.event).hit();
            let Some(hit) = hit.filter(|hit| in_bundle.contains_key(&(hit.source.0, hit.record))) else {
                continue;
            };
            let event = self.line(&hit)?;
            let tags = mark.tags.iter().map(|tag| self.redactor.text(tag)).collect();
            marked.push(Marked { event, note: self.redactor.text(&mark.note), tags });
        }
        Ok(marked)
    }

    fn not_read(&mut self) -> Vec<NotRead> {
        let text = |value: &Value| self.redactor.text(value.as_str().unwrap_or_default());
        let row = |row: coverage::NotRead<'_>| NotRead {
            path: text(row.path),
            status: text(row.status),
            reason: text(row.reason),
        };
        coverage::not_read_of(self.case).into_iter().map(row).collect()
    }

    fn coverage(&mut self, row: &Covered, written: &Written) -> Coverage {
        let (info, receipt) = (&row.info, &row.info.receipt);
        let show = |at: Option<Instant>| at.map(|at| self.zone.show(at, 0)).unwrap_or_default();
        let gap = |gap: &super::coverage::Gap| {
            format!("{} to {} ({} h)", self.zone.show(gap.from, 0), self.zone.show(gap.to, 0), gap.hours())
        };
        let gaps = match &row.gaps {
            Some(gaps) => gaps.iter().map(gap).collect(),
            None if info.span().is_some() => vec!["were not looked for in this source".to_owned()],
            None => Vec::new(),
        };
        Coverage {
            source_path: self.redactor.text(&info.path),
            format: receipt.format.clone(),
            sha256: info.id.to_string(),
            bytes: info.bytes,
            events: receipt.events,
            exported: written
                .shares
                .iter()
                .find(|share| share.source == info.id)
                .map_or(0, |share| share.records),
            unparsed: receipt.unparsed,
            rejected_bytes: receipt.bytes.rejected,
            first: show(info.span().map(|span| span.0)),
            last: show(info.span().map(|span| span.1)),
            gaps,
            basis: basis(&receipt.time),
        }
    }

    fn custody(&mut self, source: &Source<'_>, written: &Written) -> Vec<Custody> {
        let lines = &self.case.journal()[..source.entries];
        let row = |line: &crate::journal::Line| {
            let hidden = withheld(line, &written.shares, self.redactor);
            let said = if hidden { WITHHELD.to_owned() } else { summary(line) };
            let by = self.redactor.text(&line.by);
            Custody { seq: line.seq, at: self.moment(&line.at), by, act: line.act.clone(), summary: said }
        };
        lines.iter().skip(lines.len().saturating_sub(ENTRIES)).map(row).collect()
    }

    /// Sums up what was taken out, by field. Comes last, when all else was met.
    fn redactions(&mut self, source: &Source<'_>) -> Vec<RedactionRow> {
        let why = self.redactor.text(&source.options.reason);
        let mut fields: BTreeMap<&str, u64> = BTreeMap::new();
        for (secret, _) in self.redactor.ledger() {
            *fields.entry(&secret.field).or_default() += 1;
        }
        let row =
            |(field, values): (&str, u64)| RedactionRow { field: field.to_owned(), values, why: why.clone() };
        fields.into_iter().map(row).collect()
    }
}

fn text(object: &Map<String, Value>, name: &str) -> String {
    super::forms::cell(object, name)
}

/// Says what of a time is inferred or in doubt.
fn doubt(basis: &Basis) -> String {
    let inferred = [(basis.year, "year"), (basis.date, "date"), (basis.zone, "zone")];
    let inferred: Vec<&str> = inferred.into_iter().filter_map(|(is, word)| is.then_some(word)).collect();
    let mut doubts = Vec::new();
    if !inferred.is_empty() {
        doubts.push(format!("{} inferred", inferred.join(" and ")));
    }
    if basis.ambiguous {
        doubts.push("clocks were changed then, so another hour is possible".to_owned());
    }
    if basis.future {
        doubts.push("later than the source was imported".to_owned());
    }
    doubts.join("; ")
}

/// Says how the times of a source are known.
fn basis(times: &Times) -> String {
    let parts = [
        (times.explicit, "stated in full"),
        (times.inferred, "in part inferred (year, date or zone)"),
        (times.ambiguous, "of an hour that clocks show twice or never"),
        (times.future, "later than the import"),
        (times.none, "without a time"),
    ];
    let said = parts.into_iter().filter(|(number, _)| *number > 0);
    let said: Vec<String> = said.map(|(number, how)| format!("{} {how}", thousands(number))).collect();
    said.join(", ")
}

fn not_proven(source: &Source<'_>, written: &Written) -> Vec<String> {
    let mut open = vec![
        NEVER_PROVEN.to_owned(),
        "Whose key signed this: compare its fingerprint with what its owner told you.".to_owned(),
        "That the history was not rolled back before this bundle was made: compare the checkpoint with one that was kept elsewhere.".to_owned(),
        "That an event happened as its log line says: a log says what a program wrote.".to_owned(),
        "That the clocks of the machines that wrote the logs were right.".to_owned(),
        "Which person acted: a record names an account or an address.".to_owned(),
    ];
    if written.withheld > 0 {
        open.push(
            "What redacted records say. A source of a line or two could be guessed from its SHA-256."
                .to_owned(),
        );
    }
    if source.options.signer.is_none() {
        open.insert(0, "Who answers for any of it: this bundle is UNSIGNED.".to_owned());
    }
    open
}
