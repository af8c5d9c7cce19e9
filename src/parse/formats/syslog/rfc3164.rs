//! BSD syslog (RFC 3164) as found in practice: with or without priority, with ISO
//! times, without host, with tags in all their spellings.

use crate::record::{CivilDateTime, Event, ParsedTime, fields};

use super::datasets;
use super::envelope::{SyslogMessage, priority, put_message, put_priority};
use crate::parse::format::{Format, RecordText};
use crate::parse::time::timestamp_formats;

/// `[<PRI>]Mmm d hh:mm:ss host tag[pid]: message`.
pub struct Rfc3164;

impl Format for Rfc3164 {
    fn name(&self) -> &'static str {
        "syslog.rfc3164"
    }

    fn about(&self) -> &'static str {
        "BSD syslog: [<PRI>]Mmm d hh:mm:ss (or an ISO time) host program[pid]: message; sshd, sudo, su, login, cron, PAM, account tools read in full"
    }

    fn datasets(&self) -> &'static [&'static str] {
        datasets::ALL
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            "Mar  1 10:00:00 web-01 sshd[711]: Failed password for invalid user admin from 192.0.2.7 port 50122 ssh2",
            "<86>Mar  1 10:00:00 web-01 sudo:    alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/id",
            "2026-03-01T10:00:00.123456+01:00 web-01 systemd[1]: Started Daily apt upgrade and clean activities.",
        ]
    }

    fn specificity(&self) -> u8 {
        55
    }

    fn wraps(&self) -> bool {
        true
    }

    fn is_inner(&self) -> bool {
        true
    }

    fn read_record<'a>(&self, record: &RecordText<'a>, event: &mut Event<'a>) -> bool {
        let text = record.text();
        let (pri, rest) = priority(text).map_or((None, text), |(number, rest)| (Some(number), rest));
        let dated = timestamp_formats::weekday_word(rest);
        let time = timestamp_formats::bsd(rest).or_else(|| timestamp_formats::iso(dated));
        let Some((when, behind)) = time else {
            return false;
        };
        let Some(body) = behind.strip_prefix(' ').or_else(|| behind.strip_prefix(": ")) else {
            return false;
        };
        let (when, body) = zoned(when, body);
        let Some(message) = split(body) else { return false };
        event.parsed_time = Some(when);
        event.time_text = Some(rest[..rest.len() - body.len()].trim_end_matches([' ', ':']).into());
        if let Some(pri) = pri {
            put_priority(pri, event);
        }
        put_message(&message, event);
        if event.get(fields::EVENT_DATASET).is_none() {
            event.put(fields::EVENT_DATASET, datasets::SYSLOG);
        }
        true
    }
}

/// Removes the name of a zone after the time, as Cisco's IOS writes it (`10:31:10.721
/// CET: %SYS-5-…`) and some daemons do (`10:31:11 EST host sshd[7]: …`). It is one only
/// if a complete host and tag follow: a host may be called EST.
fn zoned(when: ParsedTime, body: &str) -> (ParsedTime, &str) {
    let ParsedTime::Civil(civil, precision) = when else { return (when, body) };
    // `journalctl -o short-full` writes the offset as a word of its own.
    if civil.offset.is_none()
        && body.starts_with(['+', '-'])
        && let Some((east, at)) = timestamp_formats::offset_at(body.as_bytes(), 0)
        && let Some(rest) = body[at..].strip_prefix(' ')
    {
        return (ParsedTime::Civil(CivilDateTime { offset: Some(east), ..civil }, precision), rest);
    }
    let Some((word, rest)) = body.split_once(' ') else { return (when, body) };
    let bare = word.strip_suffix(':');
    let Some(offset) =
        timestamp_formats::zone_offset(bare.unwrap_or(word)).filter(|_| civil.offset.is_none())
    else {
        return (when, body);
    };
    let is_head = || {
        let (host, behind) = rest.split_once(' ').unwrap_or((rest, ""));
        is_host(host)
            && !host.ends_with([':', ']'])
            && tag(behind).is_some_and(|(name, ..)| !name.contains(' '))
    };
    if bare.is_some() || is_head() {
        (ParsedTime::Civil(CivilDateTime { offset: Some(offset), ..civil }, precision), rest)
    } else {
        (when, body)
    }
}

