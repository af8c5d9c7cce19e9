//! Finds the end of a JSON value, and whether it is an envelope of records.
//!
//! Checks brackets, separators and strings (RFC 8259); the spelling of numbers and
//! literals is left to the reader of the value.

use memchr::memchr3;

/// The deepest nesting.
const MAX_DEPTH: u32 = 128;

/// The outcome of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanEnd {
    /// The value ends before this byte.
    At(usize),
    /// More bytes are needed.
    Open,
    /// The value is broken at this byte, or does not end before it.
    Broken(usize),
}

/// What contains the records of an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Envelope {
    /// `[{…},{…}]`.
    Array,
    /// `{"Records":[{…},{…}]}`.
    Object,
}

/// What a scan found out about the shape of a value.
#[derive(Debug, Clone, Copy, Default)]
pub struct Outline {
    /// Depth inside the array of elements; 0 if there is none.
    depth: u32,
    /// Where its first element may begin.
    pub inside: usize,
    /// Complete elements.
    elements: u32,
    /// The array's name is certain to mean records.
    certain: bool,
    /// A scalar is beside the array under a name that listings do not use.
    other_scalar: bool,
    /// It has something that no envelope has.
    pub foreign: bool,
}

impl Outline {
    /// Returns what contains the records, if the value is an envelope.
    pub fn envelope(&self) -> Option<Envelope> {
        let plain = !self.foreign && (self.certain || !self.other_scalar);
        match self.depth {
            1 if self.elements > 0 && plain => Some(Envelope::Array),
            2 if self.elements > 0 && plain => Some(Envelope::Object),
            _ => None,
        }
    }
}

/// What the name of a top-level member means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    /// Its array surely holds records.
    Certain,
    /// Its array holds records if nothing but a listing's members is beside it.
    Likely,
    /// A member of listings.
    Listing,
    /// Anything else.
    Other,
}

fn name(name: &[u8]) -> Name {
    match name {
        b"Records" | b"records" | b"Findings" | b"logEvents" => Name::Certain,
        b"events" | b"Events" | b"value" | b"values" | b"logs" | b"items" | b"data" | b"results"
        | b"entries" | b"entities" | b"logs_data" => Name::Likely,
        b"@odata.context" | b"@odata.nextLink" | b"@odata.count" | b"kind" | b"apiVersion" | b"metadata"
        | b"meta" | b"nextPageToken" | b"nextToken" | b"NextToken" | b"nextLink" | b"next" | b"cursor"
        | b"pagination" | b"paging" | b"links" | b"_links" | b"response_metadata" | b"pagingInfo"
        | b"start" | b"limit" | b"offset" | b"object" | b"continuationToken" | b"self"
        | b"warningMessages" | b"total_count" | b"next_page_token" | b"total" | b"count" | b"page"
        | b"etag" | b"status" | b"success" | b"has_more" => Name::Listing,
        _ => Name::Other,
    }
}

/// What may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Value,
    ValueOrEnd,
    Key,
    KeyOrEnd,
    Colon,
    CommaOrEnd,
}

/// A scanner over one JSON value.
pub struct BoundsScanner<'a> {
    bytes: &'a [u8],
    at: usize,
    next: Next,
    /// One bit per level, the innermost lowest: 1 for an object.
    levels: u128,
    depth: u32,
    name: Name,
    pub outline: Outline,
}

