//! What holds for every tree and every text.

use std::ops::Range;

use proptest::prelude::*;
use proptest::sample::select;

use super::pipeline_trees::pipeline;
use super::trees::{expr, text};
use super::*;
use crate::record::fields;

/// Pieces of queries, in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = select(vec![
        "(",
        ")",
        "a",
        ":",
        "user:",
        "labels.x",
        "\"",
        "AND",
        " ",
        "NOT",
        "[",
        "]",
        "{",
        "}",
        " TO ",
        "*",
        "?",
        "/",
        ">",
        "<",
        "=",
        "!",
        "\\",
        "-",
        "+",
        "|",
        "&&",
        "||",
        "status",
        "@timestamp",
        "now",
        "/d",
        "ip:",
        "::1",
        "/8",
        "é",
        "北",
        "\u{10fffe}",
        "and",
        "or ",
        " Not ",
        "\t",
        "\u{1b}",
        "_exists_:",
        "id:",
        "\\u{",
        "41}",
        " | count by ",
        " | stats p99(",
        " | sort -",
        " | where count",
        " as ",
        ",",
        ")",
        " | head 5",
    ]);
    prop::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

/// Reads a text, looks at it from every side, and checks that nothing lies outside of it.
fn check_any(text: &str, cursor: usize) -> Result<(), TestCaseError> {
    let names = ["app".to_owned(), "labels.tier".to_owned()];
    let context = QueryContext { fields: &names, ..context() };
    match parse(text, &context) {
        Ok(expr) => prop_assert_eq!(parse(&expr.to_string(), &context), Ok(expr.clone()), "{}", expr),
        Err(diagnostic) => {
            prop_assert!(text.get(diagnostic.span.clone()).is_some(), "{:?}", diagnostic);
            let shown = diagnostic.render(text);
            prop_assert_eq!(crate::error::visible(&shown.replace('\n', " ")), shown.replace('\n', " "));
        }
    }
    match parse_pipeline(text, &context) {
        Ok(read) => {
            let text = read.to_string();
            prop_assert_eq!(parse_pipeline(&text, &context), Ok(read.clone()), "{}", text);
            explain_pipeline(&read);
        }
        Err(diagnostic) => prop_assert!(text.get(diagnostic.span.clone()).is_some(), "{:?}", diagnostic),
    }
    check_completion(text, complete_pipeline(text, cursor, &context).span, cursor)?;
    check_completion(text, complete(text, cursor, &context).span, cursor)?;
    let _ = parse_time(text, &context);
    Ok(())
}

/// Checks that what would be replaced lies around the cursor.
fn check_completion(text: &str, span: Range<usize>, cursor: usize) -> Result<(), TestCaseError> {
    let cursor = (0..=cursor.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    prop_assert!(text.get(span.clone()).is_some(), "{:?}", span);
    prop_assert!(span.start <= cursor && cursor <= span.end, "{:?}", span);
    Ok(())
}

proptest! {
    #[test]
    fn what_is_printed_reads_back_as_the_same_tree(expr in expr()) {
        let text = expr.to_string();
        let again = parse(&text, &context());
        prop_assert_eq!(again.as_ref(), Ok(&expr), "{}", text);
    }

    #[test]
    fn a_printed_pipeline_reads_back_as_the_same_tree(pipeline in pipeline()) {
        let text = pipeline.to_string();
        let again = parse_pipeline(&text, &context());
        prop_assert_eq!(again.as_ref(), Ok(&pipeline), "{}", text);
        prop_assert_eq!(crate::error::visible(&text), text);
    }

    #[test]
    fn what_is_printed_cannot_act_on_a_terminal(expr in expr()) {
        let text = expr.to_string();
        prop_assert_eq!(crate::error::visible(&text), text);
    }

    #[test]
    fn any_text_is_read_or_pointed_at(text in "\\PC{0,40}", cursor in 0usize..60) {
        check_any(&text, cursor)?;
    }

    #[test]
    fn any_pieces_are_read_or_pointed_at(text in pieces(), cursor in 0usize..80) {
        check_any(&text, cursor)?;
    }

    #[test]
    fn a_quoted_value_means_itself(value in text()) {
        for field in [fields::USER_NAME, fields::URL_PATH, fields::SOURCE_ADDRESS, fields::MESSAGE] {
            for text in [format!("{}:{}", field.name(), quote(&value)), format!("x {}:(a OR {})", field.name(), quote(&value))] {
                let expr = parse(&text, &context());
                let is = |expr: &Expr| matches!(expr, Expr::Leaf(Leaf { test: Test::Is(pattern), .. })
                    if pattern.text == value && !pattern.is_wild());
                let found = match &expr {
                    Ok(Expr::And(members)) => matches!(&members[1], Expr::Or(members) if is(&members[1])),
                    Ok(expr) => is(expr),
                    Err(_) => false,
                };
                prop_assert!(found, "{}: {:?}", text, expr);
            }
        }
    }

    #[test]
    fn a_pivot_gives_a_query_that_asks_for_the_value(base in expr(), value in text()) {
        prop_assume!(!value.is_empty());
        let base = base.to_string();
        let narrowed = include(&base, "user.name", &value, &context());
        let narrowed = narrowed.map_err(|wrong| TestCaseError::fail(format!("{wrong:?}")))?;
        let again = include(&narrowed, "user.name", &value, &context());
        prop_assert_eq!(again.as_ref(), Ok(&narrowed));
        let refused = exclude(&narrowed, "user.name", &value, &context()).expect("it was a query");
        prop_assert_eq!(include(&refused, "user.name", &value, &context()), Ok(narrowed));
    }
}
