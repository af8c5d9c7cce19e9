//! What verification finds: every flipped byte, and the attacks one by one.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::authority::Authority;
use crate::env::{Output, TestEnv};

/// Two lines of a web server.
pub const LOG: &str = "\
203.0.113.7 - alice [02/Mar/2026:03:12:07 +0000] \"GET /a HTTP/1.1\" 200 17 \"-\" \"curl/8\"
203.0.113.7 - bob [02/Mar/2026:03:12:08 +0000] \"GET /b HTTP/1.1\" 404 19 \"-\" \"curl/8\"
";

/// A case of a few kilobytes with a bookmark and a finding.
fn small() -> TestEnv {
    let env = TestEnv::new();
    env.import(&env.write("access.log", LOG), &[]);
    let id = env.events("user.name:bob")[0]["id"].as_str().expect("an id").to_owned();
    env.run(&["bookmark", "add", &id, "--note", "odd", "--tag", "exfil"]).exits(0);
    env.run(&["finding", "add", "Somebody looked around", "--severity", "high", "--event", &id]).exits(0);
    env
}

/// Lists the files of a folder and of those in it.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn verify(env: &TestEnv, words: &[&str]) -> (Output, Value) {
    let all: Vec<&str> = ["--json", "verify", "--deep"].iter().chain(words).copied().collect();
    let output = env.run(&all);
    let verdict = output.json().pop().unwrap_or_default();
    (output, verdict)
}

fn damaged(verdict: &Value) -> Vec<&str> {
    let damage = verdict["damage"].as_array().map_or(&[][..], Vec::as_slice);
    damage.iter().filter_map(|each| each["file"].as_str()).collect()
}

/// Says whether a verification named a file, or could not even begin because of it.
fn names_file(output: &Output, verdict: &Value, file: &str) -> bool {
    damaged(verdict).contains(&file) || output.err.contains(file)
}

/// Says whether a verification notes something.
fn told(verdict: &Value, what: &str) -> bool {
    let notes = verdict["notes"].as_array().map_or(&[][..], Vec::as_slice);
    notes.iter().filter_map(Value::as_str).any(|note| note.contains(what))
}

#[test]
fn every_flipped_byte_of_a_case_is_found_and_its_file_named() {
    let env = small();
    let case = env.path("case");
    verify(&env, &[]).0.exits(0);
    let (mut tried, mut missed) = (0, Vec::new());
    for path in files(&case) {
        let name = path.strip_prefix(&case).expect("it is inside").to_string_lossy().into_owned();
        let whole = std::fs::read(&path).expect("it is there");
        // A file that nothing but searching rests on is sampled.
        let step = if name.starts_with("index/") { 7 } else { 1 };
        for at in (0..whole.len()).step_by(step) {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << (at % 8);
            std::fs::write(&path, &bytes).expect("it can be written");
            let (output, verdict) = verify(&env, &[]);
            tried += 1;
            let found = if name.starts_with("index/") {
                // Nothing rests on it: it is told of, but for its seal, which only the user can check.
                let seal = name.ends_with("meta.json") && at + 75 > whole.len();
                // A hash says the same in capitals.
                let same = bytes[at].eq_ignore_ascii_case(&whole[at]);
                output.status == 0
                    && (seal || same || told(&verdict, "index/ does not agree with the evidence"))
            } else {
                matches!(output.status, 3 | 4) && names_file(&output, &verdict, &name)
            };
            if !found {
                missed.push((name.clone(), at, output.status));
            }
        }
        std::fs::write(&path, &whole).expect("it can be written");
    }
    assert!(tried > 3000, "{tried}");
    let (count, first) = (missed.len(), missed.iter().take(5).collect::<Vec<_>>());
    assert_eq!(count, 0, "such as {first:?}");
    verify(&env, &[]).0.exits(0);
}

/// Returns the files of a case whose names begin with one of these, relative to it.
fn named(case: &Path, wanted: &[&str]) -> Vec<String> {
    let names = files(case)
        .into_iter()
        .map(|path| path.strip_prefix(case).expect("it is inside").to_string_lossy().into_owned());
    names.filter(|name| wanted.iter().any(|start| name.starts_with(start))).collect()
}

