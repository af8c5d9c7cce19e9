//! Numbers as people read them.

use std::fmt::Display;

/// Formats a whole number with a comma between thousands: `5,012,334`.
pub fn thousands(number: impl Display) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Formats a number with its noun: `1 event`, `5,012 sources`.
pub fn counted(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", thousands(number))
}

/// Formats a number in at most five characters: `900`, `12.4k`, `5.0M`.
pub fn format_compact(number: u64) -> String {
    const UNITS: [(u64, char); 4] =
        [(1_000_000_000_000, 'T'), (1_000_000_000, 'G'), (1_000_000, 'M'), (1_000, 'k')];
    if number < 10_000 {
        return number.to_string();
    }
    let (unit, name) = UNITS.into_iter().find(|(unit, _)| number >= *unit).unwrap_or((1_000, 'k'));
    if number / unit >= 100 {
        return format!("{}{name}", number / unit);
    }
    format!("{}.{}{name}", number / unit, number % unit * 10 / unit)
}

/// Formats a length in bytes: `1.2 GB` (powers of ten, as for disks).
pub fn format_bytes(length: u64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB", "PB"];
    let (mut value, mut unit) = (length as f64, 0);
    while value >= 999.5 && unit + 1 < units.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{length} B") } else { format!("{value:.1} {}", units[unit]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!([0, 999, 1_000, 5_012_334].map(thousands), ["0", "999", "1,000", "5,012,334"]);
        assert_eq!(
            [0, 9_999, 12_401, 123_456, 5_012_334].map(format_compact),
            ["0", "9999", "12.4k", "123k", "5.0M"]
        );
        assert_eq!([1, 3].map(|n| counted(n, "source")), ["1 source", "3 sources"]);
        assert_eq!(
            [12, 999, 9_870, 14_200_000, 999_960].map(format_bytes),
            ["12 B", "999 B", "9.9 kB", "14.2 MB", "1.0 MB"]
        );
    }
}
