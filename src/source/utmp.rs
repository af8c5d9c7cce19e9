//! The login records of Linux (utmp, wtmp, btmp) as JSON lines; utmp(5).

use std::io::{self, Read};
use std::net::{Ipv4Addr, Ipv6Addr};

/// The bytes of a record of glibc on all platforms with 32-bit times in it.
pub const RECORD: usize = 384;

/// The names of `ut_type`.
const KINDS: [&str; 10] = [
    "EMPTY",
    "RUN_LVL",
    "BOOT_TIME",
    "NEW_TIME",
    "OLD_TIME",
    "INIT_PROCESS",
    "LOGIN_PROCESS",
    "USER_PROCESS",
    "DEAD_PROCESS",
    "ACCOUNTING",
];

/// Returns whether bytes begin with a login record: its kind is one of the ten, its texts
/// are printable and end with zeros, its time is one, and what is unused is zero.
pub fn is_login_record(head: &[u8]) -> bool {
    let Some(record) = head.get(..RECORD) else { return false };
    let kind = i32::from_le_bytes(record[..4].try_into().expect("four bytes"));
    let texts = [&record[8..40], &record[40..44], &record[44..76], &record[76..332]];
    let seconds = number(record, 340);
    (1..10).contains(&kind)
        && texts.iter().all(|text| is_text(text))
        && (0..=4_102_444_800).contains(&i64::from(seconds))
        && (0..1_000_000).contains(&number(record, 344))
        && record[364..].iter().all(|byte| *byte == 0)
        && seconds > 0
}

/// Printable bytes up to the first zero. What follows it may be left over.
fn is_text(bytes: &[u8]) -> bool {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    bytes[..end].iter().all(|byte| *byte >= b' ' && *byte != 0x7f)
}

fn number(record: &[u8], at: usize) -> i32 {
    i32::from_le_bytes(record[at..at + 4].try_into().expect("four bytes"))
}

/// A reader of login records as JSON lines. A rest that is shorter than a record is
/// written as such.
pub struct LoginRecordReader<R> {
    inner: R,
    out: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> LoginRecordReader<R> {
    /// Creates a reader of `inner`, which begins with a record.
    pub fn new(inner: R) -> LoginRecordReader<R> {
        LoginRecordReader { inner, out: Vec::new(), given: 0, ended: false }
    }

    fn refill(&mut self) -> io::Result<()> {
        let mut record = Vec::with_capacity(RECORD);
        (&mut self.inner).take(RECORD as u64).read_to_end(&mut record)?;
        self.given = 0;
        self.out.clear();
        match record.len() {
            0 => self.ended = true,
            RECORD => self.out = line(&record).into_bytes(),
            length => {
                self.ended = true;
                let rest: String = record.iter().map(|byte| format!("{byte:02x}")).collect();
                self.out =
                    format!("{{\"type\":\"CUT\",\"length\":{length},\"hex\":\"{rest}\"}}\n").into_bytes();
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for LoginRecordReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.out.len() && !self.ended {
            self.refill()?;
        }
        let count = buffer.len().min(self.out.len() - self.given);
        buffer[..count].copy_from_slice(&self.out[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

/// Writes a record as a line.
fn line(record: &[u8]) -> String {
    let kind = number(record, 0);
    let name = usize::try_from(kind).ok().and_then(|kind| KINDS.get(kind).copied());
    let text = |at: usize, length: usize| {
        let bytes = &record[at..at + length];
        let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(length);
        String::from_utf8_lossy(&bytes[..end]).into_owned()
    };
    let short = |at: usize| i16::from_le_bytes(record[at..at + 2].try_into().expect("two bytes"));
    let json = serde_json::json!({
        "type": name.map_or_else(|| kind.to_string(), str::to_owned),
        "pid": number(record, 4),
        "line": text(8, 32),
        "id": text(40, 4),
        "user": text(44, 32),
        "host": text(76, 256),
        "exit": { "termination": short(332), "exit": short(334) },
        "session": number(record, 336),
        "time": format!("{}.{:06}", number(record, 340), number(record, 344).clamp(0, 999_999)),
        "addr": address(&record[348..364]),
    });
    format!("{json}\n")
}

/// Reads an address; an IPv4 address stands in the first four bytes.
fn address(bytes: &[u8]) -> Option<String> {
    if bytes.iter().all(|byte| *byte == 0) {
        return None;
    }
    if bytes[4..].iter().all(|byte| *byte == 0) {
        return Some(Ipv4Addr::new(bytes[0], bytes[1], bytes[2], bytes[3]).to_string());
    }
    let octets: [u8; 16] = bytes.try_into().ok()?;
    Some(Ipv6Addr::from(octets).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: i32, user: &str, host: &str) -> Vec<u8> {
        let mut record = vec![0; RECORD];
        record[..4].copy_from_slice(&kind.to_le_bytes());
        record[4..8].copy_from_slice(&711_i32.to_le_bytes());
        record[8..13].copy_from_slice(b"pts/0");
        record[44..44 + user.len()].copy_from_slice(user.as_bytes());
        record[76..76 + host.len()].copy_from_slice(host.as_bytes());
        record[340..344].copy_from_slice(&1_772_359_200_i32.to_le_bytes());
        record[344..348].copy_from_slice(&250_000_i32.to_le_bytes());
        record[348..352].copy_from_slice(&[192, 0, 2, 7]);
        record
    }

    #[test]
    fn records_become_lines_and_a_cut_one_is_told() {
        let mut bytes = record(7, "alice", "192.0.2.7");
        assert!(is_login_record(&bytes));
        bytes.extend(record(8, "", ""));
        bytes.extend([1, 2, 3]);
        let mut text = String::new();
        LoginRecordReader::new(bytes.as_slice()).read_to_string(&mut text).expect("memory can be read");
        let lines: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[0]["user"], "alice");
        assert_eq!(lines[0]["time"], "1772359200.250000");
        assert_eq!(lines[0]["addr"], "192.0.2.7");
        assert_eq!(lines[1]["type"], "DEAD_PROCESS");
        assert_eq!(lines[2]["length"], 3);
    }

    #[test]
    fn other_bytes_are_no_login_records() {
        assert!(!is_login_record(&record(7, "a\u{1}b", "")));
        assert!(!is_login_record(&record(12, "alice", "")));
        assert!(!is_login_record(&[b'x'; 400]));
        assert!(!is_login_record(&[0; 400]));
    }
}
