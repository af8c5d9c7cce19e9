//! The same answers, found in the slowest and plainest way.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::made::{SampleEvent, source_id};
use crate::index::{Histogram, HistogramBucket, Hit, Order, Request, TermOrder, TopValues};
use crate::query::{Expr, FieldRef, Leaf, Op, Pattern, Scalar, Side, Test};
use crate::record::{FieldKind, TimeRange, Timestamp, Value, fields};

fn text(value: &Value<'_>) -> String {
    match value {
        Value::Ip(ip) => ip.to_canonical().to_string(),
        value => value.text().into_owned(),
    }
}

/// The distinct values of a field, as text.
pub fn values(made: &SampleEvent, field: &str) -> BTreeSet<String> {
    match field {
        "vestigo.format" => BTreeSet::from([made.event.format.to_owned()]),
        "vestigo.source" => BTreeSet::from([source_id(made.source).to_string()]),
        field => made.event.values(field).map(text).collect(),
    }
}

pub fn time(made: &SampleEvent) -> Option<Timestamp> {
    made.event.time.map(|stamp| stamp.timestamp)
}

pub fn matches(made: &SampleEvent, request: &Request) -> bool {
    let within =
        request.window == TimeRange::ALL || time(made).is_some_and(|time| request.window.contains(time));
    within && holds(made, &request.expr)
}

fn holds(made: &SampleEvent, expr: &Expr) -> bool {
    match expr {
        Expr::All => true,
        Expr::And(members) => members.iter().all(|member| holds(made, member)),
        Expr::Or(members) => members.iter().any(|member| holds(made, member)),
        Expr::Not(inner) => !holds(made, inner),
        Expr::Leaf(leaf) => holds_leaf(made, leaf),
    }
}

fn holds_leaf(made: &SampleEvent, Leaf { field, test }: &Leaf) -> bool {
    let any = |name: &str, kind| values(made, name).iter().any(|value| holds_value(value, test, kind));
    match field {
        None if *test == Test::Exists => true,
        None => made
            .event
            .fields()
            .iter()
            .any(|(_, value)| holds_value(&text(value), test, Some(FieldKind::Text))),
        Some(FieldRef::Core(fields::TIMESTAMP)) => time(made).is_some_and(|time| match test {
            Test::Exists => true,
            Test::Compare(op, Scalar::Timestamp(moment)) => fits(Some(time.cmp(moment)), *op),
            Test::Range(low, high) => {
                side(low, |scalar| moment_order(time, scalar)).0
                    && side(high, |scalar| moment_order(time, scalar)).1
            }
            test => holds_value(&time.to_string(), test, Some(FieldKind::Keyword)),
        }),
        Some(FieldRef::Core(id)) => any(id.name(), Some(id.field().kind)),
        Some(FieldRef::Custom(name)) => any(name, None),
        Some(FieldRef::Format) => any("vestigo.format", Some(FieldKind::Keyword)),
        Some(FieldRef::Source) => match test {
            Test::Is(pattern) if !pattern.is_wild() => {
                source_id(made.source).to_string().starts_with(&pattern.text.to_lowercase())
            }
            _ => any("vestigo.source", Some(FieldKind::Keyword)),
        },
        Some(FieldRef::Id) => match test {
            Test::Is(pattern) => {
                let (source, record) = pattern.text.split_once(':').unwrap();
                source_id(made.source).to_string().starts_with(source) && made.record.to_string() == record
            }
            _ => true,
        },
        Some(FieldRef::Tag | FieldRef::Finding) => unreachable!("the index knows none"),
    }
}

fn moment_order(time: Timestamp, scalar: &Scalar) -> Option<Ordering> {
    match scalar {
        Scalar::Timestamp(moment) => Some(time.cmp(moment)),
        _ => None,
    }
}

/// Whether a side holds if it is the lower one, and if it is the upper one.
fn side(side: &Side, order: impl Fn(&Scalar) -> Option<Ordering>) -> (bool, bool) {
    match side {
        Side::Open => (true, true),
        Side::Included(scalar) => (fits(order(scalar), Op::AtLeast), fits(order(scalar), Op::AtMost)),
        Side::Excluded(scalar) => (fits(order(scalar), Op::Greater), fits(order(scalar), Op::Less)),
    }
}

fn fits(order: Option<Ordering>, op: Op) -> bool {
    match op {
        Op::Less => order == Some(Ordering::Less),
        Op::AtMost => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        Op::Greater => order == Some(Ordering::Greater),
        Op::AtLeast => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    }
}

