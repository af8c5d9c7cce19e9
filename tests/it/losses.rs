//! No byte is lost in silence: whatever was not read is told everywhere.

use serde_json::{Value, json};

use crate::env::TestEnv;

/// Ten lines of a log, each with a word of its own.
fn lines(word: &str) -> String {
    (0..10).map(|n| format!("2026-03-01T10:00:{n:02}Z host app[1]: {word}-{n}\n")).collect()
}

/// Gives path, status and reason of each row but the last.
fn told(rows: &[Value]) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let name = |row: &Value| text(&row["path"]).rsplit('/').next().unwrap_or_default().to_owned();
    let all = rows.iter().filter(|row| row["path"].is_string());
    all.map(|row| (name(row), text(&row["status"]), text(&row["reason"]))).collect()
}

#[test]
fn empty_files_are_empty_and_no_duplicates_of_one_another() {
    let env = TestEnv::new();
    env.write("logs/a.log", "");
    env.write("logs/b.log", "");
    let output = env.run(&["--json", "import", &env.path("logs").to_string_lossy()]).ends(0);
    let row = |name: &str| {
        let why = "it holds no bytes, last changed 2026-03-10T00:00:00.000000000Z";
        (name.to_owned(), "empty".to_owned(), why.to_owned())
    };
    assert_eq!(told(&output.json()), [row("a.log"), row("b.log")]);
    assert_eq!(output.json()[2]["total"]["empty"], 2);
    assert_eq!(output.json()[2]["total"]["complete"], true);
}

#[cfg(unix)]
#[test]
fn names_that_are_not_utf_8_stay_apart_everywhere() {
    use std::os::unix::ffi::OsStrExt;
    let env = TestEnv::new();
    std::fs::create_dir(env.path("logs")).expect("it is new");
    for (name, word) in [(&b"a\xff.log"[..], "one"), (b"a\xfe.log", "two")] {
        let path = env.path("logs").join(std::ffi::OsStr::from_bytes(name));
        std::fs::write(path, lines(word)).expect("it can be written");
    }
    let output = env.run(&["--json", "import", &env.path("logs").to_string_lossy()]).ends(0);
    let names: Vec<String> = told(&output.json()).into_iter().map(|row| row.0).collect();
    assert_eq!(names, ["a\\xfe.log", "a\\xff.log"]);
    let bytes = output.json()[0]["path_bytes"].as_str().expect("it has bytes").to_owned();
    assert!(bytes.ends_with("61fe2e6c6f67"), "{bytes}");
    env.run(&["export", "--all", "--out", &env.path("out").to_string_lossy()]).exits(0);
    let covered = coverage(&env);
    assert_eq!(covered["sources"][0]["path_bytes"], json!(bytes));
}

/// Gives `coverage.json` of the one bundle in `out`.
#[test]
fn a_log_that_begins_with_line_ends_is_text() {
    let env = TestEnv::new();
    let path = env.write("odd.log", format!("\n\r\r\n{}", lines("one")).as_bytes());
    env.run(&["import", &path.to_string_lossy()]).exits(0);
    assert_eq!(env.events("one").len(), 10);
}

#[test]
fn what_no_format_could_read_is_named_counted_apart_and_no_success() {
    let env = TestEnv::new();
    let evtx = [&b"ElfFile\0"[..], &[0, 1, 2, 3, 4].repeat(300)].concat();
    env.write("logs/security.evtx", &evtx);
    env.write("logs/plain.log", b"nothing that a format knows\nand no time\n");
    env.write("logs/auth.log", lines("one").as_bytes());
    let output = env.run(&["import", &env.path("logs").to_string_lossy()]).ends(3);
    let said = output.text();
    for wanted in [
        "unread",
        "no event could be read: a Windows event log (EVTX)",
        "! 1 of 3 sources NOT READ",
        "! 1 of 3 sources not recognized by any format",
        "! 2 events have no time",
    ] {
        assert!(said.contains(wanted), "{wanted} is not in {said}");
    }
    assert_eq!(said.matches("100.0 %").count(), 1, "{said}");
    let status = env.run(&["status"]).ends(0);
    assert!(status.text().contains("NOT READ"), "{}", status.text());
    let counts = env.run(&["--json", "status"]).ends(0).json().remove(0);
    assert_eq!((&counts["unread"], &counts["undated"]), (&1.into(), &2.into()));
    let again = env.run(&["--json", "import", &env.path("logs").to_string_lossy()]).ends(0).json();
    assert_eq!(again.last().expect("it has a total")["total"]["duplicate"], 3);
    // Its bytes are kept, and a bundle says that they were not read.
    env.run(&["verify", "--deep"]).exits(0);
    env.run(&["export", "--all", "--out", &env.path("out").to_string_lossy()]).exits(0);
    env.run(&["verify", &env.path("out").to_string_lossy()]).exits(0);
}

fn coverage(env: &TestEnv) -> Value {
    let path = env.path("out/data/coverage.json");
    serde_json::from_slice(&std::fs::read(path).expect("it can be read")).expect("it is JSON")
}

