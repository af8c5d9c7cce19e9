//! Moments as a query writes them, and how long each notation lasts.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use crate::error::visible;
use crate::record::{Timestamp, Zone};

use super::relative::relative;
use super::{Diagnostic, QueryContext};

/// What may be written for a time, as a hint.
pub const NOTATIONS: &str =
    "Write 2026-03-01, 2026-03-01T10:00, 2026-03-01T10:00:00+01:00, -2h, now-1d/d, or seconds since 1970.";

const SECOND: i64 = 1_000_000_000;

/// A moment with the end of the stretch that its text names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// The moment.
    pub from: Timestamp,
    /// The first moment behind the day, minute, second … that is named; none
    /// where the text names one moment only, such as `now`.
    pub to: Option<Timestamp>,
}

/// Reads a moment as the query language and `--from`/`--to` write it: RFC 3339,
/// a month, a date, a date and time without zone, `now`, `-2h`, `now-1d/d`
/// (units `s m h d w M y`), seconds (with or without a fraction), milliseconds,
/// microseconds or nanoseconds since 1970. What lasts, such as a day, begins then.
///
/// # Errors
///
/// The text is none of these, or is outside of [`Timestamp`]'s range.
pub fn moment(text: &str, context: &QueryContext<'_>) -> Result<Timestamp, Diagnostic> {
    let stretch = read(text.trim(), context);
    stretch.map(|stretch| stretch.from).ok_or_else(|| {
        Diagnostic::at(0..text.len(), format!("`{}` is not a time", visible(text))).hint(NOTATIONS)
    })
}

/// Reads a moment in any notation.
pub fn read(text: &str, context: &QueryContext<'_>) -> Option<Stretch> {
    if text.len() > 80 {
        return None;
    }
    relative(text, context).or_else(|| epoch(text)).or_else(|| absolute(text, context.zone))
}

/// Reads a number since 1970: its digits before the point tell its unit. Eight
/// digits are a date (`20260301`) and four a year, which logs do have.
fn epoch(text: &str) -> Option<Stretch> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !digits(whole) || matches!(whole.len(), 4 | 8) && fraction.is_empty() {
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
        return Some(lasting(from, unit));
    }
    let (nanos, step) = nanos(fraction).filter(|_| unit == SECOND)?;
    Some(lasting(from.checked_add(nanos)?, step))
}

fn lasting(from: i64, step: i64) -> Stretch {
    let from = Timestamp::from_nanos(from);
    Stretch { from, to: Some(from.plus(step)) }
}

/// Reads the digits behind a decimal point: nanoseconds, and the length of the
/// step they are written in. Digits beyond the ninth are cut off.
fn nanos(fraction: &str) -> Option<(i64, i64)> {
    if !digits(fraction) {
        return None;
    }
    let kept = &fraction[..fraction.len().min(9)];
    let step = 10_i64.pow(9 - kept.len() as u32);
    Some((kept.parse::<i64>().ok()? * step, step))
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads a year, a month, a date, or a date and a time, with or without a zone.
pub fn absolute(text: &str, zone: Zone) -> Option<Stretch> {
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let Some(time) = time else {
        let (date, zone) = match date.strip_suffix(['Z', 'z']) {
            Some(date) => (date, Zone::UTC),
            None => (date, zone),
        };
        let (first, next) = days(date)?;
        let at = |date: NaiveDate| zone.place(date.and_time(NaiveTime::MIN)).map(|placed| placed.instant);
        return Some(Stretch { from: at(first)?, to: at(next) });
    };
    let (clock, zone) = zoned(time, zone)?;
    let (day, _) = days(date).filter(|_| date.len() >= 8)?;
    let (seconds, nanos, step) = clock_time(clock)?;
    let local = NaiveDateTime::new(day, NaiveTime::MIN) + chrono::TimeDelta::seconds(seconds);
    let from = zone.place(local)?.instant.nanos().checked_add(nanos)?;
    Some(lasting(from, step))
}

/// Reads `2026`, `2026-03`, `2026-03-01` or `20260301`; gives the first day and
/// the first day behind.
fn days(text: &str) -> Option<(NaiveDate, NaiveDate)> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next(), parts.next());
    let (year, month, day) = match (text.len(), month) {
        (8, None) if digits(year) => (&year[..4], Some(&year[4..6]), Some(&year[6..])),
        _ => (year, month, day),
    };
    let number = |text: &str, length: usize| -> Option<u32> {
        (text.len() == length && digits(text)).then(|| text.parse().ok()).flatten()
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
fn zoned(text: &str, otherwise: Zone) -> Option<(&str, Zone)> {
    if let Some(clock) = text.strip_suffix(['Z', 'z']) {
        return Some((clock.trim_end(), Zone::UTC));
    }
    match text.find(['+', '-']) {
        Some(sign) => Some((text[..sign].trim_end(), text[sign..].parse().ok()?)),
        None => Some((text, otherwise)),
    }
}

/// Reads `10`, `10:30`, `10:30:15`, `10:30:15.25`: seconds of the day (a leap
/// second counts as the next), nanoseconds, and the length of the step.
fn clock_time(text: &str) -> Option<(i64, i64, i64)> {
    let (clock, fraction) = match text.find(['.', ',']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let mut numbers = Vec::with_capacity(3);
    for part in clock.split(':') {
        numbers.push((part.len() == 2 && digits(part)).then(|| part.parse::<i64>().ok()).flatten()?);
    }
    let (seconds, step) = match numbers[..] {
        [h] if h < 24 => (h * 3600, 3600),
        [h, m] if h < 24 && m < 60 => (h * 3600 + m * 60, 60),
        [h, m, s] if h < 24 && m < 60 && s <= 60 => (h * 3600 + m * 60 + s, 1),
        _ => return None,
    };
    match fraction {
        None => Some((seconds, 0, step * SECOND)),
        Some(fraction) if step == 1 => nanos(fraction).map(|(nanos, step)| (seconds, nanos, step)),
        Some(_) => None,
    }
}
