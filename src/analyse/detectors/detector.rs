//! What a detector is, and what it says.

use std::collections::BTreeMap;

use super::events::Events;
use crate::record::Severity;

/// One thing that a detector found.
#[derive(Debug, Clone, PartialEq)]
pub struct Anomaly {
    /// What happened, in a few words that a manager understands, without the entity.
    pub title: String,
    /// The sentence with the numbers behind it: what was seen, what is usual, why it counts.
    pub why: String,
    /// How bad it is.
    pub severity: Severity,
    /// How sure the detector is, from 0 to 1.
    pub confidence: f64,
    /// Whom it is about, most important first: ECS field and value.
    pub entity: Vec<(&'static str, String)>,
    /// The rows of its events, ascending; never empty except for silence.
    pub events: Vec<u32>,
    /// Its window, in nanoseconds since 1970: from the first to the last event, or the
    /// silence itself.
    pub start: i64,
    /// The end of its window.
    pub end: i64,
    /// ATT&CK techniques.
    pub attack: Vec<&'static str>,
    /// The numbers from which `score` (which is among them) can be computed again.
    pub numbers: BTreeMap<&'static str, f64>,
}

/// What a run of a detector came to.
#[derive(Debug, Clone, PartialEq)]
pub enum DetectorOutcome {
    /// It looked at the events, and found these.
    Found(Vec<Anomaly>),
    /// It could not be evaluated, and why: a field is missing, or there are too few events.
    NotEvaluated(String),
}

/// Which events a detector looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DetectorScope {
    /// Sign-ins that succeeded or failed (event.category authentication, event.outcome set).
    SignIns,
    /// Requests to web servers and proxies (those with an HTTP status).
    Requests,
    /// What users did (those with user.name and event.action).
    Actions,
    /// All events that tell a time.
    All,
}

/// A number that a case may set for a detector.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it is, with its unit.
    pub about: &'static str,
    /// Its value where the case sets none.
    pub default: f64,
    /// The least value that can be set.
    pub least: f64,
    /// The largest value that can be set.
    pub most: f64,
}

/// The parameters of a run.
pub struct Parameters<'p> {
    /// Those that the detector declares.
    pub of: &'p [Parameter],
    /// Those that the case sets.
    pub set: BTreeMap<String, f64>,
}

impl Parameters<'_> {
    /// Returns the value of a parameter, which the detector must have declared.
    pub fn get(&self, name: &str) -> f64 {
        let declared = self.of.iter().find(|parameter| parameter.name == name).expect("declared");
        self.set.get(name).copied().unwrap_or(declared.default)
    }
}

/// A behaviour detector: one file, one row of the table.
pub struct Detector {
    /// Its name, in lower case with hyphens.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub about: &'static str,
    /// Which events it looks at.
    pub scope: DetectorScope,
    /// The fields that it needs.
    pub needs: &'static [&'static str],
    /// The fields that it uses where there are any.
    pub uses: &'static [&'static str],
    /// How many events it needs at least.
    pub least_events: usize,
    /// The ATT&CK techniques that it stands for.
    pub attack: &'static [&'static str],
    /// The numbers that a case may set.
    pub parameters: &'static [Parameter],
    /// Looks at events.
    pub run: fn(&Events, &Parameters<'_>) -> DetectorOutcome,
}
