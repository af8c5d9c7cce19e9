//! Tests of guessed passwords, on both sides of each limit.

use super::super::sample::{Row, found};
use super::*;

const BAD: &str = "203.0.113.9";

fn failures(count: i64, distance: i64) -> Vec<Row> {
    (0..count).map(|at| Row::failure(at * distance, "ann", BAD)).collect()
}

fn severities(rows: &[Row]) -> Vec<Severity> {
    found(&DETECTOR, rows).iter().map(|one| one.severity).collect()
}

#[test]
fn five_fast_failures_are_low_and_four_are_nothing() {
    assert_eq!(severities(&failures(5, 1)), [Severity::Low]);
    assert_eq!(severities(&failures(4, 1)), []);
}

#[test]
fn eight_failures_in_two_hours_are_low_at_any_speed_and_seven_are_nothing() {
    assert_eq!(severities(&failures(8, 30)), [Severity::Low]);
    assert_eq!(severities(&failures(7, 30)), []);
    assert_eq!(severities(&failures(8, 540)), [Severity::Low]);
}

#[test]
fn failures_above_ten_minutes_apart_are_patient_guessing() {
    assert_eq!(severities(&failures(7, 600)), []);
    assert_eq!(severities(&failures(4, 601)), [Severity::Low]);
    assert_eq!(severities(&failures(3, 601)), []);
}

#[test]
fn a_success_makes_it_high() {
    let mut rows = failures(12, 660);
    rows.push(Row::success(12 * 660, "ann", BAD));
    let found = found(&DETECTOR, &rows);
    assert_eq!(found[0].severity, Severity::High);
    assert_eq!(found[0].entity, [("source.ip", BAD.to_owned()), ("user.name", "ann".to_owned())]);
    assert_eq!(found[0].events.len(), 13);
}

#[test]
fn a_success_more_than_an_hour_later_does_not_count() {
    let late = |after: i64| {
        let mut rows = failures(6, 1);
        rows.push(Row::success(-86_400, "bob", BAD));
        rows.push(Row::success(5 + after, "ann", BAD));
        severities(&rows)
    };
    assert_eq!(late(3600), [Severity::High]);
    assert_eq!(late(3601), [Severity::Low]);
}

#[test]
fn a_user_who_forgot_the_password_at_the_usual_place_is_low() {
    let mut rows = failures(8, 3);
    rows.push(Row::success(-86_400, "ann", BAD));
    rows.push(Row::success(60, "ann", BAD));
    assert_eq!(severities(&rows), [Severity::Low]);
}

#[test]
fn a_flood_is_medium_from_twenty_five_failures_on() {
    assert_eq!(severities(&failures(24, 1)), [Severity::Low]);
    assert_eq!(severities(&failures(25, 1)), [Severity::Medium]);
}

#[test]
fn a_night_is_one_finding() {
    assert_eq!(severities(&failures(1000, 30)), [Severity::Medium]);
}

#[test]
fn two_sources_that_share_the_guessing_are_found_by_user() {
    let rows: Vec<Row> =
        (0..8).map(|at| Row::failure(at, "ann", if at % 2 == 0 { BAD } else { "203.0.113.10" })).collect();
    let found = found(&DETECTOR, &rows);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].numbers["sources"], 2.0);
}

#[test]
fn a_success_of_another_user_behind_the_same_address_is_not_the_guessed_one() {
    let mut rows = failures(6, 1);
    rows.push(Row::success(-500, "bob", BAD));
    rows.push(Row::success(60, "bob", BAD));
    assert_eq!(severities(&rows), [Severity::Low]);
}

#[test]
fn the_first_success_of_a_source_after_five_slow_failures_is_medium() {
    let entry = |count: i64, distance: i64| {
        let mut rows = failures(count, distance);
        rows.push(Row::success(count * distance, "ann", BAD));
        severities(&rows)
    };
    assert_eq!(entry(5, 5), [Severity::Medium]);
    assert_eq!(entry(4, 5), []);
    assert_eq!(entry(5, 86_400), [Severity::Medium]);
    assert_eq!(entry(5, 2 * 86_400), []);
}

#[test]
fn the_same_from_a_source_that_was_used_before_is_low() {
    let mut rows = failures(5, 7300);
    rows.push(Row::success(-40 * 86_400, "bob", BAD));
    rows.push(Row::success(5 * 7300, "ann", BAD));
    assert_eq!(severities(&rows), [Severity::Low]);
}

#[test]
fn users_of_an_office_are_looked_at_one_by_one() {
    let office = |user: fn(i64) -> &'static str| {
        let mut rows: Vec<Row> = (0..18).map(|at| Row::failure(at * 300, user(at), BAD)).collect();
        rows.extend((0..60).map(|at| Row::success(-9000 + at, ["bob", "eve", "joe"][at as usize % 3], BAD)));
        severities(&rows)
    };
    assert_eq!(office(|at| ["bob", "eve", "joe", "kim", "lee", "max"][at as usize % 6]), []);
    assert_eq!(office(|_| "bob"), [Severity::Low]);
}

#[test]
fn where_ten_sources_flood_the_log_fifty_failures_are_medium() {
    let flood = |sources: i64, count: i64| {
        let source = |at: i64| super::super::sample::text(format!("203.0.113.{}", at % sources));
        let rows: Vec<Row> = (0..sources * count).map(|at| Row::failure(at, "ann", source(at))).collect();
        severities(&rows)
    };
    assert_eq!(flood(10, 49), [Severity::Low; 10]);
    assert_eq!(flood(10, 50), [Severity::Medium; 10]);
    assert_eq!(flood(9, 25), [Severity::Medium; 9]);
}