fn holds_value(value: &str, test: &Test, kind: Option<FieldKind>) -> bool {
    match test {
        Test::Exists => true,
        Test::Is(pattern) => is(value, pattern, kind),
        Test::Regex(text) => regex::Regex::new(&format!("(?i){text}")).unwrap().is_match(value),
        Test::Cidr(ip, prefix) => in_network(value, *ip, *prefix),
        Test::Compare(op, scalar) => fits(order(value, scalar), *op),
        Test::Range(low, high) => {
            side(low, |scalar| order(value, scalar)).0 && side(high, |scalar| order(value, scalar)).1
        }
    }
}

fn in_network(value: &str, ip: IpAddr, prefix: u8) -> bool {
    let bits = |ip: IpAddr| -> String {
        let octets = match ip {
            IpAddr::V4(v4) => v4.octets().to_vec(),
            IpAddr::V6(v6) => v6.octets().to_vec(),
        };
        octets.iter().map(|octet| format!("{octet:08b}")).collect()
    };
    value.parse::<IpAddr>().is_ok_and(|value| {
        let (value, network) = (bits(value), bits(ip));
        value.len() == network.len() && value[..prefix.into()] == network[..prefix.into()]
    })
}

fn order(value: &str, scalar: &Scalar) -> Option<Ordering> {
    match scalar {
        Scalar::Number(n) => {
            let numeric = value.chars().all(|c| c.is_ascii_digit() || "+-.eE".contains(c));
            value.parse::<f64>().ok().filter(|_| numeric)?.partial_cmp(n)
        }
        Scalar::Timestamp(moment) => {
            let time = chrono::DateTime::parse_from_rfc3339(value).ok()?;
            Some(Timestamp::from_nanos(time.timestamp_nanos_opt()?).cmp(moment))
        }
        Scalar::Ip(ip) => {
            value.parse::<IpAddr>().ok().filter(|v| v.is_ipv4() == ip.is_ipv4()).map(|v| v.cmp(ip))
        }
        Scalar::Text(text) => Some(folded(value).cmp(&folded(text))),
    }
}

fn folded(text: &str) -> Vec<char> {
    let one = |c: char| match c.to_lowercase().collect::<Vec<_>>()[..] {
        ['ς'] => 'σ',
        [lower] => lower,
        _ => c,
    };
    text.chars().map(one).collect()
}

fn words(chars: &[char]) -> Vec<String> {
    let spaced: String = chars.iter().map(|c| if c.is_alphanumeric() { *c } else { ' ' }).collect();
    spaced.split_whitespace().map(str::to_owned).collect()
}

fn is(value: &str, pattern: &Pattern, kind: Option<FieldKind>) -> bool {
    let (chars, wanted) = (folded(value), folded(&pattern.text));
    let wild = !pattern.quoted && pattern.is_wild();
    if kind == Some(FieldKind::Text) {
        return if wild { some_stretch(&chars, &wanted) } else { has_words(&chars, &wanted, pattern) };
    }
    if wild {
        return glob(&chars, &wanted);
    }
    let same_ip = || value.parse::<IpAddr>().is_ok_and(|ip| pattern.text.parse() == Ok(ip));
    let same_number = || {
        let plain = pattern.text.parse::<f64>().ok().filter(|n| n.is_finite());
        plain.is_some_and(|n| order(value, &Scalar::Number(n)) == Some(Ordering::Equal))
    };
    chars == wanted
        || (matches!(kind, None | Some(FieldKind::Ip)) && same_ip())
        || (kind == Some(FieldKind::Long) && same_number())
}

fn has_words(chars: &[char], wanted: &[char], pattern: &Pattern) -> bool {
    let literal = || !wanted.is_empty() && chars.windows(wanted.len()).any(|window| window == wanted);
    let has = |wanted: &[char]| {
        let wanted = words(wanted);
        !wanted.is_empty() && words(chars).windows(wanted.len()).any(|window| window == wanted)
    };
    if words(wanted).is_empty() {
        return literal();
    }
    let canonical = pattern.text.parse::<IpAddr>().map(|ip| ip.to_canonical().to_string());
    has(wanted) || canonical.is_ok_and(|ip| has(&ip.chars().collect::<Vec<_>>()))
}

/// Returns whether a stretch of a value matches, which begins and ends between words where
/// the pattern does.
fn some_stretch(chars: &[char], wanted: &[char]) -> bool {
    let word = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric());
    let edge = |c: &char| c.is_alphanumeric() || *c == Pattern::ONE;
    let (begins, ends) = (edge(&wanted[0]), edge(&wanted[wanted.len() - 1]));
    let outside = |from: usize| !(begins && from > 0 && word(chars.get(from - 1)));
    let starts = (0..=chars.len()).map(outside).collect();
    let found = reached(chars, wanted, starts);
    (0..=chars.len()).any(|to| found[to] && !(ends && word(chars.get(to))))
}

