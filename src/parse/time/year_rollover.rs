//! Year rollover: noticing that a source whose times have no year spans more than one.
//!
//! For each source, run-length encoded days are kept. Around each change of day, the
//! median of up to fifteen times on either side is compared: a drop by more than half
//! of the window in which years are searched is a new year. A block of times that
//! jumps away and returns to where it left (a machine that boots with a wrong clock)
//! is not a new year.
//!
//! # Example
//!
//! A syslog file was last changed on February 10, 2026, so its window of years begins
//! on February 12, and each date has a place in it: February 12 is 0, March 1 is 18,
//! November 3 is 265, February 5 is 359. The file holds:
//!
//! | records | written | place | the window alone says |
//! |---|---|---|---|
//! | 0–999 | `Mar  1` to `Feb 11` | 18 → 365 | 2025 and 2026 |
//! | 1000–1999 | `Feb 12` to `Feb 10` | 0 → 364 | 2025 and 2026 |
//!
//! At record 1000 the median of the fifteen times before is about 362, and of those
//! from it on about 2: a drop by more than 183, and it lasts. So there is one rollover,
//! and the years of what precedes it are counted back by one:
//!
//! | from record | `years` | `years_early` | why |
//! |---|---|---|---|
//! | 0 | −1 | −1 | the year before |
//! | about 740 | −1 | 0 | near the rollover: each line goes by its own date |
//! | about 1250 | 0 | 0 | the last year |
//!
//! In the middle row a late line (`Feb 11` that arrives after record 1000) still is
//! of the older year, and an early one of the newer: no line moves another line's time.

use crate::record::{CivilDateTime, Event, ParsedTime};

use super::inference::{TimeResolver, TimeRules};
use super::year_shift::YearShift;

/// The most times that are compared on each side.
const SIDE: usize = 15;
/// The fewest that are compared, at the start and the end of a source.
const FEW: usize = 3;
/// Days of a leap year: the length of the window.
const YEAR: u16 = 366;
/// The most runs that are kept; days are coarsened if there are more.
const MOST_RUNS: usize = 1 << 16;
/// The coarsest step of days, as a power of two. A source that is more disordered is
/// not examined.
const COARSEST: u32 = 5;
/// The most days that a block with a wrong clock spans.
const BLOCK: u16 = 7;
/// How close to where they left the times return after such a block, in days.
const RETURN: u16 = 31;

/// Detects year rollovers in a source whose times have no year.
///
/// Fed every event of a source in file order; what it finds becomes the plan's
/// `shifts`. Only a drop of the date by more than half a year that lasts on both
/// sides counts as a new year: no single line moves another's time.
#[derive(Debug, Default, Clone)]
pub struct YearWatch {
    runs: Vec<Run>,
    /// Days are kept in steps of two to this power.
    level: u32,
}

/// Consecutive times of one day (or step of days).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    /// The first record.
    record: u64,
    /// The day of a leap year, from 0, divided by the step.
    day: u16,
    /// How many times.
    count: u64,
}

impl YearWatch {
    /// Records the event of a record. Cheap if the year is explicit.
    pub fn note(&mut self, record: u64, event: &Event<'_>) {
        let Some(ParsedTime::Civil(CivilDateTime { year: None, date: Some((month, day)), .. }, _)) =
            event.parsed_time
        else {
            return;
        };
        if let Some(day) = day_of_year(month, day) {
            self.push(Run { record, day: day >> self.level, count: 1 });
            self.bound();
        }
    }

    /// Appends what another thread recorded of the records that follow.
    pub fn append(&mut self, mut later: YearWatch) {
        while self.level < later.level {
            self.coarsen();
        }
        while later.level < self.level {
            later.coarsen();
        }
        later.runs.into_iter().for_each(|run| self.push(run));
        self.bound();
    }

