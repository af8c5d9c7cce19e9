//! A source that was imported in the wrong zone, year, host or format is read
//! otherwise later: as if it had been imported so, and reversibly.

use proptest::prelude::*;
use serde_json::{Value, json};
use vestigo::case::{Case, Watch, annotate};
use vestigo::journal::{Actor, Annotation};
use vestigo::record::{FixedClock, Timestamp};

use crate::custody::copy_folder;
use crate::env::{NOW, TestEnv};

const AUTH: &[u8] = include_bytes!("../../fixtures/auth.log");
const ACCESS: &[u8] = include_bytes!("../../fixtures/nginx-access.log");

/// A case with a log that tells no zone, imported with the wrong one, and another log.
fn wrong() -> (TestEnv, String) {
    let env = TestEnv::new();
    let rows = env.import(&env.write("auth.log", AUTH), &["--zone", "America/New_York"]);
    env.import(&env.write("access.log", ACCESS), &[]);
    let id = rows[0]["source"].as_str().expect("it was imported").to_owned();
    (env, id)
}

/// Every event as it is printed, but for by what it is read.
fn events(env: &TestEnv) -> Vec<Value> {
    let mut events = env.events("*");
    for event in &mut events {
        event.as_object_mut().expect("an event is an object").remove("vestigo.reread");
    }
    events
}

/// What a fresh case has of a log that is imported with these words.
fn fresh(name: &str, content: impl AsRef<[u8]>, words: &[&str]) -> Vec<Value> {
    let env = TestEnv::new();
    env.import(&env.write(name, content), words);
    events(&env)
}

#[test]
fn a_wrong_zone_is_put_right_and_taken_back() {
    let (env, id) = wrong();
    let before = env.events("*");
    let said = env.run(&["--json", "source", "reread", &id[..8], "--utc"]).ends(0).json().remove(0);
    assert_eq!(said["change"], json!([{ "what": "zone", "before": "America/New_York", "now": "UTC" }]));
    let after = env.events("*");
    let ids = |events: &[Value]| {
        let mut ids: Vec<String> = events.iter().map(|event| event["id"].to_string()).collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(&before), ids(&after));
    let touched = |event: &&Value| event["vestigo.source"] == id.as_str();
    assert!(after.iter().filter(touched).all(|event| event["vestigo.reread"] == said["entry"]));
    assert!(after.iter().filter(|event| !touched(event)).all(|event| event.get("vestigo.reread").is_none()));
    let only = events(&env).into_iter().filter(|event| event["vestigo.source"] == id.as_str());
    assert_eq!(only.collect::<Vec<_>>(), fresh("auth.log", AUTH, &[]));
    let verdict = env.run(&["--json", "verify", "--deep"]).ends(0).json().remove(0);
    assert_eq!(verdict["notes"], json!([]), "the index is as the evidence is read");
    env.run(&["undo"]).exits(0);
    assert_eq!(env.events("*"), before);
    env.run(&["redo"]).exits(0);
    assert_eq!(env.events("*"), after);
}

#[test]
fn an_index_from_before_answers_nothing() {
    let (env, id) = wrong();
    copy_folder(&env.path("case/index"), &env.path("old"));
    env.run(&["source", "reread", &id[..8], "--utc"]).exits(0);
    let after = env.events("*");
    std::fs::remove_dir_all(env.path("case/index")).unwrap();
    copy_folder(&env.path("old"), &env.path("case/index"));
    assert_eq!(env.events("*"), after);
}

#[test]
fn only_the_rows_of_the_batch_that_is_read_otherwise_are_made_again() {
    let (env, id) = wrong();
    let segments = || -> Vec<String> {
        let meta: Value =
            serde_json::from_slice(&std::fs::read(env.path("case/index/meta.json")).unwrap()).unwrap();
        let meta: Value = serde_json::from_str(meta["payload"].as_str().unwrap()).unwrap();
        let file = |batch: &Value| batch["segments"][0]["id"].as_str().unwrap().to_owned();
        meta["batches"].as_array().unwrap().iter().map(file).collect()
    };
    let before = segments();
    env.run(&["source", "reread", &id[..8], "--zone", "+05:30"]).exits(0);
    let after = segments();
    assert_ne!(before[0], after[0]);
    assert_eq!(before[1], after[1]);
}

#[test]
fn the_line_of_a_duplicate_says_how_to_have_it_read_as_wanted() {
    let (env, id) = wrong();
    let rows = env.import(&env.path("auth.log"), &["--zone", "UTC", "--year", "2025"]);
    let reason = rows[0]["reason"].as_str().unwrap();
    let wanted = format!(
        "read with zone America/New_York, year none; to read it as you say: vestigo source reread {} --zone UTC --year 2025",
        &id[..8]
    );
    assert!(reason.contains(&wanted), "{reason}");
    env.run(&["source", "reread", &id[..8], "--zone", "UTC", "--year", "2025"]).exits(0);
    let rows = env.import(&env.path("auth.log"), &["--zone", "UTC", "--year", "2025"]);
    assert!(!rows[0]["reason"].as_str().unwrap().contains("reread"), "{}", rows[0]);
}

