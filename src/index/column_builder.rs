//! One column while its segment is filled.

use std::io::{self, Write};
use std::net::Ipv6Addr;

use tantivy::columnar::ColumnType;
use tantivy::columnar::column_index::{
    SerializableColumnIndex, SerializableOptionalIndex, serialize_column_index,
};
use tantivy::columnar::column_values::{CodecType, serialize_u64_based_column_values};
use tantivy_sstable::{Dictionary, VoidSSTable};

use super::address_values::serialize_addresses;
use super::ids::Ids;
use super::interner::Interner;
use super::segment_serializer::HashingWriter;

/// The codecs of values, of which tantivy takes the one that needs fewer bytes.
const CODECS: [CodecType; 2] = [CodecType::Bitpacked, CodecType::BlockwiseLinear];
/// The codecs of the places where the values of rows begin.
const START_CODECS: [CodecType; 2] = [CodecType::Bitpacked, CodecType::Linear];
/// How tantivy marks the index of a column whose rows may have several values.
const MULTIVALUED: u8 = 2;
/// The distinct numbers of a column are counted where they lie in a range of so many
/// per row; elsewhere their number is only bounded.
const COUNTED_SPAN: u64 = 64;

/// A value of more bytes than this fills a block of tantivy's dictionaries.
const LONG: usize = 4000;

/// The values of one field, row by row.
///
/// While every row so far has exactly one value no row numbers are kept.
pub(super) struct ColumnBuilder {
    kind: ColumnType,
    rows: Option<Vec<u32>>,
    values: Values,
}

enum Values {
    /// Texts and addresses: each distinct one once.
    Terms { terms: Interner, ids: Ids },
    /// Numbers, mapped to `u64` so that they compare as before.
    Numbers(Vec<u64>),
}

/// A column in its final order, ready to be encoded.
struct SortedColumn {
    /// Rows that have values, ascending; none if each has one.
    present: Option<Vec<u32>>,
    /// Where each such row's values begin, and their number at the end; none
    /// where each has one.
    starts: Option<Vec<u32>>,
    /// The values: ranks in the sorted dictionary, or numbers; ascending and distinct
    /// within a row.
    values: Vec<u64>,
}

impl ColumnBuilder {
    /// Creates a column without values.
    pub fn new(kind: ColumnType) -> ColumnBuilder {
        let values = match kind {
            ColumnType::Str | ColumnType::Bytes | ColumnType::IpAddr => {
                Values::Terms { terms: Interner::default(), ids: Ids::default() }
            }
            ColumnType::I64 | ColumnType::U64 | ColumnType::F64 | ColumnType::Bool | ColumnType::DateTime => {
                Values::Numbers(Vec::new())
            }
        };
        ColumnBuilder { kind, rows: None, values }
    }

    /// Creates a column of numbers, mapped to `u64`, of which each row has one.
    pub fn of_numbers(kind: ColumnType, numbers: Vec<u64>) -> ColumnBuilder {
        ColumnBuilder { kind, rows: None, values: Values::Numbers(numbers) }
    }

    /// Returns the type of its values.
    pub fn kind(&self) -> ColumnType {
        self.kind
    }

    /// Adds a text, or the 16 bytes of an address; rows come in ascending order.
    /// Returns about how many bytes it took.
    pub fn push_term(&mut self, row: u32, value: &[u8]) -> usize {
        let hash = self.terms().hash(value);
        self.push_hashed(row, value, hash)
    }

    /// Adds a text or an address whose hash is known.
    pub fn push_hashed(&mut self, row: u32, value: &[u8], hash: u32) -> usize {
        let spent = self.place(row);
        let Values::Terms { terms, ids } = &mut self.values else { unreachable!("a column has one type") };
        let (id, new) = terms.intern(value, hash);
        let spent = spent + ids.push(id);
        if new { spent + weight(value.len()) } else { spent }
    }

    /// Returns the number of a text if the last row has it, too, and the column has few
    /// texts: most of them are the same in every event.
    pub fn repeated(&self, value: &[u8]) -> Option<u32> {
        let Values::Terms { terms, ids: Ids::One(ids) } = &self.values else { return None };
        let id = u32::from(*ids.last()?);
        (terms.get(id) == value).then_some(id)
    }

