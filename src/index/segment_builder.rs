//! The columns of a segment while it is filled.

use std::fmt::Write as _;
use std::io;

use hashbrown::HashMap;
use hashbrown::hash_map::EntryRef;

use super::column_builder::ColumnBuilder;
use super::layout::ColumnMeta;
use super::overflow_column;
use super::segment_serializer::SegmentSerializer;
use crate::record::{Event, FIELDS, FieldId, Key, Value};

/// What a column takes before it has a value, about, in bytes.
const COLUMN_BYTES: usize = 512;
/// The columns of a segment.
pub(super) struct SegmentBuilder {
    format: ColumnBuilder,
    core: Vec<Option<Box<ColumnBuilder>>>,
    own: HashMap<String, ColumnBuilder>,
    /// How many own fields get a column each.
    room: usize,
    crowd: ColumnBuilder,
    scratch: String,
    entry: String,
}

/// The columns as the footer lists them.
pub(super) struct WrittenColumns {
    /// The formats.
    pub format: ColumnMeta,
    /// The fields, by name.
    pub columns: Vec<ColumnMeta>,
    /// The shared column of the fields that have none of their own.
    pub crowd: Option<ColumnMeta>,
}

impl SegmentBuilder {
    /// Creates columns without rows. So many own fields get a column each, the rest share one.
    pub fn new(room: usize) -> SegmentBuilder {
        SegmentBuilder {
            format: ColumnBuilder::default(),
            core: FIELDS.iter().map(|_| None).collect(),
            own: HashMap::new(),
            room,
            crowd: ColumnBuilder::default(),
            scratch: String::new(),
            entry: String::new(),
        }
    }

    /// Adds the values of an event; gives about how many bytes they took.
    pub fn push(&mut self, row: u32, event: &Event<'_>) -> usize {
        let mut bytes = self.format.push(row, event.format);
        for (key, value) in event.fields() {
            let text = text_of(value, &mut self.scratch);
            bytes += match key {
                Key::Core(id) => push_core(&mut self.core[id.index()], row, text),
                Key::Custom(name) => {
                    let room = self.own.len() < self.room;
                    match self.own.entry_ref(name.as_ref()) {
                        EntryRef::Occupied(entry) => entry.into_mut().push(row, text),
                        EntryRef::Vacant(_) if FieldId::by_name(name).is_some() => {
                            let id = FieldId::by_name(name).expect("it was found");
                            push_core(&mut self.core[id.index()], row, text)
                        }
                        EntryRef::Vacant(entry) if room => {
                            COLUMN_BYTES + name.len() + entry.insert(ColumnBuilder::default()).push(row, text)
                        }
                        EntryRef::Vacant(_) => {
                            overflow_column::write(name, text, &mut self.entry);
                            self.crowd.push(row, &self.entry)
                        }
                    }
                }
            };
        }
        bytes
    }

    /// Writes the columns of so many rows; `place` is each row's final number.
    pub fn write<W: io::Write>(
        &self,
        press: &mut SegmentSerializer<W>,
        rows: u32,
        place: Option<&[u32]>,
    ) -> io::Result<WrittenColumns> {
        let core = FIELDS.iter().zip(&self.core);
        let core = core.filter_map(|(field, gather)| Some((field.name, gather.as_deref()?)));
        let own = self.own.iter().map(|(name, gather)| (name.as_str(), gather));
        let mut columns: Vec<(&str, &ColumnBuilder)> = core.chain(own).collect();
        columns.sort_unstable_by_key(|(name, _)| *name);
        let columns = columns.into_iter().map(|(name, gather)| press.column(name, gather, rows, place));
        let columns = columns.collect::<io::Result<_>>()?;
        let crowd = (!self.crowd.is_empty()).then(|| press.column("", &self.crowd, rows, place));
        Ok(WrittenColumns {
            columns,
            crowd: crowd.transpose()?,
            format: press.column("", &self.format, rows, place)?,
        })
    }
}

fn push_core(slot: &mut Option<Box<ColumnBuilder>>, row: u32, text: &str) -> usize {
    let new = if slot.is_none() { COLUMN_BYTES } else { 0 };
    new + slot.get_or_insert_default().push(row, text)
}

/// Returns the text under which a value is searched and shown. Addresses stand in
/// their canonical form, an IPv4 address never as one mapped to IPv6.
pub(super) fn text_of<'a>(value: &'a Value<'_>, scratch: &'a mut String) -> &'a str {
    scratch.clear();
    match value {
        Value::Text(text) => return text,
        Value::Bool(yes) => return if *yes { "true" } else { "false" },
        Value::Long(n) => write!(scratch, "{n}"),
        Value::Float(n) => write!(scratch, "{n}"),
        Value::Ip(ip) => write!(scratch, "{}", ip.to_canonical()),
    }
    .expect("writing to a string does not fail");
    scratch
}
