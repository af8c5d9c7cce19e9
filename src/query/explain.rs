//! A question in words: how it was read.

use super::{Expr, Leaf, Test};

/// Says how a query was read: its canonical form, and what is looked for everywhere.
pub fn explain(expr: &Expr) -> Vec<String> {
    let mut said = vec![match expr {
        Expr::All => "Read as: every event.".to_owned(),
        expr => format!("Read as: {expr}"),
    }];
    let mut words = Vec::new();
    bare(expr, &mut words);
    if !words.is_empty() {
        said.push(format!(
            "Without a field, so looked for in every value and in the free text: {}",
            words.join(", ")
        ));
    }
    said
}

/// Gathers what is looked for without a field.
fn bare(expr: &Expr, words: &mut Vec<String>) {
    match expr {
        Expr::All => {}
        Expr::And(members) | Expr::Or(members) => members.iter().for_each(|member| bare(member, words)),
        Expr::Not(inner) => bare(inner, words),
        Expr::Leaf(Leaf { field: None, test: Test::Is(pattern) }) => words.push(pattern.shown()),
        Expr::Leaf(Leaf { field: None, .. }) => words.push(expr.to_string()),
        Expr::Leaf(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::{QueryContext, parse};
    use super::*;
    use crate::record::{Timestamp, Zone};

    #[test]
    fn a_question_is_said_as_it_was_read() {
        let context = QueryContext { zone: Zone::UTC, now: Timestamp::from_secs(0), fields: &[] };
        let said = |text: &str| explain(&parse(text, &context).expect("it is a query"));
        assert_eq!(said("*"), ["Read as: every event."]);
        assert_eq!(said("user : root"), ["Read as: user.name:root"]);
        assert_eq!(
            said("user:root NOT (fail* or x)"),
            [
                "Read as: user.name:root AND NOT (fail* OR x)",
                "Without a field, so looked for in every value and in the free text: fail*, x"
            ]
        );
    }
}
