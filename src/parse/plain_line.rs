//! What is beyond doubt in a line that no format reads: its time and its level.

use crate::record::{Event, ParsedTime, fields};

use super::time::timestamp_formats;

/// How far into a line a time is looked for, in bytes.
const FIRST_BYTES: usize = 160;

/// Sets the time and the level of a line, where it states them plainly.
pub fn read_any_line<'a>(text: &'a str, event: &mut Event<'a>) {
    let line = text.lines().next().unwrap_or_default();
    let head = &line[..line.floor_char_boundary(FIRST_BYTES)];
    if let Some((when, written)) = first_time(head) {
        (event.parsed_time, event.time_text) = (Some(when), Some(written.into()));
    }
    if let Some(level) = level(head) {
        event.put(fields::LOG_LEVEL, level);
    }
}

/// Finds the first time that begins at the start of a word, and states a date.
fn first_time(head: &str) -> Option<(ParsedTime, &str)> {
    let begins = |at: usize| {
        at == 0
            || matches!(
                head.as_bytes()[at - 1],
                b' ' | b'\t' | b'[' | b'(' | b'"' | b'|' | b',' | b'=' | b'<' | b';'
            )
    };
    for (at, c) in head.char_indices().filter(|(at, _)| begins(*at)) {
        let rest = &head[at..];
        if !c.is_ascii_alphanumeric() {
            continue;
        }
        let found = timestamp_formats::tai64n(rest)
            .or_else(|| timestamp_formats::iso(rest))
            .or_else(|| timestamp_formats::clf(rest))
            .or_else(|| timestamp_formats::bsd(rest))
            .or_else(|| timestamp_formats::asctime(rest))
            .or_else(|| timestamp_formats::rfc5322(rest))
            .or_else(|| timestamp_formats::compact(rest))
            .or_else(|| if at <= 1 { timestamp_formats::epoch(rest) } else { None });
        if let Some((when, behind)) = found
            && !behind.starts_with(|c: char| c.is_ascii_alphanumeric())
        {
            return Some((when, &rest[..rest.len() - behind.len()]));
        }
    }
    timestamp_formats::tai64n(head.strip_prefix('@')?)
        .map(|(when, behind)| (when, &head[..head.len() - behind.len()]))
}

/// The words for levels, as most programs write them.
const LEVELS: [(&str, &str); 20] = [
    ("TRACE", "trace"),
    ("DEBUG", "debug"),
    ("INFO", "info"),
    ("INFORMATION", "info"),
    ("NOTICE", "notice"),
    ("WARN", "warning"),
    ("WARNING", "warning"),
    ("ERR", "error"),
    ("ERROR", "error"),
    ("CRIT", "critical"),
    ("CRITICAL", "critical"),
    ("SEVERE", "error"),
    ("FATAL", "fatal"),
    ("ALERT", "alert"),
    ("EMERG", "emergency"),
    ("PANIC", "emergency"),
    ("info", "info"),
    ("warn", "warning"),
    ("error", "error"),
    ("debug", "debug"),
];

/// Finds a word for a level: in capitals anywhere at the front, in small letters only in
/// brackets.
fn level(head: &str) -> Option<&'static str> {
    let is_edge = |c: char| !c.is_alphanumeric() && c != '_' && c != '-';
    let mut at = 0;
    for word in head.split(is_edge).take(12) {
        let in_brackets = at > 0 && matches!(head.as_bytes()[at - 1], b'[' | b'<' | b'(');
        let known = LEVELS.iter().find(|(own, _)| *own == word);
        if let Some((own, level)) = known
            && (own.starts_with(|c: char| c.is_ascii_uppercase()) || in_brackets)
        {
            return Some(level);
        }
        at += word.len();
        at += head[at..].chars().next().map_or(0, char::len_utf8);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_levels_are_found_where_they_are_plain() {
        let rows = [
            (
                "2025-01-14 10:15:30.123 INFO 12345 --- [main] started",
                Some("2025-01-14 10:15:30.123"),
                Some("info"),
            ),
            ("[01/Mar/2026:10:00:00 +0000] something", Some("01/Mar/2026:10:00:00 +0000"), None),
            ("worker(3): [error] Mar  1 10:00:00 lost", Some("Mar  1 10:00:00"), Some("error")),
            ("20260301T100000Z compact", Some("20260301T100000Z"), None),
            ("@400000005f8f0e5a0d5a1b2c qmail: status", Some("@400000005f8f0e5a0d5a1b2c"), None),
            ("1772359200.5 pid 7", Some("1772359200.5"), None),
            ("order 1772359200 of pid 7 error", None, None),
            ("no time here", None, None),
        ];
        for (line, time, wanted) in rows {
            let mut event = Event::default();
            read_any_line(line, &mut event);
            assert_eq!(event.time_text.as_deref(), time, "{line}");
            assert_eq!(event.text(fields::LOG_LEVEL), wanted, "{line}");
        }
    }
}
