//! Dormant account: a user signs in again after a long time.
//!
//! The gap between days with sign-ins of the user, without the time in which nobody signed in
//! at all (a hole in the logs tells nothing), is above 90 days (PCI DSS 8.2.6), or for a user
//! with 5 days or more above 30 days and 5 times the user's own 95th percentile of gaps.
//! score = gap_days / limit_days, from 1 on. Medium from 1.5 on, low where many come back (more
//! than 2 % of users, and more than three): there it is the habit of the place. Never high.

use std::collections::BTreeMap;

use crate::analyse::detectors::detector::{
    Anomaly, Detector, DetectorOutcome, DetectorScope, Parameter, Parameters,
};
use crate::analyse::detectors::events::Events;
use crate::record::Severity;

use super::attempts::{Attempt, Attempts, DAY, HOUR};
use super::parameter::parameter;
use super::{report, statistics};

/// The row of this detector in the table.
pub const DETECTOR: Detector = Detector {
    name: "dormant-account",
    about: "A user who signs in again after a long time",
    scope: DetectorScope::SignIns,
    needs: &["user.name", "event.outcome"],
    uses: &["source.ip", "source.address", "host.name", "event.action"],
    least_events: 2,
    attack: &["T1078"],
    parameters: &PARAMETERS,
    run,
};

const PARAMETERS: [Parameter; 5] = [
    parameter("gap", "days without a sign-in, for a user who is known", 30.0, 7.0, 3650.0),
    parameter("own", "times the user's own 95th percentile of gaps", 5.0, 1.0, 100.0),
    parameter("days", "days with sign-ins after which a user is known", 5.0, 2.0, 1000.0),
    parameter("always", "days without a sign-in, for anybody", 90.0, 7.0, 3650.0),
    parameter("medium", "times the limit that are medium", 1.5, 1.0, 100.0),
];

/// What belongs to a return: all sign-ins of its first day.
const EPISODE: i64 = DAY;
/// Time without any sign-in from which on it counts as a hole in the logs.
const HOLE: i64 = 48 * HOUR;

fn run(events: &Events, parameters: &Parameters<'_>) -> DetectorOutcome {
    let attempts = Attempts::read(events);
    let mut by_user: BTreeMap<u32, Vec<&Attempt>> = BTreeMap::new();
    for one in attempts.all.iter().filter(|one| !one.failed) {
        if let Some(user) = one.user {
            by_user.entry(user).or_default().push(one);
        }
    }
    let holes = holes(&attempts);
    let returns: Vec<Return<'_>> =
        by_user.iter().flat_map(|(user, signins)| returns(*user, signins, &holes, parameters)).collect();
    let habit = returns.len() > 3 && returns.len() * 50 > by_user.len();
    report::ordered(returns.iter().map(|one| one.report(&attempts, habit, parameters)).collect())
}

/// Returns the spans of time in which nobody signed in, with their sum up to each.
fn holes(attempts: &Attempts) -> Vec<(i64, i64)> {
    let spans = attempts.all.windows(2).map(|pair| (pair[0].time, pair[1].time));
    spans.filter(|(from, to)| to - from > HOLE).collect()
}

struct Return<'a> {
    user: u32,
    signins: &'a [&'a Attempt],
    gap: f64,
    limit: f64,
    days: usize,
    usual: f64,
}

/// Returns the returns of a user.
fn returns<'a>(
    user: u32,
    signins: &'a [&'a Attempt],
    holes: &[(i64, i64)],
    parameters: &Parameters<'_>,
) -> Vec<Return<'a>> {
    let mut found = Vec::new();
    let mut gaps: Vec<i64> = Vec::new();
    for at in 1..signins.len() {
        let (before, now) = (signins[at - 1].time, signins[at].time);
        if now - before < DAY / 2 {
            continue;
        }
        let first = holes.partition_point(|(from, _)| *from < before);
        let dark: i64 =
            holes[first..].iter().take_while(|(from, _)| *from < now).map(|(from, to)| to - from).sum();
        let gap = now - before - dark;
        let gap_days = gap as f64 / DAY as f64;
        let long = gap_days > parameters.get("gap");
        let usual =
            if long { statistics::quantile(&gaps, 0.95).unwrap_or(0) as f64 / DAY as f64 } else { 0.0 };
        let own = parameters.get("gap").max(parameters.get("own") * usual);
        let known = gaps.len() as f64 + 1.0 >= parameters.get("days");
        let limit = if known { own.min(parameters.get("always")) } else { parameters.get("always") };
        if long && gap_days > limit {
            let last = at + signins[at..].partition_point(|one| one.time - now <= EPISODE);
            found.push(Return {
                user,
                signins: &signins[at..last],
                gap: gap_days,
                limit,
                days: gaps.len() + 1,
                usual,
            });
        }
        gaps.push(gap);
    }
    found
}

