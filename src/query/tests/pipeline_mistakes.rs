//! What is refused in a pipeline, at which position, and with which words.

use super::*;

/// Checks that each stage, written after `x | `, is pointed at: at these words of it,
/// or at its end if there are none.
fn check(table: &[(&str, &str, &str, &str)]) {
    for (stage, place, message, hint) in table {
        let text = format!("x | {stage}");
        let diagnostic = match parse_pipeline(&text, &context()) {
            Err(diagnostic) => diagnostic,
            Ok(pipeline) => panic!("{text} is read as {pipeline}"),
        };
        assert_eq!(&text[diagnostic.span.clone()], *place, "{text}: {diagnostic:?}");
        assert!(diagnostic.message.contains(message), "{text}: {diagnostic:?}");
        assert!(diagnostic.hint.clone().unwrap_or_default().contains(hint), "{text}: {diagnostic:?}");
    }
}

#[test]
fn stages_that_are_none_lead_to_ours() {
    check(&[
        ("", "|", "missing after this pipe", "Stages are count, stats"),
        ("| head", "|", "missing after this pipe", ""),
        ("coutn by user", "coutn", "no stage `coutn`", "`count`"),
        ("timchart 5m", "timchart", "no stage", "`timechart`"),
        ("b", "b", "no stage `b`", "OR between alternatives"),
        ("\"b\"", "\"b\"", "a stage was expected", ""),
        ("summarize count() by user", "summarize", "no stage", "count by user.name"),
        ("limit 5", "limit", "no stage", "head 20"),
        ("table user, host", "table", "no stage", "--fields"),
        ("dedup user", "dedup", "no stage", "first by user.name"),
        ("order by count desc", "order", "no stage", "sort -count"),
        ("sum(bytes) by ip", "sum", "no stage", "stats sum(bytes)"),
        ("count | count by user", "count", "grouped already", "where, sort, head, tail"),
        ("head 5 | count", "count", "comes first", ""),
        ("where bytes > 5", "where", "no table yet", "bytes>100"),
    ]);
}

#[test]
fn what_a_grouping_stage_lacks_is_said() {
    check(&[
        ("count user", "user", "end of the query was expected", "count by user.name"),
        ("count by", "", "a field was expected", ""),
        ("count by | head", "|", "a field was expected", ""),
        ("count by stauts", "stauts", "no field", "`status`"),
        ("count by user.*", "user.*", "not the name of a field", "wildcards"),
        ("count by user:x", "user:x", "not the name of a field", ""),
        ("count by user host", "host", "a comma is missing", ""),
        ("count by user sort -count", "sort", "end of the query was expected", "Write | before sort."),
        ("count by user, user.name", "user.name", "already", ""),
        ("count by id", "id", "cannot be grouped", ""),
        ("count by time", "time", "cannot be grouped", "timechart"),
        ("count(user)", "user", "takes no field", "dc(user)"),
        ("count as", "", "column's name was expected", ""),
        ("count as \"\"", "\"\"", "needs a name", ""),
        ("count as user.name by user", "count as user.name by user", "two columns", "count as events"),
        ("stats", "", "a function was expected", "count, sum, avg"),
        ("stats by user", "by", "no function `by`", "count by"),
        ("stats sum(bytes), sum(bytes)", "stats sum(bytes), sum(bytes)", "two columns", ""),
        ("stats sum bytes", "bytes", "in parentheses was expected", "sum(bytes)"),
        ("stats sum(bytes, pid)", ",", "a ) was expected", "one field"),
        ("stats sum(bytes", "", "a ) was expected", ""),
        ("stats sum(bytes) avg(bytes)", "avg", "a comma is missing", ""),
        ("stats smu(bytes)", "smu", "no function", "`sum`"),
        ("stats median(bytes)", "median", "no function", "`p50`"),
        ("stats earliest(time)", "earliest", "no function", "min(@timestamp)"),
        ("stats p101(bytes)", "p101", "no function", ""),
        ("stats sum(user)", "user", "takes numbers", "dc(user.name)"),
        ("stats max(ip)", "ip", "takes numbers", "dc(source.ip)"),
        ("stats avg(time)", "time", "has times", "min(@timestamp)"),
        ("stats dc(id)", "id", "nothing can be computed", "count"),
        ("timechart 5", "5", "not an interval", "timechart 5m"),
        ("timechart span=5m", "span", "not an interval", "timechart 5m"),
        ("timechart count by user", "count", "not an interval", "always counts"),
        ("timechart 5m by user, ip", ",", "one field", ""),
        ("top", "", "a field was expected", ""),
        ("top 0 path", "0", "a number from 1", ""),
        ("top limit=5 path", "limit", "stands alone", "top 20"),
        ("top path, user", ",", "one field", "sort -count"),
        ("first user", "user", "`by` was expected", "head 1"),
    ]);
    assert!(parse_pipeline("x | stats sum(labels.size), max(labels.size)", &context()).is_ok());
}

