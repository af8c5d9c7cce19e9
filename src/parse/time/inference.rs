//! Resolves the time of a line to a moment, and infers what the line leaves out.
//!
//! A time is worked out from its own line and the source's plan alone. A year
//! that is missing is the latest in which the time is not after the source's
//! last change; a date that is missing likewise; a zone that is missing is the
//! plan's. Each of these is noted in the time's basis.

use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta};

use crate::record::{CivilDateTime, EventTime, ParsedTime, ResolvedTime, TimeBasis, Timestamp, Zone};

use super::leap_seconds;
use super::year_shift::YearShift;

/// A day, in nanoseconds. A time without a zone may be read as that much too late, so
/// the window in which years are searched ends a day after the anchor.
const SLACK: i64 = 86_400_000_000_000;

/// Half a year, in nanoseconds.
const HALF_YEAR: i64 = 183 * 86_400_000_000_000;

/// How far clocks may differ before a time counts as after the acquisition.
const CLOCKS: i64 = 120_000_000_000;

/// What a source's plan says about times.
#[derive(Debug, Clone)]
pub struct TimeRules {
    /// The zone of times that have none.
    pub zone: Zone,
    /// The last change of the source.
    pub anchor: Timestamp,
    /// When the source was acquired: later times are flagged.
    pub acquired: Timestamp,
    /// The year of the first line, where it was given.
    pub year: Option<i32>,
    /// Where the log is longer than a year.
    pub shifts: Vec<YearShift>,
    /// Nanoseconds to add to every time.
    pub clock: i64,
}

/// Resolves the times of one source.
#[derive(Debug)]
pub struct TimeResolver {
    rules: TimeRules,
    /// The latest moment a time without a year may have.
    limit: Timestamp,
    /// The year of `limit` in the source's zone.
    latest: i32,
}

impl TimeResolver {
    /// Creates the resolver of a source.
    pub fn new(rules: TimeRules) -> TimeResolver {
        let limit = rules.anchor.plus(SLACK);
        TimeResolver { latest: rules.zone.local(limit).year(), limit, rules }
    }

    /// Returns the last day of the window of years (month, day).
    pub fn window_end(&self) -> (u8, u8) {
        let local = self.rules.zone.local(self.limit);
        (local.month() as u8, local.day() as u8)
    }

    /// Returns the resolved time of a record; `None` if there is no such day.
    pub fn resolve(&self, record: u64, when: ParsedTime) -> Option<EventTime> {
        let (instant, precision, mut basis) = match when {
            ParsedTime::Timestamp(instant, precision) => (instant, precision, TimeBasis::default()),
            ParsedTime::Civil(civil, precision) => {
                let (placed, mut basis) = match (civil.date, civil.year) {
                    (Some(date), Some(year)) => (self.place(civil, year, date)?, TimeBasis::default()),
                    (Some(date), None) => {
                        let basis = TimeBasis { year: true, ..TimeBasis::default() };
                        (self.place_in_year(record, civil, date)?, basis)
                    }
                    (None, _) => {
                        (self.place_on_day(civil)?, TimeBasis { date: true, ..TimeBasis::default() })
                    }
                };
                basis.zone = civil.offset.is_none();
                basis.ambiguous = placed.ambiguous;
                // A leap second that never existed: which moment was meant is a guess.
                basis.date |= civil.second > 59 && !leap_seconds::has_just_passed(placed.timestamp);
                (placed.timestamp, precision, basis)
            }
        };
        let instant = instant.plus(self.rules.clock);
        basis.clock = self.rules.clock != 0;
        basis.future = instant > self.rules.acquired.plus(CLOCKS);
        Some(EventTime { timestamp: instant, precision, basis })
    }

    /// Places a date and time of day; `None` if the month has no such day.
    fn place(&self, civil: CivilDateTime, year: i32, (month, day): (u8, u8)) -> Option<ResolvedTime> {
        self.place_at(civil, NaiveDate::from_ymd_opt(year, month.into(), day.into())?)
    }

    /// Places a time of day on a date. A leap second is the first moment of the
    /// minute that follows, as clocks that step show it (ITU-R TF.460-6).
    fn place_at(&self, civil: CivilDateTime, date: NaiveDate) -> Option<ResolvedTime> {
        let second = u32::from(civil.second.min(59));
        let local = date.and_hms_nano_opt(civil.hour.into(), civil.minute.into(), second, civil.nanos)?;
        let leap = TimeDelta::seconds(i64::from(civil.second.saturating_sub(59)));
        self.zone_of(civil).resolve(local.checked_add_signed(leap)?)
    }

    fn zone_of(&self, civil: CivilDateTime) -> Zone {
        civil.offset.map_or(self.rules.zone, Zone::Fixed)
    }

    /// Places a date without a year.
    fn place_in_year(&self, record: u64, civil: CivilDateTime, date: (u8, u8)) -> Option<ResolvedTime> {
        let (year, late) = match self.rules.year {
            Some(year) => (year, date.0 > 6),
            None => self.window_year(civil, date)?,
        };
        let year = year + self.shift(record, late);
        match self.rules.year {
            Some(_) => self.place(civil, year, date),
            None => (year - 8..=year).rev().find_map(|year| self.place(civil, year, date)),
        }
    }

    /// Finds the latest year in which a date is not after the window's end, and whether
    /// it then lies in the later half of the window. February 29 is treated as the day
    /// before, so that it gets the same year as its neighbors.
    fn window_year(&self, civil: CivilDateTime, date: (u8, u8)) -> Option<(i32, bool)> {
        let date = if date == (2, 29) { (2, 28) } else { date };
        let latest = match civil.offset {
            None => self.latest,
            Some(east) => Zone::Fixed(east).local(self.limit).year(),
        };
        (latest - 1..=latest).rev().find_map(|year| {
            let instant = self.place(civil, year, date)?.timestamp;
            (instant <= self.limit).then(|| (year, instant > self.limit.plus(-HALF_YEAR)))
        })
    }

    /// Returns the years to add for a record; see [`YearShift`].
    fn shift(&self, record: u64, late: bool) -> i32 {
        let behind = self.rules.shifts.partition_point(|shift| shift.from_record <= record);
        match behind.checked_sub(1).map(|at| self.rules.shifts[at]) {
            Some(shift) if late => shift.years,
            Some(shift) => shift.years_early,
            None => 0,
        }
    }

    /// Places a time of day on the latest date on which it is not after the anchor.
    fn place_on_day(&self, civil: CivilDateTime) -> Option<ResolvedTime> {
        let local: NaiveDateTime = self.zone_of(civil).local(self.rules.anchor);
        (0..=2).find_map(|back| {
            let date = local.date().checked_sub_signed(TimeDelta::days(back))?;
            self.place_at(civil, date).filter(|resolved| resolved.timestamp <= self.rules.anchor)
        })
    }
}

#[cfg(test)]
#[path = "inference_tests.rs"]
mod tests;
