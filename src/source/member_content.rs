//! The content of one member of a zip.

use std::io::{self, Read};

use super::codec::Codec;
use super::peek_reader::PeekReader;

/// A member's content: stored, or decoded.
pub struct MemberContent<'a> {
    packed: PeekReader<'a>,
    /// `None` if the content is stored, or was decoded to its end.
    codec: Option<Codec>,
    /// How long a stored content is.
    stored: Option<u64>,
    /// The checksum stated in the archive.
    meant: Option<u32>,
    crc: crc32fast::Hasher,
    ended: bool,
    failed: Option<String>,
    stuck: u32,
}

impl<'a> MemberContent<'a> {
    /// Creates a reader of content in this compression, and of this length where known.
    pub fn new(
        packed: PeekReader<'a>,
        codec: Option<Codec>,
        length: Option<u64>,
        meant: Option<u32>,
    ) -> MemberContent<'a> {
        let stored = if codec.is_none() { length } else { None };
        let crc = crc32fast::Hasher::new();
        MemberContent { packed, codec, stored, meant, crc, ended: false, failed: None, stuck: 0 }
    }

    /// Returns how many compressed bytes were consumed.
    pub fn position(&self) -> u64 {
        self.packed.position()
    }

    /// Returns whether the content was read to its end, whatever its checksum.
    pub fn is_whole(&self) -> bool {
        self.ended
    }

    /// Returns the checksum of what was read.
    pub fn crc(&self) -> u32 {
        self.crc.clone().finalize()
    }

    fn decode_piece(&mut self, buffer: &mut [u8]) -> Result<usize, String> {
        let Some(codec) = &mut self.codec else {
            let count = self.packed.read(buffer).map_err(|error| error.to_string())?;
            if count == 0 {
                let missing = self.stored.is_some_and(|length| self.packed.position() < length);
                return if missing { Err(cut()) } else { Ok(self.end()) };
            }
            return Ok(count);
        };
        let input = self.packed.peek(1).map_err(|error| error.to_string())?;
        let step = codec.step(input, buffer);
        let (at_end, stuck) = (input.is_empty(), step.used + step.produced == 0);
        self.stuck = if stuck { self.stuck + 1 } else { 0 };
        self.packed.consume(step.used);
        match step.outcome {
            Ok(true) => {
                if step.produced == 0 {
                    return Ok(self.end());
                }
                // The end is reported with the next read.
                self.codec = None;
                self.stored = None;
                self.packed = PeekReader::at_end(self.packed.position());
                Ok(step.produced)
            }
            Ok(false) if stuck && (at_end || self.stuck > 8) => Err(cut()),
            Ok(false) => Ok(step.produced),
            Err(why) if step.produced == 0 => Err(why),
            Err(why) => {
                self.failed = Some(why);
                Ok(step.produced)
            }
        }
    }

    /// Marks the content as complete, and checks its checksum.
    fn end(&mut self) -> usize {
        self.ended = true;
        if self.meant.is_some_and(|meant| meant != self.crc()) {
            self.failed = Some("its checksum does not match".to_owned());
        }
        0
    }
}

fn cut() -> String {
    "it is truncated: its end is missing".to_owned()
}

impl Read for MemberContent<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if let Some(why) = &self.failed {
                return Err(io::Error::other(why.clone()));
            }
            if self.ended {
                return Ok(0);
            }
            match self.decode_piece(buffer) {
                Ok(0) => {}
                Ok(made) => {
                    self.crc.update(&buffer[..made]);
                    return Ok(made);
                }
                Err(why) => self.failed = Some(why),
            }
        }
    }
}
