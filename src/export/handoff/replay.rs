//! Runs a bundle's query again: the same answer, or what differs and why.

use std::collections::BTreeSet;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::case::{Case, TOOL, Watch};
use crate::error::{Context, Error, ErrorKind, Result, visible};
use crate::index::Hit;
use crate::journal::{Entry, Payload, rereads};
use crate::query::{self, QueryContext};
use crate::record::{Digest, EventId, TimeRange, Timestamp, counted};

use crate::export::bag::BagReader;
use crate::export::bag::files::{QUERY, RECORDS};
use crate::export::selection::{SelectedQuery, Selection};

/// The result of a replay.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ReplayReport {
    /// The very events that the bundle holds.
    pub same: bool,
    /// Events then.
    pub then: u64,
    /// Events now.
    pub now: u64,
    /// Events that are new, where the bundle lists its own.
    pub added: Vec<String>,
    /// Events that are gone.
    pub gone: Vec<String>,
    /// Why it differs, as far as is known, in sentences.
    pub why: Vec<String>,
}

/// Reads a bundle's `query.json`, or the file alone.
pub fn read_query(path: &std::path::Path) -> Result<(Value, Option<BagReader>)> {
    let why = || format!("cannot read {} as a query", visible(&path.to_string_lossy()));
    if BagReader::is_at(path) && path.extension().is_none_or(|ending| ending != "json") {
        let bag = BagReader::open(path)?;
        let value = serde_json::from_slice(&bag.read(QUERY)?).context(why)?;
        return Ok((value, Some(bag)));
    }
    let bytes = crate::journal::read_file(path).context(why)?;
    Ok((serde_json::from_slice(&bytes).context(why)?, None))
}

/// Runs a bundle's query on a case again.
pub fn replay(case: &Case, question: &Value, bag: Option<&BagReader>) -> Result<ReplayReport> {
    if question["asked_redacted"] == true {
        return Err(Error::case("the bundle's query was redacted, so it cannot be run again")
            .hint("Reveal the token first, then run the query by hand."));
    }
    // While another process imports, the index may lack what the case has.
    let derived = if case.is_whole() { None } else { Some(case.derived(Watch::silent())?) };
    let case = derived.as_ref().unwrap_or(case);
    let mut why = Vec::new();
    let ask = ask(case, question, &mut why)?;
    let hits = ask.hits(case)?;
    let mut digest = Sha256::new();
    let name = |hit: &Hit| format!("{}:{}", hit.source, hit.record);
    hits.iter().for_each(|hit| digest.update(format!("{}\n", name(hit))));
    let same = question["digest"] == Digest::from(digest).to_string().as_str();
    let (mut added, mut gone) = (Vec::new(), Vec::new());
    if !same {
        let now: BTreeSet<String> = hits.iter().map(name).collect();
        if let Some(then) = bag.map(listed).transpose()? {
            added = now.difference(&then).cloned().collect();
            gone = then.difference(&now).cloned().collect();
        }
        match of_another_case(case, question) {
            Some(reason) => why = vec![reason],
            None => why.extend(reasons(case, question, &hits)),
        }
    }
    let then = question["events"].as_u64().unwrap_or(0);
    Ok(ReplayReport { same, then, now: hits.len() as u64, added, gone, why })
}

/// Returns the events that a bundle lists.
fn listed(bag: &BagReader) -> Result<BTreeSet<String>> {
    let why = |reason: String| Error::case(format!("cannot read data/records.csv of the bundle: {reason}"));
    let mut lines = bag.lines(RECORDS).map_err(why)?;
    let (mut events, mut first) = (BTreeSet::new(), true);
    while let Some(line) = lines.read().map_err(why)? {
        let text = String::from_utf8_lossy(line);
        let event = text.split(',').next().unwrap_or_default().trim().trim_matches('"');
        if !std::mem::take(&mut first) {
            events.insert(event.to_owned());
        }
    }
    Ok(events)
}

/// Describes that a bundle is of another case, where it is.
fn of_another_case(case: &Case, question: &Value) -> Option<String> {
    let (about, other) = (case.about(), question["case"].as_str()?);
    let (title, id) = (visible(&about.title), visible(&about.id));
    (other != about.id)
        .then(|| format!("The bundle is from another case, {}; this is {title}, {id}.", visible(other)))
}

