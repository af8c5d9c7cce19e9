//! Sets the fields that names and values stand for.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

use crate::record::{Event, FieldId, FieldKind, Key, Value, fields};

use super::field_names::FieldRole;
use crate::parse::cursor::slice;
use crate::parse::flatten::LeafValue;
use crate::parse::http;

/// The namespace of names that are not core fields.
#[derive(Debug, Clone, Copy)]
pub struct Namespace {
    /// The prefix of the name, with its dot: `json.`.
    pub prefix: &'static str,
    /// Dotted names are kept as they are, as in ECS.
    pub dotted_stand: bool,
}

/// Fills one event from the values of a record.
pub struct EventFiller<'e, 'a> {
    pub event: &'e mut Event<'a>,
    namespace: Namespace,
    is_web: bool,
    /// The name that filled each field: no other name may.
    claims: Vec<(FieldId, String)>,
}

impl<'e, 'a> EventFiller<'e, 'a> {
    pub fn new(event: &'e mut Event<'a>, namespace: Namespace, is_web: bool) -> EventFiller<'e, 'a> {
        EventFiller { event, namespace, is_web, claims: Vec::new() }
    }

    /// Sets the field that the role of a leaf stands for if its value can be one, else
    /// a field of its own name.
    pub fn put(&mut self, name: &str, role: Option<FieldRole>, leaf: LeafValue<'a>) {
        let put =
            match role {
                None | Some(FieldRole::Time(_) | FieldRole::Message(_)) => Err(leaf),
                Some(
                    FieldRole::Web(_) | FieldRole::WebStatus | FieldRole::WebTarget | FieldRole::WebVersion,
                ) if !self.is_web => Err(leaf),
                Some(role) => self.put_meaning(name, role, leaf),
            };
        if let Err(leaf) = put {
            let key = self.own_name(name);
            self.event.put(Key::Custom(Cow::Owned(key)), leaf);
        }
    }

    fn own_name(&self, name: &str) -> String {
        let stands = self.namespace.dotted_stand && name.contains('.') && !name.starts_with("vestigo.");
        if stands && FieldId::by_name(name).is_none() {
            name.to_owned()
        } else {
            format!("{}{name}", self.namespace.prefix)
        }
    }

