//! Remediation: what a finding needs, what shows that it is fixed, and who accepts it
//! instead.

use serde::{Deserialize, Serialize};
use serde_json::Number;

use crate::error::{Error, Result, visible};
use crate::record::{Severity, keywords};

keywords! {
    /// What kind of work ends what a finding shows.
    Remedy, "kind of remedy" {
        /// A flaw is removed.
        Patch = "patch",
        /// A configuration is made stricter.
        Harden = "harden",
        /// Rights or reach are taken away.
        Restrict = "restrict",
        /// People learn.
        Train = "train",
        /// A way of working changes.
        Process = "process",
    }
}

/// The least share of the time after a fix that the logs must cover.
pub const LEAST_COVERAGE: f64 = 0.99;

/// The least confidence that silence after a fix is no coincidence.
pub const LEAST_CONFIDENCE: f64 = 0.99;

/// The least time, in hours, for which a fix has to hold, however often it was before.
pub const LEAST_HOURS: f64 = 24.0;

/// How much of the time after a fix a stream of logs covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamCoverage {
    /// Which: its data set, and its host where it has one.
    pub stream: String,
    /// How many events it has after the fix.
    pub events: u64,
    /// The share of the time that it covers, from 0 to 1.
    pub coverage: Number,
}

/// The four proofs that a fix holds: nothing was seen after it, the logs would have shown
/// it, the rule would have noticed it, and it was waited for long enough.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixProof {
    /// When the fix took effect (RFC 3339).
    pub since: String,
    /// Until when the logs show what happened (RFC 3339).
    pub until: String,
    /// How many events show the finding again since then.
    pub hits: u64,
    /// How far the logs of the finding cover that time.
    pub coverage: Vec<StreamCoverage>,
    /// What shows that the rule or query would match: in words.
    pub can_fire: Option<String>,
    /// Why it would not match, where nothing shows that it would.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cannot_fire: Option<String>,
    /// How often it occurred before the fix; matches within an hour are one occurrence.
    pub occurrences: u64,
    /// For how many hours the logs show the time before the fix.
    pub hours_before: Number,
    /// For how many hours they show the time after it.
    pub hours_after: Number,
    /// How many occurrences were to be expected since the fix, at the rate of before.
    pub expected: Number,
    /// 1 - exp(-expected): how unlikely the silence is without a fix, from 0 to 1.
    pub confidence: Number,
}

impl FixProof {
    /// Returns what is missing for a proof, in sentences; nothing if the fix is proved.
    pub fn missing(&self) -> Vec<String> {
        let mut missing = Vec::new();
        let number = |number: &Number| number.as_f64().unwrap_or(f64::NAN);
        if self.hits > 0 {
            let hits = crate::record::counted(self.hits, "event");
            missing.push(format!("it was seen again: {hits} after the fix"));
        }
        if self.coverage.is_empty() {
            missing.push("no logs of the kind that showed it follow the fix".to_owned());
        }
        for stream in &self.coverage {
            let coverage = number(&stream.coverage);
            if coverage.is_nan() || coverage < LEAST_COVERAGE {
                let percent = 100.0 * coverage;
                missing.push(format!(
                    "{} covers {percent:.1} % of the time after the fix, and {:.0} % are needed",
                    stream.stream,
                    100.0 * LEAST_COVERAGE
                ));
            }
        }
        if self.can_fire.is_none() {
            let reason = self.cannot_fire.as_deref();
            missing.push(reason.unwrap_or("nothing shows that its rule would fire on these logs").to_owned());
        }
        missing.extend(self.exposure_missing());
        missing
    }

    fn exposure_missing(&self) -> Option<String> {
        let number = |number: &Number| number.as_f64().unwrap_or(f64::NAN);
        let (before, after) = (number(&self.hours_before), number(&self.hours_after));
        let (expected, confidence) = (number(&self.expected), number(&self.confidence));
        let rate = self.occurrences as f64 / before;
        let is_consistent = self.occurrences > 0
            && before > 0.0
            && after >= 0.0
            && (expected - rate * after).abs() <= 1e-6 * expected.abs().max(1.0)
            && (confidence - (1.0 - (-expected).exp())).abs() <= 1e-9;
        if !is_consistent {
            return Some("how often it occurred before the fix is not known".to_owned());
        }
        let needed = (-(1.0 - LEAST_CONFIDENCE).ln() / rate).max(LEAST_HOURS);
        (confidence < LEAST_CONFIDENCE || after < LEAST_HOURS).then(|| {
            format!(
                "it was waited for {} of {} ({expected:.1} occurrences were to be expected, confidence {:.1} %)",
                duration(after),
                duration(needed),
                100.0 * confidence
            )
        })
    }

