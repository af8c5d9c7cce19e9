//! What is wrong with a query, in words.

use crate::error::visible;
use crate::query::Diagnostic;

/// Describes what is wrong with a query, and what to try.
pub fn problem_text(problem: &Diagnostic) -> String {
    match &problem.hint {
        Some(hint) => format!("{} · {}", visible(&problem.message), visible(hint)),
        None => visible(&problem.message),
    }
}