    fn put_meaning(&mut self, name: &str, role: FieldRole, leaf: LeafValue<'a>) -> Result<(), LeafValue<'a>> {
        match (role, leaf) {
            (FieldRole::Field(id) | FieldRole::Web(id), leaf) => self.put_field(name, id, leaf),
            (FieldRole::Host, leaf) => {
                let id = if self.is_web { fields::URL_DOMAIN } else { fields::HOST_NAME };
                self.put_field(name, id, leaf)
            }
            (FieldRole::Level, LeafValue::Int(number)) => {
                let level = numbered_level(number).ok_or(LeafValue::Int(number))?;
                self.put_field(name, fields::LOG_LEVEL, LeafValue::Text(Cow::Borrowed(level)))
            }
            (FieldRole::Level, leaf @ LeafValue::Text(_)) => self.put_field(name, fields::LOG_LEVEL, leaf),
            (FieldRole::Status | FieldRole::WebStatus, leaf) => {
                let status = match &leaf {
                    LeafValue::Int(number) => Some(*number),
                    leaf => leaf.text().and_then(|text| text.parse().ok()),
                };
                match status {
                    Some(100..=599) => self.put_field(name, fields::HTTP_STATUS, leaf),
                    _ => Err(leaf),
                }
            }
            (FieldRole::Took(unit), leaf) => match decimal(&leaf).and_then(|text| scaled(&text, unit)) {
                Some(nanos) if self.claim(fields::EVENT_DURATION, name) => {
                    self.event.put(fields::EVENT_DURATION, nanos);
                    Ok(())
                }
                _ => Err(leaf),
            },
            (role, LeafValue::Text(text)) => self.put_text(name, role, text).map_err(LeafValue::Text),
            (_, leaf) => Err(leaf),
        }
    }

    /// Sets fields that only a text can fill.
    fn put_text(&mut self, name: &str, role: FieldRole, text: Cow<'a, str>) -> Result<(), Cow<'a, str>> {
        match role {
            FieldRole::Source if address(&text).is_some() && self.claim(fields::SOURCE_ADDRESS, name) => {
                self.put_address(text, [fields::SOURCE_ADDRESS, fields::SOURCE_IP, fields::SOURCE_PORT]);
            }
            FieldRole::Destination
                if address(&text).is_some() && self.claim(fields::DESTINATION_ADDRESS, name) =>
            {
                let ids = [fields::DESTINATION_ADDRESS, fields::DESTINATION_IP, fields::DESTINATION_PORT];
                self.put_address(text, ids);
            }
            FieldRole::Method if http::is_method(&text) && self.claim(fields::HTTP_METHOD, name) => {
                self.event.put(fields::HTTP_METHOD, text);
            }
            FieldRole::Target | FieldRole::WebTarget
                if is_target(&text) && self.claim(fields::URL_ORIGINAL, name) =>
            {
                http::put_target(self.event, text);
            }
            FieldRole::RequestLine
                if http::is_request_line(&text) && self.claim(fields::URL_ORIGINAL, name) =>
            {
                http::put_request_line(self.event, text);
            }
            FieldRole::WebVersion => {
                let start = if text.starts_with("HTTP/") { 5 } else { 0 };
                let version = LeafValue::Text(slice(&text, start..text.len()));
                return self.put_field(name, fields::HTTP_VERSION, version).map_err(|_| text);
            }
            FieldRole::Outcome => match outcome(&text) {
                Some(outcome) if self.claim(fields::EVENT_OUTCOME, name) => {
                    self.event.put(fields::EVENT_OUTCOME, outcome);
                }
                _ => return Err(text),
            },
            FieldRole::TookWritten => match written_duration(&text) {
                Some(nanos) if self.claim(fields::EVENT_DURATION, name) => {
                    self.event.put(fields::EVENT_DURATION, nanos);
                }
                _ => return Err(text),
            },
            _ => return Err(text),
        }
        Ok(())
    }

    fn put_address(&mut self, text: Cow<'a, str>, [whole, ip, port]: [FieldId; 3]) {
        if let Some((address, number)) = address(&text) {
            self.event.put(ip, address);
            if let Some(number) = number {
                self.event.put(port, number);
            }
        }
        self.event.put(whole, text);
    }

    /// Sets a value under a core field if it is of the field's kind; else returns it.
    fn put_field(&mut self, name: &str, id: FieldId, leaf: LeafValue<'a>) -> Result<(), LeafValue<'a>> {
        let value = of_kind(id.field().kind, leaf)?;
        if !self.claim(id, name) {
            return Err(match value {
                Value::Text(text) => LeafValue::Text(text),
                Value::Long(number) => LeafValue::Int(number),
                Value::Bool(yes) => LeafValue::Bool(yes),
                other => LeafValue::Text(Cow::Owned(other.text().into_owned())),
            });
        }
        if !matches!(&value, Value::Text(text) if text.is_empty() || text == "-") {
            self.event.put(id, value);
        }
        Ok(())
    }

    /// Claims a field for a name; returns false if another name has it.
    fn claim(&mut self, id: FieldId, name: &str) -> bool {
        match self.claims.iter().find(|(other, _)| *other == id) {
            Some((_, owner)) => owner == name,
            None => {
                self.claims.push((id, name.to_owned()));
                true
            }
        }
    }
}

/// Creates a value of a core field's kind; a leaf that cannot be one is returned.
fn of_kind(kind: FieldKind, leaf: LeafValue<'_>) -> Result<Value<'_>, LeafValue<'_>> {
    match (kind, leaf) {
        (_, leaf @ LeafValue::Json(_)) => Err(leaf),
        (FieldKind::Keyword | FieldKind::Text | FieldKind::Date, leaf) => Ok(Value::Text(leaf.written())),
        (FieldKind::Long, LeafValue::Int(number)) => Ok(Value::Long(number)),
        (FieldKind::Long, LeafValue::Text(text)) => {
            text.parse().map(Value::Long).map_err(|_| LeafValue::Text(text))
        }
        (FieldKind::Ip, LeafValue::Text(text)) => {
            text.parse().map(Value::Ip).map_err(|_| LeafValue::Text(text))
        }
        (FieldKind::Boolean, LeafValue::Bool(yes)) => Ok(Value::Bool(yes)),
        (FieldKind::Long | FieldKind::Ip | FieldKind::Boolean, leaf) => Err(leaf),
    }
}

/// Reads an address, perhaps with a port.
fn address(text: &str) -> Option<(IpAddr, Option<i64>)> {
    let bare = text.strip_prefix('[').and_then(|inside| inside.strip_suffix(']')).unwrap_or(text);
    if let Ok(ip) = bare.parse() {
        return Some((ip, None));
    }
    let socket: SocketAddr = text.parse().ok()?;
    Some((socket.ip(), Some(i64::from(socket.port()))))
}

fn is_target(text: &str) -> bool {
    text.starts_with('/') || text.contains("://")
}

fn outcome(text: &str) -> Option<&'static str> {
    match text.to_ascii_lowercase().as_str() {
        "success" | "succeeded" | "successful" | "ok" => Some("success"),
        "failure" | "failed" | "fail" | "denied" => Some("failure"),
        "unknown" => Some("unknown"),
        _ => None,
    }
}

/// Names the levels of bunyan and pino (github.com/trentm/node-bunyan, "Levels").
fn numbered_level(number: i64) -> Option<&'static str> {
    ["trace", "debug", "info", "warn", "error", "fatal"]
        .into_iter()
        .zip((10..).step_by(10))
        .find(|(_, own)| *own == number)
        .map(|(name, _)| name)
}

fn decimal<'l>(leaf: &'l LeafValue<'_>) -> Option<Cow<'l, str>> {
    match leaf {
        LeafValue::Text(text) => Some(Cow::Borrowed(text)),
        LeafValue::Int(number) => Some(Cow::Owned(number.to_string())),
        LeafValue::Float(_, written) => Some(Cow::Borrowed(written)),
        LeafValue::Bool(_) | LeafValue::Json(_) => None,
    }
}

/// Reads `12.5` in units of so many nanoseconds, exact to one nanosecond.
fn scaled(text: &str, unit: i64) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) {
        return None;
    }
    let (mut nanos, mut step) = (whole.parse::<i64>().ok()?.checked_mul(unit)?, unit);
    for digit in fraction.bytes() {
        step /= 10;
        nanos = nanos.checked_add(i64::from(digit - b'0') * step)?;
    }
    Some(nanos)
}

/// Reads a duration with its unit as Go writes it (`time.Duration`): `1m2.5s`, `42µs`.
fn written_duration(text: &str) -> Option<i64> {
    let (mut rest, mut nanos) = (text, 0_i64);
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, behind) = rest.split_at(end);
        let unit = behind.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(behind.len());
        let scale = match &behind[..unit] {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        nanos = nanos.checked_add(scaled(number, scale)?)?;
        rest = &behind[unit..];
    }
    (!text.is_empty()).then_some(nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_with_their_units() {
        let rows = [
            ("1m2.5s", Some(62_500_000_000)),
            ("42µs", Some(42_000)),
            ("186.042µs", Some(186_042)),
            ("0.013s", Some(13_000_000)),
            ("15d", None),
            ("12", None),
            ("", None),
            ("ms", None),
            ("99999999999h", None),
        ];
        for (text, nanos) in rows {
            assert_eq!(written_duration(text), nanos, "{text}");
        }
        assert_eq!(scaled("0.0055", 1_000_000_000), Some(5_500_000));
        assert_eq!(scaled("1.23456789", 1_000), Some(1_234));
        assert_eq!(scaled("-1", 1_000), None);
    }
}
