//! What stands in the index folder, and what damage to it means.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::made::{Made, all, count, event, index_of, publish_segments, source_id};
use crate::error::Result;
use crate::index::{Cancel, Index, SegmentWriter, is_damaged, publish, sweep};
use crate::query::Expr;
use crate::record::Value;

fn events(n: u64) -> Vec<Made> {
    let text = |i: u64| Value::from(format!("value {}", i % 3));
    let more = |i: u64| Value::from(i as i64);
    (0..n)
        .map(|i| {
            let values = [("user.name", text(i)), ("labels.n", more(i)), ("labels.n", text(i))];
            event((i % 2) as u8, i, (i % 5 > 0).then_some(i as i64), &values[..(i % 4) as usize])
        })
        .collect()
}

/// Opens the index and reads all of it.
fn read(folder: &Path) -> Result<u64> {
    let index = Index::open(folder)?;
    index.check(&Cancel::new())?;
    index.count(&all(Expr::All), &Cancel::new())
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = paths.filter(|path| path.to_str().unwrap().ends_with(ending)).collect();
    paths.sort();
    paths
}

#[test]
fn an_absent_or_empty_folder_is_an_index_of_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("absent")] {
        let index = Index::open(&path).unwrap();
        assert!(index.is_empty() && index.batches().is_empty() && index.fields().is_empty());
        assert_eq!(count(&index, Expr::All), 0);
        sweep(&path).unwrap();
    }
}

#[test]
fn any_flipped_byte_of_any_file_is_found() {
    let (folder, _) = index_of(&events(20));
    let paths = [files(folder.path(), ".segment"), files(folder.path(), "meta.json")].concat();
    assert_eq!(paths.len(), 2);
    for path in paths {
        let good = fs::read(&path).unwrap();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1 << (at % 8);
            fs::write(&path, &bad).unwrap();
            let error = read(folder.path()).expect_err(&format!("byte {at} of {}", path.display()));
            assert!(is_damaged(&error), "{error}");
        }
        fs::write(&path, &good).unwrap();
    }
    assert_eq!(read(folder.path()).unwrap(), 20);
}

#[test]
fn a_file_cut_anywhere_or_missing_is_found_on_opening() {
    let (folder, _) = index_of(&events(20));
    let path = &files(folder.path(), ".segment")[0];
    let good = fs::read(path).unwrap();
    for length in 0..good.len() {
        fs::write(path, &good[..length]).unwrap();
        let error = Index::open(folder.path()).err().expect("it is cut");
        assert!(is_damaged(&error), "{error}");
    }
    fs::remove_file(path).unwrap();
    assert!(is_damaged(&Index::open(folder.path()).err().expect("it is missing")));
}

#[test]
fn another_version_is_refused_and_said_to_be_rebuilt() {
    let (folder, _) = index_of(&events(3));
    let path = folder.path().join("meta.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("\"version\":1", "\"version\":77", 1)).unwrap();
    let error = Index::open(folder.path()).err().expect("it is of another version");
    assert!(is_damaged(&error));
    assert_eq!(error.hints(), ["Build it again from the evidence with `vestigo reindex`."]);
}

#[test]
fn segments_that_were_not_published_are_not_seen_and_are_swept() {
    let (folder, _) = index_of(&events(10));
    let mut writer = SegmentWriter::create(folder.path()).unwrap();
    let source = writer.source(5);
    writer.add(source, 0, &events(1)[0].event);
    writer.finish().unwrap();
    assert_eq!(files(folder.path(), ".segment").len(), 2);
    assert_eq!(read(folder.path()).unwrap(), 10);
    sweep(folder.path()).unwrap();
    assert_eq!(files(folder.path(), ".segment").len(), 1);
    assert_eq!(read(folder.path()).unwrap(), 10);
}

#[test]
fn a_batch_published_again_replaces_itself_and_an_open_index_stays_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    publish_segments(folder.path(), 2, &[events(10), events(0)]);
    publish_segments(folder.path(), 1, &[]);
    let before = Index::open(folder.path()).unwrap();
    publish_segments(folder.path(), 2, &[events(7)]);
    sweep(folder.path()).unwrap();
    let after = Index::open(folder.path()).unwrap();
    assert_eq!((before.batches(), before.len()), (&[1, 2][..], 10));
    assert_eq!((after.batches(), after.len()), (&[1, 2][..], 7));
    assert_eq!(count(&before, super::made::is(Some("user.name"), "value 1")), 2);
}

#[test]
fn a_source_that_nobody_resolves_fails_and_changes_nothing() {
    let (folder, _) = index_of(&events(10));
    let mut writer = SegmentWriter::create(folder.path()).unwrap();
    for key in [1, 2] {
        let source = writer.source(key);
        assert_eq!(writer.source(key), source);
        writer.add(source, 0, &events(1)[0].event);
    }
    let segment = writer.finish().unwrap();
    let known = HashMap::from([(1, source_id(1))]);
    publish(folder.path(), 2, vec![segment], &known).unwrap_err();
    assert_eq!(read(folder.path()).unwrap(), 10);
}

#[test]
fn a_segment_is_full_when_its_values_take_their_bound_of_memory() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = SegmentWriter::create(folder.path()).unwrap();
    assert!(writer.is_empty() && !writer.is_full());
    let source = writer.source(0);
    let mut added = 0;
    while !writer.is_full() {
        let text = format!("{added}{}", "x".repeat(1 << 20));
        writer.add(source, added, &event(0, added, None, &[("labels.big", Value::from(text))]).event);
        added += 1;
    }
    assert_eq!(added, 160);
}
