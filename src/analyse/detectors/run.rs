//! One run of the behavior detectors over a case.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::all;
use super::detector::{Anomaly, Detector, DetectorOutcome, DetectorScope, Parameters};
use super::events::{Events, ValueColumn};
use super::rates::candidates;
use crate::analyse::alert::{Alert, NotEvaluated};
use crate::analyse::attack::tactic;
use crate::case::Case;
use crate::error::Result;
use crate::index::{CancelToken, EventColumns, Hit, Request};
use crate::record::{Digest, SourceId, TimeRange, Timestamp};

/// Each event's source: its SHA-256, and its path.
const SOURCE: &str = "vestigo.source";
const SOURCE_NAME: &str = "vestigo.source_name";
const RECORD: &str = "vestigo.record";
/// What an event says, where another event of its source says the same at the same time,
/// and the source goes back to that moment after a later one: equal texts for equal events.
const REPEATED: &str = "vestigo.repeated";
/// What is known of every event: its source, its record there, whether it repeats others.
const OWN: [&str; 4] = [SOURCE, SOURCE_NAME, RECORD, REPEATED];

/// What a run found.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct BehaviorRun {
    /// The findings.
    pub detections: Vec<Alert>,
    /// The detectors that looked.
    pub ran: Vec<String>,
    /// Those that could not.
    pub not_evaluated: Vec<NotEvaluated>,
}

/// What the behavior detectors of a scope came to, by its name, with a digest of what they
/// looked at.
pub type KnownScopes = BTreeMap<String, (Digest, BehaviorRun)>;

/// Returns the name of a detector among all.
pub fn full_name(detector: &Detector) -> String {
    format!("behaviour:{}", detector.name)
}

/// Asks the detectors that are wanted of the events of a case, but for those of scopes for
/// which the outcome is known. The outcome for the others becomes known.
pub fn run(
    case: &Case,
    is_wanted: &dyn Fn(&str) -> bool,
    set: &BTreeMap<String, f64>,
    outcomes: &mut KnownScopes,
    cancel: &CancelToken,
) -> Result<BehaviorRun> {
    let mut run = BehaviorRun::default();
    let known: BTreeSet<String> = case.field_names().into_iter().collect();
    let mut scopes: BTreeMap<DetectorScope, Vec<&Detector>> = BTreeMap::new();
    for detector in all().filter(|detector| is_wanted(&full_name(detector))) {
        scopes.entry(detector.scope).or_default().push(detector);
    }
    for (scope, detectors) in scopes {
        cancel.check()?;
        let mut ready = Vec::new();
        for detector in detectors {
            match missing(detector, &known) {
                None => ready.push(detector),
                Some(reason) => run.refuse(detector, reason),
            }
        }
        if ready.is_empty() {
            continue;
        }
        let (name, looked_at) = (format!("{scope:?}"), looked_at(case, scope, &ready, set, cancel)?);
        if let Some((_, outcome)) = outcomes.get(&name).filter(|(digest, _)| *digest == looked_at) {
            run.add(outcome.clone());
            continue;
        }
        let outcome = run_scope(case, scope, &ready, set, cancel)?;
        outcomes.insert(name, (looked_at, outcome.clone()));
        run.add(outcome);
    }
    Ok(run)
}

/// Returns a digest of what detectors of a scope look at: while it is the same, so is what
/// they find.
fn looked_at(
    case: &Case,
    scope: DetectorScope,
    detectors: &[&Detector],
    set: &BTreeMap<String, f64>,
    cancel: &CancelToken,
) -> Result<Digest> {
    let request = Request { expr: case.parse(query_of(scope))?, window: TimeRange::ALL };
    let counts = case.index().count_by_batch(&request, cancel)?;
    let mut text: String = detectors.iter().map(|detector| format!("{}\n", detector.name)).collect();
    text.extend(set.iter().map(|(name, value)| format!("{name}={value}\n")));
    for (batch, origin) in case.event_origins() {
        if counts.get(&batch).is_some_and(|count| *count > 0) {
            text += &format!("{origin}\n");
        }
    }
    Ok(Digest::of(text))
}

/// Asks detectors of all events of their scope.
fn run_scope(
    case: &Case,
    scope: DetectorScope,
    detectors: &[&Detector],
    set: &BTreeMap<String, f64>,
    cancel: &CancelToken,
) -> Result<BehaviorRun> {
    let fields: BTreeSet<&str> =
        detectors.iter().flat_map(|detector| detector.needs.iter().chain(detector.uses)).copied().collect();
    let fields: Vec<&str> = fields.into_iter().collect();
    let (events, columns) = events(case, scope, &fields, cancel)?;
    let mut run = BehaviorRun::default();
    for detector in detectors {
        cancel.check()?;
        run.take(detector, &events, &columns, set);
    }
    Ok(run)
}

/// Returns what a detector lacks.
fn missing(detector: &Detector, known: &BTreeSet<String>) -> Option<String> {
    let missing: Vec<&str> = detector
        .needs
        .iter()
        .filter(|field| !known.contains(**field) && !OWN.contains(field))
        .copied()
        .collect();
    (!missing.is_empty()).then(|| format!("no event has {}", missing.join(", ")))
}

