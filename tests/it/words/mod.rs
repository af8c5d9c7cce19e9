//! Everything the command line prints, as whole snapshots: a changed word is a visible diff.
//!
//! `INSTA_UPDATE=always cargo test --test it` records all of them again.

mod asking;
mod custody;
mod damage;
mod errors;
mod writing;

use std::process::{Command, Stdio};

use regex::Regex;
use serde_json::Value;

use crate::env::{Output, TestEnv};
use crate::whole::demo_logs;

/// Where the demo's login after the password spraying lies.
const LOGIN: &str = "6d0925ca:668";

/// Creates a case with the demo's logs.
fn demo() -> TestEnv {
    let env = TestEnv::new().wide();
    demo_logs(&env);
    env.import(&env.path("logs"), &[]);
    env
}

/// Runs a script, one command a line, and returns the commands with everything they printed.
///
/// Words are separated by spaces and may be put in single quotes. `FOLDER` is the
/// folder of the test. A line that begins with `@NAME` is run by that user. One that
/// begins with `--case` is run on that case, `demo` on its own, and the others on `FOLDER/case`.
fn transcript(env: &TestEnv, script: &str) -> String {
    let folder = env.path("").to_string_lossy().trim_end_matches('/').to_owned();
    let lines = script.lines().map(str::trim).filter(|line| !line.is_empty());
    let runs = lines.map(|line| {
        let (user, command) = match line.strip_prefix('@').and_then(|line| line.split_once(' ')) {
            Some((user, command)) => (user, command),
            None => ("tester", line),
        };
        let words = words(&command.replace("FOLDER", &folder));
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = match words[0] {
            "--case" | "demo" => env.run_bare(&[&["vestigo"], &words[..]].concat()),
            _ => env.run_as(user, &words),
        };
        normalize(&shown(user, command, &output), &folder)
    });
    runs.collect()
}

/// Splits a command at its spaces, except inside single quotes.
fn words(command: &str) -> Vec<String> {
    let word = Regex::new(r"'([^']*)'|(\S+)").expect("the expression is valid");
    let words = word.captures_iter(command);
    words.map(|found| found.get(1).or(found.get(2)).map_or("", |found| found.as_str()).to_owned()).collect()
}

/// Returns a command with what it printed on both streams and its exit status.
fn shown(user: &str, command: &str, output: &Output) -> String {
    let prompt = if user == "tester" { "$".to_owned() } else { format!("{user}$") };
    let mut text = format!("{prompt} vestigo {command}\n");
    output.text().split_inclusive('\n').for_each(|line| text.push_str(&spread(line)));
    if !output.err.is_empty() {
        text.push_str(&format!("--- standard error\n{}", output.err));
    }
    text.push_str(&format!("--- status {}\n\n", output.status));
    text
}

/// Spreads a JSON object over several lines, so that a diff is readable; returns any
/// other line as it is.
fn spread(line: &str) -> String {
    match serde_json::from_str::<Value>(line) {
        // Only what reads back as the same line: nothing of it may be lost here.
        Ok(object) if object.is_object() && format!("{object}\n") == line => format!("{object:#}\n"),
        _ => line.to_owned(),
    }
}

/// Replaces what differs from run to run and from machine to machine.
fn normalize(text: &str, folder: &str) -> String {
    let mut text = text.replace(folder, "FOLDER");
    for (pattern, word) in [
        (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID"),
        (r"SHA256:[A-Za-z0-9+/]{43}", "SHA256:KEY"),
        (r"ssh-ed25519 [A-Za-z0-9+/=]{68}", "ssh-ed25519 KEY"),
        (r"\b[0-9a-f]{64}\b", "HASH"),
        (r"[A-Za-z0-9+/]{43}=", "ROOT"),
        (r#"(\\?"salt\\?": ?\\?")[0-9a-f]+"#, "${1}SALT"),
        (r"-----BEGIN SSH SIGNATURE-----.*?-----END SSH SIGNATURE-----", "SIGNATURE"),
        (r"(\[[a-z_.]+:)[0-9a-f]{16}\]", "${1}TOKEN]"),
        (r"\d+\.\d s\b", "N s"),
        (r#"("seconds": ?)[0-9.]+"#, "${1}N"),
        // The size of a bundle depends on the lengths of paths and of the host's name.
        (r"(?m)^(made .*: [0-9,]+ events, )[0-9.]+ [kM]?B$", "${1}SIZE"),
        (r"ends with \d+ bytes of", "ends with N bytes of"),
        (r"Payload-Oxum: \d+", "Payload-Oxum: N"),
        (r#"("files": \d+,\s+"bytes": )\d+"#, "${1}N"),
        (r"/tmp/\.tmp[A-Za-z0-9]+", "FOLDER"),
        (r#"("host": )"[^"]+"(,\s+"ssh_connection")"#, "${1}\"HOST\"${2}"),
        (r"\btester@[A-Za-z0-9._-]+", "tester@HOST"),
        (r"\bbob@[A-Za-z0-9._-]+", "bob@HOST"),
        // How wide a table is depends on the lengths of the paths in it.
        (r"(\S) {3,}", "${1}  "),
    ] {
        let pattern = Regex::new(pattern).expect("the expression is valid");
        text = pattern.replace_all(&text, word).into_owned();
    }
    text
}

#[track_caller]
fn snapshot(name: &str, text: &str) {
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, text);
    });
}

/// Returns what `--help` prints in a process without a terminal, where it is as wide everywhere.
fn help(path: &[String]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_vestigo"))
        .args(path)
        .arg("--help")
        .env_remove("COLUMNS")
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
        if path.is_empty() {
            // `generate` is hidden: it is for packagers.
            left.insert(0, vec!["generate".to_owned()]);
        }
    }
    snapshot("reference", &text);
}