fn glob(chars: &[char], wanted: &[char]) -> bool {
    let mut starts = vec![false; chars.len() + 1];
    starts[0] = true;
    reached(chars, wanted, starts)[chars.len()]
}

/// Returns where a pattern can end that begins at one of these places.
fn reached(chars: &[char], wanted: &[char], mut places: Vec<bool>) -> Vec<bool> {
    for c in wanted {
        if *c == Pattern::ANY {
            let first = places.iter().position(|place| *place).unwrap_or(places.len());
            places[first..].fill(true);
            continue;
        }
        for at in (0..places.len()).rev() {
            places[at] = at > 0 && places[at - 1] && (*c == Pattern::ONE || chars[at - 1] == *c);
        }
    }
    places
}

/// Every hit, in order.
pub fn hits(events: &[SampleEvent], request: &Request, order: Order) -> Vec<Hit> {
    let mut hits: Vec<Hit> =
        events.iter().filter(|made| matches(made, request)).map(SampleEvent::hit).collect();
    hits.sort_by_key(|hit| (hit.time, hit.source, hit.record));
    let (untimed, mut timed): (Vec<_>, Vec<_>) = hits.into_iter().partition(|hit| hit.time.is_none());
    if order == Order::Newest {
        timed.reverse();
    }
    timed.into_iter().chain(untimed).collect()
}

pub fn span(events: &[SampleEvent], request: &Request) -> Option<(Timestamp, Timestamp)> {
    let times = || events.iter().filter(|made| matches(made, request)).filter_map(time);
    Some((times().min()?, times().max()?))
}

pub fn top(events: &[SampleEvent], request: &Request, field: &str, rank: TermOrder) -> Vec<TopValues> {
    let mut tops: BTreeMap<String, TopValues> = BTreeMap::new();
    for made in events.iter().filter(|made| matches(made, request)) {
        for value in values(made, field) {
            let top =
                tops.entry(value.clone()).or_insert(TopValues { value, count: 0, first: None, last: None });
            top.count += 1;
            top.first = [top.first, time(made)].into_iter().flatten().min();
            top.last = top.last.max(time(made));
        }
    }
    let mut tops: Vec<TopValues> = tops.into_values().collect();
    match rank {
        TermOrder::Most => tops.sort_by(|a, b| b.count.cmp(&a.count).then(a.value.cmp(&b.value))),
        TermOrder::Rarest => tops.sort_by(|a, b| a.count.cmp(&b.count).then(a.value.cmp(&b.value))),
    }
    tops
}

pub fn histogram(
    events: &[SampleEvent],
    request: &Request,
    edges: &[Timestamp],
    by: Option<&str>,
    series: usize,
) -> Histogram {
    let windows: Vec<TimeRange> =
        edges.windows(2).map(|pair| TimeRange { from: pair[0], to: pair[1] }).collect();
    let within: Vec<SampleEvent> = events
        .iter()
        .filter(|made| matches(made, request))
        .filter(|made| time(made).is_some_and(|time| windows.iter().any(|window| window.contains(time))))
        .cloned()
        .collect();
    let mut names: Vec<String> = by.map_or(Vec::new(), |by| {
        let tops = top(&within, request, by, TermOrder::Most);
        tops.into_iter()
            .map(|top| top.value)
            .filter(|value| !value.is_empty() && value != "…")
            .take(series)
            .collect()
    });
    let lacks = |made: &SampleEvent| {
        by.is_some_and(|by| values(made, by).is_empty() || values(made, by).contains(""))
    };
    let other = |made: &SampleEvent, names: &[String]| {
        by.is_some_and(|by| values(made, by).iter().any(|value| !value.is_empty() && !names.contains(value)))
    };
    let (none, others) = (within.iter().any(lacks), within.iter().any(|made| other(made, &names)));
    let series = names.clone();
    names.extend(none.then(String::new));
    names.extend(others.then(|| "…".to_owned()));
    let buckets = windows.into_iter().map(|window| {
        let inside = || within.iter().filter(|made| time(made).is_some_and(|time| window.contains(time)));
        let mut counts: Vec<u64> = series
            .iter()
            .map(|name| inside().filter(|made| values(made, by.unwrap()).contains(name)).count() as u64)
            .collect();
        counts.extend(none.then(|| inside().filter(|made| lacks(made)).count() as u64));
        counts.extend(others.then(|| inside().filter(|made| other(made, &series)).count() as u64));
        HistogramBucket { window, count: inside().count() as u64, by: counts }
    });
    Histogram { buckets: buckets.collect(), by: names }
}
