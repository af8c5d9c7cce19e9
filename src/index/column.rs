//! One field of one segment: which row has which values.

use std::ops::Range;
use std::sync::Arc;

use tantivy::columnar::column_index::{
    SerializableColumnIndex, SerializableOptionalIndex, open_column_index, serialize_column_index,
};
use tantivy::columnar::column_values::{VecColumn, load_u64_based_column_values};
use tantivy::columnar::{CURRENT_VERSION, ColumnIndex, ColumnValues, MonotonicallyMappableToU64};

use tantivy::directory::OwnedBytes;

use super::cancel::CancelToken;
use super::dictionary::Dictionary;
use super::dictionary_block::take_length;
use super::layout::{ColumnMeta, FilePart};
use super::ordinal_set::OrdinalSet;
use super::row_set::RowSet;
use super::segment_file::SegmentFile;
use crate::error::Result;

/// How many values are decoded at once.
const STEP: u32 = 1024;
/// How many rows are read between two looks at whether to stop.
const BLOCK: u32 = 1 << 16;

/// A column of numbers.
pub(super) type Numbers<T> = Arc<dyn ColumnValues<T>>;

/// Opens a column of numbers that must have so many values.
pub(super) fn numbers<T: MonotonicallyMappableToU64>(
    sheets: &SegmentFile,
    part: FilePart,
    len: u32,
) -> Result<Numbers<T>> {
    let bytes = sheets.part(part)?;
    let values: Numbers<T> = sheets.decode(|| load_u64_based_column_values(bytes))?;
    if values.num_vals() != len {
        return Err(sheets.damage("has a column of the wrong length"));
    }
    Ok(values)
}

/// The values of a field, as ordinals of its dictionary.
pub(super) struct IndexColumn {
    rows: u32,
    /// Which rows have values. The values of the n-th such row are the n-th, or
    /// those that `starts` tells.
    presence: ColumnIndex,
    starts: Option<Numbers<u64>>,
    ords: Numbers<u64>,
    /// What a stored ordinal means, where not itself.
    meaning: Option<Vec<u32>>,
    terms: Dictionary,
    /// Where it is written how many rows have each value.
    counts: Option<(Arc<SegmentFile>, FilePart)>,
}

impl IndexColumn {
    /// Opens the column of a field.
    pub fn open(
        sheets: &Arc<SegmentFile>,
        meta: &ColumnMeta,
        rows: u32,
        terms: Dictionary,
    ) -> Result<IndexColumn> {
        let presence = match meta.presence {
            None => ColumnIndex::Full,
            Some(part) => {
                let bytes = sheets.part(part)?;
                sheets.decode(|| open_column_index(bytes, CURRENT_VERSION))?
            }
        };
        let filled = match &presence {
            ColumnIndex::Optional(index) => index.num_non_nulls(),
            _ => rows,
        };
        let starts = meta.starts.map(|part| numbers::<u64>(sheets, part, filled + 1)).transpose()?;
        let values = starts.as_ref().map_or(filled, |starts| starts.get_val(filled) as u32);
        let ords = numbers::<u64>(sheets, meta.ords, values)?;
        if ords.max_value() >= u64::from(terms.len()) || terms.len() != meta.distinct {
            return Err(sheets.damage("has a column that does not fit its dictionary"));
        }
        let counts = Some((sheets.clone(), meta.counts));
        Ok(IndexColumn { rows, presence, starts, ords, meaning: None, terms, counts })
    }

    /// Creates a column over numbers that every row has one of.
    pub fn over(ords: Numbers<u64>, meaning: Vec<u32>, terms: Dictionary) -> IndexColumn {
        let rows = ords.num_vals();
        IndexColumn {
            rows,
            presence: ColumnIndex::Full,
            starts: None,
            ords,
            meaning: Some(meaning),
            terms,
            counts: None,
        }
    }

    /// Creates a column in memory. `starts` tells where the values of each row of
    /// `present` begin, and their number.
    pub fn made(
        rows: u32,
        present: &[u32],
        starts: Vec<u64>,
        ords: Vec<u64>,
        terms: Dictionary,
    ) -> IndexColumn {
        let presence = if present.len() == rows as usize {
            ColumnIndex::Full
        } else {
            presence_in_memory(rows, present)
        };
        let starts = (starts.len() <= ords.len()).then(|| in_memory(starts));
        IndexColumn { rows, presence, starts, ords: in_memory(ords), meaning: None, terms, counts: None }
    }

    /// Returns the dictionary.
    pub fn terms(&self) -> &Dictionary {
        &self.terms
    }

    /// Returns how many rows have each value, where that was written.
    pub fn counts(&self) -> Result<Option<Vec<u32>>> {
        let Some((sheets, part)) = &self.counts else { return Ok(None) };
        let packed = sheets.part(*part)?;
        let distinct = self.terms.len() as usize;
        let bytes = sheets.decode(|| zstd::bulk::decompress(&packed, distinct * 5))?;
        let mut rest = bytes.as_slice();
        let counts =
            (0..distinct).map(|_| take_length(&mut rest).and_then(|count| u32::try_from(count).ok()));
        let counts: Option<Vec<u32>> = counts.collect();
        counts.map(Some).ok_or_else(|| sheets.damage("has strange counts"))
    }