    /// Adds a text with its number.
    pub fn push_known(&mut self, row: u32, id: u32) -> usize {
        let spent = self.place(row);
        let Values::Terms { ids, .. } = &mut self.values else { unreachable!("a column has one type") };
        spent + ids.push(id)
    }

    /// Adds a text to the dictionary that no row has.
    pub fn add_term(&mut self, value: &[u8]) {
        if let Values::Terms { terms, .. } = &mut self.values {
            let hash = terms.hash(value);
            terms.intern(value, hash);
        }
    }

    /// Returns the texts or addresses that it has.
    pub fn terms(&self) -> &Interner {
        let Values::Terms { terms, .. } = &self.values else { unreachable!("a column has one type") };
        terms
    }

    /// Adds a number, mapped to `u64`; rows come in ascending order. Returns how many
    /// bytes it took.
    pub fn push_number(&mut self, row: u32, number: u64) -> usize {
        let spent = self.place(row);
        let Values::Numbers(numbers) = &mut self.values else { unreachable!("a column has one type") };
        numbers.push(number);
        spent + 8
    }

    /// Returns the numbers.
    pub fn numbers(&self) -> &[u64] {
        match &self.values {
            Values::Terms { .. } => &[],
            Values::Numbers(numbers) => numbers,
        }
    }

    /// Returns the rows of the values, in the order in which they were added.
    pub fn rows(&self) -> impl Iterator<Item = u32> {
        (0..self.len()).map(|i| self.rows.as_ref().map_or(i as u32, |rows| rows[i]))
    }

    /// Returns the texts with their rows.
    pub fn texts(&self) -> Vec<(u32, String)> {
        let Values::Terms { terms, ids } = &self.values else { return Vec::new() };
        let text = |i| String::from_utf8_lossy(terms.get(ids.get(i))).into_owned();
        self.rows().enumerate().map(|(i, row)| (row, text(i))).collect()
    }

    /// Returns whether it has no values.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn len(&self) -> usize {
        match &self.values {
            Values::Terms { ids, .. } => ids.len(),
            Values::Numbers(numbers) => numbers.len(),
        }
    }

    fn place(&mut self, row: u32) -> usize {
        if self.rows.is_none() && self.len() != row as usize {
            self.rows = Some((0..self.len() as u32).collect());
        }
        let Some(rows) = &mut self.rows else { return 0 };
        rows.push(row);
        4
    }

    /// Encodes the column as tantivy does; returns how many distinct values it has, or
    /// an upper bound of it. `place[old]` is a row's final number; without it rows
    /// stay where they are.
    pub fn serialize<W: Write>(
        &self,
        rows: u32,
        place: Option<&[u32]>,
        out: &mut HashingWriter<W>,
    ) -> io::Result<u32> {
        match &self.values {
            Values::Numbers(numbers) => {
                let column = self.arrange(rows, place, |i| numbers[i]);
                let distinct = distinct(&column.values);
                column.serialize(rows, out, |values, out| {
                    serialize_u64_based_column_values(&values, &CODECS, out)
                })?;
                Ok(distinct)
            }
            Values::Terms { terms, ids } => {
                let sorted = terms.sorted();
                let mut rank = vec![0u32; sorted.len()];
                sorted.iter().zip(0..).for_each(|(value, i)| rank[value.id as usize] = i);
                let column = self.arrange(rows, place, |i| rank[ids.get(i) as usize].into());
                match self.kind {
                    ColumnType::IpAddr => column.serialize(rows, out, |values, out| {
                        let mut addresses = Vec::with_capacity(sorted.len());
                        terms.each_sorted(&sorted, |value| {
                            addresses.push(address_of(value));
                            Ok::<(), io::Error>(())
                        })?;
                        serialize_addresses(&addresses, values, out)
                    })?,
                    _ => {
                        let before = out.written();
                        let mut dictionary = Dictionary::<VoidSSTable>::builder(&mut *out)?;
                        terms.each_sorted(&sorted, |value| dictionary.insert(value, &()))?;
                        dictionary.finish()?;
                        let length = (out.written() - before) as u32;
                        column.serialize(rows, out, |values, out| {
                            serialize_u64_based_column_values(&values, &CODECS, out)
                        })?;
                        out.write_all(&length.to_le_bytes())?;
                    }
                }
                Ok(sorted.len() as u32)
            }
        }
    }

    /// Puts the values into the order of the final rows.
    fn arrange(&self, rows: u32, place: Option<&[u32]>, value: impl Fn(usize) -> u64) -> SortedColumn {
        let len = self.len();
        if self.rows.is_none() && len == rows as usize {
            let mut values = vec![0u64; len];
            (0..len).for_each(|i| values[place.map_or(i, |place| place[i] as usize)] = value(i));
            return SortedColumn { present: None, starts: None, values };
        }
        let mut pairs: Vec<(u32, u64)> = (self.rows().enumerate())
            .map(|(i, row)| (place.map_or(row, |place| place[row as usize]), value(i)))
            .collect();
        pairs.sort_unstable();
        pairs.dedup();
        let (present, starts) = outline(pairs.iter().map(|(row, _)| *row));
        SortedColumn {
            starts: (starts.len() <= pairs.len()).then_some(starts),
            present: Some(present),
            values: pairs.into_iter().map(|(_, value)| value).collect(),
        }
    }
}

