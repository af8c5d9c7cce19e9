//! Archives of every odd shape: each line in them is found, or reported as missing.

use proptest::prelude::*;

use super::open_tests::{RecordingSink, gzip, open_bytes, tar, zip};
use super::*;

/// Returns everything that was read as one text.
fn text(taken: &RecordingSink) -> String {
    let all: Vec<u8> = taken.streams.iter().flat_map(|(_, bytes, _)| bytes.clone()).collect();
    String::from_utf8_lossy(&all).into_owned()
}

/// Returns whether something was reported as missing.
fn reports_loss(taken: &RecordingSink) -> bool {
    taken.streams.iter().any(|(.., broken)| broken.is_some())
        || taken.skipped.iter().any(|skipped| skipped.weight != Weight::Listed)
}

/// Asserts that all of this was read, and nothing reported as missing.
#[track_caller]
fn whole(bytes: &[u8], wanted: &[&str]) {
    let taken = open_bytes(bytes);
    let text = text(&taken);
    for word in wanted {
        assert!(text.contains(word), "{word} is not in {text:?}; {:?}", taken.skipped);
    }
    assert!(!reports_loss(&taken), "{:?}", taken.skipped);
}

/// A tar header with any type and size, and its content as it is.
fn raw_tar(name: &str, flag: u8, size: u64, content: &[u8]) -> Vec<u8> {
    let mut header = ::tar::Header::new_gnu();
    header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
    header.set_size(size);
    header.as_mut_bytes()[156] = flag;
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend(content);
    bytes.resize(bytes.len().div_ceil(512) * 512, 0);
    bytes
}

const END: [u8; 1024] = [0; 1024];

#[test]
fn tars_behind_one_another_are_all_read() {
    let (a, b) = (tar(&[("a", b"one\n")]), tar(&[("b", b"two\n")]));
    whole(&[a.clone(), b.clone()].concat(), &["one", "two"]);
    whole(&[gzip(&a), gzip(&b)].concat(), &["one", "two"]);
    whole(&gzip(&[a.clone(), b.clone()].concat()), &["one", "two"]);
    whole(&[a.clone(), gzip(&b)].concat(), &["one", "two"]);
    whole(&[a.clone(), zip(&[("b", b"two\n")])].concat(), &["one", "two"]);
    whole(&[gzip(&a), b].concat(), &["one", "two"]);
    whole(&[a, b"two\nthree\n".to_vec()].concat(), &["one", "two", "three"]);
}

#[test]
fn bytes_between_the_members_of_a_tar_are_read() {
    let gap = |text: &[u8]| {
        let mut block = text.to_vec();
        block.resize(text.len().div_ceil(512) * 512, 0);
        block
    };
    let long = b"between\n".repeat(200);
    let bytes =
        [raw_tar("a", b'0', 4, b"one\n"), gap(&long), raw_tar("b", b'0', 4, b"two\n"), END.to_vec()].concat();
    whole(&bytes, &["one", "between", "two"]);
    let names: Vec<String> = open_bytes(&bytes).streams.into_iter().map(|stream| stream.0).collect();
    assert_eq!(names, ["file!a", "file!bytes from 1024 that belong to no member", "file!b"]);
    assert_eq!(open_bytes(&bytes).streams[1].1, long);
}

#[test]
fn members_of_a_tar_that_should_carry_nothing_are_read_where_they_do() {
    for flag in [b'5', b'g', b'x', b'1', b'2', b'3', b'6', b'Z', b'V', b'M', b'D'] {
        let log = b"hidden\n".repeat(100);
        let bytes = [
            raw_tar("a", b'0', 4, b"one\n"),
            raw_tar("odd", flag, log.len() as u64, &log),
            raw_tar("b", b'0', 4, b"two\n"),
            END.to_vec(),
        ];
        whole(&bytes.concat(), &["one", "hidden", "two"]);
    }
    // A size that says nothing: no content follows a folder or a link.
    for flag in [b'5', b'2'] {
        let bytes = [raw_tar("odd", flag, 700, b""), raw_tar("b", b'0', 4, b"two\n"), END.to_vec()];
        whole(&bytes.concat(), &["two"]);
    }
}

#[test]
fn padding_that_holds_something_is_read() {
    let mut bytes = [raw_tar("a", b'0', 4, b"one\n"), END.to_vec()].concat();
    bytes[600..607].copy_from_slice(b"hidden\n");
    whole(&bytes, &["one", "hidden"]);
}

