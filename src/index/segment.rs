//! A segment of the index, open for reading.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::block_cache::Cache;
use super::column::{IndexColumn, Numbers, numbers};
use super::dictionary::Dictionary;
use super::dictionary_block::DictionaryBlock;
use super::layout::{ColumnMeta, Footer};
use super::meta::SegmentMeta;
use super::overflow_column;
use super::partition::partition_point;
use super::row_set::RowSet;
use super::segment_file::SegmentFile;
use crate::error::{Error, Result};
use crate::fs::Dir;
use crate::record::{SourceId, TimeRange, Timestamp};

/// The name under which formats are counted.
pub(super) const FORMAT: &str = "vestigo.format";
/// The name under which sources are counted.
pub(super) const SOURCE: &str = "vestigo.source";

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
    /// Its sources, by their number in the segment.
    pub sources: Vec<SourceId>,
    /// The place of each of its sources when they are sorted.
    pub rank: Vec<u32>,
    sheets: Arc<SegmentFile>,
    footer: Footer,
    cache: Arc<Cache>,
    columns: Vec<OnceLock<Arc<IndexColumn>>>,
    kept: Kept,
}

/// What was opened or made once.
#[derive(Default)]
struct Kept {
    format: OnceLock<Arc<IndexColumn>>,
    source: OnceLock<Arc<IndexColumn>>,
    crowd: OnceLock<Arc<IndexColumn>>,
    times: OnceLock<Numbers<i64>>,
    origins: OnceLock<Numbers<u64>>,
    records: OnceLock<Numbers<u64>>,
    all: OnceLock<Arc<RowSet>>,
}

impl OpenSegment {
    /// Opens the file of a segment; its length and footer are checked here,
    /// each column when it is first read.
    pub fn open(dir: &Dir, number: u32, meta: &SegmentMeta, cache: &Arc<Cache>) -> Result<OpenSegment> {
        let (sheets, footer) = SegmentFile::open(dir, &meta.file, meta.bytes, meta.footer)?;
        let sound = footer.rows == meta.rows
            && footer.timed <= footer.rows
            && (footer.timed > 0) == footer.times.is_some()
            && footer.times.is_some() == footer.span.is_some()
            && footer.origins as usize == meta.sources.len();
        if !sound {
            return Err(sheets.damage("is not the segment that was published"));
        }
        let mut order: Vec<u32> = (0..footer.origins).collect();
        order.sort_by_key(|i| meta.sources[*i as usize]);
        let mut rank = vec![0; order.len()];
        order.iter().zip(0..).for_each(|(source, i)| rank[*source as usize] = i);
        Ok(OpenSegment {
            number,
            rows: footer.rows,
            timed: footer.timed,
            sources: meta.sources.clone(),
            rank,
            sheets: Arc::new(sheets),
            columns: footer.columns.iter().map(|_| OnceLock::new()).collect(),
            footer,
            cache: cache.clone(),
            kept: Kept::default(),
        })
    }

    /// Returns the fields: name and number of distinct values.
    pub fn fields(&self) -> Result<Vec<(String, u64)>> {
        let columns = self.footer.columns.iter();
        let mut fields: Vec<_> =
            columns.map(|column| (column.name.clone(), column.distinct.into())).collect();
        if let Some(crowd) = self.crowd()? {
            fields.extend(overflow_column::names(&crowd)?);
        }
        Ok(fields)
    }

