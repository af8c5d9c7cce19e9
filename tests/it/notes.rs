//! Bookmarks and findings on the command line.

use serde_json::Value;
use vestigo::journal;

use crate::custody::{copy_folder, forge};
use crate::env::TestEnv;
use crate::whole::demo_logs;

fn demo() -> TestEnv {
    let env = TestEnv::new();
    demo_logs(&env);
    env.import(&env.path("logs"), &[]);
    env
}

fn id_of(env: &TestEnv, query: &str) -> String {
    env.events(query)[0]["id"].as_str().expect("an id").to_owned()
}

const BREAK_IN: &str = "event.action:ssh_login AND outcome:success AND NOT ip:10.0.0.0/8";

#[test]
fn a_bookmark_is_found_by_its_tag_and_gone_when_removed() {
    let env = demo();
    let id = id_of(&env, BREAK_IN);
    env.run(&["bookmark", "add", &id, "--note", "how?", "--tag", "Exfil"]).exits(0);
    let marks = env.run(&["--json", "bookmark", "list"]).ends(0).json();
    assert_eq!((marks[0]["id"].as_str(), marks[0]["note"].as_str()), (Some(id.as_str()), Some("how?")));
    assert_eq!(marks[0]["orphaned"], Value::Null);
    assert_eq!(env.events("tag:exfil")[0]["id"], id.as_str());
    assert_eq!(env.events("tag:ex* AND user.name:deploy").len(), 1);
    env.run(&["search", "tag:other"]).exits(1);
    env.run(&["bookmark", "remove", &id]).exits(0);
    env.run(&["bookmark", "list"]).exits(1);
    env.run(&["bookmark", "remove", &id]).exits(2);
    env.run(&["undo"]).exits(0);
    assert_eq!(env.run(&["--json", "bookmark", "list"]).ends(0).json().len(), 1);
}

#[test]
fn a_finding_holds_events_and_a_query_and_has_a_life() {
    let env = demo();
    let id = id_of(&env, BREAK_IN);
    let words = [
        "finding",
        "add",
        "Spraying",
        "--severity",
        "critical",
        "--query",
        "ip:203.0.113.77",
        "--event",
        &id,
    ];
    env.run(&words).exits(0);
    let wanted = env.events("ip:203.0.113.77").len();
    assert_eq!(env.events("finding:1").len(), wanted);
    assert_eq!(env.events("finding:1 AND outcome:success AND action:ssh_login").len(), 1);
    env.run(&["search", "finding:2"]).exits(2);
    env.run(&["finding", "set", "1", "--owner", "grace", "--due", "2026-03-31", "--tag", "ir"]).exits(0);
    env.run(&["finding", "set", "1", "--due", "31.3.2026"]).exits(2);
    env.run(&["finding", "set", "1"]).exits(2);
    env.run(&["finding", "note", "1", "told the owner"]).exits(0);
    env.run(&["finding", "close", "1", "--reason", "blocked", "--verdict", "true-positive"]).exits(2);
    env.run(&["finding", "close", "1", "--reason", "a test of ours", "--verdict", "legitimate"]).exits(0);
    let finding = &env.run(&["--json", "finding", "list"]).ends(0).json()[0];
    let text = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
    assert_eq!((text("state"), text("verdict")), ("closed".to_owned(), "legitimate".to_owned()));
    assert_eq!((text("owner"), text("due")), ("grace".to_owned(), "2026-03-31".to_owned()));
    assert_eq!(finding["events"], wanted);
    assert_eq!(finding["history"].as_array().map(Vec::len), Some(4));
    env.run(&["finding", "list", "--state", "open"]).exits(1);
    env.run(&["finding", "reopen", "1", "--reason", "seen again"]).exits(0);
    let shown = env.run(&["finding", "show", "1"]).ends(0);
    assert!(shown.text().contains("told the owner") && shown.text().contains("· open"), "{}", shown.text());
}

#[test]
fn every_annotation_is_an_entry_that_says_who_and_in_what_circumstances() {
    let env = demo();
    env.run(&["bookmark", "add", &id_of(&env, BREAK_IN)]).exits(0);
    let lines = env.run(&["--json", "journal"]).ends(0).json();
    let acts: Vec<&str> = lines.iter().filter_map(|line| line["do"].as_str()).collect();
    assert_eq!(acts, ["case.create", "evidence.import", "import.receipt", "bookmark.add"]);
    let session = &lines[0]["what"]["session"];
    assert_eq!(session["login"], "tester");
    for name in ["host", "ssh_connection", "tool", "clock"] {
        assert!(session.get(name).is_some(), "{name}");
    }
}

