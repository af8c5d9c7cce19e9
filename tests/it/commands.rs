//! The command line: words, shapes, exit statuses.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::env::TestEnv;
use crate::whole::demo_logs;

fn demo() -> TestEnv {
    let env = TestEnv::new();
    demo_logs(&env);
    env.import(&env.path("logs"), &[]);
    env
}

#[test]
fn the_break_in_is_found_by_its_fields() {
    let env = demo();
    let hits = env.events("event.action:ssh_login AND outcome:success AND NOT ip:10.0.0.0/8");
    assert_eq!(hits.len(), 1);
    let hit = &hits[0];
    assert_eq!(hit["@timestamp"], "2026-03-02T03:12:09.000000000Z");
    assert_eq!(hit["user.name"], "deploy");
    assert_eq!(hit["source.ip"], "203.0.113.77");
    assert_eq!(hit["vestigo.time.basis"], "year,zone");
    let failures =
        env.run(&["search", "--count", "action:ssh_login AND outcome:failure AND ip:203.0.113.77"]);
    let wanted = include_str!("../../fixtures/auth.log")
        .lines()
        .filter(|line| line.contains("Failed password") || line.contains("Invalid user"))
        .filter(|line| line.contains("203.0.113.77"))
        .count();
    assert_eq!(failures.text().trim(), wanted.to_string());
}

#[test]
fn exit_statuses_say_what_happened() {
    let env = demo();
    env.run(&["search", "status:200"]).exits(0);
    env.run(&["search", "user.name:nobody-at-all"]).exits(1);
    env.run(&["search", "user.name:("]).exits(2);
    env.run(&["search", "no-such-option", "--frobnicate"]).exits(2);
    env.run_bare(&["vestigo", "--case", "/nowhere/at/all", "status"]).exits(3);
    env.run(&["import", "/nowhere/at/all.log"]).exits(3);
    env.run(&["verify", "--require", "signed"]).exits(0);
    env.run(&["verify", "--require", "signed,anchored"]).exits(4);
}

#[test]
fn damage_is_found_and_named() {
    let env = demo();
    let path = env.path("case/evidence/0001/content.zst");
    let mut bytes = std::fs::read(&path).expect("it is there");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).expect("it can be written");
    let output = env.run(&["--json", "verify", "--deep"]).ends(4);
    let verdict = &output.json()[0];
    assert_eq!(verdict["checks"]["consistent"], false);
    assert_eq!(verdict["damage"][0]["file"], "evidence/0001/content.zst");
}

#[test]
fn empty_buckets_are_in_the_timeline() {
    let env = demo();
    let rows =
        env.run(&["--json", "timeline", "--interval", "1h", "--from", "2026-03-01", "--to", "2026-03-04"]);
    let rows = rows.ends(0).json();
    assert_eq!(rows.len(), 72);
    assert_eq!(rows[0]["start"], "2026-03-01T00:00:00.000000000Z");
    let total: u64 = rows.iter().filter_map(|row| row["count"].as_u64()).sum();
    assert_eq!(total, 2759);
}

#[test]
fn paging_reaches_every_event_once_in_both_orders() {
    let env = demo();
    let ids = |order: &str| -> Vec<String> {
        let events = env.run(&["--json", "search", "--all", "--order", order, "*"]).ends(0).json();
        events.iter().map(|event| event["id"].as_str().expect("an id").to_owned()).collect()
    };
    let (newest, mut oldest) = (ids("newest"), ids("oldest"));
    oldest.reverse();
    assert_eq!(newest.len(), 2759);
    assert!(newest == oldest, "newest first is not oldest first turned round");
    oldest.sort();
    oldest.dedup();
    assert_eq!(oldest.len(), 2759);
}

#[test]
fn a_second_writer_is_refused() {
    let env = demo();
    let clock = vestigo::record::FixedClock(vestigo::record::Timestamp::from_secs(0));
    let other = vestigo::journal::Actor::new("other", "host");
    let held = vestigo::case::CaseWriter::open(&env.path("case"), &other, &clock).expect("nobody writes");
    env.run(&["reindex"]).exits(3);
    drop(held);
    env.run(&["reindex"]).exits(0);
}

