//! Files that grow and rotate: only what is new is taken in, and nothing twice.

use std::io::Write;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::bundle::{tool, verify_proofs, verify_sh};
use crate::env::{TestEnv, skipped};

/// A line of an access log with a moment and a path of its own.
pub fn line(number: usize) -> String {
    let (hour, minute, second) = (number / 3600 % 24, number / 60 % 60, number % 60);
    format!(
        "192.0.2.{} - - [01/Mar/2026:{hour:02}:{minute:02}:{second:02} +0000] \"GET /{number} HTTP/1.1\" 200 5 \"-\" \"curl\"\n",
        number % 200
    )
}

/// Some of these lines.
pub fn lines(range: std::ops::Range<usize>) -> String {
    range.map(line).collect()
}

/// Compresses a content.
pub fn gzip(content: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(content).expect("memory suffices");
    gzip.finish().expect("memory suffices")
}

/// Every event of the case, but for which source holds it.
pub fn events(env: &TestEnv) -> Vec<Value> {
    let mut events = env.events("*");
    for event in &mut events {
        let event = event.as_object_mut().expect("an event is an object");
        // Which of two formats reads a line that fits both depends on what else was there.
        let other = ["id", "vestigo.source", "event.dataset", "vestigo.format"];
        event.retain(|name, _| !other.contains(&name.as_str()));
        if let Some(extra) = event.remove("apache.access.extra") {
            event.insert("nginx.access.extra".to_owned(), extra);
        }
    }
    events
}

/// The events of a fresh case with only this content.
pub fn fresh(content: &[u8]) -> Vec<Value> {
    let env = TestEnv::new();
    env.import(&env.write("fresh/access.log", content), &[]);
    events(&env)
}

#[track_caller]
fn sound(env: &TestEnv) {
    for depth in ["--deep", "--roots"] {
        let said = env.run(&["--json", "verify", depth]).ends(0).json().remove(0);
        assert_eq!((&said["damage"], &said["notes"]), (&json!([]), &json!([])), "{depth}");
    }
}

fn statuses(rows: &[Value]) -> Vec<&str> {
    rows.iter().filter_map(|row| row["status"].as_str()).collect()
}

#[test]
fn a_file_that_grew_gives_only_its_new_part() {
    let env = TestEnv::new();
    let first = env.import(&env.write("access.log", lines(0..3)), &[]).remove(0);
    let rows = env.import(&env.write("access.log", lines(0..5)), &[]);
    let (row, old) = (&rows[0], lines(0..3).len());
    assert_eq!((&row["status"], &row["extends"]), (&json!("extended"), &first["source"]));
    assert_eq!(row["extends_from"], json!({ "offset": old, "record": 3, "replaced": 0 }));
    assert_eq!((&row["events"], &row["bytes"]["total"]), (&json!(2), &json!(lines(3..5).len())));
    assert_eq!((&rows[1]["total"]["extended"], &rows[1]["total"]["complete"]), (&json!(1), &json!(true)));
    assert_eq!(events(&env), fresh(lines(0..5).as_bytes()));
    assert_eq!(env.events("*")[4]["vestigo.record"], 4);
    sound(&env);
    // The whole file is known now, wherever it is found.
    let again = env.import(&env.write("elsewhere/copy", lines(0..5)), &[]).remove(0);
    assert_eq!((&again["status"], &again["source"]), (&json!("duplicate"), &row["source"]));
    let earlier = env.import(&env.write("old/access.log.9", lines(0..4)), &[]).remove(0);
    assert_eq!((&earlier["status"], &earlier["source"]), (&json!("duplicate"), &row["source"]));
    let said = earlier["reason"].as_str().expect("it has one");
    assert!(said.contains("bytes are the first of source"), "{said}");
    assert_eq!(events(&env).len(), 5);
}

