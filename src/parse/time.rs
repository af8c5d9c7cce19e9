//! Times: what a line leaves out, and where that is taken from.
//!
//! A line's time depends on the line and on its source's plan, never on its
//! neighbours. A missing zone is the plan's. A missing year is the latest one
//! in which the line is not after the plan's anchor (the source's last change)
//! and a day, for the zone is not known for certain. Where a whole log shows
//! that it is longer than a year ([`YearWatch`]), the plan says which records
//! count years back.

use chrono::{Datelike, NaiveDate};

use crate::record::{Basis, Civil, Event, Instant, Precision, Stamp, When, Zone};

use super::{Plan, YearShift};

const DAY: i64 = 86_400_000_000_000;

/// How far behind its acquisition a time may lie before it is flagged.
const CLOCK_SLACK: i64 = 60_000_000_000;

/// How many years back a date that does not exist every year is looked for.
const LEAP_SEARCH: i32 = 8;

/// Turns what a format read into a moment with its basis.
#[derive(Debug, Clone)]
pub struct Clockwork {
    zone: Zone,
    anchor: Instant,
    acquired: Instant,
    year: Option<i32>,
    shifts: Vec<YearShift>,
}

impl Clockwork {
    /// Makes the clockwork of a plan in a zone.
    pub fn new(plan: &Plan, zone: Zone) -> Clockwork {
        Clockwork {
            zone,
            anchor: Instant::from_nanos(plan.anchor).plus(DAY),
            acquired: Instant::from_nanos(plan.acquired),
            year: plan.year,
            shifts: plan.shifts.clone(),
        }
    }

    /// Resolves what was read of a record's time; none where no such moment exists.
    pub fn stamp(&self, record: u64, when: &When) -> Option<Stamp> {
        let mut stamp = match *when {
            When::Moment(instant, precision) => Stamp { instant, precision, basis: Basis::default() },
            When::Civil(civil, precision) => self.civil(record, &civil, precision)?,
        };
        stamp.basis.future = stamp.instant > self.acquired.plus(CLOCK_SLACK);
        Some(stamp)
    }

    fn civil(&self, record: u64, civil: &Civil, precision: Precision) -> Option<Stamp> {
        let mut basis = Basis { zone: civil.offset.is_none(), ..Basis::default() };
        let placed = match (civil.date, civil.year) {
            (Some((month, day)), Some(year)) => {
                self.place(civil, NaiveDate::from_ymd_opt(year, month.into(), day.into())?)
            }
            (Some((month, day)), None) => {
                basis.year = true;
                self.without_year(record, civil, month.into(), day.into())
            }
            (None, _) => {
                basis.date = true;
                self.without_date(civil)
            }
        }?;
        basis.ambiguous = placed.1;
        Some(Stamp { instant: placed.0, precision, basis })
    }

    /// Brings a date and the time of day to UTC; tells whether that is ambiguous.
    fn place(&self, civil: &Civil, date: NaiveDate) -> Option<(Instant, bool)> {
        // A leap second is the moment after :59.
        let leap = i64::from(civil.second == 60);
        let second = u32::from(civil.second.min(59));
        let time = date.and_hms_nano_opt(civil.hour.into(), civil.minute.into(), second, civil.nanos)?;
        let zone = civil.offset.map_or(self.zone, Zone::Fixed);
        let placed = zone.place(time)?;
        Some((placed.instant.plus(leap * 1_000_000_000), placed.ambiguous))
    }

    fn without_year(&self, record: u64, civil: &Civil, month: u32, day: u32) -> Option<(Instant, bool)> {
        let on = |year: i32| self.place(civil, NaiveDate::from_ymd_opt(year, month, day)?);
        if let Some(year) = self.year {
            let later_half = month > 6;
            return on(year + self.shift(record, later_half));
        }
        let latest = self.zone.local(self.anchor).year() + 1;
        let mut years = (latest - LEAP_SEARCH..=latest).rev();
        let (year, placed) = years.find_map(|year| {
            let placed = on(year)?;
            (placed.0 <= self.anchor).then_some((year, placed))
        })?;
        let later_half = placed.0 > self.anchor.plus(-183 * DAY);
        match self.shift(record, later_half) {
            0 => Some(placed),
            years => on(year + years).or(Some(placed)),
        }
    }

