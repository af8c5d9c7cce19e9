//! The hash chain, its repair, and who may write.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::*;
use crate::fs::Dir;
use crate::record::{FixedClock, Timestamp};

const CLOCK: FixedClock = FixedClock(Timestamp::from_secs(1_772_582_400));

fn who(login: &str) -> Actor {
    Actor { tool: "vestigo".to_owned(), ..Actor::new(login, "host") }
}

/// Returns the path of the journal in a case.
fn path(case: &Path) -> PathBuf {
    case.join(FILE)
}

/// Opens the folder of a journal.
fn dir(journal: &Path) -> Dir {
    Dir::open(journal.parent().expect("it lies in a folder")).expect("it is there")
}

fn three_entries(path: &Path) -> Vec<u8> {
    let mut writer = Writer::open(&dir(path), &who("tester"), &CLOCK).expect("nobody else writes");
    for n in 0..3 {
        writer
            .append(Payload::Unknown("test.n".to_owned(), json!({ "n": n })), &CLOCK)
            .expect("it is written");
    }
    std::fs::read(path).expect("it is there")
}

#[test]
fn an_entry_is_one_line_that_names_the_line_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let bytes = three_entries(&path(folder.path()));
    let text = String::from_utf8(bytes).expect("it is JSON");
    let first: serde_json::Value = serde_json::from_str(text.lines().next().expect("lines")).expect("JSON");
    let keys: Vec<&str> = first.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(keys, ["seq", "at", "by", "do", "what", "prev"]);
    assert_eq!(first["at"], "2026-03-04T00:00:00.000000000Z");
    assert_eq!(first["by"], "tester@host");
    assert_eq!(first["what"]["session"]["tool"], "vestigo");
    assert_eq!(first["prev"], "0".repeat(64));
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines[1]["what"]["session"], serde_json::Value::Null, "one session is recorded once");
    assert_ne!(lines[1]["what"]["salt"], lines[2]["what"]["salt"]);
    let journal = read(&dir(&path(folder.path()))).expect("it reads");
    assert_eq!((journal.entries.len(), journal.torn.len(), journal.broken), (3, 0, None));
}

#[test]
fn an_incomplete_line_is_set_aside_and_recorded() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = path(folder.path());
    let whole = three_entries(&file);
    let last = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').expect("three lines") + 1;
    for cut in last + 1..whole.len() {
        std::fs::write(&file, &whole[..cut]).expect("it is ours");
        let writer = Writer::open(&dir(&file), &who("tester"), &CLOCK).expect("it repairs");
        let acts: Vec<&str> = writer.journal().entries.iter().map(|line| line.kind.as_str()).collect();
        assert_eq!(acts, ["test.n", "test.n", "recovery"]);
        assert_eq!(
            std::fs::read(folder.path().join("journal.torn-2")).expect("set aside"),
            &whole[last..cut]
        );
        assert_eq!(read(&dir(&file)).expect("it reads").broken, None);
        std::fs::remove_file(folder.path().join("journal.torn-2")).expect("it is ours");
    }
}

#[test]
fn every_flipped_bit_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = path(folder.path());
    let whole = three_entries(&file);
    let end = whole.iter().rposition(|byte| *byte == b'}').expect("JSON");
    for at in 0..end {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        let journal = super::reader::check(&bytes);
        let last_line_only = journal.entries.len() == 3;
        assert!(
            journal.broken.is_some() || last_line_only && journal.head != super::reader::check(&whole).head,
            "byte {at}"
        );
    }
}

#[test]
fn a_missing_or_moved_entry_makes_the_case_read_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = path(folder.path());
    let whole = three_entries(&file);
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    for kept in [[0, 2].as_slice(), &[1, 0, 2], &[0, 1, 1, 2], &[1, 2]] {
        let bytes: Vec<u8> = kept.iter().flat_map(|n| lines[*n].to_vec()).collect();
        std::fs::write(&file, &bytes).expect("it is ours");
        let refused = Writer::open(&dir(&file), &who("tester"), &CLOCK).err().expect("it refuses");
        assert_eq!(refused.kind(), crate::error::ErrorKind::Integrity);
        assert_eq!(std::fs::read(&file).expect("it is there"), bytes, "nothing was written");
    }
}

#[test]
fn two_cannot_write_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = path(folder.path());
    let first = Writer::open(&dir(&file), &who("one"), &CLOCK).expect("nobody else writes");
    let refused = Writer::open(&dir(&file), &who("two"), &CLOCK).err().expect("it refuses");
    assert!(refused.to_string().contains("one@host"), "{refused}");
    drop(first);
    assert!(Writer::open(&dir(&file), &who("two"), &CLOCK).is_ok());
}

#[test]
fn a_clock_that_stops_or_goes_back_does_not_change_the_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = path(folder.path());
    let mut writer = Writer::open(&dir(&file), &who("tester"), &CLOCK).expect("nobody else writes");
    for secs in [1_772_582_400, 1_772_582_400, 1_000, 1_772_582_500] {
        let clock = FixedClock(Timestamp::from_secs(secs));
        writer.append(Payload::Unknown("test".to_owned(), json!({})), &clock).expect("it is written");
    }
    let ticks: Vec<i64> = writer.journal().entries.iter().map(Entry::tick).collect();
    assert!(ticks.is_sorted_by(|a, b| a < b), "{ticks:?}");
    assert_eq!(ticks[3], 1_772_582_500_000_000_000);
}

#[test]
fn a_checkpoint_is_extended_by_what_grew_from_it_and_by_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = path(folder.path());
    let whole = three_entries(&file);
    let journal = check(&whole);
    let checkpoint = Checkpoint::from_journal(&journal, "x");
    assert_eq!(Checkpoint::parse(&checkpoint.text()).expect("it reads"), checkpoint);
    assert_eq!(
        Checkpoint::find(&format!("ticket 7: ({0}) and {0} thanks", checkpoint.line())).expect("found"),
        [checkpoint.clone(), checkpoint.clone()]
    );
    let mut writer = Writer::open(&dir(&file), &who("tester"), &CLOCK).expect("nobody else writes");
    writer.append(Payload::Unknown("test".to_owned(), json!({})), &CLOCK).expect("it is written");
    assert_eq!(checkpoint.mismatch(writer.journal(), "x"), None);
    assert!(checkpoint.mismatch(writer.journal(), "y").is_some_and(|how| how.contains("another case")));
    let cut = check(&whole[..journal.texts[0].len() + journal.texts[1].len()]);
    assert!(checkpoint.mismatch(&cut, "x").is_some_and(|how| how.contains("has 2 entries, it says 3")));
    let other = three_entries(&path(tempfile::tempdir().expect("a folder").path()));
    assert!(checkpoint.mismatch(&check(&other), "x").is_some_and(|how| how.contains("rewritten")));
}

#[test]
fn any_text_is_a_checkpoint_or_refused() {
    for text in [
        "",
        "\n\n\n",
        "a\n1\nAAAA\n",
        "vestigo/x",
        "vestigo/x 1",
        "vestigo/x 1 AAAA vestigo/y",
        "a\n01\nAAAA\nb\n",
    ] {
        assert!(Checkpoint::find(text).is_err(), "{text}");
    }
}
