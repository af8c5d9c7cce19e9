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

/// Reads `<PRI>` at the front: its number and the rest.
pub fn priority(text: &str) -> Option<(i64, &str)> {
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
    programs::read(message.program, message.text, event);
}
