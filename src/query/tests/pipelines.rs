//! What pipelines mean, and what is refused in them.

use super::*;
use crate::record::fields;

/// Reads a text and prints the pipeline.
fn printed(text: &str) -> String {
    match parse_pipeline(text, &context()) {
        Ok(pipeline) => pipeline.to_string(),
        Err(diagnostic) => panic!("{}", diagnostic.render(text)),
    }
}

/// Checks what texts mean by their canonical text, which means the same.
fn check(table: &[(&str, &str)]) {
    for (text, wanted) in table {
        let got = printed(text);
        assert_eq!(got, *wanted, "{text}");
        assert_eq!(parse_pipeline(&got, &context()), parse_pipeline(text, &context()), "{text}");
    }
}

/// Returns the names of the columns of a query's table.
fn columns(text: &str) -> Vec<String> {
    let pipeline = parse_pipeline(text, &context()).expect(text);
    pipeline.columns().iter().flatten().map(TableColumn::name).collect()
}

#[test]
fn every_stage_is_read_and_printed() {
    check(&[
        ("x | count", "x | count"),
        ("| count by user, outcome", "* | count by user.name, event.outcome"),
        ("x|COUNT BY User|HEAD 5", "x | count by user.name | head 5"),
        ("x | stats count by ip", "x | count by source.ip"),
        ("x | count() as n by ip | sort -n", "x | count as n by source.ip | sort -n"),
        (
            "x | stats P50(bytes), p99.90(bytes), sum(Bytes) as \"all of it\", dc(src_ip), count by ip",
            "x | stats p50(bytes), p99.9(bytes), sum(bytes) as \"all of it\", dc(src_ip), count by source.ip",
        ),
        ("x | count, dc(user) by ip", "x | stats count, dc(user) by source.ip"),
        ("x | timechart", "x | timechart"),
        ("x | timechart 60m by outcome", "x | timechart 1h by event.outcome"),
        ("x | top path", "x | top url.path"),
        ("x | top 10 path", "x | top url.path"),
        ("x | rare 20 labels.tier", "x | rare 20 labels.tier"),
        ("x | first by user, ip", "x | first by user.name, source.ip"),
        ("x | last by format", "x | last by format"),
        ("x | sort -bytes, +user | head", "x | sort -http.response.body.bytes, user.name | head 10"),
        ("x | tail 3", "x | tail 3"),
        ("x | count by format | sort format", "x | count by format | sort vestigo.format"),
        (r"x | count by labels.a\ b | sort labels.a\ b", r"x | count by labels.a\ b | sort labels.a\ b"),
    ]);
}

#[test]
fn columns_are_named_by_name_by_field_and_by_function() {
    let stats = "x | stats sum(bytes) as total, p99(bytes), max(time) by user";
    for (written, printed) in [
        ("total", "total"),
        ("\"Total\"", "total"),
        ("sum(http.response.body.bytes)", "total"),
        ("P99(bytes)", "p99(bytes)"),
        ("p99( http.response.body.bytes )", "p99(bytes)"),
        ("user", "user.name"),
        ("username", "user.name"),
        ("\"max(time)\"", "max(time)"),
    ] {
        let text = format!("{stats} | sort -{written}");
        let pipeline = parse_pipeline(&text, &context()).expect(&text).to_string();
        assert!(pipeline.ends_with(&format!("| sort -{printed}")), "{pipeline}");
    }
    assert_eq!(columns(stats), ["user.name", "total", "p99(bytes)", "max(time)"]);
    assert_eq!(columns("x | timechart by outcome"), ["@timestamp", "event.outcome", "count"]);
    assert_eq!(columns("x | rare path | head 3"), ["url.path", "count"]);
    for events in ["x", "x | head 3", "x | first by user"] {
        assert_eq!(parse_pipeline(events, &context()).expect(events).columns(), None, "{events}");
    }
}

