//! What the commands of custody and of handing over print.

use vestigo::journal::Keyring;

use super::{LOGIN, demo, snapshot, transcript};
use crate::custody::copy_folder;
use crate::env::TestEnv;

/// The name of the key with which the receiver signs.
const RECEIVER: &str = "7f0c1a52-6f0f-4a59-8d0b-0a8a3c1d2e3f";

/// Creates the demo with a bookmark and a finding, and a key of whoever receives a bundle.
fn noted() -> TestEnv {
    let env = demo();
    env.run(&["bookmark", "add", LOGIN, "--note", "a guessed password"]).exits(0);
    env.run(&["finding", "add", "Break-in", "--query", "ip:203.0.113.77"]).exits(0);
    Keyring::new(env.path("keys")).create(RECEIVER).expect("a key can be made");
    env
}

/// Repeats a script with `--json` before each command.
fn in_json(script: &str) -> String {
    let lines = script.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| format!("--json {line}\n")).collect()
}

const EXPORTING: &str = "
    export --finding 1 --out FOLDER/bundle
    export --bookmarks --out FOLDER/bundle.tar --tar
    export --event LOGIN --originals --out FOLDER/originals
    export --all --finding 1 --redact user.name,source.ip --redact-reason privacy --out FOLDER/redacted
    export --query 'status:404' --from 2026-03-02 --to 2026-03-03 --redact-value /admin --out FOLDER/named
    export --query nobody-is-called-so --out FOLDER/nothing
    verify FOLDER/bundle
    verify FOLDER/bundle.tar
    verify FOLDER/originals
    verify FOLDER/redacted
    verify FOLDER/nothing
    verify FOLDER/bundle --require consistent,signed,anchored,extends
    journal
";

#[test]
fn what_an_export_and_its_verification_print() {
    snapshot("exports", &transcript(&noted(), &EXPORTING.replace("LOGIN", LOGIN)));
}

#[test]
fn what_an_export_and_its_verification_print_in_json() {
    snapshot("exports_json", &transcript(&noted(), &in_json(&EXPORTING.replace("LOGIN", LOGIN))));
}

const SIGNING: &str = "
    checkpoint
    checkpoint --out FOLDER/checkpoint.txt
    checkpoint --adopt
    checkpoint --accept-history
    checkpoint --sign FOLDER/keys/RECEIVER
    checkpoint --tsa https://authority.example
    keys list
    keys allow ada@example.org
    verify --anchor FOLDER/checkpoint.txt --require extends
    verify --allowed-signers FOLDER/nobody
    verify --require consistent,signed,anchored,extends
    verify --roots
";

fn signing() -> TestEnv {
    let env = noted();
    env.write("nobody", "# nobody yet\n");
    env
}

#[test]
fn what_checkpoints_and_keys_print() {
    snapshot("signs", &transcript(&signing(), &SIGNING.replace("RECEIVER", RECEIVER)));
}

#[test]
fn what_checkpoints_and_keys_print_in_json() {
    snapshot("signs_json", &transcript(&signing(), &in_json(&SIGNING.replace("RECEIVER", RECEIVER))));
}

