//! The verifiers that strangers run: whatever a bundle holds, they end, and name it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;

use crate::bundle::{export, files, handed_over, script, tool};
use crate::custody::copy_folder;
use crate::env::{TestEnv, skipped};
use crate::forgery::{Forgery, sha};

/// What a file is replaced by.
const KINDS: [&str; 7] = ["fifo", "device", "elsewhere", "folder", "huge", "empty", "loop"];

fn replace(path: &Path, kind: &str) {
    use std::os::unix::fs::symlink;
    let copy = path.ancestors().find(|folder| folder.ends_with("copy")).expect("it is in a copy");
    let elsewhere = copy.join("elsewhere");
    if kind == "elsewhere" {
        std::fs::copy(path, &elsewhere).expect("it can be copied");
    }
    std::fs::remove_file(path).expect("it is ours");
    match kind {
        "fifo" => assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo runs").success()),
        "device" => symlink("/dev/zero", path).expect("it can be made"),
        "elsewhere" => symlink(&elsewhere, path).expect("it can be made"),
        "loop" => symlink(path, path).expect("it can be made"),
        "folder" => std::fs::create_dir(path).expect("it can be made"),
        "huge" => std::fs::File::create(path).and_then(|file| file.set_len(1 << 40)).expect("it is sparse"),
        _ => std::fs::write(path, "").expect("it can be written"),
    }
}

/// Runs a verifier; one that does not end is killed, and fails the test.
#[track_caller]
fn ends(command: &mut Command) -> (Option<i32>, String) {
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let child = child.expect("it was tried before");
    let (pid, (sender, receiver)) = (child.id(), mpsc::channel());
    let waiter = std::thread::spawn(move || drop(sender.send(child.wait_with_output())));
    let Ok(output) = receiver.recv_timeout(Duration::from_secs(10)) else {
        let _ = Command::new("kill").args(["-9", &pid.to_string()]).status();
        panic!("it does not end: {command:?}");
    };
    waiter.join().expect("it has sent");
    let output = output.expect("it ran");
    (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

/// The shells that are there, as words before the script; says which are not.
fn shells(test: &str) -> Vec<Vec<&'static str>> {
    let known: [&[&str]; 8] = [
        &["sh"],
        &["dash"],
        &["busybox", "sh"],
        &["bash", "--posix"],
        &["ksh"],
        &["mksh"],
        &["yash"],
        &["zsh", "--emulate", "sh"],
    ];
    let there = |words: &&[&str]| {
        let runs = Command::new(words[0]).args(&words[1..]).args(["-c", ":"]).output();
        let runs = runs.is_ok_and(|output| output.status.success());
        if !runs {
            skipped(test, format!("there is no {}", words.join(" ")));
        }
        runs
    };
    known.into_iter().filter(there).map(<[&str]>::to_vec).collect()
}

fn in_shell(words: &[&str], bundle: &Path) -> Command {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).arg(script("verify.sh")).arg(bundle);
    command
}

fn in_python(bundle: &Path) -> Command {
    let mut command = Command::new("python3");
    command.arg(script("verify_proofs.py")).arg(bundle);
    command
}

/// Tells whether what the scripts need is there.
fn has_tools(test: &str) -> bool {
    for name in ["ssh-keygen", "python3", "mkfifo"] {
        if tool(test, Command::new("sh").args(["-c", &format!("command -v {name}")]))
            .is_none_or(|(ok, _)| !ok)
        {
            skipped(test, format!("there is no {name}"));
            return false;
        }
    }
    true
}

/// A copy of the bundle, on its own in a folder.
fn fresh(env: &TestEnv) -> PathBuf {
    let copy = env.path("copy/bundle");
    let _ = std::fs::remove_dir_all(env.path("copy"));
    copy_folder(&env.path("bundle"), &copy);
    copy
}

