//! The fields that both syslog formats set.

use crate::record::{Event, fields};

use super::programs;
use crate::parse::cursor::number;

/// Names of severities 0 to 7 (RFC 5424 §6.2.1).
const SEVERITIES: [&str; 8] =
    ["emergency", "alert", "critical", "error", "warning", "notice", "informational", "debug"];

/// Who wrote a message, and what it says.
pub struct SyslogMessage<'a> {
    /// The host, where the line names one.
    pub host: &'a str,
    /// The program.
    pub program: &'a str,
    /// Its process id.
    pub pid: &'a str,
    /// The free text.
    pub text: &'a str,
}

/// Reads `<PRI>` at the front, perhaps behind the length of the message (RFC 6587 §3.4.1):
/// its number and the rest.
pub fn priority(text: &str) -> Option<(i64, &str)> {
    let counted = text.split_once(' ').filter(|(count, rest)| {
        rest.starts_with('<') && !count.starts_with('0') && count.len() <= 5 && number(count).is_some()
    });
    let text = counted.map_or(text, |(_, rest)| rest);
    let inner = text.strip_prefix('<')?;
    let end = inner.find('>').filter(|end| *end <= 3)?;
    let number = number(&inner[..end]).filter(|number| *number <= 191)?;
    Some((number, &inner[end + 1..]))
}

/// Sets a priority with its facility and severity (RFC 5424 §6.2.1).
pub fn put_priority(priority: i64, event: &mut Event<'_>) {
    event.put(fields::LOG_SYSLOG_PRIORITY, priority);
    event.put(fields::LOG_SYSLOG_FACILITY, priority / 8);
    event.put(fields::LOG_SYSLOG_SEVERITY, priority % 8);
    event.put(fields::LOG_LEVEL, SEVERITIES[(priority % 8) as usize]);
}

/// Sets the author of a message, the message, and what it means.
pub fn put_message<'a>(message: &SyslogMessage<'a>, event: &mut Event<'a>) {
    event.put(fields::EVENT_KIND, "event");
    event.put_nonempty(fields::HOST_NAME, message.host);
    event.put_nonempty(fields::PROCESS_NAME, message.program);
    match number(message.pid) {
        Some(pid) => event.put(fields::PROCESS_PID, pid),
        None => event.put_nonempty("syslog.procid", message.pid),
    }
    event.put(fields::MESSAGE, message.text);
    let text = without_solaris_id(message.text);
    let text = match repeated(text) {
        Some((count, inside)) => {
            event.put("syslog.repeated", count);
            inside
        }
        None => text,
    };
    programs::read(message.program, text, event);
}

/// Reads `message repeated 2 times: [ … ]`, as rsyslog shortens equal messages.
pub fn repeated(text: &str) -> Option<(i64, &str)> {
    let rest = text.strip_prefix("message repeated ")?;
    let (count, inside) = rest.split_once(" times: [ ")?;
    Some((number(count)?, inside.trim_end().strip_suffix(']')?.trim_end()))
}

/// Removes `[ID 800047 auth.info] `, as Solaris numbers its messages.
fn without_solaris_id(text: &str) -> &str {
    let Some((id, rest)) = text.strip_prefix("[ID ").and_then(|rest| rest.split_once("] ")) else {
        return text;
    };
    let is_id =
        id.split_once(' ').is_some_and(|(digits, level)| number(digits).is_some() && level.contains('.'));
    if is_id { rest } else { text }
}
