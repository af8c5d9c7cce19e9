//! The files of a rotated log (logrotate, newsyslog): which belong together, and which is
//! older.

use std::cmp::Ordering;
use std::path::{Path, PathBuf};

/// Endings of compressed files.
const PACKED: [&str; 6] = [".gz", ".bz2", ".xz", ".zst", ".Z", ".lz4"];

/// Compares paths so that the files of a rotated log stand together, the oldest first and
/// the one that is written to last.
pub fn compare(one: &Path, other: &Path) -> Ordering {
    let key = |path: &Path| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let (base, age) = split(name);
        let base = if base.len() == name.len() { path.to_owned() } else { path.with_file_name(base) };
        (base, age, path.to_owned())
    };
    let (one, other): ((PathBuf, i64, PathBuf), (PathBuf, i64, PathBuf)) = (key(one), key(other));
    one.cmp(&other)
}

/// Splits a name into that of the log and a number that grows from the oldest file to the
/// newest, which has 0: `auth.log.2.gz`, `messages-20260301.xz`, `app-2026-03-01.log` is a
/// name of its own.
fn split(name: &str) -> (&str, i64) {
    let plain = PACKED.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
    let Some((base, last)) = plain.rsplit_once(['.', '-']) else { return (name, 0) };
    let is_number = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    let number = last.parse::<i64>().ok().filter(|_| is_number && !base.is_empty());
    match (number, last.len()) {
        // A day, perhaps with the hour.
        (Some(day), 8 | 10) => (base, day * if last.len() == 8 { 100 } else { 1 } - 100_000_000_000),
        (Some(number), 1..=4) if plain.as_bytes()[base.len()] == b'.' => (base, -number),
        _ => (name, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotated_files_stand_from_the_oldest_to_the_one_that_is_written_to() {
        let mut paths = [
            "log/auth.log",
            "log/auth.log.1",
            "log/auth.log.10.gz",
            "log/auth.log.2.gz",
            "log/boot.log",
            "log/messages",
            "log/messages-20260222.xz",
            "log/messages-20260301",
            "log/a/x",
            "log.1",
        ]
        .map(PathBuf::from);
        paths.sort_by(|one, other| compare(one, other));
        let expected = [
            "log.1",
            "log/a/x",
            "log/auth.log.10.gz",
            "log/auth.log.2.gz",
            "log/auth.log.1",
            "log/auth.log",
            "log/boot.log",
            "log/messages-20260222.xz",
            "log/messages-20260301",
            "log/messages",
        ];
        assert_eq!(paths, expected.map(PathBuf::from));
    }

    #[test]
    fn what_is_no_number_of_a_rotation_stays() {
        for name in ["auth.log", "app-1.2.conf", "10.0.0.1-x", "app-2026-03-01.log", ".1", "v1.12345"] {
            assert_eq!(split(name), (name, 0), "{name}");
        }
    }
}
