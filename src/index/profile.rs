//! What the events of each source have: fields, their types, and the order of their times.

use std::collections::{BTreeMap, HashMap};

use tantivy::columnar::ColumnType;

use super::cancel::CancelToken;
use super::column::IndexColumn;
use super::fingerprints::Fingerprints;
use super::overflow_column;
use super::parallel;
use super::profile_order::{Place, STRETCHES, SourceOrder, orders};
use super::row_set::RowSet;
use super::segment::OpenSegment;
use crate::error::Result;
use crate::record::SourceId;

/// What the events of one source have.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SourceProfile {
    /// How many events it has.
    pub events: u64,
    /// Those that say who acted (`user.*`), from where (`source.*`), what was done
    /// (`event.action`), and what came of it (`event.outcome`).
    pub said: [u64; 4],
    /// The order of their times.
    pub order: SourceOrder,
    /// Its fields, one for each type of their values, by name.
    pub fields: Vec<FieldProfile>,
    /// Events that say what an earlier one of the source says, time included.
    pub repeated: u64,
    /// Events that say what one of another source says.
    pub elsewhere: u64,
}

/// The values of one type that a field has in a source.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FieldProfile {
    /// The name of the field.
    pub name: String,
    /// The type of the values: `text`, `number`, `boolean`, `address` or `date`.
    pub kind: &'static str,
    /// How many events have one.
    pub events: u64,
    /// How many in each stretch of the source.
    pub stretches: [u64; STRETCHES],
    /// The first record that has one.
    pub first: u64,
    /// The last record that has one.
    pub last: u64,
}

