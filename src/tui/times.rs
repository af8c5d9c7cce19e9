//! Times as the list and the headings write them.

use chrono::NaiveDateTime;

use crate::record::{Precision, Timestamp, Zone};
use crate::tui::protocol::CaseInfo;

/// How the list writes times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeColumn {
    zone: Zone,
    /// The whole date is written: the case spans years.
    dated: bool,
    /// Thousandths of a second have room.
    millis: bool,
}

impl TimeColumn {
    pub fn new(facts: &CaseInfo, millis: bool) -> TimeColumn {
        TimeColumn { zone: facts.zone(), dated: facts.only_year().is_none(), millis }
    }

    /// Gives how many cells a time takes.
    pub fn width(&self) -> u16 {
        let seconds = if self.dated { 19 } else { 15 };
        if self.millis { seconds + 4 } else { seconds }
    }

    /// Writes a time, no finer than it was written in the log.
    pub fn write(&self, instant: Timestamp, precision: Option<Precision>) -> String {
        let local = self.zone.local(instant);
        let day = if self.dated { local.format("%Y-%m-%d") } else { local.format("%d %b") };
        let time = match precision {
            Some(Precision::Day) => String::new(),
            Some(Precision::Minute) => local.format("%H:%M").to_string(),
            Some(Precision::Second) | None => local.format("%H:%M:%S").to_string(),
            Some(Precision::Milli | Precision::Micro | Precision::Nano) if self.millis => {
                local.format("%H:%M:%S%.3f").to_string()
            }
            Some(Precision::Milli | Precision::Micro | Precision::Nano) => {
                local.format("%H:%M:%S").to_string()
            }
        };
        format!("{day} {time}")
    }

    /// Writes the heading of the column in at most `width` cells: zone, and the
    /// year where rows leave it out.
    pub fn heading(&self, facts: &CaseInfo, width: usize) -> String {
        let year = facts.only_year().map_or(String::new(), |year| format!(" {year}"));
        let whole = format!("Time {}{year}", self.zone);
        if whole.len() <= width { whole } else { format!("{}{year}", self.zone) }
    }
}

/// Writes a moment for a heading: `1 Mar 2026 00:00`, seconds where they are not zero.
pub fn moment(instant: Timestamp, zone: Zone) -> String {
    let local: NaiveDateTime = zone.local(instant);
    let nanos = instant.nanos().rem_euclid(60_000_000_000);
    let form = if nanos == 0 {
        "%-d %b %Y %H:%M"
    } else if nanos % 1_000_000_000 < 1_000_000 {
        "%-d %b %Y %H:%M:%S"
    } else {
        "%-d %b %Y %H:%M:%S%.3f"
    };
    local.format(form).to_string()
}
