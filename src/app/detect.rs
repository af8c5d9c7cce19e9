//! Alert: what rules and detectors find becomes findings of the case.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;

use serde_json::{Map, Number, Value};

use crate::analyse::{self, Alert, NotEvaluated};
use crate::case::{Case, Watch};
use crate::error::{Error, Result, visible};
use crate::index::{CancelToken, Hit};
use crate::journal::{
    Annotation, Detected, EventRef, Finding, FindingChange, NewFinding, RecordRanges, Status,
};
use crate::record::Timestamp;

use super::{Session, Warning, annotate, load_rules};

/// So many events of a finding are listed with the hashes of their records; of more, the
/// numbers of the records.
const LISTED: usize = 50;

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub struct DetectRequest {
    /// Files or folders of rules, besides those of this program.
    pub rules: Vec<PathBuf>,
    /// Only these detectors: `sigma:<id>`, `behaviour:<name>`, or the beginning of one.
    pub only: Vec<String>,
    /// Numbers that the case sets for detectors: `<detector>.<parameter>`.
    pub parameters: BTreeMap<String, f64>,
}

/// What was found, and what could not be looked for.
pub struct DetectReport {
    /// The case with its findings.
    pub case: Case,
    /// The fingerprints of what was found in this run.
    pub found: HashSet<String>,
    /// How many findings are new.
    pub new: usize,
    /// How many are not as they were.
    pub changed: usize,
    /// How many are no longer found.
    pub gone: usize,
    /// How many rules and detectors looked.
    pub ran: usize,
    /// Detectors that could not be evaluated.
    pub not_evaluated: Vec<NotEvaluated>,
    /// Rule files that cannot be used, with the reason.
    pub unread: Vec<(String, String)>,
    /// What did not come to its end.
    pub warnings: Vec<Warning>,
}

/// Looks for what is unusual, and keeps it as findings. A finding that was found before
/// is not made twice; one that has other events now is changed; one that is no longer
/// found, and that nobody has taken up, is closed.
pub fn detect(
    case: &Case,
    request: &DetectRequest,
    session: &Session,
    cancel: &CancelToken,
    watch: Watch<'_>,
) -> Result<DetectReport> {
    request.parameters.iter().try_for_each(|(name, value)| check_parameter(name, *value))?;
    let mut rules = load_rules(&request.rules)?;
    let is_wanted = |detector: &str| {
        request.only.is_empty()
            || request
                .only
                .iter()
                .any(|only| detector.starts_with(only.as_str()) || detector.ends_with(&format!(":{only}")))
    };
    let base: HashSet<String> = rules.referenced();
    rules.rules.retain(|rule| is_wanted(&format!("sigma:{}", rule.id)) || base.contains(&rule.id));
    let run = analyse::detect(case, &rules.rules, &is_wanted, &request.parameters, cancel)?;
    if run.ran.is_empty() {
        let named = request.only.iter().map(|only| format!("`{}`", visible(only))).collect::<Vec<_>>();
        return Err(Error::usage(format!("there is no rule or detector {}", named.join(", ")))
            .hint("See `vestigo rules list`."));
    }
    let found = run.detections.iter().map(Alert::fingerprint).collect();
    let (mut new, mut changed, mut gone) = (0, 0, 0);
    let make = |case: &Case| {
        let reconciled = Reconciled::new(case, &run.detections, &run.ran)?;
        (new, changed, gone) = (reconciled.new, reconciled.changed, reconciled.gone);
        Ok(reconciled.annotations)
    };
    // Without anything to write, nothing is written: no entry, no checkpoint.
    let (case, warnings) = if make_nothing(case, &run.detections, &run.ran)? {
        (case.clone(), Vec::new())
    } else {
        cancel.check()?;
        let written = annotate(case, make, session, watch)?;
        (written.case, written.warnings)
    };
    Ok(DetectReport {
        case,
        found,
        new,
        changed,
        gone,
        ran: run.ran.len(),
        not_evaluated: run.not_evaluated,
        unread: rules.unread.into_iter().chain(run.unused).collect(),
        warnings,
    })
}