#[test]
fn an_annotation_whose_record_changed_is_orphaned_and_loud() {
    let env = demo();
    let id = id_of(&env, BREAK_IN);
    env.run(&["bookmark", "add", &id]).exits(0);
    env.run(&["finding", "add", "Break-in", "--event", &id]).exits(0);
    let path = env.path("case/evidence/0001/content.zst");
    let whole = std::fs::read(&path).expect("it is there");
    std::fs::write(&path, vec![0; whole.len()]).expect("it can be written");
    let list = env.run(&["bookmark", "list"]).ends(4);
    assert!(list.text().contains("ORPHANED") && list.err.contains("ORPHANED"), "{}", list.text());
    let list = env.run(&["finding", "list"]).ends(4);
    assert!(list.err.contains("ORPHANED"), "{}", list.err);
}

#[test]
fn a_log_that_grew_and_was_imported_anew_brings_its_annotations_along() {
    let env = TestEnv::new();
    let line =
        |n: u32| format!("192.0.2.{n} - - [02/Mar/2026:03:12:{n:02} +0000] \"GET /{n} HTTP/1.1\" 200 1\n");
    env.import(&env.write("short.log", (3..6).map(line).collect::<String>()), &[]);
    env.run(&["bookmark", "add", &id_of(&env, "ip:192.0.2.4"), "--note", "this"]).exits(0);
    let long = env.write("long.log", (1..9).map(line).collect::<String>());
    let (other, long) =
        (env.path("other").to_string_lossy().into_owned(), long.to_string_lossy().into_owned());
    env.run_bare(&["vestigo", "--case", &other, "import", &long]).exits(0);
    let from = env.path("case").to_string_lossy().into_owned();
    env.run_bare(&["vestigo", "--case", &other, "journal", "merge", &from]).exits(0);
    let marks = env.run_bare(&["vestigo", "--json", "--case", &other, "bookmark", "list"]).ends(0).json();
    assert!(marks[0]["relocated"].as_str().is_some_and(|id| id.ends_with(":3")), "{}", marks[0]);
}

#[test]
fn two_analysts_copies_come_together() {
    let env = demo();
    env.run(&["finding", "add", "Shared"]).exits(0);
    let copy = env.path("copy");
    copy_folder(&env.path("case"), &copy);
    let copy = copy.to_string_lossy().into_owned();
    let there = |words: &[&str]| {
        let all: Vec<&str> = ["vestigo", "--json", "--case", &copy].iter().chain(words).copied().collect();
        env.run_bare(&all)
    };
    env.run(&["finding", "set", "1", "--severity", "high"]).exits(0);
    there(&["finding", "set", "1", "--severity", "low"]).exits(0);
    there(&["finding", "add", "Theirs"]).exits(0);
    let merged = env.run(&["--json", "journal", "merge", &copy]).ends(0).json();
    assert_eq!(merged[0]["merged"], 2);
    assert_eq!(merged[0]["conflicts"].as_array().map(Vec::len), Some(1));
    assert_eq!(env.run(&["--json", "finding", "list"]).ends(0).json().len(), 2);
    assert_eq!(env.run(&["--json", "journal", "merge", &copy]).ends(0).json()[0]["merged"], 0);
    env.run(&["verify", "--deep"]).exits(0);
}

