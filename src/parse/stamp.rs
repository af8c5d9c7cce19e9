//! Times as logs write them. Each reader takes a text that begins with a time
//! and gives what it read, with the rest of the text. Nothing is inferred here.

use crate::record::{Civil, Instant, Precision, When};

/// A moment and the text behind it.
pub type Read<'a> = Option<(When, &'a str)>;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Reads `2026-03-01T10:00:00.123456+01:00` and its relatives (RFC 3339, ISO
/// 8601): `T` or a space between date and time, `.` or `,` before the fraction,
/// `/` in the date, an offset with or without colon, behind a space or not, or none.
pub fn iso(text: &str) -> Read<'_> {
    let bytes = text.as_bytes();
    let separator = *bytes.get(4).filter(|byte| matches!(byte, b'-' | b'/'))?;
    if bytes.get(7) != Some(&separator) || !matches!(bytes.get(10), Some(b'T' | b't' | b' ' | b'_')) {
        return None;
    }
    let year = digits(bytes, 0, 4)?;
    let date = (digits(bytes, 5, 2)? as u8, digits(bytes, 8, 2)? as u8);
    let (clock, rest) = clock(text.get(11..)?)?;
    let (offset, rest) = offset(rest);
    let civil = Civil { year: Some(year), date: Some(date), offset, ..clock.0 };
    checked(civil, clock.1, rest)
}

/// Reads `10/Oct/2000:13:55:36 -0700` (the common log format).
pub fn clf(text: &str) -> Read<'_> {
    let bytes = text.as_bytes();
    let day = digits(bytes, 0, 2)? as u8;
    let month = month(text.get(3..6)?)?;
    if (bytes.get(2), bytes.get(6), bytes.get(11)) != (Some(&b'/'), Some(&b'/'), Some(&b':')) {
        return None;
    }
    let year = digits(bytes, 7, 4)?;
    let (clock, rest) = clock(text.get(12..)?)?;
    let (offset, rest) = offset(rest);
    let civil = Civil { year: Some(year), date: Some((month, day)), offset, ..clock.0 };
    checked(civil, clock.1, rest)
}

/// Reads `Oct 11 22:14:15` (RFC 3164), also `Oct  1 …`, with a year behind the
/// day or behind the time, and with a fraction.
pub fn bsd(text: &str) -> Read<'_> {
    let month = month(text.get(..3)?)?;
    let rest = text[3..].strip_prefix(' ')?.trim_start_matches(' ');
    let (day, rest) = leading(rest, 2)?;
    let mut rest = rest.strip_prefix(' ')?.trim_start_matches(' ');
    let mut year = None;
    if let Some((number, behind)) = leading(rest, 4)
        && number >= 1000
        && behind.starts_with([' ', ','])
    {
        (year, rest) = (Some(number), behind.trim_start_matches([' ', ',']));
    }
    let (clock, mut rest) = clock(rest)?;
    if year.is_none()
        && let Some((number, behind)) = rest.strip_prefix(' ').and_then(|rest| leading(rest, 4))
        && (1990..=2100).contains(&number)
        && (behind.is_empty() || behind.starts_with([' ', ']', ':']))
    {
        (year, rest) = (Some(number), behind);
    }
    let (offset, rest) = zulu(rest);
    let civil = Civil { year, date: Some((month, day as u8)), offset, ..clock.0 };
    checked(civil, clock.1, rest)
}

/// Reads `Mon Oct 11 22:14:15.123456 2000` (asctime; Apache's error log).
pub fn asctime(text: &str) -> Read<'_> {
    let rest = text.get(3..)?.strip_prefix(' ')?;
    let weekday = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].contains(&&text[..3]);
    let (when, rest) = bsd(rest).filter(|_| weekday)?;
    matches!(when, When::Civil(Civil { year: Some(_), .. }, _)).then_some((when, rest))
}

/// Reads seconds, milliseconds, microseconds or nanoseconds since 1970, told
/// apart by their number of digits; seconds may have a fraction.
pub fn epoch(text: &str) -> Read<'_> {
    let whole = text.bytes().take_while(u8::is_ascii_digit).count();
    let number = super::text::number(&text[..whole]).or_else(|| text[..whole].parse().ok())?;
    let rest = &text[whole..];
    let fraction = rest.strip_prefix('.').map(|rest| rest.bytes().take_while(u8::is_ascii_digit).count());
    if let (9..=10, Some(count @ 1..)) = (whole, fraction) {
        let taken = &rest[1..=count];
        let nanos: i64 = format!("{:0<9}", &taken[..count.min(9)]).parse().ok()?;
        let instant = Instant::from_secs(number).plus(nanos);
        return Some((When::Moment(instant, Precision::of_digits(count)), &rest[1 + count..]));
    }
    let (scale, precision) = match whole {
        9 | 10 => (1_000_000_000, Precision::Second),
        12 | 13 => (1_000_000, Precision::Milli),
        15 | 16 => (1000, Precision::Micro),
        18 | 19 => (1, Precision::Nano),
        _ => return None,
    };
    let rest = if whole > 10 {
        rest.strip_prefix(".0").filter(|rest| !rest.starts_with(|c: char| c.is_ascii_digit())).unwrap_or(rest)
    } else {
        rest
    };
    Some((When::Moment(Instant::from_nanos(number.checked_mul(scale)?), precision), rest))
}

