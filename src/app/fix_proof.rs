//! The four proofs that a fix holds: no matches, logs that cover the time, a rule that would
//! have fired, and a time that is long enough.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::{Map, Number, Value};

use crate::analyse::{self, DetectionPlan, coverage, derived_field};
use crate::case::Case;
use crate::error::{Error, Result, visible};
use crate::index::{CancelToken, EventColumns, Request};
use crate::journal::{Detected, Finding, FixProof, LEAST_HOURS, Status, StreamCoverage};
use crate::query::{Expr, FieldRef, Leaf, Pattern, Test};
use crate::record::{TimeRange, Timestamp, counted};

use super::detect::{parameters, wanted_rules};
use super::indicators::known_indicators;
use super::reconcile::{is_about_same, shares_entity};

/// Matches closer together than this, in nanoseconds, are one occurrence.
const APART: i64 = HOUR;
const HOUR: i64 = 3600 * 1_000_000_000;

/// What names a stream of logs: a data set, on a host where it has one.
const STREAM: [&str; 2] = ["event.dataset", "host.name"];

/// What shows a finding in all logs, and whether it still can.
struct Matches {
    /// The times of all events that show it, ascending.
    times: Vec<i64>,
    /// The fields that its rule or query reads.
    fields: BTreeSet<String>,
    /// What shows that it would be found.
    can_fire: std::result::Result<String, String>,
}

/// Computes what the logs prove of the claimed fix of a finding. `rules` are files and
/// folders of rules besides those of this program.
///
/// # Errors
///
/// Fails if no fix is claimed, or if nothing can look for the finding again.
pub fn prove_fix(
    case: &Case,
    finding: &Finding,
    rules: &[PathBuf],
    now: Timestamp,
    cancel: &CancelToken,
) -> Result<FixProof> {
    let number = finding.number;
    if finding.state != Status::FixClaimed {
        return Err(Error::usage(format!("no fix of finding {number} is claimed: it is {}", finding.state))
            .hint(format!(
                "`vestigo finding set {number} --state fix-claimed --fixed-at TIME` claims one."
            )));
    }
    let since: Timestamp = finding.fixed_at.parse()?;
    let streams = streams(case, finding, cancel)?;
    let matches = match (&finding.detected, &finding.query) {
        (Some(detected), _) => detected_again(case, detected, rules, cancel)?,
        (None, Some(_)) => queried_again(case, finding, since, cancel)?,
        (None, None) => {
            return Err(Error::usage(format!("finding {number} has neither a detector nor a query, so nothing can look for it again"))
                .hint(format!("Give it one: `vestigo finding set {number} --query QUERY`; or let somebody accept the risk: `vestigo finding accept`.")));
        }
    };
    let observed = Observed::new(case, streams, since, now, cancel)?;
    let can_fire = match matches.can_fire {
        Ok(sentence) => observed.reads(case, &matches.fields, cancel)?.map_or(Ok(sentence), Err),
        Err(reason) => Err(reason),
    };
    Ok(observed.proof(&finding.fixed_at, &matches.times, can_fire))
}

/// Looks for a finding of a detector again, in all logs: alerts about the same entity.
fn detected_again(
    case: &Case,
    detected: &Detected,
    paths: &[PathBuf],
    cancel: &CancelToken,
) -> Result<Matches> {
    let is_wanted = |name: &str| name == detected.detector;
    let rules = wanted_rules(paths, &is_wanted)?;
    let (rules, parameters) = (&rules.rules, &parameters(case, &BTreeMap::new())?);
    let indicators = &known_indicators(case);
    let plan = DetectionPlan { rules, is_wanted: &is_wanted, parameters, indicators, kept: None };
    let run = analyse::detect(case, &plan, cancel)?;
    let alerts = run.detections.iter().filter(|alert| shares_entity(&detected.entity, alert));
    let mut times = Vec::new();
    for alert in alerts {
        times.extend(alert.hits.iter().filter_map(|hit| Some(hit.time?.nanos())));
        times.extend(alert.hits.is_empty().then(|| alert.start.map(Timestamp::nanos)).flatten());
    }
    times.sort_unstable();
    times.dedup();
    let name = &detected.detector;
    let left_out = run.not_evaluated.iter().find(|left| left.detector == *name);
    let can_fire = match left_out {
        Some(left) => Err(format!("{name} could not be evaluated: {}", left.reason)),
        None if !run.ran.contains(name) => Err(format!("there is no rule or detector {}", visible(name))),
        None if !run.detections.iter().any(|alert| is_about_same(detected, alert)) => {
            Err(format!("{name} does not find the events of this finding any more"))
        }
        None => Ok(format!("{name} still finds the events of this finding")),
    };
    let of_rules = rules.iter().flat_map(|rule| rule.fields());
    let detector = analyse::behavior_detectors().find(|known| analyse::full_name(known) == *name);
    let fields = of_rules.chain(detector.iter().flat_map(|detector| detector.needs.iter().copied()));
    let base = |field: &str| derived_field(field).map_or(field, |derived| derived.base).to_owned();
    Ok(Matches { times, fields: fields.map(base).collect(), can_fire })
}

