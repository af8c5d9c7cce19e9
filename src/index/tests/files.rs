//! What stands in the index folder, and what damage to it means.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::made::{
    SampleEvent, all, basis, binding, count, digest, dir, event, index_of, is, open, publish_segments,
    source_id,
};
use crate::error::Result;
use crate::index::{
    CancelToken, Index, IndexBasis, IndexBinding, Indexed, SegmentWriter, Sum, Witness, is_damaged, publish,
    publish_all, sweep,
};
use crate::query::Expr;
use crate::record::Value;

fn events(n: u64) -> Vec<SampleEvent> {
    let text = |i: u64| Value::from(format!("value {}", i % 3));
    let more = |i: u64| Value::from(i as i64);
    (0..n)
        .map(|i| {
            let values = [("user.name", text(i)), ("labels.n", more(i)), ("labels.n", text(i))];
            event((i % 2) as u8, i, (i % 5 > 0).then_some(i as i64), &values[..(i % 4) as usize])
        })
        .collect()
}

/// Opens an index of one batch with so many events, and reads all of it.
fn read(folder: &Path, events: u64) -> Result<u64> {
    let index = open(folder, &[(1, events)])?;
    index.sums(&Witness::default())?;
    index.count(&all(Expr::All), &CancelToken::new())
}

/// Returns why an index cannot be opened for these batches.
fn refused(folder: &Path, binding: &IndexBinding, expected: &[IndexBasis]) -> String {
    let error = Index::open(&dir(folder), binding, expected).err().expect("it is not what is wanted");
    assert!(is_damaged(&error), "{error}");
    std::error::Error::source(&error).expect("it says why").to_string()
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = paths.filter(|path| path.to_str().unwrap().ends_with(ending)).collect();
    paths.sort();
    paths
}

#[test]
fn a_folder_without_an_index_is_refused_and_one_of_nothing_is_an_index() {
    let folder = tempfile::tempdir().unwrap();
    sweep(&dir(folder.path())).unwrap();
    assert!(refused(folder.path(), &binding(), &[]).contains("meta.json"));
    publish_all(&dir(folder.path()), &binding(), Vec::new()).unwrap();
    let index = open(folder.path(), &[(1, 7)]).unwrap();
    assert!(index.is_empty() && index.batches().is_empty() && index.fields().is_empty());
    assert_eq!(count(&index, Expr::All), 0);
}

#[test]
fn an_index_of_other_evidence_another_case_or_another_user_is_refused() {
    let (folder, _) = index_of(&events(20));
    let other = IndexBinding { case: "another case".to_owned(), ..binding() };
    assert_eq!(refused(folder.path(), &other, &[basis(1, 20)]), "meta.json is not what this user wrote");
    let other = IndexBinding { secret: [8; 32], ..binding() };
    assert_eq!(refused(folder.path(), &other, &[basis(1, 20)]), "meta.json is not what this user wrote");
    let refused = |expected: &[IndexBasis]| refused(folder.path(), &binding(), expected);
    assert_eq!(refused(&[]), "batch 1: there is no such batch");
    assert_eq!(refused(&[basis(2, 20)]), "batch 1: there is no such batch");
    assert_eq!(refused(&[basis(1, 21)]), "batch 1: rows are missing");
    let manifest = IndexBasis { manifest: digest(9), ..basis(1, 20) };
    assert_eq!(refused(&[manifest]), "batch 1: it was made from another manifest");
    let readings = IndexBasis { readings: digest(9), ..basis(1, 20) };
    assert_eq!(refused(&[readings]), "batch 1: it was read in another way");
    assert_eq!(open(folder.path(), &[(1, 20), (2, 5)]).unwrap().batches(), [1]);
}

#[test]
fn a_batch_with_fewer_events_than_its_manifest_says_is_not_published() {
    let folder = tempfile::tempdir().unwrap();
    let batch = Indexed { basis: basis(1, 3), segments: Vec::new(), sources: HashMap::new() };
    let error = publish(&dir(folder.path()), &binding(), batch).unwrap_err();
    assert_eq!(error.to_string(), "batch 1 gives 0 events, and its manifest says 3");
    assert!(!folder.path().join("meta.json").exists());
}

#[test]
fn an_index_that_lies_is_found_by_its_sum_whoever_sealed_it() {
    let witness = Witness::default();
    let sum = |events: &[SampleEvent]| {
        let mut sum = Sum::default();
        let each = events.iter().map(|made| witness.event(&source_id(made.source), made.record, &made.event));
        each.for_each(|one| sum.add(one));
        sum
    };
    let truth = events(20);
    let mut lie = events(20);
    lie[7].event = event(1, 7, Some(7), &[("user.name", Value::from("somebody else"))]).event;
    for (made, honest) in [(&truth, true), (&lie, false)] {
        let (folder, _) = index_of(made);
        let index = Index::inspect(&dir(folder.path()), "a case", &[basis(1, 20)]).unwrap();
        assert_eq!(index.sums(&witness).unwrap()[&1] == sum(&truth), honest);
    }
}

