//! Records that stand in a log a second time: a block of it was replayed or copied.
//!
//! A record repeats another one where time and every value are the same. A block is a run of
//! records that repeats an earlier run of the source in the same order, with at least 2 moments
//! and 5 different records (one in 4 of them different), so that what happens again within a
//! second is none. `score` = `records` × -log10((`loose` + 1) / (`source_records` + 2)) -
//! log10(`source_records`): how unlikely such a run is where so many single records (`loose`)
//! of the source repeat others anyway; from 6 on it is told.

use std::collections::{HashMap, HashSet};

use super::groups::Groups;
use super::wording::{in_order, span, whole};
use crate::analyse::detectors::detector::{
    Anomaly, Detector, DetectorOutcome, DetectorScope, Parameter, Parameters,
};
use crate::analyse::detectors::events::{Events, ValueColumn};
use crate::record::Severity;

/// The detector.
pub const DETECTOR: Detector = Detector {
    name: "repeated-block",
    about: "A block of records that stands in a log twice, as when it was replayed or copied",
    scope: DetectorScope::All,
    needs: &["vestigo.source", "vestigo.record", "vestigo.repeated"],
    uses: &["host.name", "vestigo.source_name", "event.dataset"],
    least_events: 20,
    attack: &["T1565.001"],
    parameters: &[Parameter {
        name: "records",
        about: "records that repeat earlier ones, one after another, at least",
        default: 10.0,
        least: 5.0,
        most: 1_000_000.0,
    }],
    run,
};

/// Different records of a block, at least, and as a share of it.
const LEAST_DISTINCT: usize = 5;
const DISTINCT_SHARE: f64 = 0.25;
/// How unlikely a block is, at least.
const LEAST_SCORE: f64 = 6.0;
/// Blocks of one source that are told, the longest.
const MOST_BLOCKS: usize = 10;
/// Records of a block, and of its source, from which it is medium.
const SURE_BLOCK: usize = 50;
const SURE_SOURCE: usize = 200;

/// A run of records that repeats an earlier one: places in the order of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Block {
    from: usize,
    original: usize,
    len: usize,
}

/// Returns the blocks that stand in a source twice.
fn run(events: &Events, parameters: &Parameters<'_>) -> DetectorOutcome {
    let columns = ["vestigo.source", "vestigo.record", "vestigo.repeated"].map(|name| events.column(name));
    let [Some(sources), Some(records), Some(repeated)] = columns else {
        return DetectorOutcome::NotEvaluated("no event tells its place in a file".to_owned());
    };
    let least = parameters.get("records") as usize;
    let groups = Groups::of_column(sources, events.len());
    let mut found = Vec::new();
    for source in 0..groups.count() as u32 {
        let own = groups.of(source);
        if own.iter().all(|row| repeated.ordinal(*row as usize).is_none()) {
            continue;
        }
        let rows = in_file_order(own, records);
        let values: Vec<Option<u32>> = rows.iter().map(|row| repeated.ordinal(*row as usize)).collect();
        let mut blocks = blocks(&values, least);
        blocks.retain(|block| is_block(events, &rows, &values, block));
        let within: usize = blocks.iter().map(|block| block.len).sum();
        let loose = repeats(&values).saturating_sub(within);
        blocks.sort_by_key(|block| (usize::MAX - block.len, block.from));
        let told = blocks.iter().take(MOST_BLOCKS).map(|block| tell(events, &rows, block, loose));
        found.extend(told.filter(|finding| finding.numbers["score"] >= LEAST_SCORE));
    }
    DetectorOutcome::Found(in_order(found))
}

/// Returns the rows that may repeat others of their source: those at moments to which the
/// source goes back after a later one.
pub fn candidates(times: &[i64], sources: &ValueColumn, records: &ValueColumn) -> Vec<u32> {
    let groups = Groups::of_column(sources, times.len());
    let mut found = Vec::new();
    for source in 0..groups.count() as u32 {
        let rows = in_file_order(groups.of(source), records);
        let mut latest = i64::MIN;
        let mut again: HashSet<i64> = HashSet::new();
        for time in rows.iter().map(|row| times[*row as usize]) {
            if time < latest {
                again.insert(time);
            }
            latest = latest.max(time);
        }
        if !again.is_empty() {
            found.extend(rows.into_iter().filter(|row| again.contains(&times[*row as usize])));
        }
    }
    found.sort_unstable();
    found
}

/// Returns rows in the order of their records.
fn in_file_order(rows: &[u32], records: &ValueColumn) -> Vec<u32> {
    let mut numbered: Vec<(u64, u32)> =
        rows.iter().filter_map(|row| Some((records.number(*row as usize)? as u64, *row))).collect();
    if !numbered.is_sorted() {
        numbered.sort_unstable();
    }
    numbered.into_iter().map(|(_, row)| row).collect()
}

/// Returns how many records repeat an earlier one.
fn repeats(values: &[Option<u32>]) -> usize {
    let mut seen = HashSet::new();
    values.iter().flatten().filter(|value| !seen.insert(**value)).count()
}

/// Returns the runs of records that repeat earlier ones in their order.
fn blocks(values: &[Option<u32>], least: usize) -> Vec<Block> {
    let mut first: HashMap<u32, usize> = HashMap::new();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < values.len() {
        let Some(value) = values[at] else {
            at += 1;
            continue;
        };
        let original = *first.entry(value).or_insert(at);
        let room = (at - original).min(values.len() - at);
        let same = |n: &usize| values[at + n].is_some() && values[at + n] == values[original + n];
        let len = (0..room).take_while(same).count();
        if len >= least {
            found.push(Block { from: at, original, len });
        }
        at += if len >= least { len } else { 1 };
    }
    found
}

