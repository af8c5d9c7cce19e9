//! What detectors found, on the screen: ranked, explained, judged.

use serde_json::{Value, json};
use vestigo::case::{Case, Watch, annotate};
use vestigo::journal::{Actor, Annotation, FindingVerdict, NewFinding};
use vestigo::record::{FixedClock, Timestamp};
use vestigo::tui::{Action, Pane, Screen};

use crate::robot::{Robot, of};

/// The source of the events.
const SOURCE: &str = "6d0925ca427c80aa8727175f5d4d9ab5ef27b0d93fd23cee8da36b69cbf92fb6";

/// A case of its own, since what is found is written into its journal.
fn fresh() -> Case {
    of(&[("auth.log", include_bytes!("../../fixtures/auth.log"))])
}

/// Makes a finding as a detector does: about whom, from when to when, by which records.
fn raised(
    title: &str,
    severity: &str,
    about: Value,
    span: [&str; 2],
    records: [u64; 2],
    said: Value,
) -> Annotation {
    let moment = |time: &str| format!("2026-03-02T{time}.000000000Z");
    let mut detected = json!({
        "fingerprint": title,
        "detector": "behaviour:made-up",
        "confidence": 0.9,
        "entity": about,
        "start": moment(span[0]),
        "end": moment(span[1]),
        "count": records[1] - records[0] + 1,
        "records": [{ "source": SOURCE, "ranges": [records] }],
    });
    let said = said.as_object().expect("it is an object").clone();
    detected.as_object_mut().expect("it is an object").extend(said);
    let finding = json!({ "title": title, "severity": severity, "detected": detected });
    Annotation::AddFinding(serde_json::from_value::<NewFinding>(finding).expect("it is a finding"))
}

/// A case with findings: three of one incident, and one more.
fn detected() -> Case {
    let case = fresh();
    let findings = [
        raised(
            "Passwords sprayed over many users, and one signed in",
            "critical",
            json!({ "source.ip": "203.0.113.77", "user.name": ["deploy", "root"], "host.name": "web-01" }),
            ["03:04:03", "03:12:09"],
            [128, 668],
            json!({
                "attack": ["T1110.003", "T1078"],
                "tactics": ["credential-access", "initial-access"],
                "why": "494 failed sign-ins for 32 users in 8 minutes, then one that succeeded.",
                "numbers": { "failures": 494.0, "users": 32.0, "score": 35.84, "rate": 0.05 },
                "advice": ["block", "Block the address, and change the password of deploy."],
            }),
        ),
        raised(
            "First use of sudo by deploy",
            "high",
            json!({ "user.name": "deploy", "host.name": "web-01" }),
            ["03:14:20", "03:14:20"],
            [672, 672],
            json!({
                "attack": ["T1548.003"],
                "tactics": ["privilege-escalation"],
                "why": "deploy never used sudo before.",
                "numbers": { "days": 2.0 },
            }),
        ),
        raised(
            "A user was added to a privileged group",
            "medium",
            json!({ "user.name": "deploy" }),
            ["03:16:30", "03:16:31"],
            [680, 682],
            json!({ "tactics": ["persistence"], "why": "svc-monitor is in sudo now.", "numbers": {} }),
        ),
        raised(
            "Passwords guessed without \u{1b}[31msuccess",
            "low",
            json!({ "source.ip": "198.51.100.34\u{202e}" }),
            ["02:06:23", "04:03:00"],
            [20, 27],
            json!({ "why": "8 failures in two hours.", "numbers": { "failures": 8.0 } }),
        ),
    ];
    let (who, clock) = (Actor::new("robot", "test"), FixedClock(Timestamp::from_secs(1_773_100_800)));
    annotate(case.folder(), &findings, None, &who, &clock, Watch::silent()).expect("nobody else writes");
    case.reread().expect("its journal is whole")
}

fn verdict(robot: &Robot, number: u64) -> Option<FindingVerdict> {
    let notes = robot.model().annotations.loaded.as_ref().expect("they were read");
    notes.findings.iter().find(|row| row.finding.number == number).expect("it exists").finding.verdict
}

fn selected(robot: &Robot) -> Option<u64> {
    robot.model().anomaly().map(|row| row.finding.number)
}