#[test]
fn rotated_files_are_recognized() {
    let env = TestEnv::new();
    let day = |name: &str, content: &[u8]| drop(env.write(&format!("log/{name}"), content));
    day("access.log", lines(0..10).as_bytes());
    env.import(&env.path("log"), &[]);
    // It grows, and is renamed.
    day("access.log.1", lines(0..20).as_bytes());
    day("access.log", lines(20..25).as_bytes());
    let rows = env.import(&env.path("log"), &[]);
    assert_eq!(statuses(&rows), ["extended", "imported"], "the oldest first");
    // Both move on; one is compressed, the other grew before it was renamed.
    std::fs::remove_file(env.path("log/access.log.1")).expect("it is there");
    day("access.log.2.gz", &gzip(lines(0..20).as_bytes()));
    day("access.log.1", lines(20..30).as_bytes());
    day("access.log", lines(30..31).as_bytes());
    let rows = env.import(&env.path("log"), &[]);
    assert_eq!(statuses(&rows), ["duplicate", "extended", "imported"]);
    let rows = env.import(&env.path("log"), &[]);
    assert_eq!(statuses(&rows), ["duplicate"; 3]);
    assert_eq!(rows[3]["total"]["events"], 0);
    // It grew before it was compressed.
    std::fs::remove_file(env.path("log/access.log.1")).expect("it is there");
    day("access.log.3.gz", &gzip(lines(20..40).as_bytes()));
    std::fs::remove_file(env.path("log/access.log")).expect("it is there");
    let rows = env.import(&env.path("log"), &[]);
    assert_eq!(statuses(&rows), ["extended", "duplicate"]);
    let mut seen: Vec<String> =
        events(&env).iter().map(|event| event["event.original"].as_str().expect("text").to_owned()).collect();
    seen.sort();
    // The newest file was imported on its own before its first line was seen elsewhere.
    let mut wanted: Vec<String> = (0..40).map(|n| line(n).trim_end().to_owned()).collect();
    wanted.push(line(30).trim_end().to_owned());
    wanted.sort();
    assert_eq!(seen, wanted);
    sound(&env);
}

#[test]
fn a_file_that_was_cut_and_rewritten_is_a_new_source() {
    let env = TestEnv::new();
    env.import(&env.write("access.log", lines(0..5)), &[]);
    let rows = env.import(&env.write("access.log", lines(0..2) + &lines(7..9)), &[]);
    assert_eq!((statuses(&rows)[0], rows[0].get("extends")), ("imported", None));
    assert_eq!(rows[0]["events"], 4);
    sound(&env);
}

#[test]
fn an_event_that_was_unfinished_is_replaced_and_told() {
    let env = TestEnv::new();
    let (whole, old) = (lines(0..4), lines(0..3));
    let half = &old[..old.len() - 20];
    let first = env.import(&env.write("access.log", half), &[]).remove(0);
    let marked = env.events("*")[2]["id"].as_str().expect("it has one").to_owned();
    env.run(&["bookmark", "add", &marked]).exits(0);
    env.run(&["finding", "add", "Half", "--event", &marked]).exits(0);
    let row = env.import(&env.write("access.log.1", &whole), &[]).remove(0);
    let offset = lines(0..2).len();
    assert_eq!((&row["status"], &row["extends"]), (&json!("extended"), &first["source"]));
    assert_eq!(row["extends_from"], json!({ "offset": offset, "record": 2, "replaced": 1 }));
    assert_eq!(row["bytes"]["total"], whole.len() - offset);
    assert_eq!(events(&env), fresh(whole.as_bytes()));
    sound(&env);
    // What was sealed at that moment stays evidence, under its id.
    let shown = env.run(&["--json", "show", &marked]).ends(0).json().remove(0);
    assert_eq!(shown["event.original"], half[offset..]);
    assert!(env.run(&["show", &marked]).ends(0).text().contains("replaced  unfinished when it was imported"));
    assert_eq!(env.run(&["--json", "status"]).ends(0).json()[0]["orphaned"], 0);
    assert_eq!(env.run(&["--json", "status"]).ends(0).json()[0]["events"], 4);
    // A finding is about the whole event.
    let found = env.events("finding:1");
    assert_eq!((found.len(), &found[0]["event.original"]), (1, &json!(line(2).trim_end())));
    checked(&env, &["--all", "--bookmarks", "--finding", "1"]);
}

#[test]
fn lines_that_continue_the_last_event_are_part_of_it() {
    let env = TestEnv::new();
    let whole = lines(0..2) + "\tat one\n\tat two\n\n" + &lines(2..3);
    for end in [lines(0..2).len(), lines(0..2).len() + 8, whole.len()] {
        env.import(&env.write("access.log", &whole[..end]), &[]);
    }
    assert_eq!(events(&env), fresh(whole.as_bytes()));
    sound(&env);
}

