//! What is asked of the index, and what it answers.

use std::cmp::Ordering;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::query::Expr;
use crate::record::{SourceId, TimeRange, Timestamp};

/// In which order events come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// By time, latest first; then those that tell no time.
    Newest,
    /// By time, earliest first; then those that tell no time.
    Oldest,
}

impl Order {
    /// Compares two events by the order in which they come.
    pub fn compare(self, one: &Hit, other: &Hit) -> Ordering {
        let key = |hit: &Hit| (hit.time, hit.source, hit.record);
        match (one.time.is_some(), other.time.is_some()) {
            (true, true) if self == Order::Newest => key(other).cmp(&key(one)),
            (true, true) | (false, false) => key(one).cmp(&key(other)),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

/// One event that matches: which, and when. `(time, source, record)` is the
/// total order of events: no two are equal, and no rebuild changes it. Newest
/// first is its exact reverse for events with a time; those without stand
/// after them by `(source, record)` ascending in either order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// When it happened, where it tells.
    pub time: Option<Timestamp>,
    /// Its source.
    pub source: SourceId,
    /// Its record number.
    pub record: u64,
}

impl Serialize for Hit {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        (self.time.map(Timestamp::nanos), self.source, self.record).serialize(to)
    }
}

impl<'de> Deserialize<'de> for Hit {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Hit, D::Error> {
        let (time, source, record) = <(Option<i64>, SourceId, u64)>::deserialize(from)?;
        Ok(Hit { time: time.map(Timestamp::from_nanos), source, record })
    }
}

/// What a search asks for.
#[derive(Debug, Clone)]
pub struct Request {
    /// Which events.
    pub expr: Expr,
    /// From when to when. [`TimeRange::ALL`] includes events that tell no time.
    pub window: TimeRange,
}

/// One bucket of a histogram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistogramBucket {
    /// Where it lies.
    pub window: TimeRange,
    /// Events in it.
    pub count: u64,
    /// Events in it by value of the field asked for, in the order of [`Histogram::by`].
    pub by: Vec<u64>,
}

/// Counts over time; empty buckets are present.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Histogram {
    /// The buckets, in time order, without holes between them.
    pub buckets: Vec<HistogramBucket>,
    /// The values (most frequent first) that `by` splits into; after them, where
    /// there are any, empty text for events without a value and `…` for events
    /// with any other value.
    pub by: Vec<String>,
}

/// One value of a field among the matching events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopValues {
    /// The value, as text.
    pub value: String,
    /// How many events have it.
    pub count: u64,
    /// Its first event's time, where any tells.
    pub first: Option<Timestamp>,
    /// Its last event's time.
    pub last: Option<Timestamp>,
}

/// Which end of the frequencies [`super::Index::top`] gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TermOrder {
    /// The most frequent values first; ties by value.
    Most,
    /// The rarest values first; ties by value.
    Rarest,
}

/// A field that has values in this index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldInfo {
    /// The dotted name.
    pub name: String,
    /// How many distinct values, an upper bound where segments share some.
    pub values: u64,
}
