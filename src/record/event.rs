//! One event: fields with values, a time, the text it came from.

use std::borrow::Cow;
use std::net::IpAddr;

use super::{EventTime, FieldId, Origin, ParsedTime};

/// The name of a field: a row of the core table, or a custom name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key<'a> {
    /// A core field.
    Core(FieldId),
    /// A dotted name outside the core table.
    Custom(Cow<'a, str>),
}

impl Key<'_> {
    /// Returns the dotted name.
    pub fn name(&self) -> &str {
        match self {
            Key::Core(id) => id.name(),
            Key::Custom(name) => name,
        }
    }

    /// Copies what is borrowed from the parsed text.
    pub fn into_owned(self) -> Key<'static> {
        match self {
            Key::Core(id) => Key::Core(id),
            Key::Custom(name) => Key::Custom(Cow::Owned(name.into_owned())),
        }
    }
}

impl From<FieldId> for Key<'_> {
    fn from(id: FieldId) -> Self {
        Key::Core(id)
    }
}

impl<'a> From<&'a str> for Key<'a> {
    /// A name becomes its core field if the table has it.
    fn from(name: &'a str) -> Self {
        FieldId::by_name(name).map_or(Key::Custom(Cow::Borrowed(name)), Key::Core)
    }
}

impl From<String> for Key<'_> {
    fn from(name: String) -> Self {
        FieldId::by_name(&name).map_or(Key::Custom(Cow::Owned(name)), Key::Core)
    }
}

/// The value of a field.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// Text; bytes that were not UTF-8 are U+FFFD.
    Text(Cow<'a, str>),
    /// A whole number.
    Long(i64),
    /// A number with a fraction.
    Float(f64),
    /// True or false.
    Bool(bool),
    /// An address.
    Ip(IpAddr),
}

impl<'a> Value<'a> {
    /// Returns the value as the text in which it is shown and searched.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Value::Text(text) => Cow::Borrowed(text),
            Value::Long(n) => Cow::Owned(n.to_string()),
            Value::Float(n) => Cow::Owned(n.to_string()),
            Value::Bool(b) => Cow::Borrowed(if *b { "true" } else { "false" }),
            Value::Ip(ip) => Cow::Owned(ip.to_string()),
        }
    }

    /// Copies what is borrowed from the parsed text.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Value::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Value::Long(n) => Value::Long(n),
            Value::Float(n) => Value::Float(n),
            Value::Bool(b) => Value::Bool(b),
            Value::Ip(ip) => Value::Ip(ip),
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Value::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Value::Text(Cow::Owned(text))
    }
}

impl<'a> From<Cow<'a, str>> for Value<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        Value::Text(text)
    }
}

impl From<i64> for Value<'_> {
    fn from(n: i64) -> Self {
        Value::Long(n)
    }
}

impl From<bool> for Value<'_> {
    fn from(b: bool) -> Self {
        Value::Bool(b)
    }
}

impl From<IpAddr> for Value<'_> {
    fn from(ip: IpAddr) -> Self {
        Value::Ip(ip)
    }
}

/// What a record means: filled by a format, finished by `parse`.
///
/// Fields keep the order in which they were added; a key added twice has two
/// values. `@timestamp` is never a field: the time is in `parsed_time` (what the
/// format read) and `time` (what `parse` resolved it to).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Event<'a> {
    /// The name of the format that understood the record; empty before.
    pub format: &'static str,
    /// The time as the format read it.
    pub parsed_time: Option<ParsedTime>,
    /// The text that the time was read from.
    pub time_text: Option<Cow<'a, str>>,
    /// The resolved time with its basis; none if the record has no time.
    pub time: Option<EventTime>,
    fields: Vec<(Key<'a>, Value<'a>)>,
}

impl<'a> Event<'a> {
    /// Adds a value to a field; a field may have several.
    pub fn put(&mut self, key: impl Into<Key<'a>>, value: impl Into<Value<'a>>) {
        self.fields.push((key.into(), value.into()));
    }

    /// Adds a text value unless it is empty or `-`, which logs write for an empty value.
    pub fn put_nonempty(&mut self, key: impl Into<Key<'a>>, text: &'a str) {
        if !text.is_empty() && text != "-" {
            self.put(key, text);
        }
    }

    /// Removes every value of a field.
    pub fn remove(&mut self, key: FieldId) {
        self.fields.retain(|(k, _)| *k != Key::Core(key));
    }

    /// Returns every field with its value, in the order added.
    pub fn fields(&self) -> &[(Key<'a>, Value<'a>)] {
        &self.fields
    }

    /// Takes every field with its value, in the order added.
    pub fn into_fields(self) -> impl Iterator<Item = (Key<'a>, Value<'a>)> {
        self.fields.into_iter()
    }

    /// Returns the first value of a core field.
    pub fn get(&self, id: FieldId) -> Option<&Value<'a>> {
        self.fields.iter().find(|(key, _)| *key == Key::Core(id)).map(|(_, value)| value)
    }

    /// Returns the first value of a core field if it is text.
    pub fn text(&self, id: FieldId) -> Option<&str> {
        match self.get(id) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Returns every value of a field by its dotted name.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &Value<'a>> {
        self.fields.iter().filter(move |(key, _)| key.name() == name).map(|(_, value)| value)
    }

    /// Clears the event for another text, and reuses its memory.
    pub fn recycle<'b>(mut self) -> Event<'b> {
        self.fields.clear();
        let fields = self.fields.into_iter().map(|_| unreachable!("it was emptied")).collect();
        Event { format: "", parsed_time: None, time_text: None, time: None, fields }
    }

    /// Clears the event for another attempt on the same text.
    pub fn reset(&mut self) {
        self.fields.clear();
        (self.format, self.parsed_time, self.time_text, self.time) = ("", None, None, None);
    }

    /// Copies what is borrowed from the parsed text.
    pub fn into_owned(self) -> Event<'static> {
        Event {
            format: self.format,
            parsed_time: self.parsed_time,
            time_text: self.time_text.map(|text| Cow::Owned(text.into_owned())),
            time: self.time,
            fields: self.fields.into_iter().map(|(k, v)| (k.into_owned(), v.into_owned())).collect(),
        }
    }
}

/// An event with its origin and its original bytes, as shown and exported.
#[derive(Debug, Clone, PartialEq)]
pub struct EventRecord {
    /// Where it is in its source.
    pub origin: Origin,
    /// What it means.
    pub event: Event<'static>,
    /// The event's bytes, without the last line end.
    pub raw: Vec<u8>,
    /// Which part of an overlong line this is, from 1; 0 for a whole record.
    pub part: u32,
    /// The journal entry that changed how its source is read, if any did.
    pub reread: Option<u64>,
}

/// An event as it is printed, borrowed from wherever it is.
#[derive(Debug, Clone, Copy)]
pub struct EventView<'a> {
    /// Where it is in its source.
    pub origin: Origin,
    /// What it means.
    pub event: &'a Event<'a>,
    /// The event's bytes, without the last line end.
    pub raw: &'a [u8],
    /// Which part of an overlong line this is, from 1; 0 for a whole record.
    pub part: u32,
    /// The journal entry that changed how its source is read, if any did.
    pub reread: Option<u64>,
}

impl EventRecord {
    /// Returns a view of the event.
    pub fn view(&self) -> EventView<'_> {
        let EventRecord { origin, event, raw, part, reread } = self;
        EventView { origin: *origin, event, raw, part: *part, reread: *reread }
    }
}
