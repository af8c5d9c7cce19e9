//! One field of one segment: which row has which values.

use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use tantivy::columnar::column_index::{
    MultiValueIndex, OptionalIndex, SerializableColumnIndex, SerializableOptionalIndex, Set as _,
    open_column_index, serialize_column_index,
};
use tantivy::columnar::column_values::VecColumn;
use tantivy::columnar::{CURRENT_VERSION, Column, ColumnIndex, ColumnType, DynamicColumn};
use tantivy::directory::OwnedBytes;

use super::block_cache::{Cache, DictionaryKey};
use super::cancel::CancelToken;
use super::column_builder::outline;
use super::dictionary::Dictionary;
use super::dictionary_block::DictionaryBlock;
use super::matcher::Matcher;
use super::number_terms::{NumberTerms, NumberText, Numbers};
use super::ordinal_set::OrdinalSet;
use super::row_set::RowSet;
use super::segment_file::SegmentFile;
use crate::error::Result;

/// How many values are decoded at once.
const STEP: u32 = 1024;
/// How many rows are read between two looks at whether to stop.
const BLOCK: u32 = 1 << 16;

/// The values of a field, as ordinals of its dictionary.
pub(super) struct IndexColumn {
    rows: u32,
    /// Which rows have values, where not all have. The values of the n-th such row are
    /// the n-th, or those that `starts` tells.
    presence: Option<OptionalIndex>,
    starts: Option<Numbers<u32>>,
    /// Ordinals, or numbers that compare as the column's values.
    values: Numbers<u64>,
    terms: Terms,
}

enum Terms {
    /// The values are ordinals of this.
    Texts(Dictionary),
    /// The values are numbers.
    Numbers { text: NumberText, cache: Arc<Cache>, place: DictionaryKey },
}

impl IndexColumn {
    /// Opens a column of a file.
    pub fn open(
        file: &SegmentFile,
        i: usize,
        rows: u32,
        cache: &Arc<Cache>,
        place: DictionaryKey,
    ) -> Result<IndexColumn> {
        let kind = file.columns[i].kind;
        let cache = cache.clone();
        if kind != ColumnType::Str {
            let Column { index, values } = file.numbers(i)?;
            let text = NumberText::of(kind, &values);
            return IndexColumn::of(file, rows, index, values, Terms::Numbers { text, cache, place });
        }
        let DynamicColumn::Str(column) = file.column(i)? else {
            return Err(file.damage("has a column of another type"));
        };
        let Column { index, values } = column.ords().clone();
        let terms = Dictionary::of_file(column, cache, place);
        if values.num_vals() > 0 && values.max_value() >= u64::from(terms.len()) {
            return Err(file.damage("has a column that does not fit its dictionary"));
        }
        IndexColumn::of(file, rows, index, values, Terms::Texts(terms))
    }

    fn of(
        file: &SegmentFile,
        rows: u32,
        index: ColumnIndex,
        values: Numbers<u64>,
        terms: Terms,
    ) -> Result<IndexColumn> {
        let (presence, starts) = match index {
            ColumnIndex::Full => (None, None),
            ColumnIndex::Optional(index) => (Some(index), None),
            ColumnIndex::Multivalued(MultiValueIndex::MultiValueIndexV2(index)) => {
                (Some(index.optional_index), Some(index.start_index_column))
            }
            ColumnIndex::Multivalued(_) | ColumnIndex::Empty { .. } => {
                return Err(file.damage("has a column of another version"));
            }
        };
        let column = IndexColumn { rows, presence, starts, values, terms };
        let filled = column.presence.as_ref().map_or(rows, OptionalIndex::num_non_nulls);
        let told = match &column.starts {
            Some(starts) if starts.num_vals() == filled + 1 => starts.get_val(filled),
            Some(_) => return Err(file.damage("has a column of the wrong length")),
            None => filled,
        };
        let fits = column.presence.as_ref().is_none_or(|index| index.num_docs() == rows);
        if fits && told == column.values.num_vals() {
            Ok(column)
        } else {
            Err(file.damage("has a column of the wrong length"))
        }
    }

