//! What must not get out: credentials, permissions, remains of what was stopped.

use std::path::Path;

use crate::authority::Authority;
use crate::bundle::{export, files, handed_over, verify_proofs, verify_sh, vestigo};
use crate::env::TestEnv;

/// What must never be written down.
const CREDENTIALS: [&str; 3] = ["S3cretPw", "K3Y", "mallory"];

/// Demands that no file below a folder holds a credential.
#[track_caller]
fn holds_no_credentials(folder: &Path) {
    for (name, path) in files(folder) {
        let bytes = std::fs::read(path).expect("it is there");
        let text = String::from_utf8_lossy(&bytes);
        assert!(!CREDENTIALS.iter().any(|secret| text.contains(secret)), "{name}: {text}");
    }
}

#[test]
fn credentials_of_a_time_stamp_authority_are_written_nowhere() {
    const TEST: &str = "credentials_of_a_time_stamp_authority_are_written_nowhere";
    let env = handed_over(&[]);
    let secret = |url: &str| url.replacen("http://", "http://mallory:S3cretPw@", 1) + "?apikey=K3Y#K3Y";
    let away = secret("http://127.0.0.1:1/tsr");
    for words in [&["checkpoint", "--tsa", &away][..], &["checkpoint", "--tsa", "mallory:S3cretPw@x?K3Y"]] {
        let output = env.run(words).ends(0);
        assert!(output.err.contains("unanchored"), "{}", output.err);
        assert!(!CREDENTIALS.iter().any(|secret| output.err.contains(secret)), "{}", output.err);
    }
    std::fs::create_dir_all(env.path("config")).expect("it can be made");
    env.write("config/config.toml", format!("tsa = \"{away}\" \"\n"));
    let output = env.run(&["checkpoint"]);
    assert!(output.err.contains("cannot understand"), "{}", output.err);
    assert!(!CREDENTIALS.iter().any(|secret| output.err.contains(secret)), "{}", output.err);
    std::fs::remove_file(env.path("config/config.toml")).expect("it is there");
    if let Some(authority) = Authority::new(TEST) {
        env.run(&["checkpoint", "--tsa", &secret(&authority.url)]).exits(0);
        let journal = env.run(&["--json", "journal"]).json();
        let stamp = journal.iter().rfind(|line| line["do"] == "anchor.stamp").expect("it was stamped");
        assert_eq!(stamp["what"]["authority"], authority.url.as_str());
        export(&env, "stamped", &["--finding", "1", "--tsa", &secret(&authority.url)]);
    }
    holds_no_credentials(&env.path(""));
}

#[test]
fn an_entry_that_once_took_credentials_down_is_withheld_from_every_bundle() {
    const TEST: &str = "an_entry_that_once_took_credentials_down_is_withheld_from_every_bundle";
    let env = handed_over(&[]);
    let url = "http://mallory:S3cretPw@tsa.example/tsr?apikey=K3Y";
    let stamp = vestigo::journal::AnchorStamp {
        entries: 3,
        authority: url.to_owned(),
        stamped: "2026-03-01T00:00:00Z".to_owned(),
        token_sha256: String::new(),
    };
    let who = vestigo::journal::Actor {
        login: "ada".to_owned(),
        host: "forensics".to_owned(),
        through: None,
        ssh: None,
        tool: "vestigo".to_owned(),
        clock: String::new(),
        home: vestigo::journal::Home::default(),
    };
    let clock = vestigo::record::FixedClock(vestigo::record::Timestamp::from_secs(crate::env::NOW));
    let mut hold = vestigo::case::CaseWriter::open(&env.path("case"), &who, &clock).expect("it opens");
    hold.append(stamp, &clock).expect("it is written");
    drop(hold);
    // Another hand wrote it: it is signed once it is taken over.
    env.run(&["checkpoint", "--adopt"]).exits(0);
    for (name, words) in [("whole", &[][..]), ("redacted", &["--redact", "user.name"])] {
        let out = env.path(name).to_string_lossy().into_owned();
        let all: Vec<&str> =
            ["export", "--finding", "1", "--out", &out].iter().chain(words).copied().collect();
        let made = env.run(&all).ends(0);
        assert!(made.err.contains("WITHHELD: entry"), "{}", made.err);
        holds_no_credentials(&env.path(name));
        let (status, said) = vestigo(&env, &env.path(name), &["--require", "signed"]);
        assert_eq!(status, 0, "{said}");
        let bundle = env.path(name);
        for (sound, said) in
            [verify_proofs(TEST, &[&bundle]), verify_sh(TEST, &bundle, &[])].into_iter().flatten()
        {
            assert!(sound, "{said}");
        }
    }
}

