//! Date math: times relative to now, such as `now`, `-2h`, `now-1d/d` (the
//! notation of Elasticsearch).

use chrono::{Datelike, Months, NaiveDateTime, NaiveTime, TimeDelta, Timelike};

use crate::record::{Timestamp, Zone};

use super::super::context::QueryContext;
use super::date_span::DateSpan;

/// Reads `now` and steps from it (`-2h`, `+30m`), each rounded down by a unit
/// after a slash (`/d`). Seconds, minutes and hours have a fixed length; days and
/// longer units follow the calendar in the context's zone.
pub fn parse_date_math(text: &str, context: &QueryContext<'_>) -> Option<DateSpan> {
    let mut rest = match text.get(..3) {
        Some(front) if front.eq_ignore_ascii_case("now") => &text[3..],
        _ if text.starts_with(['-', '+']) => text,
        _ => return None,
    };
    let mut span = DateSpan { from: context.now, to: None };
    while let Some(sign) = rest.chars().next() {
        let after = &rest[sign.len_utf8()..];
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let unit = after[digits..].chars().next()?;
        span = match (sign, digits) {
            ('-' | '+', 1..) => {
                let count: i64 = after[..digits].parse().ok()?;
                let count = if sign == '-' { -count } else { count };
                DateSpan { from: shift(span.from, count, unit, context.zone)?, to: None }
            }
            ('/', 0) => {
                let from = round_down(span.from, unit, context.zone)?;
                DateSpan { from, to: shift(from, 1, unit, context.zone) }
            }
            _ => return None,
        };
        rest = &after[digits + unit.len_utf8()..];
    }
    Some(span)
}

/// Shifts a time by a number of units.
fn shift(at: Timestamp, count: i64, unit: char, zone: Zone) -> Option<Timestamp> {
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' | 'H' => 3600,
        'd' | 'w' | 'M' | 'y' => return shift_by_calendar(at, count, unit, zone),
        _ => return None,
    };
    let nanos = count.checked_mul(seconds)?.checked_mul(1_000_000_000)?;
    Some(Timestamp::from_nanos(at.nanos().checked_add(nanos)?))
}

fn shift_by_calendar(at: Timestamp, count: i64, unit: char, zone: Zone) -> Option<Timestamp> {
    if count == 0 {
        return Some(at);
    }
    let local = zone.local(at);
    let size = u32::try_from(count.unsigned_abs()).ok()?;
    let months = |each: u32| Some(Months::new(size.checked_mul(each)?));
    let moved = match unit {
        'd' => local.checked_add_signed(TimeDelta::try_days(count)?)?,
        'w' => local.checked_add_signed(TimeDelta::try_weeks(count)?)?,
        'M' | 'y' => {
            let months = months(if unit == 'y' { 12 } else { 1 })?;
            if count < 0 { local.checked_sub_months(months)? } else { local.checked_add_months(months)? }
        }
        _ => return None,
    };
    zone.resolve(moved).map(|resolved| resolved.timestamp)
}

/// Returns the start of the unit that contains a time; weeks begin on Monday.
fn round_down(at: Timestamp, unit: char, zone: Zone) -> Option<Timestamp> {
    let local = zone.local(at);
    let date = local.date();
    let start = match unit {
        's' | 'm' | 'h' | 'H' => {
            let elapsed = local - unit_start(local, unit)?;
            return Some(at.plus(-elapsed.num_nanoseconds()?));
        }
        'd' => date,
        'w' => date.checked_sub_signed(TimeDelta::days(i64::from(date.weekday().num_days_from_monday())))?,
        'M' => date.with_day(1)?,
        'y' => date.with_day(1)?.with_month(1)?,
        _ => return None,
    };
    zone.resolve(start.and_time(NaiveTime::MIN)).map(|resolved| resolved.timestamp)
}

/// Returns the local time at which the second, minute or hour began.
fn unit_start(local: NaiveDateTime, unit: char) -> Option<NaiveDateTime> {
    let second = local.with_nanosecond(0)?;
    match unit {
        's' => Some(second),
        'm' => second.with_second(0),
        _ => second.with_second(0)?.with_minute(0),
    }
}
