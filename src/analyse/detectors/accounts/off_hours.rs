//! Off hours: a user signs in at a time of the week at which that user never does.
//!
//! Each hour in which a user signs in counts once. P(hour | user) = (mean of the hour of the
//! week and its two neighbours + 0.5) / (hours + 84), Laplace 0.5 over 168 hours; smoothing
//! around the circle also bridges a change to summer time. Flagged when it is below 0.005,
//! less than 2 % of the user's hours lie within an hour of this time of day, the time of day
//! is not busy (among the twelve busiest of all users, and above 1 %), and the user rarely
//! comes at such times of day: (quiet_hours + 0.5) / (hours + 1) < 0.02, quiet_hours being the
//! earlier ones that were neither busy nor near the user's own. 40 hours on 10 days must be known. Where the twelve hold less than 80 % of all, nobody has hours and nothing is said.
//! score = −log10 P(hour | user). Medium when the user never came within 3 hours of this time
//! of day in 20 days and hardly anybody does (1 %). Never high.

use std::collections::{BTreeMap, BTreeSet};

use crate::analyse::detectors::detector::{
    Anomaly, Detector, DetectorOutcome, DetectorScope, Parameter, Parameters,
};
use crate::analyse::detectors::events::Events;
use crate::record::Severity;

use super::attempts::{Attempt, Attempts, DAY, HOUR};
use super::parameter::parameter;
use super::report;

/// The row of this detector in the table.
pub const DETECTOR: Detector = Detector {
    name: "off-hours",
    about: "A user who signs in at a time of the week at which that user never does",
    scope: DetectorScope::SignIns,
    needs: &["user.name", "event.outcome"],
    uses: &["source.ip", "source.address", "host.name", "event.action"],
    least_events: 40,
    attack: &["T1078"],
    parameters: &PARAMETERS,
    run,
};

const PARAMETERS: [Parameter; 5] = [
    parameter("hours", "hours with sign-ins after which a user is known", 40.0, 10.0, 100_000.0),
    parameter("days", "days with sign-ins after which a user is known", 10.0, 2.0, 1000.0),
    parameter("share", "chance of the hour of the week, below which it is rare", 0.005, 1e-6, 0.1),
    parameter(
        "quiet",
        "share of the user's hours at quiet times, above which it is a habit",
        0.02,
        1e-3,
        1.0,
    ),
    parameter(
        "busy",
        "share of the twelve busiest hours of day, below which nobody has hours",
        0.8,
        0.5,
        1.0,
    ),
];

/// Share of all sign-ins that an hour of day has when hardly anybody comes.
const SELDOM: f64 = 0.01;
const WEEK: usize = 168;
/// Sign-ins closer than this are one episode.
const EPISODE: i64 = 6 * HOUR;
/// 1970 began on a Thursday; weeks begin on Mondays.
const MONDAY: i64 = 3 * DAY;

fn run(events: &Events, parameters: &Parameters<'_>) -> DetectorOutcome {
    let attempts = Attempts::read(events);
    let mut by_user: BTreeMap<u32, Vec<&Attempt>> = BTreeMap::new();
    for one in attempts.all.iter().filter(|one| !one.failed) {
        if let Some(user) = one.user {
            by_user.entry(user).or_default().push(one);
        }
    }
    let day = Day::of(&by_user);
    if day.busy < parameters.get("busy") {
        let why = format!(
            "the twelve busiest hours hold only {:.0} % of the sign-ins: nobody has hours here",
            100.0 * day.busy
        );
        return DetectorOutcome::NotEvaluated(why);
    }
    let found = by_user.iter().flat_map(|(user, signins)| {
        unusual(signins, &day, parameters).into_iter().map(|one| one.report(*user, &attempts))
    });
    report::ordered(found.collect())
}

/// When people sign in, over all users who do not do so around the clock.
struct Day {
    counts: [usize; 24],
    total: usize,
    top: [bool; 24],
    busy: f64,
}

impl Day {
    fn of(by_user: &BTreeMap<u32, Vec<&Attempt>>) -> Day {
        let mut counts = [0usize; 24];
        for signins in by_user.values() {
            let hours: BTreeSet<i64> = signins.iter().map(|one| one.time.div_euclid(HOUR)).collect();
            let of_day: BTreeSet<usize> = hours.iter().map(|hour| hour.rem_euclid(24) as usize).collect();
            if of_day.len() < 20 {
                hours.iter().for_each(|hour| counts[hour.rem_euclid(24) as usize] += 1);
            }
        }
        let total = counts.iter().sum::<usize>().max(1);
        let mut order: Vec<usize> = (0..24).collect();
        order.sort_by_key(|hour| (std::cmp::Reverse(counts[*hour]), *hour));
        let top = std::array::from_fn(|hour| order[..12].contains(&hour));
        let busy = order[..12].iter().map(|hour| counts[*hour]).sum::<usize>() as f64 / total as f64;
        Day { counts, total, top, busy }
    }