#[test]
fn the_longest_known_beginning_wins() {
    let env = TestEnv::new();
    let (base, one, two) = (lines(0..3), lines(10..19), lines(20..22));
    env.import(&env.write("a/access.log", &base), &[]);
    env.import(&env.write("b/access.log", base.clone() + &one), &[]);
    let second = env.import(&env.write("c/access.log", base.clone() + &two), &[]).remove(0);
    assert_eq!(second["extends_from"]["record"], 3);
    let rows = env.import(&env.write("d/access.log", base.clone() + &two + &lines(30..31)), &[]);
    assert_eq!((&rows[0]["extends"], &rows[0]["events"]), (&second["source"], &json!(1)));
    sound(&env);
}

#[test]
fn contents_of_many_frames_are_continued_and_left_again() {
    let env = TestEnv::new();
    let (base, end) = (lines(0..60_000), lines(60_000..60_010));
    env.import(&env.write("access.log", &base), &[]);
    let row = env.import(&env.write("access.log.1", base.clone() + &end), &[]).remove(0);
    assert_eq!((&row["status"], &row["events"]), (&json!("extended"), &json!(10)));
    // The same for a long time, and then another way: nothing of it is lost.
    let other = base[..base.len() / 2].to_owned() + "\n" + &end;
    let row = env.import(&env.write("access.log", &other), &[]).remove(0);
    assert_eq!((&row["status"], &row["bytes"]["total"]), (&json!("imported"), &json!(other.len())));
    let row =
        env.import(&env.write("x.gz", gzip((base.clone() + &end + "more\n").as_bytes())), &[]).remove(0);
    assert_eq!((&row["status"], &row["events"]), (&json!("extended"), &json!(1)));
    let row = env.import(&env.write("y.gz", gzip(base.as_bytes())), &[]).remove(0);
    assert_eq!(row["status"], "duplicate");
    let row = env.import(&env.write("z.gz", gzip(&base.as_bytes()[..base.len() - 7])), &[]).remove(0);
    assert_eq!(row["status"], "duplicate");
    sound(&env);
}

#[test]
fn copies_of_one_file_in_one_import_are_chained() {
    let env = TestEnv::new();
    for (day, end) in [(1, 3), (2, 5), (3, 8)] {
        env.write(&format!("backup/{day}/access.log"), lines(0..end));
    }
    let rows = env.import(&env.path("backup"), &[]);
    assert_eq!(statuses(&rows), ["imported", "extended", "extended"]);
    assert_eq!(events(&env), fresh(lines(0..8).as_bytes()));
    sound(&env);
}

#[test]
fn another_host_is_another_source_and_another_zone_is_told() {
    let env = TestEnv::new();
    let log = |end: usize| -> String {
        (0..end).map(|n| format!("Mar  1 00:00:{n:02} a sshd[1]: line {n}\n")).collect()
    };
    env.import(&env.write("auth.log", log(2)), &["--zone", "Europe/Berlin", "--host", "one"]);
    let row = env.import(&env.write("auth.log", log(4)), &["--zone", "UTC"]).remove(0);
    assert_eq!(row["status"], "extended");
    let said = row["reason"].as_str().expect("it is told");
    assert!(said.contains("read like the source that it extends, with zone Europe/Berlin"), "{said}");
    let last = env.events("*").pop().expect("it has events");
    assert_eq!(last["@timestamp"], "2026-02-28T23:00:03.000000000Z");
    let row = env.import(&env.write("two/auth.log", log(5)), &["--host", "two"]).remove(0);
    assert_eq!((&row["status"], &row["events"]), (&json!("imported"), &json!(5)));
}

#[test]
fn a_given_year_is_counted_on() {
    let env = TestEnv::new();
    let log = |month: &str| -> String {
        (1..21).map(|day| format!("{month} {day:2} 00:00:00 a b: line {day}\n")).collect()
    };
    let old = log("Nov") + &log("Dec");
    let whole = old.clone() + &log("Jan") + &log("Feb");
    let times = |env: &TestEnv| -> Vec<String> {
        env.events("*").iter().map(|event| event["@timestamp"].to_string()[1..8].to_owned()).collect()
    };
    for end in [old.len(), whole.len()] {
        env.import(&env.write("auth.log", &whole[..end]), &["--year", "2020"]);
    }
    let wanted: Vec<&str> =
        ["2020-11", "2020-12", "2021-01", "2021-02"].into_iter().flat_map(|month| [month; 20]).collect();
    assert_eq!(times(&env), wanted);
    let once = TestEnv::new();
    once.import(&once.write("auth.log", &whole), &["--year", "2020"]);
    assert_eq!(times(&once), wanted);
}

