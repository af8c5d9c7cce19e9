//! A segment of the index, open for reading.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use tantivy::columnar::{ColumnType, MonotonicallyMappableToU64};

use super::block_cache::Cache;
use super::column::IndexColumn;
use super::number_terms::Numbers;
use super::overflow_column;
use super::partition::partition_point;
use super::row_set::RowSet;
use super::schema::{FORMAT, OVERFLOW, RECORD, SOURCE, TIME, field_of};
use super::segment_contents::{Contents, SegmentMeta};
use super::segment_file::{SegmentFile, check_companions};
use crate::error::{Error, Result};
use crate::fs::Dir;
use crate::record::{SourceId, TimeRange, Timestamp};

/// How far a search reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimeScope {
    /// To every event.
    Everything,
    /// To the events with a time in a window.
    Within(TimeRange),
}

impl TimeScope {
    /// Returns the reach that a request's window means.
    pub fn of(window: TimeRange) -> TimeScope {
        if window == TimeRange::ALL { TimeScope::Everything } else { TimeScope::Within(window) }
    }

    /// Returns the reach of what lies in a window too.
    pub fn and(self, window: TimeRange) -> TimeScope {
        match self {
            TimeScope::Everything => TimeScope::Within(window),
            TimeScope::Within(mine) => {
                TimeScope::Within(TimeRange { from: mine.from.max(window.from), to: mine.to.min(window.to) })
            }
        }
    }

    /// Returns whether a segment may have events within it.
    pub fn meets(self, segment: &OpenSegment) -> bool {
        match self {
            TimeScope::Everything => true,
            TimeScope::Within(window) => {
                segment.span().is_some_and(|(first, last)| first < window.to && window.from <= last)
            }
        }
    }
}

/// A segment: its columns are opened when they are first needed.
pub(super) struct OpenSegment {
    /// Its number in the index.
    pub number: u32,
    /// How many rows.
    pub rows: u32,
    /// How many of them have a time; they stand first, in time order.
    pub timed: u32,
    /// Its sources, sorted; a row's source is given by its place here.
    pub sources: Vec<SourceId>,
    id: String,
    dir: Dir,
    file: SegmentFile,
    contents: Contents,
    cache: Arc<Cache>,
    columns: Vec<OnceLock<Arc<IndexColumn>>>,
    kept: Kept,
}

/// What was opened or made once.
#[derive(Default)]
struct Kept {
    /// The columns of each field, by its name.
    fields: OnceLock<BTreeMap<String, Vec<usize>>>,
    times: OnceLock<Numbers<u64>>,
    origins: OnceLock<Numbers<u64>>,
    records: OnceLock<Numbers<u64>>,
    all: OnceLock<Arc<RowSet>>,
}

/// The times of the rows that have one, ascending.
pub(super) struct Times(Numbers<u64>);

impl Times {
    /// Returns the time of a row, in nanoseconds since the epoch.
    pub fn get(&self, row: u32) -> i64 {
        i64::from_u64(self.0.get_val(row))
    }
}

impl OpenSegment {
    /// Opens the files of a segment; their lengths, hashes and names of columns are
    /// checked here, each column when it is first read.
    pub fn open(dir: &Dir, number: u32, meta: &SegmentMeta, cache: &Arc<Cache>) -> Result<OpenSegment> {
        let (file, contents) = SegmentFile::open(dir, &meta.id, meta.bytes, meta.hashes)?;
        let sound = contents.rows == meta.rows
            && contents.timed <= contents.rows
            && (contents.timed > 0) == contents.span.is_some()
            && (contents.timed > 0) == file.find(TIME).is_some()
            && meta.sources.is_sorted_by(|one, other| one < other);
        if !sound {
            return Err(file.damage("is not the segment that was published"));
        }
        Ok(OpenSegment {
            number,
            rows: contents.rows,
            timed: contents.timed,
            sources: meta.sources.clone(),
            id: meta.id.clone(),
            dir: dir.clone(),
            columns: file.columns.iter().map(|_| OnceLock::new()).collect(),
            file,
            contents,
            cache: cache.clone(),
            kept: Kept::default(),
        })
    }

