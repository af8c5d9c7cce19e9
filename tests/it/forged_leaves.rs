//! A stranger's bundle: one thing in it is changed at a time, every list and
//! signature is made anew.

use serde_json::Value;
use vestigo::export::verify_bundle;
use vestigo::journal::Signer;
use vestigo::verify::{TrustInputs, VerifyReport};

use crate::bundle::export;
use crate::env::TestEnv;
use crate::forgery::{Forgery, signer_of};

const AUTH: &str = "\
Mar  1 00:17:01 web-01 sshd[1]: Failed password for root from 203.0.113.77 port 5022 ssh2
Mar  1 01:11:44 web-01 sshd[2]: Accepted password for deploy from 203.0.113.77 port 5023 ssh2
Mar  1 05:11:46 web-01 sshd[3]: Connection closed by 198.51.100.84 port 58653 [preauth]
";
const ACCESS: &str = "\
203.0.113.77 - - [01/Mar/2026:11:00:01 +0000] \"GET /admin?a=1 HTTP/1.1\" 404 5 \"-\" \"curl/8\"
203.0.113.77 - bob [01/Mar/2026:11:00:02 +0000] \"GET /caf\u{e9} HTTP/1.1\" 200 5 \"-\" \"=cmd\"
not a line of any format \u{9b}31m
";

/// A case with a finding and a bookmark, handed over whole.
fn whole() -> TestEnv {
    let env = TestEnv::new();
    env.write_at("logs/auth.log", AUTH, 1_772_700_000);
    env.write_at("logs/access.log", ACCESS, 1_772_700_000);
    env.import(&env.path("logs"), &[]);
    env.run(&["source", "set-clock", "auth.log", "+0.5s"]).exits(0);
    env.run(&["finding", "add", "Break-in", "--query", "ip:203.0.113.77"]).exits(0);
    env.run(&["finding", "note", "1", "it \u{202e} was"]).exits(0);
    let id = env.events("outcome:success AND event.dataset:system.auth")[0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    env.run(&["bookmark", "add", &id, "--note", "how?", "--tag", "exfil"]).exits(0);
    export(&env, "bundle", &["--finding", "1", "--query", "*"]);
    env
}

/// Writes a fingerprint as the report does.
fn in_report(fingerprint: &str) -> String {
    let (kind, rest) = fingerprint.split_at("SHA256:".len());
    let fours = std::iter::once(kind.as_bytes())
        .chain(rest.as_bytes().chunks(4))
        .map(|four| String::from_utf8_lossy(four).into_owned());
    fours.map(|four| format!("<span>{four}</span><wbr>")).collect()
}

/// Makes a copy of the bundle that a stranger signed, in which nothing else differs.
fn taken_over<'a>(env: &'a TestEnv, stranger: &Signer) -> Forgery<'a> {
    let forgery = Forgery::of(env, "bundle");
    let (owner, other) = (signer_of(env).identity().fingerprint, stranger.identity().fingerprint);
    for name in ["bag-info.txt", "data/report.html"] {
        let text = String::from_utf8(forgery.read(name)).expect("it is text");
        let new = text.replace(&owner, &other).replace(&in_report(&owner), &in_report(&other));
        assert_ne!(new, text, "{name} names the key");
        forgery.put(name, new);
    }
    forgery.seal_by(stranger, "");
    forgery
}

fn judge(forgery: &Forgery<'_>) -> VerifyReport {
    verify_bundle(&forgery.path, &TrustInputs::default(), &|_, _| {}).expect("it can be read")
}

/// Makes the changes of one leaf: another value, and none.
fn changes(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => vec!["x".into()],
        Value::Bool(is) => vec![(!is).into()],
        Value::Number(number) => vec![(number.as_f64().expect("a number") as i64 + 1).into()],
        Value::String(text) if text.starts_with("2026-") => {
            vec![text.replacen("2026", "2025", 1).into(), text.replacen("0Z", "1Z", 1).into()]
        }
        Value::String(text) => vec![format!("{text}x").into(), Value::Null],
        Value::Array(list) => vec![[&list[..], &["x".into()]].concat().into()],
        Value::Object(_) => Vec::new(),
    }
}

/// Gives every version of a JSON value in which one leaf is another, with where it stands.
fn mutants(value: &Value) -> Vec<(String, Value)> {
    let mut found: Vec<(String, Value)> = changes(value)
        .into_iter()
        .filter(|other| other != value)
        .map(|other| (String::new(), other))
        .collect();
    match value {
        Value::Object(object) => {
            for (name, inner) in object {
                for (at, changed) in mutants(inner) {
                    let mut all = object.clone();
                    all[name] = changed;
                    found.push((format!("{name} {at}"), all.into()));
                }
                let mut less = object.clone();
                less.shift_remove(name);
                found.push((format!("{name} removed"), less.into()));
            }
            let mut more = object.clone();
            more.insert("zz".into(), 1.into());
            found.push(("added".into(), more.into()));
        }
        Value::Array(list) => {
            for (n, inner) in list.iter().enumerate() {
                for (at, changed) in mutants(inner) {
                    let mut all = list.clone();
                    all[n] = changed;
                    found.push((format!("{n} {at}"), all.into()));
                }
            }
        }
        _ => {}
    }
    found
}

