//! What an investigator does and sees, told as stories.

use vestigo::record::TimeRange;
use vestigo::tui::{Action, Pane, Screen, Theme};

use crate::robot::{Robot, demo, hostile, of};

#[test]
fn the_first_screen_at_120_by_40() {
    Robot::open(demo(), 120, 40).screen("opened_120x40");
}

#[test]
fn the_first_screen_at_80_by_24() {
    Robot::open(demo(), 80, 24).screen("opened_80x24");
}

#[test]
fn the_first_screen_in_ascii() {
    let theme = Theme::builtin("mono").expect("it is built in").in_ascii();
    let mut robot = Robot::open_with(demo(), 80, 24, theme, None);
    assert!(robot.text().is_ascii());
    robot.screen("opened_ascii");
}

#[test]
fn the_first_screen_in_another_zone() {
    let zone = "Asia/Kolkata".parse().expect("it is in the database");
    let theme = Theme::builtin("default").expect("it is built in");
    let mut robot = Robot::open_with(demo(), 120, 40, theme, Some(zone));
    robot.screen("opened_in_kolkata");
    robot.act(Action::FlipZone).sees("Time UTC");
}

/// The path that the help's first steps tell, and the way from there to the oldest event.
fn login_after_the_spraying(width: u16, height: u16) -> Robot {
    let mut robot = Robot::open(demo(), width, height);
    robot.act(Action::Fields).act(Action::Down);
    robot.pane(Pane::Fields).selected("event.outcome:failure");
    robot.act(Action::Include).act(Action::NextField);
    robot.pane(Pane::Fields).selected("source.ip:203.0.113.77");
    robot.act(Action::Include).act(Action::PreviousField).act(Action::Exclude);
    robot.act(Action::Back).act(Action::Last);
    robot
}

#[test]
fn the_login_after_the_spraying_is_found_within_ten_keys() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut robot = login_after_the_spraying(width, height);
        robot.pane(Pane::Events).selected("Accepted password for deploy from 203.0.113.77");
        assert!(robot.keys() <= 10, "it took {} keys", robot.keys());
        robot.screen(&format!("login_after_the_spraying_{width}x{height}"));
    }
}

/// The keys of the walk in README, in the order in which it names them; anything
/// else is a value to go to.
fn keys_of_the_walk() -> Vec<String> {
    let text = include_str!("../../README.md");
    let from = text.find("2. **Did an attack succeed?**").expect("README walks by keys");
    let step = &text[from..from + text[from..].find("3. **When?**").expect("and goes on")];
    let words =
        regex::Regex::new(r"`([^`]+)`|\bEnter\b|\b203\.0\.113\.77\b").expect("the expression is right");
    words
        .captures_iter(step)
        .map(|found| found.get(1).unwrap_or(found.get(0).expect("it matched")).as_str().to_owned())
        .collect()
}

#[test]
fn the_walk_in_the_readme_works_key_for_key() {
    let mut robot = Robot::open(demo(), 80, 24);
    let steps = keys_of_the_walk();
    for (at, step) in steps.iter().enumerate() {
        let next = steps.get(at + 1).map(String::as_str);
        let selected = |robot: &Robot| robot.model().fields.pivot().expect("a value is selected");
        match step.as_str() {
            "Enter" => drop(robot.press("enter")),
            key if key.chars().count() == 1 => drop(robot.press(key)),
            "source.ip" => assert_eq!(selected(&robot).field, "source.ip", "where `l` leads"),
            // A value that Enter is pressed on is gone to; one that is named behind is where one is.
            value if next == Some("Enter") => {
                while selected(&robot).value != value {
                    robot.press("j");
                }
            }
            value => assert!(!value.is_empty()),
        }
    }
    robot.pane(Pane::Events).selected("Accepted password for deploy from 203.0.113.77");
}

#[test]
fn pivoting_on_an_address_keeps_the_time_window() {
    let mut robot = Robot::open(demo(), 120, 40);
    robot.act(Action::SearchOpen).write("event.action:ssh_login outcome:failure").act(Action::Confirm);
    robot.act(Action::Busiest).act(Action::ZoomSelection);
    let window = robot.model().search.scope.window;
    assert_ne!(window, TimeRange::ALL);
    robot.pane(Pane::Events).selected("203.0.113.77");
    robot.act(Action::Include);
    assert_eq!(robot.model().search.scope.window, window);
    robot.sees("source.ip:203.0.113.77").screen("pivot_on_address");
}

