//! The members of a compressed stream, one after another, as one stream.

use std::io::{self, Read};

use super::codec::Codec;
use super::peek_reader::PeekReader;
use super::sniff::ContentKind;

/// The longest comment or field of a header that is not suspicious.
const LONG_FIELD: usize = 256;

/// How much of a gzip header is examined.
const HEADER: usize = 1 << 17;

/// The most skipped ranges that are listed one by one.
const LISTED: usize = 100;

/// Bytes of a stream that are not content, and why.
pub struct MemberNote {
    /// Where they begin in the compressed stream.
    pub offset: u64,
    /// Their number.
    pub length: u64,
    /// What they are, in a clause.
    pub what: String,
}

/// Reads the members (frames, streams) of one kind to the last, and leaves what follows
/// it.
pub struct MemberReader<'p, 'a> {
    packed: &'p mut PeekReader<'a>,
    kind: ContentKind,
    codec: Option<Codec>,
    crc: crc32fast::Hasher,
    made: u32,
    any: bool,
    ended: bool,
    failed: Option<String>,
    /// Consecutive steps without progress.
    stuck: u32,
    /// What was skipped.
    pub notes: Vec<MemberNote>,
}

impl<'p, 'a> MemberReader<'p, 'a> {
    /// Reads members from a stream that begins with one of this kind.
    pub fn new(packed: &'p mut PeekReader<'a>, kind: ContentKind) -> MemberReader<'p, 'a> {
        MemberReader {
            packed,
            kind,
            codec: None,
            crc: crc32fast::Hasher::new(),
            made: 0,
            any: false,
            ended: false,
            failed: None,
            stuck: 0,
            notes: Vec::new(),
        }
    }

    /// Returns whether the last member was read to its end.
    pub fn is_whole(&self) -> bool {
        self.ended
    }

    /// Begins the next member, if there is one.
    fn begin(&mut self) -> io::Result<()> {
        loop {
            if self.any {
                self.packed.skip_zeros()?;
            }
            let head = self.packed.peek(16)?;
            if super::sniff::sniff_kind(head) != self.kind {
                self.ended = true;
                return Ok(());
            }
            match head {
                [0x50..=0x5f, 0x2a, 0x4d, 0x18, a, b, c, d, ..] => {
                    let length = u32::from_le_bytes([*a, *b, *c, *d]);
                    self.skip_frame(length)?;
                }
                [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => return Err(cut()),
                _ => break,
            }
        }
        if self.kind == ContentKind::Gzip {
            self.gzip_header()?;
            self.crc = crc32fast::Hasher::new();
            self.made = 0;
        }
        self.codec = Codec::new(self.kind)?;
        self.any = true;
        Ok(())
    }

    /// Skips a skippable frame (RFC 8878 §3.1.2); seek tables and the lengths that
    /// parallel compressors write are not content.
    fn skip_frame(&mut self, length: u32) -> io::Result<()> {
        let offset = self.packed.position();
        self.packed.consume(8);
        let (mut left, mut end) = (length as usize, [0; 4]);
        while left > 0 {
            let next = self.packed.peek(4.min(left))?;
            let count = next.len().min(left);
            if count == 0 {
                return Err(cut());
            }
            if count == left && count >= 4 {
                end.copy_from_slice(&next[count - 4..count]);
            }
            self.packed.consume(count);
            left -= count;
        }
        self.any = true;
        let is_table = u32::from_le_bytes(end) == 0x8F92_EAB1;
        if length > 8 && !is_table {
            self.note(offset, u64::from(length) + 8, "a skippable frame, which holds no log content");
        }
        Ok(())
    }

    /// Reads a gzip header (RFC 1952 §2.3).
    fn gzip_header(&mut self) -> io::Result<()> {
        let offset = self.packed.position();
        let header = match gzip_header(self.packed.peek(512)?) {
            None => gzip_header(self.packed.peek(HEADER)?),
            header => header,
        };
        let (length, long) = header.ok_or_else(cut)?;
        self.packed.consume(length);
        if long {
            self.note(offset, length as u64, "a header that holds a comment or a long field");
        }
        Ok(())
    }

    fn note(&mut self, offset: u64, length: u64, what: &str) {
        if self.notes.len() < LISTED {
            self.notes.push(MemberNote { offset, length, what: what.to_owned() });
        }
    }

    /// Decodes a piece; 0 where a member ended or begins.
    fn decode_piece(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(codec) = &mut self.codec else { return self.begin().map(|()| 0) };
        let input = self.packed.peek(1)?;
        let step = codec.step(input, buffer);
        let stuck = step.used == 0 && step.produced == 0;
        let at_end = input.is_empty();
        self.stuck = if stuck { self.stuck + 1 } else { 0 };
        self.packed.consume(step.used);
        if self.kind == ContentKind::Gzip {
            self.crc.update(&buffer[..step.produced]);
            self.made = self.made.wrapping_add(step.produced as u32);
        }
        match step.outcome {
            Ok(true) => {
                self.codec = None;
                if self.kind == ContentKind::Gzip {
                    self.gzip_trailer(step.produced)?;
                }
            }
            Ok(false) if stuck && (at_end || self.stuck > 8) => return Err(cut()),
            Ok(false) => {}
            Err(why) if step.produced > 0 => self.failed = Some(why),
            Err(why) => return Err(io::Error::other(why)),
        }
        Ok(step.produced)
    }

    fn gzip_trailer(&mut self, made: usize) -> io::Result<()> {
        let trailer = self.packed.read_up_to(8);
        let meant = [self.crc.clone().finalize().to_le_bytes(), self.made.to_le_bytes()].concat();
        let why = match trailer {
            Ok(trailer) if trailer == meant => return Ok(()),
            Ok(trailer) if trailer.len() == 8 => io::Error::other("its checksum does not match"),
            _ => cut(),
        };
        self.failed = Some(why.to_string());
        if made > 0 { Ok(()) } else { Err(why) }
    }
}

/// Returns the length of a gzip header, and whether it holds more than necessary.
fn gzip_header(head: &[u8]) -> Option<(usize, bool)> {
    let (mut at, mut long, flags) = (10, false, *head.get(3)?);
    if flags & 4 != 0 {
        let length = usize::from(u16::from_le_bytes(head.get(at..at + 2)?.try_into().ok()?));
        at += 2 + length;
        long |= length > LONG_FIELD;
    }
    for (flag, may_be) in [(8, LONG_FIELD), (16, 0)] {
        if flags & flag != 0 {
            let rest = head.get(at..)?;
            let text = memchr::memchr(0, rest)?;
            at += text + 1;
            long |= text > may_be || rest[..text].contains(&b'\n');
        }
    }
    at += if flags & 2 != 0 { 2 } else { 0 };
    (head.len() >= at).then_some((at, long))
}

fn cut() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "it is truncated: its end is missing")
}

impl Read for MemberReader<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while !self.ended {
            if let Some(why) = &self.failed {
                return Err(io::Error::other(why.clone()));
            }
            match self.decode_piece(buffer) {
                Ok(0) => {}
                Ok(made) => return Ok(made),
                Err(error) => self.failed = Some(error.to_string()),
            }
        }
        Ok(0)
    }
}