    /// Returns the proof in a sentence.
    pub fn sentence(&self) -> String {
        let number = |number: &Number| number.as_f64().unwrap_or(0.0);
        let percent = (1000.0 * number(&self.confidence)).floor() / 10.0;
        let expected = number(&self.expected);
        format!(
            "fix shown with {percent:.1} % confidence, {}, {expected:.1} occurrences expected, {} seen",
            duration(number(&self.hours_after)),
            self.hits
        )
    }
}

/// Writes a number of hours: `14.0 days`, `30.5 hours`.
fn duration(hours: f64) -> String {
    if hours < 48.0 { format!("{hours:.1} hours") } else { format!("{:.1} days", hours / 24.0) }
}

/// That somebody answers for what a finding shows, instead of a fix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    /// Who answers for it.
    pub approver: String,
    /// The last day of it (`YYYY-MM-DD`).
    pub until: String,
    /// Why.
    pub reason: String,
}

impl Acceptance {
    /// Returns whether it names who answers for it, until when, and why.
    pub fn is_named(&self) -> bool {
        let is_day = chrono::NaiveDate::parse_from_str(&self.until, "%Y-%m-%d").is_ok();
        is_day && self.until.len() == 10 && !self.approver.trim().is_empty() && !self.reason.trim().is_empty()
    }
}

/// How many days a finding may stay open, by severity; none where nothing is agreed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sla {
    /// Its name: of a preset, or `own`.
    pub name: String,
    /// Days for `critical`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub critical: Option<u32>,
    /// Days for `high`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<u32>,
    /// Days for `medium`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub medium: Option<u32>,
    /// Days for `low`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<u32>,
}

/// Presets: name; days for critical, high, medium, low. FedRAMP Rev. 5 continuous monitoring
/// (high 30, moderate 90, low 180); FedRAMP vulnerability detection and response (4 days if
/// exploitable and reachable, 14 if exploitable, 30 if reachable); PCI DSS 4.0.1, 6.3.3
/// (critical and high within a month, the others within three).
const PRESETS: [(&str, [Option<u32>; 4]); 3] = [
    ("fedramp-rev5", [Some(30), Some(30), Some(90), Some(180)]),
    ("fedramp-vdr", [Some(4), Some(14), Some(30), None]),
    ("pci", [Some(30), Some(30), Some(90), Some(90)]),
];

/// The most days of a term.
const MOST_DAYS: u32 = 3650;

impl Sla {
    /// Returns the days for a severity.
    pub const fn days(&self, severity: Severity) -> Option<u32> {
        match severity {
            Severity::Critical => self.critical,
            Severity::High => self.high,
            Severity::Medium => self.medium,
            Severity::Low => self.low,
            Severity::Info => None,
        }
    }

    /// Returns the day (`YYYY-MM-DD`) on which a finding is due that was found then (RFC 3339).
    pub fn due(&self, severity: Severity, found_at: &str) -> Option<String> {
        let day: chrono::NaiveDate = found_at.get(..10)?.parse().ok()?;
        let due = day.checked_add_days(chrono::Days::new(self.days(severity)?.into()))?;
        Some(due.to_string())
    }
}

impl std::fmt::Display for Sla {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let terms = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low];
        let terms = terms.into_iter().filter_map(|severity| Some((severity, self.days(severity)?)));
        let terms: Vec<String> = terms.map(|(severity, days)| format!("{severity} {days} d")).collect();
        write!(f, "{} ({})", self.name, terms.join(", "))
    }
}

impl std::str::FromStr for Sla {
    type Err = Error;

    /// Reads a preset's name, or terms of one's own: `critical=7,high=14`.
    fn from_str(text: &str) -> Result<Sla> {
        if let Some((name, [critical, high, medium, low])) =
            PRESETS.into_iter().find(|(name, _)| *name == text)
        {
            return Ok(Sla { name: name.to_owned(), critical, high, medium, low });
        }
        let wrong = || {
            let names: Vec<&str> = PRESETS.iter().map(|(name, _)| *name).collect();
            let hint =
                format!("Choose {}, or give days: critical=7,high=14,medium=30,low=90.", names.join(", "));
            Error::usage(format!("`{}` is not a set of terms", visible(text))).hint(hint)
        };
        let mut own = Sla { name: "own".to_owned(), critical: None, high: None, medium: None, low: None };
        for term in text.split(',') {
            let (severity, days) = term.split_once('=').ok_or_else(wrong)?;
            let days: u32 = days.trim().parse().ok().filter(|days| *days <= MOST_DAYS).ok_or_else(wrong)?;
            let place = match severity.trim().parse().map_err(|_: Error| wrong())? {
                Severity::Critical => &mut own.critical,
                Severity::High => &mut own.high,
                Severity::Medium => &mut own.medium,
                Severity::Low => &mut own.low,
                Severity::Info => return Err(wrong()),
            };
            *place = Some(days);
        }
        Ok(own)
    }
}
