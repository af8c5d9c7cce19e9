//! Incidents: findings of a case that belong together.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::analyse::{IncidentPart, incidents, stage, weight};
use crate::case::Case;
use crate::journal::{Detected, Finding, Severity, Status};
use crate::record::Timestamp;

/// Findings that belong together, with the stages of the attack in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct Incident {
    /// Its number, from 1 in order of time.
    pub number: u64,
    /// The numbers of its findings, the earliest first.
    pub findings: Vec<u64>,
    /// The tactics of ATT&CK, in the order in which they were first seen.
    pub stages: Vec<String>,
    /// The sum of its findings' risk.
    pub risk: f64,
    /// The severity of its worst finding.
    pub severity: Severity,
}

/// Returns the incident of each finding, by the finding's number.
pub fn incident_numbers(case: &Case) -> BTreeMap<u64, u64> {
    let (findings, parts) = parts(case);
    let numbers = incidents(&parts);
    let pairs = findings.iter().zip(numbers);
    pairs.filter_map(|(finding, incident)| Some((finding.number, incident?))).collect()
}

/// Returns the incidents of a case, the earliest first.
pub fn case_incidents(case: &Case) -> Vec<Incident> {
    let (findings, parts) = parts(case);
    let mut found: BTreeMap<u64, Vec<(&Finding, &IncidentPart)>> = BTreeMap::new();
    for ((finding, part), incident) in findings.into_iter().zip(&parts).zip(incidents(&parts)) {
        if let Some(incident) = incident {
            found.entry(incident).or_default().push((finding, part));
        }
    }
    found.into_iter().map(|(number, members)| incident(number, members)).collect()
}

fn incident(number: u64, mut members: Vec<(&Finding, &IncidentPart)>) -> Incident {
    members.sort_by_key(|(finding, part)| (part.start, finding.number));
    let (mut stages, mut known) = (Vec::new(), BTreeSet::new());
    for (_, part) in &members {
        let mut tactics = part.tactics.clone();
        tactics.sort_by_key(|tactic| stage(tactic));
        stages.extend(tactics.into_iter().filter(|tactic| known.insert(tactic.clone())));
    }
    Incident {
        number,
        stages,
        risk: members.iter().map(|(_, part)| part.risk).sum(),
        severity: members.iter().map(|(finding, _)| finding.severity).max().unwrap_or(Severity::Info),
        findings: members.iter().map(|(finding, _)| finding.number).collect(),
    }
}

/// Returns the findings that can be part of an incident: those that detectors raised, and
/// that nobody called false or let go.
fn parts(case: &Case) -> (Vec<&Finding>, Vec<IncidentPart>) {
    let counts = |finding: &&Finding| {
        finding.verdict.is_none_or(|verdict| !verdict.needs_no_fix()) && finding.state != Status::Closed
    };
    let findings = case.state().findings.iter().filter(counts);
    findings.filter_map(|finding| Some((finding, part(finding, finding.detected.as_deref()?)))).unzip()
}

fn part(finding: &Finding, detected: &Detected) -> IncidentPart {
    let moment = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<Timestamp>().ok());
    let values = |field: &str| match detected.entity.get(field) {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(texts)) => {
            texts.iter().filter_map(|text| text.as_str().map(str::to_owned)).collect()
        }
        _ => Vec::new(),
    };
    IncidentPart {
        start: moment(&detected.start),
        end: moment(&detected.end),
        is_serious: finding.severity >= Severity::Medium,
        risk: weight(finding.severity) * detected.confidence.as_f64().unwrap_or(1.0),
        addresses: values("source.ip"),
        users: values("user.name"),
        tactics: detected.tactics.clone(),
    }
}
