//! Extended headers of tar (POSIX.1-2001, pax Interchange Format).

/// What extended headers say about the next member.
#[derive(Debug, Default)]
pub struct PaxHeader {
    pub path: Option<Vec<u8>>,
    /// Where a symbolic link leads.
    pub link: Option<Vec<u8>>,
    pub size: Option<u64>,
    /// Nanoseconds since the epoch.
    pub mtime: Option<i64>,
    /// The content is a sparse file's without its holes.
    pub is_sparse: bool,
}

/// A record: a keyword with its value.
type Record<'d> = (&'d str, &'d [u8]);

/// The longest value of a keyword that is not known.
const LONGEST: usize = 128;

/// Returns the records of a header, `LENGTH KEYWORD=VALUE\n` each; `None` if it is
/// anything else.
pub fn records(mut data: &[u8]) -> Option<Vec<Record<'_>>> {
    let mut records = Vec::new();
    while !data.is_empty() {
        let space = data.iter().take(20).position(|byte| *byte == b' ')?;
        let length: usize = std::str::from_utf8(&data[..space]).ok()?.parse().ok()?;
        let record = data.get(space + 1..length)?.strip_suffix(b"\n")?;
        let equals = record.iter().position(|byte| *byte == b'=')?;
        records.push((std::str::from_utf8(&record[..equals]).ok()?, &record[equals + 1..]));
        data = &data[length..];
    }
    Some(records)
}

/// Returns whether records hold more than the description of a member.
pub fn has_unknown_content(records: &[Record<'_>]) -> bool {
    let known = |keyword: &str| {
        let families = ["GNU.sparse.", "SCHILY.", "LIBARCHIVE.", "RHT.security.", "security.", "user."];
        matches!(keyword, "path" | "linkpath") || families.iter().any(|family| keyword.starts_with(family))
    };
    let foreign =
        |(keyword, value): &Record<'_>| value.contains(&b'\n') || (value.len() > LONGEST && !known(keyword));
    records.iter().any(foreign)
}

impl PaxHeader {
    /// Applies records to the next member.
    pub fn apply(&mut self, records: &[Record<'_>]) {
        for (keyword, value) in records {
            let text = || std::str::from_utf8(value).ok();
            match *keyword {
                "path" | "GNU.sparse.name" => self.path = Some(value.to_vec()),
                "linkpath" => self.link = Some(value.to_vec()),
                "size" => self.size = text().and_then(|text| text.parse().ok()),
                "mtime" => self.mtime = text().and_then(nanos),
                _ => {}
            }
            self.is_sparse |= keyword.starts_with("GNU.sparse.");
        }
    }
}

/// Reads seconds with a fraction as nanoseconds.
fn nanos(text: &str) -> Option<i64> {
    let (secs, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    let (whole, part): (i64, i64) = (secs.parse().ok()?, digits.parse().ok()?);
    let part = if secs.starts_with('-') { -part } else { part };
    whole.checked_mul(1_000_000_000)?.checked_add(part)
}

/// Returns the bytes before the first zero.
pub fn until_zero(data: &[u8]) -> &[u8] {
    data.split(|byte| *byte == 0).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_and_anything_else_is_no_header() {
        let good = b"14 path=a.log\n22 mtime=1700000000.5\n";
        let records = records(good).expect("they are well formed");
        assert_eq!(records, [("path", &b"a.log"[..]), ("mtime", b"1700000000.5")]);
        let mut next = PaxHeader::default();
        next.apply(&records);
        assert_eq!((next.path, next.mtime), (Some(b"a.log".to_vec()), Some(1_700_000_000_500_000_000)));
        for bad in [&b"Mar  1 00:00:00 host app: x\n"[..], b"99 path=a\n", b"0 \n", b"9 path=a\n\n"] {
            assert!(super::records(bad).is_none(), "{bad:?}");
        }
    }
}