/// Returns whether a run is more than what happens again within a moment.
fn is_block(events: &Events, rows: &[u32], values: &[Option<u32>], block: &Block) -> bool {
    let places = block.from..block.from + block.len;
    let distinct: HashSet<u32> = values[places.clone()].iter().flatten().copied().collect();
    let moment = |place: usize| events.time(rows[place] as usize);
    let moments = places.clone().any(|place| moment(place) != moment(block.from));
    moments && distinct.len() >= LEAST_DISTINCT && distinct.len() as f64 >= block.len as f64 * DISTINCT_SHARE
}

/// Returns the finding of a block.
fn tell(events: &Events, rows: &[u32], block: &Block, loose: usize) -> Anomaly {
    let copy = &rows[block.from..block.from + block.len];
    let mut shown = copy.to_vec();
    shown.sort_unstable();
    let (start, end) = (events.time(shown[0] as usize), events.time(shown[shown.len() - 1] as usize));
    let mut entity: Vec<(&'static str, String)> = ["host.name", "vestigo.source_name", "event.dataset"]
        .into_iter()
        .filter_map(|field| Some((field, events.text(field, copy[0] as usize)?.to_owned())))
        .take(2)
        .collect();
    if entity.is_empty() {
        let source = events.text("vestigo.source", copy[0] as usize).unwrap_or_default();
        entity.push(("vestigo.source", source.to_owned()));
    }
    let usual = (loose as f64 + 1.0) / (rows.len() as f64 + 2.0);
    let score = -(block.len as f64) * usual.log10() - (rows.len() as f64).log10();
    let sure = block.len >= SURE_BLOCK && rows.len() >= SURE_SOURCE;
    Anomaly {
        title: "Records stand in a log twice".to_owned(),
        why: format!(
            "In the log of {}, {} records in a row, of {}, are the same as those from event {} on, times included; of the other {} records, {} repeat an earlier one. A part of it was copied, replayed or sent twice.",
            entity[0].1,
            whole(block.len as f64),
            span(end - start),
            block.original,
            whole((rows.len() - block.len) as f64),
            whole(loose as f64),
        ),
        severity: if sure { Severity::Medium } else { Severity::Low },
        confidence: if sure { 0.6 } else { 0.4 },
        entity,
        events: shown,
        start,
        end,
        attack: vec!["T1565.001"],
        numbers: [
            ("records", block.len as f64),
            ("place", block.from as f64),
            ("original", block.original as f64),
            ("source_records", rows.len() as f64),
            ("loose", loose as f64),
            ("score", score),
        ]
        .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::detectors::rates::testing::{events, found, row};

    const FIELDS: [&str; 4] = ["vestigo.source", "vestigo.record", "vestigo.repeated", "host.name"];

    /// Returns the severities and lengths of what is found in the records of one file: each
    /// is a second and a text; those that stand there twice are repeated.
    fn told(lines: &[(i64, String)]) -> Vec<(Severity, usize)> {
        let rows = lines.iter().enumerate().map(|(record, (second, text))| {
            let twice = lines.iter().filter(|other| **other == (*second, text.clone())).count() > 1;
            let what = if twice { format!("{second} {text}") } else { String::new() };
            row(*second, &["1", &record.to_string(), &what, "gate"])
        });
        found(&DETECTOR, &events(&FIELDS, rows.collect()))
            .iter()
            .map(|finding| (finding.severity, finding.events.len()))
            .collect()
    }

    fn lines(seconds: std::ops::Range<i64>) -> Vec<(i64, String)> {
        seconds.map(|second| (second, format!("request {second}"))).collect()
    }

    #[test]
    fn a_block_that_stands_there_twice_is_told() {
        let with = |copied: std::ops::Range<i64>| [lines(0..300), lines(copied), lines(300..600)].concat();
        assert_eq!(told(&with(100..109)), []);
        assert_eq!(told(&with(100..110)), [(Severity::Low, 10)]);
        assert_eq!(told(&with(100..160)), [(Severity::Medium, 60)]);
        assert_eq!(told(&lines(0..600)), []);
    }

    #[test]
    fn what_happens_again_within_a_second_is_ordinary() {
        let health = |second: i64| (0..12).map(move |_| (second, "GET /health".to_owned()));
        assert_eq!(told(&(0..100).flat_map(health).collect::<Vec<_>>()), []);
        let pools = |second: i64| (0..24).map(move |n| (second, format!("GET /pool/{}", n % 12)));
        assert_eq!(told(&(0..100).flat_map(pools).collect::<Vec<_>>()), []);
        let doubled = |(second, text): (i64, String)| [(second, text.clone()), (second, text)];
        assert_eq!(told(&lines(0..300).into_iter().flat_map(doubled).collect::<Vec<_>>()), []);
    }

    #[test]
    fn only_moments_to_which_a_source_goes_back_are_looked_at() {
        let column = |values: &[&str]| ValueColumn::new(values.iter().map(|value| Some(*value)));
        let times = [1, 1, 2, 2, 3];
        let (one, other) = (column(&["a"; 5]), column(&["0", "3", "1", "4", "2"]));
        assert_eq!(candidates(&times, &one, &other), [0, 1, 2, 3]);
        assert_eq!(candidates(&times, &one, &column(&["0", "1", "2", "3", "4"])), [0_u32; 0]);
    }
}
