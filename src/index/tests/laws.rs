//! Whatever the events, the segments and the order of import: the answers are
//! those of the oracle.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::select;

use super::made::{SampleEvent, event, index_of_two_batches, pattern, source_id};
use super::oracle;
use crate::index::{CancelToken, Index, Order, Request, Sum, TermOrder, Witness};
use crate::query::{Expr, FieldRef, Leaf, Op, Pattern, Scalar, Side, Test};
use crate::record::{Key, TimeRange, Timestamp, Value};

pub(super) const FIELDS: [&str; 10] = [
    "user.name",
    "source.ip",
    "http.response.status_code",
    "message",
    "event.start",
    "labels.a",
    "odd\0Näme",
    "labels.ab",
    "labels",
    "absent",
];

const TEXTS: [&str; 22] = [
    "root",
    "Root",
    "ROOT2",
    "failed password for root",
    "Failed  PASSWORD: for 'rooted'",
    "",
    "-",
    "../../etc/passwd",
    "/wp-login.php",
    "Ünïcode ΣΑΣ",
    "ünïcode σας",
    "404",
    "4.5",
    "-3",
    "10.0.0.1",
    "2001:db8::1",
    "GET /a HTTP/1.1",
    "2026-03-01T10:00:00Z",
    "a\nb",
    "password",
    "for",
    "x\0y",
];

const PATTERNS: [&str; 34] = [
    "root",
    "ROOT",
    "failed password",
    "password for",
    "*oo*",
    "root*",
    "*root",
    "r??t",
    "?oot",
    "*",
    "?",
    "",
    "-",
    "../",
    "*../*",
    "etc/passwd",
    "*etc/p*",
    "/wp-*",
    "*.php",
    "404",
    "0404",
    "4*",
    "4.50",
    "10.0.0.1",
    "10.0.*",
    "2001:0DB8::1",
    "2001:db8::1",
    "ünïcode",
    "σας",
    "ΣΑΣ",
    "f*d",
    "for root",
    "*a*s*",
    "true",
];

const REGEXES: [&str; 6] = ["^root", "o+t\\d?$", "pass(word|wd)", "^$", "Σ", "\\d{3}"];

const IPS: [&str; 6] = ["10.0.0.1", "10.0.0.2", "10.1.0.1", "2001:db8::1", "2001:db8::ff", "203.0.113.7"];

const TIMES: [i64; 7] = [i64::MIN, -1, 0, 1, 1_772_359_200_000_000_000, 1_772_359_200_000_000_001, i64::MAX];

fn value() -> impl Strategy<Value = Value<'static>> {
    prop_oneof![
        6 => select(&TEXTS[..]).prop_map(Value::from),
        2 => select(vec![404i64, 200, -3, 0, i64::MAX]).prop_map(Value::from),
        1 => select(vec![4.5f64, -3.0, 1e300, f64::NAN]).prop_map(Value::Float),
        1 => any::<bool>().prop_map(Value::from),
        2 => select(&IPS[..]).prop_map(|ip| Value::Ip(ip.parse().unwrap())),
    ]
}

pub(super) fn moment() -> impl Strategy<Value = Timestamp> {
    select(&TIMES[..]).prop_map(Timestamp::from_nanos)
}

type Parts = (Option<i64>, Vec<(&'static str, Value<'static>)>, u8);

fn parts() -> impl Strategy<Value = Parts> {
    let time = prop_oneof![4 => select(&TIMES[..]).prop_map(Some), 1 => Just(None)];
    (time, prop::collection::vec((select(&FIELDS[..9]), value()), 0..6), 0u8..4)
}

/// Events, with the segment to which each is dealt and in which order.
pub(super) fn dealt() -> impl Strategy<Value = (Vec<SampleEvent>, Vec<Vec<SampleEvent>>)> {
    prop::collection::vec((parts(), any::<u64>(), 0usize..4), 0..40).prop_map(|rows| {
        let mut records = [0u64; 4];
        let mut events = Vec::new();
        let mut segments: Vec<Vec<(u64, SampleEvent)>> = vec![Vec::new(); 4];
        for ((time, values, source), shuffle, segment) in rows {
            let record = records[usize::from(source)];
            records[usize::from(source)] += 1;
            let made = event(source, record, time, &values);
            events.push(made.clone());
            segments[segment].push((shuffle, made));
        }
        let segments = segments.into_iter().map(|mut segment| {
            segment.sort_by_key(|(shuffle, _)| *shuffle);
            segment.into_iter().map(|(_, made)| made).collect()
        });
        (events, segments.collect())
    })
}

