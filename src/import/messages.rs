//! The messages that the threads of an import exchange.

use std::sync::{Arc, Mutex};

use crossbeam_channel::Sender;
use sha2::Sha256;

use crate::case::{Receipt, RecordDecoder};
use crate::error::Error;
use crate::evidence::{BatchWriter, Frame, SourceSecret, Span};
use crate::index::Segment;
use crate::parse::{Record, YearWatch};
use crate::record::{Continuation, SourceId};
use crate::source::{FileChange, MemberName, Provenance};

use super::ImportRow;

/// A source that is being read.
pub struct SourceInFlight {
    /// Its number in this import; its identity is only known at its end.
    pub key: u64,
    /// How it was found.
    pub found: Provenance,
    /// How it is read.
    pub reading: RecordDecoder,
    /// What it is if it is not text, judging by its first bytes.
    pub binary: &'static str,
    /// The secret that salts its leaves.
    pub secret: SourceSecret,
    /// Seconds into the import at which its first byte was read.
    pub begun: f64,
    /// The source that it continues.
    pub continues: Option<Continuation>,
    /// What was noted about missing years in the source that it continues.
    pub years: YearWatch,
    /// In what it is read like that source, and not as the user wants.
    pub otherwise: Vec<(&'static str, String, String)>,
}

/// A part of a source that begins and ends at record boundaries.
pub struct Chunk {
    /// The source.
    pub source: Arc<SourceInFlight>,
    /// The bytes.
    pub content: Vec<u8>,
    /// The records that partition them.
    pub records: Vec<Record>,
    /// Number of the first record, from 0.
    pub first_record: u64,
    /// Number of the first line, from 1.
    pub first_line: u64,
    /// Where the bytes begin in the source.
    pub start: u64,
}

/// The memory of a chunk that was read: its bytes and its records.
pub type Spare = (Vec<u8>, Vec<Record>);

/// Work for any worker.
pub enum WorkItem {
    /// Seal and read a chunk; the result takes this place in the order.
    Chunk(u64, Chunk),
    /// Finish the open segment: everything in this batch was handed out.
    Flush(u32),
}

/// A batch that is being written; the committer takes the writer out to finish it.
pub type SharedBatch = Arc<Mutex<Option<BatchWriter>>>;

/// A worker's result for a chunk.
pub struct EncodedChunk {
    /// The frames, in order.
    pub frames: Vec<Frame>,
    /// What became of the bytes.
    pub receipt: Receipt,
    /// Events by the format that understood them.
    pub formats: Vec<(&'static str, u64)>,
    /// What was noted about missing years.
    pub years: YearWatch,
}

/// One step of the committer; steps are taken in the order of their numbers.
pub enum CommitStep {
    /// A batch begins.
    Begin(SharedBatch),
    /// The next part of the current source.
    EncodedChunk(Box<EncodedChunk>),
    /// The current source is complete, or broke off for a reason.
    Ended {
        /// The source.
        source: Arc<SourceInFlight>,
        /// The SHA-256 of its content.
        id: SourceId,
        /// The hash of the batch's content up to its end.
        content: Sha256,
        /// Why it broke off, if it did.
        broken: Option<String>,
    },
    /// The current source turned out to be a duplicate, or was stopped.
    Abandoned(Option<Box<ImportRow>>),
    /// Something that gave no content.
    Aside(Box<ImportRow>),
    /// The next input begins.
    Input,
    /// The current input (its name) changed while it was read.
    Changed(MemberName, FileChange),
    /// A container was read to its end: its SHA-256 in hex.
    Container(String),
    /// The batch is complete.
    Commit(u32),
    /// Everything before was done; the reading thread waits for that.
    Reached(Sender<()>),
}

/// A message to the committer.
pub enum CommitMessage {
    /// A step with its place in the order.
    CommitStep(u64, CommitStep),
    /// One worker's last segment of a batch, if it has one.
    Flushed(u32, Option<Segment>),
    /// A worker's full segment.
    Segment(Segment),
    /// A thread cannot go on.
    Failed(Error),
}

/// Returns a record's span, as evidence keeps it.
pub fn span(record: &Record) -> Span {
    Span {
        lead: record.lead,
        text: record.text,
        tail: record.tail,
        lines: record.lines,
        lead_lines: record.lead_lines,
        part: record.part,
        rejected: record.rejected,
    }
}

/// Counts the bytes of records that begin at offset `start` of their source and cover
/// `length` bytes.
pub fn count_bytes(records: &[Record], start: u64, length: u64, receipt: &mut Receipt) {
    receipt.bytes.total += length;
    let mut at = start;
    for record in records {
        let (length, aside) =
            (record.length() as u64, u64::from(record.continuation_bytes + record.blank_bytes));
        receipt.bytes.continuations += u64::from(record.continuation_bytes);
        receipt.bytes.blank += u64::from(record.blank_bytes);
        receipt.continuations += u64::from(record.continuations);
        receipt.blank += u64::from(record.blanks);
        match record.rejected {
            false => receipt.bytes.events += u64::from(record.event_bytes),
            true if length > aside => receipt.reject(at, length - aside, "binary content, not text"),
            true => {}
        }
        at += length;
    }
}
