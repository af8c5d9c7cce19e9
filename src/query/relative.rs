//! Moments told from now: `now`, `-2h`, `now-1d/d`.

use chrono::{Datelike, Months, NaiveDateTime, NaiveTime, TimeDelta, Timelike};

use crate::record::{Timestamp, Zone};

use super::QueryContext;
use super::moment::Stretch;

/// Reads `now` and steps from it (`-2h`, `+30m`), each rounded down by a unit
/// behind a slash (`/d`). Seconds, minutes and hours are spans of time; days
/// and longer are those of the calendar in the context's zone.
pub fn relative(text: &str, context: &QueryContext<'_>) -> Option<Stretch> {
    let mut rest = match text.get(..3) {
        Some(front) if front.eq_ignore_ascii_case("now") => &text[3..],
        _ if text.starts_with(['-', '+']) => text,
        _ => return None,
    };
    let mut stretch = Stretch { from: context.now, to: None };
    while let Some(sign) = rest.chars().next() {
        let behind = &rest[sign.len_utf8()..];
        let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
        let unit = behind[digits..].chars().next()?;
        stretch = match (sign, digits) {
            ('-' | '+', 1..) => {
                let count: i64 = behind[..digits].parse().ok()?;
                let count = if sign == '-' { -count } else { count };
                Stretch { from: moved(stretch.from, count, unit, context.zone)?, to: None }
            }
            ('/', 0) => {
                let from = rounded(stretch.from, unit, context.zone)?;
                Stretch { from, to: moved(from, 1, unit, context.zone) }
            }
            _ => return None,
        };
        rest = &behind[digits + unit.len_utf8()..];
    }
    Some(stretch)
}

/// Moves a moment by so many units.
fn moved(at: Timestamp, count: i64, unit: char, zone: Zone) -> Option<Timestamp> {
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' | 'H' => 3600,
        'd' | 'w' | 'M' | 'y' => return moved_by_calendar(at, count, unit, zone),
        _ => return None,
    };
    let nanos = count.checked_mul(seconds)?.checked_mul(1_000_000_000)?;
    Some(Timestamp::from_nanos(at.nanos().checked_add(nanos)?))
}

fn moved_by_calendar(at: Timestamp, count: i64, unit: char, zone: Zone) -> Option<Timestamp> {
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
    zone.place(moved).map(|placed| placed.instant)
}

/// Gives the beginning of the unit that a moment lies in; weeks begin on Monday.
fn rounded(at: Timestamp, unit: char, zone: Zone) -> Option<Timestamp> {
    let local = zone.local(at);
    let date = local.date();
    let start = match unit {
        's' | 'm' | 'h' | 'H' => {
            let inside = local - within(local, unit)?;
            return Some(at.plus(-inside.num_nanoseconds()?));
        }
        'd' => date,
        'w' => date.checked_sub_signed(TimeDelta::days(i64::from(date.weekday().num_days_from_monday())))?,
        'M' => date.with_day(1)?,
        'y' => date.with_day(1)?.with_month(1)?,
        _ => return None,
    };
    zone.place(start.and_time(NaiveTime::MIN)).map(|placed| placed.instant)
}

/// Gives the local time at which the second, minute or hour began.
fn within(local: NaiveDateTime, unit: char) -> Option<NaiveDateTime> {
    let second = local.with_nanosecond(0)?;
    match unit {
        's' => Some(second),
        'm' => second.with_second(0),
        _ => second.with_second(0)?.with_minute(0),
    }
}
