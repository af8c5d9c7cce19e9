//! Times in every notation.

use super::*;

fn at(text: &str, context: &QueryContext<'_>) -> String {
    parse_time(text, context).map_or_else(|wrong| wrong.message, |moment| moment.to_string())
}

#[test]
fn times_are_read_in_every_notation() {
    let table = [
        ("2026-03-01", "2026-03-01T00:00:00.000000000Z"),
        ("2026-03", "2026-03-01T00:00:00.000000000Z"),
        ("2026", "2026-01-01T00:00:00.000000000Z"),
        ("20260301", "2026-03-01T00:00:00.000000000Z"),
        ("2026-03-01Z", "2026-03-01T00:00:00.000000000Z"),
        ("2026-03-01T10", "2026-03-01T10:00:00.000000000Z"),
        ("2026-03-01T10:00", "2026-03-01T10:00:00.000000000Z"),
        (" 2026-03-01 10:00:30 ", "2026-03-01T10:00:30.000000000Z"),
        ("2026-03-01t10:00:00z", "2026-03-01T10:00:00.000000000Z"),
        ("2026-03-01T10:00:00.5+01:00", "2026-03-01T09:00:00.500000000Z"),
        ("2026-03-01T10:00:00,123456789-0530", "2026-03-01T15:30:00.123456789Z"),
        ("2026-03-01T23:59:60Z", "2026-03-02T00:00:00.000000000Z"),
        ("now", "2026-03-04T00:00:00.000000000Z"),
        ("-2h", "2026-03-03T22:00:00.000000000Z"),
        ("+30m", "2026-03-04T00:30:00.000000000Z"),
        ("now-1d/d", "2026-03-03T00:00:00.000000000Z"),
        ("now-90m/h", "2026-03-03T22:00:00.000000000Z"),
        ("now/d+8h", "2026-03-04T08:00:00.000000000Z"),
        ("now/w", "2026-03-02T00:00:00.000000000Z"),
        ("now-1M/M", "2026-02-01T00:00:00.000000000Z"),
        ("now-1y/y", "2025-01-01T00:00:00.000000000Z"),
        ("now-2w-3s", "2026-02-17T23:59:57.000000000Z"),
        ("0", "1970-01-01T00:00:00.000000000Z"),
        ("1772582400", "2026-03-04T00:00:00.000000000Z"),
        ("1772582400.25", "2026-03-04T00:00:00.250000000Z"),
        ("1772582400123", "2026-03-04T00:00:00.123000000Z"),
        ("1772582400123456", "2026-03-04T00:00:00.123456000Z"),
        ("1772582400123456789", "2026-03-04T00:00:00.123456789Z"),
    ];
    for (text, wanted) in table {
        assert_eq!(at(text, &context()), wanted, "{text}");
    }
}

#[test]
fn what_is_no_time_is_refused() {
    for text in [
        "",
        "tomorrow",
        "2026-13-01",
        "2026-02-30",
        "2026-3-1",
        "10:00",
        "2026-03-01T24:00",
        "2026-03-01T10:60",
        "2026-03-01T10.5",
        "2026-03-01T10:00+25:00",
        "9999-01-01",
        "0001-01-01",
        "now-",
        "now-1",
        "now-1q",
        "now/",
        "now-99999999999999999999d",
        "now+9999y",
        "-h",
        "99999999999999999999",
        "1772582400.",
        "2026-03-01T",
        "1e9",
        "٢٠٢٦-٠٣-٠١",
    ] {
        assert!(parse_time(text, &context()).is_err(), "{text}");
    }
}

#[test]
fn a_day_in_a_zone_is_that_zones_day() {
    let berlin = QueryContext { zone: "Europe/Berlin".parse().expect("known"), ..context() };
    let expr = parse("@timestamp:2026-03-29", &berlin).expect("a day of 23 hours");
    assert_eq!(expr.to_string(), "@timestamp:[2026-03-28T23:00:00Z TO 2026-03-29T22:00:00Z}");
    assert_eq!(at("2026-03-01T10:00Z", &berlin), "2026-03-01T10:00:00.000000000Z");
    assert_eq!(at("now/d", &berlin), "2026-03-03T23:00:00.000000000Z");
}

#[test]
fn a_local_time_that_is_twice_or_never_is_read_as_the_zone_does() {
    let berlin = QueryContext { zone: "Europe/Berlin".parse().expect("known"), ..context() };
    assert_eq!(at("2025-10-26T02:30", &berlin), "2025-10-26T00:30:00.000000000Z");
    assert_eq!(at("2025-03-30T02:30", &berlin), "2025-03-30T01:30:00.000000000Z");
}

#[test]
fn hours_are_spans_and_days_are_of_the_calendar_when_clocks_change() {
    let zone = "Europe/Berlin".parse().expect("known");
    let now = parse_time("2026-03-29T12:00:00Z", &context()).expect("a time");
    let context = QueryContext { zone, now, ..context() };
    assert_eq!(at("-24h", &context), "2026-03-28T12:00:00.000000000Z");
    assert_eq!(at("-1d", &context), "2026-03-28T13:00:00.000000000Z");
}