/// Puts each version of a file into the bundle, sealed by the stranger; gives
/// those that were found sound or, where `named`, whose damage is another file's.
fn unseen(
    forgery: &Forgery<'_>,
    stranger: &Signer,
    name: &str,
    versions: Vec<(String, Vec<u8>)>,
    named: bool,
) -> Vec<String> {
    let genuine = forgery.read(name);
    let mut missed = Vec::new();
    for (at, version) in versions {
        assert!(version != genuine, "{name}: {at}: nothing was changed");
        forgery.put(name, version);
        forgery.seal_by(stranger, "");
        let verdict = judge(forgery);
        if verdict.levels.consistent || named && !verdict.damage.iter().any(|damage| damage.file == name) {
            missed.push(format!("{name}: {at}"));
        }
    }
    forgery.put(name, genuine);
    missed
}

/// Gives the versions of a file of JSON lines in which one leaf of one of these lines is another.
fn of_lines(text: &[u8], lines: &[usize]) -> Vec<(String, Vec<u8>)> {
    let all: Vec<&str> = std::str::from_utf8(text).expect("it is text").lines().collect();
    let mut versions = Vec::new();
    for n in lines {
        let value: Value = serde_json::from_str(all[*n]).expect("JSON");
        for (at, changed) in mutants(&value) {
            let mut other: Vec<String> = all.iter().map(|line| (*line).to_owned()).collect();
            other[*n] = changed.to_string();
            versions.push((format!("line {n}: {at}"), (other.join("\n") + "\n").into_bytes()));
        }
    }
    versions
}

fn of_whole(text: &[u8]) -> Vec<(String, Vec<u8>)> {
    let value: Value = serde_json::from_slice(text).expect("JSON");
    let written = |value: &Value| (serde_json::to_string_pretty(value).expect("JSON") + "\n").into_bytes();
    mutants(&value).into_iter().map(|(at, changed)| (at, written(&changed))).collect()
}

/// Gives the versions of a table in which one cell is another.
fn of_table(text: &[u8]) -> Vec<(String, Vec<u8>)> {
    let text = std::str::from_utf8(text).expect("it is text");
    let ends =
        text.match_indices("\",\"").map(|(at, _)| at).chain(text.match_indices("\"\n").map(|(at, _)| at));
    ends.map(|at| (format!("cell before {at}"), [&text[..at], "7", &text[at..]].concat().into_bytes()))
        .collect()
}

#[test]
fn every_leaf_that_a_stranger_changes_is_found() {
    let env = whole();
    let stranger = {
        let other = TestEnv::new();
        other.import(&other.write("a.log", AUTH), &[]);
        signer_of(&other)
    };
    let forgery = taken_over(&env, &stranger);
    let verdict = judge(&forgery);
    assert_eq!(verdict.damage, Vec::new());
    assert!(
        verdict.notes.iter().any(|note| note.contains("6 events were parsed again")),
        "{:?}",
        verdict.notes
    );
    let mut missed = Vec::new();
    let mut look = |name: &str, versions: Vec<(String, Vec<u8>)>, named: bool| {
        assert!(versions.len() > 5, "{name}");
        missed.extend(unseen(&forgery, &stranger, name, versions, named));
    };
    let read = |name: &str| forgery.read(name);
    look("data/events.jsonl", of_lines(&read("data/events.jsonl"), &[0, 1, 4, 5]), true);
    look("data/timesketch.jsonl", of_lines(&read("data/timesketch.jsonl"), &[1, 4]), true);
    look("data/events.csv", of_table(&read("data/events.csv")), true);
    look("data/records.csv", of_table(&read("data/records.csv")), false);
    look("data/findings.jsonl", of_lines(&read("data/findings.jsonl"), &[0, 1]), true);
    // What is added under a name that nobody knows is told, not refused.
    let known = |versions: Vec<(String, Vec<u8>)>| {
        let unknown = |at: &str| {
            at == "added" || at.starts_with("sources") && at.ends_with("added") && at.split(' ').count() == 3
        };
        versions.into_iter().filter(|(at, _)| !unknown(at)).collect::<Vec<_>>()
    };
    look("data/coverage.json", known(of_whole(&read("data/coverage.json"))), true);
    look("data/query.json", known(of_whole(&read("data/query.json"))), false);
    let info = String::from_utf8(read("bag-info.txt")).expect("text");
    let lines = info.lines().filter(|line| !line.starts_with("Payload-Oxum"));
    let other = |line: &str| (line.to_owned(), info.replace(line, &format!("{line}7")).into_bytes());
    let mut infos: Vec<(String, Vec<u8>)> = lines.map(other).collect();
    infos.push(("a field".to_owned(), format!("{info}Contact-Name: Mallory\n").into_bytes()));
    look("bag-info.txt", infos, false);
    let report = String::from_utf8(read("data/report.html")).expect("text");
    let body = report.find("</style>").expect("a style");
    let figures = report.char_indices().filter(|(at, c)| *at > body && c.is_ascii_digit()).map(|(at, _)| at);
    let figures: Vec<usize> = figures.collect();
    let figures = figures.iter().step_by(figures.len() / 60 + 1).map(|at| {
        let digit = if report[*at..].starts_with('7') { "8" } else { "7" };
        (format!("at {at}"), [&report[..*at], digit, &report[at + 1..]].concat().into_bytes())
    });
    look("data/report.html", figures.collect(), true);
    assert_eq!(missed, Vec::<String>::new());
    // All that was changed is as it was: the next verdict is that of the beginning.
    forgery.seal_by(&stranger, "");
    assert_eq!(judge(&forgery).damage, Vec::new());
}

