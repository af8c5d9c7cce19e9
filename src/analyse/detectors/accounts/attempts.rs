//! Sign-ins as detectors of guessing see them: who, from where, and whether it worked.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::analyse::detectors::events::{Events, ValueColumn};

use super::statistics;

/// Spans of time in nanoseconds.
pub const SECOND: i64 = 1_000_000_000;
/// An hour.
pub const HOUR: i64 = 3600 * SECOND;
/// A day of 24 hours.
pub const DAY: i64 = 24 * HOUR;

/// Users that share a source.
const SHARED: usize = 3;

/// How long an echo of a failure may come before the failure itself.
const ECHO: i64 = 5 * SECOND;

/// A sign-in. Users, sources and hosts are numbers in the alphabetical order of their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// The row of its event.
    pub row: u32,
    /// When it happened, in nanoseconds since 1970.
    pub time: i64,
    /// Whether it failed.
    pub failed: bool,
    /// Who tried, or was tried.
    pub user: Option<u32>,
    /// Where it came from.
    pub source: Option<u32>,
    /// Where to.
    pub host: Option<u32>,
    /// The failure is one of the few that its user made before getting in.
    pub typo: bool,
}

/// All sign-ins in order of time; at the same time in an order that does not depend on how
/// they were read.
#[derive(Debug, Default)]
pub struct Attempts {
    /// The sign-ins.
    pub all: Vec<Attempt>,
    users: Vec<String>,
    sources: Vec<(&'static str, String)>,
    hosts: Vec<String>,
}

impl Attempts {
    /// Reads the sign-ins of events, without those failures that only echo another.
    pub fn read(events: &Events) -> Attempts {
        let rows = 0..events.len();
        let (users, of_user) = rank(events, &["user.name"], |_, name| Some(name.to_lowercase()));
        let source = |field, value: &str| Some((field, value.to_owned()));
        let (sources, of_source) = rank(events, &["source.ip", "source.address"], source);
        let (hosts, of_host) = rank(events, &["host.name"], |_, name| Some(name.to_owned()));
        let mut all: Vec<Attempt> = rows
            .filter_map(|row| {
                let failed = match events.text("event.outcome", row)? {
                    "failure" => true,
                    "success" => false,
                    _ => return None,
                };
                let (user, source, host) = (of_user[row], of_source[row], of_host[row]);
                Some(Attempt {
                    row: row as u32,
                    time: events.time(row),
                    failed,
                    user,
                    source,
                    host,
                    typo: false,
                })
            })
            .collect();
        without_echoes(&mut all, events);
        all.sort_by_key(|one| (one.time, !one.failed, one.source, one.user, one.host, one.row));
        let names = display(events, &users);
        let mut attempts = Attempts { all, users: names, sources, hosts };
        attempts.mark_typos();
        attempts
    }

    /// Returns the name of a user.
    pub fn user(&self, number: u32) -> &str {
        &self.users[number as usize]
    }

    /// Returns a source: the field that names it, and its address.
    pub fn source(&self, number: u32) -> (&'static str, &str) {
        let (field, value) = &self.sources[number as usize];
        (field, value)
    }

    /// Returns the name of a host.
    pub fn host(&self, number: u32) -> &str {
        &self.hosts[number as usize]
    }

    /// Takes sign-ins with the explicit credentials of another user (Windows 4648) as attempts
    /// at that user whose result is not told.
    pub fn aim_at_others(&mut self, events: &Events) {
        let mut numbers: HashMap<String, u32> =
            self.users.iter().map(|name| name.to_lowercase()).zip(0..).collect();
        for one in &mut self.all {
            let row = one.row as usize;
            if events.text("event.action", row) != Some("logged-in-explicit") {
                continue;
            }
            let Some(other) = known(events.text("user.effective.name", row)) else { continue };
            let number = *numbers.entry(other.to_lowercase()).or_insert_with(|| {
                self.users.push(other.to_owned());
                self.users.len() as u32 - 1
            });
            if one.user != Some(number) {
                (one.user, one.failed) = (Some(number), true);
            }
        }
    }

