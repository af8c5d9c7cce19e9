//! Tests of distributed guessing, on both sides of each of its limits.

use super::super::sample::{Row, found, text};
use super::*;

/// Returns failures from sources in turn, all of one network or each of its own.
fn failures(sources: i64, count: i64, distance: i64, own_networks: bool) -> Vec<Row> {
    let source = |at: i64| match own_networks {
        true => text(format!("45.{}.0.7", at % sources)),
        false => text(format!("203.0.113.{}", at % sources)),
    };
    (0..count).map(|at| Row::failure(at * distance, "ann", source(at))).collect()
}

fn severities(rows: &[Row]) -> Vec<Severity> {
    found(&DETECTOR, rows).iter().map(|one| one.severity).collect()
}

#[test]
fn five_sources_of_three_networks_and_ten_attempts_are_found() {
    assert_eq!(severities(&failures(5, 10, 300, true)), [Severity::Medium]);
    assert_eq!(severities(&failures(4, 10, 300, true)), []);
    assert_eq!(severities(&failures(5, 9, 300, true)), []);
    assert_eq!(severities(&failures(5, 10, 401, true)), []);
}

#[test]
fn sources_of_one_network_must_be_eight() {
    assert_eq!(severities(&failures(8, 16, 200, false)), [Severity::Medium]);
    assert_eq!(severities(&failures(7, 16, 200, false)), []);
}

#[test]
fn a_success_of_one_of_the_sources_makes_it_high_and_of_another_does_not() {
    let mut rows = failures(9, 18, 170, true);
    rows.push(Row::success(3000, "ann", "192.0.2.1"));
    assert_eq!(severities(&rows), [Severity::Medium]);
    rows.push(Row::success(3100, "ann", "45.2.0.7"));
    let found = found(&DETECTOR, &rows);
    assert_eq!(found[0].severity, Severity::High);
    assert_eq!(found[0].entity[..2], [("user.name", "ann".to_owned()), ("source.ip", "45.2.0.7".to_owned())]);
}

#[test]
fn what_goes_on_all_week_is_not_told() {
    let week = 7 * 24 * 20;
    assert_eq!(severities(&failures(200, week, 180, true)), []);
}

#[test]
fn many_sources_that_try_many_users_are_found_together() {
    let rows = |count: i64| -> Vec<Row> {
        (0..count)
            .map(|at| {
                Row::failure(at * 30, text(format!("user{}", at % 9)), text(format!("45.{}.0.7", at % 6)))
            })
            .collect()
    };
    assert_eq!(severities(&rows(25)), [Severity::Medium]);
    assert_eq!(severities(&rows(24)), []);
}