#[test]
fn every_event_is_reached_once_from_first_to_last_and_back() {
    let mut robot = Robot::open(demo(), 80, 24);
    let hit = |robot: &Robot| robot.model().list.row().map(|row| row.hit);
    let mut down = vec![hit(&robot)];
    loop {
        robot.act(Action::Down);
        if hit(&robot) == *down.last().expect("it has one") {
            break;
        }
        down.push(hit(&robot));
    }
    assert_eq!(Some(down.len() as u64), robot.model().search.count);
    robot.sees("2,759 of 2,759");
    let mut up = vec![hit(&robot)];
    for _ in 1..down.len() {
        robot.act(Action::Up);
        up.push(hit(&robot));
    }
    up.reverse();
    assert_eq!(up, down);
    robot.sees("1 of 2,759");
}

#[test]
fn the_last_event_is_the_first_in_the_other_order() {
    let mut robot = Robot::open(demo(), 80, 24);
    robot.act(Action::Last).sees("2,759 of 2,759");
    let last = robot.model().list.row().map(|row| row.hit);
    robot.act(Action::FlipOrder).reads("oldest first").sees("1 of 2,759");
    assert_eq!(robot.model().list.row().map(|row| row.hit), last);
}

#[test]
fn the_fields_stand_over_the_list_on_a_small_screen() {
    Robot::open(demo(), 80, 24).act(Action::Fields).screen("fields_80x24");
}

#[test]
fn an_event_is_told_in_full_with_where_it_lies() {
    let mut robot = login_after_the_spraying(80, 24);
    robot.act(Action::Open).screen("detail_80x24");
    robot.act(Action::Provenance).screen("provenance_80x24");
    robot.sees("auth.log").sees("✓ the frame").sees("The line has no year");
    robot.act(Action::Back).act(Action::CopyLine).reads("if the terminal allows it: the line");
    assert!(robot.copied().is_some_and(|line| line.contains("Accepted password for deploy")));
}

#[test]
fn a_mistake_in_a_query_is_pointed_at_with_a_hint() {
    let mut robot = Robot::open(demo(), 80, 24);
    robot.act(Action::SearchOpen).write("user.nam:alice").sees("^^^").sees("user.name");
    robot.screen("mistake_in_a_query");
    robot.act(Action::Confirm).reads("user.name").act(Action::Cancel).sees("all events");
}

#[test]
fn fields_and_values_are_completed() {
    let mut robot = Robot::open(demo(), 80, 24);
    robot.act(Action::SearchOpen).write("event.out").act(Action::Complete).write("fa");
    robot.sees("failure").screen("completing_a_value");
    robot.act(Action::Complete).act(Action::Confirm);
    assert_eq!(robot.model().search.text, "event.outcome:failure");
}

#[test]
fn nothing_found_is_a_statement() {
    let mut robot = Robot::open(demo(), 120, 40);
    robot.act(Action::SearchOpen).write("user.name:nobody-of-this-name").act(Action::Confirm);
    robot.sees("No event matches.").sees("2,759 events of 3 sources").screen("nothing_found");
    robot.act(Action::TrailBack).sees("1 of 2,759");
}

#[test]
fn the_timeline_is_walked_marked_and_zoomed() {
    let mut robot = Robot::open(demo(), 120, 40);
    robot.act(Action::PreviousPane).act(Action::PreviousPane).act(Action::Busiest).act(Action::Mark);
    robot.act(Action::BucketPrevious).act(Action::BucketPrevious).screen("timeline_marked");
    let brushed = robot.pane(Pane::Timeline).said();
    robot.act(Action::ZoomSelection);
    let window = robot.model().search.scope.window;
    assert_eq!(format!("{} {}", window.from, window.to), brushed);
    robot.screen("timeline_zoomed").act(Action::ZoomReset).sees("1 Mar 2026");
}

#[test]
fn the_gap_in_the_shop_s_logs_is_shown_and_named() {
    let mut robot = Robot::open(demo(), 120, 40);
    robot.sees("░").sees("1 gap: ");
    let chart = robot.model().timeline.chart.as_ref().expect("it was counted");
    let gaps: Vec<String> = chart
        .gaps
        .iter()
        .map(|gap| {
            let window = chart.window_of(&gap.buckets);
            format!("{} {}", window.from, window.to)
        })
        .collect();
    assert_eq!(gaps, ["2026-03-01T12:00:00.000000000Z 2026-03-01T15:00:00.000000000Z"]);
}

#[test]
fn hostile_lines_are_seen_and_do_nothing() {
    let mut robot = Robot::open(hostile(), 80, 24);
    robot.sees("␛]0;owned␇").screen("hostile_80x24");
    robot.act(Action::Last).act(Action::CopyLine).reads("copied to the clipboard");
    assert!(robot.copied().is_some_and(|line| line.contains("␛]0;owned␇") && !line.contains('\x1b')));
}

