//! Tests of impossible travel, on both sides of each limit.

use super::super::sample::{Row, found, text};
use super::*;

const DAY: i64 = 86_400;

/// Returns sign-ins at the equator, and one so many degrees east after so many seconds.
fn rows(degrees: f64, after: i64) -> Vec<Row> {
    let here = |time| Row { place: "0.0,10.0", ..Row::success(time, "ann", "192.0.2.1") };
    let there = Row {
        place: text(format!("0.0,{}", 10.0 + degrees)),
        ..Row::success(2 * DAY + after, "ann", "203.0.113.9")
    };
    vec![here(0), here(2 * DAY), there]
}

fn count(degrees: f64, after: i64) -> usize {
    found(&DETECTOR, &rows(degrees, after)).len()
}

#[test]
fn a_thousand_kilometers_in_three_hours_are_impossible() {
    // A degree at the equator is 111.195 km.
    assert_eq!((count(8.99, 10_799), count(9.0, 10_799)), (0, 1));
    assert_eq!((count(9.0, 10_800), count(9.0, 10_799)), (0, 1));
}

#[test]
fn above_five_hundred_kilometers_the_speed_counts() {
    assert_eq!((count(4.49, 60), count(4.5, 60)), (0, 1));
    assert_eq!((count(90.0, 12 * 3600), count(90.0, 11 * 3600)), (0, 1));
}

#[test]
fn the_first_day_of_a_user_only_teaches() {
    assert_eq!(found(&DETECTOR, &rows(90.0, 60)[1..]), []);
}

#[test]
fn between_two_networks_of_three_days_before_anybody_may_jump() {
    let jumps = |days: i64| {
        let here = |time| Row { place: "0.0,10.0", ..Row::success(time, "ann", "192.0.2.1") };
        let there = |time| Row { place: "0.0,100.0", ..Row::success(time, "ann", "203.0.113.9") };
        let days = (0..days).flat_map(|day| [here(2 * day * DAY), there((2 * day + 1) * DAY)]);
        let mut rows: Vec<Row> = days.collect();
        rows.extend([here(100 * DAY), there(100 * DAY + 60)]);
        found(&DETECTOR, &rows).len()
    };
    assert_eq!((jumps(2), jumps(3)), (1, 0));
}

#[test]
fn one_who_is_always_at_home_is_caught_elsewhere() {
    let mut rows: Vec<Row> =
        (0..9).map(|day| Row { place: "0.0,10.0", ..Row::success(day * DAY, "ann", "192.0.2.1") }).collect();
    rows.push(Row { place: "0.0,100.0", ..Row::success(8 * DAY + 60, "ann", "203.0.113.9") });
    assert_eq!(found(&DETECTOR, &rows).len(), 1);
}

#[test]
fn without_places_nothing_is_said() {
    let parameters = Parameters { of: DETECTOR.parameters, set: BTreeMap::new() };
    let rows = [Row::success(0, "ann", "192.0.2.1"), Row::success(9, "ann", "192.0.2.1")];
    let outcome = (DETECTOR.run)(&super::super::sample::events(&rows), &parameters);
    assert!(matches!(outcome, DetectorOutcome::NotEvaluated(_)));
}

#[test]
fn points_are_read_as_they_are_written() {
    for text in
        ["52.5,13.4", "{\"lat\":52.5,\"lon\":13.4}", "{\"lon\":13.4,\"lat\":52.5}", "POINT (13.4 52.5)"]
    {
        assert_eq!(point(text), Some((52.5, 13.4)), "{text}");
    }
    assert_eq!(point("Berlin"), None);
}
