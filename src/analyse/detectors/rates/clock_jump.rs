//! A clock that was set back: in the order of a file, events go on more than an hour earlier.
//!
//! Left out are files whose lines are not in order of time as a rule (more than 3 such steps, or
//! 1 in 1000), single late lines (of the next 5 events at least 4 must lie before the step, too),
//! the hour that is repeated when summer time ends, and the line where a log begins again
//! (rotation: the step goes back to before nine tenths of all that came before).
//! `score` = `seconds_back` / `limit_seconds`.

use super::groups::Groups;
use super::wording::{HOUR, MINUTE, in_order, span};
use crate::analyse::detectors::detector::{
    Anomaly, Detector, DetectorOutcome, DetectorScope, Parameter, Parameters,
};
use crate::analyse::detectors::events::{Events, ValueColumn};
use crate::record::Severity;

/// The detector.
pub const DETECTOR: Detector = Detector {
    name: "clock-jump",
    about: "A log goes on at an earlier time, as when a clock was set back",
    scope: DetectorScope::All,
    needs: &["vestigo.source", "vestigo.record"],
    uses: &["host.name", "vestigo.source_name", "event.dataset"],
    least_events: 20,
    attack: &["T1070.006"],
    parameters: &[Parameter {
        name: "hours",
        about: "hours that a clock goes back at least",
        default: 1.0,
        least: 0.01,
        most: 10_000.0,
    }],
    run,
};

/// Steps back in one file, at most, and as a share of its lines.
const MOST_STEPS: usize = 3;
const MOST_SHARE: f64 = 0.001;
/// Events after a step that are looked at, and how many of them must be before it.
const NEXT: usize = 5;
const NEXT_BACK: usize = 4;
/// Events of a file from which a jump is medium: short ones may be put together by hand.
const SURE_EVENTS: usize = 200;
/// How far clocks go back when summer time ends.
const REPEATED: std::ops::Range<i64> = 55 * MINUTE..65 * MINUTE;

/// Returns the clocks that were set back.
fn run(events: &Events, parameters: &Parameters<'_>) -> DetectorOutcome {
    let (Some(sources), Some(records)) = (events.column("vestigo.source"), events.column("vestigo.record"))
    else {
        return DetectorOutcome::NotEvaluated("no event tells its place in a file".to_owned());
    };
    let limit = (parameters.get("hours") * HOUR as f64) as i64;
    let groups = Groups::of_column(sources, events.len());
    let mut found = Vec::new();
    for source in 0..groups.count() as u32 {
        let rows = in_file_order(groups.of(source), records);
        let steps = steps(events, &rows, limit);
        if steps.len() <= MOST_STEPS.max((rows.len() as f64 * MOST_SHARE) as usize) {
            found.extend(
                steps
                    .into_iter()
                    .filter(|at| is_lasting(events, &rows, *at))
                    .map(|at| tell(events, &rows, at, limit)),
            );
        }
    }
    DetectorOutcome::Found(in_order(found))
}

/// Returns rows in the order of their records.
fn in_file_order(rows: &[u32], records: &ValueColumn) -> Vec<u32> {
    let mut numbered: Vec<(u64, u32)> =
        rows.iter().filter_map(|row| Some((records.number(*row as usize)? as u64, *row))).collect();
    if !numbered.is_sorted() {
        numbered.sort_unstable();
    }
    numbered.into_iter().map(|(_, row)| row).collect()
}

/// Returns the places after which the file goes on more than `limit` before its latest time.
fn steps(events: &Events, rows: &[u32], limit: i64) -> Vec<usize> {
    let mut steps = Vec::new();
    for at in 1..rows.len() {
        let back = events.time(rows[at - 1] as usize) - events.time(rows[at] as usize);
        if back > limit {
            steps.push(at);
        }
    }
    steps
}

/// Returns whether a step is a clock set back, not a late line, a repeated hour or a new file.
fn is_lasting(events: &Events, rows: &[u32], at: usize) -> bool {
    let before = events.time(rows[at - 1] as usize);
    let next = &rows[at..(at + NEXT).min(rows.len())];
    let back = before - events.time(rows[at] as usize);
    let lasting = next.len() >= NEXT
        && next.iter().filter(|row| events.time(**row as usize) < before - back / 2).count() >= NEXT_BACK;
    let first = events.time(rows[0] as usize);
    let restarts = events.time(rows[at] as usize) <= first + (before - first) / 10;
    let early = at >= 2 && events.time(rows[at - 1] as usize) - events.time(rows[at - 2] as usize) > back / 2;
    let late = early
        && at >= 3
        && next.iter().all(|row| events.time(*row as usize) >= events.time(rows[at - 2] as usize));
    let repeated = REPEATED.contains(&back) && is_turn_of_time(before);
    lasting && !restarts && !late && !repeated
}

