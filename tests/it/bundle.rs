//! The evidence bundle: checked with other people's tools, and under attack.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::custody::copy_folder;
use crate::env::{TestEnv, skipped};
use crate::whole::demo_logs;

/// A case with the demo's finding, and its bundle at `bundle`.
pub fn handed_over(words: &[&str]) -> TestEnv {
    let env = TestEnv::new();
    demo_logs(&env);
    env.import(&env.path("logs"), &[]);
    env.run(&["finding", "add", "Break-in from 203.0.113.77", "--query", "ip:203.0.113.77"]).exits(0);
    let id = env.events("event.action:ssh_login AND outcome:success AND NOT ip:10.0.0.0/8")[0]["id"].clone();
    let id = id.as_str().expect("an id");
    env.run(&["bookmark", "add", id, "--note", "how did deploy get in?", "--tag", "exfil"]).exits(0);
    export(&env, "bundle", &[&["--finding", "1"], words].concat());
    env
}

/// Exports to a name in the folder.
pub fn export(env: &TestEnv, name: &str, words: &[&str]) {
    let out = env.path(name).to_string_lossy().into_owned();
    let all: Vec<&str> = ["export", "--out", &out].iter().chain(words).copied().collect();
    env.run(&all).exits(0);
}

/// Runs a tool that may be absent; says so, loudly, where it is.
pub fn tool(test: &str, command: &mut Command) -> Option<(bool, String)> {
    match command.output() {
        Ok(output) => {
            let said = [output.stdout, output.stderr].concat();
            Some((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
        }
        Err(error) => {
            skipped(test, format!("{command:?} cannot be run: {error}"));
            None
        }
    }
}

/// A script as it is in the sources, a copy that nobody changed.
pub fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/export/scripts").join(name)
}

/// Runs our script, a copy that nobody changed.
pub fn verify_sh(test: &str, bundle: &Path, words: &[&str]) -> Option<(bool, String)> {
    if Command::new("ssh-keygen").arg("-?").output().is_err() {
        skipped(test, "there is no ssh-keygen");
        return None;
    }
    tool(test, Command::new("sh").arg(script("verify.sh")).args(words).arg(bundle))
}

/// Runs our other script.
pub fn verify_proofs(test: &str, words: &[&Path]) -> Option<(bool, String)> {
    tool(test, Command::new("python3").arg(script("verify_proofs.py")).args(words))
}

/// Lists files by name.
pub fn files(folder: &Path) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(inside) = folders.pop() {
        for entry in std::fs::read_dir(&inside).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("inside").to_string_lossy().into_owned();
                found.push((name, path));
            }
        }
    }
    found.sort();
    found
}

/// Verifies with the program itself.
pub fn vestigo(env: &TestEnv, target: &Path, words: &[&str]) -> (u8, String) {
    let target = target.to_string_lossy().into_owned();
    let all: Vec<&str> = ["--json", "verify", &target].iter().chain(words).copied().collect();
    let output = env.run(&all);
    (output.status, format!("{}{}", output.text(), output.err))
}

