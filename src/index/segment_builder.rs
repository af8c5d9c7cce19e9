//! The columns of a segment while it is filled.

use std::io;

use hashbrown::HashMap;
use hashbrown::hash_map::EntryRef;
use tantivy::columnar::{ColumnType, MonotonicallyMappableToU64};

use super::column_builder::ColumnBuilder;
use super::interner::{Interner, Slot};
use super::overflow_column;
use super::schema::{self, FORMAT, OVERFLOW};
use super::segment_serializer::SegmentSerializer;
use super::value_forms::{address_of, bits_of, number_of, text_of};
use crate::record::{Event, FIELDS, FieldId, Key, Value};

/// What a column takes before it has a value, about, in bytes.
const COLUMN_BYTES: usize = 512;
/// Up to here every whole number is a number with a fraction, too.
const EXACT: u64 = 1 << 53;

/// The columns of a segment.
pub(super) struct SegmentBuilder {
    format: ColumnBuilder,
    core: Vec<Option<Box<ColumnBuilder>>>,
    /// The fields that are no core fields, and those values of core fields that are not
    /// of the field's type.
    custom: HashMap<String, CustomColumns>,
    /// How many custom fields get columns of their own.
    room: usize,
    overflow: ColumnBuilder,
    scratch: String,
    entry: String,
    /// The values that are being looked up, one for each value that is added; empty
    /// between events.
    lookups: Vec<Option<Lookup>>,
}

/// A text or an address that is being looked up.
struct Lookup {
    field: FieldId,
    place: Place,
}

/// How far a value was looked up.
enum Place {
    /// It has this number.
    Known(u32),
    /// It has this hash, and may be where the slot says.
    Hashed(u32, Slot),
}

/// The columns of a custom field: one for each type of value.
struct CustomColumns {
    /// Their name; none where it cannot name columns.
    name: Option<String>,
    texts: Option<Box<ColumnBuilder>>,
    longs: Option<Box<ColumnBuilder>>,
    floats: Option<Box<ColumnBuilder>>,
    bools: Option<Box<ColumnBuilder>>,
}

/// A column with its name, as it is written.
pub(super) enum NamedColumn<'a> {
    /// As it was filled.
    Filled(&'a str, &'a ColumnBuilder),
    /// Made of others.
    Made(&'a str, ColumnBuilder),
}

impl NamedColumn<'_> {
    /// Returns its name and type, by which columns are sorted.
    pub fn key(&self) -> (&str, ColumnType) {
        let (NamedColumn::Filled(name, _) | NamedColumn::Made(name, _)) = self;
        (name, self.column().kind())
    }

    /// Returns the column.
    pub fn column(&self) -> &ColumnBuilder {
        match self {
            NamedColumn::Filled(_, column) => column,
            NamedColumn::Made(_, column) => column,
        }
    }
}

impl SegmentBuilder {
    /// Creates columns without rows. So many custom fields get columns of their own, the
    /// rest share one.
    pub fn new(room: usize) -> SegmentBuilder {
        SegmentBuilder {
            format: ColumnBuilder::new(ColumnType::Str),
            core: FIELDS.iter().map(|_| None).collect(),
            custom: HashMap::new(),
            room,
            overflow: ColumnBuilder::new(ColumnType::Str),
            scratch: String::new(),
            entry: String::new(),
            lookups: Vec::new(),
        }
    }

