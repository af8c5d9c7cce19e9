//! Small formats for the tests of this folder.

use crate::record::{CivilDateTime, Event, ParsedTime, Precision, Timestamp, fields};

use super::detect;
use super::format::{Format, Framing, RecordText, narrowest_first};
use super::format_filter::FormatFilter;
use super::plan::{ParseOptions, Plan};
use super::time::timestamp_formats;

/// The table of test formats.
pub static TEST_FORMATS: &[&dyn Format] = &[&Access, &Long, &Syslog, &Clock, &Object];

/// The filter of the test formats.
pub fn test_filter() -> FormatFilter {
    FormatFilter::new(narrowest_first(TEST_FORMATS))
}

/// Plans for a sample, with the test formats.
pub fn plan(sample: &str, modified: Option<&str>, options: &ParseOptions) -> Plan {
    let found = detect::detect(sample.as_bytes(), true, &test_filter());
    Plan::from_detection(found, options, modified.map(at), at("2026-01-20T00:00:00Z"))
}

/// A moment from its RFC 3339 text.
pub fn at(text: &str) -> Timestamp {
    let time = chrono::DateTime::parse_from_rfc3339(text).expect("a test writes real times");
    Timestamp::from_nanos(time.timestamp_nanos_opt().expect("in range"))
}

/// Reads `10:00:00` and returns the text after it.
pub fn time_of_day(text: &str) -> Option<(ParsedTime, &str)> {
    let (clock, rest) = text.split_at_checked(8)?;
    let mut parts = clock.split(':').map(|part| part.parse().ok());
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    let civil = CivilDateTime { year: None, date: None, hour, minute, second, nanos: 0, offset: None };
    Some((ParsedTime::Civil(civil, Precision::Second), rest))
}

/// `203.0.113.7 [01/Mar/2026:10:00:00 +0000] /path`
struct Access;

/// The same with `LONG` after.
struct Long;

/// `Mar  1 10:00:00 text`
struct Syslog;

/// `10:00:00 text`
struct Clock;

/// `{"path":"…"}` and any other object.
struct Object;

impl Format for Access {
    fn name(&self) -> &'static str {
        "trial.access"
    }

    fn about(&self) -> &'static str {
        "an address, a time, a path"
    }

    fn samples(&self) -> &'static [&'static str] {
        &[]
    }

    fn specificity(&self) -> u8 {
        40
    }

    fn read_record<'a>(&self, record: &RecordText<'a>, event: &mut Event<'a>) -> bool {
        let text = record.text();
        event.put(fields::SOURCE_ADDRESS, "left over unless it is thrown away");
        let Some((address, rest)) = text.split_once(" [") else {
            return false;
        };
        let Some((when, rest)) = timestamp_formats::clf(rest) else {
            return false;
        };
        let Some(path) = rest.strip_prefix("] ").filter(|path| !path.contains('\n')) else {
            return false;
        };
        event.remove(fields::SOURCE_ADDRESS);
        event.put(fields::SOURCE_ADDRESS, address);
        event.put(fields::URL_PATH, path);
        event.parsed_time = Some(when);
        true
    }
}

impl Format for Long {
    fn name(&self) -> &'static str {
        "trial.long"
    }

    fn about(&self) -> &'static str {
        "as trial.access, with a word behind"
    }

    fn samples(&self) -> &'static [&'static str] {
        &[]
    }

    fn specificity(&self) -> u8 {
        50
    }

    fn read_record<'a>(&self, record: &RecordText<'a>, event: &mut Event<'a>) -> bool {
        let text = record.text();
        text.strip_suffix(" LONG").is_some_and(|text| Access.read(text, event))
    }
}

impl Format for Syslog {
    fn name(&self) -> &'static str {
        "trial.syslog"
    }

    fn about(&self) -> &'static str {
        "a time without a year, a text"
    }

    fn samples(&self) -> &'static [&'static str] {
        &[]
    }

    fn specificity(&self) -> u8 {
        30
    }

    fn read_record<'a>(&self, record: &RecordText<'a>, event: &mut Event<'a>) -> bool {
        let text = record.text();
        let Some((when, rest)) = timestamp_formats::bsd(text) else {
            return false;
        };
        event.parsed_time = Some(when);
        event.put(fields::MESSAGE, rest.trim_start());
        true
    }
}

impl Format for Clock {
    fn name(&self) -> &'static str {
        "trial.clock"
    }

    fn about(&self) -> &'static str {
        "a time of day, a text"
    }

    fn samples(&self) -> &'static [&'static str] {
        &[]
    }

    fn specificity(&self) -> u8 {
        10
    }

    fn read_record<'a>(&self, record: &RecordText<'a>, event: &mut Event<'a>) -> bool {
        let text = record.text();
        let Some((when, rest)) = time_of_day(text) else {
            return false;
        };
        event.parsed_time = Some(when);
        event.put(fields::MESSAGE, rest.trim_start());
        true
    }
}

impl Format for Object {
    fn name(&self) -> &'static str {
        "trial.object"
    }

    fn about(&self) -> &'static str {
        "a JSON object"
    }

    fn samples(&self) -> &'static [&'static str] {
        &[]
    }

    fn specificity(&self) -> u8 {
        5
    }

    fn framing(&self) -> Framing {
        Framing::Json
    }

    fn read_record<'a>(&self, record: &RecordText<'a>, event: &mut Event<'a>) -> bool {
        let text = record.text();
        let Ok(serde_json::Value::Object(object)) = serde_json::from_str(text) else {
            return false;
        };
        let time = object.get("time").and_then(serde_json::Value::as_str);
        event.parsed_time = time.and_then(timestamp_formats::whole);
        event.put(fields::MESSAGE, object.keys().cloned().collect::<Vec<_>>().join(" "));
        true
    }
}
