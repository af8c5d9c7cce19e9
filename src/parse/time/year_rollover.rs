//! Noticing that a source whose times have no year is longer than a year.
//!
//! What is kept of a source is its run-length coded days. Around each change of
//! day the median of up to fifteen times on either side is compared: a fall by
//! more than half of the window in which years are looked for is a new year. A
//! block of times that leaps away and comes back to where it left (a machine
//! that boots with a wrong clock) is none.

use crate::record::{CivilDateTime, Event, ParsedTime};

use super::inference::{TimeResolver, TimeRules};
use super::year_shift::YearShift;

/// How many times are weighed on each side.
const SIDE: usize = 15;
/// How few are still weighed, at the start and the end of a source.
const FEW: usize = 3;
/// Days of a leap year: the length of the window.
const YEAR: u16 = 366;
/// Most runs that are kept; days are coarsened where there are more.
const MOST_RUNS: usize = 1 << 16;
/// Coarsest step of days, as a power of two. A source more disordered than that is not looked at.
const COARSEST: u32 = 5;
/// Most days that a block with a wrong clock spans.
const BLOCK: u16 = 7;
/// How near to where they left the times come back behind such a block, in days.
const RETURN: u16 = 31;

/// Notices that a source without years is longer than a year.
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

/// Times of one day (or step of days) on end.
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
    /// Notes the event of a record. Cheap where the year is explicit.
    pub fn note(&mut self, record: u64, event: &Event<'_>) {
        let Some(ParsedTime::CivilDateTime(CivilDateTime { year: None, date: Some((month, day)), .. }, _)) =
            event.when
        else {
            return;
        };
        if let Some(day) = day_of_year(month, day) {
            self.push(Run { record, day: day >> self.level, count: 1 });
            self.bound();
        }
    }

    /// Appends what another thread noted of the records behind.
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

    /// Tells which records' years must be counted back (or on, where the plan
    /// has the first line's year); empty for nearly every log.
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

/// A lasting leap between two runs: the first run behind it, and the medians before and behind.
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

    /// Tells whether `next` leads back to where this leap began, before long.
    fn is_undone_by(&self, next: &Leap) -> bool {
        self.is_fall() != next.is_fall()
            && self.behind.abs_diff(next.before) <= BLOCK
            && self.before.abs_diff(next.behind) <= RETURN
            && !next.is_seamless()
    }

    /// Tells whether the calendar goes on across this fall.
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

    /// Tells whether enough times since the last leap are away from the window's
    /// seam, where times that come a little early or late fall to and fro.
    fn is_settled(&self, base: usize, run: usize) -> bool {
        let (median, weighed) = self.median((base..run).rev());
        weighed == SIDE && (2 * BLOCK..YEAR - 2 * BLOCK).contains(&median)
    }

    /// Gives the lasting leap before a run, where there is one of more than half the window.
    fn leap(&self, base: usize, run: usize) -> Option<Leap> {
        let (before, weighed) = self.median((base..run).rev());
        let (behind, followed) = self.median(run..self.0.len());
        let leap = Leap { run, before, behind };
        (weighed >= FEW && followed >= FEW && before.abs_diff(behind) > YEAR / 2).then_some(leap)
    }

    /// Finds where a leap is sharpest, among the runs that it was weighed with.
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

    /// Gives for each drop the runs between which times are told apart by their
    /// own date: from the last quarter of the window before it to the first
    /// quarter behind it.
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

    /// Gives the run from which a source that ends late in the window may have a
    /// few times of the next year, too few to show by themselves that it began.
    fn last_quarter(&self, from: usize) -> Option<usize> {
        let all = self.0.len();
        let is_before = |run: &usize| self.median((from..*run).rev()).0 <= YEAR / 4 * 3;
        let begin = (from + 1..=all).rev().find(is_before).unwrap_or(from);
        let few = self.median(0..all).1 < SIDE && self.0.first().is_some_and(|run| run.0 > YEAR / 2);
        if few { Some(0) } else { Some(begin).filter(|begin| *begin < all) }
    }

    /// Gives the median place of the first times of some runs, and how many were weighed.
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

/// Gives the day of a leap year, from 0; none where there is no such day.
fn day_of_year(month: u8, day: u8) -> Option<u16> {
    const BEFORE: [u16; 13] = [0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366];
    let month = usize::from(month.checked_sub(1)?);
    let of_year = BEFORE.get(month)? + u16::from(day).checked_sub(1)?;
    (of_year < *BEFORE.get(month + 1)?).then_some(of_year)
}

#[cfg(test)]
#[path = "year_rollover_tests.rs"]
mod tests;