/// Looks for a finding of a query again, in all logs.
fn queried_again(case: &Case, finding: &Finding, since: Timestamp, cancel: &CancelToken) -> Result<Matches> {
    let saved = finding.query.as_ref().map(|saved| case.read_here(saved)).unwrap_or_default();
    let parsed = case.parse(&saved)?;
    let mut fields = BTreeSet::new();
    add_fields(&parsed, &mut fields);
    let request = Request { expr: case.resolve(parsed)?, window: TimeRange::ALL };
    let times = case.index().event_columns(&request, &[], cancel)?.times().to_vec();
    let before = times.partition_point(|time| *time <= since.nanos());
    let can_fire = match before {
        0 => Err("its query finds no event from before the fix".to_owned()),
        count => Ok(format!("its query still finds {} from before the fix", counted(count as u64, "event"))),
    };
    Ok(Matches { times, fields, can_fire })
}

/// Collects the fields that a query needs for a match.
fn add_fields(expr: &Expr, fields: &mut BTreeSet<String>) {
    match expr {
        Expr::All | Expr::Not(_) => {}
        Expr::And(members) | Expr::Or(members) => {
            members.iter().for_each(|member| add_fields(member, fields));
        }
        Expr::Leaf(Leaf { field: Some(FieldRef::Core(id)), .. }) => {
            fields.insert(id.field().name.to_owned());
        }
        Expr::Leaf(Leaf { field: Some(FieldRef::Custom(name)), .. }) => {
            fields.insert(name.clone());
        }
        Expr::Leaf(_) => {}
    }
}

/// A stream of logs that showed a finding.
struct Stream {
    name: String,
    expr: Expr,
}

/// Returns the streams of logs that a finding's events are of.
fn streams(case: &Case, finding: &Finding, cancel: &CancelToken) -> Result<Vec<Stream>> {
    let request = Request { expr: case.events_of(finding)?, window: TimeRange::ALL };
    let mut columns = case.index().event_columns(&request, &STREAM, cancel)?;
    let values = columns.take_columns();
    let rows = 0..columns.times().len();
    let mut named: BTreeSet<[Option<String>; 2]> =
        rows.map(|row| std::array::from_fn(|at| values.get(at)?.text(row).map(str::to_owned))).collect();
    if named.is_empty() {
        // A silence has no events: its entity names the stream.
        let entity = finding.detected.iter().map(|detected| &detected.entity);
        let value = |entity: &Map<String, Value>, field| Some(entity.get(field)?.as_str()?.to_owned());
        named.extend(entity.map(|entity| STREAM.map(|field| value(entity, field))));
    }
    Ok(named.into_iter().map(stream).collect())
}

fn stream([dataset, host]: [Option<String>; 2]) -> Stream {
    let test = |field: &str, value: &str| Leaf {
        field: Some(FieldRef::of(field)),
        test: Test::Is(Pattern { text: value.to_owned(), quoted: true }),
    };
    let name = match (&dataset, &host) {
        (Some(dataset), Some(host)) => format!("{dataset} on {host}"),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => "all logs".to_owned(),
    };
    let values = STREAM.into_iter().zip([dataset, host]);
    let tests = values.filter_map(|(field, value)| Some(Expr::Leaf(test(field, &value?))));
    Stream { name, expr: Expr::And(tests.collect()) }
}

