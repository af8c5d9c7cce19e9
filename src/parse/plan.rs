//! How one source is read: decided once, kept with the evidence.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result, visible};
use crate::record::{Event, Instant, Zone, fields};

use super::time::Clockwork;
use super::{FORMATS, Format, Framer, Seen, named};

/// Version of the built-in formats: it changes when a record could be read otherwise.
pub const VERSION: u32 = 1;

/// The name of records that no format understands.
pub const UNPARSED: &str = "unparsed";

/// How many records of a sample are tried.
const TRIED: usize = 400;

/// How records are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Framing {
    /// A line is a record; lines that begin with white space continue it.
    Lines,
    /// As `Lines`, with the line end of old Macintoshes: a carriage return.
    Cr,
    /// JSON documents, over one line or many; the elements of a `Records`
    /// (or like) envelope are each a record. Lines between that are no JSON are
    /// records as in `Lines`.
    Json,
    /// Not text: rejected records.
    Binary,
}

/// What the user said about how to read a source.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Only this format (by name), with the unparsed fallback.
    pub format: Option<String>,
    /// The zone of times that have none; UTC where not given.
    pub zone: Option<Zone>,
    /// The year of the first line, for times that have none.
    pub year: Option<i32>,
    /// The host, for events that name none.
    pub host: Option<String>,
    /// Labels put on every event as `labels.<name>`.
    pub labels: Vec<(String, String)>,
}

/// From this record on, years count otherwise (a log longer than a year).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct YearShift {
    /// First record concerned.
    pub from_record: u64,
    /// Years to add to a date in the later half of the window.
    pub years: i32,
    /// Years to add to a date in its earlier half.
    pub years_early: i32,
}

/// How one source is read. Together with a record's bytes it determines the event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The format that understood most of the sample; tried first. `unparsed` where none did.
    pub format: String,
    /// The only format that is tried, because the user named it.
    pub forced: bool,
    /// Version of the built-in formats that made this plan.
    pub version: u32,
    /// How records are told apart.
    pub framing: Framing,
    /// The zone of times that have none.
    pub zone: String,
    /// A time without a year gets the latest year in which it is not after this
    /// moment (nanoseconds since the epoch) and a day: the source's last change,
    /// or when it was acquired.
    pub anchor: i64,
    /// When the source was acquired (nanoseconds since the epoch): later times are flagged.
    pub acquired: i64,
    /// The year of the first line, where the user gave it.
    pub year: Option<i32>,
    /// Where the log is longer than a year; see [`super::YearWatch`].
    pub shifts: Vec<YearShift>,
    /// The host of events that name none.
    pub host: Option<String>,
    /// Labels put on every event.
    pub labels: Vec<(String, String)>,
}

impl Plan {
    /// Decides from the first bytes of a source (up to 256 KB; `whole` tells
    /// that this is all of it), what the user said, the source's last change
    /// and the moment of acquisition.
    ///
    /// # Errors
    ///
    /// Fails where the user named a format that does not exist.
    pub fn decide(
        sample: &[u8],
        whole: bool,
        options: &Options,
        modified: Option<Instant>,
        acquired: Instant,
    ) -> Result<Plan> {
        let forced = match &options.format {
            Some(name) => Some(known(name)?),
            None => None,
        };
        let natural = framing(sample);
        let best = forced.or_else(|| best(sample, whole, natural));
        let anchor = modified.filter(|modified| *modified <= acquired).unwrap_or(acquired);
        Ok(Plan {
            format: best.map_or(UNPARSED, |format| format.name()).to_owned(),
            forced: forced.is_some(),
            version: VERSION,
            framing: natural,
            zone: options.zone.unwrap_or(Zone::UTC).to_string(),
            anchor: anchor.nanos(),
            acquired: acquired.nanos(),
            year: options.year,
            shifts: Vec::new(),
            host: options.host.clone(),
            labels: options.labels.clone(),
        })
    }
}

fn known(name: &str) -> Result<&'static dyn Format> {
    named(name).ok_or_else(|| {
        Error::usage(format!("there is no format `{}`", visible(name))).hint("See `vestigo formats list`.")
    })
}