#[test]
fn an_import_that_takes_its_time_keeps_nobody_from_writing() {
    let env = demo();
    let case = env.path("case").to_string_lossy().into_owned();
    let vestigo = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vestigo"));
        command.args(["--case", &case]).args(words).env("VESTIGO_DATA", env.path("data"));
        command.env("VESTIGO_CONFIG", env.path("config")).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    let mut import = vestigo(&["--json", "import", "-"]).stdin(Stdio::piped()).spawn().expect("it starts");
    let mut log = import.stdin.take().expect("it is piped");
    log.write_all(b"Mar  1 10:00:00 web-01 sshd[1]: Failed password for root from 192.0.2.7 port 1 ssh2\n")
        .unwrap();
    log.flush().unwrap();
    let batch = || {
        let names = std::fs::read_dir(env.path("case/evidence")).expect("it is there").flatten();
        names.filter(|entry| entry.file_name() != "0001").count()
    };
    while batch() == 0 {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let id = env.events("*")[0]["id"].as_str().unwrap().to_owned();
    env.run(&["bookmark", "add", &id, "--note", "meanwhile"]).exits(0);
    env.run(&["source", "set-clock", "auth.log", "+1s"]).exits(0);
    env.run(&["verify", "--deep", "--require", "signed"]).exits(0);
    let second = env.write("second.log", "one line\n").to_string_lossy().into_owned();
    let refused = env.run(&["import", &second]).ends(3);
    assert!(refused.err.contains("another vestigo is importing into this case"), "{}", refused.err);
    assert_ne!(batch(), 0, "what is being imported is not swept away");
    drop(log);
    let output = import.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(env.events("192.0.2.7").len(), 1);
    assert_eq!(env.run(&["--json", "bookmark", "list"]).ends(0).json()[0]["note"], "meanwhile");
    let verdict = env.run(&["--json", "verify", "--deep", "--require", "signed"]).ends(0).json().remove(0);
    assert_eq!(verdict["notes"], serde_json::json!([]));
    env.import(&env.path("second.log"), &[]);
}

#[test]
fn of_many_sources_those_with_something_to_tell_are_listed_and_the_others_folded() {
    let env = TestEnv::new();
    for n in 0..30 {
        let line =
            format!("192.0.2.{n} - - [01/Mar/2026:10:00:00 +0000] \"GET /{n} HTTP/1.1\" 200 5 \"-\" \"x\"\n");
        env.write(&format!("logs/access-{n}.log"), line);
    }
    env.write("logs/noise.txt", "no format reads this\n");
    let logs = env.path("logs").to_string_lossy().into_owned();
    let output = env.run(&["import", &logs]).ends(0);
    let rows: Vec<&str> = output.text().lines().filter(|line| line.contains("imported")).collect();
    assert_eq!(rows.len(), 2, "{}", output.text());
    assert!(rows[0].contains("noise.txt") && rows[1].starts_with("30 sources"), "{rows:?}");
    assert!(output.text().contains("31 sources, 31 events"), "{}", output.text());
    let again = env.run(&["import", &logs]).ends(0);
    assert_eq!(
        again.text().lines().filter(|line| line.contains("duplicate  ")).count(),
        1,
        "{}",
        again.text()
    );
    let whole = env.run(&["-v", "import", &logs]).ends(0);
    assert_eq!(whole.text().lines().filter(|line| line.contains("duplicate  ")).count(), 31);
    assert_eq!(env.run(&["--json", "import", &logs]).ends(0).json().len(), 32);
}

#[test]
fn a_path_in_place_of_a_command_needs_a_terminal_and_a_typo_is_told_as_one() {
    let env = TestEnv::new();
    let log = env.write("a.log", "x\n").to_string_lossy().into_owned();
    for words in
        [vec!["vestigo", &log], vec!["vestigo", "--utc", &log], vec!["vestigo", "open", "--import", &log]]
    {
        let output = env.run_bare(&words).ends(2);
        assert!(output.err.contains("needs a terminal"), "{}", output.err);
        assert!(output.err.contains("vestigo import PATH"), "{}", output.err);
    }
    let output = env.run_bare(&["vestigo", "serach"]).ends(2);
    assert!(output.err.contains("unrecognized subcommand 'serach'"), "{}", output.err);
    assert!(output.err.contains("'search'"), "{}", output.err);
    assert!(!env.path("data/cases").exists(), "nothing was made");
}

#[test]
fn an_import_can_be_followed_by_detection() {
    let env = TestEnv::new();
    demo_logs(&env);
    let logs = env.path("logs").to_string_lossy().into_owned();
    let rows = env.run(&["--json", "import", "--detect", &logs]).ends(0).json();
    assert!(rows.iter().any(|row| row.get("total").is_some()));
    assert!(rows.iter().any(|row| row.get("fingerprint").is_some()));
    env.run(&["import", "--detect", "--dry-run", &logs]).exits(2);
}
