//! Recognizes the kind of a stream by its first bytes, never by its name.

use super::evtx::SIGNATURE;
use super::utmp::is_login_record;

/// How many first bytes are examined.
pub const SNIFFED: usize = 512;

/// What a stream is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentKind {
    /// Log content.
    Plain,
    /// RFC 1952, one or several members.
    Gzip,
    /// RFC 8878, one or several frames.
    Zstd,
    /// bzip2, one or several streams.
    Bzip2,
    /// xz, one or several streams.
    Xz,
    /// A zip archive.
    Zip,
    /// A tar archive (POSIX ustar, GNU, or the old form with a valid checksum).
    Tar,
    /// UTF-16 with a byte order mark, little end first.
    Utf16Le,
    /// UTF-16 with a byte order mark, big end first.
    Utf16Be,
    /// A Windows event log.
    Evtx,
    /// Login records of Linux.
    LoginRecords,
    /// A container that is recognized and not read.
    Other(&'static str),
}

/// The signatures of containers that are recognized and not read.
const OTHERS: [(&[u8], &str); 12] = [
    (&[0x04, 0x22, 0x4d, 0x18], "an lz4 stream"),
    (&[0x02, 0x21, 0x4c, 0x18], "an lz4 stream"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a rar archive"),
    (b"LZIP\x01", "an lzip stream"),
    (b"\x1f\x9d", "a compress (.Z) stream"),
    (b"\x1f\x1e", "a pack (.z) stream"),
    (b"MSCF\0\0\0\0", "a cabinet archive"),
    (b"\x89LZO\0", "an lzop stream"),
    (b"\xff\x06\0\0sNaPpY", "a snappy stream"),
    (b"!<arch>\n", "an ar archive"),
    (b"]\0\0", "an lzma stream"),
];

impl ContentKind {
    /// Returns the name used in custody records.
    pub const fn name(self) -> &'static str {
        match self {
            ContentKind::Plain => "plain",
            ContentKind::Gzip => "gzip",
            ContentKind::Zstd => "zstd",
            ContentKind::Bzip2 => "bzip2",
            ContentKind::Xz => "xz",
            ContentKind::Zip => "zip",
            ContentKind::Tar => "tar",
            ContentKind::Utf16Le => "utf-16le",
            ContentKind::Utf16Be => "utf-16be",
            ContentKind::Evtx => "evtx",
            ContentKind::LoginRecords => "utmp",
            ContentKind::Other(name) => name,
        }
    }

    /// Returns whether it is an archive of entries.
    pub const fn is_archive(self) -> bool {
        matches!(self, ContentKind::Zip | ContentKind::Tar)
    }
}

/// Returns the kind of a stream that begins with these bytes.
pub fn sniff_kind(head: &[u8]) -> ContentKind {
    match head {
        [0x1f, 0x8b, 0x08, ..] => ContentKind::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => ContentKind::Zstd,
        // A skippable frame (RFC 8878 §3.1.2).
        [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => ContentKind::Zstd,
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..] => ContentKind::Bzip2,
        [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..] => ContentKind::Bzip2,
        [0xfd, b'7', b'z', b'X', b'Z', 0x00, ..] => ContentKind::Xz,
        [b'P', b'K', 0x03, 0x04, ..] | [b'P', b'K', 0x05, 0x06, ..] => ContentKind::Zip,
        // The first part of several, or the only one.
        [b'P', b'K', 0x07, 0x08, b'P', b'K', ..] | [b'P', b'K', b'0', b'0', b'P', b'K', ..] => {
            ContentKind::Zip
        }
        [0xff, 0xfe, 0x00, 0x00, ..] => ContentKind::Plain,
        [0xff, 0xfe, ..] => ContentKind::Utf16Le,
        [0xfe, 0xff, ..] => ContentKind::Utf16Be,
        _ if head.starts_with(SIGNATURE) => ContentKind::Evtx,
        _ if is_tar(head) => ContentKind::Tar,
        _ if is_login_record(head) => ContentKind::LoginRecords,
        _ if is_cpio(head) => ContentKind::Other("a cpio archive"),
        _ => OTHERS
            .iter()
            .find(|(begin, _)| head.starts_with(begin))
            .map_or(ContentKind::Plain, |(_, name)| ContentKind::Other(name)),
    }
}

/// Returns whether bytes are a cpio header in ASCII, which is all digits.
fn is_cpio(head: &[u8]) -> bool {
    let all =
        |length: usize, digit: fn(&u8) -> bool| head.get(..length).is_some_and(|head| head.iter().all(digit));
    (head.starts_with(b"070707") && all(76, |byte| (b'0'..=b'7').contains(byte)))
        || ((head.starts_with(b"070701") || head.starts_with(b"070702")) && all(110, u8::is_ascii_hexdigit))
}

/// Recognizes a tar header by its checksum (POSIX.1-1988 §10.1.1), with or without the
/// magic of later forms.
pub fn is_tar(head: &[u8]) -> bool {
    let Some(header) = head.get(..512) else { return false };
    let written = std::str::from_utf8(&header[148..156]).unwrap_or_default();
    let written = u32::from_str_radix(written.trim_matches([' ', '\0']), 8);
    let sum = |range: std::ops::Range<usize>| header[range].iter().map(|byte| u32::from(*byte)).sum::<u32>();
    header[0] != 0 && written.is_ok_and(|written| written == sum(0..148) + 8 * 32 + sum(156..512))
}
