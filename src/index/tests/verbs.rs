//! Scenes in which one answer is easily got wrong.

use super::made::{
    SampleEvent, all, count, event, index_of, is, leaf, open, pattern, publish_crowded, publish_segments,
    source_id,
};
use super::oracle;
use crate::error::ErrorKind;
use crate::index::{CancelToken, Order, Request, TermOrder};
use crate::query::{Expr, FieldRef, Leaf, Op, Scalar, Test};
use crate::record::{TimeRange, Timestamp, Value};

fn text(text: &str) -> Value<'static> {
    Value::from(text.to_owned())
}

#[test]
fn a_bare_word_finds_numbers_and_addresses_as_they_are_written() {
    let ip = |text: &str| Value::Ip(text.parse().unwrap());
    let (_folder, index) = index_of(&[
        event(
            0,
            0,
            Some(1),
            &[("source.ip", ip("203.0.113.7")), ("http.response.status_code", Value::Long(404))],
        ),
        event(
            0,
            1,
            Some(2),
            &[("source.ip", ip("203.0.113.70")), ("http.response.status_code", Value::Long(4040))],
        ),
        event(
            0,
            2,
            Some(3),
            &[("source.ip", ip("2001:db8::1")), ("message", text("from ::ffff:203.0.113.7 port 404"))],
        ),
    ]);
    assert_eq!(count(&index, is(None, "404")), 2);
    assert_eq!(count(&index, is(None, "203.0.113.7")), 2);
    assert_eq!(count(&index, is(None, "2001:0DB8:0::1")), 1);
    assert_eq!(count(&index, is(None, "*404*")), 3);
    assert_eq!(count(&index, is(Some("source.ip"), "2001:0DB8:0::1")), 1);
    assert_eq!(count(&index, leaf(Some("source.ip"), Test::Cidr("203.0.113.0".parse().unwrap(), 24))), 2);
}

#[test]
fn free_text_is_exact_down_to_its_punctuation() {
    let (_folder, index) = index_of(&[
        event(0, 0, None, &[("message", text("GET ../../etc/passwd denied"))]),
        event(0, 1, None, &[("message", text("etc, passwd and group"))]),
    ]);
    assert_eq!(count(&index, is(None, "etc/passwd")), 2, "tokens, whatever separates them");
    assert_eq!(count(&index, is(None, "*etc/passwd*")), 1);
    assert_eq!(count(&index, is(None, "../")), 1);
    assert_eq!(count(&index, is(Some("message"), "pass")), 0);
    assert_eq!(count(&index, is(Some("message"), "pass*")), 2);
    assert_eq!(count(&index, leaf(Some("message"), Test::Regex("PASSWD (and|or)".into()))), 1);
}

#[test]
fn what_lacks_a_field_matches_the_negation_of_a_test_on_it() {
    let (_folder, index) = index_of(&[
        event(0, 0, Some(1), &[("user.name", text("alice"))]),
        event(0, 1, None, &[]),
        event(0, 2, Some(3), &[("user.name", text("bob")), ("user.name", text("ALICE"))]),
    ]);
    let not = |expr| Expr::Not(Box::new(expr));
    assert_eq!(count(&index, not(is(Some("user.name"), "alice"))), 1);
    assert_eq!(count(&index, not(leaf(Some("user.name"), Test::Exists))), 1);
    assert_eq!(count(&index, not(is(Some("labels.never"), "x"))), 3);
}

#[test]
fn events_of_one_moment_come_by_source_id_and_record_whatever_the_segments() {
    let made = |source, record| event(source, record, Some(7), &[]);
    let events: Vec<SampleEvent> = (0..40).map(|i| made((i * 7 % 4) as u8, i)).collect();
    let folder = tempfile::tempdir().unwrap();
    publish_segments(folder.path(), 1, &[events[..13].to_vec(), events[13..].to_vec()]);
    let index = open(folder.path(), &[(1, 40)]).unwrap();
    let request = all(Expr::All);
    for order in [Order::Newest, Order::Oldest] {
        let expected = oracle::hits(&events, &request, order);
        for (i, hit) in expected.iter().enumerate() {
            let next = index.page(&request, order, Some(hit), 1, &CancelToken::new()).unwrap();
            assert_eq!(next.first(), expected.get(i + 1));
        }
    }
}

#[test]
fn more_fields_than_there_is_room_for_are_found_all_the_same() {
    let name = |i: u64| format!("labels.{i}");
    let events: Vec<SampleEvent> = (0..2500)
        .map(|i| {
            event(
                0,
                i,
                Some(i as i64),
                &[(&name(i), text("Some Value")), ("labels.x", Value::Long(i as i64))],
            )
        })
        .collect();
    let (_folder, index) = index_of(&events);
    let folder = tempfile::tempdir().unwrap();
    publish_crowded(folder.path(), 1, &[events], 2000);
    let crowded = open(folder.path(), &[(1, 2500)]).unwrap();
    assert_eq!(crowded.fields(), index.fields());
    assert_eq!(crowded.fields().len(), 2501);
    for (expr, found) in [
        (is(None, "value"), 2500),
        (is(None, "labels"), 0),
        (is(Some("labels.2400"), "some value"), 1),
        (is(Some("labels.240"), "some value"), 1),
        (leaf(Some("labels.24000"), Test::Exists), 0),
    ] {
        assert_eq!(count(&crowded, expr), found);
    }
}