#[test]
fn a_tar_that_is_cut_is_told_wherever_it_is_cut() {
    let bytes = tar(&[("a", b"one\n"), ("b", &b"two\n".repeat(300)), ("c", b"three\n")]);
    let end = bytes.len() - 1024;
    for at in 513..end {
        assert!(reports_loss(&open_bytes(&bytes[..at])), "cut at {at}");
    }
    assert!(!reports_loss(&open_bytes(&bytes[..end + 512])));
}

#[test]
fn a_tar_whose_header_is_damaged_loses_no_line() {
    let mut bytes = tar(&[("a", b"one\n"), ("b", b"two\n"), ("c", b"three\n")]);
    bytes[1024 + 10] ^= 1;
    let found = open_bytes(&bytes);
    assert!(["one", "two", "three"].iter().all(|word| text(&found).contains(word)) && reports_loss(&found));
}

#[test]
fn sparse_members_are_bounded_and_their_data_is_read() {
    let sparse = |real: u64| {
        let mut header = ::tar::Header::new_gnu();
        header.as_mut_bytes()[..1].copy_from_slice(b"s");
        header.set_size(4);
        header.as_mut_bytes()[156] = b'S';
        header.as_mut_bytes()[386..398].copy_from_slice(format!("{:011o}\0", real - 4).as_bytes());
        header.as_mut_bytes()[398..410].copy_from_slice(b"00000000004\0");
        header.as_mut_bytes()[483..495].copy_from_slice(format!("{real:011o}\0").as_bytes());
        header.set_cksum();
        let mut bytes = header.as_bytes().to_vec();
        bytes.extend(b"one\n");
        bytes.resize(1024, 0);
        [bytes, END.to_vec()].concat()
    };
    let small = open_bytes(&sparse(1000));
    assert_eq!(small.streams[0].1, [vec![0; 996], b"one\n".to_vec()].concat());
    assert!(small.skipped.is_empty());
    let huge = open_bytes(&sparse(4 << 30));
    assert_eq!(huge.streams[0].1, b"one\n");
    assert_eq!(huge.skipped[0].reason, "is sparse: 4294967292 bytes of holes are left out");
}

#[test]
fn zips_of_every_odd_build_are_read_whole() {
    let (a, b) = (zip(&[("a.log", b"one\n")]), zip(&[("a.log", b"two\n")]));
    // Two members of one name: the second zip's member and directory after the first
    // member.
    let local =
        |bytes: &[u8]| bytes.windows(4).position(|four| four == b"PK\x01\x02").expect("it has a directory");
    let doubled = [&a[..local(&a)], &b[..]].concat();
    whole(&doubled, &["one", "two"]);
    whole(&[a.clone(), b.clone()].concat(), &["one", "two"]);
    whole(&[a.clone(), b"three\n".to_vec()].concat(), &["one", "three"]);
    whole(&[&a[..local(&a)], b"between\n", &a[local(&a)..]].concat(), &["one", "between"]);
    whole(&[b"before\n".to_vec(), a.clone()].concat(), &["one", "before"]);
    whole(&[a.clone(), gzip(b"three\n")].concat(), &["one", "three"]);
    whole(&[a.clone(), tar(&[("t", b"three\n")])].concat(), &["one", "three"]);
    let hidden = zip(&[("inner.zip", &b)]);
    whole(&[hidden, a].concat(), &["one", "two"]);
}

#[test]
fn a_zip_that_is_cut_gives_its_members_and_reports_loss() {
    let bytes = zip(&[("a", b"one\n"), ("b", &b"two\n".repeat(300))]);
    for at in 40..bytes.len() {
        let found = open_bytes(&bytes[..at]);
        assert!(reports_loss(&found), "cut at {at}");
    }
    assert!(text(&open_bytes(&bytes[..60])).contains("one"));
}

/// A zip of one stored member, its directory's record changed.
fn directory_with(change: impl Fn(&mut Vec<u8>, usize)) -> RecordingSink {
    let mut bytes = zip(&[("a.log", b"one\n")]);
    let record = memchr::memmem::find(&bytes, b"PK\x01\x02").expect("it has a directory");
    change(&mut bytes, record);
    open_bytes(&bytes)
}

#[test]
fn a_wrong_length_in_a_directory_swallows_nothing() {
    for (field, high) in [(28, 29), (30, 31), (32, 33)] {
        for at in [field, high] {
            let found = directory_with(|bytes, record| {
                bytes[record + at] ^= 4;
                bytes.extend(gzip(b"behind\n"));
            });
            assert!(["one", "behind"].iter().all(|word| text(&found).contains(word)), "{:?}", found.skipped);
            assert!(reports_loss(&found), "a flip at {at}");
        }
    }
}

