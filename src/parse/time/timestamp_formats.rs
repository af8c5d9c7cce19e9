//! Parses timestamps as logs write them. Nothing is inferred here.
//!
//! Every reader takes a text that begins with a time and returns what it read with the
//! text after it. Digits out of range (`25:00:00`, month 13) are not a time; whether a
//! day exists in its month is decided when the time is resolved.

use crate::record::{CivilDateTime, ParsedTime, Precision, Timestamp};

pub use super::month_names::month_name;
pub use crate::record::zone_offset;

use super::month_names::foreign_month;

/// A time and the text after it.
pub type TimestampMatch<'a> = Option<(ParsedTime, &'a str)>;

/// Reads RFC 3339 and its relatives: `2026-03-01T10:00:00.123+01:00`.
///
/// Between the date's parts `-` or `/`; `T`, `t`, `_` or a space before the time; a
/// fraction after `.` or `,`; the seconds may be missing; the offset may be missing, be
/// `Z`, or follow after a space (` +0100`, ` UTC`, ` GMT`).
pub fn iso(text: &str) -> TimestampMatch<'_> {
    let bytes = text.as_bytes();
    let dash = *bytes.get(4)?;
    let glue = *bytes.get(10)?;
    if !matches!(dash, b'-' | b'/') || bytes[7] != dash || !matches!(glue, b'T' | b't' | b' ' | b'_') {
        return None;
    }
    let (month, day) = month_day(two(bytes, 5)?, two(bytes, 8)?)?;
    let year = four(bytes, 0)?;
    let (time, precision, mut at) = clock(bytes, 11)?;
    let mut offset = None;
    if let Some((east, behind)) = offset_at(bytes, at).or_else(|| zone_word(text, at)) {
        (offset, at) = (Some(east), behind);
    }
    let civil = CivilDateTime { year: Some(year), date: Some((month, day)), offset, ..time };
    Some((ParsedTime::Civil(civil, precision), &text[at..]))
}

/// Reads ` CEST` and other names of zones behind a time that is followed by more.
fn zone_word(text: &str, at: usize) -> Option<(i32, usize)> {
    let rest = text.get(at..)?.strip_prefix(' ')?;
    let end = rest.find(|c: char| !c.is_ascii_uppercase()).unwrap_or(rest.len());
    let next = rest[end..].chars().next();
    let ends = next.is_none_or(|c| matches!(c, ' ' | ']' | ',' | ':' | ')'));
    // A host may be called EST; a level of a log may not be the name of a zone.
    let is_followed = next != Some(' ') || rest[end..].trim_start().starts_with(['[', '(', '-', '|', '<']);
    let east = zone_offset(&rest[..end]).filter(|_| (3..=5).contains(&end) && ends && is_followed)?;
    Some((east, at + 1 + end))
}

/// Reads the Common Log Format's time: `10/Oct/2000:13:55:36 -0700`.
///
/// The brackets around it are not part of it; the offset may be missing.
pub fn clf(text: &str) -> TimestampMatch<'_> {
    let bytes = text.as_bytes();
    if bytes.len() < 20 || bytes[2] != b'/' || bytes[6] != b'/' || bytes[11] != b':' {
        return None;
    }
    let (month, day) = month_day(month_name(bytes, 3)?, two(bytes, 0)?)?;
    // Some programs pad the hour with a space.
    let hour_at = if bytes[12] == b' ' { 13 } else { 12 };
    let (time, precision, mut at) = clock(bytes, hour_at)?;
    let mut offset = None;
    if let Some((east, behind)) = offset_at(bytes, at) {
        (offset, at) = (Some(east), behind);
    }
    let civil = CivilDateTime { year: Some(four(bytes, 7)?), date: Some((month, day)), offset, ..time };
    Some((ParsedTime::Civil(civil, precision), &text[at..]))
}