#[test]
fn a_chain_stays_sound_whoever_imports_and_bundles_prove_it() {
    let env = TestEnv::new();
    let import = |user: &str, end: usize| {
        let path = env.write("access.log", lines(0..end)).to_string_lossy().into_owned();
        env.run_as(user, &["import", &path]).exits(0);
    };
    import("alice", 4);
    import("bob", 7);
    import("alice", 9);
    assert_eq!(events(&env), fresh(lines(0..9).as_bytes()));
    let listed = env.run(&["--json", "source", "list"]).ends(0).json();
    let offset = lines(0..7).len();
    let wanted = json!({ "source": listed[1]["source"], "offset": offset, "record": 7, "replaced": 0 });
    assert_eq!(listed[2]["continues"], wanted);
    let id = |n: usize| listed[n]["source"].as_str().expect("text")[..8].to_owned();
    // A record that a source continues is the record of the one that holds it.
    let shown = env.run(&["--json", "show", &format!("{}:5", id(2))]).ends(0).json().remove(0);
    assert_eq!(shown["id"], format!("{}:5", id(1)));
    let near = env.run(&["--json", "show", &format!("{}:7", id(2)), "--context", "1"]).ends(0).json();
    assert_eq!(near.iter().filter(|event| event["id"] == format!("{}:6", id(1))).count(), 1);
    let changed = env.run(&["source", "reread", &id(1), "--zone", "Asia/Tokyo"]).ends(0);
    assert!(changed.err.contains("is continued by"), "{}", changed.err);
    import("bob", 10);
    sound(&env);
    checked(&env, &["--all", "--originals"]);
    proved(&env, &format!("{}:7", id(2)));
}

/// Exports, and verifies the bundle with everything that can.
#[track_caller]
fn checked(env: &TestEnv, words: &[&str]) {
    let out = env.path("bundle").to_string_lossy().into_owned();
    env.run(&[&["export"], words, &["--out", &out]].concat()).exits(0);
    let said = env.run(&["--json", "verify", &out]).json().remove(0);
    assert_eq!(said["damage"], json!([]));
    let bundle = Path::new(&out);
    for (good, text) in
        [verify_sh("growth", bundle, &[]), verify_proofs("growth", &[bundle])].into_iter().flatten()
    {
        assert!(good, "{text}");
    }
}

#[track_caller]
fn proved(env: &TestEnv, id: &str) {
    let proof = env.run(&["show", id, "--proof"]).ends(0);
    let path = env.write("proof.json", &proof.out).to_string_lossy().into_owned();
    env.run(&["verify", &path]).exits(0);
    if let Some((good, text)) = verify_proofs("growth", &[Path::new(&path)]) {
        assert!(good, "{text}");
    }
}

#[test]
fn damage_of_what_is_continued_is_named() {
    let env = TestEnv::new();
    env.import(&env.write("access.log", lines(0..4)), &[]);
    env.import(&env.write("access.log", lines(0..6)), &[]);
    let content = env.path("case/evidence/0001/content.zst");
    let mut bytes = std::fs::read(&content).expect("it is there");
    bytes[20] ^= 1;
    std::fs::write(&content, bytes).expect("it is ours");
    let said = env.run(&["--json", "verify", "--deep"]).ends(4).json().remove(0);
    let files: Vec<&str> =
        said["damage"].as_array().expect("a list").iter().filter_map(|row| row["file"].as_str()).collect();
    assert_eq!(files, ["evidence/0001/content.zst", "evidence/0002/manifest.json"]);
    assert!(said["damage"][1]["reason"].as_str().expect("text").contains("which is missing or damaged"));
    // What is left of it becomes a source of its own.
    let saved = env.path("saved").to_string_lossy().into_owned();
    env.run(&["repair", "--out", &saved]).exits(3);
    let read = env.run_bare(&["vestigo", "--json", "--case", &saved, "search", "--all", "*"]).ends(0).json();
    assert_eq!(read.len(), 2);
    env.run_bare(&["vestigo", "--case", &saved, "verify", "--roots"]).exits(0);
}

