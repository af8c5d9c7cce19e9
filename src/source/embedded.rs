//! Compressed streams and archives embedded in plain content. They are not unpacked:
//! their offsets are reported.

use std::io::{self, Read};
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use memchr::memmem;

use crate::error::Result;

use super::provenance::{ByteRange, Skipped, StreamSink, Weight};
use crate::record::Provenance;

/// The signatures of containers that are searched; tar has its own at byte 257.
const MARKS: [&[u8]; 10] = [
    b"\x1f\x8b\x08",
    b"\x28\xb5\x2f\xfd",
    b"BZh",
    b"\xfd7zXZ\0",
    b"PK\x03\x04",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"\x04\x22\x4d\x18",
    b"ustar\x0000",
    b"ustar  \0",
];

static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(MARKS).ok());

/// What follows the signature of bzip2, the only one that consists of text.
const BZIP2: &[u8] = b"1AY&SY";

/// How many bytes from a signature on are examined.
const WINDOW: usize = 16;

/// The offset of the signature in a tar header.
const TAR_MARK: u64 = 257;

/// The most offsets that are listed one by one.
const LISTED: usize = 20;

/// Delivers plain content, and reports the containers embedded in it.
///
/// # Errors
///
/// Fails where the sink does.
pub fn deliver_plain(sink: &mut dyn StreamSink, found: &Provenance, stream: &mut dyn Read) -> Result<()> {
    let mut scanner =
        EmbeddedScanner { inner: stream, at: 0, held: Vec::new(), places: Vec::new(), count: 0 };
    sink.stream(found, &mut scanner)?;
    let held = std::mem::take(&mut scanner.held);
    scanner.scan(&held, scanner.at - held.len() as u64, held.len());
    let EmbeddedScanner { at: end, places, count, .. } = scanner;
    for (offset, what) in &places {
        let reason = format!("contains what looks like {what}: it is kept as is, and not unpacked");
        let stretch = ByteRange { offset: *offset, length: end - offset };
        report_embedded(sink, found, reason, Some(stretch))?;
    }
    if count > places.len() {
        let reason = format!("contains {} more of these, which are not unpacked", count - places.len());
        report_embedded(sink, found, reason, None)?;
    }
    Ok(())
}

fn report_embedded(
    sink: &mut dyn StreamSink,
    found: &Provenance,
    reason: String,
    unread: Option<ByteRange>,
) -> Result<()> {
    sink.skipped(Skipped { name: found.name(), reason, unread, weight: Weight::Partial })
}

/// Plain content that is scanned as it passes.
struct EmbeddedScanner<'r> {
    inner: &'r mut dyn Read,
    /// How many bytes have passed.
    at: u64,
    /// The last of them, in which a signature may have begun.
    held: Vec<u8>,
    places: Vec<(u64, &'static str)>,
    count: usize,
}

impl EmbeddedScanner<'_> {
    /// Scans the next bytes that pass.
    fn observe(&mut self, bytes: &[u8]) {
        let mut held = std::mem::take(&mut self.held);
        let from = self.at - held.len() as u64;
        held.extend(&bytes[..bytes.len().min(WINDOW - 1)]);
        self.scan(&held, from, (held.len() + 1).saturating_sub(WINDOW));
        if bytes.len() >= WINDOW {
            self.scan(bytes, self.at, bytes.len() + 1 - WINDOW);
            held.clear();
            held.extend(&bytes[bytes.len() + 1 - WINDOW..]);
        } else {
            held.drain(..(held.len() + 1).saturating_sub(WINDOW));
        }
        (self.held, self.at) = (held, self.at + bytes.len() as u64);
    }

    /// Searches signatures that begin in the first `most` of these bytes.
    fn scan(&mut self, bytes: &[u8], from: u64, most: usize) {
        // Nearly all content is text, in which no signature begins.
        let unusual = bytes.iter().fold(false, |any, byte| any | is_unusual(*byte));
        if !unusual && memmem::find(bytes, BZIP2).is_none() {
            return;
        }
        let Some(finder) = &*FINDER else { return };
        for place in finder.find_iter(bytes).take_while(|place| place.start() < most) {
            let offset = from + place.start() as u64;
            let Some(what) = container_at(&bytes[place.start()..]) else { continue };
            let offset = if what == TAR { offset.saturating_sub(TAR_MARK) } else { offset };
            self.count += 1;
            if self.places.len() < LISTED {
                self.places.push((offset, what));
            }
        }
    }
}

/// Returns whether a byte is neither ASCII text nor what separates it.
fn is_unusual(byte: u8) -> bool {
    !matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}

const TAR: &str = "a tar archive";

/// Returns the container that begins here: more than its signature has to match.
fn container_at(head: &[u8]) -> Option<&'static str> {
    match head {
        // RFC 1952 §2.3.1: reserved flags are 0, and few systems have a number.
        [0x1f, 0x8b, 8, flags, _, _, _, _, 0 | 2 | 4, 0..=13 | 255, ..] if flags & 0xe0 == 0 => {
            Some("a gzip stream")
        }
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some("a zstd stream"),
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..] => Some("a bzip2 stream"),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => Some("an xz stream"),
        [b'P', b'K', 3, 4, _, 0 | 3, _, _, 0 | 8 | 9 | 12 | 14 | 20 | 93 | 95 | 98 | 99, 0, ..] => {
            Some("a zip archive")
        }
        [b'7', b'z', 0xbc, ..] => Some("a 7z archive"),
        [b'R', b'a', b'r', ..] => Some("a rar archive"),
        [4, 0x22, 0x4d, 0x18, ..] => Some("an lz4 stream"),
        [b'u', b's', b't', ..] => Some(TAR),
        _ => None,
    }
}

impl Read for EmbeddedScanner<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.observe(&buffer[..count]);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::super::open_tests::{gzip, tar, zip};
    use super::{EmbeddedScanner, WINDOW};

    /// The places in a text that is read in pieces of this length.
    fn places(text: &[u8], piece: usize) -> Vec<(u64, &'static str)> {
        let mut inner = text;
        let mut scanner =
            EmbeddedScanner { inner: &mut inner, at: 0, held: Vec::new(), places: Vec::new(), count: 0 };
        let mut buffer = vec![0; piece];
        while scanner.read(&mut buffer).expect("memory reads") > 0 {}
        let held = std::mem::take(&mut scanner.held);
        scanner.scan(&held, scanner.at - held.len() as u64, held.len());
        scanner.places
    }

    #[test]
    fn containers_amid_lines_are_found_once_however_they_are_read() {
        let line = b"Mar  1 10:00:00 host app: BZh 7z ustar PK Rar! and nothing else\n";
        let pieces = [gzip(b"one\n"), zip(&[("a", b"two\n")]), tar(&[("b", b"three\n")])];
        let text: Vec<u8> = pieces.iter().flat_map(|piece| [&line[..], piece].concat()).collect();
        let at = |n: usize| (pieces[..n].iter().map(Vec::len).sum::<usize>() + line.len() * (n + 1)) as u64;
        let meant = [(at(0), "a gzip stream"), (at(1), "a zip archive"), (at(2), "a tar archive")];
        for piece in (1..WINDOW + 3).chain([64, 1 << 16]) {
            assert_eq!(places(&text, piece), meant, "in pieces of {piece}");
        }
        assert_eq!(places(line, 7), []);
    }
}
