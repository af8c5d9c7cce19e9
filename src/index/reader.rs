//! The index, open for reading: counting, and what it has.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::api::{FieldInfo, Histogram, Hit, Order, Request, TermOrder, TopValues};
use super::block_cache::Cache;
use super::cancel::CancelToken;
use super::event_columns::{self, EventColumns};
use super::filter_cache::FilterCache;
use super::fingerprints::Fingerprints;
use super::histogram;
use super::hits::Hits;
use super::matcher::Matcher;
use super::meta::{self, IndexBasis, IndexBinding, Meta};
use super::paging;
use super::parallel;
use super::profile::{self, SourceProfile};
use super::query_plan::QueryPlan;
use super::search::QueryRun;
use super::segment::{OpenSegment, TimeScope};
use super::tables::{self, EventRowsPlan, EventValues, StatsPlan, StatsTable, TableLimits};
use super::top;
use super::value_tests::{RowQuery, TestsByField, ValueTest};
use super::witness::{Sum, Witness};
use crate::error::Result;
use crate::fs::Dir;
use crate::query::{EventPick, FieldRef};
use crate::record::{SourceId, Timestamp};

/// The searchable columns of a case, open for reading. Cheap to clone.
#[derive(Clone)]
pub struct Index(Arc<Inner>);

struct Inner {
    batches: Vec<u32>,
    /// How many of the segments, which stand batch by batch, are of each.
    shares: Vec<usize>,
    segments: Vec<OpenSegment>,
    cache: Arc<Cache>,
    memo: FilterCache,
}

impl Index {
    /// Opens the index in a folder, where this user made it, of this case, from
    /// these batches, and from no others. Batches may be missing from it.
    ///
    /// # Errors
    ///
    /// What does not agree, is missing, cut, or of another version is found here,
    /// a change inside a column when it is first read: [`super::is_damaged`]
    /// recognizes both.
    pub fn open(dir: &Dir, binding: &IndexBinding, expected: &[IndexBasis]) -> Result<Index> {
        Index::of(dir, meta::read(dir, binding, expected)?)
    }

    /// Opens the index in a folder, whoever made it: to be compared, not asked.
    pub fn inspect(dir: &Dir, case: &str, expected: &[IndexBasis]) -> Result<Index> {
        Index::of(dir, meta::inspect(dir, case, expected)?)
    }

    /// Returns an index of nothing.
    pub fn empty() -> Index {
        let (cache, memo) = (Arc::default(), FilterCache::default());
        let (batches, shares, segments) = (Vec::new(), Vec::new(), Vec::new());
        Index(Arc::new(Inner { batches, shares, segments, cache, memo }))
    }

    fn of(dir: &Dir, meta: Meta) -> Result<Index> {
        let cache = Arc::new(Cache::default());
        let segments = meta.batches.iter().flat_map(|batch| &batch.segments);
        let segments = (0..).zip(segments).map(|(number, row)| OpenSegment::open(dir, number, row, &cache));
        Ok(Index(Arc::new(Inner {
            batches: meta.batches.iter().map(|batch| batch.basis.batch).collect(),
            shares: meta.batches.iter().map(|batch| batch.segments.len()).collect(),
            segments: segments.collect::<Result<_>>()?,
            cache,
            memo: FilterCache::default(),
        })))
    }

    /// Reads every byte of the index and returns the sum over the events of each
    /// batch, by its number.
    pub fn sums(&self, witness: &Witness) -> Result<BTreeMap<u32, Sum>> {
        let segments: Vec<&OpenSegment> = self.0.segments.iter().collect();
        let mut sums = parallel::each(&segments, |segment| witness.segment(segment))?.into_iter();
        let share = |(number, share): (&u32, &usize)| {
            let mut whole = Sum::default();
            sums.by_ref().take(*share).for_each(|sum| whole.add(sum));
            (*number, whole)
        };
        Ok(self.0.batches.iter().zip(&self.0.shares).map(share).collect())
    }

    /// Returns the batches whose events are all in the index, ascending.
    pub fn batches(&self) -> &[u32] {
        &self.0.batches
    }

    /// Counts the events that match.
    pub fn count(&self, request: &Request, cancel: &CancelToken) -> Result<u64> {
        let (search, reach) = self.search(request, cancel)?;
        let counts = parallel::each(&self.within(reach), |segment| {
            let (timed, untimed) = (segment.timed_rows(reach)?, segment.untimed_rows(reach));
            let rows = search.rows(segment)?;
            Ok(rows.count(timed) + rows.count(untimed))
        })?;
        Ok(counts.iter().sum())
    }