#[test]
fn columns_that_are_not_there_are_listed() {
    check(&[
        (
            "count by user | sort -cuont",
            "cuont",
            "no column `cuont`",
            "`count`? The columns are user.name, count.",
        ),
        ("count by user | sort ip", "ip", "no column `ip`", "The columns are user.name, count."),
        ("count | sort bytes", "bytes", "no column", "The only column is count."),
        ("count by user | where \"x y\" = 1", "\"x y\"", "no column `x y`", ""),
        ("stats sum(bytes) | sort -sum(pid)", "sum(pid)", "no column `sum(pid)`", "sum(bytes)"),
        ("sort sum(bytes)", "sum", "rows are events", "stats sum(bytes)"),
        ("sort finding", "finding", "cannot be compared", ""),
        ("first by user | sort stauts", "stauts", "no field", "`status`"),
    ]);
}

#[test]
fn mistakes_in_row_stages_are_pointed_at() {
    check(&[
        ("head five", "five", "the number of rows was expected", "head 20"),
        ("head -5", "-5", "the number of rows was expected", "head 20"),
        ("head 0", "0", "a number from 1", ""),
        ("tail 5x", "5x", "not a whole number", ""),
        ("head 5 6", "6", "end of the query was expected", ""),
        ("count | sort", "", "a column was expected", "count"),
        ("count | sort -", "", "a column was expected", "count"),
        ("count | sort count desc", "desc", "before the column", "sort -count"),
        ("count | sort by count", "by", "without `by`", "sort -count"),
        ("count | sort count, -count", "-count", "already", ""),
        ("count by user | sort count user", "user", "a comma is missing", ""),
        ("count | where", "", "a column was expected", ""),
        ("count | where count", "", "a comparison", "count > 100"),
        ("count | where count >", "", "a number, or a text in quotes", ""),
        ("count | where count > x", "x", "not a number", "count > 100"),
        ("count | where count > 4*", "4*", "not a number", ""),
        ("count by user | where user = root", "root", "in quotes", "\"root\""),
        ("count by user | where user:root", ":", "compared with =", "user = \"root\""),
        ("count by user | where user = \"root", "\"", "not closed", "Add a \""),
        ("count by ip | where ip = \"x\"", "\"x\"", "not an address", "before the first pipe"),
        ("count | where (count > 1", "(", "not closed", ")"),
        ("count | where (count > 1 count", "count", "`and`, `or` or a )", ""),
        ("count | where count > 1 count < 2", "count", "end of the query was expected", ""),
        ("count | where count > 1 and", "", "a column was expected", ""),
        ("count by message | where message > \"a\"", "\"a\"", "no order", ""),
        ("timechart | where time > soon", "soon", "not a time", "2026"),
    ]);
    for open in ["(", "not ", "!"] {
        let text = format!("x | count | where {}", open.repeat(10_000));
        assert!(parse_pipeline(&text, &context()).is_err());
    }
}

#[test]
fn a_pipe_is_refused_where_no_table_can_be_shown() {
    let wrong = |text: &str| parse(text, &context()).expect_err(text);
    assert_eq!(
        wrong("a | count by user").render("a | count by user").lines().nth(1),
        Some("    ^^^^^^^^^^^^^^^ pipes are allowed only where a table can be shown")
    );
    for text in ["(a | count)", "user:(a|b)", "(a | count"] {
        let diagnostic = wrong(text);
        assert!(diagnostic.message.contains("inside parentheses"), "{text}: {diagnostic:?}");
        assert_eq!(parse_pipeline(text, &context()), Err(diagnostic));
    }
    assert_eq!(wrong("a AND | count").span, 6..6);
}
