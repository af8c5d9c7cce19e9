//! Tests of spraying, on both sides of each of its limits.

use super::super::sample::{Row, found, text};
use super::*;

const BAD: &str = "203.0.113.9";

/// Returns rounds over users, one attempt every so many seconds.
fn rounds(users: i64, each: i64, distance: i64, source: &'static str) -> Vec<Row> {
    (0..users * each)
        .map(|at| Row::failure(at * distance, text(format!("user{}", at % users)), source))
        .collect()
}

fn severities(rows: &[Row]) -> Vec<Severity> {
    found(&DETECTOR, rows).iter().map(|one| one.severity).collect()
}

#[test]
fn five_users_tried_three_times_over_five_minutes_are_a_spray() {
    assert_eq!(severities(&rounds(5, 3, 22, BAD)), [Severity::Medium]);
    assert_eq!(severities(&rounds(5, 3, 21, BAD)), []);
    assert_eq!(severities(&rounds(4, 4, 22, BAD)), []);
    assert_eq!(severities(&rounds(5, 2, 33, BAD)), []);
}

#[test]
fn eleven_users_and_thirty_attempts_in_five_minutes_are_a_spray() {
    assert_eq!(severities(&rounds(11, 3, 9, BAD)), [Severity::Medium]);
    assert_ne!(severities(&rounds(11, 3, 60, BAD)), [Severity::Medium]);
}

#[test]
fn more_users_than_usual_are_low_unless_they_exist() {
    assert_eq!(severities(&rounds(9, 1, 90, BAD)), []);
    assert_eq!(severities(&rounds(10, 1, 90, BAD)), [Severity::Low]);
    let mut rows = rounds(10, 1, 90, BAD);
    rows.extend((0..5).map(|user| Row::success(-90_000, text(format!("user{user}")), "192.0.2.1")));
    assert_eq!(severities(&rows), [Severity::Medium]);
}

#[test]
fn six_users_in_a_minute_are_a_listing_from_inside_only() {
    assert_eq!(severities(&rounds(6, 1, 12, "10.0.0.9")), [Severity::Medium]);
    assert_eq!(severities(&rounds(6, 1, 13, "10.0.0.9")), []);
    assert_eq!(severities(&rounds(6, 1, 1, BAD)), []);
}

#[test]
fn one_who_gets_in_makes_it_high() {
    let mut rows = rounds(8, 3, 30, BAD);
    rows.push(Row::success(800, "user3", BAD));
    let found = found(&DETECTOR, &rows);
    assert_eq!(found[0].severity, Severity::High);
    assert_eq!(found[0].entity, [("source.ip", BAD.to_owned()), ("user.name", "user3".to_owned())]);
}

#[test]
fn a_colleague_behind_the_same_address_does_not() {
    let mut rows = rounds(8, 3, 30, BAD);
    rows.push(Row::success(-90_000, "user3", BAD));
    rows.push(Row::success(800, "user3", BAD));
    assert_eq!(severities(&rows), [Severity::Medium]);
}

#[test]
fn an_office_whose_users_fail_as_usual_sprays_nothing() {
    let mut rows = Vec::new();
    for quarter in 0..40 {
        let start = quarter * 1000;
        rows.extend(rounds(5, 3, 25, BAD).into_iter().map(|row| Row { time: start + row.time, ..row }));
        rows.extend((0..20).map(|at| Row::success(start + 990, text(format!("user{at}")), BAD)));
    }
    assert_eq!(severities(&rows), []);
}

#[test]
fn a_dictionary_of_names_that_do_not_exist_is_low() {
    let mut rows = rounds(40, 1, 5, BAD);
    rows.extend((0..5).map(|user| Row::success(-90_000, text(format!("clerk{user}")), "192.0.2.1")));
    assert_eq!(severities(&rows), [Severity::Low]);
    rows.extend((0..3).map(|user| Row::success(-90_000, text(format!("user{user}")), "192.0.2.1")));
    assert_eq!(severities(&rows), [Severity::Medium]);
}

#[test]
fn addresses_of_one_network_are_one_spray() {
    let mut rows = rounds(6, 3, 30, BAD);
    for (at, row) in rows.iter_mut().enumerate() {
        row.source = text(format!("203.0.113.{}", at % 5));
    }
    let found = found(&DETECTOR, &rows);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].entity.len(), 5);
}

#[test]
fn credentials_of_many_others_are_a_spray() {
    let mut rows = rounds(11, 3, 2, "10.0.0.9");
    for row in &mut rows {
        (row.effective, row.user) = (row.user, "ann");
        (row.action, row.outcome) = ("logged-in-explicit", "success");
    }
    assert_eq!(severities(&rows), [Severity::Medium]);
}
