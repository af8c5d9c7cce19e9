//! Holes in serial numbers: records that were written and are gone.
//!
//! The record numbers of Windows event logs (per host and channel) and `event.sequence` (per host
//! and data set), in the order of the numbers. A series must have at least 200 numbers of which
//! at most 3, and at most 1 in 200 steps, leave a hole (else it was filtered or sampled, and holes
//! say nothing). A number that falls by more than half begins another series (a restart, a log
//! that was cleared and counts anew).
//! `score` = `missing` / `expected_missing` with `expected_missing` = 1 / `numbers`.

use super::groups::Groups;
use super::wording::{DAY, in_order, span, whole};
use crate::analyse::detectors::detector::{
    Anomaly, Detector, DetectorOutcome, DetectorScope, Parameter, Parameters,
};
use crate::analyse::detectors::events::{Events, ValueColumn};
use crate::record::Severity;

/// The detector.
pub const DETECTOR: Detector = Detector {
    name: "serial-gap",
    about: "Serial numbers of records have a hole: records were written and are gone",
    scope: DetectorScope::All,
    needs: &[],
    uses: &["winlog.record_id", "event.sequence", "winlog.channel", "event.dataset", "host.name"],
    least_events: 200,
    attack: &["T1070.001", "T1070.002"],
    parameters: &[Parameter {
        name: "numbers",
        about: "serial numbers of a series, at least",
        default: 200.0,
        least: 20.0,
        most: 1e6,
    }],
    run,
};

/// Holes of a series, at most, and as a share of its steps.
const MOST_HOLES: usize = 3;
const MOST_SHARE: f64 = 1.0 / 200.0;

/// A hole: the rows beside it and how many numbers are missing.
struct Hole {
    before: u32,
    after: u32,
    missing: u64,
}

/// Returns the holes.
fn run(events: &Events, parameters: &Parameters<'_>) -> DetectorOutcome {
    let (mut found, mut series) = (Vec::new(), 0);
    for (field, kind) in [("winlog.record_id", "winlog.channel"), ("event.sequence", "event.dataset")] {
        let Some(numbers) = events.column(field) else { continue };
        let all: Vec<u32> =
            (0..events.len() as u32).filter(|row| numbers.number(*row as usize).is_some()).collect();
        let by_kind = by(events.column(kind), &all);
        let by_host = by(events.column("host.name"), by_kind.rows());
        let (kinds, hosts) = (events.column(kind), events.column("host.name"));
        let of =
            |column: Option<&ValueColumn>, row: u32| column.and_then(|column| column.ordinal(row as usize));
        for rows in
            by_host.rows().chunk_by(|a, b| of(kinds, *a) == of(kinds, *b) && of(hosts, *a) == of(hosts, *b))
        {
            for run in runs(rows, numbers) {
                if (run.len() as f64) < parameters.get("numbers") {
                    continue;
                }
                series += 1;
                let holes = holes(&run);
                if holes.len() <= MOST_HOLES && holes.len() as f64 <= run.len() as f64 * MOST_SHARE {
                    found.extend(holes.iter().map(|hole| tell(events, field, kind, hole, run.len())));
                }
            }
        }
    }
    if series == 0 {
        return DetectorOutcome::NotEvaluated(format!(
            "no series of serial numbers has {}",
            parameters.get("numbers")
        ));
    }
    DetectorOutcome::Found(in_order(found))
}

/// Returns rows by the value of a column; rows without one come last.
fn by(column: Option<&ValueColumn>, rows: &[u32]) -> Groups {
    let distinct = column.map_or(0, ValueColumn::distinct);
    Groups::new(distinct + 1, rows, |row| {
        Some(column.and_then(|column| column.ordinal(row as usize)).unwrap_or(distinct as u32))
    })
}

/// Returns the numbers with their rows, ascending and once each, divided where the numbering
/// begins again.
fn runs(rows: &[u32], numbers: &ValueColumn) -> Vec<Vec<(u64, u32)>> {
    let mut runs: Vec<Vec<(u64, u32)>> = vec![Vec::new()];
    let mut most = 0;
    for row in rows {
        let number = numbers.number(*row as usize).unwrap_or(0.0) as u64;
        if number < most / 2 {
            runs.push(Vec::new());
            most = 0;
        }
        most = most.max(number);
        let last = runs.len() - 1;
        runs[last].push((number, *row));
    }
    for run in &mut runs {
        run.sort_unstable();
        run.dedup_by_key(|(number, _)| *number);
    }
    runs
}