fn scalar() -> impl Strategy<Value = Scalar> {
    prop_oneof![
        select(vec![404.0, 4.5, -3.0, 0.0, 1e19]).prop_map(Scalar::Number),
        moment().prop_map(Scalar::Timestamp),
        select(&IPS[..]).prop_map(|ip| Scalar::Ip(ip.parse().unwrap())),
        select(&TEXTS[..]).prop_map(|text| Scalar::Text(text.to_owned())),
    ]
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Open), scalar().prop_map(Side::Included), scalar().prop_map(Side::Excluded)]
}

fn op() -> impl Strategy<Value = Op> {
    select(vec![Op::Less, Op::AtMost, Op::Greater, Op::AtLeast])
}

fn any_pattern() -> impl Strategy<Value = Pattern> {
    let quoted = select(&TEXTS[..]).prop_map(|text| Pattern { text: text.to_owned(), quoted: true });
    prop_oneof![3 => select(&PATTERNS[..]).prop_map(pattern), 1 => quoted]
}

fn test() -> impl Strategy<Value = Test> {
    let cidr = (select(&IPS[..]), 0u8..=32).prop_map(|(ip, prefix)| Test::Cidr(ip.parse().unwrap(), prefix));
    prop_oneof![
        1 => Just(Test::Exists),
        8 => any_pattern().prop_map(Test::Is),
        1 => select(&REGEXES[..]).prop_map(|text| Test::Regex(text.to_owned())),
        1 => cidr,
        1 => (op(), scalar()).prop_map(|(op, scalar)| Test::Compare(op, scalar)),
        1 => (side(), side()).prop_map(|(low, high)| Test::Range(low, high)),
    ]
}

fn time_test() -> impl Strategy<Value = Test> {
    let side = || {
        let moment = || moment().prop_map(Scalar::Timestamp);
        prop_oneof![Just(Side::Open), moment().prop_map(Side::Included), moment().prop_map(Side::Excluded)]
    };
    prop_oneof![
        Just(Test::Exists),
        (op(), moment()).prop_map(|(op, moment)| Test::Compare(op, Scalar::Timestamp(moment))),
        (side(), side()).prop_map(|(low, high)| Test::Range(low, high)),
        Just(Test::Is(pattern("2026-03-01*"))),
    ]
}

fn leaf() -> impl Strategy<Value = Expr> {
    let named = |name: &'static str| match Key::from(name) {
        Key::Core(id) => FieldRef::Core(id),
        Key::Custom(name) => FieldRef::Custom(name.into_owned()),
    };
    let whole = |(field, test)| Expr::Leaf(Leaf { field: Some(field), test });
    let id = (0u8..5, 0u64..12, 8usize..=64).prop_map(|(source, record, digits)| {
        let text = format!("{}:{record}", &source_id(source).to_string()[..digits]);
        (FieldRef::Id, Test::Is(Pattern { text, quoted: false }))
    });
    let source = (0u8..5, 0usize..=64).prop_map(|(source, digits)| {
        let text = source_id(source).to_string()[..digits].to_uppercase();
        (FieldRef::Source, Test::Is(Pattern { text, quoted: false }))
    });
    prop_oneof![
        4 => any_pattern().prop_map(|pattern| Expr::Leaf(Leaf { field: None, test: Test::Is(pattern) })),
        1 => test().prop_map(|test| Expr::Leaf(Leaf { field: None, test })),
        9 => (select(&FIELDS[..]).prop_map(named), test()).prop_map(whole),
        1 => time_test().prop_map(move |test| whole((named("@timestamp"), test))),
        1 => id.prop_map(whole),
        1 => source.prop_map(whole),
        1 => Just(whole((FieldRef::Format, Test::Is(pattern("MADE.*"))))),
    ]
}

fn expr() -> impl Strategy<Value = Expr> {
    let base = prop_oneof![8 => leaf(), 1 => Just(Expr::All)];
    base.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::Or),
            inner.prop_map(|inner| Expr::Not(Box::new(inner))),
        ]
    })
}

fn window() -> impl Strategy<Value = TimeRange> {
    prop_oneof![Just(TimeRange::ALL), (moment(), moment()).prop_map(|(from, to)| TimeRange { from, to })]
}

pub(super) fn request() -> impl Strategy<Value = Request> {
    (expr(), window()).prop_map(|(expr, window)| Request { expr, window })
}

fn edges() -> impl Strategy<Value = Vec<Timestamp>> {
    prop::collection::vec(moment(), 0..6).prop_map(|mut edges| {
        edges.sort_unstable();
        edges
    })
}

fn by() -> impl Strategy<Value = Option<&'static str>> {
    let mut names = FIELDS.to_vec();
    names.extend(["vestigo.format", "vestigo.source"]);
    prop::option::of(select(names))
}