#[test]
fn what_detectors_found_is_ranked_and_explained_at_both_sizes() {
    let mut robot = Robot::open(detected(), 120, 40);
    robot.sees("2 Anomalies 3▲").act(Action::Anomalies).screen("anomalies_120x40");
    robot.resize(80, 24).screen("anomalies_80x24");
    robot.act(Action::Open).screen("anomaly_why_80x24").act(Action::Back);
    robot.act(Action::Last).sees("Passwords guessed without ␛[31msuccess").sees("198.51.100.34<U+202E>");
}

#[test]
fn the_events_behind_a_finding_are_one_key_away() {
    let mut robot = Robot::open(detected(), 120, 40);
    robot.act(Action::Anomalies).act(Action::ShowEvents);
    assert_eq!((robot.shown(), robot.model().search.text.as_str()), (Screen::Investigate, "finding:1"));
    assert_eq!(robot.model().search.count, Some(541));
    // The login stays selected, the last of the spraying.
    robot.act(Action::ClearSearch).act(Action::AnomalyNext).reads("finding 2: First use of sudo");
    robot.pane(Pane::Events).selected("sudo");
    robot.act(Action::AnomalyNext).reads("finding 3: A user was added");
    robot.act(Action::AnomalyNext).reads("no open anomaly began later");
    robot.act(Action::AnomalyPrevious).reads("finding 2: ");
}

#[test]
fn a_verdict_is_one_key_and_taken_back_with_another() {
    let mut robot = Robot::open(detected(), 120, 40);
    robot
        .act(Action::Anomalies)
        .act(Action::TruePositive)
        .reads("finding 1: verdict = true-positive-with-impact");
    assert_eq!(selected(&robot), Some(1), "it is still to be worked on");
    robot.act(Action::TruePositive).reads("finding 1 is judged true-positive-with-impact already");
    robot.act(Action::FalsePositive).reads("finding 1: verdict = false-positive").sees("JUDGED").sees("2▲");
    assert_eq!(selected(&robot), Some(2));
    robot.act(Action::Undo).reads("undone: finding 1").sees_no("JUDGED");
    assert_eq!(verdict(&robot, 1), Some(FindingVerdict::TrueWithImpact));
    robot.act(Action::Benign).reads("finding 2: verdict = legitimate");
    robot.act(Action::Remediate).sees("▸ Owner").write("grace").act(Action::Confirm).reads("owner = grace");
    robot.act(Action::Note).write("asked them").act(Action::Confirm).reads("note: asked them");
    robot.sees("asked them").act(Action::Copy).reads("the finding").act(Action::Export);
    robot.sees(") finding ").act(Action::Cancel).act(Action::Findings).act(Action::Last).act(Action::Open);
    robot.sees("raised by  behaviour:made-up");
}

#[test]
fn detection_is_run_from_the_screen_and_says_what_it_could_not_look_for() {
    let mut robot = Robot::open(fresh(), 80, 24);
    // The first time, it looks by itself.
    robot.act(Action::Anomalies).reads(" new, 0 changed").sees(" looked · ").sees("could not (d)");
    robot.act(Action::NotEvaluated).sees("Detectors that could not be evaluated").act(Action::Back);
    let found = robot.model().anomalies.len();
    assert!(found > 0 && robot.model().anomalies.running.is_none());
    robot.act(Action::Detect).reads(": 0 new, 0 changed");
    assert_eq!(robot.model().anomalies.len(), found);
    robot.look().reads("0 new");
}

#[test]
fn the_intrusion_of_the_demo_is_told_in_eight_keys() {
    let case = of(&[
        ("nginx-access.log", include_bytes!("../../fixtures/nginx-access.log")),
        ("auth.log", include_bytes!("../../fixtures/auth.log")),
        ("cloudtrail.json", include_bytes!("../../fixtures/cloudtrail.json")),
    ]);
    let mut robot = Robot::open(case, 120, 40);
    // Who, from where, and when: the first finding is selected.
    robot
        .press("2")
        .reads("18 new")
        .sees("Password guessed")
        .sees("203.0.113.77, deploy")
        .sees("02 Mar 03:04");
    // What was taken, and what was hidden: further down in the same incident.
    for _ in 0..6 {
        robot.press("j");
    }
    robot.sees("IAM access key created").sees("Far more data went out");
    assert!(robot.keys() <= 8, "{}", robot.keys());
}
