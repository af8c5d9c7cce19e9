//! What the report of a bundle says: made from the bundle's own files, so that
//! whoever has the bundle can make it again.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;

use crate::case::TimeCounts;
use crate::error::{Error, Result};
use crate::fs::read_json;
use crate::journal::Entry;
use crate::parse::format_clock_offset;
use crate::record::{TimeRange, Timestamp, Zone, counted, thousands};
use crate::verify::NEVER_PROVEN;

use crate::export::bag::files::{CHECKPOINT, COVERAGE, FINDINGS, JOURNAL, QUERY, REDACTIONS};
use crate::export::bag::{BagReader, MOST_VALUES};
use crate::export::rows::coverage::searched_events;

use super::contents::{ShownEvents, cell, list, number, rows, text, texts, time_of, whole};
use super::model::{
    BookmarkedEvent, Cover, CoverageRow, CustodyRow, EventLine, Fact, FindingSection, RedactionRow, Report,
    ReportChart, ReportCheckpoint, ReportNote, UnreadRow,
};
use super::page::render_page;
use super::timeline::TimelineBuilder;

/// How many entries of the journal are shown, the newest.
const ENTRIES: usize = 1000;

/// The text for an entry that is withheld.
const WITHHELD: &str = "left out, since it tells redacted values, credentials or hashes of single records; its own hash is in the journal";

/// The text for a name that is redacted.
const UNNAMED: &str = "(redacted)";

/// Writes the report of a bundle from its other files. `info` is what its
/// `bag-info.txt` says.
pub fn report_html(bag: &BagReader, info: &BTreeMap<String, String>) -> Result<String> {
    let report = report(bag, info);
    render_page(&report.map_err(|reason| Error::integrity(format!("the report cannot be made: {reason}")))?)
}

fn report(bag: &BagReader, info: &BTreeMap<String, String>) -> Result<Report, String> {
    let (query, covered) = (whole(bag, QUERY)?, whole(bag, COVERAGE)?);
    let zone: Zone = text(&query, "shown_in").parse().map_err(|_| "its zone is not one".to_owned())?;
    let (annotations, ledger) = (rows(bag, FINDINGS)?, rows(bag, REDACTIONS)?);
    let mut page =
        ReportBuilder { zone, info, query, covered, annotations, ledger, events: ShownEvents::default() };
    page.events = ShownEvents::read(bag, &page.wanted())?;
    Ok(Report {
        cover: page.cover(bag)?,
        statement: page.statement(),
        facts: page.facts(),
        asked: text(&page.query, "words").to_owned(),
        findings: page.of_kind("finding").map(|row| page.finding(row)).collect(),
        bookmarks: page.of_kind("bookmark").filter_map(|row| page.bookmark(row)).collect(),
        events: page.events.first.iter().filter_map(|name| page.line(name)).collect(),
        events_total: page.events.total,
        chart: page.chart(),
        coverage: list(&page.covered, "sources").map(|row| page.coverage(row)).collect(),
        not_read: list(&page.covered, "not_read").map(not_read).collect(),
        custody: page.custody(bag)?,
        redactions: page.redactions(),
        not_proven: page.not_proven(),
        zone: zone.to_string(),
    })
}

struct ReportBuilder<'a> {
    zone: Zone,
    info: &'a BTreeMap<String, String>,
    query: Value,
    covered: Value,
    annotations: Vec<Value>,
    ledger: Vec<Value>,
    events: ShownEvents,
}

