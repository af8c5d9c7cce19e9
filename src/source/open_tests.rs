//! Containers of every kind, whole, cut and hostile.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::*;
use crate::error::Result;

/// A sink that records what it receives.
#[derive(Default)]
pub(super) struct RecordingSink {
    pub streams: Vec<(String, Vec<u8>, Option<String>)>,
    pub originals: Vec<u64>,
    pub skipped: Vec<Skipped>,
}

impl StreamSink for RecordingSink {
    fn keep(&mut self) -> Result<File> {
        Ok(tempfile::tempfile().expect("a temporary file"))
    }

    fn kept(&mut self, _: File, _: [u8; 32], length: u64, _: &Provenance) -> Result<bool> {
        self.originals.push(length);
        Ok(true)
    }

    fn stream(&mut self, found: &Provenance, content: &mut dyn Read) -> Result<()> {
        let mut bytes = Vec::new();
        let broken = content.read_to_end(&mut bytes).err().map(|error| error.to_string());
        let name = found.path.rsplit('/').next().expect("a path has a last part").to_owned();
        self.streams.push((name, bytes, broken));
        Ok(())
    }

    fn skipped(&mut self, skipped: Skipped) -> Result<()> {
        self.skipped.push(skipped);
        Ok(())
    }
}

pub(super) fn open_bytes_with(bytes: &[u8], limits: &Limits) -> RecordingSink {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file");
    std::fs::write(&path, bytes).expect("it can be written");
    let mut taken = RecordingSink::default();
    open(&Input { path, state: None, link: None }, limits, &mut taken).expect("it opens");
    taken
}

pub(super) fn open_bytes(bytes: &[u8]) -> RecordingSink {
    open_bytes_with(bytes, &Limits::default())
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("memory suffices");
    encoder.finish().expect("memory suffices")
}

pub(super) fn tar(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = ::tar::Builder::new(Vec::new());
    for (name, bytes) in entries {
        let mut header = ::tar::Header::new_ustar();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(bytes.len() as u64);
        header.set_mtime(1_772_582_400);
        header.set_entry_type(::tar::EntryType::Regular);
        header.set_cksum();
        builder.append(&header, *bytes).expect("memory suffices");
    }
    builder.into_inner().expect("memory suffices")
}

pub(super) fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ::zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        let options =
            ::zip::write::SimpleFileOptions::default().compression_method(::zip::CompressionMethod::Deflated);
        writer.start_file(*name, options).expect("memory suffices");
        writer.write_all(bytes).expect("memory suffices");
    }
    writer.finish().expect("memory suffices").into_inner()
}

#[test]
fn every_compression_gives_back_its_bytes() {
    let log = b"one\ntwo\n".repeat(1000);
    let mut bz = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    bz.write_all(&log).expect("memory suffices");
    let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 6);
    xz.write_all(&log).expect("memory suffices");
    let packed = [
        gzip(&log),
        zstd::encode_all(&log[..], 3).expect("memory suffices"),
        bz.finish().expect("memory suffices"),
        xz.finish().expect("memory suffices"),
    ];
    for bytes in packed {
        let found = open_bytes(&bytes);
        assert_eq!(found.streams, [("file".to_owned(), log.clone(), None)]);
        assert_eq!(found.originals, [bytes.len() as u64]);
    }
}

#[test]
fn a_gzip_of_several_members_is_read_to_its_end() {
    let bytes = [gzip(b"one\n"), gzip(b"two\n"), gzip(b"three\n")].concat();
    assert_eq!(open_bytes(&bytes).streams[0].1, b"one\ntwo\nthree\n");
}

#[test]
fn a_cut_gzip_gives_what_there_is_and_says_so() {
    let log: Vec<u8> = (0..20_000).flat_map(|n| format!("line {n}\n").into_bytes()).collect();
    let whole = gzip(&log);
    let found = open_bytes(&whole[..whole.len() / 2]);
    let (_, bytes, broken) = &found.streams[0];
    assert!(!bytes.is_empty() && log.starts_with(bytes));
    assert!(broken.is_some());
}

#[test]
fn a_rotated_set_in_a_tar_gz_is_read_with_its_inner_gzips() {
    let bytes = gzip(&tar(&[("a.log", b"new\n"), ("a.log.1.gz", &gzip(b"old\n"))]));
    let found = open_bytes(&bytes);
    let texts: Vec<&[u8]> = found.streams.iter().map(|(_, bytes, _)| bytes.as_slice()).collect();
    assert_eq!(texts, [b"new\n", b"old\n"]);
    assert_eq!(found.originals.len(), 1);
}