#[test]
fn a_finding_whose_query_leads_back_to_itself_adds_nothing_and_harms_nothing() {
    let env = demo();
    env.run(&["bookmark", "add", &id_of(&env, BREAK_IN), "--tag", "exfil"]).exits(0);
    env.run(&["finding", "add", "Tagged", "--query", "tag:exfil", "--tag", "exfil"]).exits(0);
    let finding = &env.run(&["--json", "finding", "list"]).ends(0).json()[0];
    assert_eq!(finding["events"], 1);
    assert_eq!(env.events("tag:exfil").len(), 1);
    env.run(&["finding", "add", "About the first", "--query", "finding:1 OR user.name:root"]).exits(0);
    env.run(&["finding", "set", "2", "--tag", "exfil"]).exits(0);
    let roots = env.events("user.name:root").len();
    assert_eq!(env.events("finding:2").len(), roots + 1);
    // In the other copy numbers differ: the finding that is meant is still the same one.
    let copy = env.path("copy");
    copy_folder(&env.path("case"), &copy);
    let fresh = TestEnv::new();
    demo_logs(&fresh);
    fresh.import(&fresh.path("logs"), &[]);
    fresh.run(&["finding", "add", "Of their own", "--query", "status:404"]).exits(0);
    fresh.run(&["journal", "merge", &copy.to_string_lossy()]).exits(3);
    fresh.run(&["journal", "merge", "--adopt", &copy.to_string_lossy()]).exits(0);
    let meant = fresh.run(&["--json", "finding", "list"]).ends(0).json();
    let events: Vec<u64> = meant.iter().filter_map(|finding| finding["events"].as_u64()).collect();
    // The second one has the tag, too.
    assert_eq!(events[1..], [roots as u64 + 1; 2], "{meant:?}");
}

#[test]
fn what_is_said_after_a_merge_stands_even_where_the_others_clock_was_ahead() {
    let env = demo();
    env.run(&["finding", "add", "Shared"]).exits(0);
    let copy = env.path("copy");
    copy_folder(&env.path("case"), &copy);
    let ahead = |nanos: i64| {
        forge(&copy, |lines| {
            let mut line = lines.last().expect("a finding").clone();
            let finding = journal::entry_hash(format!("{line}\n").as_bytes());
            (line["do"], line["at"]) = ("finding.set".into(), "2026-03-10T01:00:00.000000000Z".into());
            line["what"] =
                serde_json::json!({ "finding": finding, "change": { "title": "Theirs" }, "tick": nanos });
            lines.push(line);
        });
    };
    let now = 1_773_100_800_000_000_000;
    ahead(now + 3_600_000_000_000);
    let copied = copy.to_string_lossy().into_owned();
    env.run(&["journal", "merge", "--adopt", &copied]).exits(0);
    let title =
        || env.run(&["--json", "finding", "list"]).ends(0).json()[0]["title"].as_str().map(str::to_owned);
    assert_eq!(title().as_deref(), Some("Theirs"));
    env.run(&["finding", "set", "1", "--title", "Said later"]).exits(0);
    assert_eq!(title().as_deref(), Some("Said later"));
    ahead(i64::MAX);
    let refused = env.run(&["journal", "merge", "--adopt", &copied]).ends(3);
    assert!(refused.err.contains("a year ahead"), "{}", refused.err);
}

#[test]
fn what_is_no_journal_of_a_case_is_not_merged() {
    let env = demo();
    for (name, text) in [("empty", ""), ("half", "{\"seq\":0,\"at\":"), ("other", "{\"a\":1}\n")] {
        let path = env.write(name, text).to_string_lossy().into_owned();
        let output = env.run(&["journal", "merge", &path]);
        assert!(matches!(output.status, 3 | 4), "{name}: {}", output.status);
    }
    env.run(&["journal", "merge", &env.path("logs").to_string_lossy()]).exits(3);
}

#[test]
fn the_system_says_who_acts_and_not_the_environment() {
    let env = TestEnv::new();
    let run = |words: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_vestigo"))
            .args(["--case", &env.path("mine").to_string_lossy()])
            .args(words)
            .env_clear()
            .env("VESTIGO_DATA", env.path("data"))
            .env("VESTIGO_CONFIG", env.path("config"))
            .env("USER", "somebody-else")
            .env("SUDO_USER", "ada")
            .stdin(std::process::Stdio::null())
            .output()
            .expect("the program can be started");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("it is UTF-8")
    };
    std::fs::create_dir_all(env.path("config")).expect("the folder is ours");
    std::fs::write(env.path("config/config.toml"), "examiner = \"Ada Weber\"\n").expect("it is ours");
    run(&["new", &env.path("mine").to_string_lossy()]);
    let entries = run(&["--json", "journal"]);
    let first: serde_json::Value =
        serde_json::from_str(entries.lines().next().expect("an entry")).expect("JSON");
    assert_eq!(first["what"]["examiner"], "Ada Weber");
    assert!(!first["by"].as_str().expect("a name").contains("somebody-else"), "{first}");
    assert!(!first["by"].as_str().expect("a name").starts_with("uid-"), "{first}");
    let through = first["what"]["session"]["through"].as_str().expect("it is told");
    assert!(through.starts_with("sudo of ada"), "{through}");
}