#[test]
fn conditions_are_joined_and_typed_by_their_column() {
    let table = [
        ("count > 100", "count > 100"),
        ("count>1e2 && user=\"root\"", "count > 100 and user.name = \"root\""),
        ("count == \"5\"", "count = 5"),
        (
            "not (count < 5 or count <= 6) and user != \"a b\"",
            "not (count < 5 or count <= 6) and user.name != \"a b\"",
        ),
        ("! count = 1 || count = 2 && count = 3", "not count = 1 or (count = 2 and count = 3)"),
        ("ip >= \"10.0.0.1\"", "source.ip >= 10.0.0.1"),
        ("status = 404", "http.response.status_code = 404"),
        ("labels.x = 5 or labels.x = \"5\"", "labels.x = 5 or labels.x = \"5\""),
        ("max(time) > \"2026-03-01\"", "max(time) >= 2026-03-02T00:00:00Z"),
        ("max(time) >= now-1d/d", "max(time) >= 2026-03-03T00:00:00Z"),
        (
            "max(time) = 2026-03-01 and count = 1",
            "max(time) >= 2026-03-01T00:00:00Z and max(time) < 2026-03-02T00:00:00Z and count = 1",
        ),
        (
            "max(time) != 2026-03-01",
            "not (max(time) >= 2026-03-01T00:00:00Z and max(time) < 2026-03-02T00:00:00Z)",
        ),
        ("message = \"x/ (y\"", "message = \"x\\/ (y\""),
    ];
    for (written, wanted) in table {
        let stats = "x | stats count, max(time) by user, ip, status, labels.x, message | where ";
        let got = printed(&format!("{stats}{written}"));
        assert_eq!(got.split_once(" | where ").map(|(_, condition)| condition), Some(wanted), "{written}");
        assert_eq!(printed(&got), got);
    }
}

#[test]
fn a_column_may_have_the_name_of_a_keyword() {
    check(&[
        ("x | count as not | where not not = 1", "x | count as not | where not not = 1"),
        ("x | count as by by user | sort by", "x | count as by by user.name | sort by"),
        ("x | count as and | where and = 1 and and = 2", "x | count as and | where and = 1 and and = 2"),
        ("x | count as \"a|b\" | sort -\"a|b\"", "x | count as \"a|b\" | sort -\"a|b\""),
    ]);
}

#[test]
fn a_pipe_inside_a_value_is_no_pipe() {
    for text in [
        "\"a | count\"",
        "/a|b/",
        "/a | count/",
        "user:/a|b/",
        r"a\|b",
        "user:\"a|b\"",
        "labels.x:[\"a|b\" TO \"c\"]",
        "a||b",
        "/a/||b",
    ] {
        let expr = parse(text, &context()).expect(text);
        assert_eq!(parse_pipeline(text, &context()), Ok(Pipeline::plain(expr)), "{text}");
    }
}

#[test]
fn an_expression_ends_at_a_pipe() {
    check(&[("ua:/a|b/|count", "user_agent.original:/a|b/ | count")]);
}

#[test]
fn a_query_without_pipes_means_the_same() {
    for text in ["", "*", "user:root OR x", "a b | head 3"] {
        let filter = parse(text.split('|').next().unwrap_or_default(), &context()).expect(text);
        let pipeline = parse_pipeline(text, &context()).expect(text);
        assert_eq!((&pipeline.filter, pipeline.is_plain()), (&filter, !text.contains('|')), "{text}");
    }
}

#[test]
fn functions_keep_the_name_that_is_written() {
    let pipeline = parse_pipeline("x | stats p99(BYTES) by host", &context()).expect("it is a query");
    let measured = MeasuredField {
        field: FieldRef::Core(fields::HTTP_RESPONSE_BODY_BYTES),
        written: "bytes".to_owned(),
    };
    let grouping = Grouping::Stats {
        measures: vec![Measure {
            quantity: Quantity::Of(Function::Percentile(9_900), measured),
            alias: None,
        }],
        by: vec![FieldRef::Core(fields::HOST_NAME)],
    };
    assert_eq!(pipeline.grouping, Some(grouping));
}
