//! A wrong time ends a case: the traps, through the whole program.

use proptest::prelude::*;
use serde_json::Value;

use crate::env::TestEnv;

fn times(events: &[Value]) -> Vec<String> {
    events.iter().map(|event| event["@timestamp"].as_str().unwrap_or("none").to_owned()).collect()
}

fn normalised(env: &TestEnv, name: &str, content: &str, changed: u64, words: &[&str]) -> Vec<Value> {
    let path = env.write_at(name, content, changed).to_string_lossy().into_owned();
    let mut all = vec!["vestigo", "normalise", &path];
    all.extend(words);
    env.run_bare(&all).ends(0).json()
}

fn access(day: u32, hour: u32) -> String {
    format!(
        "192.0.2.7 - - [{day:02}/Feb/2026:{hour:02}:00:00 +0000] \"GET /{day}/{hour} HTTP/1.1\" 200 5 \"-\" \"x\"\n"
    )
}

#[test]
fn a_line_dated_six_days_ahead_leaves_the_others_alone() {
    let mut lines: Vec<String> = (0..91).map(|n| access(1 + n / 10, n % 10)).collect();
    lines[45] = access(11, 3);
    let env = TestEnv::new();
    let events = normalised(&env, "access.log", &lines.concat(), 1_772_000_000, &[]);
    let wanted: Vec<String> = (0..91)
        .map(|n| if n == 45 { (11, 3) } else { (1 + n / 10, n % 10) })
        .map(|(day, hour)| format!("2026-02-{day:02}T{hour:02}:00:00.000000000Z"))
        .collect();
    assert_eq!(times(&events), wanted);
}

#[test]
fn lines_out_of_order_keep_their_own_times() {
    let order = [5, 2, 9, 1, 7, 3];
    let content: String = order.iter().map(|day| access(*day, 4)).collect();
    let env = TestEnv::new();
    let events = normalised(&env, "access.log", &content, 1_772_000_000, &[]);
    let wanted: Vec<String> =
        order.iter().map(|day| format!("2026-02-{day:02}T04:00:00.000000000Z")).collect();
    assert_eq!(times(&events), wanted);
}

#[test]
fn a_straggler_changes_no_other_year() {
    let content = "Jan 10 10:00:00 web-01 sshd[1]: one\nJan 12 10:00:00 web-01 sshd[1]: late\nJan 10 10:00:05 web-01 sshd[1]: two\n";
    let env = TestEnv::new();
    let events = normalised(&env, "auth.log", content, 1_768_300_000, &[]);
    assert_eq!(
        times(&events),
        [
            "2026-01-10T10:00:00.000000000Z",
            "2026-01-12T10:00:00.000000000Z",
            "2026-01-10T10:00:05.000000000Z"
        ]
    );
}

#[test]
fn december_in_a_file_last_written_in_january_is_of_the_year_before() {
    let env = TestEnv::new();
    let january_15_2026 = 1_768_435_200;
    let content = "Dec 10 08:00:00 web-01 sshd[1]: one\nJan 14 08:00:00 web-01 sshd[1]: two\n";
    let events = normalised(&env, "auth.log", content, january_15_2026, &[]);
    assert_eq!(times(&events), ["2025-12-10T08:00:00.000000000Z", "2026-01-14T08:00:00.000000000Z"]);
    assert_eq!(events[0]["vestigo.time.basis"], "year,zone");
}

#[test]
fn offsets_are_honoured() {
    let line = |offset: &str| {
        format!("192.0.2.7 - - [01/Mar/2026:09:00:00 {offset}] \"GET / HTTP/1.1\" 200 5 \"-\" \"x\"\n")
    };
    let env = TestEnv::new();
    let events = normalised(&env, "a.log", &(line("+0000") + &line("+0530")), 1_772_500_000, &[]);
    assert_eq!(times(&events), ["2026-03-01T09:00:00.000000000Z", "2026-03-01T03:30:00.000000000Z"]);
    assert_eq!(events[1]["vestigo.time.basis"], "explicit");
}