    /// Marks the failures of runs that their user ended by getting in from the same source
    /// within an hour, when they are no more than three, or than the user's own longest of
    /// before (99th percentile, at most ten).
    fn mark_typos(&mut self) {
        let mut open: HashMap<(Option<u32>, u32), Vec<usize>> = HashMap::new();
        let mut runs: HashMap<u32, Vec<i64>> = HashMap::new();
        for at in 0..self.all.len() {
            let one = self.all[at];
            let Some(user) = one.user else { continue };
            let run = open.entry((one.source, user)).or_default();
            if run.last().is_some_and(|last| one.time - self.all[*last].time > HOUR) {
                run.clear();
            }
            if one.failed {
                run.push(at);
                continue;
            }
            let run = std::mem::take(run);
            let own = runs.entry(user).or_default();
            let usual = statistics::quantile(own, 0.99).unwrap_or(0).clamp(3, 10);
            if !run.is_empty() && run.len() as i64 <= 10 && own.len() < 10_000 {
                own.push(run.len() as i64);
            }
            if run.len() as i64 <= usual {
                run.iter().for_each(|failure| self.all[*failure].typo = true);
            }
        }
    }

    /// Returns how often those mistype who get in: one in ten where nothing is known.
    pub fn typo_rate(&self) -> f64 {
        let typos = self.all.iter().filter(|one| one.typo).count() as f64;
        let successes = self.all.iter().filter(|one| !one.failed).count() as f64;
        (typos + 1.0) / (typos + successes + 10.0)
    }

    /// Returns the successes of each source, in order of time, as positions in `all`.
    pub fn successes(&self) -> Successes {
        let mut successes = Successes::default();
        for one in self.all.iter().filter(|one| one.failed && !one.typo) {
            *successes.failures.entry(one.source).or_default() += 1;
        }
        for (at, one) in self.all.iter().enumerate().filter(|(_, one)| !one.failed) {
            successes.by_source.entry(one.source).or_default().push(at);
            if let Some(user) = one.user {
                successes.first.entry((one.source, user)).or_insert(one.time);
                successes.users.insert(user);
                let of_source = successes.users_of.entry(one.source).or_default();
                if of_source.len() < SHARED {
                    of_source.insert(user);
                }
            }
        }
        successes
    }
}

/// Who got in from where, and since when.
#[derive(Debug, Default)]
pub struct Successes {
    by_source: HashMap<Option<u32>, Vec<usize>>,
    first: HashMap<(Option<u32>, u32), i64>,
    users: BTreeSet<u32>,
    users_of: HashMap<Option<u32>, BTreeSet<u32>>,
    failures: HashMap<Option<u32>, usize>,
}

impl Successes {
    /// Returns whether several users get in from a source, more often than somebody fails for
    /// good: an office, a proxy or a jump host, whose failures are those of many.
    pub fn is_shared(&self, source: Option<u32>) -> bool {
        let users = self.users_of.get(&source).map_or(0, BTreeSet::len);
        let successes = self.by_source.get(&source).map_or(0, Vec::len);
        users >= SHARED && successes > self.failures.get(&source).copied().unwrap_or(0)
    }

    /// Returns how many users have ever got in.
    pub fn users(&self) -> usize {
        self.users.len()
    }

    /// Returns whether a user has ever got in, from anywhere.
    pub fn has_user(&self, user: u32) -> bool {
        self.users.contains(&user)
    }

    /// Returns whether a user got in from a source before a time.
    pub fn knows(&self, source: Option<u32>, user: u32, before: i64) -> bool {
        self.first.get(&(source, user)).is_some_and(|first| *first < before)
    }

    /// Returns whether anybody got in from a source before a time.
    pub fn any_before(&self, source: Option<u32>, before: i64, all: &[Attempt]) -> bool {
        self.by_source.get(&source).is_some_and(|list| all[list[0]].time < before)
    }

