//! Nothing is lost, nothing acts, and the index is only a cache.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::custody::copy_folder;
use crate::env::{Output, TestEnv, skipped};

fn conserves(row: &Value) -> bool {
    let bytes = &row["bytes"];
    let part = |name: &str| bytes[name].as_u64().expect("every part is counted");
    part("total") == part("events") + part("continuations") + part("blank") + part("rejected")
}

#[test]
fn hostile_and_broken_files_are_kept_whole() {
    let env = TestEnv::new();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let line = "192.0.2.1 - - [01/Mar/2026:00:00:00 +0000] \"GET / HTTP/1.1\" 200 1 \"-\" \"a\"\n";
    gzip.write_all(line.repeat(5000).as_bytes()).expect("memory suffices");
    let whole = gzip.finish().expect("memory suffices");
    env.write("logs/empty.log", "");
    env.write("logs/cut.log.gz", &whole[..whole.len() / 2]);
    env.write("logs/nul.log", b"Mar  1 00:00:00 a b: c\0d\0\nMar  1 00:00:01 a b: \xff\xfe\n");
    env.write("logs/long.log", "x".repeat(20_000_000));
    env.write("logs/blank.log", "\n\n   \n\t\n");
    let rows = env.import(&env.path("logs"), &[]);
    let (total, rows) = rows.split_last().expect("the total comes last");
    assert!(rows.iter().all(conserves), "{rows:#?}");
    let row = |name: &str| {
        rows.iter().find(|row| row["path"].as_str().is_some_and(|path| path.contains(name))).expect(name)
    };
    assert_eq!(row("empty.log")["status"], "empty");
    assert_eq!(row("empty.log")["events"], 0);
    assert_eq!(row("cut.log.gz")["status"], "partial");
    assert!(row("cut.log.gz")["events"].as_u64().expect("a number") > 0);
    assert_eq!(row("nul.log")["events"], 2);
    assert_eq!(row("long.log")["bytes"]["total"], 20_000_000);
    assert_eq!(row("blank.log")["bytes"]["blank"], 8);
    assert_eq!(total["total"]["partial"], 1);
    let verdict = env.run(&["verify", "--deep"]).ends(0);
    assert!(verdict.text().contains("✓ consistent"), "{}", verdict.text());
}

#[test]
fn no_escape_sequence_of_a_log_reaches_the_output() {
    let env = TestEnv::new();
    let url = "/\x1b]0;owned\x07\x1b]52;c;aGk=\x07\u{202e}\u{9b}31m";
    let line =
        format!("192.0.2.1 - - [01/Mar/2026:00:00:00 +0000] \"GET {url} HTTP/1.1\" 200 1 \"-\" \"a\"\n");
    let path = env.write("\u{1b}[31mevil.log", line);
    let id = {
        env.import(&path, &[]);
        env.events("*")[0]["id"].as_str().expect("it has one").to_owned()
    };
    let runs: Vec<Output> = vec![
        env.run(&["search", "*"]),
        env.run(&["search", "*", "--format", "csv"]),
        env.run(&["search", "*", "--format", "json"]),
        env.run(&["search", "*", "--format", "timesketch-csv"]),
        env.run(&["search", "*", "--format", "timesketch-jsonl"]),
        env.run(&["top", "url.path"]),
        env.run(&["show", &id]),
        env.run(&["status"]),
        env.run(&["journal"]),
        env.run(&["timeline", "--by", "url.path"]),
        env.run(&["import", &path.to_string_lossy()]),
        env.run(&["search", "\u{1b}]0;x\u{7}:1"]),
        env.run(&["top", "\u{1b}]0;x\u{7}"]),
        env.run(&["show", "\u{1b}]0;x\u{7}"]),
        env.run(&["import", "\u{1b}]0;nowhere"]),
    ];
    for run in runs {
        let shown = format!("{}{}", run.text(), run.err);
        let acts = shown.chars().find(|c| c.is_control() && *c != '\n' || *c == '\u{202e}');
        assert_eq!(acts, None, "{shown:?}");
    }
}