#[test]
fn what_acts_on_a_terminal_is_spelled_out_in_every_file_of_a_bundle() {
    let env = handed_over(&[]);
    let id = env.events("*")[0]["id"].as_str().expect("an id").to_owned();
    let odd = "a\u{9b}b\u{202e}c\u{200b}d";
    env.run(&["bookmark", "add", &id, "--note", odd, "--tag", odd]).exits(0);
    env.run(&["finding", "add", odd, "--query", "user:deploy"]).exits(0);
    export(&env, "odd", &["--all", "--bookmarks", "--redact", "user.name", "--redact-reason", odd]);
    let acts = |c: char| matches!(c, '\u{7f}'..='\u{9f}' | '\u{200b}' | '\u{202e}');
    for (name, path) in files(&env.path("odd")).into_iter().filter(|(name, _)| !name.contains("raw/")) {
        let text = String::from_utf8_lossy(&std::fs::read(path).expect("it is there")).into_owned();
        assert!(!text.contains(acts), "{name}: {text}");
    }
    let journal = std::fs::read_to_string(env.path("case/journal.jsonl")).expect("it is there");
    assert!(journal.contains("a\\u009bb\\u202ec\\u200bd") && !journal.contains(acts), "{journal}");
    let marks = env.run(&["--json", "bookmark", "list"]).json();
    assert!(marks.iter().any(|mark| mark["note"] == odd), "{marks:?}");
    env.run(&["verify", "--deep"]).exits(0);
}

#[cfg(unix)]
mod unix {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::ExitStatusExt;
    use std::path::PathBuf;
    use std::process::{Child, Command, Stdio};

    use rustix::process::{Pid, Signal, kill_process};

    use super::*;

