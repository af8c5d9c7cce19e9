//! Far more distinct objects read by one user than ever before.
//!
//! Distinct keys, files or pages that a user was given, by hour and by day, as logarithms: at
//! least 200, more than the own median + 6 MAD (at least 0.1 each), more than the own most so
//! far, and more than 99.9 % of all others' amounts, after 7 active days.
//! `score` = (ln(1 + `amount`) - `median`) / `deviation`; without such a history, and then at four
//! times the most of all others at least, `score` = `amount` / max(`others_most`, 200).

use super::amounts::{Amount, AmountLimits, Beyond, Population, beyond};
use super::groups::Groups;
use super::web_names::{is_crawler, is_static};
use super::wording::{DAY, HOUR, in_order, rough, whole};
use crate::analyse::detectors::detector::{
    Anomaly, Detector, DetectorOutcome, DetectorScope, Parameter, Parameters,
};
use crate::analyse::detectors::events::{Events, ValueColumn};
use crate::record::Severity;

/// The detector.
pub const DETECTOR: Detector = Detector {
    name: "outflow-objects",
    about: "One user read far more distinct objects, files or pages than ever before",
    scope: DetectorScope::All,
    needs: &["user.name"],
    uses: &[
        "source.ip",
        "event.action",
        "event.outcome",
        "aws.cloudtrail.request_parameters.key",
        "file.path",
        "url.path",
        "http.response.status_code",
        "user_agent.original",
    ],
    least_events: 10,
    attack: &["T1530"],
    parameters: &[
        Parameter {
            name: "objects",
            about: "distinct objects in an hour or a day, at least",
            default: 200.0,
            least: 5.0,
            most: 1e6,
        },
        Parameter {
            name: "deviations",
            about: "deviations (MAD of logarithms) above the own median",
            default: 6.0,
            least: 2.0,
            most: 50.0,
        },
        Parameter {
            name: "days",
            about: "active days that there must be before",
            default: 7.0,
            least: 2.0,
            most: 90.0,
        },
    ],
    run,
};

/// Parts of the names (in lower case) of actions that read an object.
const READS: [&str; 8] = [
    "getobject",
    "getblob",
    "objects.get",
    "objectread",
    "download",
    "copyobject",
    "selectobject",
    "fileaccessed",
];
/// Others' amounts that there must be to hold a stranger against.
const LEAST_OTHERS: usize = 20;

/// No object.
const NOTHING: u32 = u32::MAX;