fn check_pages(index: &Index, events: &[SampleEvent], request: &Request, limit: usize) {
    for order in [Order::Newest, Order::Oldest] {
        let mut seen = Vec::new();
        loop {
            let page = index.page(request, order, seen.last(), limit, &CancelToken::new()).unwrap();
            assert!(page.len() <= limit);
            if page.is_empty() {
                break;
            }
            seen.extend(page);
        }
        assert_eq!(seen, oracle::hits(events, request, order), "{order:?}");
    }
}

/// What is asked: of which events, in which buckets, split by which field, in how many series.
type Asked = (Request, Vec<Timestamp>, Option<&'static str>, usize);

/// Holds an index of these segments, in two batches cut at one of them, against the oracle.
fn check_answers(
    events: &[SampleEvent],
    segments: &[Vec<SampleEvent>],
    asked: &[Asked],
    limit: usize,
    split: usize,
    room: usize,
) {
    let (_folder, index) = index_of_two_batches(segments, split, room);
    let cancel = CancelToken::new();
    assert_eq!(index.len(), events.len() as u64);
    check_sums(&index, segments, split);
    for (request, edges, by, series) in asked {
        let hits = oracle::hits(events, request, Order::Oldest);
        assert_eq!(index.count(request, &cancel).unwrap(), hits.len() as u64);
        check_pages(&index, events, request, limit);
        assert_eq!(index.span(request, &cancel).unwrap(), oracle::span(events, request));
        let histogram = index.histogram(request, edges, *by, *series, &cancel).unwrap();
        assert_eq!(histogram, oracle::histogram(events, request, edges, *by, *series));
        let ranks = [(TermOrder::Most, by.unwrap_or("message")), (TermOrder::Rarest, "labels.a")];
        for (rank, field) in ranks {
            let mut tops = oracle::top(events, request, field, rank);
            tops.truncate(limit);
            assert_eq!(index.top(request, field, rank, limit, &cancel).unwrap(), tops);
        }
    }
    check_fields(&index, events);
}

fn check_sums(index: &Index, segments: &[Vec<SampleEvent>], split: usize) {
    let witness = Witness::default();
    let mut sums = BTreeMap::from([(1, Sum::default()), (2, Sum::default())]);
    for (batch, segments) in [(1, &segments[..split]), (2, &segments[split..])] {
        for made in segments.iter().flatten() {
            let sum = witness.event(&source_id(made.source), made.record, &made.event);
            sums.get_mut(&batch).unwrap().add(sum);
        }
    }
    assert_eq!(index.sums(&witness).unwrap(), sums);
}

fn check_fields(index: &Index, events: &[SampleEvent]) {
    let fields = index.fields();
    assert!(fields.iter().all(|field| FIELDS.contains(&field.name.as_str())), "{fields:?}");
    for field in FIELDS {
        let everything = Request { expr: Expr::All, window: TimeRange::ALL };
        let mut tops = oracle::top(events, &everything, field, TermOrder::Most);
        let known = fields.iter().any(|info| info.name == field && info.values >= tops.len() as u64);
        assert!(known || tops.is_empty(), "{field}");
        tops.retain(|top| top.value.to_lowercase().starts_with("ro"));
        assert_eq!(index.values(field, "rO", 100, &CancelToken::new()).unwrap(), tops);
    }
}

/// Texts that [`lengthened`] makes longer than 32 KB.
const MADE_LONG: [&str; 6] = ["root", "Root", "404", "x\0y", "Ünïcode ΣΑΣ", "10.0.0.1"];

/// Returns an event in which some texts are longer than an ordinary column takes.
fn lengthened(made: &SampleEvent) -> SampleEvent {
    let filler = " -x".repeat(11_000);
    let values = made.event.fields().iter().map(|(key, value)| match value {
        Value::Text(text) if MADE_LONG.contains(&text.as_ref()) => {
            (key.name(), Value::from(format!("{text}{filler}")))
        }
        value => (key.name(), value.clone()),
    });
    let time = made.event.time.map(|time| time.timestamp.nanos());
    event(made.source, made.record, time, &values.collect::<Vec<_>>())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_answer_is_the_oracles_however_the_events_are_dealt(
        (events, segments) in dealt(),
        asked in prop::collection::vec((request(), edges(), by(), 0usize..4), 1..6),
        limit in 1usize..7,
        split in 0usize..=4,
        room in 0usize..=4,
    ) {
        check_answers(&events, &segments, &asked, limit, split, room);
    }
}

proptest! {
    // Long texts take long to compare.
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn long_texts_are_found_like_others(
        (events, segments) in dealt(),
        asked in prop::collection::vec((request(), edges(), by(), 0usize..4), 1..3),
        split in 0usize..=4,
        room in 0usize..=4,
    ) {
        let events: Vec<_> = events.iter().map(lengthened).collect();
        let segments: Vec<Vec<_>> =
            segments.iter().map(|events| events.iter().map(lengthened).collect()).collect();
        check_answers(&events, &segments, &asked, 5, split, room);
    }
}