/// Verifies a case without one of its files, and puts the file back.
fn verify_without(env: &TestEnv, name: &str, words: &[&str]) -> (Output, Value) {
    let path = env.path("case").join(name);
    let whole = std::fs::read(&path).expect("it is there");
    std::fs::remove_file(&path).expect("it is ours");
    let verified = verify(env, words);
    std::fs::write(&path, &whole).expect("it can be written");
    verified
}

#[test]
fn every_missing_file_on_which_something_rests_is_named() {
    let env = small();
    let names = named(&env.path("case"), &["case.toml", "journal.jsonl", "evidence/"]);
    assert!(names.len() >= 5, "{names:?}");
    for name in names {
        let (output, verdict) = verify_without(&env, &name, &[]);
        assert!(matches!(output.status, 3 | 4), "{name}: {} {verdict}", output.status);
        assert!(names_file(&output, &verdict, &name), "{name}: {} {verdict}", output.err);
    }
}

#[test]
fn a_missing_checkpoint_leaves_uncovered_what_only_it_covered() {
    let env = small();
    let names = named(&env.path("case"), &["anchors/"]);
    let newest = ["anchors/checkpoint-000005.txt", "anchors/checkpoint-000005.txt.sig"];
    assert!(newest.iter().all(|name| names.iter().any(|other| other == name)), "{names:?}");
    assert!(names.len() > newest.len(), "there is an older one: {names:?}");
    for name in names {
        let (output, verdict) = verify_without(&env, &name, &["--require", "signed"]);
        // Whatever an older checkpoint covers, the newest covers as well.
        let needed = newest.contains(&name.as_str());
        assert_eq!(output.status, if needed { 4 } else { 0 }, "{name}: {verdict}");
        assert_eq!(verdict["checks"]["signed"].is_null(), needed, "{name}: {verdict}");
        assert_eq!(verdict["damage"], serde_json::json!([]), "{name}");
    }
}

/// Rewrites the journal's lines with a chain that fits again.
pub fn forge(case: &Path, change: impl Fn(&mut Vec<Value>)) {
    use sha2::{Digest, Sha256};
    let path = case.join("journal.jsonl");
    let text = std::fs::read_to_string(&path).expect("it is there");
    let mut lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    change(&mut lines);
    let (mut prev, mut out) = ("0".repeat(64), String::new());
    for (seq, line) in lines.iter_mut().enumerate() {
        line["seq"] = seq.into();
        line["prev"] = prev.into();
        let text = format!("{line}\n");
        prev = Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
        out.push_str(&text);
    }
    std::fs::write(path, out).expect("it can be written");
}

fn reasons(verdict: &Value) -> String {
    verdict["damage"].to_string()
}

#[test]
fn a_rewritten_journal_does_not_fit_its_checkpoints() {
    let env = small();
    forge(&env.path("case"), |lines| {
        let last = lines.last_mut().expect("a finding");
        last["what"]["severity"] = "info".into();
    });
    let (output, verdict) = verify(&env, &[]);
    output.exits(4);
    assert!(reasons(&verdict).contains("the history was rewritten"), "{verdict}");
}

#[test]
fn a_cut_tail_is_smaller_than_its_checkpoint() {
    let env = small();
    forge(&env.path("case"), |lines| drop(lines.pop()));
    let (output, verdict) = verify(&env, &[]);
    output.exits(4);
    assert!(reasons(&verdict).contains("the journal has 4 entries, it says 5"), "{verdict}");
}

