//! Why rules match an event, or do not, and which findings it belongs to.

use std::path::PathBuf;

use serde::Serialize;

use crate::analyse::{self, Explanation, INDICATOR, Rule, event_fields};
use crate::case::Case;
use crate::error::Result;
use crate::index::Hit;
use crate::journal::Finding;
use crate::record::EventId;

use super::detect::{is_named, nothing_is_called};
use super::load_rules;

/// What detection says of one event.
#[derive(Debug, Serialize)]
pub struct EventExplanation {
    /// The event.
    pub event: String,
    /// What the rules say: those that were named, or all that match.
    pub rules: Vec<Explanation>,
    /// How many rules were asked.
    pub asked: usize,
    /// The findings of detectors that the event belongs to.
    pub findings: Vec<EventFinding>,
}

/// A finding of a detector that an event belongs to.
#[derive(Debug, Serialize)]
pub struct EventFinding {
    /// Its number.
    pub finding: u64,
    /// What found it.
    pub detector: String,
    /// Its title.
    pub title: String,
    /// Why it was raised.
    pub why: String,
}

/// Explains what rules say of an event. `only` names rules and detectors by their ids, or the
/// beginnings of ids; none for all rules that match. `paths` are rules besides those of this
/// program.
///
/// # Errors
///
/// Fails if there is no such event, or no such rule.
pub fn explain_event(
    case: &Case,
    id: &EventId,
    only: &[String],
    paths: &[PathBuf],
) -> Result<EventExplanation> {
    let hit = case.find(id)?;
    let (rules, fields) = (load_rules(paths)?.rules, event_fields(case, &hit)?);
    let is_asked = |rule: &&Rule| only.is_empty() || is_named(&format!("sigma:{}", rule.id), only);
    let asked: Vec<&Rule> = rules.iter().filter(is_asked).collect();
    let behavior = is_named(INDICATOR, only)
        || analyse::behavior_detectors().any(|detector| is_named(&analyse::full_name(detector), only));
    if asked.is_empty() && !behavior {
        return Err(nothing_is_called(only));
    }
    let explained = asked.iter().map(|rule| analyse::explain(&rules, rule, &fields));
    let explained = explained.filter(|explained| !only.is_empty() || explained.matches).collect();
    let findings = case.state().findings.iter().filter(|finding| has_event(finding, &hit));
    let findings = findings.filter_map(|finding| {
        let detected = finding.detected.as_deref()?;
        (only.is_empty() || is_named(&detected.detector, only)).then(|| EventFinding {
            finding: finding.number,
            detector: detected.detector.clone(),
            title: finding.title.clone(),
            why: detected.why.clone(),
        })
    });
    Ok(EventExplanation {
        event: id.to_string(),
        rules: explained,
        asked: asked.len(),
        findings: findings.collect(),
    })
}

/// Returns whether a detector named an event among those of a finding.
fn has_event(finding: &Finding, hit: &Hit) -> bool {
    let source = hit.source.to_string();
    let ranges = finding.detected.iter().flat_map(|detected| &detected.records);
    let mut ranges = ranges.filter(|records| records.source == source).flat_map(|records| &records.ranges);
    finding.events.contains_key(&format!("{source}:{}", hit.record))
        || ranges.any(|(first, last)| (*first..=*last).contains(&hit.record))
}