/// Describes why the answer may differ.
fn reasons(case: &Case, question: &Value, hits: &[Hit]) -> Vec<String> {
    let mut why = Vec::new();
    let then: BTreeSet<&str> =
        question["evidence"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for source in case.sources() {
        let id = source.id.to_string();
        if !then.contains(id.as_str()) {
            let new = hits.iter().filter(|hit| hit.source == source.id).count();
            let new = counted(new as u64, "event");
            why.push(format!("{} was imported since then: {new} from it.", visible(&source.path)));
        }
    }
    let sources: BTreeSet<String> = case.sources().iter().map(|source| source.id.to_string()).collect();
    for id in then.iter().filter(|id| !sources.contains(**id)) {
        why.push(format!("Source {} is not in this case.", visible(id.get(..8).unwrap_or(id))));
    }
    let entries = question["entries"].as_u64().unwrap_or(0) as usize;
    why.extend(read_otherwise(case, entries, &then));
    let annotates =
        |entry: &&Entry| matches!(entry.payload(), Payload::Annotation(_) | Payload::JournalMerge(_));
    let annotated = case.journal().iter().skip(entries).filter(annotates);
    match annotated.count() {
        0 => {}
        count => why.push(format!("{count} annotations were added since then (see `vestigo journal`).")),
    }
    if question["tool"] != TOOL {
        let then = question["tool"].as_str().unwrap_or("another program");
        why.push(format!("The bundle was made with {}; this is {TOOL}.", visible(then)));
    }
    if why.is_empty() {
        why.push("Nothing known explains the difference: verify the case and the bundle.".to_owned());
    }
    why
}

/// Describes which of the sources of that time are read otherwise by now.
fn read_otherwise(case: &Case, entries: usize, sources: &BTreeSet<&str>) -> Vec<String> {
    let journal = case.whole_journal();
    let lines = || journal.entries.iter().zip(journal.texts.iter().map(AsRef::as_ref));
    let (then, now) = (rereads(lines().take(entries)), rereads(lines()));
    let differs = |source: &&&str| then.get(**source) != now.get(**source);
    let tell = |source: &&str| match now.get(*source) {
        Some(reread) => {
            let change: Vec<String> = reread.change.iter().map(ToString::to_string).collect();
            let (short, change) = (visible(source.get(..8).unwrap_or(source)), visible(&change.join(", ")));
            format!("Source {short} is parsed with other settings since entry {}: {change}.", reread.entry)
        }
        None => {
            format!(
                "Source {} is parsed with the settings of its import again.",
                visible(source.get(..8).unwrap_or(source))
            )
        }
    };
    sources.iter().filter(differs).map(tell).collect()
}

/// Reads what was asked.
fn ask(case: &Case, question: &Value, why: &mut Vec<String>) -> Result<Selection> {
    let mut ask = Selection::default();
    let bad = || Error::case("the query cannot be parsed").hint("Name a bundle, or its data/query.json.");
    for part in question["asked"].as_array().ok_or_else(bad)? {
        match part["kind"].as_str().ok_or_else(bad)? {
            "all" => ask.all = true,
            "bookmarks" => ask.bookmarks = true,
            "finding" => {
                let finding =
                    case.state().findings.iter().find(|finding| part["uid"] == finding.uid.as_str());
                match finding {
                    Some(finding) => ask.findings.push(finding.number),
                    None => why.push(format!("Finding {} is not in this case.", part["number"])),
                }
            }
            "event" => {
                let id: EventId = part["event"].as_str().ok_or_else(bad)?.parse()?;
                match case.find(&id) {
                    Ok(hit) => ask.events.push(hit),
                    Err(error) if error.kind() == ErrorKind::Case => why.push(format!("{error}.")),
                    Err(error) => return Err(error),
                }
            }
            "query" => ask.query = Some(asked(case, part)?),
            _ => return Err(bad()),
        }
    }
    Ok(ask)
}

fn asked(case: &Case, part: &Value) -> Result<SelectedQuery> {
    let text = part["query"].as_str().unwrap_or_default().to_owned();
    let names = case.field_names();
    let context = QueryContext { zone: case.about().zone, now: Timestamp::default(), fields: &names };
    let parsed = query::parse(&text, &context).map_err(|diagnostic| {
        Error::case("the bundle's query can no longer be parsed").with_source(diagnostic.render(&text))
    })?;
    let bound = |name: &str, open: Timestamp| match part[name].as_str() {
        Some(text) => text.parse(),
        None => Ok(open),
    };
    let window = TimeRange { from: bound("from", TimeRange::ALL.from)?, to: bound("to", TimeRange::ALL.to)? };
    Ok(SelectedQuery { text, expr: parsed, window })
}