impl ReportBuilder<'_> {
    fn info(&self, name: &str) -> String {
        self.info.get(name).cloned().unwrap_or_default()
    }

    fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.annotations.iter().filter(move |row| row["kind"] == kind)
    }

    /// Names the events that findings and bookmarks show.
    fn wanted(&self) -> BTreeSet<String> {
        let first = self.of_kind("finding").flat_map(|row| texts(row, "first"));
        first.chain(self.of_kind("bookmark").map(|row| text(row, "stands").to_owned())).collect()
    }

    fn moment(&self, at: &str) -> String {
        at.parse::<Timestamp>().map_or_else(|_| at.to_owned(), |at| self.zone.show(at, 0))
    }

    fn cover(&self, bag: &BagReader) -> Result<Cover, String> {
        let bytes = bag.read(CHECKPOINT).map_err(|error| error.to_string())?;
        let said = String::from_utf8_lossy(&bytes).into_owned();
        let lines: Vec<&str> = said.lines().collect();
        let checkpoint = match lines[..] {
            [origin, size, root, ..] => Some(ReportCheckpoint {
                origin: origin.to_owned(),
                size: size.parse().unwrap_or_default(),
                root_base64: root.to_owned(),
            }),
            _ => None,
        };
        Ok(Cover {
            title: self.info("External-Description"),
            case_id: self.info("Vestigo-Case"),
            examiner: self.info("Contact-Name"),
            as_of: self.moment(&self.info("Vestigo-State")),
            tool: self.info("Bag-Software-Agent"),
            bundle: self.info("External-Identifier"),
            key_fingerprint: Some(self.info("Vestigo-Key")).filter(|key| key.starts_with("SHA256:")),
            checkpoint,
        })
    }

    fn statement(&self) -> String {
        let searched: u64 = list(&self.covered, "sources").map(searched_events).sum();
        let sources = list(&self.covered, "sources").count() as u64;
        let held = format!("{} in {}", counted(searched, "event"), counted(sources, "source"));
        let asked = text(&self.query, "words");
        match self.events.total {
            0 => format!("No event matches what was asked for: {asked}. Searched: {held}."),
            found if found == searched => {
                format!("This bundle holds all of the case: {held}. Asked for: {asked}.")
            }
            found => format!("This bundle holds {} of {held}. Asked for: {asked}.", thousands(found)),
        }
    }

    fn facts(&self) -> Vec<Fact> {
        let fact = |label: &str, value: String| Fact { label: label.to_owned(), value };
        let (events, sources) = (&self.events, || list(&self.covered, "sources"));
        let mut facts = vec![fact("Events in this bundle", thousands(events.total))];
        if let Some((first, last)) = events.span {
            facts.push(fact("First of them", self.zone.show(first, 3)));
            facts.push(fact("Last of them", self.zone.show(last, 3)));
        }
        if events.untimed > 0 {
            facts.push(fact("Without a time", thousands(events.untimed)));
        }
        facts.push(fact("Sources searched", thousands(sources().count())));
        if events.total > 0 {
            let sharing = sources().filter(|row| row["raw"].is_string()).count();
            facts.push(fact("Of these, with events in this bundle", thousands(sharing)));
        }
        if self.of_kind("finding").next().is_some() {
            facts.push(fact("Findings", self.severities()));
        }
        if events.withheld > 0 {
            facts.push(fact("Records left out as redacted", thousands(events.withheld)));
        }
        let orphans = number(&self.query, "orphans");
        if orphans > 0 {
            facts.push(fact("ORPHANED annotations in the case", thousands(orphans)));
        }
        facts.push(fact("Entries of the journal", thousands(number(&self.query, "entries"))));
        facts
    }

    /// Describes how many findings are handed over, and how grave they are.
    fn severities(&self) -> String {
        let grave = |word: &str| self.of_kind("finding").filter(|row| row["severity"] == word).count();
        let worst_first = crate::journal::Severity::ALL.iter().rev().map(|severity| severity.word());
        let said = worst_first.map(|word| (grave(word), word)).filter(|(number, _)| *number > 0);
        said.map(|(number, word)| format!("{number} {word}")).collect::<Vec<String>>().join(", ")
    }

    fn line(&self, name: &str) -> Option<EventLine> {
        let (event, sha256) = self.events.shown.get(name)?;
        let text = |name: &str| cell(event, name);
        let redacted = event.contains_key("vestigo.withheld");
        let source = text("vestigo.source");
        let row = list(&self.covered, "sources").find(|row| row["source"] == source.as_str());
        Some(EventLine {
            id: text("id"),
            time: time_of(event).map(|time| self.zone.show(time, 3)).unwrap_or_default(),
            doubt: doubt(&text("vestigo.time.basis")),
            outcome: text("event.outcome"),
            actor: text("user.name"),
            from: if event.contains_key("source.ip") { text("source.ip") } else { text("source.address") },
            what: text("message").lines().next().unwrap_or_default().to_owned(),
            raw: text("event.original"),
            source_path: row.map(|row| self::text(row, "path").to_owned()).unwrap_or_default(),
            line: event.get("vestigo.line").and_then(Value::as_u64).unwrap_or_default(),
            sha256: sha256.clone(),
            redacted,
        })
    }

    fn finding(&self, row: &Value) -> FindingSection {
        let own = |name: &str| text(row, name).to_owned();
        FindingSection {
            number: number(row, "finding"),
            uid: own("uid"),
            title: own("title"),
            severity: own("severity"),
            state: own("state"),
            verdict: row["verdict"].as_str().map(str::to_owned),
            owner: own("owner"),
            due: own("due"),
            tags: texts(row, "tags"),
            created: self.moment(text(row, "made")),
            created_by: own("by"),
            notes: self.said(row, "notes"),
            history: self.said(row, "history"),
            events: list(row, "first").filter_map(|name| self.line(name.as_str()?)).collect(),
            events_total: number(row, "count"),
            query: row["reads"].as_str().map(str::to_owned),
            orphaned: list(row, "orphaned").count() as u64,
        }
    }

    fn said(&self, row: &Value, name: &str) -> Vec<ReportNote> {
        let note = |said: &Value| ReportNote {
            at: self.moment(text(said, "at")),
            by: text(said, "by").to_owned(),
            text: text(said, "text").to_owned(),
        };
        list(row, name).map(note).collect()
    }

    /// A marked event, where it is in the bundle.
    fn bookmark(&self, row: &Value) -> Option<BookmarkedEvent> {
        let event = self.line(row["stands"].as_str()?)?;
        Some(BookmarkedEvent { event, note: text(row, "note").to_owned(), tags: texts(row, "tags") })
    }

    fn chart(&self) -> Option<ReportChart> {
        let (first, last) = self.events.span?;
        let moment = |value: &Value| value.as_str().and_then(|at| at.parse::<Timestamp>().ok());
        let window = |row: &Value| Some(TimeRange { from: moment(&row["from"])?, to: moment(&row["to"])? });
        let silent: Vec<TimeRange> = list(&self.query, "silent").filter_map(window).collect();
        let mut bars = TimelineBuilder::new(first, last, &self.zone, &silent);
        self.events.times.iter().for_each(|(time, outcome)| bars.add(*time, *outcome));
        Some(bars.chart())
    }

    fn coverage(&self, row: &Value) -> CoverageRow {
        let show = |name: &str| self.moment(text(row, name));
        let gap = |gap: &Value| {
            let (from, to) = (self.moment(text(gap, "from")), self.moment(text(gap, "to")));
            format!("{from} to {to} ({} h)", gap["hours"])
        };
        let gaps = match &row["gaps"] {
            Value::Array(gaps) => gaps.iter().map(gap).collect(),
            _ if row["first"].is_string() => vec!["were not looked for in this source".to_owned()],
            _ => Vec::new(),
        };
        let times: TimeCounts = serde_json::from_value(row["time"].clone()).unwrap_or_default();
        CoverageRow {
            source_path: text(row, "path").to_owned(),
            format: text(row, "format").to_owned(),
            sha256: text(row, "source").to_owned(),
            bytes: number(&row["bytes"], "total"),
            events: number(row, "events"),
            exported: number(row, "exported"),
            unparsed: number(row, "unparsed"),
            rejected_bytes: number(&row["bytes"], "rejected"),
            first: show("first"),
            last: show("last"),
            gaps,
            basis: basis(&times),
            remarks: texts(row, "remarks").into_iter().chain(reread(row)).collect(),
        }
    }

    fn custody(&self, bag: &BagReader) -> Result<Vec<CustodyRow>, String> {
        let unnamed: Vec<u64> = list(&self.query, "unnamed").filter_map(Value::as_u64).collect();
        let (mut lines, mut entries) = (bag.lines(JOURNAL)?, VecDeque::new());
        while let Some(line) = lines.read()? {
            let value: Value = read_json(line, MOST_VALUES).map_err(|error| format!("{JOURNAL}: {error}"))?;
            let seq = number(&value, "seq");
            let row = match serde_json::from_value::<Entry>(value) {
                Err(_) => CustodyRow { seq, summary: WITHHELD.to_owned(), ..CustodyRow::default() },
                Ok(line) => CustodyRow {
                    seq,
                    at: self.moment(&line.at),
                    summary: line.payload().recorded_summary(),
                    by: if unnamed.contains(&seq) { UNNAMED.to_owned() } else { line.by },
                    act: line.kind,
                },
            };
            entries.push_back(row);
            if entries.len() > ENTRIES {
                entries.pop_front();
            }
        }
        Ok(entries.into())
    }

    /// Sums up what was redacted, by field.
    fn redactions(&self) -> Vec<RedactionRow> {
        let mut fields: BTreeMap<&str, RedactionRow> = BTreeMap::new();
        for row in &self.ledger {
            let known = fields.entry(text(row, "field")).or_insert_with(|| RedactionRow {
                field: text(row, "field").to_owned(),
                values: 0,
                why: text(row, "why").to_owned(),
            });
            known.values += 1;
        }
        fields.into_values().collect()
    }

    fn not_proven(&self) -> Vec<String> {
        let mut open = vec![
            NEVER_PROVEN.to_owned(),
            "Whose key signed this: compare its fingerprint with what its owner told you.".to_owned(),
            "That the history was not rolled back before this bundle was made: compare the checkpoint with one that was kept elsewhere.".to_owned(),
            "That an event happened as its log line says: a log says what a program wrote.".to_owned(),
            "That the clocks of the machines that wrote the logs were right.".to_owned(),
            "Which person acted: a record names an account or an address.".to_owned(),
        ];
        if self.events.withheld > 0 {
            open.push(
                "What redacted records say. A source of a line or two could be guessed from its SHA-256."
                    .to_owned(),
            );
        }
        let fields = texts(&self.query, "redacted").join(", ");
        if !fields.is_empty() {
            open.push(format!("What the values of {fields} were: they were taken out."));
        }
        if !self.info("Vestigo-Key").starts_with("SHA256:") {
            open.insert(0, "Who answers for any of it: this bundle is UNSIGNED.".to_owned());
        }
        open
    }
}