/// Returns whether a time lies on a Sunday (give or take a day for zones) of late March to early
/// April or late September to early November, when summer time ends somewhere.
fn is_turn_of_time(time: i64) -> bool {
    let days = time.div_euclid(24 * HOUR);
    let day_of_year = (days as f64).rem_euclid(365.2425);
    let weekend = matches!((days + 3).rem_euclid(7), 5 | 6 | 0);
    weekend && ((76.0..100.0).contains(&day_of_year) || (262.0..315.0).contains(&day_of_year))
}

/// Returns the finding of a step.
fn tell(events: &Events, rows: &[u32], at: usize, limit: i64) -> Anomaly {
    let (one, other) = (rows[at - 1], rows[at]);
    let (before, after) = (events.time(one as usize), events.time(other as usize));
    let entity: Vec<(&'static str, String)> = ["host.name", "vestigo.source_name", "event.dataset"]
        .into_iter()
        .filter_map(|field| Some((field, events.text(field, other as usize)?.to_owned())))
        .take(2)
        .collect();
    let name = entity.first().map_or("a file", |(_, name)| name.as_str()).to_owned();
    let sure = rows.len() >= SURE_EVENTS;
    let mut shown = vec![one, other];
    shown.sort_unstable();
    Anomaly {
        title: "Clock set back".to_owned(),
        why: format!(
            "In the log of {name}, event {at} of {} is followed by one that is {} earlier, and the log goes on from there; such logs are in order of time.",
            rows.len(),
            span(before - after)
        ),
        severity: if sure { Severity::Medium } else { Severity::Low },
        confidence: if sure { 0.6 } else { 0.3 },
        entity: if entity.is_empty() {
            vec![(
                "vestigo.source",
                events.text("vestigo.source", other as usize).unwrap_or_default().to_owned(),
            )]
        } else {
            entity
        },
        events: shown,
        start: after,
        end: before,
        attack: vec!["T1070.006"],
        numbers: [
            ("seconds_back", (before - after) as f64 / 1e9),
            ("limit_seconds", limit as f64 / 1e9),
            ("place", at as f64),
            ("events", rows.len() as f64),
            ("score", (before - after) as f64 / limit as f64),
        ]
        .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::detectors::rates::testing::{events, found, row};

    /// Returns how much is found when the lines of one file tell these seconds.
    fn jumps(seconds: impl IntoIterator<Item = i64>) -> usize {
        let rows = seconds
            .into_iter()
            .enumerate()
            .map(|(record, second)| row(second, &["1", &record.to_string(), "gate"]))
            .collect();
        found(&DETECTOR, &events(&["vestigo.source", "vestigo.record", "host.name"], rows)).len()
    }

    /// Returns the seconds of a line a minute, set back by `back` from line 500 on.
    fn set_back(back: i64) -> impl Iterator<Item = i64> {
        (0..1_000).map(move |i| 1_772_000_000 + i * 60 - if i >= 500 { back } else { 0 })
    }

    #[test]
    fn more_than_an_hour_back_is_a_jump() {
        assert_eq!(jumps(set_back(3_660)), 0);
        assert_eq!(jumps(set_back(3_661)), 1);
        assert_eq!(jumps(set_back(0)), 0);
    }

    #[test]
    fn one_late_line_is_no_jump() {
        assert_eq!(jumps((0..1_000).map(|i| 1_772_000_000 + i * 60 - if i == 500 { 9_000 } else { 0 })), 0);
    }

    #[test]
    fn one_line_ahead_is_no_jump() {
        assert_eq!(jumps((0..1_000).map(|i| 1_772_000_000 + i * 60 + if i == 500 { 9_000 } else { 0 })), 0);
    }

    #[test]
    fn logs_that_begin_again_or_fall_are_left_out() {
        assert_eq!(jumps((0..1_000).map(|i| 1_772_000_000 + i % 500 * 60)), 0);
        assert_eq!(jumps((0..1_000).map(|i| 1_772_000_000 - i * 7_200)), 0);
    }

    #[test]
    fn the_end_of_summer_time_is_no_jump() {
        let sunday = 1_792_890_000; // 2026-10-25T01:00:00Z
        let lines =
            |start: i64| (0..1_000).map(move |i| start - 30_000 + i * 60 - if i >= 500 { 3_660 } else { 0 });
        assert_eq!(jumps(lines(sunday).map(|second| second - 1)), 0);
        let hour = Parameters { of: DETECTOR.parameters, set: [("hours".to_owned(), 0.9)].into() };
        let rows = |start| {
            lines(start)
                .enumerate()
                .map(|(record, second)| row(second, &["1", &record.to_string()]))
                .collect()
        };
        let count = |start| match run(&events(&["vestigo.source", "vestigo.record"], rows(start)), &hour) {
            DetectorOutcome::Found(found) => found.len(),
            DetectorOutcome::NotEvaluated(_) => 99,
        };
        assert_eq!(count(sunday), 0);
        assert_eq!(count(sunday + 3 * 86_400), 1);
    }
}
