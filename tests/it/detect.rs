//! Detection: what rules and detectors find, in whatever order logs were imported.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::bundle::tool;
use crate::env::TestEnv;

/// The logs of the demo.
const DEMO: [(&str, &[u8]); 3] = [
    ("nginx-access.log", include_bytes!("../../fixtures/nginx-access.log")),
    ("auth.log", include_bytes!("../../fixtures/auth.log")),
    ("cloudtrail.json", include_bytes!("../../fixtures/cloudtrail.json")),
];

/// Failed sign-ins from one address, a second apart, and then one that succeeds.
fn attack(second: u32) -> String {
    let line = |second: u32, said: &str| {
        let (minute, second) = (second / 60, second % 60);
        format!(
            "2026-03-02T03:{minute:02}:{second:02}Z web-01 sshd[811]: {said} from 203.0.113.7 port 50122 ssh2\n"
        )
    };
    let failed = (0..12).map(|number| line(second + number, "Failed password for deploy"));
    failed.collect::<String>() + &line(second + 20, "Accepted password for deploy")
}

/// Requests, among them one that reads a file through a parameter.
fn requests() -> String {
    let line = |minute: u32, path: &str, status: u32| {
        format!(
            "198.51.100.4 - - [02/Mar/2026:02:{minute:02}:11 +0000] \"GET {path} HTTP/1.1\" {status} 512 \"-\" \"Mozilla/5.0\"\n"
        )
    };
    line(1, "/", 200) + &line(2, "/view?file=../../../../etc/passwd", 200) + &line(3, "/about", 200)
}

/// What `detect --json` prints in a case.
fn detect(env: &TestEnv, words: &[&str]) -> Vec<Value> {
    let words: Vec<&str> = ["--json", "detect"].into_iter().chain(words.iter().copied()).collect();
    env.run(&words).ends(0).json()
}

fn detectors(findings: &[Value]) -> Vec<&str> {
    findings.iter().filter_map(|finding| finding["detector"].as_str()).collect()
}

#[test]
fn every_canary_of_our_rules_is_judged_as_its_rule_says() {
    let env = TestEnv::new();
    let output = env.run(&["--json", "rules", "test"]);
    assert!(output.text().is_empty(), "{}", output.text());
    output.exits(0);
}

#[test]
fn there_are_enough_rules_and_each_says_what_to_do() {
    let env = TestEnv::new();
    let rules = env.run(&["--json", "rules", "list"]).ends(0).json();
    let of_sigma = |rule: &&Value| rule["id"].as_str().is_some_and(|id| id.starts_with("sigma:"));
    assert!(rules.iter().filter(of_sigma).count() >= 150);
    let mut ids: Vec<&Value> = rules.iter().map(|rule| &rule["id"]).collect();
    ids.sort_by_key(|id| id.to_string());
    ids.dedup();
    assert_eq!(ids.len(), rules.len(), "an id stands for one rule");
}

#[test]
fn what_is_found_does_not_depend_on_the_order_of_import() {
    let logs = [("auth.log", attack(0)), ("more.log", attack(120)), ("access.log", requests())];
    let found = |order: [usize; 3]| {
        let env = TestEnv::new();
        for number in order {
            let (name, content) = &logs[number];
            env.import(&env.write(name, content), &[]);
        }
        env.run(&["--json", "detect"]).ends(0).text().to_owned()
    };
    let first = found([0, 1, 2]);
    assert!(!first.is_empty());
    for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        assert_eq!(found(order), first, "{order:?}");
    }
}

#[test]
fn looking_again_changes_nothing_and_a_late_file_adds_to_what_was_found() {
    let env = TestEnv::new();
    env.import(&env.write("access.log", requests()), &[]);
    let first = detect(&env, &[]);
    assert!(!first.is_empty() && first.iter().all(|found| found["entity"]["source.ip"] == "198.51.100.4"));
    let entries = env.run(&["--json", "journal"]).json().len();
    assert_eq!(detect(&env, &[]), first);
    assert_eq!(env.run(&["--json", "journal"]).json().len(), entries, "nothing new is no entry");

    let attack = requests().lines().nth(1).expect("the second").replace(":02:02:", ":02:32:") + "\n";
    env.import(&env.write("late.log", attack), &[]);
    let second = detect(&env, &[]);
    let numbers = |found: &[Value]| found.iter().map(|found| found["finding"].clone()).collect::<Vec<_>>();
    assert_eq!(numbers(&second), numbers(&first));
    assert!(second.iter().all(|found| found["events"] == 2), "{second:?}");
}

#[test]
fn a_findings_query_shows_its_events_and_no_others() {
    let env = TestEnv::new();
    env.import(&env.write("auth.log", attack(0)), &[]);
    env.import(&env.write("access.log", requests()), &[]);
    let findings = detect(&env, &[]);
    assert!(!findings.is_empty());
    for finding in findings {
        let query = finding["query"].as_str().expect("a query");
        let shown = env.run(&["--json", "search", "--all", "--", query]).ends(0).json();
        assert_eq!(shown.len() as u64, finding["events"].as_u64().expect("a number"), "{finding}");
    }
}