/// Reads the time of RFC 3164 §4.1.2, `Oct 11 22:14:15`, also with a fraction, with a
/// year before or after the time, and with a `Z` directly after it.
pub fn bsd(text: &str) -> TimestampMatch<'_> {
    let bytes = text.as_bytes();
    let (month, day, at) = month_name_day(bytes, 0)?;
    let (mut year, mut at) = match four(bytes, at) {
        Some(year) if matches!(bytes.get(at + 4), Some(b' ' | b',')) => (Some(year), spaces(bytes, at + 5)),
        _ => (None, at),
    };
    let (time, precision, behind) = clock(bytes, at)?;
    at = behind;
    if year.is_none()
        && bytes.get(at) == Some(&b' ')
        && let Some(number) = four(bytes, at + 1).filter(|number| (1990..=2100).contains(number))
        && matches!(bytes.get(at + 5), None | Some(b' ' | b']' | b':'))
    {
        (year, at) = (Some(number), at + 5);
    }
    let mut offset = None;
    if bytes.get(at) == Some(&b'Z') && matches!(bytes.get(at + 1), None | Some(b' ')) {
        (offset, at) = (Some(0), at + 1);
    }
    Some((
        ParsedTime::Civil(CivilDateTime { year, date: Some((month, day)), offset, ..time }, precision),
        &text[at..],
    ))
}

/// Reads the time of C's `asctime`: `Sun Dec 04 04:47:44 2005`, also with a
/// fraction of the second, or a zone before the year (`UTC`, `GMT`).
pub fn asctime(text: &str) -> TimestampMatch<'_> {
    let bytes = text.as_bytes();
    let (month, day, at) = month_name_day(bytes, weekday(bytes, 0)?)?;
    let (time, precision, mut at) = clock(bytes, at)?;
    let mut offset = None;
    if let Some((east, behind)) = offset_at(bytes, at) {
        (offset, at) = (Some(east), behind);
    }
    let year = four(bytes, at + 1).filter(|_| bytes[at] == b' ' && !digit_at(bytes, at + 5))?;
    let civil = CivilDateTime { year: Some(year), date: Some((month, day)), offset, ..time };
    Some((ParsedTime::Civil(civil, precision), &text[at + 5..]))
}

/// Reads the time of RFC 5322 §3.3 and RFC 9110 §5.6.7:
/// `Sun, 06 Nov 1994 08:49:37 GMT`; the weekday and the zone may be missing.
pub fn rfc5322(text: &str) -> TimestampMatch<'_> {
    let bytes = text.as_bytes();
    let start = weekday(bytes, 0).unwrap_or(0);
    let (day, at) = match two(bytes, start) {
        Some(day) => (day, start + 2),
        None => (one(bytes, start)?, start + 1),
    };
    if !matches!(bytes.get(at), Some(b' ' | b'-')) || bytes.get(at + 4) != bytes.get(at) {
        return None;
    }
    let (month, day) = month_day(month_name(bytes, at + 1)?, day)?;
    let year = four(bytes, at + 5)?;
    if bytes.get(at + 9) != Some(&b' ') {
        return None;
    }
    let (time, precision, mut at) = clock(bytes, at + 10)?;
    let mut offset = None;
    if let Some((east, behind)) = offset_at(bytes, at) {
        (offset, at) = (Some(east), behind);
    }
    let civil = CivilDateTime { year: Some(year), date: Some((month, day)), offset, ..time };
    Some((ParsedTime::Civil(civil, precision), &text[at..]))
}