#[test]
fn a_cursor_need_not_be_an_event_that_is_there() {
    let (_folder, index) =
        index_of(&[event(1, 5, Some(10), &[]), event(1, 6, Some(20), &[]), event(1, 7, None, &[])]);
    let after = event(0, 0, Some(15), &[]).hit();
    let records = |order| {
        let page = index.page(&all(Expr::All), order, Some(&after), 9, &CancelToken::new()).unwrap();
        page.into_iter().map(|hit| hit.record).collect::<Vec<_>>()
    };
    assert_eq!(records(Order::Oldest), [6, 7]);
    assert_eq!(records(Order::Newest), [5, 7]);
}

#[test]
fn a_search_that_nobody_waits_for_stops() {
    let (_folder, index) = index_of(&[event(0, 0, Some(1), &[("user.name", text("a"))])]);
    let cancel = CancelToken::new();
    cancel.cancel();
    let request = all(is(None, "a"));
    assert_eq!(index.count(&request, &cancel).unwrap_err().kind(), ErrorKind::Interrupted);
    assert_eq!(
        index.top(&request, "user.name", TermOrder::Most, 1, &cancel).unwrap_err().kind(),
        ErrorKind::Interrupted
    );
    assert_eq!(count(&index, request.expr), 1, "nothing of the stopped search is remembered as its answer");
}

#[test]
fn what_an_index_cannot_know_is_a_usage_failure() {
    let (_folder, index) = index_of(&[event(0, 0, Some(1), &[])]);
    let whole = |field, test| Expr::Leaf(Leaf { field: Some(field), test });
    for expr in [
        whole(FieldRef::Tag, Test::Is(pattern("x"))),
        whole(FieldRef::Finding, Test::Exists),
        whole(FieldRef::Id, Test::Is(pattern("nonsense"))),
        leaf(Some("@timestamp"), Test::Compare(Op::Less, Scalar::Number(1.0))),
        leaf(None, Test::Regex("(".into())),
        leaf(None, Test::Regex("(a{1000}){1000}".into())),
    ] {
        let error = index.count(&all(expr.clone()), &CancelToken::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage, "{expr:?}");
    }
    index.top(&all(Expr::All), "@timestamp", TermOrder::Most, 1, &CancelToken::new()).unwrap_err();
}

#[test]
fn thousands_of_ids_are_one_search() {
    let events: Vec<SampleEvent> =
        (0..3000).map(|i| event((i % 3) as u8, i, Some(i as i64 / 9), &[])).collect();
    let (_folder, index) = index_of(&events);
    let id = |made: &SampleEvent| {
        let id = format!("{}:{}", &source_id(made.source).to_string()[..8], made.record);
        Expr::Leaf(Leaf { field: Some(FieldRef::Id), test: Test::Is(pattern(&id)) })
    };
    assert_eq!(count(&index, Expr::Or(events.iter().step_by(2).map(id).collect())), 1500);
}

/// Enough rows and values that blocks of rows and of dictionaries have ends and
/// neighbors, with a full, a sparse and a many-valued column.
fn many() -> Vec<SampleEvent> {
    let unique = |i: u64| text(&format!("{:016x}-Request-{i}", i.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    (0..70_000u64)
        .map(|i| {
            let mut values = vec![
                ("http.request.id", unique(i)),
                ("http.response.status_code", Value::Long(200 + (i % 7) as i64)),
            ];
            if i % 11 == 3 {
                values.push(("user.name", text(["root", "Admin", "bob"][(i % 3) as usize])));
            }
            (0..i % 4).for_each(|n| {
                values.push(("event.category", text(["web", "session", "network"][n as usize])))
            });
            event(0, i, (i % 100 != 42).then_some((i as i64 * 7919) % 65_537), &values)
        })
        .collect()
}

#[test]
fn large_columns_answer_as_small_ones_do() {
    let events = many();
    let folder = tempfile::tempdir().unwrap();
    publish_segments(folder.path(), 1, &[events[..60_000].to_vec(), events[60_000..].to_vec()]);
    let index = open(folder.path(), &[(1, events.len() as u64)]).unwrap();
    let cancel = CancelToken::new();
    let nanos = Timestamp::from_nanos;
    for expr in [
        is(Some("http.request.id"), "*-request-69*"),
        is(Some("user.name"), "root"),
        leaf(Some("user.name"), Test::Exists),
        is(Some("event.category"), "network"),
        is(Some("event.category"), "?e*"),
        is(None, "69999"),
        leaf(Some("http.response.status_code"), Test::Compare(Op::AtLeast, Scalar::Number(205.0))),
    ] {
        for window in [TimeRange::ALL, TimeRange { from: nanos(1000), to: nanos(50_000) }] {
            let request = Request { expr: expr.clone(), window };
            let found: Vec<SampleEvent> =
                events.iter().filter(|made| oracle::matches(made, &request)).cloned().collect();
            let whole = all(Expr::All);
            assert_eq!(index.count(&request, &cancel).unwrap(), found.len() as u64, "{request:?}");
            let hits = oracle::hits(&found, &whole, Order::Newest);
            assert_eq!(
                index.page(&request, Order::Newest, None, 50, &cancel).unwrap(),
                hits[..hits.len().min(50)]
            );
            for field in ["user.name", "event.category", "http.request.id"] {
                let mut tops = oracle::top(&found, &whole, field, TermOrder::Most);
                tops.truncate(5);
                assert_eq!(index.top(&request, field, TermOrder::Most, 5, &cancel).unwrap(), tops);
            }
            let edges: Vec<Timestamp> = (0..30).map(|i| nanos(i * 2500)).collect();
            assert_eq!(
                index.histogram(&request, &edges, Some("event.category"), 2, &cancel).unwrap(),
                oracle::histogram(&found, &whole, &edges, Some("event.category"), 2),
            );
        }
    }
}
