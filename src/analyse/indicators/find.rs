//! Looking for indicators: each distinct value of the fields that can hold one is looked at.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use aho_corasick::AhoCorasick;
use ipnet::IpNet;

use super::indicator::{Indicator, IndicatorKind, network};
use crate::analyse::alert::Alert;
use crate::analyse::sigma::weight;
use crate::case::Case;
use crate::error::Result;
use crate::index::{CancelToken, Hit, RowQuery, ValueTest};
use crate::record::{Severity, counted};

/// The detector's name among all.
pub const INDICATOR: &str = "behaviour:indicator";

/// How sure a hit is: the value is there, and what others know of it may be old.
const CONFIDENCE: f64 = 0.8;

/// The fields in which an indicator of a kind can stand.
const FIELDS: [(IndicatorKind, &[&str]); 8] = [
    (
        IndicatorKind::Ip,
        &[
            "source.ip",
            "destination.ip",
            "client.ip",
            "server.ip",
            "host.ip",
            "dns.resolved_ip",
            "source.nat.ip",
            "network.forwarded_ip",
        ],
    ),
    (
        IndicatorKind::Domain,
        &[
            "destination.domain",
            "source.domain",
            "url.domain",
            "dns.question.name",
            "tls.client.server_name",
            "server.domain",
            "destination.address",
            "source.address",
        ],
    ),
    (IndicatorKind::Url, &["url.full", "url.original", "http.request.referrer"]),
    (
        IndicatorKind::Hash,
        &[
            "file.hash.md5",
            "file.hash.sha1",
            "file.hash.sha256",
            "process.hash.md5",
            "process.hash.sha1",
            "process.hash.sha256",
        ],
    ),
    (
        IndicatorKind::Email,
        &["user.email", "user.name", "email.from.address", "email.to.address", "email.sender.address"],
    ),
    (IndicatorKind::Agent, &["user_agent.original"]),
    (IndicatorKind::User, &["user.name", "user.target.name", "user.effective.name"]),
    (IndicatorKind::File, &["file.path", "file.name", "process.executable", "process.command_line"]),
];

/// The values in which each indicator was found, by its place: fields and values.
type Found = BTreeMap<usize, BTreeSet<(String, String)>>;

/// Looks for indicators, each given with the names of the lists that have it.
pub fn find(
    case: &Case,
    lists: &BTreeMap<Indicator, Vec<String>>,
    cancel: &CancelToken,
) -> Result<Vec<Alert>> {
    if lists.is_empty() {
        return Ok(Vec::new());
    }
    let indicators: Vec<&Indicator> = lists.keys().collect();
    let mut alerts = Vec::new();
    for (place, values) in values(case, &indicators, cancel)? {
        let hits = events(case, &values, cancel)?;
        if !hits.is_empty() {
            let indicator = indicators[place];
            alerts.push(alert(indicator, &lists[indicator], values, hits));
        }
    }
    Ok(alerts)
}