/// Reads a count since 1970-01-01T00:00:00Z: seconds, milli-, micro- or nanoseconds,
/// distinguished by magnitude as in [`epoch_number`]; seconds and milliseconds may have
/// a fraction.
pub fn epoch(text: &str) -> TimestampMatch<'_> {
    let bytes = text.as_bytes();
    let whole = digits_from(bytes, 0);
    if !(9..=19).contains(&whole) {
        return None;
    }
    let ParsedTime::Timestamp(instant, precision) = epoch_number(text[..whole].parse().ok()?)? else {
        return None;
    };
    let (nanos, digits, at) = match bytes.get(whole) {
        Some(b'.') if digit_at(bytes, whole + 1) => fraction(bytes, whole + 1),
        _ => return Some((ParsedTime::Timestamp(instant, precision), &text[whole..])),
    };
    let (step, shown) = match precision {
        Precision::Second => (1, digits),
        Precision::Milli => (1_000, digits + 3),
        _ => (1_000_000_000, 9),
    };
    let instant = instant.plus(i64::from(nanos) / step);
    Some((ParsedTime::Timestamp(instant, Precision::from_digits(shown)), &text[at..]))
}

/// Reads ISO 8601's basic form: `20260301T100000.5Z`, `20260301 10:00:00`.
pub fn compact(text: &str) -> TimestampMatch<'_> {
    let bytes = text.as_bytes();
    if digits_from(bytes, 0) != 8 || !matches!(bytes.get(8), Some(b'T' | b' ' | b'-' | b'_')) {
        return None;
    }
    let date = month_day(two(bytes, 4)?, two(bytes, 6)?)?;
    let year = four(bytes, 0).filter(|year| (1970..=2200).contains(year))?;
    let (time, precision, mut at) = match digits_from(bytes, 9) {
        6 => {
            let (hour, minute, second) = (two(bytes, 9)?, two(bytes, 11)?, two(bytes, 13)?);
            if hour > 23 || minute > 59 || second > 60 {
                return None;
            }
            let time = CivilDateTime { hour, minute, second, ..midnight() };
            match bytes.get(15) {
                Some(b'.' | b',') if digit_at(bytes, 16) => {
                    let (nanos, digits, at) = fraction(bytes, 16);
                    (CivilDateTime { nanos, ..time }, Precision::from_digits(digits), at)
                }
                _ => (time, Precision::Second, 15),
            }
        }
        _ => clock(bytes, 9)?,
    };
    let mut offset = None;
    if let Some((east, behind)) = offset_at(bytes, at) {
        (offset, at) = (Some(east), behind);
    }
    let civil = CivilDateTime { year: Some(year), date: Some(date), offset, ..time };
    Some((ParsedTime::Civil(civil, precision), &text[at..]))
}

/// Reads a TAI64N label without its `@` (cr.yp.to/libtai/tai64.html): 24 hexadecimal
/// digits, seconds from 2⁶² and nanoseconds. TAI was 10 seconds ahead of UTC when labels
/// begin, as multilog and its readers count.
pub fn tai64n(text: &str) -> TimestampMatch<'_> {
    let hex = text
        .get(..24)
        .filter(|hex| hex.starts_with("40000000") && hex.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let seconds = i64::from_str_radix(&hex[..16], 16).ok()? - (1 << 62) - 10;
    let nanos = i64::from_str_radix(&hex[16..], 16).ok().filter(|nanos| *nanos < 1_000_000_000)?;
    let instant = Timestamp::from_nanos(seconds.checked_mul(1_000_000_000)?.checked_add(nanos)?);
    Some((ParsedTime::Timestamp(instant, Precision::Nano), &text[24..]))
}

/// Interprets a number as a count since 1970-01-01T00:00:00Z: seconds below 10¹¹,
/// milliseconds below 10¹⁴, microseconds below 10¹⁷, nanoseconds above. Each range
/// begins in March 1973; a smaller number is not a time.
fn epoch_number(number: i64) -> Option<ParsedTime> {
    let (unit, precision) = match number {
        ..=99_999_999 => return None,
        100_000_000..=99_999_999_999 => (1_000_000_000, Precision::Second),
        100_000_000_000..=99_999_999_999_999 => (1_000_000, Precision::Milli),
        100_000_000_000_000..=99_999_999_999_999_999 => (1_000, Precision::Micro),
        100_000_000_000_000_000.. => (1, Precision::Nano),
    };
    Some(ParsedTime::Timestamp(Timestamp::from_nanos(number.checked_mul(unit)?), precision))
}