/// What a segment tells about its sources, which are numbered.
struct Part {
    said: Vec<(u32, [u64; 4])>,
    fields: Vec<((u32, String, &'static str), Tally)>,
    /// What each event says, and its source.
    events: Vec<(u64, u32)>,
}

/// How often a field occurs in a source.
#[derive(Debug, Clone, Copy)]
struct Tally {
    stretches: [u64; STRETCHES],
    first: u64,
    last: u64,
}

/// What is done with a segment: its rows by source and stretch.
struct Rows<'a> {
    segment: &'a OpenSegment,
    /// The source of each of the segment's sources.
    sources: Vec<u32>,
    /// Each row's source in the segment, times the stretches, and its stretch.
    slots: Vec<u32>,
    records: Vec<u64>,
    cancel: &'a CancelToken,
}

/// Returns what the events of each source have.
pub(super) fn profiles(
    segments: &[&OpenSegment],
    cancel: &CancelToken,
) -> Result<BTreeMap<SourceId, SourceProfile>> {
    let mut sources: Vec<SourceId> = segments.iter().flat_map(|segment| segment.sources.clone()).collect();
    sources.sort_unstable();
    sources.dedup();
    let number = |source: &SourceId| sources.binary_search(source).expect("it is listed") as u32;
    let found = parallel::each(segments, |segment| Place::all(segment, &number, cancel))?;
    let orders = orders(found.into_iter().flatten().collect(), sources.len());
    cancel.check()?;
    let keys = Fingerprints::default();
    let parts =
        parallel::each(segments, |segment| Rows::new(segment, &number, &orders, cancel)?.part(&keys))?;
    let mut profiles: Vec<SourceProfile> = orders
        .into_iter()
        .map(|order| SourceProfile { events: order.events, order, ..SourceProfile::default() })
        .collect();
    let mut events = Vec::new();
    let mut fields: BTreeMap<(u32, String, &'static str), Tally> = BTreeMap::new();
    for mut part in parts {
        events.append(&mut part.events);
        for (source, said) in part.said {
            profiles[source as usize].said.iter_mut().zip(said).for_each(|(all, more)| *all += more);
        }
        for (key, tally) in part.fields {
            fields.entry(key).and_modify(|known| known.add(&tally)).or_insert(tally);
        }
    }
    for ((source, name, kind), tally) in fields {
        profiles[source as usize].fields.push(tally.field(name, kind));
    }
    count_repeated(events, &mut profiles);
    Ok(sources.into_iter().zip(profiles).collect())
}

/// Counts the events that say what others say.
fn count_repeated(mut events: Vec<(u64, u32)>, profiles: &mut [SourceProfile]) {
    events.sort_unstable();
    for same in events.chunk_by(|one, other| one.0 == other.0).filter(|same| same.len() > 1) {
        let spread = same[0].1 != same[same.len() - 1].1;
        for own in same.chunk_by(|one, other| one.1 == other.1) {
            let profile = &mut profiles[own[0].1 as usize];
            profile.repeated += own.len() as u64 - 1;
            profile.elsewhere += if spread { own.len() as u64 } else { 0 };
        }
    }
}

impl Tally {
    fn new(record: u64) -> Tally {
        Tally { stretches: [0; STRETCHES], first: record, last: record }
    }

    fn add(&mut self, other: &Tally) {
        self.stretches.iter_mut().zip(other.stretches).for_each(|(all, more)| *all += more);
        (self.first, self.last) = (self.first.min(other.first), self.last.max(other.last));
    }

    fn field(self, name: String, kind: &'static str) -> FieldProfile {
        let Tally { stretches, first, last } = self;
        FieldProfile { name, kind, events: stretches.iter().sum(), stretches, first, last }
    }
}

impl<'a> Rows<'a> {
    fn new(
        segment: &'a OpenSegment,
        number: &dyn Fn(&SourceId) -> u32,
        orders: &[SourceOrder],
        cancel: &'a CancelToken,
    ) -> Result<Rows<'a>> {
        let sources: Vec<u32> = segment.sources.iter().map(number).collect();
        let (origins, records) = (segment.origins()?, segment.records()?);
        let records: Vec<u64> = (0..segment.rows).map(|row| records.get_val(row)).collect();
        let slot = |(row, record): (u32, &u64)| {
            let own = origins.get_val(row) as u32;
            own * STRETCHES as u32 + orders[sources[own as usize] as usize].stretch(*record) as u32
        };
        let slots = (0..).zip(&records).map(slot).collect();
        Ok(Rows { segment, sources, slots, records, cancel })
    }

    fn part(&self, keys: &Fingerprints) -> Result<Part> {
        let mut sums = vec![0_u64; self.segment.rows as usize];
        let mut said: [Option<RowSet>; 4] = Default::default();
        let mut fields = Vec::new();
        for (name, kind, column) in self.segment.typed_columns()? {
            let hashes = keys.dictionary(&name, &column.terms(), self.cancel)?;
            let mut group = group_of(&name).map(|group| &mut said[group]);
            let mut add = |row: u32, ordinal: u32| {
                let sum = &mut sums[row as usize];
                *sum = sum.wrapping_add(hashes[ordinal as usize]);
            };
            if name.is_empty() {
                self.shared(&column, &mut fields, &mut add)?;
                continue;
            }
            if let Some(group) = &mut group {
                let rows = group.get_or_insert_with(|| RowSet::none(self.segment.rows));
                rows.or(&column.present());
            }
            let tallies = self.tallies(&column, &mut add)?;
            let key = |own: u32| (self.sources[own as usize], name.clone(), kind_name(kind));
            fields.extend(tallies.into_iter().map(|(own, tally)| (key(own), tally)));
        }
        Ok(Part { said: self.said(&said), fields, events: self.events(keys, &sums)? })
    }

    /// Counts the rows of each of the segment's sources that have a value in a column.
    fn tallies(&self, column: &IndexColumn, add: &mut dyn FnMut(u32, u32)) -> Result<BTreeMap<u32, Tally>> {
        let mut counts = vec![0_u32; self.sources.len() * STRETCHES];
        let mut ends = vec![(u64::MAX, 0_u64); self.sources.len()];
        let mut before = None;
        column.visit(0..self.segment.rows, None, self.cancel, |row, ordinal| {
            add(row, ordinal);
            if before != Some(row) {
                let (slot, record) = (self.slots[row as usize] as usize, self.records[row as usize]);
                counts[slot] += 1;
                let (first, last) = &mut ends[slot / STRETCHES];
                (*first, *last) = ((*first).min(record), (*last).max(record));
            }
            before = Some(row);
        })?;
        let tally = |(own, (counts, (first, last))): (u32, (&[u32], (u64, u64)))| {
            let stretches = std::array::from_fn(|at| u64::from(counts[at]));
            (first <= last).then_some((own, Tally { stretches, first, last }))
        };
        Ok((0..).zip(counts.chunks(STRETCHES).zip(ends)).filter_map(tally).collect())
    }

    /// Counts the rows of the fields that share a column.
    fn shared(
        &self,
        column: &IndexColumn,
        fields: &mut Vec<((u32, String, &'static str), Tally)>,
        add: &mut dyn FnMut(u32, u32),
    ) -> Result<()> {
        let terms = column.terms();
        let (mut names, mut numbers): (Vec<String>, Vec<u32>) = Default::default();
        for block in 0..terms.blocks() {
            let block = terms.block_once(block)?;
            for i in 0..block.len() {
                let (name, _) = overflow_column::split(block.get(i));
                if names.last().is_none_or(|last| last != name) {
                    names.push(name.to_owned());
                }
                numbers.push(names.len() as u32 - 1);
            }
        }
        let mut tallies: HashMap<(u32, u32), (Tally, u32)> = HashMap::new();
        column.visit(0..self.segment.rows, None, self.cancel, |row, ordinal| {
            add(row, ordinal);
            let (slot, record) = (self.slots[row as usize] as usize, self.records[row as usize]);
            let key = (numbers[ordinal as usize], (slot / STRETCHES) as u32);
            let (tally, before) = tallies.entry(key).or_insert_with(|| (Tally::new(record), u32::MAX));
            tally.stretches[slot % STRETCHES] += u64::from(*before != row);
            (tally.first, tally.last) = (tally.first.min(record), tally.last.max(record));
            *before = row;
        })?;
        fields.extend(tallies.into_iter().map(|((name, own), (tally, _))| {
            let key = (self.sources[own as usize], names[name as usize].clone(), kind_name(ColumnType::Str));
            (key, tally)
        }));
        Ok(())
    }

    /// Counts the rows of each source in each set.
    fn said(&self, sets: &[Option<RowSet>; 4]) -> Vec<(u32, [u64; 4])> {
        let mut counts = vec![[0; 4]; self.sources.len()];
        for (group, rows) in sets.iter().enumerate().filter_map(|(at, rows)| Some((at, rows.as_ref()?))) {
            for (row, slot) in (0..).zip(&self.slots) {
                counts[*slot as usize / STRETCHES][group] += u64::from(rows.contains(row));
            }
        }
        self.sources.iter().copied().zip(counts).collect()
    }

    fn events(&self, keys: &Fingerprints, sums: &[u64]) -> Result<Vec<(u64, u32)>> {
        let times = (self.segment.timed > 0).then(|| self.segment.times()).transpose()?;
        let time = |row: u32| times.as_ref().filter(|_| row < self.segment.timed).map(|times| times.get(row));
        let source = |slot: &u32| self.sources[*slot as usize / STRETCHES];
        let rows = (0..).zip(&self.slots).zip(sums);
        Ok(rows.map(|((row, slot), sum)| (keys.event(time(row), *sum), source(slot))).collect())
    }
}

/// Returns which of the four things that events say a field is about.
fn group_of(name: &str) -> Option<usize> {
    match name {
        "event.action" => Some(2),
        "event.outcome" => Some(3),
        _ if name.starts_with("user.") => Some(0),
        _ if name.starts_with("source.") => Some(1),
        _ => None,
    }
}

fn kind_name(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::I64 | ColumnType::U64 | ColumnType::F64 => "number",
        ColumnType::Bool => "boolean",
        ColumnType::IpAddr => "address",
        ColumnType::DateTime => "date",
        ColumnType::Str | ColumnType::Bytes => "text",
    }
}
