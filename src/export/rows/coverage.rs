//! What a bundle's answer rests on: which sources, which hours, what is missing.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::case::{Case, SourceInfo};
use crate::error::Result;
use crate::index::{CancelToken, Request};
use crate::journal::Entry;
use crate::query::{Expr, FieldRef, Leaf, Pattern, Test};
use crate::record::{SourceId, TimeRange, Timestamp};

use crate::export::redact::Redactor;
use crate::export::write::records::Share;

const HOUR: i64 = 3_600_000_000_000;

/// How many of a source's longest gaps are listed.
const LISTED: usize = 20;

/// How many sources are looked at hour by hour.
pub const LOOKED_AT: usize = 500;

/// Longest stretch that is looked at hour by hour: ten years.
const MOST_HOURS: i64 = 24 * 366 * 10;

/// A stretch of whole hours without an event between a source's first and last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// Where it begins.
    pub from: Timestamp,
    /// Where it ends.
    pub to: Timestamp,
}

impl Gap {
    /// Gives its length in hours.
    pub fn hours(&self) -> i64 {
        (self.to.nanos() - self.from.nanos()) / HOUR
    }
}

/// One source's coverage.
#[derive(Debug, Clone)]
pub struct Covered {
    /// The source.
    pub info: SourceInfo,
    /// Its longest gaps, longest first; none where they were not looked for.
    pub gaps: Option<Vec<Gap>>,
}

/// Looks at every source of a case.
pub fn coverage(case: &Case) -> Result<Vec<Covered>> {
    let look = |(n, info): (usize, SourceInfo)| {
        let gaps = if n < LOOKED_AT { gaps(case, &info)? } else { None };
        Ok(Covered { info, gaps })
    };
    case.sources().into_iter().enumerate().map(look).collect()
}

fn gaps(case: &Case, info: &SourceInfo) -> Result<Option<Vec<Gap>>> {
    let Some((first, last)) = info.span() else { return Ok(None) };
    let start = first.nanos().div_euclid(HOUR);
    let end = last.nanos().div_euclid(HOUR) + 1;
    if end - start > MOST_HOURS || end.checked_mul(HOUR).is_none() {
        return Ok(None);
    }
    let edges: Vec<Timestamp> = (start..=end).map(|hour| Timestamp::from_nanos(hour * HOUR)).collect();
    let test = Test::Is(Pattern { text: info.id.to_string(), quoted: false });
    let expr = Expr::Leaf(Leaf { field: Some(FieldRef::Source), test });
    let histogram = case.index().histogram(
        &Request { expr, window: TimeRange::ALL },
        &edges,
        None,
        0,
        &CancelToken::new(),
    )?;
    let mut gaps: Vec<Gap> = Vec::new();
    for bucket in histogram.buckets.iter().filter(|bucket| bucket.count == 0) {
        match gaps.last_mut() {
            Some(gap) if gap.to == bucket.window.from => gap.to = bucket.window.to,
            _ => gaps.push(Gap { from: bucket.window.from, to: bucket.window.to }),
        }
    }
    longest(&mut gaps);
    Ok(Some(gaps))
}

/// Something that was met at import and not read.
#[derive(Debug, Clone, Copy)]
pub struct NotRead<'a> {
    /// Where it was met (foreign text: show through `Visible`).
    pub path: &'a Value,
    /// The exact bytes of the path in hex, where they are not UTF-8.
    pub path_bytes: &'a Value,
    /// `skipped`, `failed`, or `partial` of something that gave no source.
    pub status: &'a Value,
    /// Why.
    pub reason: &'a Value,
    /// Which bytes of the container were not read: `offset` and `length`.
    pub unread: &'a Value,
}

/// Lists what was met at import and not read, as a journal's entries say.
pub fn not_read_of<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Vec<NotRead<'a>> {
    entries
        .into_iter()
        .flat_map(Entry::receipt_rows)
        .filter(|row| {
            let status = &row["status"];
            status == "skipped" || status == "failed" || (status == "partial" && row["source"].is_null())
        })
        .map(|row| NotRead {
            path: &row["path"],
            path_bytes: &row["path_bytes"],
            status: &row["status"],
            reason: &row["reason"],
            unread: &row["unread"],
        })
        .collect()
}

/// What of `coverage.json` is of our making: hashes, counts, moments, words from
/// closed lists. No redacted value is looked for in it.
const OURS: [&str; 28] = [
    "acquired",
    "anchor",
    "bytes",
    "clock",
    "events",
    "exported",
    "first",
    "forced",
    "format",
    "framing",
    "gap",
    "gaps",
    "last",
    "length",
    "mixed",
    "not_shown",
    "offset",
    "original",
    "raw",
    "reread",
    "root",
    "shifts",
    "source",
    "time",
    "unparsed",
    "version",
    "year",
    "zone",
];

