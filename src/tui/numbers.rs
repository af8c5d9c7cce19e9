//! Numbers as people read them.

/// Writes a number with commas: `5,012,334`.
pub(super) fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Writes a number in at most five characters: `900`, `12.4k`, `5.0M`.
pub(super) fn short(n: u64) -> String {
    const UNITS: [(u64, char); 4] =
        [(1_000_000_000_000, 'T'), (1_000_000_000, 'G'), (1_000_000, 'M'), (1_000, 'k')];
    if n < 10_000 {
        return n.to_string();
    }
    let (unit, name) = UNITS.into_iter().find(|(unit, _)| n >= *unit).unwrap_or((1_000, 'k'));
    if n / unit >= 100 {
        return format!("{}{name}", n / unit);
    }
    format!("{}.{}{name}", n / unit, n % unit * 10 / unit)
}

/// Writes a number with its noun: `1 event`, `3 sources`.
pub(super) fn counted(n: u64, noun: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", thousands(n))
}

/// Writes a length in bytes: `14.2 MB`.
pub(super) fn bytes(n: u64) -> String {
    const UNITS: [(u64, &str); 4] =
        [(1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match UNITS.into_iter().find(|(unit, _)| n >= *unit) {
        Some((unit, name)) => format!("{}.{} {name}", n / unit, n % unit * 10 / unit),
        None => format!("{n} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!([0, 999, 1_000, 5_012_334].map(thousands), ["0", "999", "1,000", "5,012,334"]);
        assert_eq!([0, 9_999, 12_401, 123_456, 5_012_334].map(short), ["0", "9999", "12.4k", "123k", "5.0M"]);
        assert_eq!([1, 3].map(|n| counted(n, "source")), ["1 source", "3 sources"]);
        assert_eq!([12, 14_200_000].map(bytes), ["12 B", "14.2 MB"]);
    }
}
