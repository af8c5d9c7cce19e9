//! Lines that say how the records after them are read: the names of columns, the day.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::parse::format::{Format, LineKind};

/// The lines that say how records are read, from a record on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeaderLines {
    /// The number of the first record that they are about, from 0.
    pub from_record: u64,
    /// The lines, joined by line feeds.
    pub lines: String,
}

/// The most bytes of lines that are kept at once.
const MOST_BYTES: usize = 16 << 10;

/// The most lines that are kept at once.
const MOST_LINES: usize = 32;

/// The most bytes of all that is found in one source.
const MOST_TOTAL: usize = 16 << 20;

/// Collects such lines while content is framed.
#[derive(Debug, Clone, Default)]
pub struct Headers {
    /// How many records were complete before this call.
    base: i64,
    /// The lines that hold, each with whether it names columns.
    lines: Vec<(bool, String)>,
    found: Vec<HeaderLines>,
    /// The bytes of everything that was found.
    total: usize,
}

impl Headers {
    /// Continues where content was framed before: `known` holds from `base` on.
    pub fn resume(base: u64, known: &[HeaderLines]) -> Headers {
        let last = known.iter().rev().find(|header| header.from_record <= base);
        let lines = last.map(|header| {
            // The column names of a file whose first line they are stand without a mark.
            header.lines.lines().map(|line| (!is_directive(line), line.to_owned())).collect()
        });
        Headers { base: base as i64, lines: lines.unwrap_or_default(), found: Vec::new(), total: 0 }
    }

    /// Returns the number of the next record.
    pub fn next_record(&self) -> u64 {
        self.base as u64
    }

    /// Prepares for a call that is given so many records of earlier ones.
    pub fn rewind(&mut self, records: usize) {
        self.base -= records as i64;
    }

    /// Counts records that are complete.
    pub fn advance(&mut self, records: usize) {
        self.base += records as i64;
    }

    /// Notes a line; so many records of this call are before it.
    pub fn note(&mut self, before: usize, names_columns: bool, line: &str) {
        let mark = |line: &str| line.split(':').next().unwrap_or_default().to_owned();
        let own = mark(line);
        self.lines.retain(|(names, other)| if names_columns { !names } else { *names || mark(other) != own });
        self.lines.push((names_columns, line.to_owned()));
        let size = |lines: &[(bool, String)]| lines.iter().map(|(_, line)| line.len() + 1).sum::<usize>();
        while self.lines.len() > 1 && (self.lines.len() > MOST_LINES || size(&self.lines) > MOST_BYTES) {
            // The names of columns stay longest.
            let at = self.lines.iter().position(|(names, _)| !names).unwrap_or(0);
            self.lines.remove(at);
        }
        let texts: Vec<&str> = self.lines.iter().map(|(_, line)| line.as_str()).collect();
        let lines = texts.join("\n");
        // Records without their header are unparsed; under a wrong one they would be misread.
        self.total += lines.len();
        let lines = if self.total > MOST_TOTAL { String::new() } else { lines };
        if lines.is_empty() && self.found.last().is_some_and(|last| last.lines.is_empty()) {
            return;
        }
        let from_record = (self.base + before as i64) as u64;
        match self.found.last_mut() {
            Some(last) if last.from_record == from_record => last.lines = lines,
            _ => self.found.push(HeaderLines { from_record, lines }),
        }
    }

    /// Takes what was found since the last call.
    pub fn take(&mut self) -> Vec<HeaderLines> {
        std::mem::take(&mut self.found)
    }
}

/// Finds such lines in records that were cut by somebody who did not know them.
pub struct HeaderFinder {
    format: &'static dyn Format,
    headers: Headers,
    begun: bool,
}

impl HeaderFinder {
    /// Creates a finder for the records of a format, from the first on.
    pub fn new(format: &'static dyn Format) -> HeaderFinder {
        HeaderFinder { format, headers: Headers::default(), begun: false }
    }

    /// Looks at the next record: the bytes before its text, and the text.
    pub fn look(&mut self, record: usize, lead: &[u8], text: &[u8]) {
        for (bytes, before) in [(lead, record), (text, record + 1)] {
            for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line));
                let kind = self.format.line_kind(&line, !std::mem::replace(&mut self.begun, true));
                if matches!(kind, LineKind::Header | LineKind::Directive) {
                    self.headers.note(before, kind == LineKind::Header, &line);
                }
            }
        }
    }

    /// Returns what was found.
    pub fn finish(mut self) -> Vec<HeaderLines> {
        self.headers.take()
    }
}

impl fmt::Debug for HeaderFinder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeaderFinder").field("format", &self.format.name()).finish_non_exhaustive()
    }
}

/// Returns whether a line states something, and names no columns by itself.
fn is_directive(line: &str) -> bool {
    line.starts_with('#') && line.contains(':') && !line.starts_with("#Fields:")
}
