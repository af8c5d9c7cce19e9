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

/// How many records a group holds whose dates are looked at together; fewer,
/// at the end of a stretch, say nothing.
const GROUP: usize = 16;

/// Days from 1 January of year 1 to the epoch.
const EPOCH_DAY: i32 = 719_163;

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
    /// The first records, while there is no group yet.
    few: Vec<(u64, i64)>,
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
        if self.few.is_empty() {
            self.few = later.few;
        }
        self.groups.extend(later.groups);
        self.pending = later.pending;
    }

    fn settle(&mut self) {
        let mut pending = std::mem::take(&mut self.pending);
        if self.groups.is_empty() && self.few.is_empty() {
            self.few.extend(pending.first());
        }
        if pending.len() == GROUP {
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
            return self.next_year_begun(plan, 0).into_iter().collect();
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
        shifts.extend(self.next_year_begun(plan, base + drops.len() as i32));
        shifts
    }

    /// With a given year, a log that ends late in a year may have a few lines of
    /// the next one at its end: too few to show by themselves that it began.
    fn next_year_begun(&self, plan: &Plan, years: i32) -> Option<YearShift> {
        plan.year?;
        let last = self.groups.len().checked_sub(1 + MARGIN).or(self.groups.len().checked_sub(1));
        let (from, day) = match last {
            Some(from) => (self.groups[from].first, self.groups.last()?.day),
            None => *self.few.first()?,
        };
        let month = NaiveDate::from_num_days_from_ce_opt(i32::try_from(day).ok()? + EPOCH_DAY)?.month();
        (month > 6).then_some(YearShift { from_record: from, years, years_early: years + 1 })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::{Options, Parser};

    /// 2026-01-15T00:00:00Z.
    const WRITTEN: Instant = Instant::from_secs(1_768_435_200);

    fn plan(year: Option<i32>) -> Plan {
        let options = Options { year, format: Some("syslog.rfc3164".to_owned()), ..Options::default() };
        Plan::decide(b"", true, &options, Some(WRITTEN), WRITTEN).expect("the format is known")
    }

    /// Reads lines under a plan, looks for new years, and reads them again.
    fn years(lines: &[String], year: Option<i32>) -> Vec<i32> {
        let mut plan = plan(year);
        let mut watch = YearWatch::default();
        let parser = Parser::new(&plan).expect("it is a plan");
        for (record, line) in (0..).zip(lines) {
            let mut event = Event::default();
            parser.read(record, 0, line, &mut event);
            watch.note(record, &event);
        }
        plan.shifts = watch.shifts(&plan);
        let parser = Parser::new(&plan).expect("it is a plan");
        (0..)
            .zip(lines)
            .map(|(record, line)| {
                let mut event = Event::default();
                parser.read(record, 0, line, &mut event);
                let stamp = event.stamp.expect("every line tells a time");
                assert!(stamp.basis.year);
                Zone::UTC.local(stamp.instant).year()
            })
            .collect()
    }

    /// A line on each third day from March of a year to 14 January three years later.
    fn three_years() -> (Vec<String>, Vec<i32>) {
        let mut day = NaiveDate::from_ymd_opt(2023, 3, 1).expect("a day");
        let (mut lines, mut years) = (Vec::new(), Vec::new());
        while day <= NaiveDate::from_ymd_opt(2026, 1, 14).expect("a day") {
            lines.push(format!("{} web-01 app[1]: tick", day.format("%b %e 10:00:00")));
            years.push(day.year());
            day += chrono::TimeDelta::days(3);
        }
        (lines, years)
    }

    #[test]
    fn a_log_of_three_years_is_counted_back_from_its_end() {
        let (lines, wanted) = three_years();
        assert_eq!(years(&lines, None), wanted);
    }

    #[test]
    fn a_log_of_three_years_is_counted_forward_from_the_year_given() {
        let (lines, wanted) = three_years();
        assert_eq!(years(&lines, Some(2023)), wanted);
    }

    #[test]
    fn a_few_lines_of_the_next_year_are_seen_where_a_year_is_given() {
        let lines = ["Nov 30 10:00:00 h a[1]: x", "Dec 31 10:00:00 h a[1]: x", "Jan  1 10:00:00 h a[1]: x"];
        assert_eq!(years(&lines.map(str::to_owned), Some(2024)), [2024, 2024, 2025]);
    }

    #[test]
    fn a_machine_that_begins_at_january_after_each_start_changes_no_year() {
        let mut lines: Vec<String> = (1..=28).map(|day| format!("Oct {day:2} 10:00:00 h a[1]: x")).collect();
        lines.extend((0..40).map(|second| format!("Jan  1 00:00:{second:02} h a[1]: booting")));
        lines.extend((1..=28).map(|day| format!("Nov {day:2} 10:00:00 h a[1]: x")));
        let years = years(&lines, None);
        assert!(years[..28].iter().chain(&years[68..]).all(|year| *year == 2025), "{years:?}");
    }

    #[test]
    fn one_line_more_or_less_moves_no_other_in_a_log_of_three_years() {
        let (lines, wanted) = three_years();
        for at in (0..lines.len()).step_by(17) {
            let mut more = lines.clone();
            more.insert(at, "Jul  4 12:00:00 web-01 app[1]: astray".to_owned());
            let mut found = years(&more, None);
            found.remove(at);
            assert_eq!(found, wanted, "inserted at {at}");
        }
    }

    #[test]
    fn a_leap_day_is_of_the_latest_leap_year() {
        assert_eq!(years(&["Feb 29 10:00:00 h a[1]: x".to_owned()], None), [2024]);
    }
}