/// Splits what follows the time into host, tag and message.
fn split(body: &str) -> Option<SyslogMessage<'_>> {
    // Cisco's messages name their facility in place of a program.
    if let Some((mnemonic, text)) = body.strip_prefix('%').and_then(|rest| rest.split_once(": "))
        && !mnemonic.contains(' ')
    {
        return Some(SyslogMessage { host: "", program: &body[..=mnemonic.len()], pid: "", text });
    }
    // A tag with its process id, and no colon after it.
    if let Some((first, text)) = body.split_once(' ')
        && let Some((name, pid)) = first.strip_suffix(']').and_then(|front| front.split_once('['))
        && !name.is_empty()
        && !pid.is_empty()
        && pid.bytes().all(|byte| byte.is_ascii_digit())
        && is_host(name)
    {
        return Some(SyslogMessage { host: "", program: name, pid, text });
    }
    // Two spaces where the host should be: there is none.
    let (host, rest) = match body.strip_prefix(' ') {
        Some(rest) => ("", rest.trim_start_matches(' ')),
        None => body.split_once(' ')?,
    };
    if let Some((program, pid, text)) = tag(rest).filter(|_| host.is_empty() || is_host(host)) {
        return Some(SyslogMessage { host, program, pid, text });
    }
    if host.ends_with(':') || host.ends_with(']') {
        // The host is missing: the tag is in its place.
        let (program, pid, text) = tag(body)?;
        return Some(SyslogMessage { host: "", program, pid, text });
    }
    let plain = ["last message repeated ", "message repeated ", "-- MARK --"]
        .iter()
        .any(|begin| rest.starts_with(begin));
    (plain && is_host(host)).then_some(SyslogMessage { host, program: "", pid: "", text: rest })
}

fn is_host(text: &str) -> bool {
    // Brackets stand around all of it or not at all: `web[7]` is a program.
    let bare = text.strip_prefix('[').and_then(|inside| inside.strip_suffix(']')).unwrap_or(text);
    !bare.is_empty()
        && bare.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':'))
}

/// Reads `program[pid]: `, `program: `, `program(sub)[pid]: `, `program[pid] ` .
fn tag(rest: &str) -> Option<(&str, &str, &str)> {
    let end = rest.find(": ").map_or_else(|| rest.strip_suffix(':').map(str::len), Some)?;
    // launchd names the service after its own tag.
    let whole = rest[..end].split_once(" (").map_or(&rest[..end], |(front, _)| front);
    let text = rest.get(end + 2..).unwrap_or_default().trim_start_matches(' ');
    let (name, pid) = match whole.strip_suffix(']').and_then(|front| front.rsplit_once('[')) {
        Some(("", name)) => (name, ""),
        Some((name, pid)) => (name, pid),
        None => (whole, ""),
    };
    let fits =
        !name.is_empty() && name.len() <= 64 && !pid.contains([' ', '[']) && tag_name(name, !pid.is_empty());
    let name = name.split_once('(').map_or(name, |(program, _)| program);
    fits.then_some((name, pid, text))
}

/// A program's name is a word, or several before a process id (`Google Chrome[711]`),
/// without the punctuation of sentences.
fn tag_name(name: &str, with_pid: bool) -> bool {
    let bare = name.split_once('(').map_or(name, |(front, _)| front);
    let word = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'{' | b'}' | b','))
    };
    let count = bare.split(' ').count();
    bare.split(' ').all(word) && (count == 1 || with_pid && count <= 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(line: &str) -> [String; 4] {
        let mut event = Event::default();
        assert!(Rfc3164.read(line, &mut event), "{line}");
        let text = |id| {
            event
                .get(id)
                .map(|value: &crate::record::Value<'_>| value.text().into_owned())
                .unwrap_or_default()
        };
        [
            text(fields::HOST_NAME),
            text(fields::PROCESS_NAME),
            text(fields::PROCESS_PID),
            text(fields::MESSAGE),
        ]
    }

    #[test]
    fn tags_are_read_in_all_their_spellings() {
        let table = [
            ("Mar  1 10:00:00 h sshd(pam_unix)[19]: check pass", ["h", "sshd", "19", "check pass"]),
            ("Mar  1 10:00:00 h su: x", ["h", "su", "", "x"]),
            ("Mar  1 10:00:00  sshd[3]: no host", ["", "sshd", "3", "no host"]),
            ("Mar  1 10:00:00 sshd[3]: no host", ["", "sshd", "3", "no host"]),
            ("Mar  1 10:00:00 h kernel: [ 12.5] eth0: up", ["h", "kernel", "", "[ 12.5] eth0: up"]),
            (
                "Mar  1 10:00:00 h last message repeated 2 times",
                ["h", "", "", "last message repeated 2 times"],
            ),
            ("<30>Mar  1 10:00:00 h /usr/sbin/cron[5]: x", ["h", "/usr/sbin/cron", "5", "x"]),
            ("Mar  1 10:00:00 EST h sshd[3]: x", ["h", "sshd", "3", "x"]),
            ("Mar  1 10:00:00 EST sshd[3]: x: y", ["EST", "sshd", "3", "x: y"]),
            ("Mar  1 10:00:00.5 CET: %SYS-5-CONFIG_I: Configured", ["", "%SYS-5-CONFIG_I", "", "Configured"]),
            ("2026-03-01T10:00:00 h com.apple.xpc[1] (svc): gone", ["h", "com.apple.xpc", "1", "gone"]),
        ];
        for (line, wanted) in table {
            assert_eq!(parts(line), wanted.map(str::to_owned), "{line}");
        }
    }

    #[test]
    fn what_is_no_syslog_is_refused() {
        for line in [
            "",
            "Mar",
            "Mar  1 10:00:00",
            "Mar  1 10:00:00 ",
            "hello world: yes",
            "2026-03-01 10:00:00,5 INFO starting up",
        ] {
            assert!(!Rfc3164.read(line, &mut Event::default()), "{line}");
        }
    }
}