#[test]
fn a_file_that_is_replaced_is_named_and_nothing_waits_for_it() {
    const TEST: &str = "a_file_that_is_replaced_is_named_and_nothing_waits_for_it";
    if !has_tools(TEST) {
        return;
    }
    let env = handed_over(&[]);
    for (name, path) in files(&env.path("bundle")) {
        let empty = std::fs::metadata(path).expect("it is there").len() == 0;
        for kind in KINDS.into_iter().filter(|kind| !(empty && *kind == "empty")) {
            let bundle = fresh(&env);
            replace(&bundle.join(&name), kind);
            for mut command in [in_shell(&["sh"], &bundle), in_python(&bundle)] {
                let (status, said) = ends(&mut command);
                assert!(status == Some(1) && said.contains(&name), "{name} → {kind}: {command:?} {said}");
            }
        }
    }
}

#[test]
fn every_shell_accepts_what_is_sound_and_ends_on_what_is_not() {
    const TEST: &str = "every_shell_accepts_what_is_sound_and_ends_on_what_is_not";
    if !has_tools(TEST) {
        return;
    }
    let env = handed_over(&[]);
    let other = env.path("other/copy/bundle");
    for words in shells(TEST) {
        let (status, said) = ends(&mut in_shell(&words, &env.path("bundle")));
        assert!(status == Some(0) && said.contains("\nsound: "), "{words:?}: {said}");
        assert!(said.contains("NOT CHECKED: whose key that is"), "{words:?}: {said}");
        for kind in KINDS {
            let bundle = fresh(&env);
            replace(&bundle.join("data/events.jsonl"), kind);
            let (status, said) = ends(&mut in_shell(&words, &bundle));
            let named = said.contains("data/events.jsonl");
            assert!(status == Some(1) && named, "{words:?}, {kind}: {said}");
        }
        // A damaged ./copy/bundle, and a sound one where CDPATH leads.
        let _ = std::fs::remove_dir_all(env.path("other"));
        copy_folder(&env.path("bundle"), &other);
        let mut command = in_shell(&words, Path::new("copy/bundle"));
        command.current_dir(env.path("")).env("CDPATH", env.path("other"));
        let (status, said) = ends(&mut command);
        assert!(status == Some(1) && !said.contains("sound: "), "{words:?}: {said}");
    }
}

#[test]
fn words_that_look_like_options_are_folders_behind_two_dashes() {
    const TEST: &str = "words_that_look_like_options_are_folders_behind_two_dashes";
    if !has_tools(TEST) {
        return;
    }
    let env = handed_over(&[]);
    copy_folder(&env.path("bundle"), &env.path("-s"));
    for (words, status) in
        [(&["--", "-s"][..], 0), (&["-s"], 2), (&[""], 2), (&["a", "b"], 2), (&["no-such"], 2)]
    {
        let mut command = Command::new("sh");
        command.arg(script("verify.sh")).args(words).current_dir(env.path(""));
        let (is, said) = ends(&mut command);
        assert_eq!(is, Some(status), "{words:?}: {said}");
        let mut command = Command::new("python3");
        command.arg(script("verify_proofs.py")).args(words).current_dir(env.path(""));
        let (is, said) = ends(&mut command);
        assert_eq!(is, Some(status), "{words:?}: {said}");
    }
}

#[test]
fn a_list_leads_nowhere_outside_the_bundle() {
    const TEST: &str = "a_list_leads_nowhere_outside_the_bundle";
    if !has_tools(TEST) {
        return;
    }
    let env = handed_over(&[]);
    let none = sha(b"");
    for list in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
        for name in ["/dev/zero", "../x", "data/../../x", "data/./x", "data//dev/zero", "data/.x"] {
            let bundle = fresh(&env);
            let text = std::fs::read_to_string(bundle.join(list)).expect("it is text");
            std::fs::write(bundle.join(list), format!("{text}{none}  {name}\n")).expect("it can be written");
            for mut command in [in_shell(&["sh"], &bundle), in_python(&bundle)] {
                let (status, said) = ends(&mut command);
                assert!(status == Some(1) && said.contains(list), "{list}, {name}: {said}");
            }
        }
    }
}

