//! What `coverage.json` says that follows from the journal's receipts and from the
//! hours of events.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::journal::Entry;
use crate::record::{Continuation, Replaced, Timestamp};

/// Nanoseconds of an hour.
pub const HOUR: i64 = 3_600_000_000_000;

/// How many of a source's longest gaps are listed.
const MOST_GAPS: usize = 20;

/// How many sources are looked at hour by hour.
pub const MOST_SOURCES_WITH_GAPS: usize = 500;

/// Longest time that is looked at hour by hour: ten years.
pub const MOST_HOURS: i64 = 24 * 366 * 10;

/// What `gap` in `coverage.json` says.
pub const GAP_MEANS: &str = "at least one whole hour (UTC) without an event between a source's first and last; the longest 20 are listed";

/// What `not_shown` in `coverage.json` says.
pub const NOT_SHOWN: &str =
    "whether these are all the logs there were, and whether they were complete before they were imported";

/// A run of whole hours without an event between a source's first and last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CoverageGap {
    /// Where it begins.
    pub from: Timestamp,
    /// Where it ends.
    pub to: Timestamp,
}

impl CoverageGap {
    /// Returns its length in hours.
    fn hours(&self) -> i64 {
        (self.to.nanos() - self.from.nanos()) / HOUR
    }

    /// Returns it as it is written in `coverage.json`.
    fn to_json(self) -> Value {
        json!({ "from": self.from.to_string(), "to": self.to.to_string(), "hours": self.hours() })
    }
}

/// Returns the longest of a source's gaps, longest first, as `coverage.json` has them.
pub fn gap_rows(mut gaps: Vec<CoverageGap>) -> Vec<Value> {
    gaps.sort_by_key(|gap| (std::cmp::Reverse(gap.hours()), gap.from));
    gaps.truncate(MOST_GAPS);
    gaps.into_iter().map(CoverageGap::to_json).collect()
}

/// Returns the longest gaps between the hours (since the epoch) that have events;
/// none where gaps were not looked for.
pub fn gaps_between(hours: &BTreeSet<i64>) -> Option<Vec<Value>> {
    let (first, last) = (*hours.first()?, *hours.last()?);
    if last + 1 - first > MOST_HOURS {
        return None;
    }
    let at = |hour: i64| Timestamp::from_nanos(hour.saturating_mul(HOUR));
    let pairs = hours.iter().zip(hours.iter().skip(1)).filter(|(one, next)| *one + 1 < **next);
    Some(gap_rows(pairs.map(|(one, next)| CoverageGap { from: at(one + 1), to: at(*next) }).collect()))
}

/// Adds to a source's row which source it continues, and what of it a source that
/// continues it has whole.
pub fn add_continuation(row: &mut Value, continues: Option<&Continuation>, replaced: Option<&Replaced>) {
    if let Some(continues) = continues {
        row["continues"] = json!(continues);
    }
    if let Some(Replaced { from, events, by }) = replaced {
        row["replaced"] = json!({ "record": from, "events": events, "source": by });
    }
}

/// Returns how many events of a source are searched, as its row says.
pub fn searched_events(row: &Value) -> u64 {
    let number = |value: &Value| value.as_u64().unwrap_or_default();
    number(&row["events"]).saturating_sub(number(&row["replaced"]["events"]))
}

/// Returns what was found at import and not read, as the receipts among a journal's
/// entries say and `not_read` in `coverage.json` lists it.
pub fn unread_rows<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Vec<Value> {
    let is_unread = |row: &&Value| {
        let status = &row["status"];
        status == "skipped" || status == "failed" || (status == "partial" && row["source"].is_null())
    };
    let unread_row = |row: &Value| {
        let mut unread = json!({ "path": row["path"], "status": row["status"], "reason": row["reason"] });
        // The exact bytes of a path that is not UTF-8, and which bytes of a container were not read.
        for name in ["path_bytes", "unread"] {
            if !row[name].is_null() {
                unread[name] = row[name].clone();
            }
        }
        unread
    };
    entries.into_iter().flat_map(Entry::receipt_rows).filter(is_unread).map(unread_row).collect()
}