#[cfg(unix)]
#[test]
fn a_pipe_that_was_named_is_no_success_and_one_that_was_met_is_only_listed() {
    let env = TestEnv::new();
    env.write("logs/a.log", lines("one"));
    let pipe = env.path("logs/pipe");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0)
        .expect("it is new");
    let met = env.run(&["--json", "import", &env.path("logs").to_string_lossy()]).ends(0);
    assert_eq!(met.json().last().expect("it has a total")["total"]["skipped"], 1);
    let named = env.run(&["import", &pipe.to_string_lossy()]).ends(3);
    assert!(named.text().contains("NOT every byte was read"), "{}", named.text());
    assert!(!named.text().contains("every byte accounted for"));
    env.run(&["normalise", &pipe.to_string_lossy()]).exits(3);
}

#[cfg(unix)]
#[test]
fn a_link_that_was_named_is_followed_and_the_receipt_says_what_it_led_to() {
    let env = TestEnv::new();
    let real = env.write("real.log", lines("one"));
    let link = env.path("link.log");
    std::os::unix::fs::symlink(&real, &link).expect("it is new");
    let output = env.run(&["--json", "import", &link.to_string_lossy()]).ends(0);
    let row = &output.json()[0];
    assert!(row["path"].as_str().is_some_and(|path| path.ends_with("/real.log")), "{row}");
    assert_eq!(row["link"], json!(link.to_string_lossy()));
    env.run(&["export", "--all", "--out", &env.path("out").to_string_lossy()]).exits(0);
    let remark = format!("reached through the link {}, which was named", link.display());
    assert_eq!(coverage(&env)["sources"][0]["remarks"], json!([remark]));
}

#[cfg(unix)]
#[test]
fn a_closed_standard_input_is_an_error_and_an_empty_one_is_empty() {
    let env = TestEnv::new();
    for (words, status, says) in [("<&-", 3, "standard input is closed"), ("</dev/null", 0, "holds no bytes")]
    {
        let script = format!("exec \"$0\" --case \"$1\" import - {words}");
        let output = std::process::Command::new("sh")
            .args(["-c", &script, env!("CARGO_BIN_EXE_vestigo")])
            .arg(env.path(&format!("case{status}")))
            .env_clear()
            .env("VESTIGO_DATA", env.path("data"))
            .env("VESTIGO_CONFIG", env.path("config"))
            .output()
            .expect("there is a shell");
        let said =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{said}");
        assert!(said.contains(says), "{said}");
    }
}

/// A gzip of bytes.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("memory suffices");
    encoder.finish().expect("memory suffices")
}

/// A tar of one member, with its end mark.
fn tar(name: &str, flag: u8, content: &[u8]) -> Vec<u8> {
    let mut header = ::tar::Header::new_gnu();
    header.set_path(name).expect("the name is short");
    header.set_size(content.len() as u64);
    header.as_mut_bytes()[156] = flag;
    header.set_cksum();
    let mut bytes = [header.as_bytes(), content].concat();
    bytes.resize(bytes.len().div_ceil(512) * 512 + 1024, 0);
    bytes
}

/// A zip of one member.
fn zip(name: &str, content: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut writer = ::zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.start_file(name, ::zip::write::SimpleFileOptions::default()).expect("memory suffices");
    writer.write_all(content).expect("memory suffices");
    writer.finish().expect("memory suffices").into_inner()
}

/// Where a zip's directory begins.
fn directory(zip: &[u8]) -> usize {
    zip.windows(4).position(|four| four == b"PK\x01\x02").expect("it has a directory")
}

/// Imports an archive and demands that twenty lines of it are found, and that
/// `normalise` finds the same.
#[track_caller]
fn twenty(name: &str, bytes: &[u8]) -> TestEnv {
    let env = TestEnv::new();
    let path = env.write(name, bytes);
    let output = env.run(&["import", &path.to_string_lossy()]).ends(0);
    assert!(output.text().contains("every byte accounted for"), "{}", output.text());
    assert_eq!(env.events("*").len(), 20, "{}", output.text());
    assert_eq!(env.run(&["normalise", &path.to_string_lossy()]).ends(0).json().len(), 20);
    env
}

#[test]
fn archives_of_odd_builds_give_every_line() {
    let (one, two) = (lines("one"), lines("two"));
    let (a, b) = (zip("a.log", one.as_bytes()), zip("a.log", two.as_bytes()));
    twenty("doubled.zip", &[&a[..directory(&a)], &b[..]].concat());
    twenty("behind.zip", &[a.clone(), b.clone()].concat());
    twenty("text.zip", &[a, two.clone().into_bytes()].concat());
    let (a, b) = (tar("a.log", b'0', one.as_bytes()), tar("b.log", b'0', two.as_bytes()));
    twenty("two.tar", &[a.clone(), b.clone()].concat());
    twenty("two.tar.gz", &[gzip(&a), gzip(&b)].concat());
    twenty("text.tar", &[a.clone(), two.clone().into_bytes()].concat());
    for flag in [b'5', b'g'] {
        twenty("odd.tar", &[tar("odd", flag, two.as_bytes()), a.clone()].concat());
    }
}

