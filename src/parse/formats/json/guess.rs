//! What keys mean that every application names for itself.

use std::net::IpAddr;

use crate::record::{Event, FieldId, Instant, Key, Kind, Precision, Value, When, fields};

use super::super::super::stamp;

/// Names of times, best first.
const TIMES: [&str; 16] = [
    "@timestamp",
    "timestamp",
    "time",
    "ts",
    "t",
    "datetime",
    "date",
    "eventTime",
    "event_time",
    "created_at",
    "createdAt",
    "started_at",
    "start_time",
    "asctime",
    "_time",
    "__REALTIME_TIMESTAMP",
];

/// Names of messages, best first.
const MESSAGES: [&str; 6] = ["message", "msg", "log", "event", "text", "MESSAGE"];

/// Names of levels.
const LEVELS: [&str; 6] = ["level", "lvl", "severity", "log.level", "loglevel", "levelname"];

/// Names that mean a core field wherever they stand at the top.
const SAFE: [(&str, FieldId); 44] = [
    ("user", fields::USER_NAME),
    ("username", fields::USER_NAME),
    ("user_name", fields::USER_NAME),
    ("userName", fields::USER_NAME),
    ("remote_user", fields::USER_NAME),
    ("user_id", fields::USER_ID),
    ("userId", fields::USER_ID),
    ("ip", fields::SOURCE_IP),
    ("client_ip", fields::SOURCE_IP),
    ("clientIp", fields::SOURCE_IP),
    ("clientip", fields::SOURCE_IP),
    ("remote_ip", fields::SOURCE_IP),
    ("remote_addr", fields::SOURCE_IP),
    ("remoteAddr", fields::SOURCE_IP),
    ("src_ip", fields::SOURCE_IP),
    ("source_ip", fields::SOURCE_IP),
    ("remoteAddress", fields::SOURCE_IP),
    ("src_port", fields::SOURCE_PORT),
    ("dst_ip", fields::DESTINATION_IP),
    ("dest_ip", fields::DESTINATION_IP),
    ("dst_port", fields::DESTINATION_PORT),
    ("dest_port", fields::DESTINATION_PORT),
    ("host", fields::HOST_NAME),
    ("hostname", fields::HOST_NAME),
    ("_HOSTNAME", fields::HOST_NAME),
    ("pid", fields::PROCESS_PID),
    ("_PID", fields::PROCESS_PID),
    ("SYSLOG_IDENTIFIER", fields::PROCESS_NAME),
    ("_COMM", fields::PROCESS_NAME),
    ("_CMDLINE", fields::PROCESS_COMMAND_LINE),
    ("method", fields::HTTP_METHOD),
    ("request_method", fields::HTTP_METHOD),
    ("status", fields::HTTP_STATUS),
    ("status_code", fields::HTTP_STATUS),
    ("path", fields::URL_PATH),
    ("uri", fields::URL_ORIGINAL),
    ("request_uri", fields::URL_ORIGINAL),
    ("url", fields::URL_ORIGINAL),
    ("user_agent", fields::USER_AGENT),
    ("userAgent", fields::USER_AGENT),
    ("http_user_agent", fields::USER_AGENT),
    ("http_referer", fields::HTTP_REFERRER),
    ("logger", fields::LOG_LOGGER),
    ("session_id", fields::SESSION_ID),
];

/// Puts a pair under what it means: time, level, message, a core field where
/// that is safe, and its own name under `namespace` otherwise.
pub fn put<'a>(namespace: &str, path: &str, value: Value<'a>, event: &mut Event<'a>) {
    if let Some(rank) = TIMES.iter().position(|name| *name == path)
        && put_time(rank, &value, event)
    {
        return;
    }
    if MESSAGES.contains(&path) && event.get(fields::MESSAGE).is_none() && matches!(value, Value::Text(_)) {
        event.put(fields::MESSAGE, value);
    } else if LEVELS.contains(&path) && event.get(fields::LOG_LEVEL).is_none() {
        event.put(fields::LOG_LEVEL, level(value));
    } else {
        let known = SAFE
            .iter()
            .find(|(name, _)| *name == path)
            .and_then(|(_, id)| Some((*id, fitting(*id, &value)?)));
        match known {
            Some((id, fitting)) if event.get(id).is_none() => event.put(id, fitting),
            _ => event.put(own(namespace, path), value),
        }
    }
}

fn own<'a>(namespace: &str, path: &str) -> Key<'a> {
    Key::from(format!("{namespace}.{path}"))
}

/// Gives a value as the field wants it; none where it does not fit.
pub fn fitting<'a>(id: FieldId, value: &Value<'a>) -> Option<Value<'a>> {
    match (id.field().kind, value) {
        (Kind::Ip, Value::Text(text)) => address(text).map(Value::Ip),
        (Kind::Long, Value::Text(text)) => text.parse().ok().map(Value::Long),
        (Kind::Long, Value::Long(_)) => Some(value.clone()),
        (Kind::Long, Value::Float(number)) if number.fract() == 0.0 && number.abs() < 9e15 => {
            Some(Value::Long(*number as i64))
        }
        (Kind::Boolean, Value::Bool(_)) => Some(value.clone()),
        (Kind::Keyword | Kind::Text | Kind::Date, Value::Text(text)) if text.is_empty() || text == "-" => {
            None
        }
        (Kind::Keyword | Kind::Text | Kind::Date, _) => Some(Value::from(value.text().into_owned())),
        _ => None,
    }
}

/// Reads an address that may have a port behind it.
pub fn address(text: &str) -> Option<IpAddr> {
    let bare = || text.rsplit_once(':').map(|(front, _)| front.trim_matches(['[', ']']));
    text.parse().ok().or_else(|| bare()?.parse().ok())
}

/// Takes a time; a better name than the one it was taken from before wins.
fn put_time(rank: usize, value: &Value<'_>, event: &mut Event<'_>) -> bool {
    let Some(when) = moment(value) else { return false };
    let taken = event.when_text.is_some() && event.when.is_some();
    if taken && rank > 3 {
        return false;
    }
    event.when = Some(when);
    event.when_text = Some(value.text().into_owned().into());
    true
}

/// Reads a moment out of a value: text in any notation, or a number of seconds,
/// milliseconds, microseconds or nanoseconds since 1970.
pub fn moment(value: &Value<'_>) -> Option<When> {
    match value {
        Value::Text(text) => stamp::whole(text.trim()),
        Value::Long(number) => stamp::whole(&number.to_string()),
        Value::Float(number) if (1e8..1e11).contains(number) => {
            let micros = (number * 1e6).round() as i64;
            Some(When::Moment(Instant::from_nanos(micros.checked_mul(1000)?), Precision::Micro))
        }
        Value::Float(number) if (1e11..1e14).contains(number) => Some(When::Moment(
            Instant::from_nanos((*number as i64).checked_mul(1_000_000)?),
            Precision::Milli,
        )),
        Value::Float(_) | Value::Bool(_) | Value::Ip(_) => None,
    }
}

/// Gives a level as a word; bunyan and pino write numbers.
fn level(value: Value<'_>) -> Value<'_> {
    let name = match value {
        Value::Long(10) => "trace",
        Value::Long(20) => "debug",
        Value::Long(30) => "info",
        Value::Long(40) => "warn",
        Value::Long(50) => "error",
        Value::Long(60) => "fatal",
        other => return Value::from(other.text().into_owned()),
    };
    Value::from(name)
}
