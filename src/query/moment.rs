//! Moments and days as a query writes them.

use chrono::{Datelike, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use crate::error::visible;
use crate::record::{Instant, Zone};

use super::{Context, Diagnostic};

/// Reads a moment as the query language and `--from`/`--to` write it: RFC 3339,
/// a date, a date and time without zone, `now`, `-2h`, `now-1d/d`, seconds,
/// milliseconds, microseconds or nanoseconds since 1970.
pub fn moment(text: &str, context: &Context<'_>) -> Result<Instant, Diagnostic> {
    read(text.trim(), context).map(|(from, _)| from).ok_or_else(|| {
        Diagnostic::at(0..text.len(), format!("`{}` is not a time", visible(text)))
            .hint("Write 2026-03-01, 2026-03-01T10:00, 2026-03-01T10:00:00+01:00, -2h, now-1d/d, or seconds since 1970.")
    })
}

/// Reads a moment, and where the stretch ends that its text names: a day for a
/// date, a minute for a time without seconds.
pub fn read(text: &str, context: &Context<'_>) -> Option<(Instant, Instant)> {
    relative(text, context).or_else(|| epoch(text)).or_else(|| absolute(text, context))
}

fn epoch(text: &str) -> Option<(Instant, Instant)> {
    let number: i64 = text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))?;
    let scale: i64 = match text.len() {
        9 | 10 => 1_000_000_000,
        12 | 13 => 1_000_000,
        15 | 16 => 1000,
        18 | 19 => 1,
        _ => return None,
    };
    let from = Instant::from_nanos(number.checked_mul(scale)?);
    Some((from, from.plus(scale)))
}

fn absolute(text: &str, context: &Context<'_>) -> Option<(Instant, Instant)> {
    let (stamp, zone) = split_zone(text, context.zone)?;
    let (date, time) = stamp.split_once(['T', 't', ' ']).unwrap_or((stamp, ""));
    let date = NaiveDate::parse_from_str(date, "%Y-%m-%d").ok().filter(|_| date.len() == 10)?;
    let at = |date: NaiveDate, time: NaiveTime| {
        zone.place(NaiveDateTime::new(date, time)).map(|placed| placed.instant)
    };
    if time.is_empty() {
        return Some((at(date, NaiveTime::MIN)?, at(date.succ_opt()?, NaiveTime::MIN)?));
    }
    let forms = [("%H:%M:%S%.f", 1), ("%H:%M", 60), ("%H", 3600)];
    let parsed =
        forms.into_iter().find_map(|(form, step)| Some((NaiveTime::parse_from_str(time, form).ok()?, step)));
    let hour = || {
        time.parse::<u32>().ok().and_then(|hour| NaiveTime::from_hms_opt(hour, 0, 0)).map(|time| (time, 3600))
    };
    let (clock, step) = parsed.or_else(hour)?;
    let from = at(date, clock)?;
    let digits = time.split_once('.').map_or(0, |(_, fraction)| fraction.len().min(9) as u32);
    let step = if digits > 0 { 10i64.pow(9 - digits) } else { step * 1_000_000_000 };
    Some((from, from.plus(step)))
}

/// Splits a zone off the end of a time.
fn split_zone(text: &str, otherwise: Zone) -> Option<(&str, Zone)> {
    if let Some(front) = text.strip_suffix(['Z', 'z']) {
        return Some((front, Zone::UTC));
    }
    let Some(time) = text.find(['T', 't', ' ', ':']) else { return Some((text, otherwise)) };
    match text[time..].rfind(['+', '-']) {
        Some(sign) => Some((text[..time + sign].trim_end(), text[time + sign..].parse().ok()?)),
        None => Some((text, otherwise)),
    }
}

/// Reads `now`, `-2h`, `+30m`, `now-1d/d`.
fn relative(text: &str, context: &Context<'_>) -> Option<(Instant, Instant)> {
    let mut rest = match text.strip_prefix("now") {
        Some(rest) => rest,
        None if text.starts_with(['-', '+']) => text,
        None => return None,
    };
    let mut local = context.zone.local(context.now);
    while let Some(sign) = rest.chars().next().filter(|c| matches!(c, '+' | '-')) {
        let digits = rest[1..].bytes().take_while(u8::is_ascii_digit).count();
        let count: u32 = rest[1..=digits].parse().ok()?;
        let unit = rest[1 + digits..].chars().next()?;
        local = moved(local, sign == '-', count, unit)?;
        rest = &rest[1 + digits + unit.len_utf8()..];
    }
    if let Some(unit) = rest.strip_prefix('/') {
        local = rounded(local, unit)?;
        rest = "";
    }
    if !rest.is_empty() {
        return None;
    }
    let from = context.zone.place(local)?.instant;
    Some((from, from.plus(1)))
}

fn moved(at: NaiveDateTime, back: bool, count: u32, unit: char) -> Option<NaiveDateTime> {
    if let 'M' | 'y' = unit {
        let months = Months::new(count.checked_mul(if unit == 'y' { 12 } else { 1 })?);
        return if back { at.checked_sub_months(months) } else { at.checked_add_months(months) };
    }
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return None,
    };
    let step = TimeDelta::try_seconds(i64::from(count) * seconds)?;
    if back { at.checked_sub_signed(step) } else { at.checked_add_signed(step) }
}

fn rounded(at: NaiveDateTime, unit: &str) -> Option<NaiveDateTime> {
    let date = at.date();
    let midnight = |date: NaiveDate| date.and_time(NaiveTime::MIN);
    use chrono::Timelike;
    match unit {
        "s" => at.with_nanosecond(0),
        "m" => date.and_hms_opt(at.hour(), at.minute(), 0),
        "h" => date.and_hms_opt(at.hour(), 0, 0),
        "d" => Some(midnight(date)),
        "w" => Some(midnight(date - TimeDelta::days(i64::from(date.weekday().num_days_from_monday())))),
        "M" => date.with_day(1).map(midnight),
        "y" => NaiveDate::from_ymd_opt(date.year(), 1, 1).map(midnight),
        _ => None,
    }
}