    /// The program itself, in the world of a test.
    fn program(env: &TestEnv) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vestigo"));
        command.env_clear().env("VESTIGO_DATA", env.path("data")).env("VESTIGO_CONFIG", env.path("config"));
        command.env("USER", "tester").env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.stdout(Stdio::null()).stderr(Stdio::piped()).arg("--case").arg(env.path("case"));
        command
    }

    fn signal(child: &Child, signal: Signal) {
        let id = Pid::from_raw(i32::try_from(child.id()).expect("an id")).expect("an id");
        kill_process(id, signal).expect("it is our child");
    }

    fn names(folder: PathBuf) -> Vec<String> {
        let entries = std::fs::read_dir(folder).expect("a folder").flatten();
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// Starts an export, waits until it asks an authority for a time stamp, and
    /// sends a signal; then the authority hangs up.
    fn stopped_export(env: &TestEnv, tar: bool, sent: Signal) -> (Option<i32>, Option<i32>, Vec<String>) {
        let authority = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/tsr", authority.local_addr().expect("it listens"));
        let mut command = program(env);
        command.args(["export", "--all", "--tsa", &url, "--out"]).arg(env.path("out/bundle"));
        if tar {
            command.arg("--tar");
        }
        let mut child = command.spawn().expect("the program is built");
        let (mut stream, _) = authority.accept().expect("the export asks");
        // Its question has come: what was written of the bundle lies there.
        stream.read_exact(&mut [0; 4]).expect("it speaks");
        let during = names(env.path("out"));
        let [name] = &during[..] else { panic!("{during:?}") };
        for (name, path) in files(&env.path("out").join(name)) {
            assert_eq!(mode(&path) & 0o077, 0, "{name}");
        }
        assert_eq!(mode(&env.path("out").join(name)), 0o700);
        signal(&child, sent);
        // The thread that hears of signals gets its turn before the answer fails.
        std::thread::sleep(std::time::Duration::from_millis(300));
        drop((stream, authority));
        let status = child.wait().expect("it is our child");
        (status.code(), status.signal(), names(env.path("out")))
    }

    fn mode(path: &Path) -> u32 {
        path.symlink_metadata().expect("it is there").permissions().mode() & 0o777
    }

    #[test]
    fn an_export_whose_terminal_is_closed_leaves_nothing() {
        let env = handed_over(&[]);
        std::fs::create_dir(env.path("out")).expect("it is made");
        for (sent, tar) in [
            (Signal::HUP, false),
            (Signal::HUP, true),
            (Signal::QUIT, false),
            (Signal::TERM, true),
            (Signal::INT, false),
        ] {
            assert_eq!(stopped_export(&env, tar, sent), (Some(130), None, Vec::new()), "{sent:?}");
        }
        env.run(&["verify", "--deep"]).exits(0);
    }

    #[test]
    fn what_a_killed_export_left_is_swept_by_the_next() {
        let env = handed_over(&[]);
        std::fs::create_dir(env.path("out")).expect("it is made");
        let (code, by, left) = stopped_export(&env, true, Signal::KILL);
        assert_eq!((code, by, left.len()), (None, Some(9), 1));
        std::fs::create_dir(env.path("out/.vestigo-export-mine")).expect("it is made");
        export(&env, "out/next", &["--all"]);
        assert_eq!(names(env.path("out")), [".vestigo-export-mine", "next"]);
    }

    #[test]
    fn an_import_whose_terminal_is_closed_leaves_nothing() {
        let env = handed_over(&[]);
        let before = names(env.path("case/evidence"));
        let mut command = program(&env);
        let mut child = command.args(["import", "-"]).stdin(Stdio::piped()).spawn().expect("it is built");
        let mut keys = child.stdin.take().expect("it is piped");
        let line = "Mar  2 10:00:00 web sshd[1]: Failed password for root from 192.0.2.1 port 1 ssh2\n";
        // More than a pipe holds: when it is written, the import has begun to read.
        keys.write_all(line.repeat(4_000).as_bytes()).expect("it reads");
        signal(&child, Signal::HUP);
        // Whether it still reads is up to it.
        let _ = keys.write_all(line.repeat(4_000).as_bytes());
        drop(keys);
        assert_eq!(child.wait().expect("it is our child").code(), Some(130));
        assert_eq!(names(env.path("case/evidence")), before);
        env.run(&["verify", "--deep"]).exits(0);
    }

    #[test]
    fn what_nohup_started_is_not_stopped_by_a_closed_terminal() {
        let env = handed_over(&[]);
        let mut command = Command::new("sh");
        command.env_clear().env("VESTIGO_DATA", env.path("data")).env("VESTIGO_CONFIG", env.path("config"));
        command.env("USER", "tester").args(["-c", "trap '' HUP; exec \"$@\"", "sh"]);
        command.arg(env!("CARGO_BIN_EXE_vestigo")).arg("--case").arg(env.path("case"));
        command.args(["import", "-"]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("there is a shell");
        let mut keys = child.stdin.take().expect("it is piped");
        let line = "Mar  2 10:00:00 web sshd[1]: Failed password for root from 192.0.2.1 port 1 ssh2\n";
        keys.write_all(line.repeat(4_000).as_bytes()).expect("it reads");
        signal(&child, Signal::HUP);
        drop(keys);
        assert_eq!(child.wait().expect("it is our child").code(), Some(0));
    }

    #[test]
    fn what_is_handed_out_is_its_owners_alone_whatever_the_umask() {
        let env = handed_over(&["--redact", "user.name"]);
        let out = env.path("out");
        std::fs::create_dir(&out).expect("it is made");
        let ledger = std::fs::read_to_string(env.path("bundle/data/redactions.jsonl")).expect("it is there");
        let row: serde_json::Value =
            serde_json::from_str(ledger.lines().next().expect("a row")).expect("JSON");
        let token = row["token"].as_str().expect("a token");
        let run = |umask: &str, words: &[&str]| {
            let mut command = Command::new("sh");
            command
                .env_clear()
                .env("VESTIGO_DATA", env.path("data"))
                .env("VESTIGO_CONFIG", env.path("config"));
            command.env("USER", "tester").current_dir(&out).stdout(Stdio::null());
            command.args(["-c", &format!("umask {umask}; exec \"$@\""), "sh"]);
            command.arg(env!("CARGO_BIN_EXE_vestigo")).arg("--case").arg(env.path("case")).args(words);
            assert!(command.status().expect("there is a shell").success(), "{words:?}");
        };
        run("000", &["export", "--all", "--originals", "--out", "whole"]);
        run("000", &["export", "--all", "--tar", "--out", "whole.tar"]);
        run("077", &["export", "--all", "--tar", "--out", "narrow.tar"]);
        run("000", &["checkpoint", "--out", "checkpoint.txt"]);
        run("000", &["reveal", "../bundle", token, "--out", "revealed.json"]);
        let by = ["--released-by", "Ada", "--received-by", "Grace", "--purpose", "x", "--place", "y"];
        run("000", &[&["transfer", "new", "whole"][..], &by].concat());
        let (mut folders, mut seen) = (vec![out.clone()], 0);
        while let Some(folder) = folders.pop() {
            for name in names(folder.clone()) {
                let path = folder.join(name);
                let runs = path.is_dir() || path.ends_with("verify.sh");
                assert_eq!(mode(&path), if runs { 0o700 } else { 0o600 }, "{}", path.display());
                folders.extend(path.is_dir().then_some(path));
                seen += 1;
            }
        }
        assert!(seen > 25, "{seen}");
        let read = |name: &str| std::fs::read(out.join(name)).expect("it is there");
        assert!(read("whole.tar") == read("narrow.tar"), "the umask changes no byte");
    }
}
