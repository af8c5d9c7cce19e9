//! How well the sources of a case are understood: what their events say, and what is
//! doubtful about them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::case::{Case, SourceInfo};
use crate::error::Result;
use crate::index::{CancelToken, SourceProfile};
use crate::record::{FieldId, FieldKind, TimeBasis};

use super::drift::{Drift, drifts};

/// How well a source is understood.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SourceQuality {
    /// Its SHA-256, in hex.
    pub source: String,
    /// Where it was found (foreign text).
    pub path: String,
    /// The format that understood most of it.
    pub format: String,
    /// Its events.
    pub events: u64,
    /// Events that no format understood.
    pub unparsed: u64,
    /// The shares of the events that say something.
    pub share: SaidShares,
    /// Fields outside the table of core fields, with the events that have them, the most
    /// frequent first.
    pub own_fields: Vec<FieldCount>,
    /// Fields whose values are not all of the field's type, with the events that have such.
    pub mistyped: Vec<FieldCount>,
    /// Fields that vanish, appear, or change their type midway.
    pub drift: Vec<Drift>,
    /// What is doubtful about times.
    pub time: TimeQuality,
    /// Events that say the same as others.
    pub duplicates: Duplicates,
}

/// Shares of a source's events, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SaidShares {
    /// Those with a time.
    pub time: f64,
    /// Those that say who acted (`user.*`).
    pub actor: f64,
    /// Those that say from where (`source.*`).
    pub origin: f64,
    /// Those that say what was done (`event.action`).
    pub action: f64,
    /// Those that say what came of it (`event.outcome`).
    pub outcome: f64,
}

/// A field, and how many events of a source have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldCount {
    /// The field (foreign text).
    pub field: String,
    /// The events.
    pub events: u64,
}

/// What is doubtful about the times of a source.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TimeQuality {
    /// Events whose time was inferred in part.
    pub inferred: u64,
    /// What was inferred, of a few events that were looked at: `year`, `date`, `zone`, `clock`.
    pub inferred_parts: Vec<&'static str>,
    /// The zone in which times without one are read.
    pub zone: Option<String>,
    /// Events whose local time occurs twice or never in the zone.
    pub ambiguous: u64,
    /// Events after the source was acquired.
    pub future: u64,
    /// Events without a time.
    pub none: u64,
    /// Events that are earlier than the one before them.
    pub steps_back: u64,
    /// How far the longest step leads back, in seconds.
    pub farthest_back: f64,
    /// Steps of more than an hour: back, or far longer than steps are in the source.
    pub jumps: u64,
    /// The longest jump in seconds, negative where it leads back.
    pub farthest_jump: f64,
    /// The record after the longest jump.
    pub jump_record: Option<u64>,
}

/// Events that say the same as others: the time, and every value of every field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Duplicates {
    /// Those that say what an earlier record of the source says.
    pub repeated: u64,
    /// Those that say what an event of another source says.
    pub elsewhere: u64,
}

/// Returns how well each source of a case is understood, in the order of import.
///
/// Reads every column of the index once; of the evidence, up to three events of the sources
/// whose times were inferred.
pub fn source_quality(case: &Case, cancel: &CancelToken) -> Result<Vec<SourceQuality>> {
    let mut profiles = case.index().profiles(cancel)?;
    case.sources()
        .iter()
        .map(|source| {
            cancel.check()?;
            SourceQuality::new(case, source, profiles.remove(&source.id).unwrap_or_default())
        })
        .collect()
}

impl SourceQuality {
    fn new(case: &Case, source: &SourceInfo, profile: SourceProfile) -> Result<SourceQuality> {
        let share = |count: u64| match profile.events {
            0 => 0.0,
            events => (count as f64 / events as f64 * 1e4).round() / 1e4,
        };
        let [actor, origin, action, outcome] = profile.said.map(share);
        let (own_fields, mistyped) = own_fields(&profile);
        Ok(SourceQuality {
            source: source.id.to_string(),
            path: source.path.clone(),
            format: source.receipt.format.clone(),
            events: profile.events,
            unparsed: source.receipt.unparsed,
            share: SaidShares { time: share(profile.order.timed), actor, origin, action, outcome },
            own_fields,
            mistyped,
            drift: drifts(&profile),
            time: TimeQuality::new(case, source, &profile)?,
            duplicates: Duplicates { repeated: profile.repeated, elsewhere: profile.elsewhere },
        })
    }
}

impl TimeQuality {
    fn new(case: &Case, source: &SourceInfo, profile: &SourceProfile) -> Result<TimeQuality> {
        let (counts, order) = (&source.receipt.time, &profile.order);
        let seconds = |nanos: i64| nanos as f64 / 1e9;
        Ok(TimeQuality {
            inferred: counts.inferred,
            inferred_parts: if counts.inferred > 0 { inferred_parts(case, source, profile)? } else { vec![] },
            zone: source.plan.as_ref().map(|plan| plan.zone.clone()),
            ambiguous: counts.ambiguous,
            future: counts.future,
            none: profile.events - order.timed,
            steps_back: order.steps_back,
            farthest_back: seconds(order.farthest_back),
            jumps: order.jumps,
            farthest_jump: seconds(order.farthest_jump),
            jump_record: (order.jumps > 0).then_some(order.jump_record),
        })
    }
}

/// Returns what was inferred about the times of a few events: near the beginning, in the
/// middle, and near the end.
fn inferred_parts(case: &Case, source: &SourceInfo, profile: &SourceProfile) -> Result<Vec<&'static str>> {
    let bounds = &profile.order.bounds;
    let mut records: Vec<u64> = [0, bounds.len() / 2, bounds.len().saturating_sub(1)]
        .iter()
        .filter_map(|at| bounds.get(*at).copied())
        .collect();
    records.dedup();
    let mut all = TimeBasis::default();
    for record in records {
        if let Some(time) = case.entry_at(&source.id, record)?.event.time {
            all.year |= time.basis.year;
            all.date |= time.basis.date;
            all.zone |= time.basis.zone;
            all.clock |= time.basis.clock;
        }
    }
    let parts = [(all.year, "year"), (all.date, "date"), (all.zone, "zone"), (all.clock, "clock")];
    Ok(parts.into_iter().filter(|(is, _)| *is).map(|(_, part)| part).collect())
}

/// Returns the fields outside the table, and those of the table with values of another
/// type: core fields have a second type only then.
fn own_fields(profile: &SourceProfile) -> (Vec<FieldCount>, Vec<FieldCount>) {
    let mut own: BTreeMap<&str, u64> = BTreeMap::new();
    let mut mistyped: BTreeMap<&str, u64> = BTreeMap::new();
    for field in &profile.fields {
        let other = match FieldId::by_name(&field.name) {
            None => &mut own,
            Some(id) if type_name(id.field().kind) != field.kind => &mut mistyped,
            Some(_) => continue,
        };
        let events = other.entry(&field.name).or_default();
        *events = (*events).max(field.events);
    }
    let listed = |fields: BTreeMap<&str, u64>| {
        let count = |(field, events): (&str, u64)| FieldCount { field: field.to_owned(), events };
        let mut fields: Vec<FieldCount> = fields.into_iter().map(count).collect();
        fields.sort_by(|one, other| other.events.cmp(&one.events).then_with(|| one.field.cmp(&other.field)));
        fields
    };
    (listed(own), listed(mistyped))
}

/// Returns what the type of a core field's values is called.
fn type_name(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Keyword | FieldKind::Text => "text",
        FieldKind::Ip => "address",
        FieldKind::Long => "number",
        FieldKind::Date => "date",
        FieldKind::Boolean => "boolean",
    }
}