    /// Creates a column in memory of texts and the rows that have them.
    pub fn made(rows: u32, texts: Vec<String>, mut pairs: Vec<(u32, u32)>) -> IndexColumn {
        pairs.sort_unstable();
        pairs.dedup();
        let (present, starts) = outline(pairs.iter().map(|(row, _)| *row));
        let presence = (present.len() < rows as usize).then(|| presence_in_memory(rows, &present));
        let several = starts.len() <= pairs.len();
        let ords: Vec<u64> = pairs.into_iter().map(|(_, ord)| ord.into()).collect();
        let terms = Terms::Texts(Dictionary::made(DictionaryBlock::of(texts)));
        let starts = several.then(|| Arc::new(VecColumn::from(starts)) as Numbers<u32>);
        IndexColumn { rows, presence, starts, values: Arc::new(VecColumn::from(ords)), terms }
    }

    /// Creates a column in memory of the values that several columns have.
    pub fn merged(rows: u32, columns: &[Arc<IndexColumn>]) -> Result<IndexColumn> {
        let mut texts = Vec::new();
        let mut found = Vec::new();
        for column in columns {
            let terms = column.terms();
            let from = texts.len();
            for number in 0..terms.blocks() {
                let block = terms.block(number)?;
                texts.extend((0..block.len()).map(|i| block.get(i).to_owned()));
            }
            column.visit(0..rows, None, &CancelToken::new(), |row, ord| {
                found.push((row, from + ord as usize));
            })?;
        }
        let mut sorted = texts.clone();
        sorted.sort_unstable();
        sorted.dedup();
        let ordinal = |text: &String| sorted.partition_point(|other| other < text) as u32;
        let ordinals: Vec<u32> = texts.iter().map(ordinal).collect();
        let pairs = found.into_iter().map(|(row, at)| (row, ordinals[at])).collect();
        Ok(IndexColumn::made(rows, sorted, pairs))
    }

    /// Returns the dictionary.
    pub fn terms(&self) -> Dictionary {
        match &self.terms {
            Terms::Texts(terms) => terms.clone(),
            Terms::Numbers { .. } => Dictionary::of_numbers(self.numbers().expect("its values are numbers")),
        }
    }

    /// Returns the distinct numbers; none where the values are texts.
    fn numbers(&self) -> Option<Arc<NumberTerms>> {
        let Terms::Numbers { text, cache, place } = &self.terms else { return None };
        Some(cache.numbers(*place, || NumberTerms::new(&self.values, text.clone())))
    }

    /// Returns the column's values as they stand in it.
    pub fn values(&self) -> &Numbers<u64> {
        &self.values
    }

    /// Returns whether each row has exactly one value.
    pub fn is_full(&self) -> bool {
        self.presence.is_none() && self.starts.is_none()
    }

    /// Returns the rows that have a value.
    pub fn present(&self) -> RowSet {
        match &self.presence {
            Some(index) => {
                let mut rows = RowSet::none(self.rows);
                index.iter_non_null_docs().for_each(|row| rows.insert(row));
                rows
            }
            None => RowSet::all(self.rows),
        }
    }

    /// Adds the rows that have a value that matches; or whose part that `view` gives does.
    pub fn add_matching(
        &self,
        matcher: &Matcher,
        view: Option<fn(&str) -> &str>,
        rows: &mut RowSet,
        cancel: &CancelToken,
    ) -> Result<()> {
        if let Terms::Numbers { text, .. } = &self.terms {
            if matcher.needle().is_some_and(|needle| !text.may_contain(needle)) {
                return Ok(());
            }
            if let Some(ranges) = matcher.number_ranges(text) {
                return ranges.into_iter().try_for_each(|range| self.add_range(range, rows, cancel));
            }
        }
        let terms = self.terms();
        let picked = terms.matching(matcher, view, cancel)?;
        self.add_rows(&picked, rows, cancel)
    }

