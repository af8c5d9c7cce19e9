//! A record as a list of leaves with dotted names, whatever its notation.

use std::borrow::Cow;
use std::ops::Range;

use crate::record::{Event, Key, Value, fields};

/// The deepest level of objects and arrays that is flattened; what is deeper is kept as
/// JSON.
pub const MAX_DEPTH: usize = 32;
/// The most leaves of a record; the others are kept together as JSON.
pub const MAX_LEAVES: usize = 512;
/// The longest dotted name in bytes; a leaf with a longer one is kept with the others.
pub const MAX_NAME: usize = 256;

/// The value of a leaf.
#[derive(Debug, Clone, PartialEq)]
pub enum LeafValue<'a> {
    /// A text with its escapes resolved; also a whole number too large for
    /// [`LeafValue::Int`].
    Text(Cow<'a, str>),
    /// A whole number.
    Int(i64),
    /// A number with a fraction or an exponent, and how it was written.
    Float(f64, &'a str),
    /// True or false.
    Bool(bool),
    /// What lies deeper than [`MAX_DEPTH`], as JSON.
    Json(&'a str),
}

impl<'a> LeafValue<'a> {
    /// Returns the text, where it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            LeafValue::Text(text) => Some(text),
            LeafValue::Int(_) | LeafValue::Float(..) | LeafValue::Bool(_) | LeafValue::Json(_) => None,
        }
    }

    /// Returns the value as it was written, whatever it is.
    pub fn written(self) -> Cow<'a, str> {
        match self {
            LeafValue::Text(text) => text,
            LeafValue::Int(number) => Cow::Owned(number.to_string()),
            LeafValue::Float(_, text) | LeafValue::Json(text) => Cow::Borrowed(text),
            LeafValue::Bool(yes) => Cow::Borrowed(if yes { "true" } else { "false" }),
        }
    }
}

impl<'a> From<LeafValue<'a>> for Value<'a> {
    /// Keeps the leaf's own type.
    fn from(leaf: LeafValue<'a>) -> Value<'a> {
        match leaf {
            LeafValue::Text(text) => Value::Text(text),
            LeafValue::Int(number) => Value::Long(number),
            LeafValue::Float(number, _) => Value::Float(number),
            LeafValue::Bool(yes) => Value::Bool(yes),
            LeafValue::Json(text) => Value::Text(Cow::Borrowed(text)),
        }
    }
}

/// The leaves of one record, in order; a name may occur several times.
#[derive(Debug, Default)]
pub struct Leaves<'a> {
    names: String,
    list: Vec<(Range<usize>, LeafValue<'a>)>,
    /// The members of a JSON object with the leaves beyond [`MAX_LEAVES`].
    rest: String,
}

impl<'a> Leaves<'a> {
    /// Returns whether another leaf of this name would exceed the bounds.
    pub fn is_full(&self, name: &str) -> bool {
        self.list.len() >= MAX_LEAVES || name.len() > MAX_NAME
    }

    /// Returns whether there are no leaves.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty() && self.rest.is_empty()
    }

    /// Adds a leaf at the end.
    pub fn push(&mut self, name: &str, leaf: LeafValue<'a>) {
        let range = match self.list.last() {
            Some((last, _)) if self.names[last.clone()] == *name => last.clone(),
            _ => {
                self.names.push_str(name);
                self.names.len() - name.len()..self.names.len()
            }
        };
        self.list.push((range, leaf));
    }

    /// Adds a value beyond the bounds, given as JSON.
    pub fn push_rest(&mut self, name: &str, json: &str) {
        let name = serde_json::to_string(name).expect("a text is JSON");
        let comma = if self.rest.is_empty() { "" } else { "," };
        self.rest.extend([comma, &name, ":", json]);
    }

    /// Returns every leaf with its name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &LeafValue<'a>)> {
        self.list.iter().map(|(range, leaf)| (&self.names[range.clone()], leaf))
    }

    /// Returns the first text of a name.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.iter().find(|(other, _)| *other == name).and_then(|(_, leaf)| leaf.text())
    }

    /// Returns the leaves beyond the bounds as a JSON object.
    pub fn rest(&self) -> Option<String> {
        (!self.rest.is_empty()).then(|| format!("{{{}}}", self.rest))
    }

    /// Sets `<prefix>_rest` to the leaves beyond the bounds, and tags that name the
    /// bounds that were exceeded.
    pub fn put_rest(&self, event: &mut Event<'a>, prefix: &str) {
        if let Some(rest) = self.rest() {
            event.put(fields::TAGS, "too_many_fields");
            event.put(Key::Custom(Cow::Owned(format!("{prefix}_rest"))), rest);
        }
        if self.list.iter().any(|(_, leaf)| matches!(leaf, LeafValue::Json(_))) {
            event.put(fields::TAGS, "nested_too_deep");
        }
    }

    /// Removes the leaves; `take` gets each with its index, from 0, and its name.
    pub fn drain(&mut self, mut take: impl FnMut(usize, &str, LeafValue<'a>)) {
        for (place, (range, leaf)) in self.list.drain(..).enumerate() {
            take(place, &self.names[range], leaf);
        }
    }
}
