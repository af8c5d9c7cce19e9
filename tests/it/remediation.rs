//! Remediation: from a finding to a fix that the logs prove, and back when it recurs.

use serde_json::Value;

use crate::env::TestEnv;

/// One sign-in an hour that succeeds, from within, on each of these days of January 2026
/// and after it (day 32 is the first of February).
fn usual(days: std::ops::Range<u32>) -> String {
    let line = |day: u32, hour: u32| {
        let (date, minute) = (date(day), (day * 7 + hour * 13) % 60);
        format!(
            "{date}T{hour:02}:{minute:02}:11Z web-01 sshd[{}]: Accepted publickey for ada from 10.0.0.8 port 50{minute:02} ssh2\n",
            1000 + day
        )
    };
    days.flat_map(|day| (0..24).map(move |hour| line(day, hour))).collect()
}

/// Twelve failed sign-ins of one address and one that succeeds, on a day at three.
fn attack(day: u32) -> String {
    let line = |second: u32, said: &str| {
        format!(
            "{}T03:00:{second:02}Z web-01 sshd[811]: {said} for deploy from 203.0.113.7 port 50122 ssh2\n",
            date(day)
        )
    };
    let failed: String = (0..12).map(|second| line(second, "Failed password")).collect();
    failed + &line(20, "Accepted password")
}

fn date(day: u32) -> String {
    if day <= 31 { format!("2026-01-{day:02}") } else { format!("2026-02-{:02}", day - 31) }
}