    /// Returns the successes from a source in a span of time, as positions in `all`.
    pub fn between(&self, source: Option<u32>, from: i64, to: i64, all: &[Attempt]) -> &[usize] {
        let Some(list) = self.by_source.get(&source) else { return &[] };
        let first = list.partition_point(|at| all[*at].time < from);
        let last = list.partition_point(|at| all[*at].time <= to);
        &list[first..last]
    }
}

/// Returns a value unless it only says that there is none.
pub fn known(value: Option<&str>) -> Option<&str> {
    let nothing =
        |value: &&str| !matches!(*value, "" | "-" | "--" | "?" | "(unknown)" | "unknown" | "<unknown>");
    value.map(str::trim).filter(nothing)
}

/// Returns distinct values in order, and for each row the number of its value: what is made
/// of the first of these fields that the row has.
pub fn rank<V: Ord + Clone>(
    events: &Events,
    fields: &[&'static str],
    make: impl Fn(&'static str, &str) -> Option<V>,
) -> (Vec<V>, Vec<Option<u32>>) {
    let columns: Vec<_> = fields.iter().filter_map(|field| Some((*field, events.column(field)?))).collect();
    let made = |(field, column): &(&'static str, &ValueColumn)| -> Vec<Option<V>> {
        let texts = (0..column.distinct() as u32).map(|ordinal| column.value(ordinal));
        texts.map(|text| make(field, known(Some(text))?)).collect()
    };
    let made: Vec<Vec<Option<V>>> = columns.iter().map(made).collect();
    let values: Vec<V> =
        made.iter().flatten().flatten().collect::<BTreeSet<_>>().into_iter().cloned().collect();
    let number = |value: &Option<V>| Some(values.binary_search(value.as_ref()?).ok()? as u32);
    let numbers: Vec<Vec<Option<u32>>> =
        made.iter().map(|values| values.iter().map(number).collect()).collect();
    let of_row = (0..events.len()).map(|row| {
        let mut fields = columns.iter().zip(&numbers);
        fields.find_map(|((_, column), numbers)| numbers[column.ordinal(row)? as usize])
    });
    let of_row = of_row.collect();
    (values, of_row)
}

/// Returns users as the logs spell them: the first spelling in alphabetical order.
fn display(events: &Events, lower: &[String]) -> Vec<String> {
    let mut spelled: BTreeMap<String, String> = BTreeMap::new();
    if let Some(column) = events.column("user.name") {
        for value in (0..column.distinct() as u32).map(|ordinal| column.value(ordinal).trim()) {
            let known = spelled.entry(value.to_lowercase()).or_insert_with(|| value.to_owned());
            if value < known.as_str() {
                *known = value.to_owned();
            }
        }
    }
    lower.iter().map(|name| spelled.get(name).unwrap_or(name).clone()).collect()
}

/// Takes out what PAM or a guard writes of a failure that the service itself tells as well,
/// a moment later: one mistyped password must not count twice.
fn without_echoes(all: &mut Vec<Attempt>, events: &Events) {
    let echo = |one: &Attempt| {
        let action = events.text("event.action", one.row as usize);
        matches!(action, Some("pam_authentication" | "bruteforce_attempt"))
    };
    let mut told: HashMap<u32, Vec<i64>> = HashMap::new();
    for one in all.iter().filter(|one| one.failed && !echo(one)) {
        told.entry(one.source.unwrap_or(u32::MAX)).or_default().push(one.time);
    }
    all.retain(|one| {
        if !one.failed || one.source.is_none() || !echo(one) {
            return true;
        }
        let Some(times) = one.source.and_then(|source| told.get(&source)) else { return true };
        let next = times.partition_point(|time| *time < one.time - SECOND);
        times.get(next).is_none_or(|time| *time > one.time + ECHO)
    });
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Row, events};
    use super::*;

    #[test]
    fn three_failures_before_a_success_are_typos_and_four_are_not() {
        let typos = |failures: i64| {
            let mut rows: Vec<Row> =
                (0..failures).map(|at| Row::failure(at * 5, "ann", "192.0.2.1")).collect();
            rows.push(Row::success(60, "ann", "192.0.2.1"));
            Attempts::read(&events(&rows)).all.iter().filter(|one| one.typo).count()
        };
        assert_eq!(typos(3), 3);
        assert_eq!(typos(4), 0);
    }

    #[test]
    fn a_failure_told_by_pam_and_by_the_service_counts_once() {
        let echo = Row { action: "pam_authentication", ..Row::failure(0, "ann", "192.0.2.1") };
        let rows = [echo, Row::failure(2, "ann", "192.0.2.1")];
        assert_eq!(Attempts::read(&events(&rows)).all.len(), 1);
        assert_eq!(Attempts::read(&events(&rows[..1])).all.len(), 1);
    }

    #[test]
    fn users_are_the_same_however_their_case_is_written() {
        let rows = [Row::failure(0, "Ann", "192.0.2.1"), Row::success(5, "ann", "192.0.2.1")];
        let attempts = Attempts::read(&events(&rows));
        assert_eq!(attempts.all[0].user, attempts.all[1].user);
        assert_eq!(attempts.user(0), "Ann");
    }

    #[test]
    fn an_empty_user_is_none() {
        let attempts = Attempts::read(&events(&[Row::failure(0, "-", "192.0.2.1")]));
        assert_eq!(attempts.all[0].user, None);
    }
}