/// What the logs show of the time around a fix.
struct Observed {
    since: i64,
    until: i64,
    /// Each stream with the times of its events, ascending.
    streams: Vec<(Stream, Vec<i64>)>,
}

impl Observed {
    fn new(
        case: &Case,
        streams: Vec<Stream>,
        since: Timestamp,
        now: Timestamp,
        cancel: &CancelToken,
    ) -> Result<Observed> {
        let (since, now) = (since.nanos(), now.nanos());
        let mut read = Vec::new();
        for stream in streams {
            let request = Request { expr: stream.expr.clone(), window: TimeRange::ALL };
            let mut times = EventColumns::times(&case.index().event_columns(&request, &[], cancel)?).to_vec();
            times.truncate(times.partition_point(|time| *time <= now));
            read.push((stream, times));
        }
        let last = read.iter().filter_map(|(_, times)| times.last().copied()).max();
        Ok(Observed { since, until: last.unwrap_or(since).max(since), streams: read })
    }

    /// Returns the first field that the logs had before the fix, and have no longer.
    fn reads(&self, case: &Case, fields: &BTreeSet<String>, cancel: &CancelToken) -> Result<Option<String>> {
        let any = Expr::Or(self.streams.iter().map(|(stream, _)| stream.expr.clone()).collect());
        for field in fields {
            let leaf = Leaf { field: Some(FieldRef::of(field)), test: Test::Exists };
            let expr = Expr::And(vec![any.clone(), Expr::Leaf(leaf)]);
            let span =
                |from, to| TimeRange { from: Timestamp::from_nanos(from), to: Timestamp::from_nanos(to) };
            let count = |window| case.index().count(&Request { expr: expr.clone(), window }, cancel);
            let before = count(TimeRange { from: TimeRange::ALL.from, ..span(0, self.since) })?;
            let after = count(span(self.since, self.until.saturating_add(1)))?;
            if before > 0 && after == 0 {
                return Ok(Some(format!(
                    "{} is in the logs before the fix, and not after it",
                    visible(field)
                )));
            }
        }
        Ok(None)
    }

    fn proof(&self, since: &str, matches: &[i64], can_fire: std::result::Result<String, String>) -> FixProof {
        let number = |value: f64| Number::from_f64(value).unwrap_or_else(|| Number::from(0));
        let share = |times: &[i64]| coverage(times, self.since, self.until);
        let covered: Vec<StreamCoverage> = self
            .streams
            .iter()
            .map(|(stream, times)| StreamCoverage {
                stream: stream.name.clone(),
                events: (times.len() - times.partition_point(|time| *time <= self.since)) as u64,
                coverage: number(share(times)),
            })
            .collect();
        let least = self.streams.iter().map(|(_, times)| share(times)).fold(1.0, f64::min);
        let (before, after) = matches.split_at(matches.partition_point(|time| *time <= self.since));
        let apart = before.windows(2).filter(|two| two[1] - two[0] >= APART).count();
        let occurrences = if before.is_empty() { 0 } else { 1 + apart as u64 };
        let first = self.streams.iter().filter_map(|(_, times)| times.first().copied()).min();
        let hours = |from: i64, to: i64| (to - from).max(0) as f64 / HOUR as f64;
        // A log that begins with the attack says little of how often it is: a day at least.
        let hours_before = first.map_or(0.0, |first| hours(first, self.since)).max(LEAST_HOURS);
        let hours_after = hours(self.since, self.until) * least;
        let expected = occurrences as f64 / hours_before * hours_after;
        FixProof {
            since: since.to_owned(),
            until: Timestamp::from_nanos(self.until).to_string(),
            hits: after.len() as u64,
            coverage: covered,
            cannot_fire: can_fire.as_ref().err().cloned(),
            can_fire: can_fire.ok(),
            occurrences,
            hours_before: number(hours_before),
            hours_after: number(hours_after),
            expected: number(expected),
            confidence: number(1.0 - (-expected).exp()),
        }
    }
}