#[test]
fn what_a_directory_holds_besides_reports_loss() {
    let hidden = b"Mar  1 00:00:00 host sshd[7]: Accepted password for root\n".repeat(3);
    // Behind the name: as a name, an extra field, a comment of the record.
    for field in [28, 30, 32] {
        let found = directory_with(|bytes, record| {
            let end = record + 46 + usize::from(bytes[record + 28]);
            bytes[record + field] += hidden.len() as u8;
            bytes.splice(end..end, hidden.clone());
            let size = bytes.len() - 10;
            bytes[size] += hidden.len() as u8;
        });
        assert!(reports_loss(&found), "hidden in field {field}");
        let stretch = found.skipped.iter().find_map(|skipped| skipped.unread).expect("it has a place");
        assert!(stretch.length >= hidden.len() as u64);
    }
}

#[test]
fn encrypted_members_are_told_with_their_place() {
    let mut bytes = zip(&[("a", b"one\n"), ("b", b"two\n")]);
    bytes[6] |= 1;
    let found = open_bytes(&bytes);
    assert_eq!(text(&found), "two\n");
    let skipped = &found.skipped[0];
    assert_eq!((skipped.reason.as_str(), skipped.weight), ("is encrypted", Weight::Unread));
    assert_eq!(skipped.unread.map(|unread| unread.offset), Some(31));
}

#[test]
fn what_stands_behind_a_compressed_stream_is_read() {
    let skippable = [&b"\x50\x2a\x4d\x18\x10\0\0\0"[..], b"hidden: 16 bytes"].concat();
    whole(&[zst(b"one\n"), zst(b"two\n")].concat(), &["one\ntwo"]);
    whole(&[gzip(b"one\n"), b"two\n".to_vec()].concat(), &["one", "two"]);
    whole(&[gzip(b"one\n"), vec![0; 700], gzip(b"two\n")].concat(), &["one", "two"]);
    whole(&[gzip(b"one\n"), zst(b"two\n"), gzip(b"three\n")].concat(), &["one", "two", "three"]);
    let found = open_bytes(&[zst(b"one\n"), skippable, zst(b"two\n")].concat());
    assert_eq!(text(&found), "one\ntwo\n");
    assert_eq!(found.skipped[0].unread.map(|unread| unread.length), Some(24));
}

#[test]
fn what_is_damaged_gives_all_that_was_decoded_before() {
    use std::io::Write;
    let log: String = (0..200_000)
        .map(|n| format!("{n} {}\n", u64::from(n as u32).wrapping_mul(0x9e37_79b9_7f4a_7c15)))
        .collect();
    let mut bz = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bz.write_all(log.as_bytes()).expect("memory suffices");
    let mut bz = bz.finish().expect("memory suffices");
    let at = bz.len() * 3 / 4;
    bz[at] ^= 0xff;
    let found = open_bytes(&bz);
    let (_, bytes, broken) = &found.streams[0];
    assert!(broken.is_some());
    // Blocks hold 100,000 bytes: all of those before the damaged one are there.
    assert!(bytes.len() as f64 > log.len() as f64 * 0.7, "{} of {}", bytes.len(), log.len());
    assert!(log.as_bytes().starts_with(&bytes[..log.len() / 2]));
}

#[test]
fn containers_that_are_not_read_are_named() {
    for (begin, name) in [
        (&b"7z\xbc\xaf\x27\x1c"[..], "a 7z archive"),
        (b"Rar!\x1a\x07\x01\0", "a rar archive"),
        (b"\x04\x22\x4d\x18", "an lz4 stream"),
    ] {
        let found = open_bytes(&[begin, &[7; 600]].concat());
        assert_eq!(found.skipped[0].reason, format!("is {name}, which is not read"));
        assert_eq!((found.skipped[0].weight, found.streams.len()), (Weight::Unread, 0));
        let inside = open_bytes(&tar(&[("x", &[begin, &[7; 600]].concat()), ("y", b"one\n")]));
        assert_eq!((text(&inside).as_str(), inside.skipped.len()), ("one\n", 1));
    }
}

/// Packs with a checksum, without which damage need not show.
fn zst(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).expect("memory suffices");
    encoder.include_checksum(true).expect("it is a parameter");
    encoder.write_all(bytes).expect("memory suffices");
    encoder.finish().expect("memory suffices")
}

