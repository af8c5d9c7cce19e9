//! Putting leaves where their names and values say.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

use crate::record::{Event, FieldId, FieldKind, Key, Value, fields};

use super::super::access;
use super::super::leaves::Leaf;
use super::super::url;
use super::Namespace;
use super::roles::Role;

/// One record on its way into an event.
pub(super) struct Fill<'e, 'a> {
    pub event: &'e mut Event<'a>,
    namespace: Namespace,
    is_web: bool,
    /// Which name has filled which field: another name may not.
    claims: Vec<(FieldId, String)>,
}

impl<'e, 'a> Fill<'e, 'a> {
    pub(super) fn new(event: &'e mut Event<'a>, namespace: Namespace, is_web: bool) -> Fill<'e, 'a> {
        Fill { event, namespace, is_web, claims: Vec::new() }
    }

    /// Puts a leaf under the field that its role means if its value can be
    /// one, else under its own name.
    pub(super) fn put(&mut self, name: &str, role: Option<Role>, leaf: Leaf<'a>) {
        let put = match role {
            None | Some(Role::Time(_) | Role::Message(_)) => Err(leaf),
            Some(Role::Web(_) | Role::WebStatus | Role::WebTarget | Role::WebVersion) if !self.is_web => {
                Err(leaf)
            }
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

    fn put_meaning(&mut self, name: &str, role: Role, leaf: Leaf<'a>) -> Result<(), Leaf<'a>> {
        match (role, leaf) {
            (Role::Field(id) | Role::Web(id), leaf) => self.put_field(name, id, leaf),
            (Role::Host, leaf) => {
                let id = if self.is_web { fields::URL_DOMAIN } else { fields::HOST_NAME };
                self.put_field(name, id, leaf)
            }
            (Role::Level, Leaf::Int(number)) => {
                let level = numbered_level(number).ok_or(Leaf::Int(number))?;
                self.put_field(name, fields::LOG_LEVEL, Leaf::Text(Cow::Borrowed(level)))
            }
            (Role::Level, leaf @ Leaf::Text(_)) => self.put_field(name, fields::LOG_LEVEL, leaf),
            (Role::Status | Role::WebStatus, leaf) => {
                let status = match &leaf {
                    Leaf::Int(number) => Some(*number),
                    leaf => leaf.text().and_then(|text| text.parse().ok()),
                };
                match status {
                    Some(100..=599) => self.put_field(name, fields::HTTP_STATUS, leaf),
                    _ => Err(leaf),
                }
            }
            (Role::Took(unit), leaf) => match decimal(&leaf).and_then(|text| scaled(&text, unit)) {
                Some(nanos) if self.claim(fields::EVENT_DURATION, name) => {
                    self.event.put(fields::EVENT_DURATION, nanos);
                    Ok(())
                }
                _ => Err(leaf),
            },
            (role, Leaf::Text(text)) => self.put_text(name, role, text).map_err(Leaf::Text),
            (_, leaf) => Err(leaf),
        }
    }

    /// Puts what only a text can mean.
    fn put_text(&mut self, name: &str, role: Role, text: Cow<'a, str>) -> Result<(), Cow<'a, str>> {
        match role {
            Role::Source if address(&text).is_some() && self.claim(fields::SOURCE_ADDRESS, name) => {
                self.put_address(text, [fields::SOURCE_ADDRESS, fields::SOURCE_IP, fields::SOURCE_PORT]);
            }
            Role::Destination
                if address(&text).is_some() && self.claim(fields::DESTINATION_ADDRESS, name) =>
            {
                let ids = [fields::DESTINATION_ADDRESS, fields::DESTINATION_IP, fields::DESTINATION_PORT];
                self.put_address(text, ids);
            }
            Role::Method if access::is_method(&text) && self.claim(fields::HTTP_METHOD, name) => {
                self.event.put(fields::HTTP_METHOD, text);
            }
            Role::Target | Role::WebTarget if is_target(&text) && self.claim(fields::URL_ORIGINAL, name) => {
                url::put_target(self.event, text);
            }
            Role::RequestLine if access::is_request_line(&text) && self.claim(fields::URL_ORIGINAL, name) => {
                access::put_request_line(self.event, text);
            }
            Role::WebVersion => {
                let start = if text.starts_with("HTTP/") { 5 } else { 0 };
                let version = Leaf::Text(url::slice(&text, start..text.len()));
                return self.put_field(name, fields::HTTP_VERSION, version).map_err(|_| text);
            }
            Role::Outcome => match outcome(&text) {
                Some(outcome) if self.claim(fields::EVENT_OUTCOME, name) => {
                    self.event.put(fields::EVENT_OUTCOME, outcome);
                }
                _ => return Err(text),
            },
            Role::TookWritten => match written_duration(&text) {
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

    /// Puts a value under a core field if it is of the field's kind; else gives it back.
    fn put_field(&mut self, name: &str, id: FieldId, leaf: Leaf<'a>) -> Result<(), Leaf<'a>> {
        let value = of_kind(id.field().kind, leaf)?;
        if !self.claim(id, name) {
            return Err(match value {
                Value::Text(text) => Leaf::Text(text),
                Value::Long(number) => Leaf::Int(number),
                Value::Bool(yes) => Leaf::Bool(yes),
                other => Leaf::Text(Cow::Owned(other.text().into_owned())),
            });
        }
        if !matches!(&value, Value::Text(text) if text.is_empty() || text == "-") {
            self.event.put(id, value);
        }
        Ok(())
    }

    /// Tells whether a name may fill a field: it does already, or none does.
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

/// Makes a value of a core field's kind; a leaf that cannot be one is given back.
fn of_kind(kind: FieldKind, leaf: Leaf<'_>) -> Result<Value<'_>, Leaf<'_>> {
    match (kind, leaf) {
        (_, leaf @ Leaf::Json(_)) => Err(leaf),
        (FieldKind::Keyword | FieldKind::Text | FieldKind::Date, leaf) => Ok(Value::Text(leaf.written())),
        (FieldKind::Long, Leaf::Int(number)) => Ok(Value::Long(number)),
        (FieldKind::Long, Leaf::Text(text)) => text.parse().map(Value::Long).map_err(|_| Leaf::Text(text)),
        (FieldKind::Ip, Leaf::Text(text)) => text.parse().map(Value::Ip).map_err(|_| Leaf::Text(text)),
        (FieldKind::Boolean, Leaf::Bool(yes)) => Ok(Value::Bool(yes)),
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

fn decimal<'l>(leaf: &'l Leaf<'_>) -> Option<Cow<'l, str>> {
    match leaf {
        Leaf::Text(text) => Some(Cow::Borrowed(text)),
        Leaf::Int(number) => Some(Cow::Owned(number.to_string())),
        Leaf::Float(_, written) => Some(Cow::Borrowed(written)),
        Leaf::Bool(_) | Leaf::Json(_) => None,
    }
}

/// Reads `12.5` in units of so many nanoseconds, without loss down to one.
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