#[test]
fn an_outcome_turned_round_in_every_form_does_not_follow_from_the_record() {
    let env = whole();
    let forgery = Forgery::of(&env, "bundle");
    for name in ["data/events.jsonl", "data/timesketch.jsonl", "data/events.csv"] {
        let text = String::from_utf8(forgery.read(name)).expect("text");
        assert!(text.contains("\"success\""), "{name}");
        forgery.put(name, text.replace("\"success\"", "\"failure\""));
    }
    forgery.seal();
    for file in ["data/events.jsonl", "data/timesketch.jsonl", "data/events.csv"] {
        forgery.is_refused(file);
    }
    forgery.is_refused("event.outcome says \\\"failure\\\", derived is \\\"success\\\"");
}

#[test]
fn another_way_to_read_a_source_is_not_the_journals() {
    let env = whole();
    let forgery = Forgery::of(&env, "bundle");
    forgery.edit_whole("data/coverage.json", |covered| {
        for source in covered["sources"].as_array_mut().expect("a list") {
            source["plan"]["zone"] = "+05:00".into();
        }
    });
    forgery.seal();
    forgery.is_refused("plan: zone says");
    forgery.is_refused("@timestamp says");
}

#[test]
fn that_two_keys_signed_is_told() {
    let env = whole();
    let other = TestEnv::new();
    other.import(&other.write("a.log", AUTH), &[]);
    let stranger = signer_of(&other);
    let forgery = taken_over(&env, &stranger);
    let verdict = judge(&forgery);
    let (owner, fingerprint) = (signer_of(&env).identity().fingerprint, stranger.identity().fingerprint);
    let said = verdict.notes.join("\n");
    assert!(
        said.contains(&format!(
            "Two keys signed: the bundle {fingerprint}, the case's checkpoint in it {owner}."
        )),
        "{said}"
    );
    assert!(said.contains("does not name as a key of the case"), "{said}");
    assert!(verdict.levels.signed.is_some());
    // Where the stranger signs the checkpoint, too, nothing says that the case is his.
    let pem = stranger.sign("vestigo-checkpoint", &forgery.read("data/checkpoint.txt")).expect("it signs");
    forgery.put("data/checkpoint.txt.sig", pem);
    forgery.seal_by(&stranger, "");
    let verdict = judge(&forgery);
    assert_eq!((verdict.levels.consistent, &verdict.levels.signed), (true, &None));
    assert!(verdict.not_proven.iter().any(|open| open.contains("which signed the checkpoint")));
}

#[test]
fn a_bundle_of_the_version_before_is_verified_as_far_as_it_names_what_is_needed() {
    let tar = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/bundles/0.1.0.tar");
    let verdict = verify_bundle(&tar, &TrustInputs::default(), &|_, _| {}).expect("it can be read");
    assert_eq!((verdict.damage, verdict.levels.signed.is_some()), (Vec::new(), true));
    let open = verdict.not_proven.join("\n");
    for said in [
        "The fields of 8 events, which were not derived: this bundle does not record how its records were parsed.",
        "What findings.jsonl says: this bundle does not name the events of its findings.",
        "That the report agrees with the other files: this bundle does not record what the report was made with.",
        "the journal does not say how it parsed 2 of 2 sources.",
    ] {
        assert!(open.contains(said), "{said}: {open}");
    }
}