    /// Adds the values of events, whose rows follow one another; returns about how many
    /// bytes they took.
    ///
    /// Texts and addresses of core fields are looked up together, see [`super::interner`].
    pub fn push_all<'e>(
        &mut self,
        first_row: u32,
        events: impl Iterator<Item = &'e Event<'e>> + Clone,
    ) -> usize {
        let mut lookups = std::mem::take(&mut self.lookups);
        let values = events.clone().flat_map(Event::fields);
        // Each step only asks for what the next one needs, of all values.
        lookups.extend(values.map(|(key, value)| self.lookup(key, value)));
        for Lookup { field, place } in lookups.iter_mut().flatten() {
            if let (Place::Hashed(hash, slot), Some(terms)) = (place, self.terms_of(*field)) {
                *slot = terms.slot(*hash);
            }
        }
        let touched = lookups.iter().flatten().fold(0, |all, lookup| all ^ self.touch(lookup));
        std::hint::black_box(touched);
        let (mut bytes, mut lookups_left) = (0, lookups.iter());
        for (row, event) in (first_row..).zip(events) {
            bytes += match self.format.repeated(event.format.as_bytes()) {
                Some(id) => self.format.push_known(row, id),
                None => self.format.push_term(row, event.format.as_bytes()),
            };
            for ((key, value), lookup) in event.fields().iter().zip(&mut lookups_left) {
                bytes += match (lookup, key) {
                    (Some(lookup), _) => self.push_looked_up(row, lookup, value),
                    (None, Key::Core(id)) => self.push_core(row, *id, value),
                    (None, Key::Custom(name)) => match FieldId::by_name(name) {
                        Some(id) => self.push_core(row, id, value),
                        None => self.push_custom(row, name, value),
                    },
                };
            }
        }
        lookups.clear();
        self.lookups = lookups;
        bytes
    }

    /// Begins to look up a text or an address of a core field that has a column for it;
    /// none for anything else.
    fn lookup(&self, key: &Key<'_>, value: &Value<'_>) -> Option<Lookup> {
        let Key::Core(field) = key else { return None };
        let column = self.core[field.index()].as_deref()?;
        let place = match (column.kind(), value) {
            (ColumnType::Str, Value::Text(text)) if !is_long(value) => match column.repeated(text.as_bytes())
            {
                Some(id) => Place::Known(id),
                None => Place::Hashed(column.terms().hash(text.as_bytes()), Slot::default()),
            },
            (ColumnType::IpAddr, Value::Ip(ip)) => {
                Place::Hashed(column.terms().hash(&bits_of(*ip).octets()), Slot::default())
            }
            _ => return None,
        };
        Some(Lookup { field: *field, place })
    }

    fn terms_of(&self, field: FieldId) -> Option<&Interner> {
        self.core[field.index()].as_deref().map(ColumnBuilder::terms)
    }

    fn touch(&self, lookup: &Lookup) -> u8 {
        match (&lookup.place, self.terms_of(lookup.field)) {
            (Place::Hashed(_, slot), Some(terms)) => terms.touch(*slot),
            _ => 0,
        }
    }

    fn push_looked_up(&mut self, row: u32, lookup: &Lookup, value: &Value<'_>) -> usize {
        let slot = &mut self.core[lookup.field.index()];
        match (&lookup.place, value) {
            (Place::Known(id), _) => filled(slot, ColumnType::Str).push_known(row, *id),
            (Place::Hashed(hash, _), Value::Text(text)) => {
                filled(slot, ColumnType::Str).push_hashed(row, text.as_bytes(), *hash)
            }
            (Place::Hashed(hash, _), Value::Ip(ip)) => {
                filled(slot, ColumnType::IpAddr).push_hashed(row, &bits_of(*ip).octets(), *hash)
            }
            (_, Value::Long(_) | Value::Float(_) | Value::Bool(_)) => unreachable!("it was not looked up"),
        }
    }

    fn push_core(&mut self, row: u32, id: FieldId, value: &Value<'_>) -> usize {
        if is_long(value) {
            return self.push_overflow(row, id.name(), value);
        }
        let kind = schema::column_type(id);
        let slot = &mut self.core[id.index()];
        let new = if slot.is_none() { COLUMN_BYTES } else { 0 };
        let scratch = &mut self.scratch;
        match kind {
            ColumnType::Str => {
                return new + filled(slot, kind).push_term(row, text_of(value, scratch).as_bytes());
            }
            ColumnType::IpAddr => {
                if let Some(address) = address_of(value, scratch) {
                    return new + filled(slot, kind).push_term(row, &address.octets());
                }
            }
            _ => {
                if let Some(number) = number_of(kind, value, scratch) {
                    return new + filled(slot, kind).push_number(row, number);
                }
            }
        }
        // It is not of the field's type: its text is kept beside.
        let text = Value::from(text_of(value, scratch).to_owned());
        self.push_custom(row, id.name(), &text)
    }

    fn push_overflow(&mut self, row: u32, name: &str, value: &Value<'_>) -> usize {
        overflow_column::write(name, text_of(value, &mut self.scratch), &mut self.entry);
        if self.entry.len() > overflow_column::LONG {
            self.overflow.add_term(overflow_column::LAST.as_bytes());
        }
        self.overflow.push_term(row, self.entry.as_bytes())
    }

    fn push_custom(&mut self, row: u32, name: &str, value: &Value<'_>) -> usize {
        if is_long(value) {
            return self.push_overflow(row, name, value);
        }
        let room = self.custom.len() < self.room;
        let (new, columns) = match self.custom.entry_ref(name) {
            EntryRef::Occupied(entry) => (0, Some(entry.into_mut())),
            EntryRef::Vacant(entry) if room => {
                let name = schema::custom_column(name);
                let columns = CustomColumns { name, texts: None, longs: None, floats: None, bools: None };
                (COLUMN_BYTES, Some(entry.insert(columns)))
            }
            EntryRef::Vacant(_) => (0, None),
        };
        let Some(columns) = columns.filter(|columns| columns.name.is_some()) else {
            return self.push_overflow(row, name, value);
        };
        let spent = match value {
            Value::Long(n) => columns.of(ColumnType::I64).push_number(row, n.to_u64()),
            Value::Float(n) => columns.of(ColumnType::F64).push_number(row, n.to_u64()),
            Value::Bool(yes) => columns.of(ColumnType::Bool).push_number(row, yes.to_u64()),
            Value::Text(_) | Value::Ip(_) => {
                columns.of(ColumnType::Str).push_term(row, text_of(value, &mut self.scratch).as_bytes())
            }
        };
        new + spent
    }

    /// Writes the columns of so many rows, and those given, which have other names, in
    /// the order of their names; `place` is each row's final number.
    pub fn write<W: io::Write>(
        &self,
        out: &mut SegmentSerializer<W>,
        rows: u32,
        place: Option<&[u32]>,
        others: Vec<NamedColumn<'_>>,
    ) -> io::Result<()> {
        let mut columns = others;
        columns.push(NamedColumn::Filled(FORMAT, &self.format));
        if !self.overflow.is_empty() {
            columns.push(NamedColumn::Filled(OVERFLOW, &self.overflow));
        }
        let core = FIELDS.iter().zip(&self.core);
        columns.extend(
            core.filter_map(|(field, column)| Some(NamedColumn::Filled(field.name, column.as_deref()?))),
        );
        self.custom.values().for_each(|custom| custom.list(&mut columns));
        columns.sort_unstable_by(|one, other| one.key().cmp(&other.key()));
        columns.iter().try_for_each(|named| {
            let (name, kind) = named.key();
            out.column(name, kind, |buffer| named.column().serialize(rows, place, buffer))
        })
    }
}