fn not_read(row: &Value) -> UnreadRow {
    let own = |name: &str| text(row, name).to_owned();
    let unread = &row["unread"];
    let reason = match (unread["offset"].as_u64(), unread["length"].as_u64()) {
        (Some(at), Some(length)) => format!("{} ({length} bytes at byte {at})", own("reason")),
        _ => own("reason"),
    };
    UnreadRow { path: own("path"), status: own("status"), reason }
}

/// Describes of a source that is read otherwise than when it was imported how it is read.
fn reread(row: &Value) -> Option<String> {
    let (entry, plan) = (row["reread"].as_u64()?, &row["plan"]);
    let clock = plan["clock"].as_i64().map(|clock| format!(", clock {}", format_clock_offset(clock)));
    let year = plan["year"].as_i64().map(|year| format!(", year {year}"));
    let host = plan["host"].as_str().map(|host| format!(", host {host}"));
    let more: String = [year, host, clock].into_iter().flatten().collect();
    let zone = text(plan, "zone");
    Some(format!("read otherwise than at its import, since entry {entry} of the journal: zone {zone}{more}"))
}

/// Describes what of a time is inferred or in doubt, from the words of its basis.
fn doubt(basis: &str) -> String {
    let words: Vec<&str> = basis.split(',').collect();
    let inferred: Vec<&str> =
        words.iter().copied().filter(|word| matches!(*word, "year" | "date" | "zone")).collect();
    let mut doubts = Vec::new();
    if !inferred.is_empty() {
        doubts.push(format!("{} inferred", inferred.join(" and ")));
    }
    if words.contains(&"clock") {
        doubts.push("moved, as the source's clock was wrong".to_owned());
    }
    if words.contains(&"ambiguous") {
        doubts.push("clocks were changed then, so another hour is possible".to_owned());
    }
    if words.contains(&"future") {
        doubts.push("later than the source was imported".to_owned());
    }
    doubts.join("; ")
}

/// Describes how the times of a source are known.
fn basis(times: &TimeCounts) -> String {
    let parts = [
        (times.explicit, "stated in full"),
        (times.inferred, "in part inferred (year, date or zone) or corrected"),
        (times.ambiguous, "of an hour that clocks show twice or never"),
        (times.future, "later than the import"),
        (times.none, "without a time"),
    ];
    let said = parts.into_iter().filter(|(number, _)| *number > 0);
    let said: Vec<String> = said.map(|(number, how)| format!("{} {how}", thousands(number))).collect();
    said.join(", ")
}
