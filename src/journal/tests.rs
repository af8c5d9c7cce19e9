//! The chain, its repair, and who may write.

use std::path::Path;

use serde_json::json;

use super::*;
use crate::record::{FixedClock, Instant};

const CLOCK: FixedClock = FixedClock(Instant::from_secs(1_772_582_400));

fn three_entries(path: &Path) -> Vec<u8> {
    let mut writer = Writer::open(path, "tester@host", &CLOCK).expect("nobody else writes");
    for n in 0..3 {
        writer.append("bookmark.add", json!({ "n": n }), &CLOCK).expect("it is written");
    }
    std::fs::read(path).expect("it is there")
}

#[test]
fn an_entry_is_one_line_that_names_the_line_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let bytes = three_entries(&path(folder.path()));
    let text = String::from_utf8(bytes).expect("it is JSON");
    let first = text.lines().next().expect("it has lines");
    let wanted = format!(
        r#"{{"seq":0,"at":"2026-03-04T00:00:00.000000000Z","by":"tester@host","do":"bookmark.add","what":{{"n":0}},"prev":"{}"}}"#,
        "0".repeat(64)
    );
    assert_eq!(first, wanted);
    let journal = read(&path(folder.path())).expect("it reads");
    assert_eq!((journal.lines.len(), journal.torn.len(), journal.broken), (3, 0, None));
}

#[test]
fn a_line_cut_anywhere_is_set_aside_and_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = path(folder.path());
    let whole = three_entries(&file);
    let last = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').expect("three lines") + 1;
    for cut in last + 1..whole.len() {
        std::fs::write(&file, &whole[..cut]).expect("it is ours");
        let writer = Writer::open(&file, "tester@host", &CLOCK).expect("it repairs");
        let acts: Vec<&str> = writer.journal().lines.iter().map(|line| line.act.as_str()).collect();
        assert_eq!(acts, ["bookmark.add", "bookmark.add", "recovery"]);
        assert_eq!(
            std::fs::read(folder.path().join("journal.torn-2")).expect("set aside"),
            &whole[last..cut]
        );
        assert_eq!(read(&file).expect("it reads").broken, None);
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
        let journal = super::read::check(&bytes);
        let last_line_only = journal.lines.len() == 3;
        assert!(
            journal.broken.is_some() || last_line_only && journal.head != super::read::check(&whole).head,
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
        let refused = Writer::open(&file, "tester@host", &CLOCK).err().expect("it refuses");
        assert_eq!(refused.kind(), crate::error::Kind::Integrity);
        assert_eq!(std::fs::read(&file).expect("it is there"), bytes, "nothing was written");
    }
}

#[test]
fn two_cannot_write_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = path(folder.path());
    let first = Writer::open(&file, "one@host", &CLOCK).expect("nobody else writes");
    let refused = Writer::open(&file, "two@host", &CLOCK).err().expect("it refuses");
    assert!(refused.to_string().contains("one@host"), "{refused}");
    drop(first);
    assert!(Writer::open(&file, "two@host", &CLOCK).is_ok());
}