#[test]
fn the_sources_are_listed_with_how_they_were_read() {
    let mut robot = Robot::open(demo(), 120, 40);
    robot.act(Action::Evidence).sees("auth.log").sees("✓ nothing lost").screen("evidence_120x40");
    robot.act(Action::Down).act(Action::Back);
    assert_eq!(robot.shown(), Screen::Investigate);
}

#[test]
fn a_screen_of_a_later_version_says_so() {
    let mut robot = Robot::open(demo(), 80, 24);
    robot.act(Action::Audit).sees("not part of this version").act(Action::Investigate).sees("1 of 2,759");
}

#[test]
fn the_help_begins_with_first_steps_and_lists_the_keys_of_the_pane() {
    let mut robot = Robot::open(demo(), 80, 24);
    robot.act(Action::Help).sees("First steps").screen("help_80x24");
    robot.act(Action::Last).sees("Queries").act(Action::Back);
    assert!(!robot.left());
}

#[test]
fn an_action_is_found_by_typing_what_it_does() {
    let mut robot = Robot::open(demo(), 80, 24);
    robot.act(Action::Palette).write("oldest").screen("palette_80x24");
    robot.act(Action::Confirm).reads("oldest first");
}

#[test]
fn a_prefix_shows_what_may_follow() {
    let mut robot = Robot::open(demo(), 80, 24);
    robot.press("space").sees("Space …").screen("which_key_80x24");
    robot.press("esc").sees_no("Space …");
}

#[test]
fn a_terminal_that_is_too_small_says_what_it_needs() {
    let mut robot = Robot::open(demo(), 39, 9);
    robot.sees("vestigo needs 40x10");
    for (width, height) in [(1, 1), (40, 10), (0, 0), (300, 100), (100, 30), (99, 29)] {
        robot.resize(width, height);
    }
    robot.resize(80, 24).sees("1 of 2,759");
}

#[test]
fn leaving_takes_one_key_from_the_list_and_two_from_elsewhere() {
    let mut robot = Robot::open(demo(), 80, 24);
    robot.act(Action::Fields).act(Action::Back);
    assert!(!robot.left());
    robot.act(Action::Back);
    assert!(robot.left());
}

#[test]
fn an_empty_case_says_how_to_begin() {
    let mut robot = Robot::open(of(&[]), 80, 24);
    robot.sees("This case holds no evidence yet.").screen("empty_80x24");
}

#[test]
fn evidence_that_was_changed_is_not_shown_and_raises_an_alarm() {
    let lines =
        "203.0.113.9 - - [01/Mar/2026:10:00:00 +0000] \"GET / HTTP/1.1\" 200 12 \"-\" \"-\"\n".repeat(3);
    let case = of(&[("access.log", lines.as_bytes())]);
    let content = case.folder().join("evidence").join("0001").join("content.zst");
    let mut bytes = std::fs::read(&content).expect("the batch has content");
    let middle = bytes.len() / 3;
    bytes[middle] ^= 0x40;
    std::fs::write(&content, bytes).expect("it is ours");
    let mut robot = Robot::open(case, 80, 24);
    robot.sees("! evidence trouble").sees_no("✓ sealed").sees_no("GET /");
    robot.act(Action::Evidence).sees("access.log").screen("damaged_80x24");
}

#[test]
fn how_it_began_is_the_oldest_event_that_tells_a_time() {
    let mut log = String::new();
    for n in 0..90 {
        log.push_str(&format!(
            "192.0.2.7 - - [01/Mar/2026:10:{:02}:00 +0000] \"GET /{n} HTTP/1.1\" 200 5 \"-\" \"x\"\n",
            n % 60
        ));
    }
    let undated = "no time in this line\n".repeat(200);
    let case = of(&[("access.log", log.as_bytes()), ("notes.txt", undated.as_bytes())]);
    let mut robot = Robot::open(case, 80, 24);
    robot.act(Action::Last).reads("the last event with a time");
    let first = robot.model().list.row().expect("it has rows").hit;
    assert_eq!(first.time.map(|time| time.to_string()).as_deref(), Some("2026-03-01T10:00:00.000000000Z"));
    assert_eq!(robot.model().list.position(), Some(90));
    robot.act(Action::Last);
    assert_eq!(robot.model().list.position(), Some(290));
    robot
        .act(Action::FlipOrder)
        .reads("oldest first")
        .act(Action::First)
        .act(Action::Last)
        .reads("the last event with a time");
    assert_eq!(robot.model().list.position(), Some(90));
}