/// Reads a time at the start of a text in any of these notations.
pub fn any(text: &str) -> TimestampMatch<'_> {
    iso(text).or_else(|| clf(text)).or_else(|| bsd(text)).or_else(|| asctime(text)).or_else(|| epoch(text))
}

/// Returns whether a text begins with a time in any of these notations, or with the date of
/// a mail.
pub fn begins(text: &str) -> bool {
    any(text).is_some() || rfc5322(text).is_some()
}

/// Reads a text that is exactly one time, in any of these notations; also the date of a
/// mail, or a date alone (`2026-03-01`: midnight, precision a day).
pub fn whole(text: &str) -> Option<ParsedTime> {
    let text = text.trim_ascii();
    let readers: [for<'a> fn(&'a str) -> TimestampMatch<'a>; 3] = [any, rfc5322, day];
    readers.iter().find_map(|read| read(text).filter(|(_, rest)| rest.is_empty()).map(|(when, _)| when))
}

/// Reads a date alone: `2026-03-01`.
fn day(text: &str) -> TimestampMatch<'_> {
    let bytes = text.as_bytes();
    if bytes.len() < 10 || !matches!(bytes[4], b'-' | b'/') || bytes[7] != bytes[4] {
        return None;
    }
    let date = month_day(two(bytes, 5)?, two(bytes, 8)?)?;
    let civil = CivilDateTime { year: Some(four(bytes, 0)?), date: Some(date), ..midnight() };
    Some((ParsedTime::Civil(civil, Precision::Day), &text[10..]))
}

fn midnight() -> CivilDateTime {
    CivilDateTime { year: None, date: None, hour: 0, minute: 0, second: 0, nanos: 0, offset: None }
}

/// Reads `hh:mm[:ss[.fraction]]` at an offset (the hour may have one digit); returns
/// the offset after it.
fn clock(bytes: &[u8], at: usize) -> Option<(CivilDateTime, Precision, usize)> {
    let (hour, at) = match bytes.get(at + 1) {
        Some(b':') => (one(bytes, at)?, at.checked_sub(1)?),
        _ => (two(bytes, at)?, at),
    };
    let minute = two(bytes, at + 3)?;
    if hour > 23 || minute > 59 || bytes[at + 2] != b':' {
        return None;
    }
    let time = CivilDateTime { hour, minute, ..midnight() };
    if bytes.get(at + 5) != Some(&b':') {
        return (!digit_at(bytes, at + 5)).then_some((time, Precision::Minute, at + 5));
    }
    let second = two(bytes, at + 6).filter(|second| *second <= 60)?;
    if matches!(bytes.get(at + 8), Some(b'.' | b',')) && digit_at(bytes, at + 9) {
        let (nanos, digits, behind) = fraction(bytes, at + 9);
        return Some((CivilDateTime { second, nanos, ..time }, Precision::from_digits(digits), behind));
    }
    (!digit_at(bytes, at + 8)).then_some((CivilDateTime { second, ..time }, Precision::Second, at + 8))
}

/// Reads the digits of a fraction as nanoseconds (further digits are dropped), with
/// their number and the offset after them.
fn fraction(bytes: &[u8], at: usize) -> (u32, usize, usize) {
    let digits = digits_from(bytes, at);
    let mut nanos = 0;
    for place in 0..9 {
        let digit = if place < digits { bytes[at + place] - b'0' } else { 0 };
        nanos = nanos * 10 + u32::from(digit);
    }
    (nanos, digits, at + digits)
}

