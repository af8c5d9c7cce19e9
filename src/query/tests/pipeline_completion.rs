//! What is offered where in a pipeline.

use super::*;

/// Completes at the `^` in a text; returns the text that would be replaced and what is completed.
fn at(marked: &str) -> (String, PipelineCompletionKind) {
    let cursor = marked.find('^').expect("the text marks the cursor");
    let text = marked.replacen('^', "", 1);
    let completion = complete_pipeline(&text, cursor, &context());
    (text[completion.span].to_owned(), completion.kind)
}

/// Returns the replaced text and the first words that are offered.
fn offered(marked: &str, most: usize) -> (String, String) {
    match at(marked) {
        (replaced, PipelineCompletionKind::Words(words)) => {
            (replaced, words.iter().take(most).cloned().collect::<Vec<_>>().join(" "))
        }
        (_, other) => panic!("{marked}: {other:?}"),
    }
}

#[test]
fn words_are_offered_where_they_can_be_written() {
    let table = [
        ("x | ^", "", "count stats timechart top rare first last sort head tail"),
        ("x |co^", "co", "count"),
        ("x | t^op path", "top", "timechart top tail"),
        ("x | count | ^", "", "where sort head tail"),
        ("x | head 5 | ^", "", "sort head tail"),
        ("x | count ^", "", "by as"),
        ("x | stats ^", "", "count sum( avg( min( max( dc( p50( p95( p99("),
        ("x | stats p^", "p", "p50( p95( p99("),
        ("x | stats sum(bytes), m^", "m", "min( max("),
        ("x | stats sum(bytes) ^", "", "by as"),
        ("x | stats sum(bytes) as total ^", "", "by"),
        ("x | timechart ^", "", "1m 5m 1h 1d by"),
        ("x | timechart 5m ^", "", "by"),
        ("x | first ^", "", "by"),
        ("x | count by user | sort ^", "", "user.name count"),
        ("x | count by user | sort -c^", "c", "count"),
        ("x | count by user | sort -count, us^", "us", "user.name"),
        ("x | count by user | where co^", "co", "count"),
        ("x | count by user | where (co^", "co", "count"),
        ("x | count by user | where count > 5 ^", "", "and or"),
        ("x | count by user | where count > 5 and us^er", "user", "user.name"),
        ("x | stats p99(bytes) | sort -p^", "p", "p99(bytes)"),
        ("x | stats p99(bytes), count | sort -byt^", "byt", "p99(bytes)"),
        ("x | top path | where c^ | head", "c", "count"),
    ];
    for (text, replaced, words) in table {
        assert_eq!(offered(text, 20), (replaced.to_owned(), words.to_owned()), "{text}");
    }
}

#[test]
fn fields_are_offered_where_a_field_is_expected() {
    for (text, replaced, field) in [
        ("x | count by us^", "us", "user"),
        ("x | count by user, sta^", "sta", "status"),
        ("x | stats sum(by^", "by", "bytes"),
        ("x | stats sum(bytes) by me^ | head", "me", "method"),
        ("x | timechart 5m by out^", "out", "outcome"),
        ("x | top pa^", "pa", "path"),
        ("x | rare 20 pa^", "pa", "path"),
        ("x | first by us^er.name", "user.name", "user"),
        ("x | sort -by^", "by", "bytes"),
        ("x | first by user | where sta^", "sta", "status"),
    ] {
        assert_eq!(offered(text, 1), (replaced.to_owned(), field.to_owned()), "{text}");
    }
}

#[test]
fn values_of_a_column_are_offered_after_its_comparison() {
    let value = |field: &str, prefix: &str| PipelineCompletionKind::Value {
        field: field.to_owned(),
        prefix: prefix.to_owned(),
    };
    for (text, replaced, wanted) in [
        ("x | count by user | where user = ^", "", value("user.name", "")),
        ("x | count by user | where user=\"al^ice\" and", "\"alice\"", value("user.name", "al")),
        ("x | count by user | where user.name != al^", "al", value("user.name", "al")),
    ] {
        assert_eq!(at(text), (replaced.to_owned(), wanted), "{text}");
    }
}

#[test]
fn nothing_is_offered_where_no_word_can_be_known() {
    for text in [
        "x | head ^",
        "x | count as to^",
        "x | count by user ^",
        "x | count | where count ^",
        "x | count | where count > ^",
        "x | bogus ^",
        "x | count by \"us^",
        "x | count | where count = \"a\"^",
        "x | stats p99(bytes) | where p99(bytes) ^",
    ] {
        assert_eq!(offered(text, 1).1, "", "{text}");
    }
}

#[test]
fn before_the_first_pipe_a_query_is_completed_as_ever() {
    for (text, cursor) in [("user:al | count", 7), ("sta", 3), ("/a | b/ x", 5)] {
        let plain = complete(text, cursor, &context());
        let completion = complete_pipeline(text, cursor, &context());
        let kind = PipelineCompletionKind::Query(plain.kind);
        assert_eq!(completion, PipelineCompletion { span: plain.span, kind }, "{text}");
    }
}
