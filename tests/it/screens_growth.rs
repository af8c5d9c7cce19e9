//! A case that other processes write to while it stands on the screen.

use std::path::PathBuf;

use vestigo::case::Case;
use vestigo::tui::{Action, Screen};

use crate::robot::{Robot, beside, of};

const AUTH: &[u8] = include_bytes!("../../fixtures/auth.log");
const ACCESS: &[u8] = include_bytes!("../../fixtures/nginx-access.log");

/// A case with a log of sign-ins, and a log that is not in it yet.
fn growing() -> (Case, PathBuf) {
    let case = of(&[("auth.log", AUTH)]);
    let more = case.folder().with_file_name("nginx-access.log");
    std::fs::write(&more, ACCESS).expect("the folder is ours");
    (case, more)
}

fn import(case: &Case, more: &std::path::Path) {
    let output = beside(case, &["import", &more.to_string_lossy()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn what_another_process_imports_is_taken_in_and_the_selected_event_stays() {
    let (case, more) = growing();
    let mut robot = Robot::open(case.clone(), 120, 40);
    let before = robot.model().case.events;
    robot.act(Action::Down).act(Action::Down).look();
    let selected = robot.model().list.row().expect("it has rows").hit;
    import(&case, &more);
    robot.look().reads("the case has grown: 1 source and ");
    let now = robot.model().case.events;
    assert!(now > before, "{before} → {now}");
    assert_eq!(robot.model().search.count, Some(now));
    assert_eq!(robot.model().list.row().map(|row| row.hit), Some(selected));
    assert!(robot.model().fields.facets.iter().any(|facet| facet.field == "url.path"));
    robot.act(Action::Evidence).sees("nginx-access.log");
}

#[test]
fn nothing_is_found_only_where_nothing_is_by_now() {
    let (case, more) = growing();
    let mut robot = Robot::open(case.clone(), 120, 40);
    import(&case, &more);
    robot.act(Action::SearchOpen).write("status:200").act(Action::Confirm);
    robot.reads("the case has grown: 1 source and ").sees_no("No event matches");
    assert!(robot.model().search.count.is_some_and(|count| count > 0));
}

#[test]
fn a_note_of_somebody_else_is_shown_without_a_word() {
    let (case, _) = growing();
    let mut robot = Robot::open(case.clone(), 120, 40);
    let id = robot.model().list.row().expect("it has rows").hit;
    let id = format!("{}:{}", id.source, id.record);
    assert!(beside(&case, &["bookmark", "add", &id]).status.success());
    robot.sees_no("●").look().sees("●");
    assert_eq!(robot.model().focus.screen, Screen::Investigate);
}
