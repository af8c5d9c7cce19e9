//! What a rule or a detector says.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::index::Hit;
use crate::record::Severity;
use crate::record::{Digest, Timestamp};

/// One thing that was found: what, about whom, when, and by which events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// What found it: `sigma:<id of the rule>` or `behaviour:<name>`.
    pub detector: String,
    /// What happened, in a few words.
    pub title: String,
    /// Why it was raised, with the numbers.
    pub why: String,
    /// How bad it is.
    pub severity: Severity,
    /// How sure the detector is, from 0 to 1.
    pub confidence: f64,
    /// Whom it is about: ECS fields and values, the most important first.
    pub entity: Vec<(String, String)>,
    /// Its first moment; none where none of its events tells a time.
    #[serde(with = "moment")]
    pub start: Option<Timestamp>,
    /// Its last moment.
    #[serde(with = "moment")]
    pub end: Option<Timestamp>,
    /// Its events, the earliest first.
    pub hits: Vec<Hit>,
    /// ATT&CK techniques, such as `T1110.003`.
    pub attack: Vec<String>,
    /// ATT&CK tactics, such as `initial-access`.
    pub tactics: Vec<String>,
    /// The numbers behind it, from which `score` can be computed again.
    pub numbers: BTreeMap<String, f64>,
    /// What to do about it: a kind of remediation, and a sentence.
    pub advice: Option<(String, String)>,
}

impl Alert {
    /// Returns what it has in common with itself in every run, whatever else is found:
    /// SHA-256 of the detector, the entity, and the start of its window, in hex.
    pub fn fingerprint(&self) -> String {
        let mut text = self.detector.clone();
        for (field, value) in &self.entity {
            text += &format!("\0{field}\0{value}");
        }
        let start = self.start.map(|start| start.to_string()).unwrap_or_default();
        text += &format!("\0\0{start}");
        Digest::of(text).to_string()
    }
}

/// A detector that could not be evaluated, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotEvaluated {
    /// The detector.
    pub detector: String,
    /// Why: a field is missing, or there are too few events.
    pub reason: String,
}

/// A moment as the nanoseconds since 1970.
mod moment {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::record::Timestamp;

    pub fn serialize<S: Serializer>(moment: &Option<Timestamp>, to: S) -> Result<S::Ok, S::Error> {
        moment.map(Timestamp::nanos).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
        Ok(Option::<i64>::deserialize(from)?.map(Timestamp::from_nanos))
    }
}