#[test]
fn the_zone_of_a_source_is_not_that_of_the_case() {
    let (env, _) = wrong();
    let status = env.run(&["--json", "status"]).ends(0).json().remove(0);
    assert_eq!(status["zone"], "UTC");
}

#[test]
fn a_clock_that_was_wrong_is_corrected_and_each_time_says_so() {
    let env = TestEnv::new();
    env.import(&env.write("access.log", ACCESS), &[]);
    let times = |events: &[Value]| -> Vec<Timestamp> {
        events.iter().map(|event| event["@timestamp"].as_str().unwrap().parse().unwrap()).collect()
    };
    let before = times(&env.events("*"));
    env.run(&["source", "set-clock", "access.log", "-1h30m"]).exits(0);
    let after = env.events("*");
    assert!(after.iter().all(|event| event["vestigo.time.basis"] == "clock"), "{}", after[0]);
    let moved: Vec<Timestamp> = before.iter().map(|time| time.plus(-5_400_000_000_000)).collect();
    assert_eq!(times(&after), moved);
    env.run(&["source", "reread", "access.log", "--host", "web-07"]).exits(0);
    assert_eq!(times(&env.events("host.name:web-07")), moved, "another correction leaves the clock");
    env.run(&["source", "set-clock", "access.log", "0s"]).exits(0);
    assert_eq!(times(&env.events("*")), before);
}

#[test]
fn nonsense_is_refused_and_changes_nothing() {
    let (env, id) = wrong();
    let journal = || std::fs::read(env.path("case/journal.jsonl")).unwrap();
    let (before, id) = (journal(), &id[..8]);
    for words in [
        vec!["source", "reread", id, "--year", "99999"],
        vec!["source", "reread", id, "--year", "abc"],
        vec!["source", "reread", id, "--zone", "Mars/Olympus"],
        vec!["source", "reread", id, "--format", "no.such"],
        vec!["source", "reread", id],
        vec!["source", "reread", id, "--zone", "America/New_York"],
        vec!["source", "reread", "ffffffff", "--utc"],
        vec!["source", "set-clock", id, "37"],
        vec!["source", "set-clock", id, "0s"],
        vec!["source", "set-clock", id, "+99999d"],
    ] {
        env.run(&words).exits(2);
    }
    assert_eq!(journal(), before);
    let path = env.path("access.log").to_string_lossy().into_owned();
    env.run(&["import", &path, "--year", "99999"]).exits(2);
    env.run_bare(&["vestigo", "normalise", &path, "--year", "-5"]).exits(2);
}

#[test]
fn a_bundle_says_how_its_records_are_read_and_proves_it() {
    let (env, id) = wrong();
    env.run(&["source", "reread", &id[..8], "--utc", "--host", "web-07"]).exits(0);
    env.run(&["source", "set-clock", &id[..8], "+37s"]).exits(0);
    let bundle = env.path("bundle").to_string_lossy().into_owned();
    let query = "source.ip:203.0.113.77 AND @timestamp>=2026-03-02T03:10";
    env.run(&["export", "--query", query, "--out", &bundle]).exits(0);
    let verified = env.run_bare(&["vestigo", "--json", "verify", &bundle]).ends(0).json().remove(0);
    assert_eq!(verified["damage"], json!([]));
    let covered: Value =
        serde_json::from_slice(&std::fs::read(env.path("bundle/data/coverage.json")).unwrap()).unwrap();
    let row = covered["sources"].as_array().unwrap().iter().find(|row| row["source"] == id.as_str()).unwrap();
    assert_eq!(row["plan"]["zone"], "UTC");
    assert!(row["reread"].is_u64());
    let report = std::fs::read_to_string(env.path("bundle/data/report.html")).unwrap();
    assert!(report.contains("read otherwise than at its import") && report.contains("clock +37s"));
    assert!(env.run(&["replay", &bundle]).ends(0).text().contains("same"));
    // Whoever redacts what the entry tells leaves it out: what follows from it is open, not wrong.
    let redacted = env.path("redacted").to_string_lossy().into_owned();
    env.run(&["export", "--query", "source.ip:203.0.113.77", "--redact", "host.name", "--out", &redacted])
        .exits(0);
    let verified = env.run_bare(&["vestigo", "--json", "verify", &redacted]).ends(0).json().remove(0);
    assert_eq!(verified["damage"], json!([]));
    env.run(&["source", "reread", &id[..8], "--zone", "Asia/Tokyo"]).exits(0);
    let differs = env.run(&["replay", &bundle]).ends(1);
    assert!(differs.text().contains("is parsed with other settings"), "{}", differs.text());
}

