//! The whole store: writing, reading, and finding damage.

use crate::verify::{Damage, Depth};
use std::io::{Seek, Write};
use std::path::Path;

use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::merkle::LeafHasher;
use super::*;
use crate::fs::Dir;
use crate::record::Provenance;
use crate::record::root;
use crate::record::{Continuation, Replaced, SourceId};

const SECRET: SourceSecret = SourceSecret([7; 32]);

fn spans_of(content: &[u8]) -> Vec<Span> {
    let lines = content.split_inclusive(|byte| *byte == b'\n');
    lines.map(|line| Span { text: line.len() as u32 - 1, tail: 1, lines: 1, ..Span::default() }).collect()
}

/// Returns a source without anything said about it.
fn finished(id: SourceId, content: &[u8], continues: Option<Continuation>) -> FinishedSource<'static> {
    FinishedSource {
        id,
        content: Sha256::new_with_prefix(content),
        found: Provenance::default(),
        secret: &SECRET,
        plan: serde_json::Value::Null,
        receipt: serde_json::Value::Null,
        continues,
    }
}

/// Writes a batch of two sources and an original; returns its commitment.
fn write(case: &Path) -> (Vec<(u32, [u8; 32])>, [SourceId; 2]) {
    let (mut writer, mut sealer) =
        (BatchWriter::create(&at(case), 1).expect("it begins"), FrameEncoder::new().expect("zstd"));
    let (mut ids, mut written) = ([SourceId([0; 32]); 2], String::new());
    let mut original = writer.create_original().expect("it gives a file");
    original.write_all(b"as found").expect("it takes bytes");
    original.rewind().expect("it is a file");
    writer.add_original(original, Sha256::digest(b"as found").into(), 8).expect("it is kept");
    for (n, id) in ids.iter_mut().enumerate() {
        let half = format!("line {n} one\nline {n} two\n");
        for (frame, record) in [(0, 0), (1, 2)] {
            let line = 1 + 2 * frame;
            let sealed = sealer.encode(half.as_bytes(), &spans_of(half.as_bytes()), record, line, &SECRET);
            writer.add_frame(sealed.expect("it seals")).expect("it is written");
        }
        *id = SourceId(Sha256::digest(half.repeat(2)).into());
        written.push_str(&half.repeat(2));
        writer.finish_source(finished(*id, written.as_bytes(), None)).expect("it ends");
    }
    let sealed = sealer.encode(b"stray\n", &spans_of(b"stray\n"), 0, 1, &SECRET).expect("it seals");
    writer.add_frame(sealed).expect("it is written");
    writer.abandon_source().expect("it is taken back");
    let (_, sha256) = writer.finish().expect("it is written to disk");
    (vec![(1, sha256)], ids)
}

fn at(case: &Path) -> Dir {
    Dir::open(case).expect("it is there")
}

fn deep(case: &Path, committed: &[(u32, [u8; 32])]) -> Vec<Damage> {
    check(&at(case), committed, Depth::Roots, &|_, _| {})
}

#[test]
fn records_are_read_with_their_positions() {
    let case = tempfile::tempdir().expect("a folder");
    let evidence = case.path().join("evidence");
    std::fs::create_dir(&evidence).expect("it is new");
    let (committed, ids) = write(case.path());
    let store = Store::open(&at(case.path()), &committed).expect("it opens");
    let at = store.find(&ids[1]).expect("it is there");
    let record = store.record(at, 3).expect("it is there");
    let wanted = RecordBytes {
        record: 3,
        line: 4,
        offset: 33,
        text: b"line 1 two".to_vec(),
        part: 0,
        rejected: false,
    };
    assert_eq!(record, wanted);
    assert!(store.record(at, 4).is_err());
    assert!(store.has_original(&Sha256::digest(b"as found").into()));
    assert_eq!(deep(case.path(), &committed), []);
}

#[test]
fn every_flipped_byte_is_found_in_its_file() {
    let case = tempfile::tempdir().expect("a folder");
    let evidence = case.path().join("evidence");
    std::fs::create_dir(&evidence).expect("it is new");
    let (committed, _) = write(case.path());
    let original = format!("originals/{}", crate::record::Digest::of(b"as found"));
    for name in ["content.zst", "spans.bin", "manifest.json", &original] {
        let path = evidence.join("0001").join(name);
        let whole = std::fs::read(&path).expect("it is there");
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            std::fs::write(&path, &bytes).expect("it is ours");
            let damage = deep(case.path(), &committed);
            let named = damage.iter().any(|damage| damage.file == format!("evidence/0001/{name}"));
            assert!(named, "{name} byte {at}: {damage:?}");
        }
        for length in 0..whole.len() {
            std::fs::write(&path, &whole[..length]).expect("it is ours");
            let damage = deep(case.path(), &committed);
            let named = damage.iter().any(|damage| damage.file == format!("evidence/0001/{name}"));
            assert!(named, "{name} cut at {length}: {damage:?}");
        }
        std::fs::remove_file(&path).expect("it is ours");
        assert!(!deep(case.path(), &committed).is_empty(), "{name} removed");
        std::fs::write(&path, &whole).expect("it is ours");
    }
    std::fs::write(evidence.join("0001/extra"), "x").expect("it is ours");
    assert_eq!(deep(case.path(), &committed)[0].file, "evidence/0001/extra");
}

