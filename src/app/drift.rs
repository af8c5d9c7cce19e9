//! Fields that are not in the whole of a source: those that vanish, appear, or change the
//! type of their values midway.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::index::{FieldProfile, STRETCHES, SourceProfile};

/// Sources of fewer events are not looked at.
const LEAST_EVENTS: u64 = 100;
/// A field counts where at least this share of the events has it …
const LEAST_SHARE: f64 = 0.05;
/// … and so many more would have to have it, were it not gone.
const LEAST_LACKING: f64 = 30.0;
/// Stretches in which a field is steadily there, and stretches without it, at least.
const STEADY: usize = 2;
/// Values of each type that a field has at least, where its type changes.
const LEAST_VALUES: u64 = 10;

/// How a field changes midway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DriftKind {
    /// No later event has it.
    Vanishes,
    /// No earlier event has it.
    Appears,
    /// Its values are of another type from then on.
    ChangesType,
}

/// A field that changes midway in a source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Drift {
    /// The field.
    pub field: String,
    /// How it changes.
    pub change: DriftKind,
    /// The last record before the change, where the field vanishes; else the first one
    /// after it.
    pub record: u64,
    /// The types of its values before and after, where they change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub types: Option<[&'static str; 2]>,
}

/// Returns the fields that change midway in a source.
pub fn drifts(profile: &SourceProfile) -> Vec<Drift> {
    if profile.events < LEAST_EVENTS {
        return Vec::new();
    }
    let mut by_name: BTreeMap<&str, Vec<&FieldProfile>> = BTreeMap::new();
    for field in &profile.fields {
        by_name.entry(&field.name).or_default().push(field);
    }
    let events = profile.order.stretch_events();
    by_name
        .into_iter()
        .filter_map(|(name, mut kinds)| {
            kinds.sort_by_key(|kind| (kind.first, kind.last));
            let change = change_of_type(&kinds).or_else(|| change_of_presence(&kinds, &events));
            let (change, record, types) = change?;
            Some(Drift { field: name.to_owned(), change, record, types })
        })
        .collect()
}

/// How a field changes, at which record, and between which types.
type Change = (DriftKind, u64, Option<[&'static str; 2]>);

/// Returns where the values of a field are of another type from some record on.
fn change_of_type(kinds: &[&FieldProfile]) -> Option<Change> {
    let two = kinds
        .windows(2)
        .find(|two| two[0].last < two[1].first && two.iter().all(|kind| kind.events >= LEAST_VALUES))?;
    Some((DriftKind::ChangesType, two[1].first, Some([two[0].kind, two[1].kind])))
}

fn change_of_presence(kinds: &[&FieldProfile], events: &[u64; STRETCHES]) -> Option<Change> {
    let mut counts = [0; STRETCHES];
    for kind in kinds {
        counts.iter_mut().zip(kind.stretches).for_each(|(all, more)| *all += more);
    }
    if ends(counts.iter().zip(events)) {
        let last = kinds.iter().map(|kind| kind.last).max()?;
        return Some((DriftKind::Vanishes, last, None));
    }
    let first = kinds.iter().map(|kind| kind.first).min()?;
    ends(counts.iter().zip(events).rev()).then_some((DriftKind::Appears, first, None))
}

/// Returns whether a field is steadily there in the first stretches, and in none from some
/// stretch on; the one between may have it or not.
fn ends<'c>(stretches: impl Iterator<Item = (&'c u64, &'c u64)> + Clone) -> bool {
    let with = stretches.clone().take_while(|(count, _)| **count > 0).count();
    let steady = with.saturating_sub(1);
    let lacking: u64 = stretches.clone().skip(with).map(|(_, events)| *events).sum();
    if steady < STEADY
        || STRETCHES - with < STEADY
        || stretches.clone().skip(with).any(|(count, _)| *count > 0)
    {
        return false;
    }
    let share = |(count, events): (&u64, &u64)| *count as f64 / (*events).max(1) as f64;
    let shares: Vec<f64> = stretches.take(steady).map(share).collect();
    let mean = shares.iter().sum::<f64>() / steady as f64;
    let least = shares.iter().copied().fold(f64::INFINITY, f64::min);
    mean >= LEAST_SHARE && least >= mean / 2.0 && mean * lacking as f64 >= LEAST_LACKING
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::SourceOrder;

    fn field(kind: &'static str, records: std::ops::Range<u64>) -> FieldProfile {
        let stretches = std::array::from_fn(|at| {
            let from = (at as u64 * 100).max(records.start);
            ((at as u64 + 1) * 100).min(records.end).saturating_sub(from)
        });
        let events = stretches.iter().sum();
        let (first, last) = (records.start, records.end - 1);
        FieldProfile { name: "bytes".to_owned(), kind, events, stretches, first, last }
    }

    /// Returns how fields of a source of 1,000 events change.
    fn changes(fields: Vec<FieldProfile>) -> Vec<(DriftKind, u64)> {
        let order = SourceOrder { events: 1_000, ..SourceOrder::default() };
        let profile = SourceProfile { events: 1_000, order, fields, ..SourceProfile::default() };
        drifts(&profile).into_iter().map(|drift| (drift.change, drift.record)).collect()
    }

    #[test]
    fn a_field_that_is_there_throughout_or_seldom_does_not_change() {
        assert_eq!(changes(vec![field("number", 0..1_000)]), []);
        let seldom = FieldProfile { stretches: [1, 1, 1, 1, 1, 1, 0, 0, 0, 0], ..field("number", 0..600) };
        assert_eq!(changes(vec![seldom]), []);
        let uneven = FieldProfile { stretches: [90, 3, 2, 70, 3, 1, 0, 0, 0, 0], ..field("number", 0..600) };
        assert_eq!(changes(vec![uneven]), []);
    }

    #[test]
    fn a_field_vanishes_or_appears_midway() {
        assert_eq!(changes(vec![field("number", 0..550)]), [(DriftKind::Vanishes, 549)]);
        assert_eq!(changes(vec![field("number", 550..1_000)]), [(DriftKind::Appears, 550)]);
        assert_eq!(changes(vec![field("number", 0..900)]), []);
        assert_eq!(changes(vec![field("number", 300..600)]), []);
    }

    #[test]
    fn another_type_from_some_record_on_is_a_change() {
        let later = vec![field("number", 0..400), field("text", 400..1_000)];
        assert_eq!(changes(later), [(DriftKind::ChangesType, 400)]);
        let mixed = vec![field("number", 0..1_000), field("text", 400..1_000)];
        assert_eq!(changes(mixed), []);
    }

    #[test]
    fn short_sources_are_left_out() {
        let profile =
            SourceProfile { events: 99, fields: vec![field("number", 0..550)], ..Default::default() };
        assert_eq!(drifts(&profile), []);
    }
}
