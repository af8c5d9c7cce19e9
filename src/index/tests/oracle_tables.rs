//! The same tables, made in the slowest and plainest way.

use std::collections::{BTreeMap, BTreeSet};

use super::made::SampleEvent;
use super::oracle::{hits, matches, time, values};
use crate::index::{Hit, Order, Request, StatsPlan};
use crate::query::{EventPick, FieldRef, Function, Measure, Quantity};
use crate::record::{FieldKind, Timestamp, fields};

/// The values of a group: none where its events have none.
pub type GroupKey = Vec<Option<String>>;

/// What a measure has to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Expected {
    Nothing,
    Whole(i128),
    /// A number, and how far from it is near enough.
    Near(f64, f64),
    Time(Timestamp),
}

/// A measure: what it has to be, of how many different values, and how many others there are.
pub type ExpectedMeasure = (Expected, usize, u64);

pub fn name(field: &FieldRef) -> &str {
    match field {
        FieldRef::Core(id) => id.name(),
        FieldRef::Custom(name) => name,
        FieldRef::Format => "vestigo.format",
        FieldRef::Source => "vestigo.source",
        FieldRef::Id | FieldRef::Tag | FieldRef::Finding => unreachable!("no event has it as a field"),
    }
}

/// The combinations of values that an event has, the start of its bucket first.
fn keys(made: &SampleEvent, buckets: Option<&[Timestamp]>, by: &[FieldRef]) -> Vec<GroupKey> {
    let mut keys: Vec<GroupKey> = vec![Vec::new()];
    if let Some(edges) = buckets {
        let Some(time) = time(made) else { return Vec::new() };
        let inside = |pair: &&[Timestamp]| pair[0] <= time && time < pair[1];
        let Some(bucket) = edges.windows(2).find(inside) else { return Vec::new() };
        keys = vec![vec![Some(bucket[0].to_string())]];
    }
    for field in by {
        let own = values(made, name(field));
        let own: Vec<Option<String>> =
            if own.is_empty() { vec![None] } else { own.into_iter().map(Some).collect() };
        keys = keys
            .iter()
            .flat_map(|key| own.iter().map(move |value| [&key[..], std::slice::from_ref(value)].concat()))
            .collect();
    }
    keys
}

fn groups<'a>(
    events: &'a [SampleEvent],
    request: &Request,
    buckets: Option<&[Timestamp]>,
    by: &[FieldRef],
) -> BTreeMap<GroupKey, Vec<&'a SampleEvent>> {
    let mut groups: BTreeMap<GroupKey, Vec<&SampleEvent>> = BTreeMap::new();
    for made in events.iter().filter(|made| matches(made, request)) {
        for key in keys(made, buckets, by) {
            groups.entry(key).or_default().push(made);
        }
    }
    groups
}

pub fn stats(
    events: &[SampleEvent],
    request: &Request,
    plan: &StatsPlan<'_>,
) -> BTreeMap<GroupKey, Vec<ExpectedMeasure>> {
    let mut groups = groups(events, request, plan.buckets, plan.by);
    if plan.buckets.is_none() && plan.by.is_empty() {
        groups.entry(Vec::new()).or_default();
    }
    for pair in plan.buckets.unwrap_or_default().windows(2) {
        let start = Some(pair[0].to_string());
        if !groups.keys().any(|key| key[0] == start) {
            let none = plan.by.iter().map(|_| None);
            groups.insert([start].into_iter().chain(none).collect(), Vec::new());
        }
    }
    let row = |events: &[&SampleEvent]| plan.measures.iter().map(|one| measure(events, one)).collect();
    groups.iter().map(|(key, events)| (key.clone(), row(events))).collect()
}

fn measure(events: &[&SampleEvent], measure: &Measure) -> ExpectedMeasure {
    let Quantity::Of(function, measured) = &measure.quantity else {
        return (Expected::Whole(events.len() as i128), 0, 0);
    };
    let texts: Vec<String> = events
        .iter()
        .flat_map(|made| match &measured.field {
            FieldRef::Core(fields::TIMESTAMP) => {
                time(made).map(|time| time.to_string()).into_iter().collect()
            }
            field => values(made, name(field)),
        })
        .collect();
    let different: BTreeSet<&String> = texts.iter().collect();
    if *function == Function::Distinct {
        return (Expected::Whole(different.len() as i128), different.len(), 0);
    }
    if measured.field.kind() == Some(FieldKind::Date) {
        let times: Vec<Timestamp> = texts.iter().filter_map(|text| moment(text)).collect();
        let end = if *function == Function::Min { times.iter().min() } else { times.iter().max() };
        let others = (texts.len() - times.len()) as u64;
        return (end.map_or(Expected::Nothing, |time| Expected::Time(*time)), 0, others);
    }
    let numbers: Vec<(f64, Option<i128>)> = texts.iter().filter_map(|text| number(text)).collect();
    let others = (texts.len() - numbers.len()) as u64;
    let mut floats: Vec<f64> = numbers.iter().map(|number| number.0).collect();
    floats.sort_by(f64::total_cmp);
    let mut different = floats.clone();
    different.dedup();
    (of_numbers(*function, &numbers, &floats), different.len(), others)
}

fn of_numbers(function: Function, numbers: &[(f64, Option<i128>)], sorted: &[f64]) -> Expected {
    if numbers.is_empty() {
        return Expected::Nothing;
    }
    let scale: f64 = sorted.iter().map(|number| number.abs()).sum();
    let sum: f64 = sorted.iter().sum();
    let n = sorted.len();
    match function {
        Function::Sum => match numbers.iter().map(|number| number.1).sum::<Option<i128>>() {
            Some(whole) => Expected::Whole(whole),
            None => Expected::Near(sum, scale * 1e-12),
        },
        Function::Average => Expected::Near(sum / n as f64, scale * 1e-12),
        Function::Min => Expected::Near(sorted[0], 0.0),
        Function::Max => Expected::Near(sorted[n - 1], 0.0),
        Function::Percentile(hundredths) => {
            let rank = (n * usize::from(hundredths)).div_ceil(10_000).max(1);
            Expected::Near(sorted[rank - 1], 0.0)
        }
        Function::Distinct => unreachable!("it is not about numbers"),
    }
}

fn number(text: &str) -> Option<(f64, Option<i128>)> {
    if !text.chars().all(|c| c.is_ascii_digit() || "+-.eE".contains(c)) {
        return None;
    }
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite())?;
    let whole = text.parse::<i128>().ok();
    Some((number, whole.or((number.fract() == 0.0 && number.abs() < 1e15).then_some(number as i128))))
}

fn moment(text: &str) -> Option<Timestamp> {
    let time = chrono::DateTime::parse_from_rfc3339(text).ok()?;
    Some(Timestamp::from_nanos(time.timestamp_nanos_opt()?))
}

/// The first or last event of each group, the earliest first.
pub fn picked(events: &[SampleEvent], request: &Request, pick: EventPick, by: &[FieldRef]) -> Vec<Hit> {
    let order = if pick == EventPick::First { Order::Oldest } else { Order::Newest };
    let ranked = hits(events, request, order);
    let rank = |made: &&SampleEvent| ranked.iter().position(|hit| *hit == made.hit());
    let picked: Vec<Hit> = groups(events, request, None, by)
        .values()
        .map(|events| events.iter().min_by_key(|made| rank(made)).unwrap().hit())
        .collect();
    hits(events, request, Order::Oldest).into_iter().filter(|hit| picked.contains(hit)).collect()
}