#[cfg(unix)]
#[test]
fn links_are_neither_read_nor_swept_nor_written_through() {
    let (folder, _) = index_of(&events(20));
    let outside = tempfile::tempdir().unwrap();
    let segment = files(folder.path(), ".fast").remove(0);
    let victim = outside.path().join("victim.fast");
    fs::rename(&segment, &victim).unwrap();
    std::os::unix::fs::symlink(&victim, &segment).unwrap();
    std::os::unix::fs::symlink(&victim, folder.path().join("other.fast")).unwrap();
    assert!(refused(folder.path(), &binding(), &[basis(1, 20)]).contains("is not a plain file"));
    fs::remove_file(folder.path().join("meta.json")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("meta"), folder.path().join("meta.json")).unwrap();
    publish_all(&dir(folder.path()), &binding(), Vec::new()).unwrap_err();
    sweep(&dir(folder.path())).unwrap();
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 9);
}

#[test]
fn any_flipped_byte_of_any_file_is_found() {
    let (folder, _) = index_of(&events(20));
    let paths = [files(folder.path(), ".fast"), files(folder.path(), "meta.json")].concat();
    assert_eq!(paths.len(), 2);
    for path in paths {
        let good = fs::read(&path).unwrap();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1 << (at % 8);
            fs::write(&path, &bad).unwrap();
            let error = read(folder.path(), 20).expect_err(&format!("byte {at} of {}", path.display()));
            assert!(is_damaged(&error), "{error}");
        }
        fs::write(&path, &good).unwrap();
    }
    assert_eq!(read(folder.path(), 20).unwrap(), 20);
}

#[test]
fn a_file_cut_anywhere_or_missing_is_found_on_opening() {
    let (folder, _) = index_of(&events(20));
    let path = &files(folder.path(), ".fast")[0];
    let good = fs::read(path).unwrap();
    for length in 0..good.len() {
        fs::write(path, &good[..length]).unwrap();
        refused(folder.path(), &binding(), &[basis(1, 20)]);
    }
    fs::remove_file(path).unwrap();
    assert!(refused(folder.path(), &binding(), &[basis(1, 20)]).ends_with("is missing"));
}

#[test]
fn another_version_is_refused_and_said_to_be_rebuilt() {
    let (folder, _) = index_of(&events(3));
    let path = folder.path().join("meta.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("\\\"version\\\":3", "\\\"version\\\":77", 1)).unwrap();
    let error = open(folder.path(), &[(1, 3)]).err().expect("it is of another version");
    assert!(is_damaged(&error));
    assert_eq!(error.hints(), ["Build it again from the evidence with `vestigo reindex`."]);
}

#[test]
fn segments_that_were_not_published_are_not_seen_and_are_swept() {
    let (folder, _) = index_of(&events(10));
    let mut writer = SegmentWriter::create(&dir(folder.path()));
    let source = writer.source(5);
    writer.add(source, 0, &events(1)[0].event);
    writer.finish().unwrap();
    assert_eq!(files(folder.path(), ".fast").len(), 2);
    assert_eq!(read(folder.path(), 10).unwrap(), 10);
    sweep(&dir(folder.path())).unwrap();
    assert_eq!(files(folder.path(), ".fast").len(), 1);
    assert_eq!(read(folder.path(), 10).unwrap(), 10);
}

#[test]
fn a_batch_published_again_replaces_itself_and_an_open_index_stays_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    publish_segments(folder.path(), 2, &[events(10), events(0)]);
    publish_segments(folder.path(), 1, &[]);
    let before = open(folder.path(), &[(1, 0), (2, 10)]).unwrap();
    publish_segments(folder.path(), 2, &[events(7)]);
    sweep(&dir(folder.path())).unwrap();
    let after = open(folder.path(), &[(1, 0), (2, 7)]).unwrap();
    assert_eq!((before.batches(), before.len()), (&[1, 2][..], 10));
    assert_eq!((after.batches(), after.len()), (&[1, 2][..], 7));
    assert_eq!(count(&before, is(Some("user.name"), "value 1")), 2);
}

#[test]
fn a_source_that_nobody_resolves_fails_and_changes_nothing() {
    let (folder, _) = index_of(&events(10));
    let mut writer = SegmentWriter::create(&dir(folder.path()));
    for key in [1, 2] {
        let source = writer.source(key);
        assert_eq!(writer.source(key), source);
        writer.add(source, 0, &events(1)[0].event);
    }
    let segments = vec![writer.finish().unwrap()];
    let sources = HashMap::from([(1, source_id(1))]);
    let batch = Indexed { basis: basis(2, 2), segments, sources };
    publish(&dir(folder.path()), &binding(), batch).unwrap_err();
    assert_eq!(read(folder.path(), 10).unwrap(), 10);
}

#[test]
fn a_segment_is_full_when_its_values_take_their_bound_of_memory() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = SegmentWriter::create(&dir(folder.path()));
    assert!(writer.is_empty() && !writer.is_full());
    let source = writer.source(0);
    let mut added = 0;
    while !writer.is_full() {
        let text = format!("{added}{}", "x".repeat(1 << 20));
        writer.add(source, added, &event(0, added, None, &[("labels.big", Value::from(text))]).event);
        added += 1;
    }
    // Long values count four times.
    assert_eq!(added, 22);
}