#[test]
fn a_bundle_is_accepted_by_other_peoples_tools() {
    const TEST: &str = "a_bundle_is_accepted_by_other_peoples_tools";
    let env = handed_over(&[]);
    let bundle = env.path("bundle");
    assert_eq!(vestigo(&env, &bundle, &["--require", "signed"]).0, 0);
    if let Some((sound, said)) = verify_sh(TEST, &bundle, &[]) {
        assert!(sound && said.contains("Good \"vestigo-bundle\" signature"), "{said}");
    }
    if let Some((sound, said)) = verify_proofs(TEST, &[&bundle]) {
        assert!(sound && said.contains("0 were withheld"), "{said}");
    }
    let bagit = "import bagit, sys; bagit.Bag(sys.argv[1]).validate()";
    match tool(TEST, Command::new("python3").args(["-c", bagit]).arg(&bundle)) {
        Some((false, said)) if said.contains("No module named 'bagit'") => {
            skipped(TEST, "bagit.py is not there (pip install bagit)");
        }
        Some((sound, said)) => assert!(sound, "{said}"),
        None => {}
    }
    for (name, path) in files(&bundle) {
        assert!(name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/".contains(&b)), "{name}");
        let length = std::fs::metadata(path).expect("it is there").len();
        assert!(length > 0 || name.ends_with("redactions.jsonl"), "{name}");
    }
}

#[test]
fn whose_signature_it_is_comes_from_outside() {
    const TEST: &str = "whose_signature_it_is_comes_from_outside";
    let env = handed_over(&[]);
    let bundle = env.path("bundle");
    let allowed = env.write("allowed", env.run(&["keys", "allow", "ada@example.org"]).ends(0).out);
    let stranger = env.write(
        "stranger",
        "eve@example.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti\n",
    );
    let expired = std::fs::read_to_string(&allowed)
        .expect("it is there")
        .replace("namespaces=", "valid-before=\"20260101\",namespaces=");
    let expired = env.write("expired", expired);
    for (file, good) in [(&allowed, true), (&stranger, false), (&expired, false)] {
        let name = file.to_string_lossy().into_owned();
        let (status, said) = vestigo(&env, &bundle, &["--allowed-signers", &name, "--require", "signed"]);
        assert_eq!(status == 0, good, "{said}");
        let words = ["-s", &name, "-I", "ada@example.org"];
        if let Some((sound, said)) = verify_sh(TEST, &bundle, &words) {
            assert_eq!(sound, good, "{said}");
        }
    }
    let name = allowed.to_string_lossy().into_owned();
    let missing = env.path("no-such-list").to_string_lossy().into_owned();
    let words = ["--allowed-signers", &name, "--revoked", &missing, "--require", "signed"];
    assert_eq!(vestigo(&env, &bundle, &words).0, 4, "a list that is not there fails closed");
}

/// Places to flip: every byte of a small file, some of a large one.
fn places(length: usize, some: usize) -> Vec<usize> {
    if length <= 4096 {
        return (0..length).collect();
    }
    (0..some).map(|n| n * (length / some) + n % 7).filter(|at| *at < length).collect()
}

#[test]
fn every_flipped_bit_of_a_bundle_is_found_and_its_file_named() {
    let env = handed_over(&[]);
    let bundle = env.path("bundle");
    let (mut tried, mut missed) = (0, Vec::new());
    for (name, path) in files(&bundle) {
        let whole = std::fs::read(&path).expect("it is there");
        // Each byte of the bag's own lists; of the payload, which they cover, a part.
        let (some, step) = if name.starts_with("data/") { (9, 211) } else { (40, 3) };
        for at in places(whole.len(), some).into_iter().step_by(step) {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << (at % 8);
            std::fs::write(&path, &bytes).expect("it can be written");
            let (status, said) = vestigo(&env, &bundle, &[]);
            tried += 1;
            if status != 4 || !said.contains(&name) {
                missed.push((name.clone(), at));
            }
        }
        std::fs::write(&path, &whole).expect("it can be written");
    }
    assert!(tried > 900, "{tried}");
    let (count, first) = (missed.len(), missed.iter().take(5).collect::<Vec<_>>());
    assert_eq!(count, 0, "such as {first:?}");
    assert_eq!(vestigo(&env, &bundle, &[]).0, 0);
}

#[test]
fn a_file_removed_renamed_or_added_is_named_by_both_verifiers() {
    const TEST: &str = "a_file_removed_renamed_or_added_is_named_by_both_verifiers";
    let env = handed_over(&[]);
    let bundle = env.path("bundle");
    let refused = |name: &str, word: &str| {
        let (status, said) = vestigo(&env, &bundle, &[]);
        assert!(status == 4 && said.contains(name) && said.contains(word), "{name}: {said}");
        if let Some((sound, said)) = verify_sh(TEST, &bundle, &[]) {
            assert!(!sound && said.contains(name) && said.contains(word), "{name}: {said}");
        }
    };
    for (name, path) in files(&bundle) {
        let whole = std::fs::read(&path).expect("it is there");
        std::fs::remove_file(&path).expect("it is ours");
        refused(&name, if name.starts_with("tagmanifest") { "UNSIGNED" } else { "" });
        std::fs::write(&path, &whole).expect("it can be written");
    }
    let (from, to) = (bundle.join("data/query.json"), bundle.join("data/query2.json"));
    std::fs::rename(&from, &to).expect("it is ours");
    refused("data/query.json", "missing");
    refused("data/query2.json", "added");
    std::fs::rename(&to, &from).expect("it is ours");
    for name in ["fetch.txt", "data/.hidden", "data/raw/0009.log", "evil name"] {
        std::fs::write(bundle.join(name), "x").expect("it can be written");
        refused(name, "");
        std::fs::remove_file(bundle.join(name)).expect("it is ours");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/etc/passwd", bundle.join("data/link")).expect("it can be made");
        refused("data/link", "plain file");
    }
}

#[test]
fn the_script_finds_what_our_verifier_finds() {
    const TEST: &str = "the_script_finds_what_our_verifier_finds";
    let env = handed_over(&[]);
    let bundle = env.path("bundle");
    for (n, (name, path)) in files(&bundle).into_iter().enumerate() {
        let whole = std::fs::read(&path).expect("it is there");
        if whole.is_empty() {
            continue;
        }
        let mut places: Vec<(usize, u8)> =
            (0..3).map(|part| ((whole.len() - 1) * part / 2, 1 << (n % 7))).collect();
        if name == "tagmanifest-sha256.txt.sig" {
            // The version of the signature's form, of which ssh-keygen takes a lower one as well.
            places.push((43, 1 << 4));
        }
        for (at, bit) in places {
            let mut bytes = whole.clone();
            bytes[at] ^= bit;
            std::fs::write(&path, &bytes).expect("it can be written");
            let Some((sound, said)) = verify_sh(TEST, &bundle, &[]) else { return };
            assert!(!sound && said.contains(&name), "{name} at {at}: {said}");
        }
        std::fs::write(&path, &whole).expect("it can be written");
    }
}

#[test]
fn two_exports_of_one_state_are_the_same_to_the_byte() {
    let env = handed_over(&["--originals"]);
    export(&env, "again", &["--finding", "1", "--originals"]);
    let (one, two) = (files(&env.path("bundle")), files(&env.path("again")));
    assert_eq!(one.len(), two.len());
    for ((name, one), (_, two)) in one.iter().zip(&two) {
        assert!(std::fs::read(one).expect("there") == std::fs::read(two).expect("there"), "{name}");
    }
    for name in ["a.tar", "b.tar"] {
        export(&env, name, &["--finding", "1", "--tar"]);
    }
    let (a, b) = (std::fs::read(env.path("a.tar")), std::fs::read(env.path("b.tar")));
    assert!(a.expect("there") == b.expect("there"), "the tars differ");
    let out = env.path("a.tar").to_string_lossy().into_owned();
    let refused = env.run(&["export", "--finding", "1", "--tar", "--out", &out]).ends(3);
    assert!(refused.err.contains("never overwritten"), "{}", refused.err);
}

#[test]
fn a_tar_is_verified_to_the_byte() {
    let env = handed_over(&[]);
    let tar = env.path("b.tar");
    export(&env, "b.tar", &["--bookmarks", "--tar"]);
    assert_eq!(vestigo(&env, &tar, &["--require", "signed"]).0, 0);
    let whole = std::fs::read(&tar).expect("it is there");
    let mut missed = Vec::new();
    for at in (0..whole.len()).step_by(whole.len() / 300) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        std::fs::write(&tar, &bytes).expect("it can be written");
        if vestigo(&env, &tar, &[]).0 != 4 {
            missed.push(at);
        }
    }
    assert_eq!(missed, Vec::<usize>::new());
    std::fs::write(&tar, &whole[..whole.len() / 2]).expect("it can be written");
    assert_eq!(vestigo(&env, &tar, &[]).0, 4);
    let extracted = env.path("extracted");
    std::fs::create_dir(&extracted).expect("it can be made");
    std::fs::write(&tar, &whole).expect("it can be written");
    let command = &mut Command::new("tar");
    let Some((true, _)) =
        tool("a_tar_is_verified_to_the_byte", command.arg("-xf").arg(&tar).arg("-C").arg(&extracted))
    else {
        return;
    };
    let folder = std::fs::read_dir(&extracted).expect("a folder").flatten().next().expect("a bundle").path();
    assert_eq!(vestigo(&env, &folder, &["--require", "signed"]).0, 0);
}