/// Reads a time in whichever of these forms stands at the front.
pub fn any(text: &str) -> Read<'_> {
    iso(text).or_else(|| clf(text)).or_else(|| bsd(text)).or_else(|| asctime(text)).or_else(|| epoch(text))
}

/// Reads a time that is all of a text.
pub fn whole(text: &str) -> Option<When> {
    any(text).filter(|(_, rest)| rest.trim().is_empty()).map(|(when, _)| when)
}

/// Reads the number of a month from its English name's first three letters.
pub fn month(name: &str) -> Option<u8> {
    MONTHS.iter().position(|month| month.eq_ignore_ascii_case(name)).map(|n| n as u8 + 1)
}

/// Reads `22:14:15` with an optional fraction behind `.` or `,`.
fn clock(text: &str) -> Option<((Civil, Precision), &str)> {
    let bytes = text.as_bytes();
    let (hour, from) = match bytes.get(1) {
        Some(b':') => (digits(bytes, 0, 1)?, 2),
        _ => (digits(bytes, 0, 2)?, 3),
    };
    if bytes.get(from - 1) != Some(&b':') {
        return None;
    }
    let minute = digits(bytes, from, 2)?;
    let (mut second, mut end) = (0, from + 2);
    let mut precision = Precision::Minute;
    if bytes.get(end) == Some(&b':') {
        (second, end) = (digits(bytes, end + 1, 2)?, end + 3);
        precision = Precision::Second;
    }
    let mut nanos = 0;
    if precision == Precision::Second && matches!(bytes.get(end), Some(b'.' | b',')) {
        let count = bytes[end + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if count > 0 {
            let taken = &text[end + 1..end + 1 + count.min(9)];
            nanos = taken.parse::<u32>().ok()? * 10u32.pow(9 - taken.len() as u32);
            precision = Precision::of_digits(count);
            end += 1 + count;
        }
    }
    let (hour, minute, second) = (hour as u8, minute as u8, second as u8);
    let civil = Civil { year: None, date: None, hour, minute, second, nanos, offset: None };
    Some(((civil, precision), &text[end..]))
}

/// Reads `Z`, `+01:00`, ` -0700`, `UTC`; gives the rest unchanged where none stands here.
fn offset(text: &str) -> (Option<i32>, &str) {
    let bare = text.strip_prefix(' ').unwrap_or(text);
    for name in ["Z", "z", "UTC", "GMT"] {
        if let Some(rest) = bare.strip_prefix(name)
            && !rest.starts_with(|c: char| c.is_alphanumeric() || c == '+' || c == '-')
            && (name.len() == 3 || bare.len() == text.len())
        {
            return (Some(0), rest);
        }
    }
    let bytes = bare.as_bytes();
    let sign = match bytes.first() {
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ => return (None, text),
    };
    let Some(hours) = digits(bytes, 1, 2) else { return (None, text) };
    let colon = usize::from(bytes.get(3) == Some(&b':'));
    let (minutes, end) = match digits(bytes, 3 + colon, 2) {
        Some(minutes) => (minutes, 5 + colon),
        None if colon == 0 => (0, 3),
        None => return (None, text),
    };
    let behind = bytes.get(end);
    if hours > 15 || minutes > 59 || behind.is_some_and(u8::is_ascii_digit) {
        return (None, text);
    }
    (Some(sign * (hours * 3600 + minutes * 60)), &bare[end..])
}

/// Reads a `Z` directly behind a time.
fn zulu(text: &str) -> (Option<i32>, &str) {
    match text.strip_prefix('Z').filter(|rest| rest.is_empty() || rest.starts_with(' ')) {
        Some(rest) => (Some(0), rest),
        None => (None, text),
    }
}

fn checked(civil: Civil, precision: Precision, rest: &str) -> Read<'_> {
    let date = civil.date.is_none_or(|(month, day)| (1..=12).contains(&month) && (1..=31).contains(&day));
    let time = civil.hour < 24 && civil.minute < 60 && civil.second <= 60;
    (date && time).then_some((When::Civil(civil, precision), rest))
}

/// Reads so many digits at a place.
fn digits(bytes: &[u8], at: usize, count: usize) -> Option<i32> {
    let digits = bytes.get(at..at + count)?;
    digits.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i32::from(byte - b'0')))
}

/// Reads up to so many digits at the front.
fn leading(text: &str, most: usize) -> Option<(i32, &str)> {
    let count = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    Some((digits(text.as_bytes(), 0, count).filter(|_| count > 0)?, &text[count..]))
}
