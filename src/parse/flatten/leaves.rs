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
#[derive(Debug, Clone, Default)]
pub struct Leaves<'a> {
    names: String,
    list: Vec<(Range<usize>, LeafValue<'a>)>,
    /// The objects in arrays: the name of the array, and which leaves are of the object.
    elements: Vec<(Range<usize>, Range<usize>)>,
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

    /// Adds an object in an array of this name, with the places of its leaves.
    pub fn push_element(&mut self, name: &str, places: Range<usize>) {
        if places.is_empty() {
            return;
        }
        // The names of its leaves begin with that of the array.
        let start = self.list[places.start].0.start;
        let own = self.names.get(start..start + name.len()).filter(|own| *own == name);
        if own.is_some() {
            self.elements.push((start..start + name.len(), places));
        }
    }

    /// Returns the objects in arrays, the inner before the outer: the name of the array,
    /// and the places of the object's leaves.
    pub fn elements(&self) -> impl Iterator<Item = (&str, Range<usize>)> {
        self.elements.iter().map(|(name, places)| (&self.names[name.clone()], places.clone()))
    }

    /// Returns the number of leaves.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Returns whether there is a leaf of this name, or one below it.
    pub fn has(&self, name: &str, ignores_case: bool) -> bool {
        self.iter().any(|(own, _)| {
            let Some((front, rest)) = own.split_at_checked(name.len()) else { return false };
            (front == name || ignores_case && front.eq_ignore_ascii_case(name))
                && (rest.is_empty() || rest.starts_with('.'))
        })
    }

    /// Returns the leaves below a name, without it; others keep their names.
    pub fn below(&self, name: &str) -> Leaves<'a> {
        let mut own = Leaves::with_rest_of(self);
        for (full, leaf) in self.iter() {
            let rest = full.strip_prefix(name).and_then(|rest| rest.strip_prefix('.'));
            own.push(rest.unwrap_or(full), leaf.clone());
        }
        own
    }

    /// Creates leaves that keep what is beyond the bounds of others.
    pub fn with_rest_of(other: &Leaves<'a>) -> Leaves<'a> {
        Leaves { rest: other.rest.clone(), ..Leaves::default() }
    }

    /// Adds copies of other leaves.
    pub fn append(&mut self, other: &Leaves<'_>) {
        let before = self.list.len();
        for (name, leaf) in other.iter() {
            let leaf = match leaf {
                LeafValue::Text(text) => LeafValue::Text(Cow::Owned(text.clone().into_owned())),
                LeafValue::Int(number) => LeafValue::Int(*number),
                LeafValue::Bool(yes) => LeafValue::Bool(*yes),
                LeafValue::Float(..) | LeafValue::Json(_) => {
                    LeafValue::Text(Cow::Owned(leaf.clone().written().into_owned()))
                }
            };
            self.push(name, leaf);
        }
        if !other.rest.is_empty() {
            let comma = if self.rest.is_empty() { "" } else { "," };
            self.rest.extend([comma, &other.rest]);
        }
        for (name, range) in &other.elements {
            self.push_element(&other.names[name.clone()], before + range.start..before + range.end);
        }
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