    /// Returns from which records on years are counted back (or forward, if the plan
    /// has the year of the first line); empty for nearly every log.
    pub fn shifts(&self, rules: &TimeRules) -> Vec<YearShift> {
        let given = rules.year.is_some();
        let (month, day) = TimeResolver::new(rules.clone()).window_end();
        let wrap = if given { 0 } else { day_of_year(month, day).map_or(0, |day| day + 1) };
        let middle = (1 << self.level) / 2;
        let place = |run: &Run| ((run.day << self.level) + middle + YEAR - wrap) % YEAR;
        let track = Track(self.runs.iter().map(|run| (place(run), run.count)).collect());
        let drops = track.drops();
        let first = if given { 0 } else { -(drops.len() as i32) };
        let mut shifts = vec![YearShift { from_record: 0, years: first, years_early: first }];
        let mut set = |run: usize, years, years_early| {
            if let Some(run) = self.runs.get(run) {
                shifts.retain(|shift| shift.from_record < run.record);
                shifts.push(YearShift { from_record: run.record, years, years_early });
            }
        };
        let (mut years, mut settled) = (first, 0);
        for (begin, end) in track.zones(&drops) {
            set(begin, years, years + 1);
            years += 1;
            set(end, years, years);
            settled = end;
        }
        if let Some(begin) = track.last_quarter(settled).filter(|_| given) {
            set(begin, years, years + 1);
        }
        let is_any = shifts.iter().any(|shift| (shift.years, shift.years_early) != (0, 0));
        if is_any { shifts } else { Vec::new() }
    }

    fn push(&mut self, run: Run) {
        match self.runs.last_mut() {
            Some(last) if last.day == run.day => last.count += run.count,
            _ if self.level > COARSEST => {}
            _ => self.runs.push(run),
        }
    }

    fn bound(&mut self) {
        while self.runs.len() > MOST_RUNS {
            self.coarsen();
        }
    }

    fn coarsen(&mut self) {
        self.level += 1;
        let runs = std::mem::take(&mut self.runs);
        if self.level <= COARSEST {
            runs.into_iter().for_each(|run| self.push(Run { day: run.day >> 1, ..run }));
        }
    }
}

/// Runs of times by their place in the window, with how many each has.
struct Track(Vec<(u16, u64)>);

/// A lasting jump between two runs: the first run after it, and the medians before and
/// after.
#[derive(Debug, Clone, Copy)]
struct Leap {
    run: usize,
    before: u16,
    behind: u16,
}

impl Leap {
    fn is_fall(&self) -> bool {
        self.before > self.behind
    }

    fn height(&self) -> u16 {
        self.before.abs_diff(self.behind)
    }

    /// Returns whether `next` soon returns to where this jump began.
    fn is_undone_by(&self, next: &Leap) -> bool {
        self.is_fall() != next.is_fall()
            && self.behind.abs_diff(next.before) <= BLOCK
            && self.before.abs_diff(next.behind) <= RETURN
            && !next.is_seamless()
    }

    /// Returns whether the calendar continues across this drop.
    fn is_seamless(&self) -> bool {
        self.is_fall() && self.behind + YEAR - self.before <= BLOCK
    }
}

impl Track {
    /// Finds the runs with which a new year begins.
    fn drops(&self) -> Vec<usize> {
        let mut leaps: Vec<Leap> = Vec::new();
        let (mut base, mut settled, mut run) = (0, true, 1);
        while run < self.0.len() {
            settled |= self.is_settled(base, run);
            let Some(leap) = self.leap(base, run).map(|leap| self.sharpest(base, leap)) else {
                run += 1;
                continue;
            };
            match leaps.last() {
                Some(last) if last.is_undone_by(&leap) => {
                    leaps.pop();
                    settled = true;
                }
                _ if settled || !leap.is_fall() => {
                    leaps.push(leap);
                    settled = !leap.is_fall();
                }
                _ => {}
            }
            (base, run) = (leap.run, leap.run + 1);
        }
        leaps.iter().filter(|leap| leap.is_fall()).map(|leap| leap.run).collect()
    }