/// Runs a script of handing over, in which `TOKEN` is a token of the redacted bundle.
fn handing_over(json: bool) -> String {
    let env = noted();
    let mark = |script: &str| if json { in_json(script) } else { script.replace("RECEIVER", RECEIVER) };
    let exporting = "
        export --finding 1 --out FOLDER/bundle
        export --finding 1 --redact source.ip --out FOLDER/redacted
        replay FOLDER/bundle
        replay FOLDER/redacted
        transfer new FOLDER/bundle --released-by Ada --received-by Grace --purpose review --place Berlin
        transfer check FOLDER/bundle.transfer.json
        transfer receive FOLDER/bundle.transfer.json --sign FOLDER/keys/RECEIVER
        transfer check FOLDER/bundle.transfer.json
    ";
    let mut text = transcript(&env, &mark(exporting).replace("RECEIVER", RECEIVER));
    let ledger = std::fs::read_to_string(env.path("redacted/data/redactions.jsonl")).expect("it is there");
    let rows = ledger.lines().map(|row| serde_json::from_str(row).expect("it is JSON"));
    let row = rows.into_iter().find(|row: &serde_json::Value| row["field"] == "source.ip");
    let token = row.expect("an address was redacted")["token"].as_str().expect("it is text").to_owned();
    env.write(
        "more.log",
        "203.0.113.77 - - [03/Mar/2026:10:00:00 +0000] \"GET /again HTTP/1.1\" 200 1 \"-\" \"curl/8\"\n",
    );
    let revealing = "
        reveal FOLDER/redacted TOKEN
        reveal FOLDER/redacted TOKEN --out FOLDER/revealed.json
        show LOGIN --proof
        import FOLDER/more.log
        replay FOLDER/bundle
        replay FOLDER/bundle/data/query.json
        journal
    ";
    text += &transcript(&env, &mark(revealing).replace("TOKEN", &token).replace("LOGIN", LOGIN));
    let proof = env.run(&["show", LOGIN, "--proof"]).ends(0).out;
    env.write("proof.json", proof);
    text += &transcript(&env, &mark("verify FOLDER/proof.json"));
    let changed = std::fs::read_to_string(env.path("bundle.transfer.json")).expect("it is there");
    env.write("bundle.transfer.json", changed.replace("Berlin", "Boston"));
    text + &transcript(&env, &mark("transfer check FOLDER/bundle.transfer.json"))
}

#[test]
fn what_handing_over_prints() {
    snapshot("handovers", &handing_over(false));
}

#[test]
fn what_handing_over_prints_in_json() {
    snapshot("handovers_json", &handing_over(true));
}

/// Merges the journal of a copy in which both a signer and a stranger wrote.
fn merging(json: bool) -> String {
    let env = noted();
    let mark = |script: &str| if json { in_json(script) } else { script.to_owned() };
    copy_folder(&env.path("case"), &env.path("copy"));
    env.run(&["finding", "set", "1", "--severity", "low"]).exits(0);
    // What is said behind another entry is said later: which of the two stands is certain.
    let copy = env.path("copy").to_string_lossy().into_owned();
    let there = |words: &[&str]| env.run_bare(&[&["vestigo", "--case", &copy], words].concat());
    there(&["bookmark", "add", "6c603b53:1", "--note", "theirs"]).exits(0);
    there(&["finding", "set", "1", "--severity", "high"]).exits(0);
    crate::trust::append(
        &env.path("copy"),
        "bob@forensics",
        "finding.add",
        &crate::trust::finding("unsigned"),
    );
    let script = "
        journal merge FOLDER/copy
        journal merge FOLDER/copy
        journal merge FOLDER/copy --adopt
        finding list
        journal
    ";
    transcript(&env, &mark(script))
}

#[test]
fn what_a_merge_prints() {
    snapshot("merges", &merging(false));
}

#[test]
fn what_a_merge_prints_in_json() {
    snapshot("merges_json", &merging(true));
}

#[test]
fn what_adopting_and_giving_up_a_history_print() {
    let env = noted();
    copy_folder(&env.path("case"), &env.path("older"));
    crate::trust::append(
        &env.path("case"),
        "bob@forensics",
        "finding.add",
        &crate::trust::finding("planted"),
    );
    let mut text = transcript(
        &env,
        "
        bookmark add 6c603b53:1
        export --finding 1 --out FOLDER/bundle
        checkpoint
        verify
        checkpoint --adopt
    ",
    );
    std::fs::remove_dir_all(env.path("case")).expect("it is ours");
    copy_folder(&env.path("older"), &env.path("case"));
    text += &transcript(
        &env,
        "
        status
        verify
        bookmark add 6c603b53:1
        checkpoint --accept-history
        verify
        bookmark add 6c603b53:1
    ",
    );
    snapshot("histories", &text);
}
