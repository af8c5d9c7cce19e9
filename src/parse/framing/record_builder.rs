//! The record that is being built.

use super::line_endings::LineEndings;
use super::record::Record;

/// What bytes around a text count as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteCount {
    /// A part of the event's own line.
    Event,
    /// Glue of an envelope.
    Glue,
}

/// A record that may still grow, and what kind of text it has.
#[derive(Debug)]
pub struct RecordBuilder {
    /// The record so far.
    pub record: Record,
    /// Its text is a JSON document, which lines cannot continue.
    pub document: bool,
    /// What ends lines.
    pub ends: LineEndings,
    limit: usize,
}

impl RecordBuilder {
    pub fn new(limit: usize) -> RecordBuilder {
        RecordBuilder { record: Record::default(), document: false, ends: LineEndings::Unknown, limit }
    }

    /// Returns whether the record has its text; before that it is only a lead.
    pub fn has_text(&self) -> bool {
        self.record.text > 0
    }

    /// Adds the byte order mark.
    pub fn mark(&mut self, length: usize) {
        self.record.lead += length as u32;
        self.record.event_bytes += length as u32;
    }

    /// Sets the text of the record and the line end after it.
    pub fn begin(&mut self, text: usize, end: usize, part: u32) {
        debug_assert!(!self.has_text(), "the record before was ended");
        let ends = u32::from(end > 0);
        self.record.text = text as u32;
        self.record.tail = end as u32;
        self.record.event_bytes += (text + end) as u32;
        self.record.lead_lines = self.record.lines;
        self.record.lines += ends;
        self.record.part = part;
        self.document = false;
    }

    /// Sets a JSON document as the text of the record.
    pub fn begin_document(&mut self, text: &[u8]) {
        self.begin(text.len(), 0, 0);
        self.record.lines += self.ends.count(text);
        self.document = true;
    }

    /// Adds the line end of an overlong line whose parts are cut.
    pub fn end_line(&mut self, end: usize) {
        self.record.tail += end as u32;
        self.record.event_bytes += end as u32;
        self.record.lines += 1;
    }

    /// Returns whether a line that begins with white space would continue the record.
    pub fn continues(&self) -> bool {
        self.has_text() && !self.document
    }

    /// Adds a continuation line; returns false where the text would grow too long.
    pub fn grow(&mut self, body: usize, end: usize) -> bool {
        let text = self.record.text as usize + self.record.tail as usize + body;
        if text > self.limit {
            return false;
        }
        self.record.text = text as u32;
        self.record.tail = end as u32;
        self.record.continuation_bytes += (body + end) as u32;
        self.record.continuations += 1;
        self.record.lines += u32::from(end > 0);
        true
    }

    /// Adds a blank line to the tail, or to the lead if there is no text yet.
    pub fn blank(&mut self, body: usize, end: usize, records: &mut Vec<Record>) {
        if self.around() + body + end > self.limit && self.around() > 0 {
            self.flush(records);
        }
        self.lengthen((body + end) as u32, u32::from(end > 0));
        self.record.blank_bytes += (body + end) as u32;
        self.record.blanks += 1;
    }

    /// Adds bytes to the tail, or to the lead if there is no text yet. Where that
    /// grows past the limit, a record without text takes the rest.
    pub fn add(&mut self, mut bytes: &[u8], count: ByteCount, records: &mut Vec<Record>) {
        while !bytes.is_empty() {
            if self.around() >= self.limit {
                self.flush(records);
            }
            let (now, later) = bytes.split_at(bytes.len().min(self.limit - self.around()));
            self.lengthen(now.len() as u32, self.ends.count(now));
            match count {
                ByteCount::Event => self.record.event_bytes += now.len() as u32,
                ByteCount::Glue => self.record.continuation_bytes += now.len() as u32,
            }
            bytes = later;
        }
    }

    /// Ends the record if it has text; a lead is kept for the next text.
    pub fn flush_text(&mut self, records: &mut Vec<Record>) {
        if self.has_text() {
            self.flush(records);
        }
    }

    /// Ends the content.
    pub fn finish(&mut self, records: &mut Vec<Record>) {
        if self.record.length() > 0 {
            self.flush(records);
        }
    }

    /// Ends the record; without text it is not an event.
    fn flush(&mut self, records: &mut Vec<Record>) {
        let mut record = std::mem::take(&mut self.record);
        if record.text == 0 {
            record.tail = std::mem::take(&mut record.lead);
            record.blank_bytes += std::mem::take(&mut record.event_bytes);
            record.rejected = true;
        }
        records.push(record);
        self.document = false;
    }

    /// Returns the length of the side that is growing.
    fn around(&self) -> usize {
        if self.has_text() { self.record.tail as usize } else { self.record.lead as usize }
    }

    fn lengthen(&mut self, bytes: u32, lines: u32) {
        let side = if self.has_text() { &mut self.record.tail } else { &mut self.record.lead };
        *side += bytes;
        self.record.lines += lines;
    }
}