/// Which object, if any, an event reads.
struct Objects<'e> {
    reads: Vec<bool>,
    actions: Option<&'e ValueColumn>,
    keys: [Option<&'e ValueColumn>; 2],
    pages: Option<&'e ValueColumn>,
    plain: Vec<bool>,
    status: Option<&'e ValueColumn>,
    outcomes: Option<&'e ValueColumn>,
    agents: Option<(&'e ValueColumn, Vec<bool>)>,
}

impl<'e> Objects<'e> {
    /// Creates it from the columns.
    fn new(events: &'e Events) -> Objects<'e> {
        let of = |column: Option<&ValueColumn>, is: &dyn Fn(&str) -> bool| -> Vec<bool> {
            column.map_or(Vec::new(), |column| {
                (0..column.distinct() as u32).map(|value| is(column.value(value))).collect()
            })
        };
        let (actions, pages, agents) =
            (events.column("event.action"), events.column("url.path"), events.column("user_agent.original"));
        Objects {
            reads: of(actions, &|action| {
                let action = action.to_ascii_lowercase();
                READS.iter().any(|part| action.contains(part))
            }),
            actions,
            keys: ["aws.cloudtrail.request_parameters.key", "file.path"].map(|field| events.column(field)),
            plain: of(pages, &is_static),
            pages,
            status: events.column("http.response.status_code"),
            outcomes: events.column("event.outcome"),
            agents: agents.map(|agents| (agents, of(Some(agents), &is_crawler))),
        }
    }

    /// Returns how many numbers objects have.
    fn count(&self) -> usize {
        self.keys.iter().chain([&self.pages]).flatten().map(|column| column.distinct()).sum()
    }

    /// Returns the number of the object that an event reads.
    fn of(&self, row: usize) -> Option<u32> {
        if let Some(status) = self.status.and_then(|status| status.number(row)) {
            let crawler = self
                .agents
                .as_ref()
                .is_some_and(|(column, is)| column.ordinal(row).is_some_and(|agent| is[agent as usize]));
            let page = self.pages?.ordinal(row)?;
            let before: usize = self.keys.iter().flatten().map(|column| column.distinct()).sum();
            return ((200.0..300.0).contains(&status) && !crawler && !self.plain[page as usize])
                .then_some(before as u32 + page);
        }
        let action = self.actions?.ordinal(row)?;
        if !self.reads[action as usize]
            || self.outcomes.and_then(|column| column.text(row)) == Some("failure")
        {
            return None;
        }
        let mut before = 0;
        for column in self.keys.iter().flatten() {
            if let Some(key) = column.ordinal(row) {
                return Some(before + key);
            }
            before += column.distinct() as u32;
        }
        None
    }
}

/// Returns the outflows of objects.
fn run(events: &Events, parameters: &Parameters<'_>) -> DetectorOutcome {
    let objects = Objects::new(events);
    let Some(users) = events.column("user.name") else {
        return DetectorOutcome::NotEvaluated("no event names a user".to_owned());
    };
    let read: Vec<u32> = (0..events.len())
        .map(|row| users.ordinal(row).and_then(|_| objects.of(row)).unwrap_or(NOTHING))
        .collect();
    let rows: Vec<u32> = (0..events.len() as u32).filter(|row| read[*row as usize] != NOTHING).collect();
    if rows.is_empty() {
        return DetectorOutcome::NotEvaluated("no event tells which object a user read".to_owned());
    }
    let groups = Groups::new(users.distinct(), &rows, |row| users.ordinal(row as usize));
    let limits = AmountLimits {
        least: parameters.get("objects"),
        deviations: parameters.get("deviations"),
        days: parameters.get("days"),
    };
    let mut found: Vec<Anomaly> = Vec::new();
    for (width, unit) in [(HOUR, "hour"), (DAY, "day")] {
        let amounts = distinct(events.times(), &groups, &read, objects.count(), width);
        let population = Population::new(&amounts, users.distinct());
        for own in amounts
            .chunk_by(|a, b| a.entity == b.entity)
            .filter(|own| own.iter().any(|amount| amount.amount >= limits.least))
        {
            for (from, to, worst) in spans(own, &population, width, &limits) {
                let own = groups.of(own[0].entity);
                let span = &own[own.partition_point(|row| events.time(*row as usize) < from)
                    ..own.partition_point(|row| events.time(*row as usize) < to)];
                let known = width == DAY
                    && found.iter().any(|known| {
                        known.entity[0].1 == users.value(users.ordinal(span[0] as usize).unwrap_or(0))
                            && known.start < to
                            && known.end >= from
                    });
                if !known {
                    found.push(tell(events, users, &worst, unit, span));
                }
            }
        }
    }
    DetectorOutcome::Found(in_order(found))
}

/// Returns the spans of buckets on end in which one user's amounts lie beyond history, with the
/// worst of each.
fn spans(
    own: &[Amount],
    population: &Population,
    width: i64,
    limits: &AmountLimits,
) -> Vec<(i64, i64, Beyond)> {
    let mut spans: Vec<(i64, i64, Beyond)> = Vec::new();
    for (amount, far) in beyond(own, population, width, limits) {
        let strange = |far: &Beyond| population.len >= LEAST_OTHERS && far.amount > 4.0 * far.others_most;
        let Some(far) = far.filter(|far| far.deviation > 0.0 || strange(far)) else { continue };
        let from = amount.at * width;
        match spans.last_mut().filter(|(_, to, _)| *to == from) {
            Some((_, to, worst)) => {
                *to = from + width;
                if far.amount > worst.amount {
                    *worst = far;
                }
            }
            None => spans.push((from, from + width, far)),
        }
    }
    spans
}

/// Returns how many distinct objects each user read in each bucket.
fn distinct(times: &[i64], groups: &Groups, read: &[u32], objects: usize, width: i64) -> Vec<Amount> {
    let mut seen = vec![0_u32; objects];
    let mut amounts: Vec<Amount> = Vec::new();
    for entity in 0..groups.count() as u32 {
        let mut bucket = None;
        for row in groups.of(entity) {
            let at = times[*row as usize].div_euclid(width);
            if bucket != Some(at) {
                bucket = Some(at);
                amounts.push(Amount { entity, at, amount: 0.0 });
            }
            let stamp = amounts.len() as u32;
            let object = read[*row as usize] as usize;
            if seen[object] != stamp {
                seen[object] = stamp;
                amounts[stamp as usize - 1].amount += 1.0;
            }
        }
    }
    amounts
}

/// Returns the finding of a span, which has rows.
fn tell(events: &Events, users: &ValueColumn, worst: &Beyond, unit: &'static str, rows: &[u32]) -> Anomaly {
    let first = rows[0] as usize;
    let user = users.text(first).unwrap_or_default();
    let stranger = worst.deviation == 0.0;
    let score = if stranger { worst.amount / worst.others_most.max(200.0) } else { worst.score };
    let usual = if stranger {
        format!(
            "{} active days are too few to tell what is usual, and no other read more than {}",
            whole(worst.days),
            whole(worst.others_most)
        )
    } else {
        format!(
            "on {} active days before it was {} as a rule and {} at most, {} deviations less",
            whole(worst.days),
            whole(worst.median.exp() - 1.0),
            whole(worst.most),
            rough(score)
        )
    };
    let mut entity = vec![("user.name", user.to_owned())];
    entity.extend(events.text("source.ip", first).map(|source| ("source.ip", source.to_owned())));
    Anomaly {
        title: "Far more objects read than ever before".to_owned(),
        why: format!("{user} read {} distinct objects in one {unit}: {usual}.", whole(worst.amount)),
        severity: if stranger { Severity::Low } else { Severity::Medium },
        confidence: if stranger { 0.5 } else { 0.8 },
        entity,
        start: events.time(first),
        end: events.time(rows[rows.len() - 1] as usize),
        events: rows.to_vec(),
        attack: vec!["T1530"],
        numbers: [
            ("amount", worst.amount),
            ("median", worst.median),
            ("deviation", worst.deviation),
            ("most_before", worst.most),
            ("others", worst.others),
            ("others_most", worst.others_most),
            ("days", worst.days),
            ("hours", if unit == "hour" { 1.0 } else { (DAY / HOUR) as f64 }),
            ("score", score),
        ]
        .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::detectors::rates::testing::{events, found, row};

    const FIELDS: [&str; 4] =
        ["user.name", "event.action", "aws.cloudtrail.request_parameters.key", "source.ip"];

    /// Returns what is found when a user reads so many objects after so many days with nine.
    fn after(days: i64, objects: i64, action: &str) -> Vec<Anomaly> {
        let mut rows: Vec<_> = (0..days)
            .flat_map(|day| {
                (0..9).map(move |i| {
                    row(day * 86_400 + i, &["etl", "GetObject", &format!("raw/{day}/{i}"), "192.0.2.1"])
                })
            })
            .collect();
        rows.extend(
            (0..objects)
                .map(|i| row(days * 86_400 + i, &["etl", action, &format!("customers/{i}"), "192.0.2.1"])),
        );
        rows.extend((0..30).map(|i| row(i * 5_000, &[&format!("user{i}"), "GetObject", "a", "192.0.2.2"])));
        found(&DETECTOR, &events(&FIELDS, rows))
    }

    #[test]
    fn two_hundred_objects_are_the_floor() {
        assert!(after(10, 199, "GetObject").is_empty());
        let outflow = after(10, 200, "GetObject");
        assert_eq!((outflow.len(), outflow[0].severity), (1, Severity::Medium));
        assert_eq!(outflow[0].numbers["amount"], 200.0);
    }

    #[test]
    fn seven_days_of_history_are_needed_for_medium() {
        assert_eq!(after(6, 300, "GetObject")[0].severity, Severity::Low);
        assert_eq!(after(7, 300, "GetObject")[0].severity, Severity::Medium);
    }

    #[test]
    fn writing_is_not_reading() {
        assert!(after(10, 300, "PutObject").is_empty());
    }

    #[test]
    fn one_object_read_often_is_one() {
        let mut rows: Vec<_> =
            (0..8).map(|day| row(day * 86_400, &["etl", "GetObject", "a", "192.0.2.1"])).collect();
        rows.extend((0..500).map(|i| row(9 * 86_400 + i, &["etl", "GetObject", "b", "192.0.2.1"])));
        assert!(found(&DETECTOR, &events(&FIELDS, rows)).is_empty());
    }
}
