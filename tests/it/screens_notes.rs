//! Bookmarks, notes and findings on the screen.

use vestigo::case::Case;
use vestigo::journal::Status;
use vestigo::tui::{Action, Pane, Screen};

use crate::custody::forge;
use crate::robot::{Robot, beside, of};

/// A case of its own, since what is noted is written into its journal.
fn fresh() -> Case {
    of(&[("auth.log", include_bytes!("../../fixtures/auth.log"))])
}

/// What a journal's entries do, the newest last.
fn entries(robot: &Robot) -> Vec<String> {
    let case = robot.case().reread().expect("its journal is whole");
    case.journal().iter().map(|line| line.kind.clone()).collect()
}

fn last_entry(robot: &Robot) -> String {
    entries(robot).pop().expect("a case has entries")
}

#[test]
fn an_event_is_marked_with_one_key_and_the_mark_taken_back_with_another() {
    let mut robot = Robot::open(fresh(), 80, 24);
    robot.act(Action::Bookmark).reads("bookmarked ").sees("●");
    assert_eq!(last_entry(&robot), "bookmark.add");
    robot.act(Action::Down).act(Action::Up).act(Action::Bookmark).reads("bookmark removed").sees_no("●");
    robot.act(Action::Undo).reads("undone: ").sees("●");
    robot.act(Action::Undo).reads("undone: ").sees_no("●");
    robot.act(Action::Undo).reads("there is nothing to undo");
    assert_eq!(entries(&robot).iter().filter(|act| *act == "undo").count(), 2);
    assert!(robot.case().whole_journal().broken.is_none());
}

