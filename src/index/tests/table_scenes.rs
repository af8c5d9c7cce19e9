//! Scenes in which one table is easily got wrong.

use super::made::{SampleEvent, all, event, index_of, open, publish_segments};
use crate::error::ErrorKind;
use crate::index::{CancelToken, Index, StatsPlan, StatsTable, TableLimits};
use crate::query::{Expr, FieldRef, Grouping, Measure, QueryContext, parse_pipeline};
use crate::record::{Timestamp, Value, Zone};

/// Reads what is computed, and by which fields.
fn grouping(text: &str) -> (Vec<Measure>, Vec<FieldRef>) {
    let context = QueryContext { zone: Zone::UTC, now: Timestamp::from_secs(0), fields: &[] };
    match parse_pipeline(&format!("* | {text}"), &context).unwrap().grouping {
        Some(Grouping::Stats { measures, by }) => (measures, by),
        _ => panic!("{text}"),
    }
}

fn table(index: &Index, text: &str, limits: TableLimits) -> crate::error::Result<StatsTable> {
    let (measures, by) = grouping(text);
    let plan = StatsPlan { measures: &measures, buckets: None, by: &by, limits };
    index.stats(&all(Expr::All), &plan, &CancelToken::new())
}

/// The rows as texts, `-` where there is no value.
fn rows(index: &Index, text: &str) -> Vec<String> {
    let table = table(index, text, TableLimits::default()).unwrap();
    let cell = |cell: &crate::index::TableCell| match cell {
        crate::index::TableCell::Missing => "-".to_owned(),
        cell => cell.to_string(),
    };
    table.rows.iter().map(|row| row.cells.iter().map(cell).collect::<Vec<_>>().join(" ")).collect()
}

fn text(text: &str) -> Value<'static> {
    Value::from(text.to_owned())
}

fn some() -> Vec<SampleEvent> {
    let (user, bytes) = ("user.name", "http.response.body.bytes");
    vec![
        event(0, 0, Some(10), &[(user, text("bob")), (bytes, Value::Long(10))]),
        event(0, 1, Some(20), &[(user, text("alice")), (bytes, Value::Long(i64::MAX))]),
        event(0, 2, Some(30), &[(user, text("alice")), (user, text("bob")), (bytes, Value::Long(i64::MAX))]),
        event(0, 3, None, &[(bytes, text("none of them")), ("labels.n", text("2.5"))]),
    ]
}

#[test]
fn a_row_for_each_value_and_one_for_none() {
    let (_folder, index) = index_of(&some());
    assert_eq!(rows(&index, "count by user"), ["alice 2", "bob 2", "- 1"]);
    assert_eq!(rows(&index, "count"), ["4"]);
    assert_eq!(
        rows(&index, "stats sum(bytes), dc(user), min(time) by user"),
        [
            "alice 18446744073709551614 2 1970-01-01T00:00:00.000000020Z",
            "bob 9223372036854775817 2 1970-01-01T00:00:00.000000010Z",
            "- - 0 -",
        ]
    );
    assert_eq!(
        rows(&index, "stats avg(labels.n), p50(bytes), sum(bytes), dc(labels.gone)"),
        ["2.5 9223372036854775807 18446744073709551624 0"]
    );
    let table = table(&index, "stats sum(bytes), count", TableLimits::default()).unwrap();
    assert_eq!(table.passed_over, [1, 0]);
}

#[test]
fn numbers_are_in_the_order_of_their_values() {
    let status = |i: u64, status| event(0, i, Some(1), &[("http.response.status_code", Value::Long(status))]);
    let (_folder, index) =
        index_of(&[status(0, 1000), status(1, 404), status(2, -5), event(0, 3, None, &[])]);
    assert_eq!(rows(&index, "count by status"), ["-5 1", "404 1", "1000 1", "- 1"]);
}

#[test]
fn too_many_groups_are_refused() {
    let (_folder, index) = index_of(&some());
    let limits = TableLimits { groups: 2, ..TableLimits::default() };
    let error = table(&index, "count by user", limits).unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string()),
        (ErrorKind::Usage, "there are more than 2 groups".to_owned())
    );
    let (_, by) = grouping("count by user");
    let pick = Some((crate::query::EventPick::First, &by[..]));
    index.event_values(&all(Expr::All), pick, &[], limits, &CancelToken::new()).unwrap_err();
    index.event_values(&all(Expr::All), None, &[], limits, &CancelToken::new()).unwrap_err();
}

#[test]
fn a_table_that_nobody_waits_for_stops_and_tags_are_refused() {
    let (_folder, index) = index_of(&some());
    let (measures, by) = grouping("count by user");
    let plan = StatsPlan { measures: &measures, buckets: None, by: &by, limits: TableLimits::default() };
    let cancel = CancelToken::new();
    cancel.cancel();
    assert_eq!(index.stats(&all(Expr::All), &plan, &cancel).unwrap_err().kind(), ErrorKind::Interrupted);
    let error = table(&index, "count by tag", TableLimits::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
}

/// Enough events for several blocks and several threads.
#[test]
fn many_events_are_grouped_across_blocks_and_segments() {
    let made = |i: u64| {
        let values = [
            ("user.name", text(&format!("user{}", i % 7))),
            ("http.response.body.bytes", Value::Long((i * i) as i64)),
            ("url.path", text(&format!("/{i}"))),
        ];
        event((i % 3) as u8, i, (i % 50 != 3).then_some(i as i64), &values[..])
    };
    let events: Vec<SampleEvent> = (0..70_000).map(made).collect();
    let folder = tempfile::tempdir().unwrap();
    publish_segments(folder.path(), 1, &[events[..30_000].to_vec(), events[30_000..].to_vec()]);
    let index = open(folder.path(), &[(1, 70_000)]).unwrap();
    let wanted: Vec<String> = (0..7u64)
        .map(|user| {
            let own = || (0..70_000u64).filter(move |i| i % 7 == user);
            let sum: u64 = own().map(|i| i * i).sum();
            let middle = own().nth((10_000u64 / 2 - 1) as usize).unwrap();
            format!("user{user} {} {sum} 10000 {}", own().count(), middle * middle)
        })
        .collect();
    assert_eq!(rows(&index, "stats count, sum(bytes), dc(path), p50(bytes) by user"), wanted);
    let limits = TableLimits { held: 10_000, ..TableLimits::default() };
    let rough = table(&index, "stats dc(path), p50(bytes), count by user", limits).unwrap();
    assert!(
        rough.rows.iter().all(|row| row.approximate == [1, 2]),
        "the bound is lowered where it is too much"
    );
}