#[test]
fn names_of_entries_are_never_paths() {
    let bytes = tar(&[("../../evil", b"x\n"), ("/etc/passwd", b"y\n"), ("same", b"1"), ("same", b"2")]);
    let found = open_bytes(&bytes);
    assert_eq!(found.streams.len(), 4);
    assert!(!Path::new("../../evil").exists());
    let bytes = zip(&[("../../evil", b"x\n"), ("b.log", b"y\n")]);
    assert_eq!(open_bytes(&bytes).streams.len(), 2);
}

#[test]
fn what_expands_too_far_is_stopped_and_said() {
    let limits = Limits { expanded: 100_000, ratio: 10, ..Limits::default() };
    for bytes in [gzip(&vec![0; 5_000_000]), zip(&[("bomb", &vec![0; 5_000_000])])] {
        let found = open_bytes_with(&bytes, &limits);
        let (_, content, broken) = &found.streams[0];
        assert!(content.len() < 1_200_000);
        assert!(broken.as_ref().is_some_and(|why| why.contains("--allow-large")), "{broken:?}");
    }
}

#[test]
fn containers_too_deep_are_named_and_not_opened() {
    let mut bytes = b"x\n".to_vec();
    for _ in 0..4 {
        bytes = gzip(&bytes);
    }
    let found = open_bytes(&bytes);
    assert!(found.streams.is_empty());
    assert!(found.skipped[0].reason.contains("containers deep"));
}

#[test]
fn utf_16_is_content_in_utf_8() {
    let text = "Zoë\r\n🙂\n";
    for little in [true, false] {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        let bytes: Vec<u8> = units
            .flat_map(|unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() })
            .collect();
        assert_eq!(open_bytes(&bytes).streams[0].1, text.as_bytes());
    }
}

#[cfg(unix)]
#[test]
fn links_and_pipes_in_a_folder_are_listed_and_not_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    std::fs::create_dir(path("sub")).expect("it is new");
    std::fs::write(path("sub/b.log"), "b").expect("it is ours");
    std::fs::write(path("a.log"), "a").expect("it is ours");
    std::os::unix::fs::symlink(folder.path(), path("loop")).expect("it is new");
    rustix::fs::mknodat(rustix::fs::CWD, path("pipe"), rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0)
        .expect("it is new");
    let found = walk(&[folder.path().to_owned(), path("a.log")]).expect("it is there");
    let names: Vec<PathBuf> = found.inputs.into_iter().map(|input| input.path).collect();
    assert_eq!(names, [path("a.log"), path("sub/b.log")]);
    let reasons: Vec<String> = found.skipped.into_iter().map(|skipped| skipped.reason).collect();
    assert_eq!(reasons, ["is a symbolic link", "is a device, a pipe or a socket"]);
    assert!(walk(&[path("absent")]).is_err());
    let mut taken = RecordingSink::default();
    assert!(
        open(&Input { path: path("pipe"), state: None, link: None }, &Limits::default(), &mut taken).is_err()
    );
}

/// Finds a file, lets `change` change it, and reads it: what was read, why the
/// stream broke off, and how the file changed.
#[cfg(unix)]
fn changed(change: impl FnOnce(&Path)) -> (usize, Option<String>, Option<FileChange>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.log");
    std::fs::write(&path, "line\n".repeat(10)).expect("it is ours");
    let found = walk(std::slice::from_ref(&path)).expect("it is there");
    change(&path);
    let mut taken = RecordingSink::default();
    let outcome = open(&found.inputs[0], &Limits::default(), &mut taken).expect("it opens");
    let (_, bytes, broken) = taken.streams.pop().expect("it is a stream");
    (bytes.len(), broken, outcome)
}