/// Returns the holes between ascending numbers.
fn holes(run: &[(u64, u32)]) -> Vec<Hole> {
    run.windows(2)
        .filter(|two| two[1].0 - two[0].0 > 1)
        .map(|two| Hole { before: two[0].1, after: two[1].1, missing: two[1].0 - two[0].0 - 1 })
        .collect()
}

/// Returns the finding of a hole in a series of so many numbers.
fn tell(events: &Events, field: &'static str, kind: &'static str, hole: &Hole, numbers: usize) -> Anomaly {
    let (one, other) = (events.time(hole.before as usize), events.time(hole.after as usize));
    let (start, end) = (one.min(other), one.max(other));
    let mut entity: Vec<(&'static str, String)> = ["host.name", kind]
        .into_iter()
        .filter_map(|field| Some((field, events.text(field, hole.after as usize)?.to_owned())))
        .collect();
    if entity.is_empty() {
        entity.push((field, events.text(field, hole.after as usize).unwrap_or_default().to_owned()));
    }
    let name = entity.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(", ");
    let missing = hole.missing as f64;
    let number = |row: u32| events.text(field, row as usize).unwrap_or_default();
    let mut shown = vec![hole.before, hole.after];
    shown.sort_unstable();
    let sure = numbers >= 1_000 && end - start <= 7 * DAY;
    Anomaly {
        title: "Records are missing".to_owned(),
        why: format!(
            "In {name}, {} records between numbers {} and {} are missing (within {}); the other {} numbers follow one another.",
            whole(missing),
            number(hole.before),
            number(hole.after),
            span(end - start),
            whole(numbers as f64)
        ),
        severity: if sure { Severity::Medium } else { Severity::Low },
        confidence: if sure { 0.7 } else { 0.4 },
        entity,
        events: shown,
        start,
        end,
        attack: vec!["T1070.001", "T1070.002"],
        numbers: [
            ("missing", missing),
            ("numbers", numbers as f64),
            ("expected_missing", 1.0 / numbers as f64),
            ("score", missing * numbers as f64),
        ]
        .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::detectors::rates::testing::{events, found, row};

    /// Returns what is found in the records of one channel with these numbers.
    fn gaps(numbers: impl IntoIterator<Item = u64>) -> Vec<Severity> {
        let rows = numbers
            .into_iter()
            .enumerate()
            .map(|(i, number)| row(i as i64 * 10, &["dc", "Security", &number.to_string()]))
            .collect();
        found(&DETECTOR, &events(&["host.name", "winlog.channel", "winlog.record_id"], rows))
            .iter()
            .map(|detection| detection.severity)
            .collect()
    }

    #[test]
    fn one_missing_number_is_a_hole() {
        assert!(gaps(5_000..6_200).is_empty());
        assert_eq!(gaps((5_000..6_200).filter(|number| *number != 5_600)), [Severity::Medium]);
    }

    #[test]
    fn a_thousand_numbers_make_it_medium() {
        assert_eq!(gaps((5_000..6_000).filter(|number| *number != 5_600)), [Severity::Low]);
        assert_eq!(gaps((5_000..6_001).filter(|number| *number != 5_600)), [Severity::Medium]);
    }

    #[test]
    fn many_holes_say_that_it_was_filtered() {
        assert_eq!(gaps((5_000..6_200).filter(|number| number % 400 != 1)).len(), 3);
        assert!(gaps((5_000..6_200).filter(|number| number % 290 != 1)).is_empty());
    }

    #[test]
    fn numbering_that_begins_again_is_no_hole() {
        assert!(gaps((5_000..5_600).chain(1..600)).is_empty());
    }

    #[test]
    fn a_number_told_twice_counts_once() {
        assert!(gaps((1..500).flat_map(|number| [number, number])).is_empty());
    }
}