    /// Returns the first and last time.
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        self.footer.span.map(|(first, last)| (Timestamp::from_nanos(first), Timestamp::from_nanos(last)))
    }

    /// Returns every row.
    pub fn all(&self) -> Arc<RowSet> {
        self.kept.all.get_or_init(|| Arc::new(RowSet::all(self.rows))).clone()
    }

    /// Returns the number of columns that hold fields.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// Returns a field's column by its place.
    pub fn column_at(&self, i: usize) -> Result<Arc<IndexColumn>> {
        self.opened(&self.columns[i], &self.footer.columns[i], i as u32)
    }

    /// Returns the column of a field, of the formats, or of the sources.
    pub fn column(&self, name: &str) -> Result<Option<Arc<IndexColumn>>> {
        if name == FORMAT {
            return self.opened(&self.kept.format, &self.footer.format, u32::MAX).map(Some);
        }
        if name == SOURCE {
            return self.source_column().map(Some);
        }
        match self.footer.columns.binary_search_by(|column| column.name.as_str().cmp(name)) {
            Ok(i) => self.column_at(i).map(Some),
            Err(_) => match self.crowd()? {
                Some(crowd) => Ok(overflow_column::carve(&crowd, name, self.rows)?.map(Arc::new)),
                None => Ok(None),
            },
        }
    }

    /// Returns the column that fields share for which there was no room.
    pub fn crowd(&self) -> Result<Option<Arc<IndexColumn>>> {
        let crowd = self.footer.crowd.as_ref();
        crowd.map(|meta| self.opened(&self.kept.crowd, meta, u32::MAX - 1)).transpose()
    }

    fn opened(
        &self,
        slot: &OnceLock<Arc<IndexColumn>>,
        meta: &ColumnMeta,
        place: u32,
    ) -> Result<Arc<IndexColumn>> {
        kept(slot, || {
            let place = (self.number, place);
            let terms =
                Dictionary::of_file(self.sheets.clone(), meta.terms.clone(), self.cache.clone(), place);
            Ok(Arc::new(IndexColumn::open(&self.sheets, meta, self.rows, terms)?))
        })
    }

    fn source_column(&self) -> Result<Arc<IndexColumn>> {
        kept(&self.kept.source, || {
            let mut sources = self.sources.clone();
            sources.sort_unstable();
            let terms = Dictionary::made(DictionaryBlock::of(sources.iter().map(SourceId::to_string)));
            Ok(Arc::new(IndexColumn::over(self.origins()?, self.rank.clone(), terms)))
        })
    }

    /// Returns each row's source, by its number in the segment.
    pub fn origins(&self) -> Result<Numbers<u64>> {
        kept(&self.kept.origins, || {
            let origins = numbers::<u64>(&self.sheets, self.footer.sources, self.rows)?;
            if origins.max_value() >= self.sources.len() as u64 {
                return Err(self.sheets.damage("names a source that it does not have"));
            }
            Ok(origins)
        })
    }

    /// Returns each row's record number.
    pub fn records(&self) -> Result<Numbers<u64>> {
        kept(&self.kept.records, || numbers(&self.sheets, self.footer.records, self.rows))
    }

    /// Returns the times of the rows that have one, ascending.
    pub fn times(&self) -> Result<Numbers<i64>> {
        kept(&self.kept.times, || {
            let part = self.footer.times.expect("times are asked for where there are some");
            numbers(&self.sheets, part, self.timed)
        })
    }

    /// Returns the time of a row that has one.
    pub fn time(&self, row: u32) -> Result<Timestamp> {
        Ok(Timestamp::from_nanos(self.times()?.get_val(row)))
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
        Ok(partition_point(self.timed as usize, |row| times.get_val(row as u32) < moment.nanos()) as u32)
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

    /// Returns every column with its name: those of the fields, of the formats,
    /// and, without a name, the one that fields share.
    ///
    /// # Errors
    ///
    /// Fails where they are out of order: a field would not be found.
    pub fn named_columns(&self) -> Result<Vec<(String, Arc<IndexColumn>)>> {
        let names = || self.footer.columns.iter().map(|column| column.name.as_str());
        if !names().is_sorted_by(|one, other| one < other) || names().any(str::is_empty) {
            return Err(self.damage("has columns that are out of order"));
        }
        let mut columns: Vec<_> = (names().zip(0..))
            .map(|(name, i)| Ok((name.to_owned(), self.column_at(i)?)))
            .collect::<Result<_>>()?;
        columns.extend(self.column(FORMAT)?.map(|column| (FORMAT.to_owned(), column)));
        columns.extend(self.crowd()?.map(|column| (String::new(), column)));
        Ok(columns)
    }

    /// Creates the failure for damage in this segment.
    pub fn damage(&self, what: &str) -> Error {
        self.sheets.damage(what)
    }

    /// Reads every part of the file against its hash, and every dictionary.
    pub fn check(&self) -> Result<()> {
        let fixed = [Some(self.footer.sources), Some(self.footer.records), self.footer.times];
        fixed.into_iter().flatten().try_for_each(|part| self.sheets.part(part).map(drop))?;
        for column in self.footer.columns.iter().chain([&self.footer.format]).chain(&self.footer.crowd) {
            let parts = [column.presence, column.starts, Some(column.ords), Some(column.counts)];
            let blocks = column.terms.iter().map(|block| block.part);
            parts
                .into_iter()
                .flatten()
                .chain(blocks)
                .try_for_each(|part| self.sheets.part(part).map(drop))?;
        }
        Ok(())
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