/// Checks a number that is set for a detector.
fn check_parameter(name: &str, value: f64) -> Result<()> {
    let declared = name.split_once('.').and_then(|(detector, parameter)| {
        let detector = analyse::behavior_detectors().find(|known| known.name == detector)?;
        detector.parameters.iter().find(|known| known.name == parameter)
    });
    let Some(declared) = declared else {
        return Err(Error::usage(format!("no detector has a number `{}`", visible(name)))
            .hint("`vestigo rules list --json` names those of each detector."));
    };
    if (declared.least..=declared.most).contains(&value) {
        return Ok(());
    }
    Err(Error::usage(format!("{name} cannot be {value}: it is {}", declared.about))
        .hint(format!("It can be from {} to {}.", declared.least, declared.most)))
}

fn make_nothing(case: &Case, detections: &[Alert], ran: &BTreeSet<String>) -> Result<bool> {
    Ok(Reconciled::new(case, detections, ran)?.annotations.is_empty())
}

/// How what was found compares with the findings of a case.
struct Reconciled {
    annotations: Vec<Annotation>,
    new: usize,
    changed: usize,
    gone: usize,
}

impl Reconciled {
    fn new(case: &Case, detections: &[Alert], ran: &BTreeSet<String>) -> Result<Reconciled> {
        let known: Vec<(&Finding, &Detected)> = case
            .state()
            .findings
            .iter()
            .filter_map(|finding| Some((finding, finding.detected.as_deref()?)))
            .collect();
        let mut taken: HashSet<&str> = HashSet::new();
        let mut result = Reconciled { annotations: Vec::new(), new: 0, changed: 0, gone: 0 };
        let matched: Vec<Option<(&Finding, &Detected)>> = detections
            .iter()
            .map(|detection| {
                let fingerprint = detection.fingerprint();
                let same = known.iter().find(|(_, detected)| detected.fingerprint == fingerprint).copied();
                taken.extend(same.map(|(finding, _)| finding.uid.as_str()));
                same
            })
            .collect();
        for (detection, same) in detections.iter().zip(matched) {
            let other = same.or_else(|| {
                let free = |(finding, _): &&(&Finding, &Detected)| !taken.contains(finding.uid.as_str());
                known.iter().filter(free).find(|(_, detected)| is_about_same(detected, detection)).copied()
            });
            let Some((finding, detected)) = other else {
                result.annotations.push(Annotation::AddFinding(new_finding(case, detection)?));
                result.new += 1;
                continue;
            };
            taken.insert(&finding.uid);
            if let Some(change) = change(case, finding, detected, detection)? {
                result.changed += 1;
                result.annotations.push(Annotation::ChangeFinding { finding: finding.uid.clone(), change });
            }
        }
        for (finding, detected) in known {
            let is_gone = ran.contains(&detected.detector)
                && !taken.contains(finding.uid.as_str())
                && finding.state == Status::Open
                && finding.verdict.is_none();
            if is_gone {
                result.gone += 1;
                let reason = "no longer found by its detector".to_owned();
                let finding = finding.uid.clone();
                result.annotations.push(Annotation::CloseFinding { finding, reason, verdict: None });
            }
        }
        Ok(result)
    }
}

/// Returns whether a finding of before is about the same: its window overlaps.
fn is_about_same(known: &Detected, new: &Alert) -> bool {
    let moment = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<Timestamp>().ok());
    let overlaps = match (moment(&known.start), moment(&known.end), new.start, new.end) {
        (Some(from), Some(to), Some(start), Some(end)) => from <= end && start <= to,
        (None, _, None, _) => true,
        _ => false,
    };
    let first =
        |(field, value): &(String, String)| known.entity.get(field).and_then(Value::as_str) == Some(value);
    known.detector == new.detector && overlaps && new.entity.first().is_some_and(first)
}

