//! Texts inside other records: the sentence of a program behind a syslog head, a line in
//! a container's log, a message in JSON.

use std::borrow::Cow;
use std::collections::HashMap;

use chrono::{NaiveDate, TimeDelta};

use crate::record::{Event, FieldId, Key, ParsedTime, Precision, Value, fields};

use super::format::{Format, RecordText, narrowest_first};
use super::format_filter::FormatFilter;
use super::formats::read_program_message;

/// How many records may be inside each other.
const DEEPEST: usize = 3;

/// How far two times of one event may be apart, in nanoseconds: a program writes its line
/// before the wrapper does.
const NEAR: u64 = 2_000_000_000;

/// How specific a format must be that reads the message of a program which it does not
/// name: a looser one would find itself in any sentence.
const LEAST_SPECIFIC: u8 = 55;

/// The formats that read texts inside other records.
pub struct InnerFormats {
    /// By the exact name of a program.
    programs: HashMap<&'static str, Vec<&'static dyn Format>>,
    /// Those that name programs by a pattern.
    patterns: Vec<&'static dyn Format>,
    /// Those that read the messages of any program.
    any: FormatFilter,
}

impl InnerFormats {
    /// Sorts formats by what they read.
    pub fn new(formats: &[&'static dyn Format]) -> InnerFormats {
        let (mut programs, mut patterns, mut any) = (HashMap::<_, Vec<_>>::new(), Vec::new(), Vec::new());
        for format in narrowest_first(formats) {
            if format.is_inner() && format.specificity() >= LEAST_SPECIFIC {
                any.push(format);
            }
            for program in format.programs() {
                programs.entry(*program).or_default().push(format);
            }
            if format.has_program_patterns() {
                patterns.push(format);
            }
        }
        InnerFormats { programs, patterns, any: FormatFilter::new(any) }
    }

    /// Reads the message of an event as a record of its own, if it is one, and merges
    /// the two: what the inner record states goes before what its wrapper states. Returns
    /// whether it is one.
    pub fn read(&self, event: &mut Event<'_>) -> bool {
        for depth in 0..DEEPEST {
            let Some(format) = self.read_once(event) else { return depth > 0 };
            event.format = format.name();
            if !format.wraps() {
                return true;
            }
        }
        true
    }

    fn read_once<'a>(&self, event: &mut Event<'a>) -> Option<&'static dyn Format> {
        let Some(Value::Text(message)) = event.get(fields::MESSAGE).cloned() else { return None };
        let program = event.text(fields::PROCESS_NAME).unwrap_or_default();
        let known = event.get(fields::EVENT_ACTION).is_some() || event.get(fields::HTTP_METHOD).is_some();
        let program = program.to_owned();
        if !known && !program.is_empty() {
            put_sentence(&program, &message, event);
        }
        let candidates = self.candidates(&program, known);
        let (format, inner) = read_first(&candidates, message, &program)?;
        merge(event, inner);
        Some(format)
    }

    fn candidates(&self, program: &str, known: bool) -> Candidates<'_> {
        let name = program.rsplit('/').next().unwrap_or(program);
        let mut named: Vec<&'static dyn Format> = Vec::new();
        if !program.is_empty() {
            named.extend(self.programs.get(program).into_iter().flatten());
            if name != program {
                named.extend(self.programs.get(name).into_iter().flatten());
            }
            named.extend(self.patterns.iter().filter(|format| format.reads_program(program)));
        }
        // What the wrapper has understood already is not looked for elsewhere.
        Candidates { named, any: (!known).then_some(&self.any) }
    }
}

/// The formats that a message is offered to.
struct Candidates<'f> {
    /// Those of its program.
    named: Vec<&'static dyn Format>,
    any: Option<&'f FormatFilter>,
}

/// Returns the first format that reads a message, and the event. The first `named` of the
/// formats read the messages of this program.
fn read_first<'a>(
    candidates: &Candidates<'_>,
    message: Cow<'a, str>,
    program: &str,
) -> Option<(&'static dyn Format, Event<'a>)> {
    match message {
        Cow::Borrowed(text) => {
            let (format, event) =
                read_named(candidates, text, program).or_else(|| read_any(candidates, text))?;
            Some((format, event))
        }
        Cow::Owned(text) => {
            let (format, event) =
                read_named(candidates, &text, program).or_else(|| Some(own(read_any(candidates, &text)?)))?;
            Some((format, event))
        }
    }
}

