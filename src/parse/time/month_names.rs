//! Names of months.

/// Returns the month of an English three-letter name.
pub fn month_name(bytes: &[u8], at: usize) -> Option<u8> {
    let name: [u8; 3] = bytes.get(at..at + 3)?.try_into().ok()?;
    Some(match &name.map(|byte| byte.to_ascii_lowercase()) {
        b"jan" => 1,
        b"feb" => 2,
        b"mar" => 3,
        b"apr" => 4,
        b"may" => 5,
        b"jun" => 6,
        b"jul" => 7,
        b"aug" => 8,
        b"sep" => 9,
        b"oct" => 10,
        b"nov" => 11,
        b"dec" => 12,
        _ => return None,
    })
}

/// Short names of months in other languages of which each means one month (glibc's
/// locales de, fr, es, it, nl, pt, pl), in lower case.
const FOREIGN_MONTHS: [(&str, u8); 34] = [
    ("mär", 3),
    ("mrz", 3),
    ("mai", 5),
    ("okt", 10),
    ("dez", 12),
    ("janv", 1),
    ("févr", 2),
    ("mars", 3),
    ("avr", 4),
    ("juin", 6),
    ("juil", 7),
    ("août", 8),
    ("déc", 12),
    ("ene", 1),
    ("abr", 4),
    ("ago", 8),
    ("dic", 12),
    ("gen", 1),
    ("mag", 5),
    ("giu", 6),
    ("lug", 7),
    ("set", 9),
    ("ott", 10),
    ("mrt", 3),
    ("mei", 5),
    ("fev", 2),
    ("out", 10),
    ("sty", 1),
    ("lut", 2),
    ("kwi", 4),
    ("cze", 6),
    ("lip", 7),
    ("wrz", 9),
    ("gru", 12),
];

/// Reads the name of a month in another language, and returns the offset after it.
pub fn foreign_month(bytes: &[u8], at: usize) -> Option<(u8, usize)> {
    let end = bytes.get(at..)?.iter().take(7).position(|byte| *byte == b' ').filter(|end| *end >= 3)?;
    if !bytes.get(at + end + 1).is_some_and(|byte| byte.is_ascii_digit() || *byte == b' ') {
        return None;
    }
    let word = std::str::from_utf8(&bytes[at..at + end]).ok()?;
    let name = word.trim_end_matches('.').to_lowercase();
    let (_, month) = FOREIGN_MONTHS.iter().find(|(own, _)| *own == name)?;
    Some((*month, at + end))
}
