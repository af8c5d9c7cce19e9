//! Reading a file of a bundle line by line, however large it is.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Take};

use super::limits::LARGEST;

/// A file of a bundle, line by line.
pub struct BagLines {
    reader: BufReader<Take<File>>,
    line: Vec<u8>,
    number: u64,
}

impl BagLines {
    /// Begins at the first line of a file.
    pub(super) fn new(reader: Take<File>) -> BagLines {
        BagLines { reader: BufReader::with_capacity(1 << 16, reader), line: Vec::new(), number: 0 }
    }

    /// Reads the next line, with its line end; none after the last.
    pub fn read(&mut self) -> Result<Option<&[u8]>, String> {
        self.line.clear();
        self.number += 1;
        let read = (&mut self.reader).take(LARGEST + 1).read_until(b'\n', &mut self.line);
        match read.map_err(|error| format!("line {}: it cannot be read: {error}", self.number))? {
            0 => Ok(None),
            n if n as u64 > LARGEST => Err(format!("line {} is too long to be read", self.number)),
            _ => Ok(Some(&self.line)),
        }
    }
}