#[test]
fn a_local_time_that_occurs_twice_is_flagged() {
    let env = TestEnv::new();
    let content =
        "Oct 26 02:30:00 web-01 sshd[1]: which of the two?\nOct 26 04:30:00 web-01 sshd[1]: only one\n";
    let events = normalised(&env, "auth.log", content, 1_762_000_000, &["--zone", "Europe/Berlin"]);
    assert_eq!(times(&events), ["2025-10-26T00:30:00.000000000Z", "2025-10-26T03:30:00.000000000Z"]);
    assert_eq!(events[0]["vestigo.time.basis"], "year,zone,ambiguous");
    assert_eq!(events[1]["vestigo.time.basis"], "year,zone");
}

#[test]
fn a_log_longer_than_a_year_is_counted_back_everywhere() {
    let env = TestEnv::new();
    let month =
        |month: &str| (1..=28).map(|day| format!("{month} {day:2} 10:00:00 h a[1]: x\n")).collect::<String>();
    let months = ["Mar", "Jun", "Sep", "Dec"].map(month).concat();
    let content = format!("{months}{months}Jan  2 10:00:00 h a[1]: end\n");
    let path = env.write_at("two-years.log", content, 1_767_500_000);
    let rows = env.import(&path, &[]);
    assert_eq!(rows[0]["first"], "2024-03-01T10:00:00.000000000Z");
    assert_eq!(rows[0]["last"], "2026-01-02T10:00:00.000000000Z");
    let events = env.events("*");
    assert_eq!(events[0]["@timestamp"], rows[0]["first"]);
    assert_eq!(events[224]["@timestamp"], rows[0]["last"]);
    let count = env.run(&["search", "--count", "@timestamp>=2025-01-01 AND @timestamp<2026-01-01"]);
    assert_eq!(count.text().trim(), "112");
    let again = env.run(&["--json", "search", "--all", "*"]).ends(0);
    env.run(&["reindex"]).exits(0);
    assert_eq!(env.run(&["--json", "search", "--all", "*"]), again);
}

/// A yearless log of some days in order, with a few lines out of place.
fn yearless() -> impl Strategy<Value = Vec<(u32, u32, u32)>> {
    prop::collection::vec((0u32..280, 0u32..24, 0u32..60), 4..60).prop_map(|mut lines| {
        lines.sort();
        if lines.len() > 8 {
            let late = lines.len() / 3;
            lines.swap(late, late + 2);
        }
        lines
    })
}

fn syslog((day, hour, minute): (u32, u32, u32)) -> String {
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct"];
    let (month, day) = (months[(day / 28) as usize % 10], day % 28 + 1);
    format!("{month} {day:2} {hour:02}:{minute:02}:00 web-01 app: {month}{day}-{hour}-{minute}\n")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn inserting_or_deleting_a_line_changes_no_other_time(
        lines in yearless(),
        place in any::<prop::sample::Index>(),
        extra in (0u32..280, 0u32..24, 0u32..60),
    ) {
        let env = TestEnv::new();
        let last_written = 1_767_000_000;
        let read = |name: &str, lines: &[(u32, u32, u32)]| {
            let content: String = lines.iter().map(|line| syslog(*line)).collect();
            times(&normalised(&env, name, &content, last_written, &[]))
        };
        let whole = read("whole.log", &lines);
        let at = place.index(lines.len());
        let mut more = lines.clone();
        more.insert(at, extra);
        let mut inserted = read("more.log", &more);
        inserted.remove(at);
        prop_assert_eq!(&inserted, &whole);
        let mut fewer = lines.clone();
        fewer.remove(at);
        let deleted = read("fewer.log", &fewer);
        let mut without = whole;
        without.remove(at);
        prop_assert_eq!(deleted, without);
    }
}
