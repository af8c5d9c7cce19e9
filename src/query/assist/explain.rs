//! How a query was read, in words.

use super::super::ast::{Expr, Leaf, Test};

/// Explains how a query was read: its canonical form, and what is searched for everywhere.
pub fn explain(expr: &Expr) -> Vec<String> {
    let mut lines = vec![match expr {
        Expr::All => "Read as: every event.".to_owned(),
        expr => format!("Read as: {expr}"),
    }];
    let mut words = Vec::new();
    collect_bare_words(expr, &mut words);
    if !words.is_empty() {
        lines.push(format!(
            "Without a field, so searched for in every value and in the free text: {}",
            words.join(", ")
        ));
    }
    lines
}

/// Collects what is searched for without a field.
fn collect_bare_words(expr: &Expr, words: &mut Vec<String>) {
    match expr {
        Expr::All => {}
        Expr::And(members) | Expr::Or(members) => {
            members.iter().for_each(|member| collect_bare_words(member, words))
        }
        Expr::Not(inner) => collect_bare_words(inner, words),
        Expr::Leaf(Leaf { field: None, test: Test::Is(pattern) }) => words.push(pattern.shown()),
        Expr::Leaf(Leaf { field: None, .. }) => words.push(expr.to_string()),
        Expr::Leaf(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{QueryContext, parse};
    use super::*;
    use crate::record::{Timestamp, Zone};

    #[test]
    fn a_query_is_explained_as_it_was_read() {
        let context = QueryContext { zone: Zone::UTC, now: Timestamp::from_secs(0), fields: &[] };
        let explained = |text: &str| explain(&parse(text, &context).expect("it is a query"));
        assert_eq!(explained("*"), ["Read as: every event."]);
        assert_eq!(explained("user : root"), ["Read as: user.name:root"]);
        assert_eq!(
            explained("user:root NOT (fail* or x)"),
            [
                "Read as: user.name:root AND NOT (fail* OR x)",
                "Without a field, so searched for in every value and in the free text: fail*, x"
            ]
        );
    }
}
