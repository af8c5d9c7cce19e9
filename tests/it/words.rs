//! Every word that the command line prints, whole: a change of one is seen.

use std::process::{Command, Stdio};

use regex::Regex;

use crate::env::{Output, TestEnv};
use crate::whole::demo_logs;

/// The demo's logs in a case.
fn demo() -> TestEnv {
    let env = TestEnv::new();
    demo_logs(&env);
    env.import(&env.path("logs"), &[]);
    env
}

/// What was printed, on both streams, without what differs from run to run.
fn said(env: &TestEnv, words: &[&str], output: &Output) -> String {
    let mut text = format!("$ vestigo {}\n{}", words.join(" "), output.text());
    if !output.err.is_empty() {
        text.push_str(&format!("--- standard error\n{}", output.err));
    }
    text.push_str(&format!("--- status {}\n\n", output.status));
    let folder = env.path("").to_string_lossy().into_owned();
    let mut plain = text.replace(folder.trim_end_matches('/'), "FOLDER");
    for (pattern, word) in [
        (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID"),
        (r"SHA256:[A-Za-z0-9+/]{43}", "SHA256:KEY"),
        (r"\b[0-9a-f]{64}\b", "HASH"),
        (r"[A-Za-z0-9+/]{43}=", "ROOT"),
        (r"\d+\.\d s\b", "N s"),
        (r#""seconds":[0-9.]+"#, r#""seconds":N"#),
        (r"/tmp/\.tmp[A-Za-z0-9]+", "FOLDER"),
        // Whose machine it is, and how wide a table is whose paths are longer elsewhere.
        (r"\btester@[A-Za-z0-9._-]+", "tester@HOST"),
        (r" {3,}", "  "),
    ] {
        plain = Regex::new(pattern).expect("it is one").replace_all(&plain, word).into_owned();
    }
    plain
}

/// Runs commands one after another; gives all that they printed.
fn told(env: &TestEnv, commands: &[&[&str]]) -> String {
    commands.iter().map(|words| said(env, words, &env.run(words))).collect()
}

fn snapshot(name: &str, text: &str) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, text);
    });
}

/// What `--help` prints, in a process without a terminal: so it is as wide everywhere.
fn help(path: &[String]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_vestigo"))
        .args(path)
        .arg("--help")
        .stdin(Stdio::null())
        .output()
        .expect("the program can be started");
    String::from_utf8(output.stdout).expect("help is UTF-8")
}

#[test]
fn the_reference_of_every_command() {
    let (mut text, mut left) = (String::new(), vec![Vec::new()]);
    while let Some(path) = left.pop() {
        let help = help(&path);
        text.push_str(&format!("## vestigo {}\n\n{}\n\n", path.join(" "), help.trim_end()));
        let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
        let commands = commands.take_while(|line| !line.is_empty());
        let names = commands.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
        let names: Vec<&str> = names.filter(|name| !name.is_empty() && *name != "help").collect();
        left.extend(names.into_iter().rev().map(|name| [&path[..], &[name.to_owned()]].concat()));
    }
    snapshot("reference", &text);
}

#[test]
fn what_asks_says() {
    let commands: &[&[&str]] = &[
        &["status"],
        &["source", "list"],
        &["search", "203.0.113.77 AND success", "--limit", "3"],
        &["search", "user.name : deploy AND success", "--limit", "2", "--explain"],
        &["search", "nobody-is-called-so"],
        &["--json", "search", "status:404", "--limit", "1"],
        &["search", "status:404", "--limit", "1", "--format", "csv"],
        &["search", "status:404", "--limit", "1", "--format", "raw"],
        &["search", "failure", "--count"],
        &["timeline", "failure", "--interval", "12h"],
        &["timeline", "--buckets", "3", "--by", "event.outcome"],
        &["top", "source.ip", "failure", "-n", "3"],
        &["--json", "top", "user.name", "-n", "2"],
        &["formats", "list"],
        &["journal"],
        &["verify"],
        &["verify", "--deep"],
    ];
    snapshot("asks", &told(&demo(), commands));
}

#[test]
fn what_writes_says() {
    let env = demo();
    let id = env.events("event.action:ssh_login AND outcome:success AND ip:203.0.113.77")[0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let commands: &[&[&str]] = &[
        &["show", &id],
        &["bookmark", "add", &id, "--note", "a guessed password", "--tag", "entry"],
        &["bookmark", "list"],
        &["finding", "add", "Break-in", "--severity", "critical", "--query", "ip:203.0.113.77"],
        &["finding", "list"],
        &["finding", "set", "1", "--owner", "ada", "--due", "2026-04-01", "--state", "acknowledged"],
        &["finding", "show", "1"],
        &["undo"],
        &["redo"],
        &["source", "reread", "auth.log", "--zone", "Europe/Berlin"],
        &["source", "set-clock", "auth.log", "+37s"],
        &["undo"],
        &["undo"],
        &["checkpoint"],
        &["journal"],
    ];
    snapshot("writes", &told(&env, commands));
}

#[test]
fn what_goes_wrong_is_said_with_a_hint() {
    let env = demo();
    let empty = TestEnv::new();
    let commands: &[&[&str]] = &[
        &["search", "statsu:200"],
        &["search", "source.ip:1.2.3"],
        &["search", "(a OR"],
        &["search", "SELECT * FROM events"],
        &["search", "*", "--fields", "nope"],
        &["search", "*", "--from", "yesterdayish"],
        &["top", "nope"],
        &["timeline", "--interval", "5x"],
        &["show", "zzz"],
        &["show", "a1b2c3d4:17"],
        &["bookmark", "remove", "6d0925ca:1"],
        &["finding", "show", "7"],
        &["undo"],
        &["redo"],
        &["import", "no-such-file.log"],
        &["import", "x", "--format", "no.such"],
        &["import", "x", "--year", "99999"],
        &["source", "reread", "ffffffff", "--utc"],
        &["source", "set-clock", "auth.log", "soon"],
        &["formats", "show", "nope"],
        &["export", "--query", "*", "--out", "."],
        &["verify", "no-such-bundle"],
        &["replay", "no-such-bundle"],
        &["nonsense"],
    ];
    let nowhere: &[&[&str]] = &[&["status"], &["search", "x"], &["verify"]];
    snapshot("wrong", &(told(&env, commands) + &told(&empty, nowhere)));
}