/// The lines of logs in the order of time.
fn in_order(logs: &[String]) -> String {
    let mut lines: Vec<&str> = logs.iter().flat_map(|log| log.lines()).collect();
    lines.sort_unstable();
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn import(env: &TestEnv, name: &str, text: &str) {
    env.import(&env.write(name, text), &[]);
}

/// A case with attacks every other day until the fix on 15 January, and quiet days after it
/// until a day. Returns the number of the first finding of guessed passwords.
fn fixed(env: &TestEnv, until: u32) -> u64 {
    let attacks: Vec<String> = (1..15).step_by(2).map(attack).collect();
    import(env, "before.log", &in_order(&[vec![usual(1..15)], attacks].concat()));
    import(env, "after.log", &usual(15..until));
    env.run(&["detect"]).exits(0);
    let findings = env.run(&["--json", "finding", "list"]).ends(0).json();
    let guessed = findings.iter().find(|finding| finding["detector"] == "behaviour:guessed-password");
    let number = guessed.and_then(|finding| finding["finding"].as_u64()).expect("the password was guessed");
    let text = number.to_string();
    let claim = ["finding", "set", &text, "--state", "fix-claimed", "--fixed-at", "2026-01-15T00:00:00Z"];
    env.run(&claim).exits(0);
    number
}

fn prove(env: &TestEnv, number: u64) -> Value {
    let words = ["--json", "finding", "verify", &number.to_string(), "--dry-run"];
    env.run(&words).json().remove(0)
}

fn state(env: &TestEnv, number: u64) -> Value {
    let shown = env.run(&["--json", "finding", "show", &number.to_string()]).ends(0).json();
    shown[0]["state"].clone()
}

fn missing(proof: &Value) -> String {
    proof["missing"].to_string()
}

#[test]
fn a_fix_is_verified_once_the_logs_prove_it() {
    let env = TestEnv::new();
    let number = fixed(&env, 33);
    let proof = prove(&env, number);
    assert_eq!(proof["proved"], true, "{proof}");
    assert_eq!(proof["proof"]["hits"], 0);
    assert_eq!(proof["proof"]["occurrences"], 7);
    // Seven in fourteen days, and eighteen days without one.
    let expected = proof["proof"]["expected"].as_f64().unwrap_or_default();
    assert!((8.5..9.5).contains(&expected), "{proof}");
    let text = number.to_string();
    env.run(&["finding", "verify", &text]).exits(0);
    assert_eq!(state(&env, number), "verified");
    let shown = env.run(&["finding", "show", &text]).ends(0);
    assert!(shown.text().contains("fix shown with 99.9 % confidence"), "{}", shown.text());
    env.run(&["finding", "verify", &text]).exits(2);
    // What is seen again opens it again, with what was said of it.
    import(&env, "again.log", &attack(35));
    let again = env.run(&["detect"]);
    assert!(again.err.contains("open again"), "{}", again.err);
    assert_eq!(state(&env, number), "open");
    let shown = env.run(&["finding", "show", &text]).ends(0);
    assert!(shown.text().contains("seen again: "), "{}", shown.text());
    assert!(shown.text().contains("verified: fix shown with"), "{}", shown.text());
}

#[test]
fn time_that_is_too_short_proves_nothing() {
    let env = TestEnv::new();
    let number = fixed(&env, 19);
    let proof = prove(&env, number);
    assert!(missing(&proof).contains("it was waited for"), "{proof}");
    env.run(&["finding", "verify", &number.to_string()]).exits(2);
    assert_eq!(state(&env, number), "fix-claimed");
}

#[test]
fn logs_with_holes_prove_nothing() {
    let env = TestEnv::new();
    let number = fixed(&env, 17);
    import(&env, "late.log", &usual(30..39));
    let proof = prove(&env, number);
    assert!(missing(&proof).contains("covers"), "{proof}");
}

#[test]
fn no_logs_prove_nothing() {
    let env = TestEnv::new();
    let number = fixed(&env, 15);
    let proof = prove(&env, number);
    assert!(missing(&proof).contains("covers 0.0 %"), "{proof}");
}

#[test]
fn a_match_after_the_fix_is_no_fix() {
    let env = TestEnv::new();
    let number = fixed(&env, 33);
    import(&env, "again.log", &attack(25));
    let proof = prove(&env, number);
    assert!(missing(&proof).contains("it was seen again: 13 events"), "{proof}");
}

#[test]
fn a_finding_of_a_query_is_proved_by_its_query() {
    let env = TestEnv::new();
    fixed(&env, 33);
    env.run(&["finding", "add", "Outside sign-ins", "--query", "source.ip:203.0.113.7"]).exits(0);
    let findings = env.run(&["--json", "finding", "list"]).ends(0).json();
    let number = findings.last().and_then(|finding| finding["finding"].as_u64()).expect("it was added");
    let text = number.to_string();
    env.run(&["finding", "verify", &text]).exits(2);
    let claim = ["finding", "set", &text, "--state", "fix-claimed", "--fixed-at", "2026-01-15T00:00:00Z"];
    env.run(&claim).exits(0);
    let proof = prove(&env, number);
    assert_eq!(proof["proved"], true, "{proof}");
    env.run(&["finding", "verify", &text]).exits(0);
}

#[test]
fn an_accepted_risk_is_open_again_after_its_last_day() {
    let env = TestEnv::new();
    let number = fixed(&env, 16);
    let text = number.to_string();
    let accept = |until: &str| {
        let words =
            ["finding", "accept", &text, "--by", "grace", "--until", until, "--reason", "replaced soon"];
        env.run(&words)
    };
    accept("2020-01-01").exits(2);
    accept("2026-03-31").exits(0);
    assert_eq!(state(&env, number), "accepted");
    env.run(&["detect"]).exits(0);
    assert_eq!(state(&env, number), "accepted", "what recurs is accepted too");
    env.set_now("2026-04-01T09:00:00Z");
    assert_eq!(state(&env, number), "open");
    let again = env.run(&["detect"]);
    assert!(again.err.contains("open again"), "{}", again.err);
    let shown = env.run(&["finding", "show", &text]).ends(0);
    assert!(shown.text().contains("the acceptance by grace ended on 2026-03-31"), "{}", shown.text());
}

#[test]
fn terms_make_findings_due_and_overdue_is_loud() {
    let env = TestEnv::new();
    fixed(&env, 16);
    env.run(&["finding", "sla", "fedramp-vdr"]).exits(0);
    env.set_now("2026-06-01T09:00:00Z");
    let list = env.run(&["finding", "list"]);
    assert!(list.err.contains("overdue"), "{}", list.err);
    assert!(list.text().contains("overdue"), "{}", list.text());
    let status = env.run(&["status"]);
    assert!(status.err.contains("overdue"), "{}", status.err);
}

#[test]
fn a_filter_keeps_false_positives_out_and_confirmed_findings_in() {
    let env = TestEnv::new();
    let number = fixed(&env, 16);
    let text = number.to_string();
    // Of the same detector: one that is wrong, and one that is right.
    let findings = env.run(&["--json", "finding", "list"]).ends(0).json();
    let others = findings.iter().filter(|finding| finding["detector"] == "behaviour:guessed-password");
    let others: Vec<String> = others.map(|finding| finding["finding"].to_string()).collect();
    let refused =
        env.run(&["rules", "filter", "add", &text, "--reason", "x", "--query", "source.ip:10.0.0.8"]);
    assert!(refused.err.contains("does not match all events") || refused.status == 2, "{}", refused.err);
    for other in &others {
        env.run(&["finding", "set", other, "--verdict", "false-positive", "--state", "open"]).exits(0);
    }
    env.run(&["rules", "filter", "add", &text, "--reason", "our scanner"]).exits(0);
    let filtered = env.run(&["detect"]);
    assert!(filtered.err.contains("kept out by filters"), "{}", filtered.err);
    let list = env.run(&["--json", "rules", "filter", "list"]).ends(0).json();
    assert_eq!(list[0]["detector"], "behaviour:guessed-password");
    // What is confirmed stands in the way of a filter that would hide it.
    env.run(&["rules", "filter", "remove", "1", "--reason", "too wide"]).exits(0);
    env.run(&["finding", "set", &others[others.len() - 1], "--verdict", "true-positive"]).exits(0);
    if others.len() > 1 {
        let wide =
            ["rules", "filter", "add", &others[0], "--reason", "x", "--query", "source.ip:203.0.113.7"];
        let refused = env.run(&wide);
        assert!(refused.err.contains("which is confirmed"), "{}", refused.err);
    }
    let own = env.run(&["rules", "filter", "add", &others[others.len() - 1], "--reason", "x"]);
    assert!(own.err.contains("is confirmed"), "{}", own.err);
}