#[test]
fn a_rollback_is_found_with_an_anchor_and_without_one_is_said_to_be_possible() {
    let env = small();
    let copy = env.path("older");
    let line = env.run(&["checkpoint"]).ends(0).text().to_owned();
    copy_folder(&env.path("case"), &copy);
    let id = env.events("user.name:alice")[0]["id"].as_str().expect("an id").to_owned();
    env.run(&["bookmark", "add", &id]).exits(0);
    let newer = env.run(&["checkpoint"]).ends(0).text().to_owned();
    let (old, new) = (env.write("ticket", format!("kept: {line}")), env.write("newer", &newer));
    let (old, new) = (old.to_string_lossy().into_owned(), new.to_string_lossy().into_owned());
    let (output, verdict) = verify(&env, &["--anchor", &old, "--require", "extends"]);
    output.exits(0);
    assert_eq!(verdict["checks"]["extends"], true);
    let case = copy.to_string_lossy().into_owned();
    let back = env.run(&["--json", "verify", &case, "--anchor", &new]).ends(4);
    assert!(reasons(&back.json()[0]).contains("this case is older than your checkpoint"), "{}", back.text());
    let unaware = env.run(&["--json", "verify", &case]).ends(0);
    assert!(unaware.text().contains("an older copy of the whole case would look the same"));
}

#[test]
fn a_case_rewritten_with_another_key_is_signed_by_a_stranger() {
    let env = small();
    let allowed = env.run(&["keys", "allow", "ada@example.org"]).ends(0).text().to_owned();
    let allowed = env.write("allowed", allowed).to_string_lossy().into_owned();
    let words = ["--allowed-signers", &allowed, "--require", "signed"];
    verify(&env, &words).0.exits(0);
    forge(&env.path("case"), |lines| {
        lines.last_mut().expect("a finding")["what"]["title"] = "nothing".into();
    });
    std::fs::remove_dir_all(env.path("case/anchors")).expect("it is ours");
    std::fs::remove_dir_all(env.path("config")).expect("it is ours");
    // On another machine, which has not seen it before.
    std::fs::remove_dir_all(env.path("data")).expect("it is ours");
    env.run(&["checkpoint", "--adopt"]).exits(0);
    verify(&env, &[]).0.exits(0);
    let (output, verdict) = verify(&env, &words);
    output.exits(4);
    let said = verdict["not_proven"].to_string();
    assert!(said.contains("no key of this case signed a checkpoint, a stranger's did"), "{verdict}");
}

#[test]
fn a_signature_that_is_not_trusted_is_no_success() {
    let env = small();
    let stranger = env.run(&["keys", "allow", "ada@example.org"]).ends(0).text().to_owned();
    let known = env.write("known", &stranger).to_string_lossy().into_owned();
    verify(&env, &["--allowed-signers", &known]).0.exits(0);
    let nobody = env.write("nobody", "# nobody yet\n").to_string_lossy().into_owned();
    verify(&env, &["--allowed-signers", &nobody]).0.exits(4);
    let other = stranger.replace("vestigo-checkpoint", "something-else");
    let other = env.write("other", other).to_string_lossy().into_owned();
    verify(&env, &["--allowed-signers", &other]).0.exits(4);
    let old = stranger.replacen(' ', " valid-before=\"20200101\",", 1);
    let old = env.write("old", old).to_string_lossy().into_owned();
    verify(&env, &["--allowed-signers", &old]).0.exits(4);
    verify(&env, &["--allowed-signers", &known, "--revoked", "no/such/list"]).0.exits(4);
    env.run(&["verify", "--require", "anchord"]).exits(2);
    env.run(&["verify", "--tsa-ca", "no/such/file"]).exits(2);
}