    /// Returns the share of an hour of day without one sign-in, which is looked at.
    fn share(&self, hour: usize) -> f64 {
        self.counts[hour].saturating_sub(1) as f64 / self.total as f64
    }

    fn is_busy(&self, hour: usize) -> bool {
        self.top[hour] && self.share(hour) >= SELDOM
    }
}

/// When one user signs in.
struct Habit {
    week: [usize; WEEK],
    day: [usize; 24],
    hours: usize,
    days: usize,
    /// Hours at times of day that were neither busy nor near the user's own.
    quiet: usize,
    latest: i64,
}

impl Habit {
    fn new() -> Habit {
        Habit { week: [0; WEEK], day: [0; 24], hours: 0, days: 0, quiet: 0, latest: i64::MIN }
    }

    fn add(&mut self, time: i64, busy: bool) {
        let hour = time.div_euclid(HOUR);
        if hour == self.latest {
            return;
        }
        self.quiet += (!busy && self.hours >= 10 && self.is_far(time)) as usize;
        self.days += (hour.div_euclid(24) != self.latest.div_euclid(24)) as usize;
        self.week[hour_of_week(time)] += 1;
        self.day[hour_of_day(time)] += 1;
        self.hours += 1;
        self.latest = hour;
    }

    /// Returns the mean of an hour of the week and its neighbours.
    fn near(&self, time: i64) -> f64 {
        let hour = hour_of_week(time);
        [WEEK - 1, 0, 1].map(|step| self.week[(hour + step) % WEEK]).iter().sum::<usize>() as f64 / 3.0
    }

    /// Returns how often the user came within so many hours of this time of day.
    fn around(&self, time: i64, hours: usize) -> usize {
        let hour = hour_of_day(time);
        (24 - hours..=24 + hours).map(|step| self.day[(hour + step) % 24]).sum()
    }

    /// Returns whether a user who is known does not come at this time, nor at others like it.
    fn is_unusual(&self, time: i64, parameters: &Parameters<'_>) -> bool {
        let hours = self.hours as f64;
        let known = hours >= parameters.get("hours") && self.days as f64 >= parameters.get("days");
        let rare = (self.near(time) + 0.5) / (hours + WEEK as f64 / 2.0) < parameters.get("share");
        let quiet = (self.quiet as f64 + 0.5) / (hours + 1.0) < parameters.get("quiet");
        known && rare && quiet && self.is_far(time)
    }

    /// Returns whether the user hardly ever came within an hour of this time of day.
    fn is_far(&self, time: i64) -> bool {
        (self.around(time, 1) as f64) < 0.02 * self.hours as f64
    }
}

fn hour_of_week(time: i64) -> usize {
    (time + MONDAY).div_euclid(HOUR).rem_euclid(WEEK as i64) as usize
}

fn hour_of_day(time: i64) -> usize {
    time.div_euclid(HOUR).rem_euclid(24) as usize
}

struct Unusual<'a> {
    signins: Vec<&'a Attempt>,
    near: f64,
    hours: usize,
    days: usize,
    quiet: usize,
    around: usize,
    of_all: f64,
}

/// Returns the episodes in which a user came at an unusual time.
fn unusual<'a>(signins: &[&'a Attempt], day: &Day, parameters: &Parameters<'_>) -> Vec<Unusual<'a>> {
    let mut habit = Habit::new();
    let mut found: Vec<Unusual<'a>> = Vec::new();
    for one in signins {
        let hour = hour_of_day(one.time);
        let busy = day.is_busy(hour);
        let open =
            found.last_mut().filter(|last| one.time - last.signins[last.signins.len() - 1].time <= EPISODE);
        if let Some(last) = open.filter(|_| !busy) {
            last.signins.push(one);
            continue;
        }
        if !busy && habit.is_unusual(one.time, parameters) {
            found.push(Unusual {
                signins: vec![one],
                near: habit.near(one.time),
                hours: habit.hours,
                days: habit.days,
                quiet: habit.quiet,
                around: habit.around(one.time, 3),
                of_all: day.share(hour),
            });
        }
        habit.add(one.time, busy);
    }
    found
}

