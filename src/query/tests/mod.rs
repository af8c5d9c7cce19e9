//! Does the language mean what it says, wherever it is read?
//!
//! Tables of meanings, mistakes, times and completions, and the laws that
//! hold for any text: printing and reading agree, and nothing panics.

mod completion;
mod laws;
mod meaning;
mod mistakes;
mod pipeline_completion;
mod pipeline_mistakes;
mod pipeline_trees;
mod pipelines;
mod pivots;
mod times;
mod trees;

use super::*;
use crate::record::{Timestamp, Zone};

/// A context in UTC at 2026-03-04 00:00, without fields of a case.
fn context() -> QueryContext<'static> {
    QueryContext { zone: Zone::UTC, now: Timestamp::from_secs(1_772_582_400), fields: &[] }
}

/// Reads a text and prints what it means.
fn printed(text: &str) -> String {
    match parse(text, &context()) {
        Ok(expr) => expr.to_string(),
        Err(diagnostic) => panic!("{}", diagnostic.render(text)),
    }
}

/// Checks what texts mean by their canonical text, which means the same.
fn check(table: &[(&str, &str)]) {
    for (text, wanted) in table {
        let got = printed(text);
        assert_eq!(got, *wanted, "{text}");
        assert_eq!(parse(&got, &context()), parse(text, &context()), "{text} printed as {got}");
    }
}