#[test]
fn a_time_stamp_over_anything_else_anchors_nothing() {
    const TEST: &str = "a_time_stamp_over_anything_else_anchors_nothing";
    let env = small();
    let Some(authority) = Authority::new(TEST) else { return };
    env.run(&["checkpoint", "--tsa", &authority.url]).exits(0);
    let ca = authority.certificate();
    let words = ["--tsa-ca", &ca, "--require", "anchored"];
    verify(&env, &words).0.exits(0);
    // Somebody makes the case anew and keeps the stamp.
    let anchors = env.path("case/anchors");
    let named = |ending: &str| {
        let found = files(&anchors).into_iter().find(|path| path.extension().is_some_and(|e| e == ending));
        found.expect("the checkpoint was stamped")
    };
    let token = named("tsr");
    let signature = token.with_extension("sig");
    let kept = [token, signature].map(|path| std::fs::read(path).expect("it is there"));
    forge(&env.path("case"), |lines| lines.retain(|line| line["do"] != "anchor.stamp"));
    std::fs::remove_dir_all(&anchors).expect("it is ours");
    std::fs::remove_dir_all(env.path("data")).expect("it is ours");
    env.run(&["checkpoint", "--adopt"]).exits(0);
    for (ending, bytes) in ["tsr", "sig"].into_iter().zip(kept) {
        std::fs::write(anchors.join(format!("zzz.{ending}")), bytes).expect("it can be written");
    }
    let (output, verdict) = verify(&env, &words);
    output.exits(4);
    assert!(verdict["notes"].to_string().contains("zzz.tsr is named by no journal entry"), "{verdict}");
}

#[test]
fn a_checkpoint_of_another_case_is_named_itself() {
    let (env, other) = (small(), small());
    for ending in ["", ".sig"] {
        let name = format!("checkpoint-000003.txt{ending}");
        let from = other.path("case/anchors").join(&name);
        std::fs::copy(from, env.path("case/anchors").join(&name)).expect("it can be copied");
    }
    let (output, verdict) = verify(&env, &[]);
    assert!(names_file(&output, &verdict, "anchors/checkpoint-000003.txt"), "{verdict}");
    assert!(reasons(&verdict).contains("it is of another case"), "{verdict}");
}

#[test]
fn a_broken_journal_is_told_with_its_last_good_checkpoint() {
    let env = small();
    let path = env.path("case/journal.jsonl");
    let text = std::fs::read_to_string(&path).expect("it is there");
    let mut lines: Vec<&str> = text.lines().collect();
    lines.remove(3);
    std::fs::write(&path, lines.join("\n") + "\n").expect("it can be written");
    let (output, verdict) = verify(&env, &[]);
    output.exits(4);
    assert!(reasons(&verdict).contains("line 4: it has number 4, expected 3"), "{verdict}");
    assert!(verdict["notes"].to_string().contains("the last good checkpoint covers 3 entries"), "{verdict}");
}

#[test]
fn two_histories_fork_at_the_checkpoint_of_the_other() {
    let env = small();
    let (copy, original) = (env.path("copy"), env.path("case"));
    copy_folder(&original, &copy);
    let alice = env.events("user.name:alice")[0]["id"].as_str().expect("an id").to_owned();
    let bob = env.events("user.name:bob")[0]["id"].as_str().expect("an id").to_owned();
    env.run(&["bookmark", "add", &alice]).exits(0);
    let case = copy.to_string_lossy().into_owned();
    env.run_bare(&["vestigo", "--case", &case, "bookmark", "add", &bob]).exits(0);
    let line = env.run_bare(&["vestigo", "--case", &case, "checkpoint"]).ends(0).text().to_owned();
    let anchor = env.write("other", line).to_string_lossy().into_owned();
    let (output, verdict) = verify(&env, &["--anchor", &anchor]);
    output.exits(4);
    assert!(reasons(&verdict).contains("history differs"), "{verdict}");
}

#[test]
fn an_index_that_was_touched_is_named_and_made_again() {
    let env = small();
    let before = env.run(&["--json", "search", "--all", "*"]).ends(0);
    let segment = files(&env.path("case/index"))
        .into_iter()
        .find(|path| !path.ends_with("meta.json"))
        .expect("a segment");
    let mut bytes = std::fs::read(&segment).expect("it is there");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    std::fs::write(&segment, bytes).expect("it can be written");
    let (output, verdict) = verify(&env, &[]);
    output.exits(0);
    assert!(told(&verdict, "`vestigo reindex` rebuilds it"), "{verdict}");
    assert_eq!(env.run(&["--json", "search", "--all", "*"]).ends(0).out, before.out);
}

/// Copies a folder with all that is in it.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("it can be made");
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("it can be copied");
        }
    }
}
