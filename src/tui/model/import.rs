//! An import behind the screen.

use std::time::Duration;

use crate::app::ImportRequest;
use crate::record::thousands;
use crate::tui::protocol::ImportProgress;

/// The import behind the screen.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ImportState {
    /// What is imported as soon as the screen is there.
    pub wanted: Option<Box<ImportRequest>>,
    /// The import that runs.
    pub running: Option<RunningImport>,
    /// Whether detection is to look once what was imported is on the screen.
    pub detects: bool,
}

/// An import that runs.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct RunningImport {
    /// How far it is.
    pub progress: ImportProgress,
    /// How long it has run.
    pub since: Duration,
    /// Whether the investigator was told that leaving stops it.
    pub asked: bool,
}

impl RunningImport {
    /// Returns how far it is, in a few words: `12,401 read · 34 % · 1.1 M/s`.
    pub fn words(&self, with_rate: bool) -> String {
        let mut words = format!("{} read", thousands(self.progress.events));
        if let Some(percent) = self.progress.bytes.percent() {
            words += &format!(" · {} %", percent.min(99));
        }
        let rate = self.progress.events as f64 / self.since.as_secs_f64().max(f64::MIN_POSITIVE);
        if with_rate && self.since >= Duration::from_secs(1) {
            words += &match rate {
                rate if rate >= 1e6 => format!(" · {:.1} M/s", rate / 1e6),
                rate if rate >= 1e3 => format!(" · {:.0} k/s", rate / 1e3),
                rate => format!(" · {rate:.0}/s"),
            };
        }
        words
    }
}
