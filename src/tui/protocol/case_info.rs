//! What is known about the case.

use crate::app::{Case, SourceInfo};
use crate::error::visible;
use crate::query::QueryContext;
use crate::record::{SourceId, TimeRange, Timestamp, Zone};

/// What is known about the case.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseInfo {
    /// Its title (foreign text).
    pub title: String,
    /// Its sources, in the order of their import.
    pub sources: Vec<SourceInfo>,
    /// How many events it has.
    pub events: u64,
    /// The fields that have values.
    pub fields: Vec<String>,
    /// From its first time to just after its last; `None` if no event has a time.
    pub span: Option<TimeRange>,
    /// The zone in which its times are shown.
    pub zone: Zone,
    /// Times are shown in UTC for now.
    pub in_utc: bool,
    /// What is wrong with the case, safe to show; empty if nothing is.
    pub trouble: Vec<String>,
    /// The part of it that was found since the case was opened: that stays.
    pub alarms: Vec<String>,
    /// The present time, for times such as `-2h`.
    pub now: Timestamp,
}

impl CaseInfo {
    /// Reads them from a case; `zone` takes the place of the case's own.
    pub fn from_case(case: &Case, zone: Option<Zone>, now: Timestamp) -> CaseInfo {
        let about = case.about();
        let sources = case.sources();
        let spans = sources.iter().filter_map(SourceInfo::span);
        let span = spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        CaseInfo {
            title: about.title.clone(),
            events: case.index().len(),
            fields: case.field_names(),
            span: span.map(|(from, last)| TimeRange { from, to: last.plus(1) }),
            zone: zone.unwrap_or(about.zone),
            in_utc: false,
            alarms: Vec::new(),
            trouble: case.trouble().iter().map(|trouble| visible(trouble)).collect(),
            now,
            sources,
        }
    }

    /// Returns the zone in which times are shown now.
    pub fn zone(&self) -> Zone {
        if self.in_utc { Zone::UTC } else { self.zone }
    }

    /// Records damaged evidence; the case is shown as damaged from then on.
    pub fn alarm(&mut self, damage: Option<String>) {
        let new = damage.filter(|damage| !self.trouble.contains(damage) && self.trouble.len() < 20);
        self.alarms.extend(new.clone());
        self.trouble.extend(new);
    }

    /// Replaces what was known about the same case; what the
    /// investigator chose, and what was found, stays.
    pub fn follow(&mut self, before: CaseInfo) {
        let CaseInfo { zone, in_utc, alarms, now, .. } = before;
        (self.zone, self.in_utc, self.now) = (zone, in_utc, now);
        alarms.into_iter().for_each(|alarm| self.alarm(Some(alarm)));
    }

    /// Returns what the meaning of a query depends on.
    pub fn query_context(&self) -> QueryContext<'_> {
        QueryContext { zone: self.zone(), now: self.now, fields: &self.fields }
    }

    /// Finds a source.
    pub fn source(&self, id: &SourceId) -> Option<&SourceInfo> {
        self.sources.iter().find(|source| source.id == *id)
    }

    /// Returns the usual interval between two events of a format, in nanoseconds:
    /// its time range over its number of events.
    pub fn rhythm(&self, format: &str) -> Option<i64> {
        let sources = self.sources.iter().filter(|source| source.receipt.format == format);
        let (mut events, mut length) = (0, 0i64);
        for source in sources {
            let (from, to) = source.span()?;
            events += i64::try_from(source.receipt.events).unwrap_or(i64::MAX);
            length = length.saturating_add(to.nanos().saturating_sub(from.nanos()));
        }
        (events > 1).then(|| length / events)
    }

    /// Returns the year of all events, if they are of one year.
    pub fn only_year(&self) -> Option<i32> {
        let span = self.span?;
        let year = |instant| chrono::Datelike::year(&self.zone().local(instant));
        (year(span.from) == year(span.to)).then(|| year(span.from))
    }
}
