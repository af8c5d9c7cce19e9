//! Detects the format of a source by trying formats on a sample, never by its name.

use crate::record::Event;

use super::format::{Format, Framing, RecordText, UNPARSED};
use super::format_filter::FormatFilter;
use super::framing::{Framer, HeaderLines, opens_unfinished_json};

/// The most records of a sample that are tried.
const TRIED: usize = 500;
/// A format must read at least one in this many records to count.
const MEANINGFUL: usize = 10;
/// A format is as good as the best one if it reads this many percent of the records
/// that the best one reads.
const TIE: usize = 99;
/// The most bytes of a sample that are framed as each format says by itself.
const OWN_BYTES: usize = 64 << 10;
/// After so many lines without one that it reads, such a format is given up.
const HOPELESS: usize = 60;
/// How much higher the specificity is of a format that reads a kind of another format's
/// records.
const CLASS: u8 = 10;
/// The percentage of control bytes from which content is not text.
const CONTROLS: usize = 3;

/// What detection found in a sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detection {
    /// The format of most records.
    pub format: &'static str,
    /// Narrower formats that some records have, narrowest first.
    pub mixed: Vec<&'static str>,
    /// How records are delimited.
    pub framing: Framing,
}

/// Tries formats on the first bytes of a source; `whole` says that this is all of it.
pub fn detect(sample: &[u8], whole: bool, formats: &FormatFilter) -> Detection {
    let json = texts(sample, whole, Framing::Json);
    let documents = if is_json(sample, whole, &json) { Framing::Json } else { Framing::Lines };
    let lines = match documents {
        Framing::Lines => texts(sample, whole, Framing::Lines),
        Framing::Json | Framing::Binary => json,
    };
    let Some((format, mixed)) = best(&Sample { bytes: sample, whole }, &lines, formats) else {
        let framing = if is_binary(sample) { Framing::Binary } else { documents };
        return Detection { format: UNPARSED, mixed: Vec::new(), framing };
    };
    let framing = if format.framing() == Framing::Json { Framing::Json } else { documents };
    Detection { format: format.name(), mixed, framing }
}

/// Returns the narrowest of the formats that read (about) the most lines, and the
/// formats of a narrower class that read some of them (CloudTrail among JSON of all
/// kinds).
fn best(
    sample: &Sample<'_>,
    texts: &[SampleText],
    filter: &FormatFilter,
) -> Option<(&'static dyn Format, Vec<&'static str>)> {
    let formats = filter.formats();
    let mut counts = vec![0; formats.len()];
    let tried: Vec<&SampleText> = texts.iter().step_by(texts.len().div_ceil(TRIED).max(1)).collect();
    let mut event = Event::default();
    for text in &tried {
        let record = RecordText::new(&text.text);
        for place in filter.places(&text.text) {
            let (format, count) = (formats[place], &mut counts[place]);
            if !format.has_line_kinds() && !format.needs_inner() {
                event.reset();
                *count += text.lines * usize::from(format.read_record(&record, &mut event));
            }
        }
    }
    let all: usize = tried.iter().map(|text| text.lines).sum();
    for place in filter.places_anywhere(&String::from_utf8_lossy(sample.own_bytes())) {
        if formats[place].has_line_kinds() && !formats[place].needs_inner() {
            counts[place] = sample.count_own(formats[place], all);
        }
    }
    let most = counts.iter().copied().max().filter(|most| *most > 0 && *most * MEANINGFUL >= all)?;
    let chosen = counts.iter().position(|count| *count * 100 >= most * TIE)?;
    let narrower = formats[chosen].specificity().saturating_add(CLASS);
    let mixed = (0..chosen).filter(|format| {
        counts[*format] > 0
            && formats[*format].specificity() >= narrower
            && !formats[*format].has_line_kinds()
    });
    Some((formats[chosen], mixed.map(|format| formats[format].name()).collect()))
}

/// The first bytes of a source.
struct Sample<'s> {
    bytes: &'s [u8],
    whole: bool,
}