    /// Adds the rows that have one of these values.
    fn add_rows(&self, picked: &OrdinalSet, rows: &mut RowSet, cancel: &CancelToken) -> Result<()> {
        if picked.is_empty() {
            return Ok(());
        }
        if picked.is_all() {
            rows.or(&self.present());
            return Ok(());
        }
        if let Some((first, last)) = picked.run() {
            let value = |ord: u32| self.numbers().map_or(ord.into(), |numbers| numbers.number(ord));
            return self.add_range(value(first)..=value(last), rows, cancel);
        }
        self.visit(0..self.rows, None, cancel, |row, ord| {
            if picked.contains(ord) {
                rows.insert(row);
            }
        })
    }

    /// Adds the rows that have a value in a range of what stands in the column.
    fn add_range(&self, range: RangeInclusive<u64>, rows: &mut RowSet, cancel: &CancelToken) -> Result<()> {
        if self.starts.is_some() {
            return self.visit_values(0..self.rows, None, cancel, |row, value| {
                if range.contains(&value) {
                    rows.insert(row);
                }
            });
        }
        // The codec can search one value a row itself, within its bounds.
        let values = self.values.num_vals();
        let (least, most) = (self.values.min_value(), self.values.max_value());
        if values == 0 || *range.end() < least || most < *range.start() {
            return Ok(());
        }
        let range = least.max(*range.start())..=most.min(*range.end());
        let mut found = Vec::new();
        for start in (0..values).step_by(BLOCK as usize) {
            cancel.check()?;
            found.clear();
            let slots = start..values.min(start + BLOCK);
            self.values.get_row_ids_for_value_range(range.clone(), slots, &mut found);
            self.rows_of(&mut found);
            found.iter().for_each(|row| rows.insert(*row));
        }
        Ok(())
    }

    /// Turns numbers of filled rows into rows.
    fn rows_of(&self, slots: &mut [u32]) {
        if let Some(index) = &self.presence {
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
        match self.numbers() {
            None => self.visit_values(range, chosen, cancel, |row, ord| call(row, ord as u32)),
            Some(numbers) => {
                self.visit_values(range, chosen, cancel, |row, value| call(row, numbers.ordinal(value)))
            }
        }
    }

    /// Calls with row and what stands in the column, in the same way.
    fn visit_values(
        &self,
        range: Range<u32>,
        chosen: Option<&RowSet>,
        cancel: &CancelToken,
        mut call: impl FnMut(u32, u64),
    ) -> Result<()> {
        let chosen = chosen.filter(|chosen| chosen.count(range.clone()) < range.len() as u64);
        let slots = match &self.presence {
            None => range,
            Some(index) => index.rank(range.start)..index.rank(range.end),
        };
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
                    pairs.for_each(|(row, ord)| call(*row, *ord));
                }
                Some(index) => {
                    starts.resize(rows.len() + 1, 0);
                    index.get_range(u64::from(from), &mut starts);
                    let first: u32 = starts[0];
                    self.load(first, (starts[rows.len()] - first) as usize, &mut ords);
                    for (row, span) in rows.iter().zip(starts.windows(2)).filter(|(row, _)| wanted(**row)) {
                        let span = (span[0] - first) as usize..(span[1] - first) as usize;
                        ords[span].iter().for_each(|ord| call(*row, *ord));
                    }
                }
            }
        }
        Ok(())
    }

    fn load(&self, from: u32, len: usize, values: &mut Vec<u64>) {
        values.resize(len, 0);
        self.values.get_range(u64::from(from), values);
    }
}

fn presence_in_memory(rows: u32, present: &[u32]) -> OptionalIndex {
    let index = SerializableOptionalIndex { non_null_row_ids: Box::new(present), num_rows: rows };
    let mut bytes = Vec::new();
    serialize_column_index(SerializableColumnIndex::Optional(index), &mut bytes)
        .expect("writing to memory does not fail");
    match open_column_index(OwnedBytes::new(bytes), CURRENT_VERSION) {
        Ok(ColumnIndex::Optional(index)) => index,
        _ => unreachable!("it was written just now"),
    }
}
