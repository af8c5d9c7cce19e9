//! How what detection finds compares with the findings of a case.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::{Map, Number, Value};

use crate::analyse::Alert;
use crate::case::Case;
use crate::error::Result;
use crate::index::Hit;
use crate::journal::{
    Annotation, Detected, EventRef, Finding, FindingChange, NewFinding, RecordRanges, Status,
};
use crate::record::{Timestamp, counted};

/// So many events of a finding are listed with the hashes of their records; of more, the
/// numbers of the records.
const LISTED: usize = 50;

/// How what was found compares with the findings of a case.
pub struct Reconciled {
    /// What is to be written.
    pub annotations: Vec<Annotation>,
    /// How many findings are new.
    pub new: usize,
    /// How many are not as they were.
    pub changed: usize,
    /// How many are no longer found.
    pub gone: usize,
    /// How many are open again: seen after their fix, or accepted for a time that is over.
    pub reopened: usize,
}

impl Reconciled {
    /// Compares what a run found with the findings of a case. `day` (`YYYY-MM-DD`) is when.
    pub fn new(case: &Case, detections: &[Alert], ran: &BTreeSet<String>, day: &str) -> Result<Reconciled> {
        let known: Vec<(&Finding, &Detected)> = case
            .state()
            .findings
            .iter()
            .filter_map(|finding| Some((finding, finding.detected.as_deref()?)))
            .collect();
        let mut taken: HashSet<&str> = HashSet::new();
        let mut result = Reconciled { annotations: Vec::new(), new: 0, changed: 0, gone: 0, reopened: 0 };
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
                result.annotations.push(Annotation::RetractFinding { finding, reason });
            }
        }
        result.reopen(case, detections, day);
        Ok(result)
    }

    /// Reopens what was seen again after its fix, what was accepted for a time that is over,
    /// and what its detector had withdrawn and finds again.
    fn reopen(&mut self, case: &Case, detections: &[Alert], day: &str) {
        for finding in &case.state().findings {
            let reason = match (finding.state, &finding.acceptance) {
                (Status::Accepted, Some(acceptance)) if finding.state_on(day) != finding.state => {
                    Some(format!("the acceptance by {} ended on {}", acceptance.approver, acceptance.until))
                }
                (Status::FixClaimed | Status::Verified, _) => seen_again(finding, detections),
                (Status::Closed, _) if finding.verdict.is_none() => {
                    let fingerprint = finding.detected.as_ref().map(|detected| &detected.fingerprint);
                    let is_found = |alert: &Alert| Some(&alert.fingerprint()) == fingerprint;
                    detections.iter().any(is_found).then(|| "found again by its detector".to_owned())
                }
                _ => None,
            };
            if let Some(reason) = reason {
                self.reopened += 1;
                self.annotations.push(Annotation::ReopenFinding { finding: finding.uid.clone(), reason });
            }
        }
    }
}

/// Returns that a finding's detector finds the same about the same entity after its fix.
fn seen_again(finding: &Finding, detections: &[Alert]) -> Option<String> {
    let (detected, fixed): (_, Timestamp) = (finding.detected.as_deref()?, finding.fixed_at.parse().ok()?);
    let same = detections
        .iter()
        .filter(|alert| alert.detector == detected.detector && shares_entity(&detected.entity, alert));
    let later = |time: &Timestamp| *time > fixed;
    let times: Vec<Timestamp> =
        same.flat_map(|alert| alert.hits.iter().filter_map(|hit| hit.time)).filter(later).collect();
    let first = times.iter().min()?;
    Some(format!("seen again: {} after its fix, the first at {first}", counted(times.len() as u64, "event")))
}

/// Returns whether an alert shares a value of the entity of a finding.
pub fn shares_entity(entity: &Map<String, Value>, alert: &Alert) -> bool {
    let is_shared = |(field, value): &(String, String)| match entity.get(field) {
        Some(Value::Array(values)) => values.iter().any(|other| other.as_str() == Some(value)),
        other => other.and_then(Value::as_str) == Some(value),
    };
    alert.entity.is_empty() && entity.is_empty() || alert.entity.iter().any(is_shared)
}

/// Returns whether a finding of before is about the same: its window overlaps.
pub fn is_about_same(known: &Detected, new: &Alert) -> bool {
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
    if now == *known {
        return Ok(None);
    }
    let events = listed(case, detection)?;
    let is_new = |event: &EventRef| !finding.events.contains_key(&event.event);
    let is_left = |id: &&String| events.iter().any(|event| event.event == **id);
    Ok(Some(FindingChange {
        title: (finding.title != detection.title).then(|| detection.title.clone()),
        severity: (finding.severity != detection.severity).then_some(detection.severity),
        without: finding.events.keys().filter(|id| !is_left(id)).cloned().collect(),
        events: events.iter().filter(|event| is_new(event)).cloned().collect(),
        detected: Some(Box::new(now)),
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