/// Returns the values in which indicators are found.
fn values(case: &Case, indicators: &[&Indicator], cancel: &CancelToken) -> Result<Found> {
    let (lookup, found) = (Arc::new(Lookup::new(indicators)), Arc::new(Mutex::new(Found::new())));
    let kinds: BTreeSet<IndicatorKind> = indicators.iter().map(|indicator| indicator.kind).collect();
    let known: BTreeSet<String> = case.field_names().into_iter().collect();
    let fields = FIELDS.iter().filter(|(kind, _)| kinds.contains(kind));
    let fields = fields.flat_map(|(kind, fields)| fields.iter().map(move |field| (*kind, *field)));
    let tests: Vec<ValueTest> = fields
        .filter(|(_, field)| known.contains(*field))
        .map(|(kind, field)| {
            let (lookup, found) = (lookup.clone(), found.clone());
            let matches = move |value: &str| {
                let Some(place) = lookup.place(kind, value) else { return false };
                let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                found.entry(place).or_default().insert((field.to_owned(), value.to_owned()));
                true
            };
            ValueTest { field: field.to_owned(), view: None, needles: Vec::new(), matches: Box::new(matches) }
        })
        .collect();
    let queries: Vec<RowQuery> = (0..tests.len()).map(RowQuery::Test).collect();
    let batches = case.index().batches().iter().copied().collect();
    case.index().select(&tests, &queries, &batches, cancel)?;
    drop(tests);
    let found = std::mem::take(&mut *found.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(found)
}

/// Returns the events that have one of these values, the earliest first.
fn events(case: &Case, values: &BTreeSet<(String, String)>, cancel: &CancelToken) -> Result<Vec<Hit>> {
    let mut by_field: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (field, value) in values {
        by_field.entry(field).or_default().insert(value.clone());
    }
    let test = |(field, values): (&str, BTreeSet<String>)| ValueTest {
        field: field.to_owned(),
        view: None,
        needles: Vec::new(),
        matches: Box::new(move |value: &str| values.contains(value)),
    };
    let tests: Vec<ValueTest> = by_field.into_iter().map(test).collect();
    let query = RowQuery::Or((0..tests.len()).map(RowQuery::Test).collect());
    let batches = case.index().batches().iter().copied().collect();
    let found = case.index().select(&tests, &[query], &batches, cancel)?;
    let mut hits: Vec<Hit> = found.into_values().flatten().flatten().collect();
    hits.sort_unstable_by_key(|hit| (hit.time, hit.source, hit.record));
    Ok(hits)
}

fn alert(
    indicator: &Indicator,
    lists: &[String],
    values: BTreeSet<(String, String)>,
    hits: Vec<Hit>,
) -> Alert {
    let severity = Severity::Medium;
    let times = || hits.iter().filter_map(|hit| hit.time);
    // One value of each field says where it was.
    let mut entity: Vec<(String, String)> = values.into_iter().collect();
    entity.dedup_by(|one, other| one.0 == other.0);
    let events = counted(hits.len() as u64, "event");
    Alert {
        detector: INDICATOR.to_owned(),
        title: format!("Known indicator seen: {}", indicator.value),
        why: format!(
            "{} ({}) is in the list {}; {events} have it.",
            indicator.value,
            indicator.kind,
            lists.join(", ")
        ),
        severity,
        confidence: CONFIDENCE,
        entity,
        start: times().min(),
        end: times().max(),
        attack: Vec::new(),
        tactics: Vec::new(),
        numbers: BTreeMap::from([
            ("confidence".to_owned(), CONFIDENCE),
            ("events".to_owned(), hits.len() as f64),
            ("lists".to_owned(), lists.len() as f64),
            ("weight".to_owned(), weight(severity)),
            ("score".to_owned(), weight(severity) * CONFIDENCE),
        ]),
        advice: None,
        hits,
    }
}

/// Indicators, to be found by a value.
struct Lookup {
    whole: HashMap<(IndicatorKind, String), usize>,
    /// The networks, by prefix length.
    networks: BTreeMap<u8, HashMap<IpNet, usize>>,
    /// Those that may stand inside a value, by kind, with their places.
    parts: Vec<(IndicatorKind, AhoCorasick, Vec<usize>)>,
}

impl Lookup {
    fn new(indicators: &[&Indicator]) -> Lookup {
        let mut lookup = Lookup { whole: HashMap::new(), networks: BTreeMap::new(), parts: Vec::new() };
        for (place, indicator) in indicators.iter().enumerate() {
            let net = network(&indicator.value).filter(|_| indicator.kind == IndicatorKind::Ip);
            match net.filter(|net| net.prefix_len() < net.max_prefix_len()) {
                Some(net) => drop(lookup.networks.entry(net.prefix_len()).or_default().insert(net, place)),
                None => drop(lookup.whole.insert((indicator.kind, indicator.value.clone()), place)),
            }
        }
        for kind in [IndicatorKind::Url, IndicatorKind::Agent] {
            let of = indicators.iter().enumerate().filter(|(_, indicator)| indicator.kind == kind);
            let (places, texts): (Vec<usize>, Vec<&str>) =
                of.map(|(place, indicator)| (place, indicator.value.as_str())).unzip();
            if let Ok(parts) = AhoCorasick::new(&texts)
                && !texts.is_empty()
            {
                lookup.parts.push((kind, parts, places));
            }
        }
        lookup
    }

    /// Returns the place of an indicator of a kind that a value has.
    fn place(&self, kind: IndicatorKind, value: &str) -> Option<usize> {
        let value = value.to_lowercase();
        let whole = |text: &str| self.whole.get(&(kind, text.to_owned())).copied();
        match kind {
            IndicatorKind::Ip => {
                let ip = value.parse::<IpAddr>().ok()?.to_canonical();
                whole(&ip.to_string()).or_else(|| self.within(ip))
            }
            IndicatorKind::Domain => {
                let name = value.trim_end_matches('.');
                let ends = name.match_indices('.').map(|(at, _)| &name[at + 1..]);
                std::iter::once(name).chain(ends).find_map(whole)
            }
            IndicatorKind::Url | IndicatorKind::Agent => {
                let (_, parts, places) = self.parts.iter().find(|(known, ..)| *known == kind)?;
                parts.find(&value).map(|found| places[found.pattern().as_usize()])
            }
            IndicatorKind::File => {
                let ends = value.match_indices(['/', '\\', ' ']).map(|(at, _)| &value[at + 1..]);
                std::iter::once(value.as_str()).chain(ends).find_map(whole)
            }
            IndicatorKind::Hash | IndicatorKind::Email | IndicatorKind::User => whole(&value),
        }
    }

    fn within(&self, ip: IpAddr) -> Option<usize> {
        self.networks.iter().rev().find_map(|(length, networks)| {
            let net = IpNet::new(ip, *length).ok()?.trunc();
            networks.get(&net).copied()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_whole_below_within_and_inside() {
        let of = |text: &str, kind| Indicator::new(kind, text).expect(text);
        let all = [
            of("203.0.113.7", None),
            of("198.51.100.0/24", None),
            of("evil.example", None),
            of("http://bad.example/x", None),
            of("sqlmap", Some(IndicatorKind::Agent)),
            of("tmp/.x", Some(IndicatorKind::File)),
        ];
        let lookup = Lookup::new(&all.iter().collect::<Vec<_>>());
        use IndicatorKind::{Agent, Domain, File, Ip, Url};
        for (kind, value, place) in [
            (Ip, "203.0.113.7", Some(0)),
            (Ip, "::ffff:203.0.113.7", Some(0)),
            (Ip, "198.51.100.200", Some(1)),
            (Ip, "198.51.101.1", None),
            (Domain, "a.b.Evil.example", Some(2)),
            (Domain, "notevil.example", None),
            (Url, "http://bad.example/x?y=1", Some(3)),
            (Agent, "Mozilla (sqlmap/1.7)", Some(4)),
            (File, "/var/tmp/.x", Some(5)),
            (File, "/var/tmp/.xy", None),
        ] {
            assert_eq!(lookup.place(kind, value), place, "{kind} {value}");
        }
    }
}