impl Return<'_> {
    fn report(&self, attempts: &Attempts, habit: bool, parameters: &Parameters<'_>) -> Anomaly {
        let (first, last) = (self.signins[0], self.signins[self.signins.len() - 1]);
        let score = self.gap / self.limit;
        let user = attempts.user(self.user);
        let mut entity = vec![("user.name", user.to_owned())];
        entity.extend(first.source.map(|source| {
            let (field, value) = attempts.source(source);
            (field, value.to_owned())
        }));
        entity.extend(first.host.map(|host| ("host.name", attempts.host(host).to_owned())));
        Anomaly {
            title: "A dormant account signed in again".to_owned(),
            why: format!(
                "{user} signed in after {:.0} days without. On {} before, 95 % of the gaps were at most {:.1} days; from {:.0} days on a return counts.",
                self.gap,
                report::count(self.days, "day"),
                self.usual,
                self.limit,
            ),
            severity: if score >= parameters.get("medium") && !habit {
                Severity::Medium
            } else {
                Severity::Low
            },
            confidence: if habit { 0.2 } else { (score / (score + 1.0)).clamp(0.0, 1.0) },
            entity,
            events: report::rows(self.signins.iter().map(|one| one.row)),
            start: first.time,
            end: last.time,
            attack: vec!["T1078"],
            numbers: BTreeMap::from([
                ("gap_days", self.gap),
                ("limit_days", self.limit),
                ("active_days", self.days as f64),
                ("usual_gap_days", self.usual),
                ("score", score),
            ]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Row, found};
    use super::*;

    const DAY: i64 = 86_400;

    /// Sign-ins of one who comes every day, and of ann every so many days and again at an hour.
    fn rows(every: i64, times: i64, again: i64) -> Vec<Row> {
        let mut rows: Vec<Row> = (0..300).map(|day| Row::success(day * DAY, "bob", "192.0.2.2")).collect();
        rows.extend((0..times).map(|at| Row::success(at * every * DAY, "ann", "192.0.2.1")));
        rows.push(Row::success((times - 1) * every * DAY + again, "ann", "192.0.2.1"));
        rows
    }

    fn severities(rows: &[Row]) -> Vec<Severity> {
        found(&DETECTOR, rows).iter().map(|one| one.severity).collect()
    }

    #[test]
    fn one_who_comes_daily_is_dormant_after_thirty_days() {
        assert_eq!(severities(&rows(1, 10, 30 * DAY)), []);
        assert_eq!(severities(&rows(1, 10, 30 * DAY + 1)), [Severity::Low]);
        assert_eq!(severities(&rows(1, 10, 45 * DAY)), [Severity::Medium]);
    }

    #[test]
    fn one_who_comes_every_eight_days_is_dormant_after_forty() {
        assert_eq!(severities(&rows(8, 10, 40 * DAY)), []);
        assert_eq!(severities(&rows(8, 10, 40 * DAY + 1)), [Severity::Low]);
    }

    #[test]
    fn one_who_is_hardly_known_is_dormant_after_ninety() {
        assert_eq!(severities(&rows(1, 4, 90 * DAY)), []);
        assert_eq!(severities(&rows(1, 4, 90 * DAY + 1)), [Severity::Low]);
    }

    #[test]
    fn a_hole_in_the_logs_is_no_absence() {
        let mut rows = rows(1, 10, 60 * DAY);
        rows.retain(|row| row.user == "ann" || !(12 * DAY..60 * DAY).contains(&row.time));
        assert_eq!(severities(&rows), []);
    }

    #[test]
    fn where_many_return_it_is_low() {
        let mut all = rows(1, 10, 60 * DAY);
        for user in ["eve", "joe", "kim"] {
            all.extend(
                rows(1, 10, 60 * DAY)
                    .into_iter()
                    .filter(|row| row.user == "ann")
                    .map(|row| Row { user, ..row }),
            );
        }
        assert_eq!(severities(&all), [Severity::Low; 4]);
    }
}
