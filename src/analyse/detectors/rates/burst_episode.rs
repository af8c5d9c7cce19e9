//! Episodes of bursts: how bad they are, and what is said of them.

use super::burst_history::Baseline;
use super::wording::{DAY, HOUR, rough, span, whole};
use crate::analyse::detectors::detector::Anomaly;
use crate::record::Severity;

/// What is counted.
pub struct BurstMeasure {
    pub field: &'static str,
    pub what: &'static str,
    /// Buckets without a break from which it may be medium: what happens of itself (deploys,
    /// retries) is over sooner.
    pub lasting: u32,
}

/// Events in a bucket from which a burst is medium, and how many times the most so far.
const SURE: f64 = 40.0;
const SURE_TIMES: f64 = 3.0;

/// Buckets without a break that are bursts.
pub struct Episode {
    pub first: u32,
    pub last: u32,
    peak: f64,
    total: f64,
    baseline: Baseline,
    /// How long the value was quiet before, in nanoseconds.
    quiet: i64,
}

impl Episode {
    /// Creates an episode of one bucket.
    pub fn new(at: u32, count: f64, baseline: Baseline, quiet: i64) -> Episode {
        Episode { first: at, last: at, peak: count, total: count, baseline, quiet }
    }

    /// Adds a bucket.
    pub fn extend(&mut self, at: u32, count: f64, baseline: Baseline) {
        (self.last, self.total) = (at, self.total + count);
        if count > self.peak {
            (self.peak, self.baseline) = (count, baseline);
        }
    }

    /// Returns how bad an episode is.
    fn severity(&self, measure: &BurstMeasure) -> Severity {
        let baseline = &self.baseline;
        let caught_up = baseline.mean * self.quiet as f64 / baseline.width as f64 * 1.5 >= self.total;
        let sure = match baseline.stranger {
            true => self.peak >= 1_000.0 && self.peak >= 10.0 * baseline.most,
            false => {
                baseline.ln_tail < -9.0 * std::f64::consts::LN_10
                    && self.peak >= SURE.max(SURE_TIMES * baseline.most)
                    && baseline.lasts >= 7 * DAY
            }
        };
        let lasts = self.last - self.first + 1 >= measure.lasting;
        if sure && lasts && !caught_up { Severity::Medium } else { Severity::Low }
    }

    /// Returns the finding of an self.
    pub fn tell(&self, times: &[i64], measure: &BurstMeasure, value: &str, rows: Vec<u32>) -> Anomaly {
        let baseline = &self.baseline;
        let score = (-baseline.ln_tail / std::f64::consts::LN_10).clamp(0.0, 300.0);
        let severity = self.severity(measure);
        let minutes = span(baseline.width);
        let usual = if baseline.stranger {
            format!("it has no history; 99.9 % of such counts of others are at most {}", whole(baseline.most))
        } else {
            format!(
                "its mean is {} and its most so far {}; the odds of this by chance are 1 in 10^{}",
                rough(baseline.mean),
                whole(baseline.most),
                whole(score)
            )
        };
        Anomaly {
            title: format!("Sudden burst of {}", measure.what),
            why: format!(
                "{} {} of {value} in {minutes}, {} in all: {usual}.",
                whole(self.peak),
                measure.what,
                whole(self.total)
            ),
            severity,
            confidence: if baseline.stranger { 0.5 } else { (score / 20.0).clamp(0.3, 0.95) },
            entity: vec![(measure.field, value.to_owned())],
            start: rows.first().map_or(0, |row| times[*row as usize]),
            end: rows.last().map_or(0, |row| times[*row as usize]),
            events: rows,
            attack: if measure.what == "failures" { vec!["T1110"] } else { vec!["T1499"] },
            numbers: [
                ("count", self.peak),
                ("total", self.total),
                ("mean", baseline.mean),
                ("variance", baseline.variance),
                ("median", baseline.median),
                ("mad", baseline.deviation),
                ("most_before", baseline.most),
                ("buckets", baseline.buckets),
                ("quiet_hours", self.quiet as f64 / HOUR as f64),
                ("score", score),
            ]
            .into(),
        }
    }
}
