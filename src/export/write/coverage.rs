//! What a bundle's answer rests on: which sources, which hours, what is missing.

use serde_json::{Value, json};

use crate::case::{Case, SourceInfo};
use crate::error::Result;
use crate::index::{CancelToken, Request};
use crate::query::{Expr, FieldRef, Leaf, Pattern, Test};
use crate::record::{SourceId, TimeRange, Timestamp};

use crate::export::bag::files::{COVERAGE, raw_path};
use crate::export::redact::Redactor;
use crate::export::rows::coverage::{
    CoverageGap, GAP_MEANS, HOUR, MOST_HOURS, MOST_SOURCES_WITH_GAPS, NOT_SHOWN, add_continuation, gap_rows,
    unread_rows,
};

use super::bag::BagWriter;
use super::context::SourceShare;

/// Writes `coverage.json`. `originals` names the files of whole originals, by source.
pub fn write(
    case: &Case,
    shares: &[SourceShare],
    originals: &[(SourceId, String)],
    redactor: &Redactor,
    bag: &mut BagWriter,
) -> Result<()> {
    let mut covered = coverage_json(case, &of_sources(case)?, shares, originals);
    redact(&mut covered, redactor);
    bag.add_json(COVERAGE, &covered)
}

/// One source's coverage.
struct SourceCoverage {
    info: SourceInfo,
    /// Its gaps; none where they were not looked for.
    gaps: Option<Vec<CoverageGap>>,
}

/// Returns the coverage of every source of a case.
fn of_sources(case: &Case) -> Result<Vec<SourceCoverage>> {
    let look = |(n, info): (usize, SourceInfo)| {
        let gaps = if n < MOST_SOURCES_WITH_GAPS { gaps(case, &info)? } else { None };
        Ok(SourceCoverage { info, gaps })
    };
    case.sources().into_iter().enumerate().map(look).collect()
}

fn gaps(case: &Case, info: &SourceInfo) -> Result<Option<Vec<CoverageGap>>> {
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
    let mut gaps: Vec<CoverageGap> = Vec::new();
    for bucket in histogram.buckets.iter().filter(|bucket| bucket.count == 0) {
        match gaps.last_mut() {
            Some(gap) if gap.to == bucket.window.from => gap.to = bucket.window.to,
            _ => gaps.push(CoverageGap { from: bucket.window.from, to: bucket.window.to }),
        }
    }
    Ok(Some(gaps))
}

/// The members of `coverage.json` whose values vestigo produces (hashes, counts,
/// times, words from fixed lists): no redacted value is looked for in them.
const OURS: [&str; 32] = [
    "acquired",
    "anchor",
    "bytes",
    "clock",
    "continues",
    "events",
    "exported",
    "first",
    "forced",
    "format",
    "framing",
    "from",
    "gap",
    "gaps",
    "last",
    "length",
    "mixed",
    "not_shown",
    "offset",
    "original",
    "raw",
    "record",
    "replaced",
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

/// Redacts what `coverage.json` says.
fn redact(covered: &mut Value, redactor: &Redactor) {
    let plain = covered.clone();
    redactor.json_but(covered, &OURS);
    hide_path_bytes(&plain, covered);
}

/// Returns what `coverage.json` says.
fn coverage_json(
    case: &Case,
    covered: &[SourceCoverage],
    shares: &[SourceShare],
    originals: &[(SourceId, String)],
) -> Value {
    let plan = |id| case.locate(&id).map_or(Value::Null, |at| case.store().row(at).plan.clone());
    let rows = covered.iter().map(|row| {
        let mut object = source_row(row, shares, originals);
        object["plan"] = plan(row.info.id);
        let found = case.locate(&row.info.id).ok().map(|at| case.store().row(at));
        if let Some(found) = found {
            add_continuation(&mut object, found.continues.as_ref(), found.replaced.as_ref());
        }
        object
    });
    let rows: Vec<Value> = rows.collect();
    json!({ "sources": rows, "not_read": unread_rows(case.journal()), "gap": GAP_MEANS, "not_shown": NOT_SHOWN })
}

/// Removes the bytes of each path that redaction changed.
fn hide_path_bytes(plain: &Value, redacted: &mut Value) {
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

fn source_row(row: &SourceCoverage, shares: &[SourceShare], originals: &[(SourceId, String)]) -> Value {
    let (info, receipt) = (&row.info, &row.info.receipt);
    let share = shares.iter().find(|share| share.source == info.id);
    let original = originals.iter().find(|(id, _)| *id == info.id).map(|(_, name)| name);
    let gaps = row.gaps.clone().map(gap_rows);
    let mut object = json!({ "source": info.id.to_string(), "path": info.path, "format": receipt.format, "bytes": receipt.bytes,
        "events": receipt.events, "unparsed": receipt.unparsed, "rejected": receipt.rejected,
        "broken": receipt.broken, "remarks": info.remarks, "first": info.span().map(|span| span.0.to_string()),
        "last": info.span().map(|span| span.1.to_string()), "time": receipt.time, "root": info.root,
        "gaps": gaps, "exported": share.map_or(0, |share| share.records),
        "raw": share.map(|share| raw_path(&share.number)), "original": original });
    if let Some(bytes) = &info.path_bytes {
        object["path_bytes"] = bytes.as_str().into();
    }
    if let Some(reread) = &info.reread {
        object["reread"] = reread.entry.into();
    }
    object
}