#[test]
fn a_bundle_of_another_case_differs_for_that_reason_alone() {
    let (env, _) = wrong();
    env.run(&["finding", "add", "Spraying", "--query", "ip:203.0.113.77"]).exits(0);
    let bundle = env.path("bundle").to_string_lossy().into_owned();
    env.run(&["export", "--finding", "1", "--out", &bundle]).exits(0);
    let other = TestEnv::new();
    other.import(&other.write("access.log", ACCESS), &[]);
    let why = other.run(&["--json", "replay", &bundle]).ends(1).json().remove(0)["why"].clone();
    let why = why.as_array().unwrap();
    assert!(
        why.len() == 1 && why[0].as_str().unwrap().starts_with("The bundle is from another case"),
        "{why:?}"
    );
}

#[test]
fn a_copy_brings_its_readings_along_also_of_a_source_that_comes_later() {
    let (env, id) = wrong();
    copy_folder(&env.path("case"), &env.path("copy"));
    let copy = env.path("copy").to_string_lossy().into_owned();
    env.run_bare(&["vestigo", "--case", &copy, "source", "reread", &id[..8], "--utc"]).exits(0);
    env.run(&["journal", "merge", &copy]).exits(0);
    let wanted = fresh("auth.log", AUTH, &[]);
    let of = |env: &TestEnv| -> Vec<Value> {
        events(env).into_iter().filter(|event| event["vestigo.source"] == id.as_str()).collect()
    };
    assert_eq!(of(&env), wanted);
    let later = TestEnv::new();
    later.import(&later.write("access.log", ACCESS), &[]);
    later.run(&["journal", "merge", "--adopt", &copy]).exits(0);
    later.import(&later.write("auth.log", AUTH), &[]);
    assert_eq!(of(&later), wanted);
    let verdict = later.run(&["--json", "verify", "--deep"]).ends(0).json().remove(0);
    assert_eq!(verdict["notes"], json!([]));
}

#[test]
fn an_entry_that_cannot_be_followed_is_told_and_passed_over() {
    let (env, id) = wrong();
    let before = env.events("*");
    let case = Case::open(&env.path("case"), &Actor::new("tester", "here")).unwrap();
    let row = case.store().row(case.locate(&id.parse().unwrap()).unwrap()).clone();
    for change in [json!({ "format": "of.the.future" }), json!({ "framing": "json" }), json!({ "zone": 7 })] {
        let mut plan = row.plan.clone();
        plan.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let gives = json!({ "format": "x", "unparsed": 0, "first": 0, "last": 0,
            "time": { "explicit": 0, "inferred": 0, "ambiguous": 0, "none": 0, "future": 0 } });
        let act = Annotation::Reread { source: id.clone(), change: Vec::new(), plan, gives };
        let clock = FixedClock(Timestamp::from_secs(NOW));
        annotate(&env.path("case"), &[act], None, &Actor::new("tester", "here"), &clock, Watch::silent())
            .unwrap();
        let output = env.run(&["--json", "search", "--all", "--order", "oldest", "*"]).ends(0);
        assert_eq!(output.json(), before);
        assert!(output.err.contains("in a way that this vestigo does not know"), "{}", output.err);
    }
}

/// Lines of a log without years, from one moment on, some a little out of order.
fn long_log() -> impl Strategy<Value = String> {
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    (0..12_usize, 1..30_usize, 20..200_usize).prop_map(move |(month, step, lines)| {
        let mut text = String::new();
        for n in 0..lines {
            let day = n * step / 2;
            let (month, day) = (months[(month + day / 28) % 12], day % 28 + 1);
            text.push_str(&format!("{month} {day:2} 10:{:02}:00 web-01 sshd[{n}]: Failed password for root from 203.0.113.7 port {n} ssh2\n", n % 60));
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn read_otherwise_is_read_as_if_imported_so(
        content in long_log(),
        zone in prop::sample::select(vec!["UTC", "Asia/Kolkata", "-08:00"]),
        year in prop::option::of(2019..2027_i32),
        host in prop::option::of("[a-z]{3,8}"),
        format in prop::option::of(prop::sample::select(vec!["syslog.rfc3164", "nginx.access"])),
    ) {
        let mut words = vec!["--zone".to_owned(), zone.to_owned()];
        words.extend(year.iter().flat_map(|year| ["--year".to_owned(), year.to_string()]));
        words.extend(host.iter().flat_map(|host| ["--host".to_owned(), host.clone()]));
        words.extend(format.iter().flat_map(|format| ["--format".to_owned(), (*format).to_owned()]));
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let right = TestEnv::new();
        let imported = right.import(&right.write("auth.log", &content), &words);
        let env = TestEnv::new();
        env.import(&env.write("auth.log", &content), &["--zone", "America/New_York", "--host", "wrong"]);
        let mut said = vec!["source", "reread", "auth.log"];
        said.extend(&words);
        if host.is_none() {
            said.extend(["--host", "auto"]);
        }
        env.run(&said).exits(0);
        prop_assert_eq!(events(&env), events(&right));
        let row = env.run(&["--json", "source", "list"]).ends(0).json().remove(0);
        for name in ["format", "unparsed", "first", "last", "time"] {
            prop_assert_eq!(&row[name], &imported[0][name], "{}", name);
        }
    }
}