impl SortedColumn {
    /// Writes which rows have values, the values, and the length of the former.
    fn serialize<W: Write>(
        &self,
        rows: u32,
        out: &mut W,
        values: impl FnOnce(&[u64], &mut W) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut index = Vec::new();
        match (&self.present, &self.starts) {
            (Some(present), Some(starts)) => multivalued_index(present, starts, rows, &mut index)?,
            (Some(present), None) if present.len() < rows as usize => {
                optional_index(present, rows, &mut index)?;
            }
            _ => drop(serialize_column_index(SerializableColumnIndex::Full, &mut index)?),
        }
        out.write_all(&index)?;
        values(&self.values, out)?;
        out.write_all(&(index.len() as u32).to_le_bytes())
    }
}

/// Writes which rows have a value, as tantivy does.
fn optional_index(present: &[u32], rows: u32, out: &mut Vec<u8>) -> io::Result<()> {
    let index = SerializableOptionalIndex { non_null_row_ids: Box::new(present), num_rows: rows };
    serialize_column_index(SerializableColumnIndex::Optional(index), out).map(drop)
}

/// Writes which rows have values and where they begin, as tantivy does, whose own
/// function for it is not public.
fn multivalued_index(present: &[u32], starts: &[u32], rows: u32, out: &mut Vec<u8>) -> io::Result<()> {
    let at = out.len();
    optional_index(present, rows, out)?;
    let length = (out.len() - at - 1) as u32;
    out[at] = MULTIVALUED;
    serialize_u64_based_column_values(&starts, &START_CODECS, out)?;
    out.extend_from_slice(&length.to_le_bytes());
    Ok(())
}

/// Returns the rows that have values, and where the values of each begin, of the
/// sorted rows of all values; the number of values at the end.
pub(super) fn outline(rows: impl IntoIterator<Item = u32>) -> (Vec<u32>, Vec<u32>) {
    let (mut present, mut starts, mut count) = (Vec::new(), Vec::new(), 0);
    for row in rows {
        if present.last() != Some(&row) {
            present.push(row);
            starts.push(count);
        }
        count += 1;
    }
    starts.push(count);
    (present, starts)
}

/// Returns how many distinct numbers there are, or an upper bound of it.
fn distinct(values: &[u64]) -> u32 {
    let (Some(least), Some(most)) = (values.iter().min(), values.iter().max()) else { return 0 };
    let (span, len) = (most - least, values.len() as u64);
    if span >= len.saturating_mul(COUNTED_SPAN) {
        return values.len() as u32;
    }
    let mut seen = vec![0u64; (span / 64 + 1) as usize];
    values.iter().for_each(|value| seen[((value - least) / 64) as usize] |= 1 << ((value - least) % 64));
    seen.iter().map(|word| word.count_ones()).sum()
}

/// Returns about how much memory a distinct value takes until its column is written. A
/// long one makes up a block of the dictionary by itself, whose index holds it again.
fn weight(length: usize) -> usize {
    if length > LONG { length * 4 + 32 } else { length + 32 }
}

/// Returns the address of its bytes.
fn address_of(bytes: &[u8]) -> Ipv6Addr {
    Ipv6Addr::from(<[u8; 16]>::try_from(bytes).expect("addresses were added with 16 bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinct_numbers_are_counted_or_bounded() {
        assert_eq!(distinct(&[]), 0);
        assert_eq!(distinct(&[7, 7, 9]), 2);
        assert_eq!(distinct(&[0, u64::MAX, 0]), 3);
    }
}
