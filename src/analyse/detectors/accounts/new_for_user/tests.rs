//! Tests of what is new for a user, on both sides of each limit.

use super::super::sample::{Row, found};
use super::*;

const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0) Chrome/135.0.0.0";
const NEWER: &str = "Mozilla/5.0 (Windows NT 10.0) Chrome/136.0.1.0";
const BOTO: &str = "Boto3/1.34.51 os/kali";

/// Returns one visit a day from the same place.
fn days(count: i64) -> Vec<Row> {
    (0..count).map(|day| Row { agent: CHROME, ..Row::success(day * 86_400, "ann", "192.0.2.7") }).collect()
}

fn after(days_before: i64, source: &'static str, agent: &'static str) -> Vec<Severity> {
    let mut rows = days(days_before);
    rows.push(Row { agent, ..Row::success(days_before * 86_400, "ann", source) });
    found(&DETECTOR, &rows).iter().map(|one| one.severity).collect()
}

#[test]
fn a_new_network_is_low_after_thirty_one_visits() {
    assert_eq!(after(31, "203.0.113.9", CHROME), [Severity::Low]);
    assert_eq!(after(30, "203.0.113.9", CHROME), []);
}

#[test]
fn another_address_of_the_network_and_another_version_are_not_new() {
    assert_eq!(after(60, "192.0.2.77", NEWER), []);
}

#[test]
fn a_new_network_with_a_new_client_is_medium() {
    assert_eq!(after(31, "203.0.113.9", BOTO), [Severity::Medium]);
    assert_eq!(after(30, "203.0.113.9", BOTO), [Severity::Low]);
    assert_eq!(after(20, "203.0.113.9", BOTO), [Severity::Low]);
    assert_eq!(after(19, "203.0.113.9", BOTO), []);
}

#[test]
fn one_who_often_changes_does_not_surprise() {
    let mut rows = days(60);
    let places = ["203.0.113.9", "198.51.100.9", "45.0.0.9", "46.0.0.9", "47.0.0.9"];
    rows.extend(
        places.iter().zip(35..).map(|(source, day)| Row::success(day * 86_400 + 40_000, "ann", source)),
    );
    rows.push(Row::success(60 * 86_400, "ann", "48.0.0.9"));
    let found = found(&DETECTOR, &rows);
    assert!(found.iter().all(|one| one.start < 40 * DAY));
}

#[test]
fn a_network_that_three_others_use_is_not_new() {
    let mut rows = days(60);
    rows.extend(["bob", "eve", "joe"].map(|user| Row::success(90_000, user, "203.0.113.9")));
    rows.push(Row::success(60 * 86_400, "ann", "203.0.113.10"));
    assert_eq!(found(&DETECTOR, &rows), []);
    rows.retain(|row| row.user != "joe");
    assert_eq!(found(&DETECTOR, &rows).len(), 1);
}

#[test]
fn all_that_follows_within_a_day_is_one_finding() {
    let mut rows = days(60);
    rows.extend(
        (0..5).map(|at| Row { agent: BOTO, ..Row::success(60 * 86_400 + at * 60, "ann", "203.0.113.9") }),
    );
    let found = found(&DETECTOR, &rows);
    assert_eq!((found.len(), found[0].events.len()), (1, 5));
    assert_eq!(found[0].numbers["visits"], 60.0);
}