/// Takes redacted values out of what `coverage.json` says.
pub fn redact(covered: &mut Value, redactor: &Redactor) {
    let plain = covered.clone();
    redactor.json_but(covered, &OURS);
    hide_names(&plain, covered);
}

/// Gives what `coverage.json` says.
pub fn json(case: &Case, covered: &[Covered], shares: &[Share], originals: &[(SourceId, String)]) -> Value {
    let plan = |id| case.locate(&id).map_or(Value::Null, |at| case.store().row(at).plan.clone());
    let rows = covered.iter().map(|row| {
        let mut said = source(row, shares, originals);
        said["plan"] = plan(row.info.id);
        said
    });
    let rows: Vec<Value> = rows.collect();
    json!({ "sources": rows, "not_read": not_read(case.journal()), "gap": GAP, "not_shown": NOT_SHOWN })
}

/// What `gap` in `coverage.json` says.
pub const GAP: &str = "at least one whole hour (UTC) without an event between a source's first and last; the longest 20 are listed";

/// What `not_shown` in `coverage.json` says.
pub const NOT_SHOWN: &str =
    "whether these are all the logs there were, and whether they were complete before they were imported";

/// Gives what `not_read` in `coverage.json` says.
pub fn not_read<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Vec<Value> {
    let row = |row: NotRead<'_>| {
        let mut object = json!({ "path": row.path, "status": row.status, "reason": row.reason });
        for (name, value) in [("path_bytes", row.path_bytes), ("unread", row.unread)] {
            if !value.is_null() {
                object[name] = value.clone();
            }
        }
        object
    };
    not_read_of(entries).into_iter().map(row).collect()
}

/// Gives the longest gaps between hours (since the epoch) that have events, as
/// `coverage.json` says them.
pub fn gaps_between(hours: &BTreeSet<i64>) -> Option<Vec<Value>> {
    let (first, last) = (*hours.first()?, *hours.last()?);
    if last + 1 - first > MOST_HOURS {
        return None;
    }
    let at = |hour: i64| Timestamp::from_nanos(hour.saturating_mul(HOUR));
    let pairs = hours.iter().zip(hours.iter().skip(1)).filter(|(one, next)| *one + 1 < **next);
    let mut gaps: Vec<Gap> = pairs.map(|(one, next)| Gap { from: at(one + 1), to: at(*next) }).collect();
    longest(&mut gaps);
    Some(gaps.iter().map(gap_json).collect())
}

fn longest(gaps: &mut Vec<Gap>) {
    gaps.sort_by_key(|gap| (std::cmp::Reverse(gap.hours()), gap.from));
    gaps.truncate(LISTED);
}

fn gap_json(gap: &Gap) -> Value {
    json!({ "from": gap.from.to_string(), "to": gap.to.to_string(), "hours": gap.hours() })
}

/// Takes the bytes of each name out of which redaction took something.
fn hide_names(plain: &Value, redacted: &mut Value) {
    for list in ["sources", "not_read"] {
        let before = plain[list].as_array().into_iter().flatten();
        let after = redacted[list].as_array_mut().into_iter().flatten();
        for (before, after) in before.zip(after) {
            if before["path"] != after["path"] {
                after.as_object_mut().map(|object| object.remove("path_bytes"));
            }
        }
    }
}

fn source(row: &Covered, shares: &[Share], originals: &[(SourceId, String)]) -> Value {
    let (info, receipt) = (&row.info, &row.info.receipt);
    let share = shares.iter().find(|share| share.source == info.id);
    let original = originals.iter().find(|(id, _)| *id == info.id).map(|(_, name)| name);
    let gaps = row.gaps.as_ref().map(|gaps| gaps.iter().map(gap_json).collect::<Vec<Value>>());
    let mut object = json!({ "source": info.id.to_string(), "path": info.path, "format": receipt.format, "bytes": receipt.bytes,
        "events": receipt.events, "unparsed": receipt.unparsed, "rejected": receipt.rejected,
        "broken": receipt.broken, "remarks": info.remarks, "first": info.span().map(|span| span.0.to_string()),
        "last": info.span().map(|span| span.1.to_string()), "time": receipt.time, "root": info.root,
        "gaps": gaps, "exported": share.map_or(0, |share| share.records),
        "raw": share.map(|share| format!("data/raw/{}.log", share.number)), "original": original });
    if let Some(bytes) = &info.path_bytes {
        object["path_bytes"] = bytes.as_str().into();
    }
    if let Some(reread) = &info.reread {
        object["reread"] = reread.entry.into();
    }
    object
}
