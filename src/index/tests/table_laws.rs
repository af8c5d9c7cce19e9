//! Whatever the events, the segments and the order of import: the tables are
//! those of the oracle.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::laws::{FIELDS, dealt, moment, request};
use super::made::{SampleEvent, index_of_two_batches};
use super::oracle::{hits, values};
use super::oracle_tables::{self, Expected, GroupKey};
use crate::index::{CancelToken, Figure, Index, Order, Request, StatsPlan, TableCell, TableLimits};
use crate::query::{EventPick, FieldRef, Function, Measure, MeasuredField, Quantity};
use crate::record::{FieldKind, Key, Timestamp, fields};

fn field(name: &str) -> FieldRef {
    match name {
        "vestigo.format" => FieldRef::Format,
        "vestigo.source" => FieldRef::Source,
        name => match Key::from(name.to_owned()) {
            Key::Core(id) => FieldRef::Core(id),
            Key::Custom(name) => FieldRef::Custom(name.into_owned()),
        },
    }
}

fn by() -> impl Strategy<Value = Vec<FieldRef>> {
    let mut names = FIELDS.to_vec();
    names.extend(["vestigo.format", "vestigo.source"]);
    subsequence(names, 0..4).prop_shuffle().prop_map(|names| names.into_iter().map(field).collect())
}

fn function() -> impl Strategy<Value = Function> {
    use Function::{Average, Distinct, Max, Min, Percentile, Sum};
    select(vec![Distinct, Sum, Average, Min, Max, Percentile(0), Percentile(5000), Percentile(9900)])
}

fn measure() -> impl Strategy<Value = Measure> {
    let mut names = FIELDS.to_vec();
    names.extend(["@timestamp", "labels.a", "http.response.status_code"]);
    let of = |(function, name): (Function, &str)| {
        let field = field(name);
        let fits = field.kind() != Some(FieldKind::Date)
            || matches!(function, Function::Distinct | Function::Min | Function::Max);
        let function = if fits { function } else { Function::Max };
        Quantity::Of(function, MeasuredField { field, written: name.to_owned() })
    };
    let quantity = prop_oneof![1 => Just(Quantity::Count), 5 => (function(), select(names)).prop_map(of)];
    quantity.prop_map(|quantity| Measure { quantity, alias: None })
}

fn buckets() -> impl Strategy<Value = Option<Vec<Timestamp>>> {
    let edges = prop::collection::btree_set(moment(), 2..6);
    prop::option::weighted(0.3, edges.prop_map(|edges| edges.into_iter().collect()))
}

fn text(cell: &TableCell) -> Option<String> {
    (*cell != TableCell::Missing).then(|| cell.to_string())
}

/// Compares one cell; an approximate percentile may be off by half a percent.
fn check_cell(cell: &TableCell, expected: &Expected, approximate: bool, function: Option<Function>) {
    match (cell, expected) {
        (TableCell::Missing, Expected::Nothing) => {}
        (TableCell::Time(time), Expected::Time(wanted)) => assert_eq!(time, wanted),
        (TableCell::Number(_), Expected::Whole(_)) if approximate => {}
        (TableCell::Number(number), Expected::Whole(wanted)) => assert_eq!(*number, Figure::Whole(*wanted)),
        (TableCell::Number(number), Expected::Near(wanted, off)) => {
            let percent = if approximate { wanted.abs() * 0.005 + 1e-9 } else { 0.0 };
            let near = (number.as_f64() - wanted).abs() <= off.max(percent);
            assert!(near, "{function:?}: {number:?} is not {wanted}");
        }
        (cell, expected) => panic!("{function:?}: {cell:?} is not {expected:?}"),
    }
}

fn check_stats(index: &Index, events: &[SampleEvent], request: &Request, plan: &StatsPlan<'_>) {
    let table = index.stats(request, plan, &CancelToken::new()).unwrap();
    let keys = plan.by.len() + usize::from(plan.buckets.is_some());
    let expected = oracle_tables::stats(events, request, plan);
    let found: BTreeMap<GroupKey, _> =
        table.rows.iter().map(|row| (row.cells[..keys].iter().map(text).collect(), row)).collect();
    assert_eq!(found.len(), table.rows.len(), "each group once");
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    let mut others = vec![0; plan.measures.len()];
    for (row, wanted) in found.values().zip(expected.values()) {
        assert_eq!(row.cells.len(), keys + plan.measures.len());
        for (i, (wanted, different, other)) in wanted.iter().enumerate() {
            others[i] += other;
            let function = match &plan.measures[i].quantity {
                Quantity::Count => None,
                Quantity::Of(function, _) => Some(*function),
            };
            let bounded = matches!(function, Some(Function::Distinct | Function::Percentile(_)));
            let approximate = row.approximate.contains(&(keys + i));
            assert_eq!(approximate, bounded && *different > plan.limits.values);
            check_cell(&row.cells[keys + i], wanted, approximate, function);
        }
    }
    assert_eq!(table.passed_over, others);
    let starts = || table.rows.iter().filter(|_| plan.buckets.is_some()).map(|row| text(&row.cells[0]));
    let mut sorted: Vec<_> = starts().collect();
    sorted
        .sort_by_key(|start| start.as_ref().map(|text| chrono::DateTime::parse_from_rfc3339(text).unwrap()));
    assert_eq!(starts().collect::<Vec<_>>(), sorted);
}

fn check_picks(
    index: &Index,
    events: &[SampleEvent],
    request: &Request,
    by: &[FieldRef],
    shown: &[FieldRef],
) {
    let (limits, cancel) = (TableLimits::default(), CancelToken::new());
    for pick in [EventPick::First, EventPick::Last] {
        let rows = index.event_values(request, Some((pick, by)), shown, limits, &cancel).unwrap();
        let found: Vec<_> = rows.iter().map(|row| row.hit).collect();
        assert_eq!(found, oracle_tables::picked(events, request, pick, by), "{pick:?} {by:?}");
    }
    let rows = index.event_values(request, None, shown, limits, &cancel).unwrap();
    let found: Vec<_> = rows.iter().map(|row| row.hit).collect();
    assert_eq!(found, hits(events, request, Order::Oldest));
    for row in &rows {
        let made = events.iter().find(|made| made.hit() == row.hit).unwrap();
        for (cell, field) in row.cells.iter().zip(shown) {
            let own = match field {
                FieldRef::Core(fields::TIMESTAMP) => {
                    row.hit.time.map(|time| time.to_string()).into_iter().collect()
                }
                field => values(made, oracle_tables::name(field)),
            };
            let mut found = match cell {
                TableCell::Missing => Vec::new(),
                TableCell::Several(values) => values.iter().map(TableCell::to_string).collect(),
                one => vec![one.to_string()],
            };
            found.sort();
            assert_eq!(found, own.into_iter().collect::<Vec<_>>());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_table_is_the_oracles_however_the_events_are_dealt(
        (events, segments) in dealt(),
        asked in prop::collection::vec(
            (request(), prop::collection::vec(measure(), 1..5), buckets(), by(), select(vec![2usize, 100_000])), 1..6,
        ),
        split in 0usize..=4,
        room in 0usize..=4,
    ) {
        let (_folder, index) = index_of_two_batches(&segments, split, room);
        for (request, measures, buckets, by, values) in &asked {
            let limits = TableLimits { values: *values, ..TableLimits::default() };
            let plan = StatsPlan { measures, buckets: buckets.as_deref(), by, limits };
            check_stats(&index, &events, request, &plan);
            check_picks(&index, &events, request, by, &[by.clone(), vec![field("@timestamp")]].concat());
        }
    }
}
