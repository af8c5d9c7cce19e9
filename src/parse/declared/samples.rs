//! Tries a declared format on the samples of its own file.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::declared_format::DeclaredFormat;
use super::values::Datum;
use crate::parse::format::{Format, LineKind, RecordText};
use crate::parse::time::timestamp_formats;
use crate::record::{Event, ParsedTime};

/// What is wrong with a sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleFault {
    /// Which sample, from 1.
    pub sample: usize,
    /// What is wrong.
    pub message: String,
}

/// Reads every sample, and returns what is not as the file says.
pub fn check_samples(format: &DeclaredFormat) -> Vec<SampleFault> {
    let samples = &format.definition().sample;
    let mut faults = Vec::new();
    if samples.iter().filter(|sample| !sample.reject).count() < 2 {
        faults.push(SampleFault { sample: 0, message: "a format needs at least two samples".to_owned() });
    }
    for (place, sample) in samples.iter().enumerate() {
        let mut fault = |message: String| faults.push(SampleFault { sample: place + 1, message });
        let text = sample.line.trim_end_matches(['\n', '\r']);
        let mut event = Event::default();
        let program = sample.program.as_deref().or(format.programs().first().copied());
        let record = match program.filter(|_| format.is_for_programs() || sample.program.is_some()) {
            Some(program) => RecordText::behind(text, program),
            None => RecordText::new(text),
        };
        let (header, body) = format.split_header(text);
        let record =
            if header.is_empty() { record } else { RecordText::with_header(body, Some(header.into())) };
        let is_read = format.read_record(&record, &mut event);
        match (is_read, sample.reject) {
            (true, true) => fault("was read, but must be refused".to_owned()),
            (false, false) => fault(refusal(format, text)),
            (true, false) => {
                let found = found(&event);
                for (name, wanted) in &sample.fields {
                    let own = found.get(name.as_str()).map(Vec::as_slice).unwrap_or_default();
                    let wanted = texts(wanted);
                    if name == "@timestamp" && wanted.first().is_some_and(|text| is_time(&event, text)) {
                        continue;
                    }
                    if own != wanted.as_slice() && !are_same_times(own, &wanted) {
                        fault(format!("{name} is {own:?}, not {wanted:?}"));
                    }
                }
            }
            (false, true) => {}
        }
    }
    faults
}

impl DeclaredFormat {
    /// Splits the lines at the start of a sample that name its columns from the record.
    fn split_header<'t>(&self, text: &'t str) -> (&'t str, &'t str) {
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let kind = self.line_kind(line.trim_end_matches(['\n', '\r']), at == 0);
            if !matches!(kind, LineKind::Header | LineKind::Directive | LineKind::Skip)
                || at + line.len() == text.len()
            {
                break;
            }
            at += line.len();
        }
        text.split_at(at)
    }
}

/// Returns whether two lists are the same times in other notations.
fn are_same_times(own: &[String], wanted: &[String]) -> bool {
    let instant = |text: &String| text.contains('T').then(|| Datum::text(text.as_str()).instant()).flatten();
    let times = |texts: &[String]| texts.iter().map(instant).collect::<Option<Vec<i64>>>();
    times(own).is_some_and(|own| times(wanted).is_some_and(|wanted| own == wanted))
}

/// Returns whether an event's time is the one that a sample states, in its own notation or
/// in another; without an offset both are read as UTC.
fn is_time(event: &Event<'_>, wanted: &str) -> bool {
    let instant = |when| Datum::Time(when, Cow::Borrowed("")).instant();
    event.time_text.as_deref() == Some(wanted)
        || timestamp_formats::whole(wanted)
            .and_then(instant)
            .is_some_and(|wanted| event.parsed_time.and_then(instant) == Some(wanted))
}

/// Says where a pattern stopped.
fn refusal(format: &DeclaredFormat, text: &str) -> String {
    match format.furthest(text) {
        Some((pattern, miss)) => {
            let at = text.floor_char_boundary(miss.at.min(text.len()));
            let (before, behind) = text.split_at(at);
            format!("was not read: `{pattern}` matches as far as `{before}` and stops at `{behind}`")
        }
        None => "was not read: what `require` or `if` asks for is not there".to_owned(),
    }
}

/// Returns the values of each field, and the time as it was read.
fn found(event: &Event<'_>) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (key, value) in event.fields() {
        found.entry(key.name().to_owned()).or_default().push(value.text().into_owned());
    }
    if let Some(when) = event.parsed_time {
        let text = event.time_text.as_deref().unwrap_or_default().to_owned();
        let shown = match when {
            ParsedTime::Timestamp(instant, _) => instant.to_string(),
            ParsedTime::Civil(..) => text,
        };
        found.insert("@timestamp".to_owned(), vec![shown]);
    }
    found
}

fn texts(wanted: &toml::Value) -> Vec<String> {
    match wanted {
        toml::Value::String(text) => vec![text.clone()],
        toml::Value::Array(list) => list.iter().flat_map(texts).collect(),
        other => vec![other.to_string()],
    }
}