#[test]
fn what_another_wrote_is_taken_back_only_where_one_says_so_and_can_be_brought_back() {
    let case = fresh();
    let mut robot = Robot::open(case.clone(), 100, 30);
    robot.act(Action::Bookmark).reads("bookmarked ");
    let hit = robot.model().list.row().expect("it has rows").hit;
    let id = format!("{}:{}", hit.source, hit.record);
    assert!(beside(&case, &["bookmark", "add", &id, "--note", "theirs"]).status.success());
    // The last annotation is not of this screen: it stays where nobody says yes.
    robot.act(Action::Undo).sees("Undo an entry of somebody else").sees("theirs");
    robot.act(Action::Confirm).reads("nothing was undone");
    assert_eq!(entries(&robot).iter().filter(|act| *act == "undo").count(), 0);
    robot.act(Action::Undo).press("right").act(Action::Confirm).reads("undone: ");
    assert_eq!(last_entry(&robot), "undo");
    robot.act(Action::Redo).reads("redone: bookmark.add ");
    robot.act(Action::Redo).reads("there is nothing to redo");
    // The journal says what was undone, and what was brought back.
    let said = String::from_utf8_lossy(&beside(&case, &["journal"]).stdout).into_owned();
    assert!(said.contains("undo of bookmark.add ") && said.contains("redo of entry "), "{said}");
    // On the command line it is the same.
    assert_eq!(beside(&case, &["undo"]).status.code(), Some(0), "it is theirs");
    let refused = beside(&case, &["undo"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        refused.status.code() == Some(2) && said.contains("is not yours") && said.contains("--any"),
        "{said}"
    );
    assert!(beside(&case, &["undo", "--any"]).status.success());
    assert!(beside(&case, &["redo"]).status.success());
}

#[test]
fn a_note_and_its_tags_are_found_again() {
    let mut robot = Robot::open(fresh(), 120, 40);
    robot.act(Action::SearchOpen).write("\"Accepted password for deploy\"").act(Action::Confirm);
    robot.act(Action::Note).sees("Bookmark ").write("how did deploy get in?");
    robot.act(Action::NextRow).write("exfil, ir").act(Action::Confirm).reads("bookmarked ");
    robot.sees("● how did deploy get in? #exfil #ir");
    robot.act(Action::ClearSearch).act(Action::SearchOpen).write("tag:exfil").act(Action::Confirm);
    assert_eq!(robot.model().search.count, Some(1));
    robot.act(Action::Note).sees("how did deploy get in?").sees("exfil, ir");
    robot.act(Action::NextRow).act(Action::DeleteToStart).act(Action::Confirm).reads("bookmark updated:");
    robot.sees("#exfil");
}

#[test]
fn a_search_becomes_a_finding_that_lives_until_it_is_closed() {
    let mut robot = Robot::open(fresh(), 120, 40);
    robot.act(Action::SearchOpen).write("ip:203.0.113.77 outcome:success").act(Action::Confirm);
    robot.act(Action::NewFinding).act(Action::Confirm).reads("a finding needs a title");
    robot.write("Break-in through a guessed password").act(Action::NextRow).sees("this search: ");
    robot.act(Action::NextRow).press("left right right");
    robot.act(Action::Confirm).reads("finding created").sees("▲").sees("3 Findings 1");
    robot.act(Action::ClearSearch).act(Action::Findings).sees("Break-in through a guessed password");
    assert_eq!(robot.model().annotations.finding().map(|row| row.finding.severity.word()), Some("high"));
    robot.act(Action::NextState).reads("finding 1: state = acknowledged");
    robot.act(Action::Edit);
    for row in [4, 1] {
        for _ in 0..row {
            robot.act(Action::NextRow);
        }
        robot.write(if row == 4 { "grace" } else { "2026-03-09" });
    }
    robot.act(Action::Confirm).reads("owner = grace, due = 2026-03-09").sees("1 overdue").sees("! 1 d over");
    robot
        .act(Action::Note)
        .write("told the owner")
        .act(Action::Confirm)
        .reads("finding 1: note: told the owner");
    robot.act(Action::Open).sees("told the owner").sees("robot@test").act(Action::Back);
    robot.act(Action::ShowEvents);
    assert_eq!((robot.shown(), robot.model().search.text.as_str()), (Screen::Investigate, "finding:1"));
    assert_eq!(
        robot.model().search.count,
        Some(robot.model().annotations.finding().expect("it is selected").events)
    );
    robot.pane(Pane::Events).selected("203.0.113.77");
    robot
        .act(Action::Findings)
        .act(Action::CloseFinding)
        .act(Action::Confirm)
        .reads("enter a reason for closing it");
    robot.write("a test of ours").act(Action::NextRow).press("right").act(Action::Confirm);
    robot.reads("closed as legitimate: a test of ours");
    assert_eq!(robot.model().annotations.finding().map(|row| row.finding.state), Some(Status::Closed));
    robot.act(Action::NextState).reads("reopen it first").sees_no("overdue");
    robot.act(Action::CloseFinding).sees("Reopen finding 1").write("seen again").act(Action::Confirm);
    robot.reads("reopened: seen again").act(Action::Undo).reads("undone: finding 1: reopened");
    assert_eq!(robot.model().annotations.finding().map(|row| row.finding.state), Some(Status::Closed));
}

#[test]
fn more_events_are_put_into_a_finding() {
    let mut robot = Robot::open(fresh(), 80, 24);
    robot
        .act(Action::NewFinding)
        .write("One")
        .act(Action::Confirm)
        .reads("finding created")
        .act(Action::Down);
    robot.act(Action::NewFinding).act(Action::PreviousRow).sees("Add to").press("right");
    robot.sees("(x) finding 1: One").act(Action::Confirm).reads("finding 1: events added = 1");
    robot.act(Action::Findings);
    assert_eq!(robot.model().annotations.finding().map(|row| row.events), Some(2));
    robot.act(Action::Investigate).act(Action::SearchOpen).write("user:root").act(Action::Confirm);
    robot.act(Action::NewFinding).act(Action::PreviousRow).press("right").act(Action::Confirm);
    robot.reads("a search needs its own finding");
}

#[test]
fn an_export_begins_with_the_selected_finding() {
    let mut robot = Robot::open(fresh(), 80, 24);
    robot.act(Action::NewFinding).write("One").act(Action::Confirm).reads("finding created");
    robot
        .act(Action::Down)
        .act(Action::NewFinding)
        .write("Two")
        .act(Action::Confirm)
        .reads("finding created");
    robot.act(Action::Findings).act(Action::Last).act(Action::Export).sees(") finding 1: One");
    robot.act(Action::Cancel).act(Action::First).act(Action::Export).sees(") finding 2: Two");
}

#[test]
fn what_others_wrote_meanwhile_is_on_the_third_screen() {
    use vestigo::journal::{Actor, Annotation};
    use vestigo::record::{FixedClock, Timestamp};
    let mut robot = Robot::open(fresh(), 80, 24);
    robot.act(Action::Findings).sees("Nothing was noted yet");
    let hit = robot.model().list.row().expect("an event").hit;
    let event = robot.case().event_ref(&hit).expect("it can be read");
    let act = Annotation::AddBookmark { event, note: Some("by another".to_owned()), tags: Vec::new() };
    let (who, clock) = (Actor::new("ada", "elsewhere"), FixedClock(Timestamp::from_secs(1_773_100_900)));
    vestigo::case::annotate(
        robot.case().folder(),
        &[act],
        None,
        &who,
        &clock,
        vestigo::case::Watch::silent(),
    )
    .expect("nobody else writes");
    robot.act(Action::Investigate).act(Action::Findings).sees("by another");
    robot.act(Action::RemoveMark).reads("bookmark removed").sees("Nothing was noted yet");
}

#[test]
fn a_mark_on_changed_evidence_is_loud() {
    let mut robot = Robot::open(fresh(), 80, 24);
    robot.act(Action::Bookmark).reads("bookmarked ").sees_no("evidence trouble");
    forge(robot.case().folder(), |lines| {
        let mark = lines.iter_mut().find(|line| line["do"] == "bookmark.add").expect("it was just made");
        mark["what"]["hash"] = "0".repeat(64).into();
    });
    robot.act(Action::Findings).sees("! evidence trouble").sees("ORPHANED");
    robot.act(Action::Investigate).sees_no("●");
}

#[test]
fn findings_and_bookmarks_at_both_sizes() {
    let mut robot = Robot::open(fresh(), 120, 40);
    robot.act(Action::Bookmark).reads("bookmarked ").act(Action::Down);
    robot
        .act(Action::Note)
        .write("why at night?")
        .act(Action::NextRow)
        .write("ir")
        .act(Action::Confirm)
        .reads("marked");
    robot.act(Action::NewFinding).write("Cron at midnight").act(Action::Confirm).reads("finding created");
    robot.act(Action::SearchOpen).write("ip:203.0.113.77").act(Action::Confirm);
    robot.act(Action::NewFinding).screen("new_finding_120x40");
    robot.write("Password spraying, then a login that worked").act(Action::Confirm).reads("finding created");
    robot.act(Action::Findings).screen("findings_120x40");
    robot.resize(80, 24).screen("findings_80x24");
    robot.act(Action::Open).screen("finding_open_80x24").act(Action::Back);
    robot.act(Action::Edit).screen("finding_edit_80x24");
}