    /// Returns up to `limit` events after `after` in order; going on from the
    /// last hit reaches every event exactly once, at any depth.
    pub fn page(
        &self,
        request: &Request,
        order: Order,
        after: Option<&Hit>,
        limit: usize,
        cancel: &CancelToken,
    ) -> Result<Vec<Hit>> {
        let (search, reach) = self.search(request, cancel)?;
        paging::page(&search, &self.within(reach), reach, order, after, limit)
    }

    /// Returns the first and the last time among the events that match.
    pub fn span(&self, request: &Request, cancel: &CancelToken) -> Result<Option<(Timestamp, Timestamp)>> {
        let (search, reach) = self.search(request, cancel)?;
        let spans = parallel::each(&self.within(reach), |segment| {
            let range = segment.timed_rows(reach)?;
            let rows = search.rows(segment)?;
            let ends = rows.next(range.clone()).zip(rows.previous(range));
            ends.map(|(first, last)| Ok((segment.time(first)?, segment.time(last)?))).transpose()
        })?;
        Ok(spans.into_iter().flatten().reduce(|one, other| (one.0.min(other.0), one.1.max(other.1))))
    }

    /// Counts the events that match in each of these adjoining windows
    /// (`edges[i]..edges[i + 1]`, ascending), split by the most frequent values of
    /// `by` (at most `series`, the rest summed up). `by` is a dotted name,
    /// `vestigo.format` or `vestigo.source`. An event with several values
    /// counts for each of them, and once in the bucket.
    pub fn histogram(
        &self,
        request: &Request,
        edges: &[Timestamp],
        by: Option<&str>,
        series: usize,
        cancel: &CancelToken,
    ) -> Result<Histogram> {
        let (search, reach) = self.search(request, cancel)?;
        histogram::histogram(&search, &self.within(reach), reach, edges, by, series)
    }

    /// Returns the `limit` most frequent or rarest values of a field (by dotted
    /// name, `vestigo.format` or `vestigo.source`).
    pub fn top(
        &self,
        request: &Request,
        field: &str,
        rank: TermOrder,
        limit: usize,
        cancel: &CancelToken,
    ) -> Result<Vec<TopValues>> {
        let (search, reach) = self.search(request, cancel)?;
        top::top(&search, &self.within(reach), reach, field, None, rank, limit)
    }

    /// Groups the events that match, and computes statistics of each group. An event with
    /// several values of a field belongs to the group of each, one without a value to the
    /// group of those.
    pub fn stats(&self, request: &Request, plan: &StatsPlan<'_>, cancel: &CancelToken) -> Result<StatsTable> {
        let (search, reach) = self.search(request, cancel)?;
        tables::stats(&search, &self.within(reach), reach, plan)
    }

    /// Returns the events that match, or with `pick` the first or the last of each group,
    /// with the values of some fields, the earliest first. An event that is picked for
    /// several groups comes once. More than `limits.groups` are refused.
    pub fn event_values(
        &self,
        request: &Request,
        pick: Option<(EventPick, &[FieldRef])>,
        fields: &[FieldRef],
        limits: TableLimits,
        cancel: &CancelToken,
    ) -> Result<Vec<EventValues>> {
        let (search, reach) = self.search(request, cancel)?;
        let plan = EventRowsPlan { pick, fields, limits };
        tables::event_rows(&search, &self.within(reach), reach, &plan)
    }

    /// Returns the events that match and tell a time, in their order, with the first value
    /// of some fields. Takes 20 bytes an event, and 4 for each field.
    pub fn event_columns(
        &self,
        request: &Request,
        fields: &[&str],
        cancel: &CancelToken,
    ) -> Result<EventColumns> {
        let (search, reach) = self.search(request, cancel)?;
        event_columns::of_segments(&search, &self.within(reach), reach, fields)
    }

    /// Returns what the events of each source have, and how often they repeat one another.
    /// Every column is read once; takes about 60 bytes an event.
    pub fn profiles(&self, cancel: &CancelToken) -> Result<BTreeMap<SourceId, SourceProfile>> {
        self.0.cache.begin();
        profile::profiles(&self.within(TimeScope::Everything), cancel)
    }

    /// Returns a number for what each of these events says, which tell a time: the same for
    /// events of the same time and values, and otherwise practically never; 0 for what is
    /// not in the index. The numbers of two calls cannot be compared.
    pub fn fingerprints(&self, hits: &[Hit], cancel: &CancelToken) -> Result<Vec<u64>> {
        self.0.cache.begin();
        Fingerprints::default().hits(&self.within(TimeScope::Everything), hits, cancel)
    }