impl<'a> BoundsScanner<'a> {
    /// Creates a scanner before a value.
    pub fn value(bytes: &'a [u8]) -> BoundsScanner<'a> {
        let outline = Outline::default();
        BoundsScanner { bytes, at: 0, next: Next::Value, levels: 0, depth: 0, name: Name::Other, outline }
    }

    /// Creates a scanner inside an object, after its array of elements.
    pub fn behind_elements(bytes: &'a [u8]) -> BoundsScanner<'a> {
        let outline = Outline { depth: 2, ..Outline::default() };
        BoundsScanner { next: Next::CommaOrEnd, levels: 1, depth: 1, outline, ..BoundsScanner::value(bytes) }
    }

    /// Scans to the end of the value; `more` says that the bytes may go on.
    pub fn run(&mut self, more: bool) -> ScanEnd {
        loop {
            let Some(&byte) = self.bytes.get(self.at) else {
                return self.short(more);
            };
            if matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                self.at += 1;
                continue;
            }
            let broken = match (self.next, byte) {
                (Next::Value, _) | (Next::ValueOrEnd, b'!'..=b'\\' | b'^'..=b'~') => self.begin_value(byte),
                (Next::Key | Next::KeyOrEnd, b'"') => self.key(),
                (Next::Colon, b':') => self.step(Next::Value),
                (Next::CommaOrEnd, b',') => {
                    let next = if self.levels & 1 == 1 { Next::Key } else { Next::Value };
                    self.step(next)
                }
                (Next::CommaOrEnd | Next::KeyOrEnd, b'}') if self.levels & 1 == 1 => self.pop(),
                (Next::CommaOrEnd | Next::ValueOrEnd, b']') if self.levels & 1 == 0 => self.pop(),
                _ => Some(ScanEnd::Broken(self.at)),
            };
            match broken {
                Some(ScanEnd::Open) => return self.short(more),
                Some(end) => return end,
                None if self.depth == 0 && self.next == Next::CommaOrEnd => return ScanEnd::At(self.at),
                None => {}
            }
        }
    }

    fn short(&self, more: bool) -> ScanEnd {
        if more { ScanEnd::Open } else { ScanEnd::Broken(self.bytes.len()) }
    }

    fn step(&mut self, next: Next) -> Option<ScanEnd> {
        self.at += 1;
        self.next = next;
        None
    }

    fn begin_value(&mut self, byte: u8) -> Option<ScanEnd> {
        self.note_value(byte);
        match byte {
            b'{' => self.push(1, Next::KeyOrEnd),
            b'[' => {
                let holds = self.depth == 0
                    || self.depth == 1
                        && matches!(self.name, Name::Certain | Name::Likely)
                        && self.levels == 1;
                if holds && self.outline.depth == 0 {
                    self.outline.depth = self.depth + 1;
                    self.outline.inside = self.at + 1;
                    self.outline.certain = self.name == Name::Certain;
                }
                self.push(0, Next::ValueOrEnd)
            }
            b'"' => self.string().or_else(|| self.end_value()),
            b'-' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                let rest = &self.bytes[self.at..];
                let inside = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
                match rest.iter().position(|byte| !inside(byte)) {
                    Some(length) => self.at += length,
                    None => return Some(ScanEnd::Open),
                }
                self.end_value()
            }
            _ => Some(ScanEnd::Broken(self.at)),
        }
    }

    /// Records what the value that begins here means for the outline.
    fn note_value(&mut self, byte: u8) {
        let among_elements = self.is_among_elements();
        let outline = &mut self.outline;
        if among_elements {
            outline.foreign |= byte != b'{';
        } else if self.depth == 1 && self.levels == 1 {
            match self.name {
                Name::Certain | Name::Likely => outline.foreign |= byte != b'[' || outline.depth > 0,
                Name::Other if matches!(byte, b'{' | b'[') => outline.foreign = true,
                Name::Other => outline.other_scalar = true,
                Name::Listing => {}
            }
        }
    }

    /// Returns whether the innermost open level is the array of elements.
    fn is_among_elements(&self) -> bool {
        let named = self.depth == 1 || matches!(self.name, Name::Certain | Name::Likely);
        self.depth > 0 && self.depth == self.outline.depth && self.levels & 1 == 0 && named
    }

    fn push(&mut self, level: u128, next: Next) -> Option<ScanEnd> {
        if self.depth == MAX_DEPTH {
            return Some(ScanEnd::Broken(self.at));
        }
        self.levels = self.levels << 1 | level;
        self.depth += 1;
        self.step(next)
    }

    fn pop(&mut self) -> Option<ScanEnd> {
        self.levels >>= 1;
        self.depth -= 1;
        self.at += 1;
        self.end_value()
    }

    fn end_value(&mut self) -> Option<ScanEnd> {
        self.next = Next::CommaOrEnd;
        self.outline.elements += u32::from(self.is_among_elements());
        None
    }

    fn key(&mut self) -> Option<ScanEnd> {
        let begin = self.at + 1;
        if let Some(end) = self.string() {
            return Some(end);
        }
        if self.depth == 1 {
            self.name = name(&self.bytes[begin..self.at - 1]);
        }
        self.next = Next::Colon;
        None
    }

    /// Scans past the string that begins here. A raw line end breaks it.
    fn string(&mut self) -> Option<ScanEnd> {
        let mut at = self.at + 1;
        loop {
            let Some(step) = self.bytes.get(at..).and_then(|rest| memchr3(b'"', b'\\', b'\n', rest)) else {
                return Some(ScanEnd::Open);
            };
            at += step;
            match self.bytes[at] {
                b'"' => break,
                b'\n' => return Some(ScanEnd::Broken(at)),
                _ if self.bytes.get(at + 1) == Some(&b'\n') => return Some(ScanEnd::Broken(at + 1)),
                _ => at += 2,
            }
        }
        self.at = at + 1;
        None
    }
}

/// Returns whether content begins with a JSON object or array whose end the available
/// bytes do not reach.
pub fn opens_unfinished_json(content: &[u8]) -> bool {
    let content = content.trim_ascii_start();
    matches!(content.first(), Some(b'{' | b'[')) && BoundsScanner::value(content).run(true) == ScanEnd::Open
}
