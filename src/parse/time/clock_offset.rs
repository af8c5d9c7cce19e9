//! Clock offsets: how far the clock of a source was wrong.

/// Ten years: more is not a plausible clock error.
const MOST: i64 = 3_660 * 86_400 * SECOND;
const SECOND: i64 = 1_000_000_000;

/// Units, largest first, in nanoseconds.
const UNITS: [(&str, i64); 5] =
    [("d", 86_400 * SECOND), ("h", 3_600 * SECOND), ("m", 60 * SECOND), ("s", SECOND), ("ms", 1_000_000)];

/// Formats what is added to the times of a source, in nanoseconds: `+37s`, `-1h30m`,
/// `+0.5s`, `0s`.
pub fn format_clock_offset(nanos: i64) -> String {
    if nanos == 0 {
        return "0s".to_owned();
    }
    let mut text = String::from(if nanos < 0 { '-' } else { '+' });
    let mut rest = nanos.unsigned_abs();
    for (unit, size) in &UNITS[..3] {
        let count = rest / size.unsigned_abs();
        rest %= size.unsigned_abs();
        if count > 0 {
            text.push_str(&format!("{count}{unit}"));
        }
    }
    if rest > 0 {
        let (seconds, fraction) = (rest / SECOND.unsigned_abs(), rest % SECOND.unsigned_abs());
        let fraction = format!(".{fraction:09}");
        text.push_str(&format!("{seconds}{}s", fraction.trim_end_matches('0').trim_end_matches('.')));
    }
    text
}

/// Parses what is to be added to the times of a source, in nanoseconds: `+37s`,
/// `-1h30m`, `+0.5s`; `0s` for a clock that was right. Days have 24 hours. `None` if it
/// is anything else, or more than ten years.
pub fn parse_clock_offset(text: &str) -> Option<i64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut nanos = 0_i64;
    loop {
        let number = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        let unit = rest[number..].bytes().take_while(u8::is_ascii_alphabetic).count();
        let (_, size) = UNITS.iter().find(|(name, _)| *name == &rest[number..number + unit])?;
        nanos = nanos.checked_add(scaled(&rest[..number], *size)?)?;
        rest = &rest[number + unit..];
        if rest.is_empty() {
            return (nanos <= MOST).then_some(sign * nanos);
        }
    }
}

/// Multiplies a decimal number with up to nine decimal places.
fn scaled(number: &str, size: i64) -> Option<i64> {
    let (whole, places) = number.split_once('.').unwrap_or((number, ""));
    let whole = whole.parse::<i64>().ok()?.checked_mul(size)?;
    if places.is_empty() {
        return Some(whole);
    }
    let part: u32 = places.parse().ok().filter(|_| places.len() <= 9)?;
    let part = i128::from(part) * i128::from(size) / 10_i128.pow(places.len() as u32);
    whole.checked_add(i64::try_from(part).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_read_again() {
        for (text, nanos) in [
            ("+37s", 37 * SECOND),
            ("-1h30m", -5_400 * SECOND),
            ("+0.5s", SECOND / 2),
            ("-2d4s", -172_804 * SECOND),
            ("+1.000000001s", SECOND + 1),
            ("0s", 0),
        ] {
            assert_eq!(parse_clock_offset(text), Some(nanos), "{text}");
            assert_eq!(format_clock_offset(nanos), text);
        }
        assert_eq!(parse_clock_offset("90m"), parse_clock_offset("+1h30m"));
        assert_eq!(parse_clock_offset("250ms"), Some(SECOND / 4));
        assert_eq!(parse_clock_offset("1.5h"), parse_clock_offset("90m"));
    }

    #[test]
    fn nonsense_is_no_clock() {
        for text in [
            "",
            "+",
            "-",
            "37",
            "s",
            "+1x",
            "1..5s",
            ".5s",
            "+-1s",
            "1h-5m",
            "4000d",
            "9999999999999999999s",
            "1 h",
        ] {
            assert_eq!(parse_clock_offset(text), None, "{text}");
        }
    }
}