#[test]
fn only_what_is_named_is_looked_for_and_a_severity_can_fail_the_command() {
    let env = TestEnv::new();
    env.import(&env.write("access.log", requests()), &[]);
    let all = detect(&env, &[]);
    let id = detectors(&all)[0].to_owned();
    assert_eq!(detectors(&detect(&env, &["--only", &id])), [id.as_str()]);
    env.run(&["detect", "--only", "sigma:none"]).exits(2);
    env.run(&["detect", "--set", "spraying.users=6"]).exits(0);
    for wrong in
        ["spraying.users", "spraying.users=x", "spraying.users=-5", "spraying.none=1", "none.users=1"]
    {
        env.run(&["detect", "--set", wrong]).exits(2);
    }
    env.run(&["detect", "--fail-on", "low"]).exits(1);
    env.run(&["detect", "--fail-on", "critical"]).exits(0);
}

#[test]
fn rules_of_a_folder_are_used_and_what_is_no_rule_is_named() {
    let env = TestEnv::new();
    env.import(&env.write("access.log", requests()), &[]);
    env.write(
        "rules/about.yml",
        "title: About\nid: 11111111-2222-4333-8444-555555555555\nlogsource: {category: webserver}\n\
         detection:\n  s:\n    cs-uri-stem|endswith: /about\n  condition: s\nlevel: low\n",
    );
    env.write("rules/broken.yml", "title: [\n");
    env.write("rules/binary.yml", [0xff, 0, 1, 0xfe]);
    env.write("rules/empty.yml", "");
    env.write("rules/deep.yml", "a: ".to_owned() + &"[".repeat(200_000));
    #[cfg(unix)]
    let fifo = Command::new("mkfifo").arg(env.path("rules/pipe.yml")).status();
    #[cfg(unix)]
    assert!(fifo.is_ok_and(|status| status.success()), "nobody writes into it, and nobody waits");
    let folder = env.path("rules").display().to_string();
    let output = env.run(&["--json", "detect", "--rules", &folder]).ends(0);
    assert!(detectors(&output.json()).contains(&"sigma:11111111-2222-4333-8444-555555555555"));
    for name in ["broken.yml", "binary.yml", "deep.yml", "empty.yml", "pipe.yml"] {
        assert!(output.err.contains(name), "{name}: {}", output.err);
    }
}

#[test]
fn the_doctor_says_which_rules_cannot_fire_and_why() {
    let env = TestEnv::new();
    env.import(&env.write("access.log", requests()), &[]);
    let rows = env.run(&["--json", "rules", "doctor"]).ends(0).json();
    let here = |word: &str| rows.iter().filter(|row| row["here"] == word).count();
    assert!(here("fires") >= 1 && here("cannot fire") >= 1, "{rows:?}");
    let source = rows.iter().find(|row| row["here"] == "cannot fire").expect("one");
    assert!(source["why"].as_str().is_some_and(|why| why.starts_with("no such logs")));
}

#[test]
fn every_score_can_be_computed_again_from_the_numbers_beside_it() {
    let env = TestEnv::new();
    let name = "every_score_can_be_computed_again_from_the_numbers_beside_it";
    if tool(name, Command::new("python3").arg("--version")).is_none() {
        return;
    }
    for (name, log) in DEMO {
        env.import(&env.write_at(name, log, 1_772_582_400), &[]);
    }
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/recompute");
    let findings = detect(&env, &[]);
    let mut detectors: BTreeSet<String> = BTreeSet::new();
    for finding in &findings {
        let detector = finding["detector"].as_str().expect("a detector");
        let name = detector.strip_prefix("behaviour:").unwrap_or("sigma").to_owned();
        let printed = python(&scripts.join(format!("{name}.py")), &finding.to_string());
        let score = finding["numbers"]["score"].as_f64().expect("a score");
        let again: f64 = printed.trim().parse().unwrap_or_else(|_| panic!("{name}: {printed}"));
        assert!((again - score).abs() <= 1e-9 * score.abs().max(1.0), "{name}: {again} {score}");
        detectors.insert(name);
    }
    assert!(detectors.len() >= 6, "{detectors:?}");
}

/// Runs a script on a text.
pub fn python(script: &Path, text: &str) -> String {
    let mut child = Command::new("python3")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is there");
    child.stdin.take().expect("it has one").write_all(text.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    String::from_utf8(output.stdout).expect("it prints a number")
}

#[test]
fn every_detector_has_a_script_that_computes_its_score() {
    let env = TestEnv::new();
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/recompute");
    for rule in env.run(&["--json", "rules", "list"]).ends(0).json() {
        if let Some(name) = rule["id"].as_str().and_then(|id| id.strip_prefix("behaviour:")) {
            let text = std::fs::read_to_string(scripts.join(format!("{name}.py"))).expect(name);
            assert!(text.lines().count() <= 20, "{name}");
        }
    }
}

#[test]
fn the_demo_is_one_incident_with_its_stages_and_nothing_else_is_above_low() {
    let env = TestEnv::new();
    for (name, log) in DEMO {
        env.import(&env.write_at(name, log, 1_772_582_400), &[]);
    }
    let findings = detect(&env, &[]);
    let serious = |finding: &&Value| !matches!(finding["severity"].as_str(), Some("low" | "info"));
    assert!(findings.iter().filter(serious).count() >= 4);
    assert!(findings.iter().filter(serious).all(|finding| finding["incident"] == 1), "{findings:?}");
    let incidents: BTreeSet<u64> =
        findings.iter().filter_map(|finding| finding["incident"].as_u64()).collect();
    assert_eq!(incidents.into_iter().collect::<Vec<_>>(), [1]);
    let guessed = findings.iter().find(|finding| finding["detector"] == "behaviour:guessed-password");
    let guessed = guessed.expect("the guessed password");
    assert_eq!((&guessed["severity"], &guessed["entity"]["user.name"]), (&"high".into(), &"deploy".into()));
}