    /// Returns the fields: name and number of distinct values, or an upper bound of it.
    pub fn fields(&self) -> Result<Vec<(String, u64)>> {
        let distinct =
            |columns: &Vec<usize>| columns.iter().map(|i| u64::from(self.file.columns[*i].distinct)).sum();
        let mut fields: Vec<_> =
            self.by_field().iter().map(|(name, columns)| (name.clone(), distinct(columns))).collect();
        if let Some(overflow) = self.overflow()? {
            fields.extend(overflow_column::names(&overflow)?);
        }
        Ok(fields)
    }

    fn by_field(&self) -> &BTreeMap<String, Vec<usize>> {
        self.kept.fields.get_or_init(|| {
            let mut fields: BTreeMap<String, Vec<usize>> = BTreeMap::new();
            for (i, column) in self.file.columns.iter().enumerate() {
                if let Some(field) = field_of(&column.name) {
                    fields.entry(field).or_default().push(i);
                }
            }
            fields
        })
    }

    /// Returns the first and last time.
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        self.contents.span.map(|(first, last)| (Timestamp::from_nanos(first), Timestamp::from_nanos(last)))
    }

    /// Returns every row.
    pub fn all(&self) -> Arc<RowSet> {
        self.kept.all.get_or_init(|| Arc::new(RowSet::all(self.rows))).clone()
    }

    /// Returns every column that holds values of fields, but the one that fields share.
    pub fn field_columns(&self) -> impl Iterator<Item = Result<Arc<IndexColumn>>> {
        self.by_field().values().flatten().map(|i| self.opened(*i))
    }

    /// Returns the columns of a field, of the formats, or of the sources: one for each type
    /// that its values have.
    pub fn columns_of(&self, name: &str) -> Result<Vec<Arc<IndexColumn>>> {
        if name == FORMAT || name == SOURCE {
            return self.fixed(name).map(|column| vec![column]);
        }
        let own = self.by_field().get(name).into_iter().flatten();
        let mut columns: Vec<_> = own.map(|i| self.opened(*i)).collect::<Result<_>>()?;
        if let Some(overflow) = self.overflow()? {
            columns.extend(overflow_column::carve(&overflow, name, self.rows)?.map(Arc::new));
        }
        Ok(columns)
    }

    /// Returns the column of a field, of the formats, or of the sources, whatever the
    /// types of its values.
    pub fn column(&self, name: &str) -> Result<Option<Arc<IndexColumn>>> {
        let mut columns = self.columns_of(name)?;
        match columns.len() {
            0 | 1 => Ok(columns.pop()),
            _ => IndexColumn::merged(self.rows, &columns).map(|merged| Some(Arc::new(merged))),
        }
    }

    /// Returns the column that fields share for which there was no room.
    pub fn overflow(&self) -> Result<Option<Arc<IndexColumn>>> {
        self.file.find(OVERFLOW).map(|i| self.opened(i)).transpose()
    }

    /// Returns a column that every segment has.
    fn fixed(&self, name: &str) -> Result<Arc<IndexColumn>> {
        match self.file.find(name) {
            Some(i) => self.opened(i),
            None => Err(self.damage(&format!("has no column {name}"))),
        }
    }

    fn opened(&self, i: usize) -> Result<Arc<IndexColumn>> {
        kept(&self.columns[i], || {
            let place = (self.number, i as u32);
            Ok(Arc::new(IndexColumn::open(&self.file, i, self.rows, &self.cache, place)?))
        })
    }

    /// Returns each row's source, by its place among the segment's.
    pub fn origins(&self) -> Result<Numbers<u64>> {
        kept(&self.kept.origins, || {
            let column = self.fixed(SOURCE)?;
            let terms = column.terms();
            let same = |(i, source): (u32, &SourceId)| Ok(terms.get(i)? == source.to_string());
            let named = terms.len() as usize == self.sources.len()
                && (0..)
                    .zip(&self.sources)
                    .map(same)
                    .collect::<Result<Vec<bool>>>()?
                    .iter()
                    .all(|same| *same);
            if named && column.is_full() {
                Ok(column.values().clone())
            } else {
                Err(self.damage("names other sources than were published"))
            }
        })
    }

    /// Returns each row's record number.
    pub fn records(&self) -> Result<Numbers<u64>> {
        kept(&self.kept.records, || {
            let column = self.fixed(RECORD)?;
            if column.is_full() {
                Ok(column.values().clone())
            } else {
                Err(self.damage("has rows without a record number"))
            }
        })
    }

    /// Returns the times of the rows that have one, ascending.
    pub fn times(&self) -> Result<Times> {
        let times = kept(&self.kept.times, || {
            let column = self.fixed(TIME)?;
            // They stand first, so that the n-th value is that of the n-th row.
            if column.values().num_vals() == self.timed
                && column.present() == RowSet::range(self.rows, 0..self.timed)
            {
                Ok(column.values().clone())
            } else {
                Err(self.damage("has times in other rows than the first"))
            }
        })?;
        Ok(Times(times))
    }

    /// Returns the time of a row that has one.
    pub fn time(&self, row: u32) -> Result<Timestamp> {
        Ok(Timestamp::from_nanos(self.times()?.get(row)))
    }

    /// Returns the first row at or after a moment, of those that have a time.
    pub fn row_at(&self, moment: Timestamp) -> Result<u32> {
        match self.span() {
            None => return Ok(0),
            Some((first, _)) if moment <= first => return Ok(0),
            Some((_, last)) if moment > last => return Ok(self.timed),
            Some(_) => {}
        }
        let times = self.times()?;
        Ok(partition_point(self.timed as usize, |row| times.get(row as u32) < moment.nanos()) as u32)
    }

    /// Returns the first row after a moment, of those that have a time.
    pub fn row_behind(&self, moment: Timestamp) -> Result<u32> {
        match moment.nanos().checked_add(1) {
            Some(next) => self.row_at(Timestamp::from_nanos(next)),
            None => Ok(self.timed),
        }
    }

    /// Returns the rows that a search reaches and that have a time.
    pub fn timed_rows(&self, reach: TimeScope) -> Result<Range<u32>> {
        match reach {
            TimeScope::Everything => Ok(0..self.timed),
            TimeScope::Within(window) => {
                let from = self.row_at(window.from)?;
                Ok(from..self.row_at(window.to)?.max(from))
            }
        }
    }

    /// Returns the rows that a search reaches and that have no time: all, or none.
    pub fn untimed_rows(&self, reach: TimeScope) -> Range<u32> {
        match reach {
            TimeScope::Everything => self.timed..self.rows,
            TimeScope::Within(_) => self.rows..self.rows,
        }
    }

    /// Returns the column of each field and of the formats with its name, and, without a
    /// name, the one that fields share.
    ///
    /// # Errors
    ///
    /// Fails where the columns are out of order: a field would not be found.
    pub fn named_columns(&self) -> Result<Vec<(String, Arc<IndexColumn>)>> {
        let keys = self.file.columns.iter().map(|column| (column.name.as_str(), column.kind));
        if !keys.is_sorted_by(|one, other| one < other) {
            return Err(self.damage("has columns that are out of order"));
        }
        let mut columns = Vec::new();
        for (name, own) in self.by_field() {
            let own: Vec<_> = own.iter().map(|i| self.opened(*i)).collect::<Result<_>>()?;
            let column = match &own[..] {
                [column] => column.clone(),
                several => Arc::new(IndexColumn::merged(self.rows, several)?),
            };
            columns.push((name.clone(), column));
        }
        columns.push((FORMAT.to_owned(), self.fixed(FORMAT)?));
        columns.extend(self.overflow()?.map(|column| (String::new(), column)));
        Ok(columns)
    }

    /// Returns each column of values of fields with its field's name and its type, and,
    /// without a name, the one that fields share.
    pub fn typed_columns(&self) -> Result<Vec<(String, ColumnType, Arc<IndexColumn>)>> {
        let mut columns = Vec::new();
        for (name, own) in self.by_field() {
            for i in own {
                columns.push((name.clone(), self.file.columns[*i].kind, self.opened(*i)?));
            }
        }
        columns.extend(self.overflow()?.map(|column| (String::new(), ColumnType::Str, column)));
        Ok(columns)
    }

    /// Creates the failure for damage in this segment.
    pub fn damage(&self, what: &str) -> Error {
        self.file.damage(what)
    }

    /// Reads every part of the files against its hash.
    pub fn check(&self) -> Result<()> {
        (0..self.columns.len()).try_for_each(|i| self.file.checked(i).map(drop))?;
        check_companions(&self.dir, &self.id, self.contents.companions)
    }
}

/// Returns what a slot keeps, making it first where it is empty.
fn kept<T: Clone>(slot: &OnceLock<T>, make: impl FnOnce() -> Result<T>) -> Result<T> {
    if let Some(value) = slot.get() {
        return Ok(value.clone());
    }
    let value = make()?;
    Ok(slot.get_or_init(|| value).clone())
}
