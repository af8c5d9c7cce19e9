//! The index is one of tantivy: the bytes that its own writers make, and what its own
//! reader answers.

use std::fs;
use std::net::{IpAddr, Ipv6Addr};
use std::ops::Bound;
use std::path::Path;

use tantivy::aggregation::agg_req::Aggregations;
use tantivy::aggregation::{AggContextParams, AggregationCollector};
use tantivy::collector::Count;
use tantivy::columnar::{ColumnType, ColumnarWriter, NumericalValue};
use tantivy::query::{AllQuery, ExistsQuery, Query, RangeQuery};
use tantivy::{DateTime, Searcher, Term};

use super::made::{SampleEvent, count, dir, event, index_of, is, leaf, source_id};
use crate::index::companion_files::companion_files;
use crate::index::schema::{FORMAT, RECORD, SOURCE, custom_column};
use crate::query::{Op, Scalar, Test};
use crate::record::Value;

const SECOND: i64 = 1_000_000_000;

fn ip(i: u64) -> IpAddr {
    match i % 3 {
        0 => IpAddr::from([10, 0, (i / 256 % 4) as u8, i as u8]),
        1 => IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, i as u16]),
        _ => IpAddr::from([203, 0, 113, 7]),
    }
}

/// Events of every type and cardinality, in the order of their times.
fn events(n: u64) -> Vec<SampleEvent> {
    (0..n)
        .map(|i| {
            let mut values = vec![
                ("user.name", Value::from(format!("user {}", i * i % 97))),
                ("http.response.status_code", Value::from(200 + (i % 5) as i64)),
                ("source.ip", Value::Ip(ip(i))),
                ("labels.count", Value::from(i as i64 % 7)),
            ];
            if i % 2 == 0 {
                values.push(("event.category", Value::from("web")));
                values.push(("event.category", Value::from(format!("category {}", i % 3))));
                values.push(("labels.took", Value::Float(i as f64 / 8.0)));
                values.push(("labels.ok", Value::from(i % 4 == 0)));
            }
            if i % 3 == 0 {
                let text = format!("2026-03-01T10:00:{:02}.000000000Z", i % 60);
                values.push(("event.start", Value::from(text)));
                values.push(("url.path", Value::from(format!("/a/{i}"))));
            }
            event(1, i, Some(i as i64 * SECOND), &values)
        })
        .collect()
}

fn v6(ip: IpAddr) -> Ipv6Addr {
    match ip {
        IpAddr::V4(v4) => v4.to_ipv6_mapped(),
        IpAddr::V6(v6) => v6,
    }
}

/// Returns what tantivy's writer makes of the events.
fn written(events: &[SampleEvent]) -> Vec<u8> {
    let mut writer = ColumnarWriter::default();
    let mut texts: Vec<(u32, String, String)> = Vec::new();
    for (row, made) in (0u32..).zip(events) {
        let time = made.event.time.expect("each has one").timestamp.nanos();
        writer.record_datetime(row, "@timestamp", DateTime::from_timestamp_nanos(time));
        writer.record_column_type(RECORD, ColumnType::U64, false);
        writer.record_numerical(row, RECORD, NumericalValue::U64(made.record));
        texts.push((row, FORMAT.to_owned(), made.event.format.to_owned()));
        texts.push((row, SOURCE.to_owned(), source_id(made.source).to_string()));
        for (key, value) in made.event.fields() {
            let name = match key {
                crate::record::Key::Core(id) => id.name().to_owned(),
                crate::record::Key::Custom(name) => custom_column(name).unwrap(),
            };
            match value {
                Value::Text(text) if name == "event.start" => {
                    let time: crate::record::Timestamp = text.parse().unwrap();
                    writer.record_datetime(row, &name, DateTime::from_timestamp_nanos(time.nanos()));
                }
                Value::Text(text) => texts.push((row, name, text.to_string())),
                Value::Long(n) => writer.record_numerical(row, &name, *n),
                Value::Float(n) => writer.record_numerical(row, &name, *n),
                Value::Bool(yes) => writer.record_bool(row, &name, *yes),
                Value::Ip(ip) => writer.record_ip_addr(row, &name, v6(*ip)),
            }
        }
    }
    // A row's texts are written sorted, each once.
    texts.sort();
    texts.dedup();
    texts.iter().for_each(|(row, name, text)| writer.record_str(*row, name, text));
    let mut bytes = Vec::new();
    writer.serialize(events.len() as u32, None, &mut bytes).unwrap();
    bytes
}

/// Returns the file of the index that ends so, without the footer.
fn body(folder: &Path, ending: &str) -> Vec<u8> {
    let mut paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let path = paths.find(|path| path.extension().is_some_and(|found| found == ending)).unwrap();
    let mut bytes = fs::read(path).unwrap();
    let at = bytes.len() - 8;
    let length = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    bytes.truncate(at - length);
    bytes
}