fn new_finding(case: &Case, detection: &Alert) -> Result<NewFinding> {
    Ok(NewFinding {
        title: detection.title.clone(),
        severity: detection.severity,
        events: listed(case, detection)?,
        query: None,
        note: None,
        tags: Vec::new(),
        owner: None,
        due: None,
        detected: Some(Box::new(detected(detection))),
    })
}

fn change(
    case: &Case,
    finding: &Finding,
    known: &Detected,
    detection: &Alert,
) -> Result<Option<FindingChange>> {
    let now = detected(detection);
    let is_open_again = finding.state == Status::Closed && finding.verdict.is_none();
    if now == *known && !is_open_again {
        return Ok(None);
    }
    let events = listed(case, detection)?;
    let is_new = |event: &EventRef| !finding.events.contains_key(&event.event);
    let is_left = |id: &&String| events.iter().any(|event| event.event == **id);
    Ok(Some(FindingChange {
        title: (finding.title != detection.title).then(|| detection.title.clone()),
        severity: (finding.severity != detection.severity).then_some(detection.severity),
        state: is_open_again.then_some(Status::Open),
        without: finding.events.keys().filter(|id| !is_left(id)).cloned().collect(),
        events: events.iter().filter(|event| is_new(event)).cloned().collect(),
        detected: (now != *known).then(|| Box::new(now)),
        ..FindingChange::default()
    }))
}

/// Returns the events of a detection with the hashes of their records, where they are few.
fn listed(case: &Case, detection: &Alert) -> Result<Vec<EventRef>> {
    if detection.hits.len() > LISTED {
        return Ok(Vec::new());
    }
    detection.hits.iter().map(|hit| case.event_ref(hit)).collect()
}

fn detected(detection: &Alert) -> Detected {
    let number = |value: f64| Number::from_f64(value).unwrap_or_else(|| Number::from(0));
    let text = |moment: Option<Timestamp>| moment.map(|moment| moment.to_string());
    Detected {
        fingerprint: detection.fingerprint(),
        detector: detection.detector.clone(),
        confidence: number(detection.confidence),
        entity: entity(detection),
        start: text(detection.start),
        end: text(detection.end),
        count: detection.hits.len() as u64,
        records: if detection.hits.len() > LISTED { ranges(&detection.hits) } else { Vec::new() },
        attack: detection.attack.clone(),
        tactics: detection.tactics.clone(),
        why: detection.why.clone(),
        numbers: detection
            .numbers
            .iter()
            .map(|(name, value)| (name.clone(), number(*value).into()))
            .collect(),
        advice: detection.advice.clone(),
    }
}

/// Returns whom a detection is about. A field that is named several times has a list.
fn entity(detection: &Alert) -> Map<String, Value> {
    let mut entity = Map::new();
    for (field, value) in &detection.entity {
        let value = Value::from(value.as_str());
        match entity.get_mut(field) {
            None => drop(entity.insert(field.clone(), value)),
            Some(Value::Array(values)) => values.push(value),
            Some(one) => *one = Value::Array(vec![one.take(), value]),
        }
    }
    entity
}

fn ranges(hits: &[Hit]) -> Vec<RecordRanges> {
    let mut records: BTreeMap<_, Vec<u64>> = BTreeMap::new();
    hits.iter().for_each(|hit| records.entry(hit.source).or_default().push(hit.record));
    let of_source = |(source, mut records): (crate::record::SourceId, Vec<u64>)| {
        records.sort_unstable();
        records.dedup();
        let runs = records.chunk_by(|one, other| one + 1 == *other);
        let ranges = runs.map(|run| (run[0], run[run.len() - 1])).collect();
        RecordRanges { source: source.to_string(), ranges }
    };
    records.into_iter().map(of_source).collect()
}