    /// Returns whether enough times since the last leap are away from the seam of the
    /// window, where times that are a little early or late jump back and forth.
    fn is_settled(&self, base: usize, run: usize) -> bool {
        let (median, weighed) = self.median((base..run).rev());
        weighed == SIDE && (2 * BLOCK..YEAR - 2 * BLOCK).contains(&median)
    }

    /// Returns the lasting jump before a run, if there is one of more than half the
    /// window.
    fn leap(&self, base: usize, run: usize) -> Option<Leap> {
        let (before, weighed) = self.median((base..run).rev());
        let (behind, followed) = self.median(run..self.0.len());
        let leap = Leap { run, before, behind };
        (weighed >= FEW && followed >= FEW && before.abs_diff(behind) > YEAR / 2).then_some(leap)
    }

    /// Finds where a jump is sharpest, among the runs that were compared.
    fn sharpest(&self, base: usize, leap: Leap) -> Leap {
        let (mut best, mut passed) = (leap, 0);
        for run in leap.run + 1..self.0.len() {
            passed += self.0[run - 1].1;
            if passed > SIDE as u64 {
                break;
            }
            let next = self.leap(base, run).filter(|next| next.is_fall() == leap.is_fall());
            if let Some(next) = next.filter(|next| next.height() > best.height()) {
                best = next;
            }
        }
        best
    }

    /// Returns for each drop the runs between which each time goes by its own date:
    /// from the last quarter of the window before it to the first quarter after it.
    fn zones(&self, drops: &[usize]) -> Vec<(usize, usize)> {
        let (mut zones, mut from) = (Vec::new(), 0);
        for (n, drop) in drops.iter().copied().enumerate() {
            let to = drops.get(n + 1).copied().unwrap_or(self.0.len());
            let is_before = |run: &usize| self.median((from..*run).rev()).0 <= YEAR / 4 * 3;
            let is_behind = |run: &usize| self.median(*run..to).0 >= YEAR / 4;
            let begin = (from + 1..=drop).rev().find(is_before).unwrap_or(from);
            let end = (drop..to).find(is_behind).unwrap_or(to);
            zones.push((begin, end));
            from = end;
        }
        zones
    }

    /// Returns the run from which a source that ends late in the window may have a
    /// few times of the next year, too few to show by themselves that it began.
    fn last_quarter(&self, from: usize) -> Option<usize> {
        let all = self.0.len();
        let is_before = |run: &usize| self.median((from..*run).rev()).0 <= YEAR / 4 * 3;
        let begin = (from + 1..=all).rev().find(is_before).unwrap_or(from);
        let few = self.median(0..all).1 < SIDE && self.0.first().is_some_and(|run| run.0 > YEAR / 2);
        if few { Some(0) } else { Some(begin).filter(|begin| *begin < all) }
    }

    /// Returns the median place of the first times of some runs, and how many were
    /// compared.
    fn median(&self, runs: impl Iterator<Item = usize>) -> (u16, usize) {
        let (mut places, mut weighed) = ([0; SIDE], 0);
        for (place, count) in runs.map(|run| self.0[run]) {
            let more = (SIDE - weighed).min(usize::try_from(count).unwrap_or(SIDE));
            places[weighed..weighed + more].fill(place);
            weighed += more;
            if weighed == SIDE {
                break;
            }
        }
        places[..weighed].sort_unstable();
        (places[weighed / 2], weighed)
    }
}

/// Returns the day of a leap year, from 0; `None` if there is no such day.
fn day_of_year(month: u8, day: u8) -> Option<u16> {
    const BEFORE: [u16; 13] = [0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366];
    let month = usize::from(month.checked_sub(1)?);
    let of_year = BEFORE.get(month)? + u16::from(day).checked_sub(1)?;
    (of_year < *BEFORE.get(month + 1)?).then_some(of_year)
}

#[cfg(test)]
#[path = "year_rollover_tests.rs"]
mod tests;