    /// Asks many queries of some batches at once: each distinct value is read once for all
    /// tests. Returns for each batch the events that match each query, in no order.
    pub fn select(
        &self,
        tests: &[ValueTest],
        queries: &[RowQuery],
        batches: &BTreeSet<u32>,
        cancel: &CancelToken,
    ) -> Result<BTreeMap<u32, Vec<Vec<Hit>>>> {
        self.0.cache.begin();
        let search = QueryRun { plan: QueryPlan::All, cancel, memo: &self.0.memo };
        let by_field = TestsByField::new(tests);
        let (numbers, segments): (Vec<u32>, Vec<&OpenSegment>) =
            self.segments_of().filter(|(batch, _)| batches.contains(batch)).unzip();
        let of_segments = parallel::each(&segments, |segment| {
            let tests = by_field.rows(&search, segment)?;
            let hits = Hits::of(segment)?;
            let found = queries.iter().map(|query| {
                search.cancel.check()?;
                let Some(rows) = query.rows(segment, &tests)? else { return Ok(Vec::new()) };
                let mut found = Vec::new();
                let mut at = 0;
                while let Some(row) = rows.next(at..segment.rows) {
                    found.push(hits.get(row));
                    at = row + 1;
                }
                Ok(found)
            });
            found.collect::<Result<Vec<_>>>()
        })?;
        let mut all: BTreeMap<u32, Vec<Vec<Hit>>> = BTreeMap::new();
        for (batch, found) in numbers.into_iter().zip(of_segments) {
            match all.get_mut(&batch) {
                Some(all) => all.iter_mut().zip(found).for_each(|(all, found)| all.extend(found)),
                None => drop(all.insert(batch, found)),
            }
        }
        Ok(all)
    }

    /// Counts the events of each batch that match.
    pub fn count_by_batch(&self, request: &Request, cancel: &CancelToken) -> Result<BTreeMap<u32, u64>> {
        let (search, reach) = self.search(request, cancel)?;
        let (numbers, segments): (Vec<u32>, Vec<&OpenSegment>) = self.segments_of().unzip();
        let counts = parallel::each(&segments, |segment| {
            let (timed, untimed) = (segment.timed_rows(reach)?, segment.untimed_rows(reach));
            let rows = search.rows(segment)?;
            Ok(rows.count(timed) + rows.count(untimed))
        })?;
        let mut all = BTreeMap::new();
        numbers.into_iter().zip(counts).for_each(|(batch, count)| *all.entry(batch).or_default() += count);
        Ok(all)
    }

    /// Returns the segments, each with the number of its batch.
    fn segments_of(&self) -> impl Iterator<Item = (u32, &OpenSegment)> {
        let shares = self.0.batches.iter().zip(&self.0.shares);
        shares.flat_map(|(batch, share)| std::iter::repeat_n(*batch, *share)).zip(&self.0.segments)
    }

    /// Returns up to `limit` values of a field with this prefix (ignoring case), most frequent first.
    pub fn values(
        &self,
        field: &str,
        prefix: &str,
        limit: usize,
        cancel: &CancelToken,
    ) -> Result<Vec<TopValues>> {
        self.0.cache.begin();
        let search = QueryRun { plan: QueryPlan::All, cancel, memo: &self.0.memo };
        let matcher = (!prefix.is_empty()).then(|| Matcher::begins(prefix));
        let reach = TimeScope::Everything;
        top::top(&search, &self.within(reach), reach, field, matcher.as_ref(), TermOrder::Most, limit)
    }

    /// Returns the fields that have values, by name. (What is damaged has none
    /// here; a search tells.)
    pub fn fields(&self) -> Vec<FieldInfo> {
        let mut fields: BTreeMap<String, u64> = BTreeMap::new();
        for (name, values) in self.0.segments.iter().flat_map(|segment| segment.fields().unwrap_or_default())
        {
            *fields.entry(name).or_default() += values;
        }
        fields.into_iter().map(|(name, values)| FieldInfo { name, values }).collect()
    }

    /// Returns how many events are in the index.
    pub fn len(&self) -> u64 {
        self.0.segments.iter().map(|segment| u64::from(segment.rows)).sum()
    }

    /// Returns how many events of other batches than these are in the index.
    pub fn len_without(&self, batches: &BTreeSet<u32>) -> u64 {
        let others = self.segments_of().filter(|(batch, _)| !batches.contains(batch));
        others.map(|(_, segment)| u64::from(segment.rows)).sum()
    }

    /// Returns whether no event is in the index.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn search<'a>(&'a self, request: &Request, cancel: &'a CancelToken) -> Result<(QueryRun<'a>, TimeScope)> {
        self.0.cache.begin();
        let search = QueryRun { plan: QueryPlan::new(&request.expr)?, cancel, memo: &self.0.memo };
        Ok((search, TimeScope::of(request.window)))
    }

    /// Returns the segments that may have events within reach.
    fn within(&self, reach: TimeScope) -> Vec<&OpenSegment> {
        self.0.segments.iter().filter(|segment| reach.meets(segment)).collect()
    }
}