#[test]
fn that_two_keys_signed_is_said() {
    const TEST: &str = "that_two_keys_signed_is_said";
    if !has_tools(TEST) {
        return;
    }
    let env = handed_over(&[]);
    let key = env.path("stranger");
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key).status();
    assert!(made.expect("it runs").success());
    let bundle = fresh(&env);
    let info = std::fs::read_to_string(bundle.join("bag-info.txt")).expect("it is text");
    let printed = Command::new("ssh-keygen").arg("-lf").arg(&key).output().expect("it runs");
    let printed = String::from_utf8_lossy(&printed.stdout).into_owned();
    let fingerprint = printed.split(' ').nth(1).expect("a fingerprint");
    let line = |line: &str| match line.starts_with("Vestigo-Key: ") {
        true => format!("Vestigo-Key: {fingerprint}\n"),
        false => format!("{line}\n"),
    };
    let info: String = info.lines().map(line).collect();
    let tags = std::fs::read_to_string(bundle.join("tagmanifest-sha256.txt")).expect("it is text");
    let line = |line: &str| match line.ends_with("  bag-info.txt") {
        true => format!("{}  bag-info.txt\n", sha(info.as_bytes())),
        false => format!("{line}\n"),
    };
    let tags: String = tags.lines().map(line).collect();
    std::fs::write(bundle.join("bag-info.txt"), &info).expect("it can be written");
    std::fs::write(bundle.join("tagmanifest-sha256.txt"), tags).expect("it can be written");
    std::fs::remove_file(bundle.join("tagmanifest-sha256.txt.sig")).expect("it is ours");
    let mut sign = Command::new("ssh-keygen");
    sign.args(["-Y", "sign", "-q", "-n", "vestigo-bundle", "-f"]).arg(&key);
    assert!(sign.arg(bundle.join("tagmanifest-sha256.txt")).output().expect("it runs").status.success());
    for mut command in [in_shell(&["sh"], &bundle), in_python(&bundle)] {
        let (status, said) = ends(&mut command);
        assert_eq!(status, Some(0), "{said}");
        assert!(said.contains("TWO KEYS SIGNED") && said.contains(fingerprint), "{said}");
    }
}

#[test]
fn a_proof_with_the_signature_of_another_case_is_refused() {
    const TEST: &str = "a_proof_with_the_signature_of_another_case_is_refused";
    if !has_tools(TEST) {
        return;
    }
    let proof = |env: &TestEnv| -> Value {
        let id = env.events("user.name:deploy AND \"Accepted password\"")[0]["id"].clone();
        env.run(&["show", id.as_str().expect("an id"), "--proof"]).ends(0).json().remove(0)
    };
    let (victim, attacker) = (handed_over(&[]), handed_over(&[]));
    let (genuine, mut forged) = (proof(&victim), proof(&attacker));
    let check = |value: &Value| ends(&mut in_python(&victim.write("proof.json", value.to_string())));
    let (status, said) = check(&genuine);
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("whose key that is was NOT CHECKED") && !said.ends_with("\nsound\n"), "{said}");
    assert!(said.contains("ssh-keygen -Y check-novalidate -n vestigo-checkpoint -s"), "{said}");
    let origin = |proof: &Value| {
        let text = proof["checkpoint"].as_str().expect("text");
        text.lines().next().expect("a line").to_owned()
    };
    let text = forged["checkpoint"].as_str().expect("text").replace(&origin(&forged), &origin(&genuine));
    forged["checkpoint"] = text.into();
    forged["keys"] = genuine["keys"].clone();
    for signature in [genuine["checkpoint_signature"].clone(), Value::Null, "none".into()] {
        forged["checkpoint_signature"] = signature;
        let (status, said) = check(&forged);
        assert!(status == Some(1) && said.ends_with("NOT SOUND: see above\n"), "{said}");
    }
    let folder = victim.path("extracted");
    let mut command = Command::new("python3");
    let path = victim.write("proof.json", genuine.to_string());
    command.arg(script("verify_proofs.py")).arg("--extract").arg(&folder).arg(&path);
    assert_eq!(ends(&mut command).0, Some(0));
    let text = std::fs::read_to_string(folder.join("checkpoint.txt")).expect("it is there");
    assert_eq!(Some(text.as_str()), genuine["checkpoint"].as_str());
    assert_eq!(ends(&mut command).0, Some(2), "nothing is written over");
}