#[test]
fn a_columnar_file_is_byte_for_byte_that_of_tantivys_writer() {
    for n in [1, 2, 7, 600, 3000] {
        let events = events(n);
        let (folder, _index) = index_of(&events);
        let (ours, theirs) = (body(folder.path(), "fast"), written(&events));
        assert_eq!(ours.len(), theirs.len(), "{n} events");
        assert!(ours == theirs, "{n} events: the first byte that differs is {:?}", {
            ours.iter().zip(&theirs).position(|(one, other)| one != other)
        });
    }
}

/// Opens an index as any program with tantivy does.
fn searcher(folder: &Path) -> Searcher {
    let index = tantivy::Index::open_in_dir(folder).unwrap();
    assert!(index.validate_checksum().unwrap().is_empty());
    index.reader().unwrap().searcher()
}

fn counted(searcher: &Searcher, query: &dyn Query) -> u64 {
    searcher.search(query, &Count).unwrap() as u64
}

#[test]
fn tantivys_own_reader_counts_what_we_count() {
    let events = events(1000);
    let (folder, index) = index_of(&events);
    let searcher = searcher(folder.path());
    let field = |name: &str| searcher.schema().get_field(name).unwrap();
    assert_eq!(counted(&searcher, &AllQuery), 1000);
    let status = |from: i64| {
        let field = field("http.response.status_code");
        RangeQuery::new(Bound::Included(Term::from_field_i64(field, from)), Bound::Unbounded)
    };
    for from in [199, 202, 204, 205] {
        let ours =
            leaf(Some("http.response.status_code"), Test::Compare(Op::AtLeast, Scalar::Number(from as f64)));
        assert_eq!(counted(&searcher, &status(from)), count(&index, ours), "{from}");
    }
    for name in ["url.path", "event.category", "source.ip", "event.start", "custom.labels.took"] {
        let ours = leaf(Some(name.trim_start_matches("custom.")), Test::Exists);
        let theirs = ExistsQuery::new(name.to_owned(), true);
        assert_eq!(counted(&searcher, &theirs), count(&index, ours), "{name}");
    }
    let address = |ip: IpAddr| Bound::Included(Term::from_field_ip_addr(field("source.ip"), v6(ip)));
    for i in [0, 1, 2] {
        let theirs = RangeQuery::new(address(ip(i)), address(ip(i)));
        assert_eq!(counted(&searcher, &theirs), count(&index, is(Some("source.ip"), &ip(i).to_string())));
    }
}

#[test]
fn tantivys_aggregations_read_every_kind_of_column() {
    let events = events(1000);
    let (folder, index) = index_of(&events);
    let request: Aggregations = serde_json::from_value(serde_json::json!({
        "users": {"terms": {"field": "user.name", "size": 1000}},
        "addresses": {"terms": {"field": "source.ip", "size": 1000}},
        "counts": {"terms": {"field": "custom.labels.count", "size": 10}},
        "minutes": {"date_histogram": {"field": "@timestamp", "fixed_interval": "60s"}},
        "took": {"stats": {"field": "custom.labels.took"}},
        "sources": {"terms": {"field": SOURCE}},
    }))
    .unwrap();
    let collector = AggregationCollector::from_aggs(request, AggContextParams::default());
    let found = searcher(folder.path()).search(&AllQuery, &collector).unwrap();
    let found = serde_json::to_value(found).unwrap();
    let buckets = |name: &str| found[name]["buckets"].as_array().unwrap().clone();
    for (name, field) in [("users", "user.name"), ("addresses", "source.ip"), ("counts", "labels.count")] {
        assert!(!buckets(name).is_empty(), "{name}");
        for bucket in buckets(name) {
            let value = match &bucket["key"] {
                serde_json::Value::String(text) => text.trim_start_matches("::ffff:").to_owned(),
                number => number.as_f64().unwrap().to_string(),
            };
            assert_eq!(bucket["doc_count"], count(&index, is(Some(field), &value)), "{value}");
        }
    }
    let minutes: Vec<u64> = buckets("minutes").iter().map(|b| b["doc_count"].as_u64().unwrap()).collect();
    assert_eq!(minutes, [vec![60; 16], vec![40]].concat());
    let sum: f64 = (0..1000).step_by(2).map(|i| f64::from(i) / 8.0).sum();
    assert_eq!(found["took"]["sum"], sum);
    assert_eq!(buckets("sources")[0]["key"], source_id(1).to_string());
}

#[test]
fn the_files_beside_the_columns_are_those_that_tantivy_writes_for_nothing() {
    let (folder, _index) = index_of(&events(3));
    for (ending, content) in companion_files().unwrap() {
        assert!(content.starts_with(&body(folder.path(), ending)), "{ending}");
    }
    dir(folder.path());
}