/// Writes to a file until its time of change is another (clocks of files are coarse).
#[cfg(unix)]
fn write_until_it_shows(path: &Path) {
    let changed = || std::fs::metadata(path).and_then(|meta| meta.modified()).expect("it is ours");
    let before = changed();
    while changed() == before {
        let mut file = File::options().write(true).open(path).expect("it is ours");
        file.write_all(b"other").expect("it can be written");
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_changes_while_it_is_read_is_told_in_every_case() {
    let write = |path: &Path, text: &[u8]| {
        let mut file = File::options().write(true).open(path).expect("it is ours");
        file.write_all(text).expect("it can be written");
    };
    let said = |how: &str, missing| Some(FileChange { how: how.to_owned(), missing });
    assert_eq!(changed(|_| {}), (50, None, None));
    let shrunk =
        changed(|path| File::options().write(true).open(path).expect("ours").set_len(20).expect("ours"));
    let how = "it shrank while it was read: 50 bytes at the start, 20 at the end, 20 read";
    assert_eq!(shrunk, (20, Some(how.to_owned()), None));
    let grown = changed(|path| write(path, &b"line\n".repeat(11)));
    let how = "it grew while it was read: 50 bytes at the start, 55 at the end, 55 read";
    assert_eq!(grown, (55, None, said(how, false)));
    let mixed = "what was read may be partly from before and partly from after";
    let rewritten = changed(|path| {
        write_until_it_shows(path);
    });
    let how = format!("it was written to while it was read: {mixed}");
    assert_eq!(rewritten, (50, Some(how), None));
    let put_back = changed(|path| {
        let modified = std::fs::metadata(path).and_then(|meta| meta.modified()).expect("it is ours");
        write_until_it_shows(path);
        File::options().write(true).open(path).expect("ours").set_modified(modified).expect("ours");
    });
    let how = format!("it was changed while it was read, and its modification time restored: {mixed}");
    assert_eq!(put_back, (50, Some(how), None));
    let replaced = changed(|path| {
        let other = path.with_extension("new");
        std::fs::write(&other, "line\n".repeat(10)).expect("it is ours");
        std::fs::rename(other, path).expect("it is ours");
    });
    let how = "it was replaced by another file before it was opened";
    assert_eq!(replaced, (50, Some(how.to_owned()), None));
}

#[cfg(unix)]
#[test]
fn a_file_that_goes_away_while_it_is_read_reports_loss() {
    struct Removing<'a>(&'a Path, RecordingSink);
    impl StreamSink for Removing<'_> {
        fn keep(&mut self) -> Result<File> {
            self.1.keep()
        }
        fn kept(&mut self, file: File, sha256: [u8; 32], length: u64, found: &Provenance) -> Result<bool> {
            self.1.kept(file, sha256, length, found)
        }
        fn stream(&mut self, found: &Provenance, content: &mut dyn Read) -> Result<()> {
            std::fs::remove_file(self.0).expect("it is ours");
            self.1.stream(found, content)
        }
        fn skipped(&mut self, skipped: Skipped) -> Result<()> {
            self.1.skipped(skipped)
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.log");
    std::fs::write(&path, "line\n".repeat(1000)).expect("it is ours");
    let found = walk(std::slice::from_ref(&path)).expect("it is there");
    let mut removing = Removing(&path, RecordingSink::default());
    let change = open(&found.inputs[0], &Limits::default(), &mut removing).expect("it opens");
    assert_eq!(removing.1.streams[0].1.len(), 5000);
    let how = "it was renamed or deleted while it was read".to_owned();
    assert_eq!(change, Some(FileChange { how, missing: false }));
}

/// Opens bytes and demands that all of them are delivered as plain content, or kept as
/// the bytes of a container.
fn accounted(bytes: &[u8]) -> RecordingSink {
    let found = open_bytes(bytes);
    match found.originals.as_slice() {
        [] => assert_eq!(found.streams, [("file".to_owned(), bytes.to_vec(), None)]),
        originals => assert_eq!(originals, [bytes.len() as u64]),
    }
    found
}

proptest! {
    #[test]
    fn every_byte_of_any_input_is_delivered_or_kept(bytes: Vec<u8>, begin in 0usize..9) {
        let begins: [&[u8]; 9] = [b"", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"BZh91AY&SY", b"\xfd7zXZ\0", b"PK\x03\x04", b"\xff\xfe", b"\xfe\xff", b"PK\x05\x06"];
        let found = accounted(&[begins[begin], &bytes].concat());
        // An archive of no members, which only the last can be, has nothing to deliver.
        prop_assert!(begin == 8 || !found.streams.is_empty() || !found.skipped.is_empty());
    }

    #[test]
    fn every_byte_of_a_damaged_archive_is_delivered_or_kept(at in 0usize..3000, flip in 1u8..255) {
        for mut bytes in [tar(&[("a", b"one\n"), ("b", b"two\n")]), zip(&[("a", b"one\n"), ("b", b"two\n")])] {
            let at = at % bytes.len();
            bytes[at] ^= flip;
            accounted(&bytes);
        }
    }

    #[test]
    fn utf_16_in_pieces_is_utf_16_whole(units: Vec<u16>) {
        let bytes: Vec<u8> = std::iter::once(&0xfeff).chain(&units).flat_map(|unit| unit.to_le_bytes()).collect();
        struct Slow<'a>(&'a [u8]);
        impl Read for Slow<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                let count = 1.min(self.0.len()).min(buffer.len());
                buffer[..count].copy_from_slice(&self.0[..count]);
                self.0 = &self.0[count..];
                Ok(count)
            }
        }
        let mut out = Vec::new();
        super::utf16::Utf16Reader::new(Slow(&bytes), true).read_to_end(&mut out).expect("memory suffices");
        prop_assert_eq!(String::from_utf8(out).expect("it is UTF-8"), String::from_utf16_lossy(&units));
    }
}