#[test]
fn nothing_found_is_a_bundle_that_says_where_was_looked() {
    let env = handed_over(&[]);
    export(
        &env,
        "none",
        &["--query", "user.name:nobody-at-all", "--from", "2026-03-01", "--to", "2026-03-02"],
    );
    let none = env.path("none");
    assert_eq!(vestigo(&env, &none, &["--require", "signed"]).0, 0);
    let read = |name: &str| -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(none.join(name)).expect("it is there")).expect("JSON")
    };
    assert_eq!(read("data/query.json")["events"], 0);
    let coverage = read("data/coverage.json");
    assert_eq!(coverage["sources"].as_array().map(Vec::len), Some(3));
    assert!(coverage["sources"][0]["first"].is_string() && coverage["sources"][0]["gaps"].is_array());
    if let Some((sound, said)) = verify_proofs("nothing_found", &[&none]) {
        assert!(sound, "{said}");
    }
}

#[test]
fn a_copy_of_the_case_makes_the_same_bundle() {
    let env = handed_over(&[]);
    let copy = env.path("elsewhere/case");
    copy_folder(&env.path("case"), &copy);
    let (copy, out) = (copy.to_string_lossy().into_owned(), env.path("other").to_string_lossy().into_owned());
    env.run_bare(&["vestigo", "--case", &copy, "export", "--finding", "1", "--out", &out]).exits(0);
    for ((name, one), (_, two)) in files(&env.path("bundle")).iter().zip(&files(&env.path("other"))) {
        assert!(std::fs::read(one).expect("there") == std::fs::read(two).expect("there"), "{name}");
    }
}

#[test]
fn an_export_that_is_stopped_leaves_nothing() {
    use std::sync::{Arc, atomic::AtomicBool};
    let case = crate::robot::of(&[("auth.log", include_bytes!("../../fixtures/auth.log"))]);
    let folder = tempfile::tempdir().expect("a folder");
    let options = vestigo::export::ExportOptions {
        out: Some(folder.path().join("bundle")),
        tar: false,
        signer: None,
        tsa: None,
        redact: Vec::new(),
        named: Vec::new(),
        reason: String::new(),
        originals: false,
        zone: case.about().zone,
        stop: Arc::new(AtomicBool::new(true)),
    };
    let ask = vestigo::export::Selection { all: true, ..Default::default() };
    let stopped =
        vestigo::export::write_bundle(&case, &ask, &options, &|_, _, _| {}).expect_err("it is stopped");
    assert_eq!(stopped.kind(), vestigo::error::ErrorKind::Interrupted);
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
}