impl BehaviorRun {
    fn add(&mut self, other: BehaviorRun) {
        self.detections.extend(other.detections);
        self.ran.extend(other.ran);
        self.not_evaluated.extend(other.not_evaluated);
    }

    fn refuse(&mut self, detector: &Detector, reason: String) {
        self.not_evaluated.push(NotEvaluated { detector: full_name(detector), reason });
    }

    fn take(
        &mut self,
        detector: &Detector,
        events: &Events,
        columns: &EventColumns,
        set: &BTreeMap<String, f64>,
    ) {
        if events.len() < detector.least_events {
            let reason = format!("{} of at least {} events", events.len(), detector.least_events);
            return self.refuse(detector, reason);
        }
        let prefix = format!("{}.", detector.name);
        let own =
            set.iter().filter_map(|(name, value)| Some((name.strip_prefix(&prefix)?.to_owned(), *value)));
        match (detector.run)(events, &Parameters { of: detector.parameters, set: own.collect() }) {
            DetectorOutcome::NotEvaluated(reason) => self.refuse(detector, reason),
            DetectorOutcome::Found(found) => {
                self.ran.push(full_name(detector));
                self.detections.extend(found.into_iter().map(|found| detection(detector, found, columns)));
            }
        }
    }
}

/// Reads the events of a scope.
fn events(
    case: &Case,
    scope: DetectorScope,
    fields: &[&str],
    cancel: &CancelToken,
) -> Result<(Events, EventColumns)> {
    let expr = case.parse(query_of(scope))?;
    let known: Vec<&str> = fields.iter().filter(|field| !OWN.contains(field)).copied().collect();
    let request = Request { expr, window: TimeRange::ALL };
    let mut columns = case.index().event_columns(&request, &known, cancel)?;
    let found = known.iter().zip(columns.take_columns()).filter(|(_, column)| column.distinct() > 0);
    let mut named: BTreeMap<String, ValueColumn> =
        found.map(|(field, column)| ((*field).to_owned(), column)).collect();
    let paths: BTreeMap<SourceId, String> =
        case.sources().into_iter().map(|source| (source.id, source.path)).collect();
    for field in fields.iter().filter(|field| OWN.contains(field) && !columns.times().is_empty()) {
        let column = match *field {
            SOURCE => columns.source_column(SourceId::to_string),
            SOURCE_NAME => columns.source_column(|source| paths.get(source).cloned().unwrap_or_default()),
            REPEATED => repeated(case, &columns, cancel)?,
            _ => columns.record_column(),
        };
        named.insert((*field).to_owned(), column);
    }
    Ok((Events::new(columns.times().to_vec(), named), columns))
}

/// Returns a column of what events say that say the same as others of their source.
fn repeated(case: &Case, columns: &EventColumns, cancel: &CancelToken) -> Result<ValueColumn> {
    let (sources, records) = (columns.source_column(SourceId::to_string), columns.record_column());
    let rows = candidates(columns.times(), &sources, &records);
    let hits: Vec<Hit> = rows.iter().map(|row| columns.hit(*row)).collect();
    let found = case.index().fingerprints(&hits, cancel)?;
    let mut often: HashMap<u64, u32> = HashMap::new();
    found.iter().for_each(|number| *often.entry(*number).or_default() += 1);
    let texts: Vec<(u32, String)> = rows
        .into_iter()
        .zip(found)
        .filter(|(_, number)| often[number] > 1)
        .map(|(row, number)| (row, format!("{number:x}")))
        .collect();
    let mut texts = texts.iter().peekable();
    let text = |row: u32| texts.next_if(|(at, _)| *at == row).map(|(_, text)| text.as_str());
    Ok(ValueColumn::new((0..columns.times().len() as u32).map(text)))
}

/// Returns the query of a scope.
fn query_of(scope: DetectorScope) -> &'static str {
    match scope {
        DetectorScope::SignIns => "event.category:authentication AND event.outcome:(success OR failure)",
        DetectorScope::Requests => "http.response.status_code:* OR http.request.method:*",
        DetectorScope::Actions => "user.name:* AND event.action:*",
        DetectorScope::All => "@timestamp:*",
    }
}

fn detection(detector: &Detector, found: Anomaly, columns: &EventColumns) -> Alert {
    let attack: Vec<String> = found.attack.iter().map(|technique| (*technique).to_owned()).collect();
    let mut tactics: Vec<String> = attack.iter().filter_map(|name| tactic(name)).map(str::to_owned).collect();
    tactics.dedup();
    Alert {
        detector: full_name(detector),
        title: found.title,
        why: found.why,
        severity: found.severity,
        confidence: found.confidence,
        entity: found.entity.into_iter().map(|(field, value)| (field.to_owned(), value)).collect(),
        start: Some(Timestamp::from_nanos(found.start)),
        end: Some(Timestamp::from_nanos(found.end)),
        hits: found.events.into_iter().map(|row| columns.hit(row)).collect(),
        attack,
        tactics,
        numbers: found.numbers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        advice: None,
    }
}
