//! Detection again: only what is new is looked at, and what is found is as if all had been.

use std::path::PathBuf;

use serde_json::Value;

use crate::env::TestEnv;

/// Sign-ins that fail, every two seconds, from one address: for so many users, from a minute
/// of 2 March on.
fn guesses(minute: u32, count: u32) -> String {
    let line = |number: u32| {
        let (minute, second) = (minute + number / 30, 2 * (number % 30));
        format!(
            "2026-03-02T03:{minute:02}:{second:02}Z web-01 sshd[811]: Failed password for user{} from 203.0.113.7 port 50122 ssh2\n",
            number % 12
        )
    };
    (0..count).map(line).collect()
}

/// Requests that look for files that nobody should see, one a minute.
fn requests(hour: u32) -> String {
    let paths = ["/", "/.git/config", "/view?file=../../../../etc/passwd", "/about", "/.env"];
    let line = |(minute, path): (usize, &&str)| {
        format!(
            "198.51.100.4 - - [02/Mar/2026:{hour:02}:{minute:02}:11 +0000] \"GET {path} HTTP/1.1\" 200 512 \"-\" \"Mozilla/5.0\"\n"
        )
    };
    paths.iter().enumerate().map(line).collect()
}

/// Five failures within a minute are one finding: parts of it lie in different files.
const CORRELATION: &str = "
title: Failed sign-in
name: failed_sign_in
id: 6c1bbd2c-2a5c-4b0e-9a5a-0d1d7c1f0a01
logsource: {category: authentication}
detection:
    selection: {event.outcome: failure}
    condition: selection
---
title: Many failed sign-ins
id: 6c1bbd2c-2a5c-4b0e-9a5a-0d1d7c1f0a02
level: medium
correlation:
    type: event_count
    rules: [failed_sign_in]
    group-by: [source.ip]
    timespan: 1m
    condition: {gte: 25}
";

/// What `detect --json` prints, without what depends on when something was found first.
fn found(env: &TestEnv, rules: &str) -> Vec<Value> {
    let mut found = env.run(&["--json", "detect", "--rules", rules]).ends(0).json();
    for finding in &mut found {
        let finding = finding.as_object_mut().expect("an object");
        finding.remove("finding");
        finding.remove("incident");
        finding.remove("query");
    }
    found.sort_by_key(|finding| finding["fingerprint"].to_string());
    found
}

/// What a run says of the events that it looked at.
fn looked(env: &TestEnv) -> String {
    let said = env.run(&["detect"]).ends(0).err;
    let (_, rest) = said.split_once("looked at ").expect("it says so");
    rest.split_once(';').expect("it goes on").0.to_owned()
}

/// The files in which results are kept.
fn kept(env: &TestEnv) -> Vec<PathBuf> {
    let folders = std::fs::read_dir(env.path("data/cache/results")).expect("results are kept");
    let folders = folders.map(|folder| folder.expect("it can be read").path());
    folders
        .flat_map(|folder| std::fs::read_dir(folder).expect("a folder"))
        .map(|file| file.expect("a file").path())
        .collect()
}

#[test]
fn parts_with_detection_in_between_and_a_late_file_find_what_all_at_once_does() {
    let parts = [guesses(10, 20), requests(5), guesses(11, 13), requests(1), guesses(2, 40)];
    let whole = TestEnv::new();
    let rules = whole.write("rules.yml", CORRELATION).to_string_lossy().into_owned();
    for (number, part) in parts.iter().enumerate() {
        whole.import(&whole.write(&format!("{number}.log"), part), &[]);
    }
    let expected = found(&whole, &rules);
    let of_rule = |finding: &&Value| finding["detector"].as_str().is_some_and(|name| name.ends_with("0a02"));
    assert_eq!(expected.iter().filter(of_rule).count(), 1, "the correlation spans two files");

    let env = TestEnv::new();
    for (number, part) in parts.iter().enumerate() {
        env.import(&env.write(&format!("{number}.log"), part), &[]);
        found(&env, &rules);
    }
    assert_eq!(found(&env, &rules), expected);
    kept(&env).iter().for_each(|file| std::fs::remove_file(file).expect("it is ours"));
    assert_eq!(found(&env, &rules), expected);
}

#[test]
fn a_run_looks_at_what_is_new() {
    let env = TestEnv::new();
    env.import(&env.write("a.log", guesses(10, 20)), &[]);
    assert_eq!(looked(&env), "20 events");
    assert_eq!(looked(&env), "20 events, none of them new");
    env.import(&env.write("b.log", requests(5)), &[]);
    assert_eq!(looked(&env), "25 events, 5 of them new");
    env.run(&["detect", "--only", "sigma"]).exits(0);
    assert_eq!(looked(&env), "25 events, none of them new");
}

#[test]
fn results_that_somebody_changed_are_not_used() {
    let env = TestEnv::new();
    env.import(&env.write("a.log", requests(5)), &[]);
    let first = env.run(&["--json", "detect"]).ends(0).json();
    assert!(!first.is_empty());
    for file in kept(&env) {
        let mut bytes = std::fs::read(&file).expect("it is there");
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        std::fs::write(&file, bytes).expect("it is ours");
    }
    assert_eq!(looked(&env), "5 events");
    for content in ["", "x", &"0".repeat(64)] {
        kept(&env).iter().for_each(|file| std::fs::write(file, content).expect("it is ours"));
        assert_eq!(looked(&env), "5 events");
    }
    assert_eq!(env.run(&["--json", "detect"]).ends(0).json(), first);
}

#[test]
fn numbers_of_detectors_are_kept_with_the_case() {
    let env = TestEnv::new();
    env.import(&env.write("a.log", guesses(10, 40)), &[]);
    let spraying = |env: &TestEnv| {
        let found = env.run(&["--json", "detect"]).ends(0).json();
        found.iter().filter(|finding| finding["detector"] == "behaviour:spraying").count()
    };
    let before = spraying(&env);
    assert_eq!(before, 1, "twelve users");
    let set =
        env.run(&["--json", "rules", "set", "spraying.users=50", "spraying.fast-users=50"]).ends(0).json();
    assert_eq!((&set[1]["number"], &set[1]["value"]), (&"spraying.users".into(), &50.0.into()));
    assert_eq!(spraying(&env), 0);
    let entry = env.run(&["--json", "journal"]).json();
    assert!(entry.iter().any(|entry| entry["do"] == "detector.set"), "{entry:?}");
    for wrong in ["spraying.users", "spraying.users=", "spraying.users=0", "none.users=1", "spraying.x=1"] {
        env.run(&["rules", "set", wrong]).exits(2);
    }
    env.run(&["rules", "set", "spraying.users=default", "spraying.fast-users=default"]).exits(0);
    assert_eq!(spraying(&env), before);
}
