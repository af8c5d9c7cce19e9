//! The named values of one record, with those that a format asks for in slots.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use crate::parse::flatten::{LeafValue, Leaves};
use crate::parse::time::timestamp_formats;
use crate::record::ParsedTime;

/// No value.
const NONE: u32 = u32::MAX;

/// The names that a format asks for.
#[derive(Debug, Default)]
pub struct Names {
    slots: HashMap<&'static str, u32>,
    names: Vec<&'static str>,
    /// The first parts of paths that stand for one of several places.
    pub aliases: BTreeMap<String, Vec<String>>,
    /// Whether names are found in any case.
    pub ignores_case: bool,
}

impl Names {
    /// Returns the slot of a name, and adds it where it is new.
    pub fn slot(&mut self, name: &str) -> u32 {
        let known = if self.ignores_case { name.to_lowercase() } else { name.to_owned() };
        if let Some(slot) = self.slots.get(known.as_str()) {
            return *slot;
        }
        let slot = self.names.len() as u32;
        self.names.push(String::from(name).leak());
        self.slots.insert(known.leak(), slot);
        slot
    }

    /// Returns the name of a slot.
    pub fn name(&self, slot: u32) -> &'static str {
        self.names[slot as usize]
    }

    fn find(&self, name: &str) -> u32 {
        let found = if self.ignores_case {
            self.slots.get(name.to_lowercase().as_str())
        } else {
            self.slots.get(name)
        };
        found.copied().unwrap_or(NONE)
    }
}

/// A value of a record: a leaf, or a time that a pattern has read already.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum<'a> {
    Leaf(LeafValue<'a>),
    Time(ParsedTime, Cow<'a, str>),
}

impl<'a> Datum<'a> {
    /// Creates a text.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Datum<'a> {
        Datum::Leaf(LeafValue::Text(text.into()))
    }

    /// Returns the value as it was written.
    pub fn written(self) -> Cow<'a, str> {
        match self {
            Datum::Leaf(leaf) => leaf.written(),
            Datum::Time(_, text) => text,
        }
    }

    /// Reads it as a time.
    pub fn moment(self) -> Option<(ParsedTime, Cow<'a, str>)> {
        match self {
            Datum::Time(when, text) => Some((when, text)),
            Datum::Leaf(LeafValue::Bool(_) | LeafValue::Json(_)) => None,
            Datum::Leaf(LeafValue::Float(number, written)) if written.contains(['e', 'E']) => {
                let text = Cow::Owned(number.to_string());
                Some((timestamp_formats::whole(&text)?, text))
            }
            Datum::Leaf(leaf) => {
                let text = leaf.written();
                Some((timestamp_formats::whole(&text)?, text))
            }
        }
    }

    /// Reads it as nanoseconds since the epoch; what states no offset counts as UTC.
    pub fn instant(&self) -> Option<i64> {
        match self.clone().moment()?.0 {
            ParsedTime::Timestamp(instant, _) => Some(instant.nanos()),
            ParsedTime::Civil(civil, _) => {
                let (month, day) = civil.date?;
                let date = chrono::NaiveDate::from_ymd_opt(civil.year?, month.into(), day.into())?;
                let (hour, minute, second) = (civil.hour.into(), civil.minute.into(), civil.second.into());
                let utc = date.and_hms_nano_opt(hour, minute, second, civil.nanos)?
                    - chrono::TimeDelta::seconds(civil.offset.unwrap_or(0).into());
                utc.and_utc().timestamp_nanos_opt()
            }
        }
    }

    /// Copies what is borrowed.
    pub fn into_owned<'b>(self) -> Datum<'b> {
        let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        match self {
            Datum::Leaf(LeafValue::Text(text)) => Datum::Leaf(LeafValue::Text(own(text))),
            Datum::Leaf(LeafValue::Int(number)) => Datum::Leaf(LeafValue::Int(number)),
            Datum::Leaf(LeafValue::Bool(yes)) => Datum::Leaf(LeafValue::Bool(yes)),
            Datum::Leaf(leaf @ (LeafValue::Float(..) | LeafValue::Json(_))) => {
                Datum::Leaf(LeafValue::Text(own(leaf.written())))
            }
            Datum::Time(when, text) => Datum::Time(when, own(text)),
        }
    }

    /// Returns whether it is this text.
    pub fn is_text(&self, own: &str) -> bool {
        matches!(self, Datum::Leaf(LeafValue::Text(text)) if text == own)
    }

    /// Returns whether it is one of the marks of an absent value.
    pub fn is_absent(&self) -> bool {
        matches!(self, Datum::Leaf(LeafValue::Text(text)) if text.is_empty() || text == "-")
    }
}

/// One value under its name.
#[derive(Debug)]
pub struct NamedDatum<'i, 'a> {
    pub name: Cow<'i, str>,
    pub datum: Datum<'a>,
    /// Whether a field holds all of it.
    pub is_used: bool,
    slot: u32,
    /// The next value of the same slot, and the one before.
    next: u32,
    prev: u32,
}