#[test]
fn a_sound_chain_is_repaired_as_it_is() {
    let env = TestEnv::new();
    for end in [2, 4, 6] {
        env.import(&env.write("access.log", &lines(0..end)[..lines(0..end).len() - 5]), &[]);
    }
    let saved = env.path("saved").to_string_lossy().into_owned();
    env.run(&["repair", "--out", &saved]).exits(0);
    let of = |case: &str| {
        env.run_bare(&["vestigo", "--json", "--case", case, "search", "--all", "*"]).ends(0).json()
    };
    assert_eq!(of(&saved), of(&env.path("case").to_string_lossy()));
    env.run_bare(&["vestigo", "--case", &saved, "verify", "--roots"]).exits(0);
}

#[test]
fn other_tools_check_the_whole_content() {
    let env = TestEnv::new();
    env.import(&env.write("access.log", lines(0..3)), &[]);
    let row = env.import(&env.write("access.log", lines(0..5)), &[]).remove(0);
    // As ARCHITECTURE.md says it.
    let offset = row["extends_from"]["offset"].to_string();
    let check = format!(
        "zstd --version >/dev/null || exit 9; {{ zstd -dc evidence/0001/content.zst | head -c {offset}; zstd -dc evidence/0002/content.zst; }} | sha256sum"
    );
    let mut shell = Command::new("sh");
    let Some((true, said)) = tool("growth", shell.args(["-c", &check]).current_dir(env.path("case"))) else {
        return skipped("other_tools_check_the_whole_content", "there is no zstd");
    };
    assert_eq!(said.split(' ').next(), row["source"].as_str());
}

#[test]
fn what_an_import_says_of_growth() {
    let env = TestEnv::new().wide();
    let old = lines(0..3);
    env.import(&env.write("access.log", &old[..old.len() - 9]), &[]);
    let path = env.write("access.log", lines(0..5)).to_string_lossy().into_owned();
    let output = env.run(&["import", &path]).ends(0);
    let folder = env.path("").to_string_lossy().into_owned();
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let text: Vec<String> = output.text().replace(&folder, "").lines().map(words).collect();
    let text = text.join("\n");
    // How long it took differs.
    let (before, after) = text.split_once(" in 0.").expect("it says how long it took");
    insta::assert_snapshot!(format!("{before}{}", &after[3..]), @r"
    Source Status Format Share Events Unparsed Bytes Time
    access.log extended nginx.access 100.0 % 3 0 234 B 2026-03-01 00:00:02Z → 2026-03-01 00:00:04Z
    access.log: extends source 4fbf1227 from byte 156 (record 2); the last event there was unfinished, and is replaced
    1 source, 3 events, 234 B; 1 extended
    every byte accounted for: 390 in the named files; of their content: 234 = 234 events + 0 continuations + 0 blank + 0 rejected
    ");
    let listed = env.run(&["source", "list"]).ends(0).text().replace(&folder, "");
    let listed: Vec<String> = listed.lines().map(words).collect();
    insta::assert_snapshot!(listed.join("\n"), @r"
    Id Source Format Zone Year Host Clock Events Read by
    4fbf1227 access.log nginx.access UTC - - - 2 import
    7dd9233e access.log nginx.access UTC - - - 3 import; continues 4fbf1227 from record 2
    ");
    let mut row = env.import(&env.write("access.log", lines(0..6)), &[]).remove(0);
    (row["seconds"], row["path"]) = (json!(0), json!("access.log"));
    insta::assert_snapshot!(row.to_string(), @r#"{"path":"access.log","status":"extended","reason":null,"source":"2b5082a7ff81a0e07760bd75cc938460c1214ed47485903a4c782db9ad51d132","extends":"7dd9233ec198a227848be625886bd3121bfa17874076b59de5081a2ed487fb5e","extends_from":{"offset":390,"record":5,"replaced":0},"format":"nginx.access","share":1.0,"bytes":{"total":78,"events":78,"continuations":0,"blank":0,"rejected":0},"events":1,"unparsed":0,"continuations":0,"blank":0,"rejected":[],"first":"2026-03-01T00:00:05.000000000Z","last":"2026-03-01T00:00:05.000000000Z","time":{"explicit":1,"inferred":0,"ambiguous":0,"none":0,"future":0},"seconds":0}"#);
}