/// Reads an offset from UTC, in seconds east, and returns the offset in the text after
/// it: `Z`, `+02:00`, `-0700`, `+02`, and after one space also ` UTC`, ` GMT`, ` Z`.
pub fn offset_at(bytes: &[u8], at: usize) -> Option<(i32, usize)> {
    let start = if bytes.get(at) == Some(&b' ') { at + 1 } else { at };
    let ends = |place: usize| bytes.get(place).is_none_or(|byte| !byte.is_ascii_alphanumeric());
    let sign = match bytes.get(start)? {
        b'+' => 1,
        b'-' => -1,
        b'Z' | b'z' if ends(start + 1) => return Some((0, start + 1)),
        b'U' | b'G' => {
            let named = bytes[start..].starts_with(b"UTC") || bytes[start..].starts_with(b"GMT");
            return (named && ends(start + 3)).then_some((0, start + 3));
        }
        _ => return None,
    };
    let hours = two(bytes, start + 1)?;
    let minutes_at = if bytes.get(start + 3) == Some(&b':') { start + 4 } else { start + 3 };
    let (minutes, behind) = match two(bytes, minutes_at) {
        Some(minutes) => (minutes, minutes_at + 2),
        None if start == at => (0, start + 3),
        None => return None,
    };
    if hours > 15 || minutes > 59 || !ends(behind) {
        return None;
    }
    Some((sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60), behind))
}

/// Reads `Oct 11 ` or `Oct  1 ` or `Oct 1 ` with the spaces after it; the month also in
/// another language.
fn month_name_day(bytes: &[u8], at: usize) -> Option<(u8, u8, usize)> {
    let (month, behind) = match month_name(bytes, at).filter(|_| bytes.get(at + 3) == Some(&b' ')) {
        Some(month) => (month, at + 3),
        None => foreign_month(bytes, at)?,
    };
    let at = spaces(bytes, behind + 1);
    let (day, at) = match two(bytes, at) {
        Some(day) => (day, at + 2),
        None => (one(bytes, at)?, at + 1),
    };
    let (month, day) = month_day(month, day)?;
    (bytes.get(at) == Some(&b' ')).then(|| (month, day, spaces(bytes, at + 1)))
}

/// Returns the offset after spaces.
fn spaces(bytes: &[u8], at: usize) -> usize {
    at + bytes[at..].iter().take_while(|byte| **byte == b' ').count()
}

/// Returns the offset after `Sun ` or `Sun, `.
fn weekday(bytes: &[u8], at: usize) -> Option<usize> {
    let name = bytes.get(at..at + 3)?;
    let known = [b"mon", b"tue", b"wed", b"thu", b"fri", b"sat", b"sun"];
    if !known.iter().any(|day| name.eq_ignore_ascii_case(*day)) {
        return None;
    }
    let at = if bytes.get(at + 3) == Some(&b',') { at + 4 } else { at + 3 };
    (bytes.get(at) == Some(&b' ')).then_some(at + 1)
}

/// Removes `Fri ` or `Fri, ` at the front.
pub fn weekday_word(text: &str) -> &str {
    weekday(text.as_bytes(), 0).map_or(text, |at| &text[at..])
}

fn month_day(month: u8, day: u8) -> Option<(u8, u8)> {
    ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some((month, day))
}

fn digit_at(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_some_and(u8::is_ascii_digit)
}

fn digits_from(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count()
}

fn one(bytes: &[u8], at: usize) -> Option<u8> {
    bytes.get(at).filter(|byte| byte.is_ascii_digit()).map(|byte| byte - b'0')
}

fn two(bytes: &[u8], at: usize) -> Option<u8> {
    let pair = bytes.get(at..at + 2)?;
    (pair[0].is_ascii_digit() && pair[1].is_ascii_digit()).then(|| (pair[0] - b'0') * 10 + (pair[1] - b'0'))
}

fn four(bytes: &[u8], at: usize) -> Option<i32> {
    Some(i32::from(two(bytes, at)?) * 100 + i32::from(two(bytes, at + 2)?))
}

#[cfg(test)]
#[path = "timestamp_formats_tests.rs"]
mod tests;