/// Tells how records are told apart in a content that begins so.
fn framing(sample: &[u8]) -> Framing {
    if is_binary(sample) {
        return Framing::Binary;
    }
    let text = sample.strip_prefix(b"\xef\xbb\xbf").unwrap_or(sample);
    let begin = text.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(text.len());
    let inner = text[begin..].iter().skip(1).find(|byte| !byte.is_ascii_whitespace());
    if matches!((text.get(begin), inner), (Some(b'{'), Some(b'"' | b'}')) | (Some(b'['), Some(b'{'))) {
        return Framing::Json;
    }
    let (carriage, line) = (memchr::memchr(b'\r', sample), memchr::memchr(b'\n', sample));
    if carriage.is_some() && line.is_none() { Framing::Cr } else { Framing::Lines }
}

/// Tells content that is no text: every tenth byte is a control character that
/// text does not have, or it begins as a known container does.
fn is_binary(sample: &[u8]) -> bool {
    let begins: [&[u8]; 4] = [b"ElfFile\0", b"\x89PNG", b"\x7fELF", b"%PDF-"];
    if begins.iter().any(|begin| sample.starts_with(begin)) {
        return true;
    }
    let odd = sample.iter().filter(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31)).count();
    odd * 10 > sample.len()
}

/// Finds the format that understands most of a sample; ties go to the more specific.
fn best(sample: &[u8], whole: bool, framing: Framing) -> Option<&'static dyn Format> {
    let mut records = Vec::new();
    Framer::new(framing).feed(sample, whole, &mut records);
    let mut texts = Vec::new();
    let (mut at, step) = (0, records.len() / TRIED + 1);
    for (n, record) in records.iter().enumerate() {
        let from = at + record.lead as usize;
        at += record.length();
        if n % step == 0 && !record.rejected && record.part == 0 {
            texts.push(String::from_utf8_lossy(&sample[from..from + record.text as usize]));
        }
    }
    let score = |format: &dyn Format| {
        let understands =
            |text: &str| format.read(text.trim_start_matches('\u{feff}'), &mut Event::default()) == Seen::Yes;
        texts.iter().filter(|text| understands(text)).count()
    };
    let scored = FORMATS.iter().map(|format| (score(*format), format.specificity(), *format));
    let best = scored.rev().max_by_key(|(count, specificity, _)| (*count, *specificity));
    best.filter(|(count, ..)| *count > 0).map(|(.., format)| format)
}

/// Reads records under a plan. Cheap to make, free to share between threads.
pub struct Parser {
    formats: Vec<&'static dyn Format>,
    clockwork: Clockwork,
    host: Option<String>,
    labels: Vec<(String, String)>,
}

impl Parser {
    /// Makes the parser of a plan; fails where it names an unknown format or zone.
    pub fn new(plan: &Plan) -> Result<Parser> {
        let first = if plan.format == UNPARSED { None } else { Some(known(&plan.format)?) };
        let mut formats: Vec<&'static dyn Format> = first.into_iter().collect();
        if !plan.forced {
            let mut others: Vec<_> =
                FORMATS.iter().copied().filter(|format| format.name() != plan.format).collect();
            others.sort_by_key(|format| std::cmp::Reverse(format.specificity()));
            formats.extend(others);
        }
        let labels =
            plan.labels.iter().map(|(key, value)| (format!("labels.{key}"), value.clone())).collect();
        let clockwork = Clockwork::new(plan, plan.zone.parse()?);
        Ok(Parser { formats, clockwork, host: plan.host.clone(), labels })
    }

    /// Reads one record: tries the plan's format, then the others, and at last
    /// keeps the text as an unparsed event (`format` = `unparsed`, `message` =
    /// the text). Resolves the time, fills the plan's host and labels.
    ///
    /// `text` is the record's text without its last line end; the caller makes
    /// it UTF-8 with [`String::from_utf8_lossy`]. A part of an overlong line is
    /// kept as text.
    pub fn read<'a>(&self, record: u64, part: u32, text: &'a str, event: &mut Event<'a>) {
        let understood = part == 0
            && self.formats.iter().any(|format| {
                event.reset();
                let seen = format.read(text, event) == Seen::Yes;
                event.format = format.name();
                seen
            });
        if !understood {
            event.reset();
            event.format = UNPARSED;
            event.put(fields::MESSAGE, text);
        }
        event.stamp = event.when.as_ref().and_then(|when| self.clockwork.stamp(record, when));
        if let Some(host) = &self.host
            && event.get(fields::HOST_NAME).is_none()
        {
            event.put(fields::HOST_NAME, host.clone());
        }
        for (key, value) in &self.labels {
            event.put(key.clone(), value.clone());
        }
    }
}