#[test]
fn raw_bytes_go_out_only_when_asked_for_and_not_to_a_terminal() {
    let env = TestEnv::new();
    env.import(&env.write("a.log", b"Mar  1 00:00:00 a b: \x1b[31m\xff\n"), &[]);
    let raw = env.run(&["search", "*", "--format", "raw"]).ends(0);
    assert_eq!(raw.out, b"Mar  1 00:00:00 a b: \x1b[31m\xff\n");
    let json = env.run(&["--json", "search", "*"]).ends(0).json();
    assert_eq!(json[0]["vestigo.original_base64"], "TWFyICAxIDAwOjAwOjAwIGEgYjogG1szMW3/");
}

#[test]
fn an_index_made_again_gives_the_same_bytes() {
    let env = TestEnv::new();
    demo_logs(&env);
    env.import(&env.path("logs"), &[]);
    let before = env.run(&["--json", "search", "--all", "*"]).ends(0);
    std::fs::remove_dir_all(env.path("case/index")).expect("it is there");
    env.run(&["reindex"]).exits(0);
    assert_eq!(env.run(&["--json", "search", "--all", "*"]).ends(0), before);
    std::fs::remove_dir_all(env.path("case/index")).expect("it is there");
    let opened = env.run(&["--json", "search", "--all", "*"]).ends(0);
    assert_eq!(opened.out, before.out, "a case without its index is answered from its evidence");
}

/// Returns the largest file of a folder.
fn largest(folder: &Path) -> PathBuf {
    let files = std::fs::read_dir(folder).expect("it is there").flatten();
    let largest = files.max_by_key(|entry| entry.metadata().map_or(0, |meta| meta.len()));
    largest.expect("there is a segment").path()
}

#[test]
fn a_damaged_index_is_made_again_and_never_answers_wrongly() {
    const PLACES: usize = 12;
    let env = TestEnv::new();
    demo_logs(&env);
    env.import(&env.path("logs"), &[]);
    let whole = env.run(&["--json", "search", "--all", "status:404"]).ends(0);
    let length = std::fs::read(largest(&env.path("case/index"))).expect("it is ours").len();
    let mut noticed = 0;
    for place in 0..PLACES {
        // A copy for each place: what was made again once is not damaged any more.
        let copy = env.path(&format!("copy-{place}"));
        copy_folder(&env.path("case"), &copy);
        let segment = largest(&copy.join("index"));
        let mut bytes = std::fs::read(&segment).expect("it is ours");
        let at = place * (length - 1) / (PLACES - 1);
        bytes[at] ^= 0x55;
        std::fs::write(&segment, &bytes).expect("it is ours");
        let case = copy.to_string_lossy().into_owned();
        let words = ["vestigo", "--case", &case, "--json", "search", "--all", "status:404"];
        let answer = env.run_bare(&words);
        assert!(answer.status == 0 && answer.out == whole.out, "byte {at}: {}", answer.err);
        noticed += usize::from(!answer.err.is_empty());
        std::fs::remove_dir_all(&copy).expect("it is ours");
    }
    // The other places are not read for this question.
    assert!(noticed > 0, "no damage was noticed");
}

#[test]
fn the_order_of_import_does_not_matter() {
    let env = TestEnv::new();
    demo_logs(&env);
    env.import(&env.path("logs/auth.log"), &[]);
    env.import(&env.path("logs/nginx-access.log"), &[]);
    env.import(&env.path("logs/cloudtrail.json"), &[]);
    let one_by_one = env.run(&["--json", "search", "--all", "*"]).ends(0);
    let other = TestEnv::new();
    demo_logs(&other);
    other.import(&other.path("logs"), &[]);
    assert_eq!(other.run(&["--json", "search", "--all", "*"]).ends(0), one_by_one);
    let packed = TestEnv::new();
    let tar = tarred(&env);
    packed.import(&packed.write("all.tar.gz", tar), &[]);
    assert_eq!(packed.run(&["--json", "search", "--all", "*"]).ends(0), one_by_one);
}

