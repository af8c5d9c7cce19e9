//! The content of one member of a zip.

use std::io::{self, Read};

use super::codec::Codec;
use super::peek::PeekReader;

/// A member's content: stored, or decoded.
pub struct Unpacked<'a> {
    packed: PeekReader<'a>,
    /// None where the content is stored, or was decoded to its end.
    codec: Option<Codec>,
    /// How long a stored content is.
    stored: Option<u64>,
    /// The checksum that the archive states.
    meant: Option<u32>,
    crc: crc32fast::Hasher,
    ended: bool,
    failed: Option<String>,
    stuck: u32,
}

impl<'a> Unpacked<'a> {
    /// Reads what is packed so, and so long where that is known.
    pub fn new(
        packed: PeekReader<'a>,
        codec: Option<Codec>,
        length: Option<u64>,
        meant: Option<u32>,
    ) -> Unpacked<'a> {
        let stored = if codec.is_none() { length } else { None };
        let crc = crc32fast::Hasher::new();
        Unpacked { packed, codec, stored, meant, crc, ended: false, failed: None, stuck: 0 }
    }

    /// Tells how many packed bytes were taken.
    pub fn taken(&self) -> u64 {
        self.packed.taken()
    }

    /// Tells whether the content was read to its end, whatever its checksum.
    pub fn is_whole(&self) -> bool {
        self.ended
    }

    /// Gives the checksum of what was read.
    pub fn crc(&self) -> u32 {
        self.crc.clone().finalize()
    }

    fn piece(&mut self, buffer: &mut [u8]) -> Result<usize, String> {
        let Some(codec) = &mut self.codec else {
            let count = self.packed.read(buffer).map_err(|error| error.to_string())?;
            if count == 0 {
                let missing = self.stored.is_some_and(|length| self.packed.taken() < length);
                return if missing { Err(cut()) } else { Ok(self.end()) };
            }
            return Ok(count);
        };
        let input = self.packed.peek(1).map_err(|error| error.to_string())?;
        let step = codec.step(input, buffer);
        let (at_end, stuck) = (input.is_empty(), step.used + step.made == 0);
        self.stuck = if stuck { self.stuck + 1 } else { 0 };
        self.packed.consume(step.used);
        match step.outcome {
            Ok(true) => {
                if step.made == 0 {
                    return Ok(self.end());
                }
                // Told with the next read.
                self.codec = None;
                self.stored = None;
                self.packed = PeekReader::ended(self.packed.taken());
                Ok(step.made)
            }
            Ok(false) if stuck && (at_end || self.stuck > 8) => Err(cut()),
            Ok(false) => Ok(step.made),
            Err(why) if step.made == 0 => Err(why),
            Err(why) => {
                self.failed = Some(why);
                Ok(step.made)
            }
        }
    }

    /// Notes that the content is whole, and whether it is what was packed.
    fn end(&mut self) -> usize {
        self.ended = true;
        if self.meant.is_some_and(|meant| meant != self.crc()) {
            self.failed = Some("its checksum does not match".to_owned());
        }
        0
    }
}

fn cut() -> String {
    "it breaks off: its end is missing".to_owned()
}

impl Read for Unpacked<'_> {
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
            match self.piece(buffer) {
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