/// Returns whether bytes that are not text are among those that were read: the
/// receipt says of each stretch of them where it is.
fn holds_binary(text: &str) -> bool {
    text.contains(['\0', '\u{fffd}'])
}

/// One piece of an odd archive, and the words in it.
fn piece(kind: u8, word: u32) -> (Vec<u8>, Vec<String>) {
    let words: Vec<String> = (0..3).map(|n| format!("word-{word}-{n}\n")).collect();
    let [one, two, three] = [0, 1, 2].map(|n: usize| words[n].as_bytes());
    let bytes = match kind {
        0 => tar(&[("same", one), ("same", two), ("dir/x", three)]),
        1 => zip(&[("a", one), ("b", two), ("c", three)]),
        2 => gzip(&tar(&[("a", one), ("b.gz", &gzip(two)), ("c", three)])),
        3 => gzip(&[one, two, three].concat()),
        4 => zst(&[one, two, three].concat()),
        5 => [gzip(one), gzip(&[two, three].concat())].concat(),
        6 => {
            let odd =
                [raw_tar("d", b'5', two.len() as u64, two), raw_tar("g", b'g', three.len() as u64, three)];
            [raw_tar("a", b'0', one.len() as u64, one), odd.concat(), END.to_vec()].concat()
        }
        _ => zip(&[("t.tar", &tar(&[("x", one)])), ("g.gz", &gzip(two)), ("p", three)]),
    };
    (bytes, words)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_line_of_archives_behind_archives_is_found(kinds in prop::collection::vec(0u8..8, 1..5), tail: bool) {
        let mut pieces: Vec<(Vec<u8>, Vec<String>)> = kinds.iter().zip(0..).map(|(kind, n)| piece(*kind, n)).collect();
        if tail {
            pieces.push((b"the tail\n".to_vec(), vec!["the tail\n".to_owned()]));
        }
        let bytes: Vec<u8> = pieces.iter().flat_map(|piece| piece.0.clone()).collect();
        let found = open_bytes(&bytes);
        let text = text(&found);
        for word in pieces.iter().flat_map(|piece| &piece.1) {
            prop_assert!(text.contains(word.as_str()) || holds_binary(&text), "{word} is missing of {kinds:?}: {:?}", found.skipped);
        }
    }

    #[test]
    fn a_line_that_is_not_found_in_a_damaged_archive_reports_loss(kinds in prop::collection::vec(0u8..8, 1..4), at: prop::sample::Index, flip in 0u8..=255) {
        let pieces: Vec<(Vec<u8>, Vec<String>)> = kinds.iter().zip(0..).map(|(kind, n)| piece(*kind, n)).collect();
        let whole: Vec<u8> = pieces.iter().flat_map(|piece| piece.0.clone()).collect();
        let mut bytes = whole.clone();
        // The kind of the whole is recognized by its first bytes.
        let at = 16 + at.index(bytes.len() - 16);
        // What a file was cut off before, or in its first hundred bytes, nothing in it need tell of.
        let (mut expected, mut end) = (Vec::new(), 0);
        for (kind, (piece, words)) in kinds.iter().zip(&pieces) {
            let second = if *kind == 5 { end + gzip(words[0].as_bytes()).len() } else { end };
            let starts = [end, second, second];
            expected.extend(words.iter().zip(starts).filter(|(_, start)| flip != 0 || *start + 100 <= at).map(|(word, _)| word));
            end += piece.len();
        }
        if flip == 0 { bytes.truncate(at) } else { bytes[at] ^= flip }
        let found = open_bytes(&bytes);
        let text = text(&found);
        // A tar has no sum over its content: text in it that was flipped is read as it now is.
        let is_as_flipped = |word: &str| {
            let starts = (at + 1).saturating_sub(word.len())..=at;
            starts.into_iter().filter(|start| whole[*start..].starts_with(word.as_bytes())).any(|start| {
                let now = bytes.get(start..start + word.len()).map(String::from_utf8_lossy);
                now.is_some_and(|now| text.contains(now.as_ref()))
            })
        };
        let missing = expected.into_iter().any(|word| !text.contains(word.as_str()) && !is_as_flipped(word));
        // A member that was made a link by the flip is listed with its place.
        let listed = found.skipped.iter().any(|skipped| skipped.unread.is_some());
        prop_assert!(!missing || listed || reports_loss(&found) || holds_binary(&text), "{kinds:?} at {at}: {text:?} {:?}", found.skipped);
    }
}