#[test]
fn what_cannot_be_read_of_an_archive_is_told_everywhere_and_kept() {
    let env = TestEnv::new();
    let mut bytes = zip("a.log", lines("one").as_bytes());
    let flags = directory(&bytes) + 8;
    bytes[6] |= 1;
    bytes[flags] |= 1;
    let path = env.write("secret.zip", &bytes);
    let output = env.run(&["--json", "import", &path.to_string_lossy()]).ends(3);
    let rows = output.json();
    assert_eq!(
        told(&rows),
        [("secret.zip!a.log".to_owned(), "skipped".to_owned(), "is encrypted".to_owned())]
    );
    assert_eq!(rows[0]["unread"]["offset"], 35);
    assert_eq!(rows[1]["total"]["complete"], false);
    assert_eq!(env.events("*").len(), 0);
    env.run(&["verify", "--deep"]).exits(0);
    let kept = std::fs::read_dir(env.path("case/evidence/0001/originals")).expect("it is there").count();
    assert_eq!(kept, 1);
    env.run(&["normalise", &path.to_string_lossy()]).exits(3);
    env.run(&["export", "--all", "--out", &env.path("out").to_string_lossy()]).exits(0);
    assert_eq!(coverage(&env)["not_read"][0]["reason"], "is encrypted");
    assert_eq!(coverage(&env)["not_read"][0]["unread"]["offset"], 35);
}

#[test]
fn a_stream_that_stands_amid_lines_is_told_with_its_place() {
    let (one, two, three) = (lines("one"), lines("two"), lines("three"));
    let mixed = [one.as_bytes(), &gzip(two.as_bytes()), three.as_bytes()].concat();
    for (name, bytes) in [("mixed.log", mixed.clone()), ("mixed.log.gz", gzip(&mixed))] {
        let env = TestEnv::new();
        let path = env.write(name, &bytes);
        let output = env.run(&["--json", "import", &path.to_string_lossy()]).ends(3);
        let rows = output.json();
        let row = rows.iter().find(|row| row["unread"].is_object()).expect("it has a place");
        assert_eq!(row["unread"]["offset"], one.len());
        assert!(row["reason"].as_str().is_some_and(|reason| reason.contains("a gzip stream")), "{row}");
        env.run(&["verify", "--deep"]).exits(0);
    }
}

#[test]
fn normalise_keeps_what_import_keeps_of_a_damaged_stream() {
    use std::io::Write;
    let env = TestEnv::new();
    let log: String = (0..4000).map(|n| lines(&format!("word{n}"))).collect();
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(log.as_bytes()).expect("memory suffices");
    let mut bytes = encoder.finish().expect("memory suffices");
    let at = bytes.len() / 2;
    bytes[at] ^= 0x55;
    let path = env.write("cut.bz2", &bytes);
    let rows = env.import(&path, &[]);
    assert_eq!(rows[0]["status"], "partial");
    let normalised = env.run(&["normalise", &path.to_string_lossy()]).ends(3);
    let count = rows[0]["events"].as_u64().expect("it has events");
    assert!(count > 10_000, "{count}");
    assert_eq!(normalised.json().len() as u64, count);
}

#[cfg(target_os = "linux")]
#[test]
fn too_little_memory_is_an_error_and_no_crash() {
    let env = TestEnv::new();
    let log: String = (0..60_000).map(|n| lines(&format!("word{n}"))).collect();
    let path = env.write("big.log", &log);
    let mut refused = Vec::new();
    for megabytes in [64, 128, 200, 300, 4000] {
        let script = format!("ulimit -v {}; exec \"$0\" --case \"$1\" import \"$2\"", megabytes << 10);
        let output = std::process::Command::new("sh")
            .args(["-c", &script, env!("CARGO_BIN_EXE_vestigo")])
            .arg(env.path(&format!("case{megabytes}")))
            .arg(&path)
            .env_clear()
            .env("VESTIGO_DATA", env.path("data"))
            .env("VESTIGO_CONFIG", env.path("config"))
            .output()
            .expect("there is a shell");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        match output.status.code() {
            // A program that cannot even be loaded is no matter of ours.
            Some(127) if megabytes == 64 => {}
            Some(0) => {}
            code => {
                assert!(said.contains("MB of memory are needed"), "{megabytes} MB: {said}");
                assert_eq!(code, Some(3), "{megabytes} MB: {said}");
                refused.push(megabytes);
            }
        }
    }
    assert!(refused.contains(&128) && !refused.contains(&4000), "refused with {refused:?} MB");
}

#[test]
fn a_leap_second_that_never_was_is_not_explicit() {
    let env = TestEnv::new();
    let line = |time: &str| format!("{time} host app[1]: hello\n");
    let text = line("2016-12-31T23:59:60Z") + &line("2026-03-01T00:00:60Z");
    env.import(&env.write("a.log", text), &[]);
    let events = env.events("*");
    let basis: Vec<&Value> = events.iter().map(|event| &event["vestigo.time.basis"]).collect();
    assert_eq!(basis, ["explicit", "date"]);
}