fn own<'b>((format, event): (&'static dyn Format, Event<'_>)) -> (&'static dyn Format, Event<'b>) {
    (format, event.into_owned())
}

/// Offers a message to the formats of its program; what they read is copied, since the
/// program's name does not live as long as the message.
fn read_named<'b>(
    candidates: &Candidates<'_>,
    text: &str,
    program: &str,
) -> Option<(&'static dyn Format, Event<'b>)> {
    if candidates.named.is_empty() {
        return None;
    }
    read_text(candidates.named.iter().copied(), &RecordText::behind(text.trim_end(), program)).map(own)
}

fn read_any<'t>(candidates: &Candidates<'_>, text: &'t str) -> Option<(&'static dyn Format, Event<'t>)> {
    let text = text.trim_end();
    read_text(candidates.any?.candidates(text), &RecordText::new(text))
}

fn read_text<'t>(
    formats: impl IntoIterator<Item = &'static dyn Format>,
    record: &RecordText<'t>,
) -> Option<(&'static dyn Format, Event<'t>)> {
    let mut event = Event::default();
    let format = formats.into_iter().find(|format| {
        event.reset();
        format.read_record(record, &mut event)
    })?;
    Some((format, event))
}

/// Reads the sentence of a program that is read by code, such as sshd.
fn put_sentence(program: &str, message: &str, event: &mut Event<'_>) {
    let mut inner = Event::default();
    read_program_message(program, message, &mut inner);
    if inner.get(fields::EVENT_ACTION).is_some() {
        merge(event, inner.into_owned());
    }
}

/// Puts an inner event in front of its wrapper's fields.
fn merge<'a>(event: &mut Event<'a>, inner: Event<'a>) {
    let cores: Vec<FieldId> = inner
        .fields()
        .iter()
        .filter_map(|(key, _)| match key {
            Key::Core(id) => Some(*id),
            Key::Custom(_) => None,
        })
        .collect();
    cores.iter().for_each(|id| event.remove(*id));
    let is_better = inner.parsed_time.is_some_and(is_whole)
        && (states_offset(inner.parsed_time) || !states_offset(event.parsed_time))
        && !is_finer(event.parsed_time, inner.parsed_time);
    if is_better || event.parsed_time.is_none() {
        event.parsed_time = inner.parsed_time;
        event.time_text = inner.time_text.clone();
    }
    for (key, value) in inner.into_fields() {
        event.put(key, value);
    }
}

/// Returns whether a time states its year.
fn is_whole(when: ParsedTime) -> bool {
    match when {
        ParsedTime::Timestamp(..) => true,
        ParsedTime::Civil(civil, _) => civil.year.is_some() && civil.date.is_some(),
    }
}

/// Returns whether a wrapper's time is the same as that of what is inside, and finer.
fn is_finer(outer: Option<ParsedTime>, inner: Option<ParsedTime>) -> bool {
    let (Some(outer), Some(inner)) = (outer, inner) else { return false };
    let near = instant(outer).zip(instant(inner)).is_some_and(|(outer, inner)| outer.abs_diff(inner) < NEAR);
    near && precision(outer) > precision(inner)
}

fn precision(when: ParsedTime) -> Precision {
    match when {
        ParsedTime::Timestamp(_, precision) | ParsedTime::Civil(_, precision) => precision,
    }
}

/// Returns the nanoseconds since the epoch of a time that is stated in full.
fn instant(when: ParsedTime) -> Option<i64> {
    match when {
        ParsedTime::Timestamp(instant, _) => Some(instant.nanos()),
        ParsedTime::Civil(civil, _) => {
            let (month, day) = civil.date?;
            let date = NaiveDate::from_ymd_opt(civil.year?, month.into(), day.into())?;
            let (hour, minute, second) =
                (civil.hour.into(), civil.minute.into(), civil.second.min(59).into());
            let local = date.and_hms_nano_opt(hour, minute, second, civil.nanos)?;
            (local - TimeDelta::seconds(civil.offset?.into())).and_utc().timestamp_nanos_opt()
        }
    }
}

fn states_offset(when: Option<ParsedTime>) -> bool {
    match when {
        Some(ParsedTime::Timestamp(..)) => true,
        Some(ParsedTime::Civil(civil, _)) => civil.offset.is_some(),
        None => false,
    }
}
