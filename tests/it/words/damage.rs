//! What is printed of a case and of a bundle that somebody or something damaged.

use super::{LOGIN, demo, snapshot, transcript};
use crate::custody::copy_folder;
use crate::env::TestEnv;

/// A change of one file: its name, and what becomes of its bytes (`None`: it is removed).
type Damage = (&'static str, fn(Vec<u8>) -> Option<Vec<u8>>);

fn flip_middle(mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    Some(bytes)
}

fn cut(mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    bytes.truncate(bytes.len() / 2);
    Some(bytes)
}

fn remove(_: Vec<u8>) -> Option<Vec<u8>> {
    None
}

fn empty(_: Vec<u8>) -> Option<Vec<u8>> {
    Some(Vec::new())
}

/// Changes the first of these texts: where it lies must not depend on lengths of paths.
fn reword(bytes: Vec<u8>) -> Option<Vec<u8>> {
    let text = String::from_utf8(bytes).expect("it is text");
    let words = [
        ("Break-in", "Break-up"),
        ("auth.log", "auth.lag"),
        ("203.0.113.77", "203.0.113.78"),
        ("id = \"", "id = \"0"),
        ("vestigo/", "vestige/"),
    ];
    let (from, to) = words.into_iter().find(|(from, _)| text.contains(from)).expect("it has one of them");
    Some(text.replacen(from, to, 1).into_bytes())
}

/// Cuts off the end of the last line.
fn tear(mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    bytes.truncate(bytes.len() - 9);
    Some(bytes)
}

/// Drops the last line of a text.
fn drop_line(bytes: Vec<u8>) -> Option<Vec<u8>> {
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let mut lines: Vec<&str> = text.lines().collect();
    lines.pop();
    Some((lines.join("\n") + "\n").into_bytes())
}

/// Damages a copy of a folder in each of these ways, and returns what a script prints of it.
fn damaged(env: &TestEnv, folder: &str, damages: &[Damage], script: &str) -> String {
    let (whole, kept) = (env.path(folder), env.path("kept"));
    copy_folder(&whole, &kept);
    let mut text = String::new();
    for (name, change) in damages {
        let path = whole.join(name);
        let before = std::fs::read(&path).expect("it is there");
        match change(before.clone()) {
            Some(after) => {
                assert_ne!(before, after, "{name} is changed");
                std::fs::write(&path, after).expect("it can be written");
            }
            None => std::fs::remove_file(&path).expect("it is ours"),
        }
        text.push_str(&format!("# {name}\n\n{}", transcript(env, script)));
        std::fs::remove_dir_all(&whole).expect("it is ours");
        copy_folder(&kept, &whole);
    }
    std::fs::remove_dir_all(kept).expect("it is ours");
    text
}

fn noted() -> TestEnv {
    let env = demo();
    env.run(&["bookmark", "add", LOGIN, "--note", "a guessed password"]).exits(0);
    env.run(&["finding", "add", "Break-in", "--query", "ip:203.0.113.77"]).exits(0);
    env
}

#[test]
fn what_is_printed_of_a_damaged_case() {
    let damages: &[Damage] = &[
        ("evidence/0001/content.zst", flip_middle),
        ("evidence/0001/content.zst", cut),
        ("evidence/0001/content.zst", remove),
        ("evidence/0001/manifest.json", reword),
        ("evidence/0001/manifest.json", empty),
        ("evidence/0001/manifest.json", remove),
        ("case.toml", reword),
        ("case.toml", empty),
        ("journal.jsonl", reword),
        ("journal.jsonl", drop_line),
        ("journal.jsonl", tear),
        ("journal.jsonl", remove),
        ("anchors/checkpoint-000005.txt", reword),
        ("anchors/checkpoint-000005.txt.sig", empty),
        ("anchors/checkpoint-000005.txt.sig", remove),
    ];
    let script = "
        verify --deep
        finding list
        bookmark add 6c603b53:1
    ";
    let env = noted();
    snapshot("damaged_case", &damaged(&env, "case", damages, script));
    let text = damaged(&env, "case", &damages[..2], "--json verify --deep");
    snapshot("damaged_case_json", &text);
}

#[test]
fn what_is_printed_of_a_damaged_bundle() {
    let env = noted();
    let out = env.path("bundle").to_string_lossy().into_owned();
    env.run(&["export", "--finding", "1", "--out", &out]).exits(0);
    let damages: &[Damage] = &[
        ("data/events.jsonl", drop_line),
        ("data/events.csv", reword),
        ("data/journal.jsonl", reword),
        ("data/report.html", remove),
        ("data/query.json", empty),
        ("bagit.txt", empty),
        ("manifest-sha256.txt", drop_line),
        ("tagmanifest-sha256.txt", drop_line),
        ("tagmanifest-sha256.txt.sig", remove),
        ("tagmanifest-sha256.txt.sig", empty),
    ];
    let script = "
        verify FOLDER/bundle
        replay FOLDER/bundle
        transfer new FOLDER/bundle --released-by Ada --received-by Grace --purpose review --place Berlin
    ";
    snapshot("damaged_bundle", &damaged(&env, "bundle", damages, script));
    let text = damaged(&env, "bundle", &damages[..2], "--json verify FOLDER/bundle");
    snapshot("damaged_bundle_json", &text);
}

/// Damages the evidence so that one source is lost in part.
fn repairing(json: &str) -> String {
    let env = noted();
    let path = env.path("case/evidence/0001/content.zst");
    let bytes = std::fs::read(&path).expect("it is there");
    std::fs::write(&path, flip_middle(bytes).expect("it is kept")).expect("it can be written");
    let script = "
        JSON repair --out FOLDER/saved
        --case FOLDER/saved JSON status
        --case FOLDER/saved JSON verify --deep
        --case FOLDER/saved JSON bookmark list
        --case FOLDER/saved JSON journal
        --case FOLDER/saved JSON repair --out FOLDER/again
    ";
    transcript(&env, &script.replace("JSON ", json))
}

#[test]
fn what_a_repair_prints() {
    snapshot("repairs", &repairing(""));
}

#[test]
fn what_a_repair_prints_in_json() {
    snapshot("repairs_json", &repairing("--json "));
}

#[test]
fn what_is_printed_of_a_damaged_index() {
    let env = noted();
    for entry in std::fs::read_dir(env.path("case/index")).expect("it is there").flatten() {
        std::fs::write(entry.path(), "no index\n").expect("it can be written");
    }
    let script = "
        search status:404 --limit 1
        verify --deep
        reindex
        --json reindex
        search status:404 --limit 1
    ";
    snapshot("damaged_index", &transcript(&env, script));
}