    /// Returns the rows that have a value.
    pub fn present(&self) -> RowSet {
        match &self.presence {
            ColumnIndex::Optional(index) => {
                let mut rows = RowSet::none(self.rows);
                index.iter_non_null_docs().for_each(|row| rows.insert(row));
                rows
            }
            _ => RowSet::all(self.rows),
        }
    }

    /// Adds the rows that have one of these values.
    pub fn add_rows(&self, picked: &OrdinalSet, rows: &mut RowSet, cancel: &CancelToken) -> Result<()> {
        if picked.is_empty() {
            return Ok(());
        }
        if picked.is_all() {
            rows.or(&self.present());
            return Ok(());
        }
        let plain = self.starts.is_none() && self.meaning.is_none();
        if let (true, Some((first, last))) = (plain, picked.run()) {
            return self.add_run(u64::from(first)..=u64::from(last), rows, cancel);
        }
        self.visit(0..self.rows, None, cancel, |row, ord| {
            if picked.contains(ord) {
                rows.insert(row);
            }
        })
    }

    /// The same for neighboring ordinals and one value a row, which the codec can search itself.
    fn add_run(
        &self,
        run: std::ops::RangeInclusive<u64>,
        rows: &mut RowSet,
        cancel: &CancelToken,
    ) -> Result<()> {
        let values = self.ords.num_vals();
        let mut found = Vec::new();
        for start in (0..values).step_by(BLOCK as usize) {
            cancel.check()?;
            found.clear();
            let slots = start..values.min(start + BLOCK);
            self.ords.get_row_ids_for_value_range(run.clone(), slots, &mut found);
            self.rows_of(&mut found);
            found.iter().for_each(|row| rows.insert(*row));
        }
        Ok(())
    }

    /// Turns numbers of filled rows into rows.
    fn rows_of(&self, slots: &mut [u32]) {
        if let ColumnIndex::Optional(index) = &self.presence {
            index.select_batch(slots);
        }
    }

    /// Calls with row and ordinal for each value of the rows of a range, of
    /// those among `chosen` where given. Each value of a row comes once.
    pub fn visit(
        &self,
        range: Range<u32>,
        chosen: Option<&RowSet>,
        cancel: &CancelToken,
        mut call: impl FnMut(u32, u32),
    ) -> Result<()> {
        let chosen = chosen.filter(|chosen| chosen.count(range.clone()) < range.len() as u64);
        let slots = self.presence.docid_range_to_rowids(range);
        let (mut rows, mut ords, mut starts) = (Vec::new(), Vec::new(), Vec::new());
        for from in slots.clone().step_by(STEP as usize) {
            if (from - slots.start).is_multiple_of(BLOCK) {
                cancel.check()?;
            }
            rows.clear();
            rows.extend(from..slots.end.min(from + STEP));
            self.rows_of(&mut rows);
            let span = rows[0]..rows[rows.len() - 1] + 1;
            if chosen.is_some_and(|chosen| chosen.next(span).is_none()) {
                continue;
            }
            let wanted = |row: u32| chosen.is_none_or(|chosen| chosen.contains(row));
            match &self.starts {
                None => {
                    self.load(from, rows.len(), &mut ords);
                    let pairs = rows.iter().zip(&ords).filter(|(row, _)| wanted(**row));
                    pairs.for_each(|(row, ord)| call(*row, self.mean(*ord)));
                }
                Some(index) => {
                    starts.resize(rows.len() + 1, 0);
                    index.get_range(u64::from(from), &mut starts);
                    let first = starts[0];
                    self.load(first as u32, (starts[rows.len()] - first) as usize, &mut ords);
                    for (row, span) in rows.iter().zip(starts.windows(2)).filter(|(row, _)| wanted(**row)) {
                        let span = (span[0] - first) as usize..(span[1] - first) as usize;
                        ords[span].iter().for_each(|ord| call(*row, self.mean(*ord)));
                    }
                }
            }
        }
        Ok(())
    }

    fn load(&self, from: u32, len: usize, ords: &mut Vec<u64>) {
        ords.resize(len, 0);
        self.ords.get_range(u64::from(from), ords);
    }

    fn mean(&self, ord: u64) -> u32 {
        self.meaning.as_ref().map_or(ord as u32, |meaning| meaning[ord as usize])
    }
}

fn in_memory(values: Vec<u64>) -> Numbers<u64> {
    Arc::new(VecColumn::from(values))
}

fn presence_in_memory(rows: u32, present: &[u32]) -> ColumnIndex {
    let index = SerializableOptionalIndex { non_null_row_ids: Box::new(present), num_rows: rows };
    let mut bytes = Vec::new();
    serialize_column_index(SerializableColumnIndex::Optional(index), &mut bytes)
        .expect("writing to memory does not fail");
    open_column_index(OwnedBytes::new(bytes), CURRENT_VERSION).expect("it was written just now")
}
