//! What is this source? Tried on a sample, not guessed from a name.

use crate::record::Event;

use super::format::{Format, Framing, UNPARSED, narrowest_first};
use super::framing::{Framer, opens_unfinished_json};

/// How many records of a sample are tried.
const TRIED: usize = 500;
/// Fewer than one record in so many understood is none understood.
const MEANINGFUL: usize = 10;
/// A format that understands so many of a hundred records that the best one
/// understands is as good.
const TIE: usize = 99;
/// How much narrower a format is that reads some records of another's kind.
const CLASS: u8 = 10;
/// Control bytes in a hundred that no text has.
const CONTROLS: usize = 3;

/// What a sample turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detection {
    /// The format of most records.
    pub format: &'static str,
    /// Narrower formats that some records have, narrowest first.
    pub mixed: Vec<&'static str>,
    /// How records are told apart.
    pub framing: Framing,
}

/// Tries formats on the first bytes of a source; `whole` tells that this is all of it.
pub fn detect(sample: &[u8], whole: bool, formats: &[&'static dyn Format]) -> Detection {
    let json = texts(sample, whole, Framing::Json);
    let documents = if is_json(sample, whole, &json) { Framing::Json } else { Framing::Lines };
    let lines = match documents {
        Framing::Lines => texts(sample, whole, Framing::Lines),
        Framing::Json | Framing::Binary => json,
    };
    let Some((format, mixed)) = best(&lines, formats) else {
        let framing = if is_binary(sample) { Framing::Binary } else { documents };
        return Detection { format: UNPARSED, mixed: Vec::new(), framing };
    };
    let framing = if format.framing() == Framing::Json { Framing::Json } else { documents };
    Detection { format: format.name(), mixed, framing }
}

/// Finds the format that understands most records, of those that understand
/// about as many the narrowest; and the formats of a narrower class that
/// understand some (CloudTrail among JSON of all kinds).
fn best(
    texts: &[String],
    formats: &[&'static dyn Format],
) -> Option<(&'static dyn Format, Vec<&'static str>)> {
    let formats = narrowest_first(formats);
    let tried: Vec<&String> = texts.iter().step_by(texts.len().div_ceil(TRIED).max(1)).collect();
    let understands = |format: &dyn Format, text: &str| format.read(text, &mut Event::default());
    let count = |format: &&'static dyn Format| tried.iter().filter(|text| understands(*format, text)).count();
    let counts: Vec<usize> = formats.iter().map(count).collect();
    let most = counts.iter().copied().max().filter(|most| *most > 0 && *most * MEANINGFUL >= tried.len())?;
    let chosen = counts.iter().position(|count| *count * 100 >= most * TIE)?;
    let narrower = formats[chosen].specificity().saturating_add(CLASS);
    let mixed =
        (0..chosen).filter(|format| counts[*format] > 0 && formats[*format].specificity() >= narrower);
    Some((formats[chosen], mixed.map(|format| formats[format].name()).collect()))
}

/// Gives the texts of the sample's whole records.
fn texts(sample: &[u8], whole: bool, framing: Framing) -> Vec<String> {
    let mut records = Vec::new();
    Framer::new(framing).feed(sample, true, &mut records);
    if !whole && records.len() > 1 {
        records.pop();
    }
    let mut at = 0;
    let mut texts = Vec::with_capacity(records.len());
    for record in &records {
        let text = &sample[at + record.lead as usize..][..record.text as usize];
        at += record.length();
        if !record.rejected && record.part == 0 {
            texts.push(String::from_utf8_lossy(text).into_owned());
        }
    }
    texts
}

/// Tells whether at least half of a sample is JSON objects.
fn is_json(sample: &[u8], whole: bool, texts: &[String]) -> bool {
    let is_object =
        |text: &&String| text.starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    let all: usize = texts.iter().map(String::len).sum();
    let json: usize = texts.iter().filter(is_object).map(String::len).sum();
    (all > 0 && json * 2 >= all) || (!whole && opens_unfinished_json(sample))
}

/// Files that are no text, by how they begin.
const BINARIES: [(&[u8], &str); 8] = [
    (b"ElfFile\0", "a Windows event log (EVTX)"),
    (b"LPKSHHRH", "a systemd journal"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"\xd4\xc3\xb2\xa1", "a packet capture"),
    (b"\xa1\xb2\xc3\xd4", "a packet capture"),
    (b"\x89PNG\r\n", "a picture"),
    (b"\x7fELF", "a program"),
    (b"%PDF-", "a PDF document"),
];

/// Says what a file is that is no text, as far as its first bytes tell.
pub fn describe_binary(head: &[u8]) -> &'static str {
    BINARIES
        .iter()
        .find(|(begin, _)| head.starts_with(begin))
        .map_or("binary content, not text", |(_, what)| what)
}

/// Tells whether bytes are no text. NUL bytes alone do not make them so: a log
/// whose machine lost power, or that was cut while it was open, has many.
fn is_binary(sample: &[u8]) -> bool {
    if BINARIES.iter().any(|(begin, _)| sample.starts_with(begin)) {
        return true;
    }
    let is_odd = |byte: &u8| matches!(byte, 1..=8 | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f);
    let some = sample.iter().filter(|byte| **byte != 0).count();
    let odd = sample.iter().filter(|byte| is_odd(byte)).count();
    odd > 0 && odd * 100 >= some * CONTROLS
}
