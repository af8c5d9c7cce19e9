//! How well sources are understood: `status --quality`, and blocks that stand in a log twice.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::bundle::tool;
use crate::detect::python;
use crate::env::TestEnv;

/// A request a second, from a second on; `tail` is what stands behind the status.
fn requests(seconds: std::ops::Range<u32>, tail: &dyn Fn(u32) -> String) -> String {
    let line = |second: u32| {
        let (hour, minute, rest) = (second / 3_600, second / 60 % 60, second % 60);
        format!(
            "192.0.2.{} - - [02/Mar/2026:{hour:02}:{minute:02}:{rest:02} +0000] \"GET /page/{} HTTP/1.1\" 200 {}\n",
            second % 9 + 1,
            second % 40,
            tail(second)
        )
    };
    seconds.map(line).collect()
}

fn combined(second: u32) -> String {
    format!("{second} \"https://example.org/\" \"Mozilla/5.0\"")
}

/// Returns what `status --quality --json` says about the only source of a case.
fn quality(env: &TestEnv) -> Value {
    let mut sources = env.run(&["--json", "status", "--quality"]).ends(0).json();
    assert_eq!(sources.len(), 1);
    sources.remove(0)
}

#[test]
fn shares_own_fields_and_times_are_told_for_each_source() {
    let env = TestEnv::new();
    let mut log = String::new();
    for number in 0..100 {
        let mut object =
            json!({ "@timestamp": format!("2026-03-02T10:{:02}:00Z", number % 60), "note": "x" });
        if number < 50 {
            object["user.name"] = "ann".into();
            object["event.action"] = "read".into();
        }
        if number < 25 {
            object["source.ip"] = "192.0.2.1".into();
        }
        writeln!(log, "{object}").expect("it is a string");
    }
    env.import(&env.write("app.json", log), &[]);
    let found = quality(&env);
    let share = json!({ "time": 1.0, "actor": 0.5, "origin": 0.25, "action": 0.5, "outcome": 0.0 });
    assert_eq!((&found["events"], &found["share"]), (&100.into(), &share), "{found}");
    let own = found["own_fields"].as_array().expect("a list");
    assert!(own.contains(&json!({ "field": "json.note", "events": 100 })), "{found}");
    let time = &found["time"];
    assert_eq!((&time["steps_back"], &time["farthest_back"]), (&1.into(), &3540.0.into()), "{found}");
    assert_eq!(found["duplicates"], json!({ "repeated": 0, "elsewhere": 0 }));
    let text = env.run(&["status", "--quality"]).ends(0).text().to_owned();
    assert!(text.contains("1 event is earlier than the one before, by up to 59 minutes"), "{text}");
}

#[test]
fn fields_that_vanish_or_change_their_type_are_drift() {
    let env = TestEnv::new();
    let line = |number: u32| {
        let mut object = json!({ "@timestamp": format!("2026-03-02T10:00:00.{number:03}Z") });
        object["size"] = if number < 600 { number.into() } else { format!("{number} bytes").into() };
        if number < 500 {
            object["session"] = "s1".into();
        }
        format!("{object}\n")
    };
    env.import(&env.write("app.json", (0..1_000).map(line).collect::<String>()), &[]);
    let found = quality(&env);
    let drift = json!([
        { "field": "json.size", "change": "changes_type", "record": 600, "types": ["number", "text"] },
        { "field": "session.id", "change": "vanishes", "record": 499 },
    ]);
    assert_eq!(found["drift"], drift, "{found}");
    let text = env.run(&["status", "--quality"]).ends(0).text().to_owned();
    assert!(text.contains("size changes from number to text at record 600"), "{text}");
}

#[test]
fn times_that_are_inferred_say_what_was() {
    let env = TestEnv::new();
    let line =
        |minute: u32| format!("Mar  2 10:{minute:02}:00 web-01 sshd[811]: Server listening on :: port 22.\n");
    let log = env.write_at("auth.log", (0..30).map(line).collect::<String>(), 1_772_582_400);
    env.import(&log, &[]);
    let found = quality(&env);
    assert_eq!(found["time"]["inferred"], 30);
    assert_eq!(found["time"]["inferred_parts"], json!(["year", "zone"]));
    assert_eq!(found["time"]["zone"], "UTC");
}

#[test]
fn a_block_that_stands_in_a_log_twice_is_counted_and_found() {
    let env = TestEnv::new();
    let log = requests(0..400, &combined) + &requests(100..200, &combined) + &requests(400..500, &combined);
    env.import(&env.write("access.log", &log), &[]);
    assert_eq!(quality(&env)["duplicates"], json!({ "repeated": 100, "elsewhere": 0 }));
    let found = env.run(&["--json", "detect", "--only", "behaviour:repeated-block"]).ends(0).json();
    let found: Vec<&Value> = found.iter().filter(|found| found["detector"].is_string()).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((&found[0]["severity"], &found[0]["events"]), (&"medium".into(), &100.into()));
    let numbers = &found[0]["numbers"];
    assert_eq!((&numbers["original"], &numbers["place"]), (&100.0.into(), &400.0.into()));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/recompute/repeated-block.py");
    let name = "a_block_that_stands_in_a_log_twice_is_counted_and_found";
    if tool(name, Command::new("python3").arg("--version")).is_some() {
        let again: f64 = python(&script, &found[0].to_string()).trim().parse().expect("a number");
        assert!((again - numbers["score"].as_f64().expect("a score")).abs() < 1e-9, "{again} {numbers}");
    }
}

#[test]
fn ordinary_repetition_is_counted_and_no_finding() {
    let env = TestEnv::new();
    let twice = |log: String| log.lines().flat_map(|line| [line, "\n", line, "\n"]).collect::<String>();
    env.import(&env.write("access.log", twice(requests(0..300, &combined))), &[]);
    assert_eq!(quality(&env)["duplicates"]["repeated"], 300);
    let found = env.run(&["--json", "detect", "--only", "behaviour:repeated-block"]).ends(0).json();
    assert!(found.iter().all(|found| found["detector"].is_null()), "{found:?}");
}

#[test]
fn the_same_event_in_two_sources_is_said_of_both() {
    let env = TestEnv::new();
    env.import(&env.write("one.log", requests(0..60, &combined)), &[]);
    env.import(&env.write("other.log", requests(50..120, &combined)), &[]);
    let sources = env.run(&["--json", "status", "--quality"]).ends(0).json();
    let elsewhere: Vec<&Value> = sources.iter().map(|source| &source["duplicates"]["elsewhere"]).collect();
    assert_eq!(elsewhere, [10, 10]);
}