impl CustomColumns {
    fn of(&mut self, kind: ColumnType) -> &mut ColumnBuilder {
        let slot = match kind {
            ColumnType::I64 => &mut self.longs,
            ColumnType::F64 => &mut self.floats,
            ColumnType::Bool => &mut self.bools,
            _ => &mut self.texts,
        };
        filled(slot, kind)
    }

    /// Adds the columns of the field. tantivy has one column of numbers for a path, so
    /// whole numbers beside others are given as such; where that would change one of
    /// them, all numbers are given as text.
    fn list<'a>(&'a self, columns: &mut Vec<NamedColumn<'a>>) {
        let Some(name) = &self.name else { return };
        let mut filled = |column: &'a Option<Box<ColumnBuilder>>| {
            columns.extend(column.as_deref().map(|column| NamedColumn::Filled(name, column)));
        };
        filled(&self.bools);
        let (Some(longs), Some(floats)) = (&self.longs, &self.floats) else {
            filled(&self.longs);
            filled(&self.floats);
            filled(&self.texts);
            return;
        };
        let long = |number: &u64| i64::from_u64(*number);
        if longs.numbers().iter().all(|number| long(number).unsigned_abs() <= EXACT) {
            filled(&self.texts);
            let longs = longs.rows().zip(longs.numbers().iter().map(|n| (long(n) as f64).to_u64()));
            let floats = floats.rows().zip(floats.numbers().iter().copied());
            let mut numbers: Vec<(u32, u64)> = longs.chain(floats).collect();
            numbers.sort_unstable();
            let mut column = ColumnBuilder::new(ColumnType::F64);
            for (row, number) in numbers {
                column.push_number(row, number);
            }
            columns.push(NamedColumn::Made(name, column));
        } else {
            let longs = longs.rows().zip(longs.numbers().iter().map(|n| long(n).to_string()));
            let floats = floats.rows().zip(floats.numbers().iter().map(|n| f64::from_u64(*n).to_string()));
            let mut texts: Vec<(u32, String)> = longs.chain(floats).collect();
            texts.extend(self.texts.iter().flat_map(|texts| texts.texts()));
            texts.sort_unstable();
            let mut column = ColumnBuilder::new(ColumnType::Str);
            for (row, text) in texts {
                column.push_term(row, text.as_bytes());
            }
            columns.push(NamedColumn::Made(name, column));
        }
    }
}

/// Returns the column of a slot, creating it where the slot is empty.
fn filled(slot: &mut Option<Box<ColumnBuilder>>, kind: ColumnType) -> &mut ColumnBuilder {
    slot.get_or_insert_with(|| Box::new(ColumnBuilder::new(kind)))
}

/// Returns whether a value is a text that stands in the column of long texts.
fn is_long(value: &Value<'_>) -> bool {
    matches!(value, Value::Text(text) if text.len() > overflow_column::LONG)
}
