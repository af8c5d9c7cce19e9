//! Sources that continue others: which records they replace, and their whole content.

use std::io::{self, Read};

use crate::error::{Context, Error, Result};
use crate::record::{Continuation, SourceId};

use super::span_table::RecordSpan;
use super::store::{SourceHandle, Store, read_at};

/// Most bytes of a compressed frame that are read for its first bytes.
const MOST_HEAD_BYTES: u64 = 64 << 20;

/// A frame of a source, or the beginning of one, as a part of a whole content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// The source that holds the frame.
    pub at: SourceHandle,
    /// The number of the frame in it.
    pub frame: usize,
    /// How many bytes of the frame belong to the content.
    pub length: u64,
}

impl Store {
    /// Finds the source that a source continues.
    ///
    /// # Errors
    ///
    /// Fails if that was not committed before.
    pub fn continued(&self, at: SourceHandle) -> Result<Option<(SourceHandle, &Continuation)>> {
        let row = self.row(at);
        let Some(continues) = &row.continues else { return Ok(None) };
        let before = continues.source.parse::<SourceId>().ok().and_then(|id| self.find(&id));
        match before.filter(|before| before.precedes(at)) {
            Some(before) => Ok(Some((before, continues))),
            None => Err(Error::integrity(format!("what source {} continues is not here", row.source))),
        }
    }

    /// Lists the frames that make up the whole content of a source, in order.
    pub fn pieces(&self, at: SourceHandle) -> Result<Vec<Piece>> {
        let (mut chain, mut at, mut end) = (Vec::new(), at, u64::MAX);
        loop {
            chain.push((at, end));
            match self.continued(at)? {
                Some((before, continues)) => (at, end) = (before, end.min(continues.offset)),
                None => break,
            }
        }
        let mut pieces = Vec::new();
        for (at, end) in chain.into_iter().rev() {
            let frames = self.row(at).frames.iter().enumerate().take_while(|(_, frame)| frame.start < end);
            pieces.extend(frames.map(|(frame, row)| {
                let length = row.raw_length.min(end - row.start);
                Piece { at, frame, length }
            }));
        }
        Ok(pieces)
    }

    /// Returns the SHA-256 in hex of a piece, if it is a whole frame.
    pub fn hash_of_piece(&self, piece: &Piece) -> Option<&str> {
        let row = self.row(piece.at).frames.get(piece.frame)?;
        (row.raw_length == piece.length).then_some(row.sha256.as_str())
    }

    /// Reads a piece and checks the hash of its frame.
    pub fn piece(&self, piece: &Piece) -> Result<Vec<u8>> {
        let mut content = self.frame(piece.at, piece.frame)?.content;
        content.truncate(usize::try_from(piece.length).unwrap_or(usize::MAX));
        Ok(content)
    }

    /// Returns up to `length` of the first bytes of the whole content of a source. Their
    /// hash is not checked: they only tell sources apart.
    pub fn head(&self, at: SourceHandle, length: usize) -> Result<Vec<u8>> {
        let mut head = Vec::new();
        for piece in self.pieces(at)? {
            let batch = self.batch(piece.at);
            let row = &self.row(piece.at).frames[piece.frame];
            let packed = read_at(&batch.content, row.offset, row.length.min(MOST_HEAD_BYTES));
            let packed = packed.map_err(Error::integrity)?;
            let why = || "cannot read the first bytes of a source".to_owned();
            let content = zstd::stream::read::Decoder::new(&packed[..]).context(why)?;
            let left = (length - head.len()) as u64;
            content.take(left.min(piece.length)).read_to_end(&mut head).context(why)?;
            if head.len() >= length {
                break;
            }
        }
        Ok(head)
    }

    /// Finds a record of the whole content of a source: in it, or in what it continues.
    pub fn span_of(&self, at: SourceHandle, record: u64) -> Result<RecordSpan> {
        let mut at = at;
        while record < self.row(at).first_record() {
            at = self.continued(at)?.map(|(before, _)| before).ok_or_else(missing)?;
        }
        let frames = &self.row(at).frames;
        let number = frames.partition_point(|frame| frame.first_record <= record).checked_sub(1);
        self.span_in(at, number.ok_or_else(missing)?, record)
    }

    /// Counts the events of a source from a record on.
    pub fn events_from(&self, at: SourceHandle, record: u64) -> Result<u64> {
        let (frames, mut events) = (self.row(at).frames.iter().enumerate(), 0);
        for (number, _) in frames.filter(|(_, frame)| frame.first_record + frame.records > record) {
            let frame = self.frame(at, number)?;
            let numbered = (frame.first_record..).zip(&frame.spans);
            events += numbered.filter(|(number, span)| *number >= record && !span.rejected).count() as u64;
        }
        Ok(events)
    }
}

fn missing() -> Error {
    Error::integrity("a record has no frame")
}

/// Reads some pieces of content one after another; each frame's hash is checked.
pub struct ContentReader {
    store: Store,
    pieces: std::vec::IntoIter<Piece>,
    open: io::Cursor<Vec<u8>>,
}

impl ContentReader {
    /// Creates a reader of pieces.
    pub fn new(store: Store, pieces: Vec<Piece>) -> ContentReader {
        ContentReader { store, pieces: pieces.into_iter(), open: io::Cursor::default() }
    }
}

impl Read for ContentReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.open.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            let Some(piece) = self.pieces.next() else { return Ok(0) };
            let content = self.store.piece(&piece).map_err(|error| io::Error::other(error.to_string()))?;
            self.open = io::Cursor::new(content);
        }
    }
}
