//! The evidence on the screen: checked, and a checkpoint kept elsewhere.

use vestigo::case::verify;
use vestigo::journal::Checkpoint;
use vestigo::tui::Action;
use vestigo::verify::Depth;
use vestigo::verify::TrustInputs;

use crate::robot::{Robot, of};
use crate::trust::{append, finding};

fn fresh() -> vestigo::case::Case {
    of(&[("auth.log", include_bytes!("../../fixtures/auth.log"))])
}

#[test]
fn a_case_is_checked_with_one_key_and_says_what_that_does_not_show() {
    let mut robot = Robot::open(fresh(), 120, 40);
    robot.act(Action::Evidence).sees("not verified since it was opened").sees("Journal: 3 entries");
    robot.act(Action::Verify).reads("quick check: no damage found").sees("no damage found, quick check");
    robot
        .sees("quick check 00:00")
        .sees("not every byte; run it with --deep")
        .act(Action::VerifyDeep)
        .reads("every byte read: consistent");
    robot
        .sees("✓ every byte")
        .sees("consistent, every byte read")
        .sees("Not proven: That nothing was cut off or rolled back");
    robot.resize(80, 24).sees("consistent, every byte read").sees("Enter shows all");
    robot.act(Action::Open).act(Action::Last).sees("case.create").act(Action::Back);
}

#[test]
fn damage_is_named_and_stays_on_every_screen() {
    let mut robot = Robot::open(fresh(), 80, 24);
    let path = robot.case().folder().join("evidence/0001/content.zst");
    let mut bytes = std::fs::read(&path).expect("it is there");
    bytes[100] ^= 1;
    std::fs::write(&path, bytes).expect("it can be written");
    robot.act(Action::Evidence).act(Action::VerifyDeep).reads("1 place is damaged");
    robot.sees("damaged, every byte read").sees("evidence/0001/content.zst, frame 0");
    robot.act(Action::Investigate).sees("! evidence trouble");
}

#[test]
fn the_line_that_is_copied_is_an_anchor_that_the_case_extends() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut robot = Robot::open(fresh(), 80, 24);
    robot.configured(folder.path());
    robot
        .act(Action::Evidence)
        .act(Action::Anchor)
        .reads("written, signed by SHA256:")
        .sees("Keep this line")
        .act(Action::Back);
    let line = robot.copied().expect("it was copied").to_owned();
    robot.act(Action::Investigate).act(Action::Bookmark).reads("bookmarked ");
    let anchor = Checkpoint::find(&format!("ticket 4711: {line} (ada)")).expect("it is one").remove(0);
    let brought = TrustInputs { anchors: vec![("ticket".to_owned(), anchor)], ..TrustInputs::default() };
    let verdict = verify(robot.case().folder(), Depth::Quick, &brought, &|_, _| {}).expect("it is read");
    assert_eq!(
        (verdict.is_sound(), verdict.levels.consistent, verdict.levels.extends),
        (true, false, Some(true))
    );
}

#[test]
fn what_a_screen_shows_can_be_copied_there() {
    let mut robot = Robot::open(fresh(), 80, 24);
    robot.act(Action::Evidence).act(Action::Copy).reads("if the terminal allows it: the source's SHA-256");
    assert_eq!(robot.copied(), Some("6d0925ca427c80aa8727175f5d4d9ab5ef27b0d93fd23cee8da36b69cbf92fb6"));
    robot.act(Action::Findings).act(Action::Copy).reads("nothing is selected");
    robot
        .act(Action::Investigate)
        .act(Action::NewFinding)
        .write("One")
        .act(Action::Confirm)
        .reads("finding created");
    robot.act(Action::Findings).act(Action::Copy).reads("if the terminal allows it: the finding");
    assert_eq!(robot.copied(), Some("One"));
}

#[test]
fn what_others_wrote_unsigned_is_not_signed_and_stays_on_every_screen() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut robot = Robot::open(fresh(), 120, 40);
    robot.configured(folder.path());
    append(robot.case().folder(), "bob@forensics", "finding.add", &finding("planted"));
    robot.act(Action::Bookmark).reads("NOT SIGNED: entry 3 stands under no signature of the case");
    robot.sees("! evidence trouble").act(Action::Evidence).sees("NOT SIGNED: entry 3 stands under");
}

#[test]
fn a_source_is_read_otherwise_from_the_screen_and_that_is_taken_back() {
    let mut robot = Robot::open(fresh(), 120, 40);
    let span = |robot: &Robot| robot.model().case.sources[0].span().expect("it tells times");
    let before = span(&robot);
    robot.act(Action::Evidence).sees("Read with zone UTC.").act(Action::Reread).sees("Reread source ");
    for _ in 0.."UTC".len() {
        robot.act(Action::DeleteLeft);
    }
    robot.write("Mars").act(Action::Confirm).reads("`Mars` is not a zone");
    robot.act(Action::DeleteToStart).write("Asia/Tokyo").act(Action::Confirm);
    robot
        .reads("source 6d0925ca read with zone Asia/Tokyo (before: UTC)")
        .look()
        .reads("now read differently: 1 source");
    let nine_hours = |time: vestigo::record::Timestamp| time.plus(-9 * 3_600_000_000_000);
    assert_eq!(span(&robot), (nine_hours(before.0), nine_hours(before.1)));
    robot.sees("Read with zone Asia/Tokyo; since entry").act(Action::ShowEvents).sees("source:");
    robot.act(Action::Provenance).sees("Since entry").act(Action::Back);
    robot.act(Action::Undo).reads("undone: source").look().reads("now read differently: 1 source");
    assert_eq!(span(&robot), before);
}
