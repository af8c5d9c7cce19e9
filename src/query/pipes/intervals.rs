//! Widths of time: `5m`.

const SECOND: i64 = 1_000_000_000;

/// Units and their seconds, the largest first.
const UNITS: [(char, i64); 5] = [('w', 604_800), ('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

/// Reads a whole number of `s`, `m`, `h`, `d` or `w`, at least one; returns nanoseconds.
pub fn parse_interval(text: &str) -> Option<i64> {
    let unit = text.chars().last()?;
    let (_, seconds) = UNITS.iter().find(|(sign, _)| *sign == unit)?;
    let digits = &text[..text.len() - 1];
    let count: i64 =
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()?;
    count.checked_mul(seconds * SECOND).filter(|width| *width > 0)
}

/// Writes nanoseconds, a whole number of seconds, in the largest unit that fits.
pub fn format_interval(nanos: i64) -> String {
    let seconds = nanos / SECOND;
    let unit = UNITS.iter().find(|(_, each)| seconds % each == 0);
    unit.map_or_else(|| format!("{seconds}s"), |(sign, each)| format!("{}{sign}", seconds / each))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_read_and_written_in_the_largest_unit() {
        for (text, seconds, printed) in [
            ("5m", 300, "5m"),
            ("90s", 90, "90s"),
            ("60m", 3_600, "1h"),
            ("7d", 604_800, "1w"),
            ("36h", 129_600, "36h"),
        ] {
            assert_eq!(parse_interval(text), Some(seconds * SECOND), "{text}");
            assert_eq!(format_interval(seconds * SECOND), printed, "{text}");
        }
        for text in ["", "5", "m", "0m", "-5m", "+5m", "5x", "5 m", "999999999999w", "é"] {
            assert_eq!(parse_interval(text), None, "{text}");
        }
    }
}
