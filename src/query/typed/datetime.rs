//! Dates and times as a query writes them, and the span that each notation covers.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use crate::error::visible;
use crate::record::{Timestamp, Zone};

use super::super::context::QueryContext;
use super::super::diagnostic::Diagnostic;
use super::date_math::parse_date_math;
use super::date_span::DateSpan;

/// The hint that lists the notations of a time.
pub const NOTATIONS: &str =
    "Write 2026-03-01, 2026-03-01T10:00, 2026-03-01T10:00:00+01:00, -2h, now-1d/d, or seconds since 1970.";

const SECOND: i64 = 1_000_000_000;

/// Reads a time as the query language and `--from`/`--to` write it: RFC 3339,
/// a month, a date, a date and time without zone, `now`, `-2h`, `now-1d/d`
/// (units `s m h d w M y`), seconds (with or without a fraction), milliseconds,
/// microseconds or nanoseconds since 1970. Of a span, such as a day, it returns the start.
///
/// # Errors
///
/// Fails if the text is none of these, or is outside of [`Timestamp`]'s range.
pub fn parse_time(text: &str, context: &QueryContext<'_>) -> Result<Timestamp, Diagnostic> {
    let span = parse_date_span(text.trim(), context);
    span.map(|span| span.from).ok_or_else(|| {
        Diagnostic::at(0..text.len(), format!("`{}` is not a time", visible(text))).hint(NOTATIONS)
    })
}

/// Reads a time in any notation.
pub fn parse_date_span(text: &str, context: &QueryContext<'_>) -> Option<DateSpan> {
    if text.len() > 80 {
        return None;
    }
    parse_date_math(text, context)
        .or_else(|| parse_epoch(text))
        .or_else(|| parse_absolute(text, context.zone))
}

/// Reads a number since 1970: the count of digits before the point decides its unit.
/// Eight digits are a date (`20260301`) and four a year, which occur in logs.
fn parse_epoch(text: &str) -> Option<DateSpan> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !is_digits(whole) || matches!(whole.len(), 4 | 8) && fraction.is_empty() {
        return None;
    }
    let unit = match whole.len() {
        ..=11 => SECOND,
        12..=14 => 1_000_000,
        15..=17 => 1_000,
        _ => 1,
    };
    let from = whole.parse::<i64>().ok()?.checked_mul(unit)?;
    if !text.contains('.') {
        return Some(DateSpan::from_nanos(from, unit));
    }
    let (nanos, step) = parse_fraction(fraction).filter(|_| unit == SECOND)?;
    Some(DateSpan::from_nanos(from.checked_add(nanos)?, step))
}

/// Reads the digits after a decimal point: nanoseconds, and the length of the
/// step they are written in. Digits after the ninth are dropped.
fn parse_fraction(fraction: &str) -> Option<(i64, i64)> {
    if !is_digits(fraction) {
        return None;
    }
    let kept = &fraction[..fraction.len().min(9)];
    let step = 10_i64.pow(9 - kept.len() as u32);
    Some((kept.parse::<i64>().ok()? * step, step))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads a year, a month, a date, or a date and a time, with or without a zone.
pub fn parse_absolute(text: &str, zone: Zone) -> Option<DateSpan> {
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let Some(time) = time else {
        let (date, zone) = match date.strip_suffix(['Z', 'z']) {
            Some(date) => (date, Zone::UTC),
            None => (date, zone),
        };
        let (first, next) = parse_days(date)?;
        let at =
            |date: NaiveDate| zone.resolve(date.and_time(NaiveTime::MIN)).map(|resolved| resolved.timestamp);
        return Some(DateSpan { from: at(first)?, to: at(next) });
    };
    let (clock, zone) = split_zone(time, zone)?;
    let (day, _) = parse_days(date).filter(|_| date.len() >= 8)?;
    let (seconds, nanos, step) = parse_clock(clock)?;
    let local = NaiveDateTime::new(day, NaiveTime::MIN) + chrono::TimeDelta::seconds(seconds);
    let from = zone.resolve(local)?.timestamp.nanos().checked_add(nanos)?;
    Some(DateSpan::from_nanos(from, step))
}

/// Reads `2026`, `2026-03`, `2026-03-01` or `20260301`; returns the first day
/// and the first day after.
fn parse_days(text: &str) -> Option<(NaiveDate, NaiveDate)> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next(), parts.next());
    let (year, month, day) = match (text.len(), month) {
        (8, None) if is_digits(year) => (&year[..4], Some(&year[4..6]), Some(&year[6..])),
        _ => (year, month, day),
    };
    let number = |text: &str, length: usize| -> Option<u32> {
        (text.len() == length && is_digits(text)).then(|| text.parse().ok()).flatten()
    };
    let year = i32::try_from(number(year, 4)?).ok()?;
    if parts.next().is_some() || year < 1677 {
        return None;
    }
    let Some(month) = month else {
        return Some((NaiveDate::from_ymd_opt(year, 1, 1)?, NaiveDate::from_ymd_opt(year + 1, 1, 1)?));
    };
    let month = number(month, 2)?;
    let Some(day) = day else {
        let first = NaiveDate::from_ymd_opt(year, month, 1)?;
        return Some((first, first.checked_add_months(chrono::Months::new(1))?));
    };
    let date = NaiveDate::from_ymd_opt(year, month, number(day, 2)?)?;
    Some((date, date.succ_opt()?))
}

/// Splits the zone off a time of day: `Z`, `+01:00`, `-0500`, `+02`.
fn split_zone(text: &str, default: Zone) -> Option<(&str, Zone)> {
    if let Some(clock) = text.strip_suffix(['Z', 'z']) {
        return Some((clock.trim_end(), Zone::UTC));
    }
    match text.find(['+', '-']) {
        Some(sign) => Some((text[..sign].trim_end(), text[sign..].parse().ok()?)),
        None => Some((text, default)),
    }
}

/// Reads `10`, `10:30`, `10:30:15`, `10:30:15.25`: seconds of the day (a leap
/// second counts as the next), nanoseconds, and the length of the step.
fn parse_clock(text: &str) -> Option<(i64, i64, i64)> {
    let (clock, fraction) = match text.find(['.', ',']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let mut numbers = Vec::with_capacity(3);
    for part in clock.split(':') {
        numbers.push((part.len() == 2 && is_digits(part)).then(|| part.parse::<i64>().ok()).flatten()?);
    }
    let (seconds, step) = match numbers[..] {
        [h] if h < 24 => (h * 3600, 3600),
        [h, m] if h < 24 && m < 60 => (h * 3600 + m * 60, 60),
        [h, m, s] if h < 24 && m < 60 && s <= 60 => (h * 3600 + m * 60 + s, 1),
        _ => return None,
    };
    match fraction {
        None => Some((seconds, 0, step * SECOND)),
        Some(fraction) if step == 1 => parse_fraction(fraction).map(|(nanos, step)| (seconds, nanos, step)),
        Some(_) => None,
    }
}