impl Unusual<'_> {
    fn report(&self, user: u32, attempts: &Attempts) -> Anomaly {
        let (first, last) = (self.signins[0], self.signins[self.signins.len() - 1]);
        let rare = (self.near + 0.5) / (self.hours + WEEK / 2) as f64;
        let far = self.around == 0 && self.days >= 20 && self.of_all < SELDOM;
        let name = attempts.user(user);
        let mut entity = vec![("user.name", name.to_owned())];
        entity.extend(first.source.map(|source| {
            let (field, value) = attempts.source(source);
            (field, value.to_owned())
        }));
        let hour = hour_of_week(first.time);
        let weekday =
            ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"][hour / 24];
        Anomaly {
            title: "Sign-in at an hour at which this user never comes".to_owned(),
            why: format!(
                "{name} signed in {} from {weekday} {:02}:00 UTC on. In {} with sign-ins on {} this user came {} within an hour of this time of the week, {} within 3 hours of this time of day, and {} at any quiet hour; {:.1} % of all sign-ins fall into this hour of day.",
                report::count(self.signins.len(), "time"),
                hour % 24,
                report::count(self.hours, "hour"),
                report::count(self.days, "day"),
                report::count((3.0 * self.near).round() as usize, "time"),
                report::count(self.around, "time"),
                report::count(self.quiet, "time"),
                100.0 * self.of_all,
            ),
            severity: if far { Severity::Medium } else { Severity::Low },
            confidence: if far { 0.6 } else { 0.4 },
            entity,
            events: report::rows(self.signins.iter().map(|one| one.row)),
            start: first.time,
            end: last.time,
            attack: vec!["T1078"],
            numbers: BTreeMap::from([
                ("mean_near", self.near),
                ("hours", self.hours as f64),
                ("days", self.days as f64),
                ("quiet_hours", self.quiet as f64),
                ("within_3_hours_of_day", self.around as f64),
                ("share_of_all", self.of_all),
                ("score", -rare.log10()),
            ]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Row, found};
    use super::*;

    /// Returns four hours of work each weekday, and a sign-in at an hour of the last Wednesday.
    fn rows(days: i64, hour: i64) -> Vec<Row> {
        let monday = 4 * 86_400;
        let mut rows = Vec::new();
        for day in (0..days).filter(|day| day % 7 < 5) {
            rows.extend(
                [8, 10, 13, 16]
                    .map(|hour| Row::success(monday + day * 86_400 + hour * 3600, "ann", "192.0.2.1")),
            );
        }
        rows.push(Row::success(monday + (days + 2) * 86_400 + hour * 3600, "ann", "192.0.2.1"));
        rows
    }

    fn severities(rows: &[Row]) -> Vec<Severity> {
        found(&DETECTOR, rows).iter().map(|one| one.severity).collect()
    }

    #[test]
    fn the_night_is_medium_and_the_late_evening_low() {
        assert_eq!(severities(&rows(28, 1)), [Severity::Medium]);
        assert_eq!(severities(&rows(28, 19)), [Severity::Low]);
        assert_eq!(severities(&rows(28, 20)), [Severity::Medium]);
    }

    #[test]
    fn hours_next_to_the_usual_ones_are_usual() {
        assert_eq!(severities(&rows(28, 17)), []);
        assert_eq!(severities(&rows(28, 7)), []);
    }

    #[test]
    fn a_user_of_ten_days_is_known_and_one_of_nine_is_not() {
        assert_eq!(severities(&rows(12, 1)), [Severity::Low]);
        assert_eq!(severities(&rows(11, 1)), []);
    }

    #[test]
    fn one_who_came_at_another_quiet_hour_before_has_the_habit_below_seventy_five_hours() {
        let quiet = |days: i64| {
            let mut all = rows(days, 1);
            all.push(Row::success(12 * 86_400 + 22 * 3600, "ann", "192.0.2.1"));
            severities(&all).len()
        };
        // 73 and 77 hours.
        assert_eq!((quiet(24), quiet(25)), (0, 1));
    }

    #[test]
    fn one_who_comes_at_all_hours_is_never_off_hours() {
        let mut all = rows(28, 1);
        all.extend((0..24 * 28).map(|hour| Row::success(4 * 86_400 + hour * 3600, "cron", "192.0.2.3")));
        assert!(found(&DETECTOR, &all).iter().all(|one| one.entity[0].1 == "ann"));
    }

    #[test]
    fn a_night_of_sign_ins_is_one_finding() {
        let mut all = rows(28, 1);
        let last = *all.last().unwrap();
        all.extend((1..14).map(|at| Row { time: last.time + at * 600, ..last }));
        let found = found(&DETECTOR, &all);
        assert_eq!((found.len(), found[0].events.len()), (1, 14));
    }
}