#[test]
fn the_same_content_again_is_recognised() {
    let env = TestEnv::new();
    demo_logs(&env);
    env.import(&env.path("logs"), &[]);
    std::fs::copy(env.path("logs/auth.log"), env.path("copy.log")).expect("it can be copied");
    let rows = env.import(&env.path("copy.log"), &[]);
    assert_eq!(rows[0]["status"], "duplicate");
    assert_eq!(rows[1]["total"]["duplicate"], 1);
    let count = env.run(&["search", "--count", "*"]).ends(0);
    assert_eq!(count.text().trim(), "2759");
}

#[test]
fn content_is_the_original_for_other_peoples_tools() {
    if Command::new("zstd").arg("--version").stdout(Stdio::null()).status().is_err() {
        skipped("content_is_the_original_for_other_peoples_tools", "there is no zstd here");
        return;
    }
    let env = TestEnv::new();
    demo_logs(&env);
    env.import(&env.path("logs"), &[]);
    let content = env.path("case/evidence/0001/content.zst");
    let unpacked = Command::new("zstd").arg("-dc").arg(content).output().expect("zstd is there");
    assert!(unpacked.status.success());
    let logs = ["auth.log", "cloudtrail.json", "nginx-access.log"];
    let wanted: Vec<u8> = logs.iter().flat_map(|log| read(&env, log)).collect();
    assert_eq!(unpacked.stdout, wanted);
}

/// Writes the built-in logs as `demo` does.
pub fn demo_logs(env: &TestEnv) {
    for name in ["nginx-access.log", "auth.log", "cloudtrail.json"] {
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
        env.write_at(
            &format!("logs/{name}"),
            std::fs::read(fixture).expect("it is in the checkout"),
            1_772_582_400,
        );
    }
}

fn read(env: &TestEnv, log: &str) -> Vec<u8> {
    std::fs::read(env.path(&format!("logs/{log}"))).expect("it was written")
}

fn tarred(env: &TestEnv) -> Vec<u8> {
    let gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let mut tar = tar::Builder::new(gzip);
    for log in ["cloudtrail.json", "nginx-access.log", "auth.log"] {
        let content = read(env, log);
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mtime(1_772_582_400);
        header.set_mode(0o644);
        tar.append_data(&mut header, log, content.as_slice()).expect("memory suffices");
    }
    tar.into_inner().and_then(flate2::write::GzEncoder::finish).expect("memory suffices")
}

#[test]
fn an_archive_of_very_many_members_becomes_several_batches_with_its_original() {
    let env = TestEnv::new();
    let line = |n: u64| format!("192.0.2.{n} - - [01/Mar/2026:00:00:00 +0000] \"GET / HTTP/1.1\" 200 1\n");
    env.import(&env.write("known.log", line(1)), &[]);
    let mut archive = tar::Builder::new(Vec::new());
    for n in 0..4150 {
        let line = if n < 4149 { line(1) } else { line(2) };
        let mut header = tar::Header::new_gnu();
        header.set_size(line.len() as u64);
        header.set_mode(0o600);
        archive.append_data(&mut header, format!("{n}.log"), line.as_bytes()).expect("memory suffices");
    }
    let archive = env.write("many.tar", archive.into_inner().expect("memory suffices"));
    let rows = env.import(&archive, &[]);
    let imported = rows.iter().filter(|row| row["status"] == "imported").count();
    assert_eq!((rows.len(), imported), (4151, 1));
    let acts = env.run(&["--json", "journal"]).json();
    let count = |act: &str| acts.iter().filter(|line| line["do"] == act).count();
    assert_eq!((count("evidence.import"), count("import.receipt")), (3, 3));
    let originals = env.path("case/evidence/0002/originals");
    assert_eq!(std::fs::read_dir(originals).expect("a folder").count(), 1);
    env.run(&["verify", "--deep"]).exits(0);
    assert_eq!(env.events("*").len(), 2);
    env.run(&["reindex"]).exits(0);
    assert_eq!(env.events("*").len(), 2);
}
