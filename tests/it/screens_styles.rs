//! Focus, highlights, marks and overlays: what a screen says with its styles, and
//! that it says the same without them.

use vestigo::case::{Case, Watch, annotate};
use vestigo::journal::{Actor, Annotation};
use vestigo::record::{FixedClock, Timestamp};
use vestigo::tui::{Action, Theme};

use crate::env::NOW;
use crate::robot::{Robot, demo, of};
use crate::trust::{append, finding};

/// Creates a case of its own, because it is written into.
fn fresh() -> Case {
    of(&[("auth.log", include_bytes!("../../fixtures/auth.log"))])
}

fn theme(name: &str) -> Theme {
    Theme::builtin(name).expect("it is built in")
}

#[test]
fn the_first_screen_in_the_other_themes() {
    for name in ["light", "high-contrast"] {
        let mut robot = Robot::open_with(demo(), 80, 24, theme(name), None);
        robot.screen(&format!("opened_{name}"));
    }
}

#[test]
fn each_pane_shows_that_it_has_the_focus() {
    let mut robot = Robot::open(demo(), 120, 40);
    robot.act(Action::Fields).act(Action::Down).screen("focus_fields");
    robot.act(Action::Back).act(Action::PreviousPane).act(Action::PreviousPane).screen("focus_timeline");
    robot.act(Action::Back).act(Action::Open).act(Action::Down).screen("focus_detail");
}

#[test]
fn what_matches_is_highlighted_in_list_and_detail() {
    for name in ["default", "light"] {
        let mut robot = Robot::open_with(demo(), 80, 24, theme(name), None);
        robot.act(Action::SearchOpen).write("\"Accepted password\" AND user:deploy").act(Action::Confirm);
        robot.screen(&format!("match_{name}")).act(Action::Open).screen(&format!("match_detail_{name}"));
    }
}

#[test]
fn how_a_question_was_read_is_explained() {
    let mut robot = Robot::open(demo(), 80, 24);
    robot.act(Action::SearchOpen).write("user : root failed").act(Action::Confirm);
    robot.act(Action::Explain).screen("explained");
}

#[test]
fn marks_and_findings_in_the_light_theme() {
    let mut robot = Robot::open_with(fresh(), 80, 24, theme("light"), None);
    robot.act(Action::Bookmark).reads_notice().act(Action::Down);
    robot.act(Action::NewFinding).screen("new_finding_light");
    robot.write("Cron at midnight").act(Action::Confirm).screen("marked_light");
    robot.act(Action::Findings).act(Action::Edit).act(Action::NextRow).write("2026-03-09");
    robot.act(Action::Confirm).screen("overdue_light");
}

#[test]
fn a_note_is_written_in_a_form_that_says_what_is_wrong() {
    let mut robot = Robot::open(fresh(), 80, 24);
    robot.act(Action::Note).write("why at night?").act(Action::NextRow).write("ir").screen("note_form");
    robot.act(Action::Cancel);
    robot.act(Action::NewFinding).act(Action::Confirm).screen("note_without_title");
}

#[test]
fn what_another_wrote_is_undone_only_after_a_question() {
    let case = fresh();
    let mut robot = Robot::open(case.clone(), 80, 24);
    let hit = robot.model().list.row().expect("it has rows").hit;
    let event = case.event_ref(&hit).expect("it can be read");
    let mark = Annotation::AddBookmark { event, note: Some("theirs".to_owned()), tags: Vec::new() };
    let (ada, clock) = (Actor::new("ada", "elsewhere"), FixedClock(Timestamp::from_secs(NOW)));
    annotate(case.folder(), &[mark], None, &ada, &clock, Watch::silent()).expect("nobody else writes");
    robot.look().act(Action::Undo).screen("undo_question");
    robot.press("right").screen("undo_question_yes");
}

#[test]
fn a_source_is_read_otherwise_in_a_form() {
    let mut robot = Robot::open(fresh(), 80, 24);
    robot.act(Action::Evidence).act(Action::Reread).screen("reread_form");
    for _ in 0.."UTC".len() {
        robot.act(Action::DeleteLeft);
    }
    robot.write("Mars").act(Action::Confirm).screen("reread_form_wrong");
}

#[test]
fn evidence_that_was_checked_says_so_and_damage_is_loud() {
    let mut robot = Robot::open(fresh(), 80, 24);
    robot.act(Action::Evidence).act(Action::VerifyDeep).screen("checked");
    for name in ["default", "light"] {
        let mut robot = Robot::open_with(fresh(), 80, 24, theme(name), None);
        let path = robot.case().folder().join("evidence/0001/content.zst");
        let mut bytes = std::fs::read(&path).expect("it is there");
        bytes[100] ^= 1;
        std::fs::write(&path, bytes).expect("it can be written");
        robot.act(Action::Evidence).act(Action::VerifyDeep).screen(&format!("damage_{name}"));
        robot.act(Action::Investigate).screen(&format!("damage_elsewhere_{name}"));
    }
}

#[test]
fn what_is_not_signed_is_a_warning_on_every_screen() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut robot = Robot::open(fresh(), 80, 24);
    robot.configured(folder.path());
    append(robot.case().folder(), "bob@forensics", "finding.add", &finding("planted"));
    robot.act(Action::Bookmark).screen("not_signed");
    robot.act(Action::Evidence).screen("not_signed_evidence");
}

#[test]
fn a_checkpoint_is_shown_to_be_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    // Wide enough for the path of a temporary folder.
    let mut robot = Robot::open(fresh(), 160, 24);
    robot.configured(folder.path());
    robot.act(Action::Evidence).act(Action::Anchor).screen("checkpoint_kept");
}

/// Opens each screen and overlay that shows something with a hue, one after another.
fn each_screen(look: &mut dyn FnMut(&Robot)) {
    let mut robot = Robot::open(demo(), 120, 40);
    look(&robot);
    robot.act(Action::SearchOpen).write("\"Accepted password\" AND user:deploy");
    look(&robot);
    robot.act(Action::Confirm);
    look(&robot);
    robot.act(Action::Open);
    look(&robot);
    robot.act(Action::Provenance);
    look(&robot);
    robot.act(Action::Back).act(Action::Back).act(Action::Fields);
    look(&robot);
    robot.act(Action::Evidence);
    look(&robot);
    robot.act(Action::Help);
    look(&robot);
    robot.act(Action::Back).act(Action::Palette).write("oldest");
    look(&robot);
    robot.act(Action::Cancel).act(Action::Export);
    look(&robot);
    let mut robot = Robot::open(fresh(), 80, 24);
    robot.act(Action::Bookmark).reads_notice().act(Action::NewFinding);
    look(&robot);
    robot.write("One").act(Action::Confirm).reads_notice().act(Action::Findings);
    look(&robot);
}

#[test]
fn color_is_never_the_only_sign() {
    let (mono, light) = (theme("mono"), theme("light"));
    let mut seen = 0;
    each_screen(&mut |robot| {
        // The fill of a bar stands for its hue where there is none.
        let plain = |text: String| text.replace(|c| "▁▂▃▄▅▆▇▒·".contains(c), "█");
        assert_eq!(plain(robot.text_in(&mono)), plain(robot.text()));
        assert_eq!(robot.text_in(&light), robot.text());
        seen += 1;
    });
    assert_eq!(seen, 12);
}
