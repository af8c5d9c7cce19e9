//! The export dialog: from the key to a bundle that verifies.

use std::path::Path;

use vestigo::tui::Action;
use vestigo::verify::TrustInputs;

use crate::robot::{Robot, demo, of};

/// A case of its own, since an export is written into its journal.
fn fresh() -> vestigo::case::Case {
    of(&[("auth.log", include_bytes!("../../fixtures/auth.log"))])
}

fn type_path(robot: &mut Robot, rows: usize, path: &Path) {
    for _ in 0..rows {
        robot.act(Action::NextRow);
    }
    robot.act(Action::DeleteToStart).write(&path.to_string_lossy());
}

#[test]
fn one_key_and_enter_make_a_bundle_that_verifies() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("bundle.tar");
    let mut robot = Robot::open(fresh(), 120, 40);
    robot.configured(folder.path());
    robot.act(Action::SearchOpen).write("ip:203.0.113.77").act(Action::Confirm);
    robot.act(Action::Export).sees("Export evidence").sees("this search:").sees("one tar");
    type_path(&mut robot, 5, &out);
    robot.act(Action::Confirm).reads("y shows the line for your ticket");
    robot.act(Action::Copy).reads("if the terminal allows it: the line for your ticket");
    assert!(robot.copied().is_some_and(|line| line.contains(" sha-256 ")), "{:?}", robot.copied());
    let verdict =
        vestigo::export::verify_bundle(&out, &TrustInputs::default(), &|_, _| {}).expect("it is read");
    assert_eq!(verdict.damage, []);
    assert!(verdict.levels.signed.is_some());
}

#[test]
fn the_dialog_at_both_sizes() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut robot = Robot::open(demo(), width, height);
        robot.act(Action::Export).act(Action::NextRow).press("space");
        robot.sees("(x) whole files").screen(&format!("export_{width}x{height}"));
        robot.act(Action::Cancel).sees_no("Export evidence");
    }
}

#[test]
fn what_cannot_be_is_refused_where_it_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut robot = Robot::open(fresh(), 80, 24);
    robot.act(Action::Export).act(Action::NextRow).press("space").act(Action::NextRow);
    robot.write("user.name").act(Action::Confirm).reads("whole originals cannot be redacted");
    robot.act(Action::PreviousRow).press("space");
    type_path(&mut robot, 4, &folder.path().join("no/such/folder/x.tar"));
    robot.act(Action::Confirm).reads("there is no folder");
}

#[test]
fn what_has_to_be_told_of_an_export_is_read_in_full() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut robot = Robot::open(fresh(), 80, 24);
    robot.configured(folder.path());
    robot.act(Action::Export).act(Action::NextRow).act(Action::NextRow).write("user.name");
    robot.act(Action::NextRow).act(Action::NextRow).act(Action::NextRow).act(Action::DeleteToStart);
    robot
        .write(&folder.path().join("b.tar").to_string_lossy())
        .act(Action::Confirm)
        .reads("y shows the line");
    robot.sees("Exported, with warnings").sees("their bytes are withheld").act(Action::Down);
    robot.act(Action::Copy).reads("if the terminal allows it: the line for your ticket").act(Action::Back);
    robot.sees_no("Exported, with warnings");
}

#[test]
fn a_field_that_is_misspelt_is_not_exported_in_the_clear() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("c.tar");
    let mut robot = Robot::open(fresh(), 120, 40);
    robot.configured(folder.path());
    robot.act(Action::Export).act(Action::NextRow).act(Action::NextRow).write("user.nmae");
    robot.act(Action::NextRow).act(Action::NextRow).act(Action::NextRow).act(Action::DeleteToStart);
    robot.write(&out.to_string_lossy()).act(Action::Confirm).reads("there is no field `user.nmae`");
    assert!(!out.exists());
}

#[test]
fn the_configured_authority_and_the_typed_reason_count_on_the_screen_too() {
    let folder = tempfile::tempdir().expect("a folder");
    // Nobody listens there: that the authority was asked is told.
    std::fs::write(folder.path().join("config.toml"), "tsa = \"http://127.0.0.1:9/\"\n").expect("it is ours");
    let out = folder.path().join("bundle");
    let mut robot = Robot::open(fresh(), 120, 40);
    robot.configured(folder.path());
    robot.act(Action::Export).act(Action::NextRow).act(Action::NextRow).write("user.name");
    robot.act(Action::NextRow).write("data protection").act(Action::NextRow).press("space");
    robot.act(Action::NextRow).act(Action::DeleteToStart).write(&out.to_string_lossy());
    robot
        .act(Action::Confirm)
        .reads("shows the line for your ticket")
        .sees("Unanchored: the time-stamp authority");
    let redactions = std::fs::read_to_string(out.join("data/redactions.jsonl")).expect("it is redacted");
    assert!(redactions.contains("data protection"), "{redactions}");
    robot.act(Action::Back).act(Action::Evidence).act(Action::Anchor).reads("written, signed by SHA256:");
    robot.sees("unanchored: ");
}

#[test]
fn an_export_that_is_stopped_leaves_nothing_and_the_form_open() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("x.tar");
    let mut robot = Robot::open(fresh(), 120, 40);
    robot.configured(folder.path()).stopped();
    robot.act(Action::Export);
    type_path(&mut robot, 5, &out);
    robot.act(Action::Confirm).reads("stopped").sees("Export evidence");
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("it is there").flatten().collect();
    assert!(left.iter().all(|entry| entry.file_name() == "keys"), "{left:?}");
}
