//! Syslog by RFC 5424: a version, and structured data.

use std::borrow::Cow;

use crate::record::{Event, Value, fields};

use super::datasets;
use super::envelope::{SyslogMessage, priority, put_message, put_priority};
use crate::parse::cursor::Cursor;
use crate::parse::format::{Format, RecordText};
use crate::parse::time::timestamp_formats;

/// `<PRI>1 time host app procid msgid [data] message`.
pub struct Rfc5424;

impl Format for Rfc5424 {
    fn name(&self) -> &'static str {
        "syslog.rfc5424"
    }

    fn about(&self) -> &'static str {
        "syslog by RFC 5424: <PRI>1 time host app procid msgid [structured data] message"
    }

    fn datasets(&self) -> &'static [&'static str] {
        datasets::ALL
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"<165>1 2026-03-01T10:00:00.003Z web-01 shop 711 ID47 [origin@32473 software="shop" eventID="1011"] order placed"#,
            "<86>1 2026-03-01T10:00:00+01:00 web-01 sshd 711 - - Accepted publickey for alice from 192.0.2.7 port 50122 ssh2: ED25519 SHA256:0123456789abcdef",
        ]
    }

    fn specificity(&self) -> u8 {
        75
    }

    fn wraps(&self) -> bool {
        true
    }

    fn is_inner(&self) -> bool {
        true
    }

    fn read_record<'a>(&self, record: &RecordText<'a>, event: &mut Event<'a>) -> bool {
        let text = record.text();
        read(text, event).is_some()
    }
}

fn read<'a>(text: &'a str, event: &mut Event<'a>) -> Option<()> {
    let (pri, rest) = match priority(text) {
        Some((pri, rest)) => (Some(pri), rest.strip_prefix("1 ")?),
        None => (None, without_priority(text)?),
    };
    let mut cursor = Cursor::new(rest);
    let time = cursor.word();
    if time != "-" {
        let (when, behind) = timestamp_formats::iso(time)?;
        if !behind.is_empty() {
            return None;
        }
        (event.parsed_time, event.time_text) = (Some(when), Some(time.into()));
    }
    let (host, program, pid, id) = (cursor.word(), cursor.word(), cursor.word(), cursor.word());
    if let Some(pri) = pri {
        put_priority(pri, event);
    }
    event.put_nonempty("syslog.msgid", id);
    if cursor.eat("-").is_none() {
        while cursor.rest().starts_with('[') {
            element(&mut cursor, event)?;
        }
    }
    let message = cursor.rest().strip_prefix(' ').unwrap_or(cursor.rest());
    let message = message.strip_prefix('\u{feff}').unwrap_or(message);
    let message = if pri.is_none() { message.trim_start() } else { message };
    put_message(&SyslogMessage { host, program, pid, text: message }, event);
    if event.get(fields::EVENT_DATASET).is_none() {
        event.put(fields::EVENT_DATASET, datasets::SYSLOG);
    }
    Some(())
}

/// Returns a text that has this form without a priority, as rsyslog writes it into files:
/// an ISO time, host, program, process id, message id, and structured data.
fn without_priority(text: &str) -> Option<&str> {
    let mut words = text.split(' ');
    let time =
        words.next().filter(|time| timestamp_formats::iso(time).is_some_and(|(_, rest)| rest.is_empty()))?;
    let (host, program, pid) = (words.next()?, words.next()?, words.next()?);
    let is_pid = pid == "-" || pid.bytes().all(|byte| byte.is_ascii_digit());
    let (id, data) = (words.next()?, words.next()?);
    let fits = is_pid && !pid.is_empty() && !host.is_empty() && !program.ends_with(':') && !id.is_empty();
    (!time.is_empty() && fits && (data == "-" || data.starts_with('['))).then_some(text)
}

/// Reads one element of structured data (RFC 5424 §6.3): `[id name="value" …]`.
fn element<'a>(cursor: &mut Cursor<'a>, event: &mut Event<'a>) -> Option<()> {
    cursor.eat("[")?;
    let end = cursor.rest().find([' ', ']'])?;
    let id = &cursor.rest()[..end];
    cursor.eat(id)?;
    loop {
        cursor.spaces();
        if cursor.eat("]").is_some() {
            return Some(());
        }
        let name = cursor.until(b'=')?;
        let value = cursor.quoted()?;
        event.put(format!("syslog.structured_data.{id}.{name}"), Value::Text(unescaped(value)));
    }
}

/// Resolves `\"`, `\\` and `\]` (RFC 5424 §6.3.3).
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace("\\\"", "\"").replace("\\]", "]").replace("\\\\", "\\"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structured_data_is_read_with_its_escapes() {
        let mut event = Event::default();
        let line = r#"<165>1 - - - - - [a@1 x="1" y="say \"\]\""][b@2 z="2"] done"#;
        assert!(Rfc5424.read(line, &mut event));
        let y: Vec<_> =
            event.values("syslog.structured_data.a@1.y").map(|value| value.text().into_owned()).collect();
        assert_eq!(y, [r#"say "]""#]);
        assert_eq!(event.text(fields::MESSAGE), Some("done"));
        assert_eq!(event.parsed_time, None);
    }
}