    /// Gives the years to add for a record, by the half of the window its date is in.
    fn shift(&self, record: u64, later_half: bool) -> i32 {
        let behind = self.shifts.partition_point(|shift| shift.from_record <= record);
        let shift = behind.checked_sub(1).and_then(|index| self.shifts.get(index));
        shift.map_or(0, |shift| if later_half { shift.years } else { shift.years_early })
    }

    fn without_date(&self, civil: &Civil) -> Option<(Instant, bool)> {
        let anchor = self.anchor.plus(-DAY);
        let last = self.zone.local(anchor).date();
        let days = [last, last.pred_opt()?];
        let mut placed = days.into_iter().filter_map(|date| self.place(civil, date));
        placed.find(|placed| placed.0 <= anchor)
    }
}

/// How many records a group holds whose dates are looked at together.
const GROUP: usize = 16;

/// The smallest group that says anything.
const LEAST: usize = 3;

/// A drop or rise of the date by more days than this is no gap and no straggler.
const HALF_A_YEAR: i64 = 183;

/// How many groups on either side of a new year are read by their own dates.
const MARGIN: usize = 2;

/// Notices that a source without years is longer than a year.
///
/// Fed every event of a source in file order; what it finds becomes the plan's
/// `shifts`. It compares the median dates of groups of records, so that no
/// single line moves another's time. Only a drop by more than half a year that
/// is not undone by a rise as large counts as a new year: a machine without a
/// clock that begins at 1 January after every start does not.
#[derive(Debug, Default, Clone)]
pub struct YearWatch {
    groups: Vec<Group>,
    pending: Vec<(u64, i64)>,
}

/// Some records that follow one another.
#[derive(Debug, Clone, Copy)]
struct Group {
    first: u64,
    day: i64,
}

impl YearWatch {
    /// Notes the event of a record. Cheap where the year is explicit.
    pub fn note(&mut self, record: u64, event: &Event<'_>) {
        let Some(When::Civil(Civil { year: None, date: Some(_), .. }, _)) = event.when else { return };
        let Some(stamp) = event.stamp else { return };
        self.pending.push((record, stamp.instant.nanos().div_euclid(DAY)));
        if self.pending.len() == GROUP {
            self.settle();
        }
    }

    /// Appends what another thread noted of the records behind.
    pub fn append(&mut self, later: YearWatch) {
        self.settle();
        self.groups.extend(later.groups);
        self.pending = later.pending;
    }

    fn settle(&mut self) {
        let mut pending = std::mem::take(&mut self.pending);
        if pending.len() >= LEAST {
            let first = pending[0].0;
            pending.sort_unstable_by_key(|(_, day)| *day);
            self.groups.push(Group { first, day: pending[pending.len() / 2].1 });
        }
    }

    /// Tells which records' years must be counted otherwise; empty for nearly every log.
    pub fn shifts(mut self, plan: &Plan) -> Vec<YearShift> {
        self.settle();
        let drops = self.new_years();
        if drops.is_empty() {
            return Vec::new();
        }
        // Without a given year the last regime is that of the anchor; with one, the first is.
        let base = if plan.year.is_some() { 0 } else { -(drops.len() as i32) };
        let mut shifts = vec![YearShift { from_record: 0, years: base, years_early: base }];
        for (n, at) in drops.iter().enumerate() {
            let (before, after) = (base + n as i32, base + n as i32 + 1);
            let from = self.groups[at.saturating_sub(MARGIN)].first;
            shifts.push(YearShift { from_record: from, years: before, years_early: after });
            if let Some(group) = self.groups.get(at + MARGIN) {
                shifts.push(YearShift { from_record: group.first, years: after, years_early: after });
            }
        }
        shifts
    }

    /// Finds the groups that begin a new year.
    fn new_years(&self) -> Vec<usize> {
        let mut drops: Vec<usize> = Vec::new();
        let mut last_was_drop = false;
        for (n, pair) in self.groups.windows(2).enumerate() {
            let change = pair[1].day - pair[0].day;
            if change < -HALF_A_YEAR {
                drops.push(n + 1);
                last_was_drop = true;
            } else if change > HALF_A_YEAR && last_was_drop {
                drops.pop();
                last_was_drop = false;
            }
        }
        drops
    }
}