/// The values of one record.
#[derive(Debug)]
pub struct Values<'i, 'a> {
    names: &'i Names,
    list: Vec<NamedDatum<'i, 'a>>,
    /// The first value of each slot, and the last.
    first: Vec<u32>,
    last: Vec<u32>,
    leaves: Option<&'i Leaves<'a>>,
}

impl<'i, 'a> Values<'i, 'a> {
    /// Creates an empty record.
    pub fn new(names: &'i Names) -> Values<'i, 'a> {
        Values {
            names,
            list: Vec::with_capacity(16),
            first: vec![NONE; names.names.len()],
            last: vec![NONE; names.names.len()],
            leaves: None,
        }
    }

    /// Creates an empty record that keeps what was beyond the bounds of leaves.
    pub fn with_rest_of(names: &'i Names, leaves: &'i Leaves<'a>) -> Values<'i, 'a> {
        Values { leaves: Some(leaves), ..Values::new(names) }
    }

    /// Creates the record of leaves; those that are one of the marks of absent values
    /// are as if they were empty.
    pub fn of_leaves(names: &'i Names, leaves: &'i Leaves<'a>, absent: &[String]) -> Values<'i, 'a> {
        let mut values = Values::new(names);
        values.leaves = Some(leaves);
        for (name, leaf) in leaves.iter() {
            let is_absent = leaf.text().is_some_and(|text| absent.iter().any(|mark| mark == text));
            let datum = if is_absent { Datum::text("") } else { Datum::Leaf(leaf.clone()) };
            values.push(names.find(name), Cow::Borrowed(name), datum);
        }
        values
    }

    /// Adds the value of a slot.
    pub fn put(&mut self, slot: u32, datum: Datum<'a>) {
        self.push(slot, Cow::Borrowed(self.names.name(slot)), datum);
    }

    /// Adds a value under a name.
    pub fn put_named(&mut self, name: impl Into<Cow<'i, str>>, datum: Datum<'a>) {
        let name = name.into();
        self.push(self.names.find(&name), name, datum);
    }

    fn push(&mut self, slot: u32, name: Cow<'i, str>, datum: Datum<'a>) {
        let place = self.list.len() as u32;
        let mut prev = NONE;
        if slot != NONE {
            prev = std::mem::replace(&mut self.last[slot as usize], place);
            match prev {
                NONE => self.first[slot as usize] = place,
                prev => self.list[prev as usize].next = place,
            }
        }
        self.list.push(NamedDatum { name, datum, is_used: false, slot, next: NONE, prev });
    }

    /// Returns the names that are asked for.
    pub fn names(&self) -> &'i Names {
        self.names
    }

    /// Returns the leaves that it was made of.
    pub fn leaves(&self) -> Option<&'i Leaves<'a>> {
        self.leaves
    }

    /// Returns the number of values.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Removes the values from a place on: those of an attempt that failed.
    pub fn truncate(&mut self, length: usize) {
        while self.list.len() > length {
            let last = self.list.pop().expect("there are more");
            if last.slot == NONE {
                continue;
            }
            self.last[last.slot as usize] = last.prev;
            match last.prev {
                NONE => self.first[last.slot as usize] = NONE,
                prev => self.list[prev as usize].next = NONE,
            }
        }
    }

    /// Returns the places of a slot's values within a range of places.
    pub fn places(&self, slot: u32, range: Range<usize>) -> impl Iterator<Item = usize> + '_ {
        let mut at = self.first[slot as usize];
        std::iter::from_fn(move || {
            while at != NONE {
                let place = at as usize;
                at = self.list[place].next;
                if range.contains(&place) {
                    return Some(place);
                }
            }
            None
        })
    }

    /// Returns the ranges of the objects in an array of this name, within a range.
    pub fn elements<'v>(
        &'v self,
        name: &'v str,
        range: Range<usize>,
    ) -> impl Iterator<Item = Range<usize>> + 'v {
        let elements = self.leaves.map(|leaves| leaves.elements()).into_iter().flatten();
        let ignores_case = self.names.ignores_case;
        let is_named = move |own: &str| own == name || ignores_case && own.eq_ignore_ascii_case(name);
        elements
            .filter(move |(own, places)| {
                is_named(own) && range.start <= places.start && places.end <= range.end
            })
            .map(|(_, places)| places)
    }

    /// Returns the value at a place.
    pub fn datum(&self, place: usize) -> &Datum<'a> {
        &self.list[place].datum
    }

    /// Notes that a field holds all of a value.
    pub fn mark_used(&mut self, place: usize) {
        self.list[place].is_used = true;
    }

    /// Returns whether a slot has a value that is not a mark of an absent one.
    pub fn has(&self, slot: u32) -> bool {
        self.places(slot, 0..self.list.len()).any(|place| !self.list[place].datum.is_absent())
    }

    /// Takes every value, with whether a field holds all of it.
    pub fn into_all(self) -> impl Iterator<Item = (Cow<'i, str>, Datum<'a>, bool)> {
        self.list.into_iter().map(|named| (named.name, named.datum, named.is_used))
    }

    /// Takes the values that no field holds.
    pub fn into_rest(self) -> impl Iterator<Item = (Cow<'i, str>, Datum<'a>)> {
        self.list.into_iter().filter(|named| !named.is_used).map(|named| (named.name, named.datum))
    }
}