/// Adds a batch with a source that continues the second one of [`write`], from its last
/// record on, which it has whole.
fn write_more(case: &Path, committed: &mut Vec<(u32, [u8; 32])>, before: SourceId) -> SourceId {
    let (mut writer, mut sealer) =
        (BatchWriter::create(&at(case), 2).expect("it begins"), FrameEncoder::new().expect("zstd"));
    let (start, own) = ("line 1 one\nline 1 two\nline 1 one\n", b"line 1 two, whole\nmore\n");
    let sealed = sealer.encode(own, &spans_of(own), 3, 4, &SECRET).expect("it seals");
    writer.add_frame(sealed).expect("it is written");
    let id = SourceId(Sha256::digest([start.as_bytes(), own].concat()).into());
    let source = before.to_string();
    let continues = Continuation { source, offset: start.len() as u64, record: 3, replaced: 1 };
    writer.finish_source(finished(id, own, Some(continues))).expect("it ends");
    let (manifest, sha256) = writer.finish().expect("it is written to disk");
    assert_eq!(manifest.version, 2);
    committed.push((2, sha256));
    id
}

#[test]
fn a_source_continues_another_one() {
    let case = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(case.path().join("evidence")).expect("it is new");
    let (mut committed, ids) = write(case.path());
    let id = write_more(case.path(), &mut committed, ids[1]);
    let store = Store::open(&at(case.path()), &committed).expect("it opens");
    let (before, here) = (store.find(&ids[1]).expect("it is there"), store.find(&id).expect("it is there"));
    let record = store.record(here, 3).expect("it is there");
    assert_eq!((record.line, record.offset, record.text), (4, 33, b"line 1 two, whole".to_vec()));
    assert_eq!(store.row(before).replaced, Some(Replaced { from: 3, events: 1, by: id }));
    assert_eq!(store.span_of(here, 2).expect("it is there").start, 22);
    let mut whole = Vec::new();
    let pieces = store.pieces(here).expect("all is there");
    std::io::Read::read_to_end(&mut ContentReader::new(store.clone(), pieces), &mut whole)
        .expect("all is there");
    assert_eq!(SourceId(Sha256::digest(&whole).into()), id);
    assert_eq!(store.head(here, 40).expect("all is there"), whole[..40]);
    assert_eq!(deep(case.path(), &committed), []);
    // Without the batch before, it is nothing.
    let alone = [committed[1]];
    let damage = deep(case.path(), &alone);
    assert!(damage.iter().all(|damage| damage.file == "evidence/0002/manifest.json"), "{damage:?}");
    assert!(damage.len() == 2 && damage[0].reason.contains("continues source"), "{damage:?}");
}

#[test]
fn a_continuation_that_does_not_fit_is_damage() {
    let case = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(case.path().join("evidence")).expect("it is new");
    let (mut committed, ids) = write(case.path());
    write_more(case.path(), &mut committed, ids[1]);
    let path = case.path().join("evidence/0002/manifest.json");
    let text = std::fs::read_to_string(&path).expect("it is there");
    let lies = [
        ("\"offset\":33,\"record\":3", "\"offset\":33,\"record\":2"),
        ("\"offset\":33,\"record\":3", "\"offset\":22,\"record\":3"),
        ("\"replaced\":1", "\"replaced\":2"),
        (&ids[1].to_string()[..], &ids[0].to_string()[..]),
        ("\"version\":2", "\"version\":1"),
    ];
    for (truth, lie) in lies {
        let forged = text.replacen(truth, lie, 1);
        assert_ne!(forged, text, "{truth}");
        std::fs::write(&path, &forged).expect("it is ours");
        let named = [committed[0], (2, Sha256::digest(&forged).into())];
        assert!(!deep(case.path(), &named).is_empty(), "{lie}");
    }
}

#[test]
fn what_a_crash_left_is_swept_and_never_seen() {
    let case = tempfile::tempdir().expect("a folder");
    let evidence = case.path().join("evidence");
    std::fs::create_dir(&evidence).expect("it is new");
    let (committed, _) = write(case.path());
    std::fs::create_dir(evidence.join(".tmp-left")).expect("it is new");
    assert!(Store::open(&at(case.path()), &committed).is_ok());
    sweep(&at(case.path())).expect("it can be removed");
    assert!(!evidence.join(".tmp-left").exists());
}

#[test]
fn a_batch_is_never_replaced() {
    let case = tempfile::tempdir().expect("a folder");
    let evidence = case.path().join("evidence");
    std::fs::create_dir(&evidence).expect("it is new");
    write(case.path());
    let again = BatchWriter::create(&at(case.path()), 1).expect("it begins");
    assert!(again.finish().is_err());
}

proptest! {
    #[test]
    fn roots_agree_with_an_independent_implementation(leaves in prop::collection::vec(any::<Vec<u8>>(), 1..40)) {
        use ct_merkle::mem_backed_tree::MemoryBackedTree;
        let mut tree = MemoryBackedTree::<Sha256, Vec<u8>>::new();
        let mut salter = LeafHasher::new(&SECRET);
        let mut ours = Vec::new();
        for (record, leaf) in (0u64..).zip(&leaves) {
            let mut salted = salter.salt(record).to_vec();
            salted.extend(leaf);
            tree.push(salted);
            ours.push(salter.leaf(record, leaf));
        }
        let theirs: [u8; 32] = tree.root().as_bytes().as_slice().try_into().expect("SHA-256");
        prop_assert_eq!(root(&ours), theirs);
    }
}