#[test]
fn what_needs_no_parser_is_derived_again() {
    const TEST: &str = "what_needs_no_parser_is_derived_again";
    if !has_tools(TEST) {
        return;
    }
    let env = handed_over(&[]);
    export(&env, "all", &["--all", "--originals"]);
    let refused = |why: &str, change: &dyn Fn(&Forgery<'_>)| {
        let forgery = Forgery::of(&env, "all");
        change(&forgery);
        forgery.seal();
        let (status, said) = ends(&mut in_python(&forgery.path));
        assert!(status == Some(1) && said.contains(why), "{why}: {said}");
    };
    let everywhere = |forgery: &Forgery<'_>, from: &str, to: &str| {
        for name in ["data/events.jsonl", "data/events.csv", "data/timesketch.jsonl", "data/coverage.json"] {
            let text = String::from_utf8(forgery.read(name)).expect("it is text");
            forgery.put(name, text.replace(from, to));
        }
    };
    let (status, said) = ends(&mut in_python(&env.path("all")));
    assert_eq!(status, Some(0), "{said}");
    refused("its time is not", &|forgery| {
        everywhere(forgery, "2026-03-01T00:00:00.000000", "2025-03-01T00:00:00.000000");
        everywhere(forgery, "\"timestamp\":1772323200000000", "\"timestamp\":1740787200000000");
    });
    refused("data/events.csv: what it says of event", &|forgery| {
        let text = String::from_utf8(forgery.read("data/events.csv")).expect("it is text");
        forgery.put("data/events.csv", text.replacen("\"success\"", "\"failure\"", 1));
    });
    refused("data/timesketch.jsonl: what it says of event 3", &|forgery| {
        forgery.edit("data/timesketch.jsonl", |events| events[2]["event.action"] = "nothing".into());
    });
    refused("data/timesketch.jsonl", &|forgery| {
        forgery.edit("data/timesketch.jsonl", |events| events.swap(3, 4));
    });
    refused("its length is not", &|forgery| {
        forgery.edit("data/events.jsonl", |events| events[2]["vestigo.length"] = 1.into());
    });
    refused("evidence", &|forgery| {
        forgery.edit_whole("data/query.json", |query| {
            query["evidence"].as_array_mut().expect("a list").pop();
        });
    });
    for (name, value) in [
        ("root", Value::from("00".repeat(32))),
        ("exported", 1.into()),
        ("first", "2026-01-01T00:00:00.000000000Z".into()),
        (
            "bytes",
            serde_json::json!({ "total": 1, "events": 1, "continuations": 0, "blank": 0, "rejected": 0 }),
        ),
    ] {
        refused("data/coverage.json", &|forgery| {
            forgery.edit_whole("data/coverage.json", |coverage| coverage["sources"][0][name] = value.clone());
        });
    }
    refused("data/findings.jsonl", &|forgery| {
        forgery.edit("data/findings.jsonl", |rows| {
            rows.iter_mut().for_each(|row| row["event"] = format!("{}:1", "00".repeat(32)).into());
        });
    });
    refused("data/query.json", &|forgery| forgery.put("data/query.json", "[".repeat(3_000_000)));
    refused("data/query.json", &|forgery| {
        forgery.put("data/query.json", format!("[{}0]", "0,".repeat(20_000_000)));
    });
}