impl Sample<'_> {
    /// Returns the bytes that are framed as each format says by itself.
    fn own_bytes(&self) -> &[u8] {
        &self.bytes[..self.bytes.len().min(OWN_BYTES)]
    }

    /// Returns how many of so many lines a format reads that says itself what lines are.
    fn count_own(&self, format: &'static dyn Format, all: usize) -> usize {
        let bytes = self.own_bytes();
        let whole = self.whole && bytes.len() == self.bytes.len();
        let mut framer = Framer::of_format(Framing::Lines, Some(format), 0, &[]);
        let (texts, headers) = framed(bytes, whole, Framing::Lines, &mut framer);
        let mut event = Event::default();
        let (mut read, mut of) = (0, 0);
        for text in texts.iter().step_by(texts.len().div_ceil(TRIED).max(1)) {
            let behind = headers.partition_point(|header| header.from_record <= text.number);
            let header = behind.checked_sub(1).map(|at| headers[at].lines.as_str().into());
            event.reset();
            of += text.lines;
            let record = RecordText::with_header(&text.text, header);
            read += text.lines * usize::from(format.read_record(&record, &mut event));
            if read == 0 && of >= HOPELESS {
                return 0;
            }
        }
        (read * all).checked_div(of).unwrap_or(0)
    }
}

/// A record of a sample.
struct SampleText {
    text: String,
    lines: usize,
    number: u64,
}

/// Returns the texts of the sample's whole records.
fn texts(sample: &[u8], whole: bool, framing: Framing) -> Vec<SampleText> {
    framed(sample, whole, framing, &mut Framer::new(framing)).0
}

/// Returns the texts of the sample's whole records as a framer cuts them, and the headers.
fn framed(
    sample: &[u8],
    whole: bool,
    framing: Framing,
    framer: &mut Framer,
) -> (Vec<SampleText>, Vec<HeaderLines>) {
    let mut records = Vec::new();
    framer.feed(sample, true, &mut records);
    // A last line without a line end may be only half of one.
    let is_half = framing == Framing::Lines && !sample.ends_with(b"\n");
    if (!whole || is_half) && records.len() > 1 {
        records.pop();
    }
    let mut at = 0;
    let mut texts = Vec::with_capacity(records.len());
    for (number, record) in (0..).zip(&records) {
        let text = &sample[at + record.lead as usize..][..record.text as usize];
        at += record.length();
        if !record.rejected && record.part == 0 {
            let text = String::from_utf8_lossy(text).into_owned();
            texts.push(SampleText { text, lines: 1 + record.continuations as usize, number });
        }
    }
    (texts, framer.take_headers())
}

/// Returns whether at least half of a sample is JSON objects.
fn is_json(sample: &[u8], whole: bool, texts: &[SampleText]) -> bool {
    let is_object =
        |text: &&String| text.starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    let all: usize = texts.iter().map(|text| text.text.len()).sum();
    let json: usize = texts.iter().map(|text| &text.text).filter(is_object).map(String::len).sum();
    (all > 0 && json * 2 >= all) || (!whole && opens_unfinished_json(sample))
}

/// The first bytes of files that are not text.
const BINARIES: [(&[u8], &str); 8] = [
    (b"ElfFile\0", "a Windows event log (EVTX)"),
    (b"LPKSHHRH", "a systemd journal"),
    (b"SQLite format 3\0", "a SQLite database"),
    (b"\xd4\xc3\xb2\xa1", "a packet capture"),
    (b"\xa1\xb2\xc3\xd4", "a packet capture"),
    (b"\x89PNG\r\n", "an image"),
    (b"\x7fELF", "a program"),
    (b"%PDF-", "a PDF document"),
];

/// Describes a file that is not text, as far as its first bytes show.
pub fn describe_binary(head: &[u8]) -> &'static str {
    BINARIES
        .iter()
        .find(|(begin, _)| head.starts_with(begin))
        .map_or("binary content, not text", |(_, what)| what)
}

/// Returns whether bytes are not text. NUL bytes alone do not count: a log whose
/// machine lost power, or that was truncated while open, has many.
fn is_binary(sample: &[u8]) -> bool {
    if BINARIES.iter().any(|(begin, _)| sample.starts_with(begin)) {
        return true;
    }
    let is_odd = |byte: &u8| matches!(byte, 1..=8 | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f);
    let some = sample.iter().filter(|byte| **byte != 0).count();
    let odd = sample.iter().filter(|byte| is_odd(byte)).count();
    odd > 0 && odd * 100 >= some * CONTROLS
}
