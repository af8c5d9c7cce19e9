//! Pivots: a query narrowed by one value of a field.

use super::ast::{Expr, FieldRef, Leaf, Pattern, Test};
use super::context::QueryContext;
use super::diagnostic::Diagnostic;
use super::fields::resolve_field;
use super::lexical::Literal;
use super::normalize::join;
use super::syntax::{parse, quote};
use super::typed::value_test;

/// Returns the query that also requires a value of a field. If it requires or
/// excludes that value already, the requirement takes the place of that test.
///
/// # Errors
///
/// Fails if the text is not a query, or the value is not possible for this field.
pub fn include(
    text: &str,
    field: &str,
    value: &str,
    context: &QueryContext<'_>,
) -> Result<String, Diagnostic> {
    let wanted = Expr::Leaf(leaf(field, value, context)?);
    add_member(text, wanted, context)
}

/// Returns the query that also excludes a value of a field. If it requires or
/// excludes that value already, the exclusion takes the place of that test.
///
/// # Errors
///
/// Fails if the text is not a query, or the value is not possible for this field.
pub fn exclude(
    text: &str,
    field: &str,
    value: &str,
    context: &QueryContext<'_>,
) -> Result<String, Diagnostic> {
    let unwanted = Expr::Leaf(leaf(field, value, context)?);
    add_member(text, Expr::Not(Box::new(unwanted)), context)
}

/// Returns the query that requires a value of a field and nothing else.
///
/// # Errors
///
/// Fails if the value is not possible for this field.
pub fn only(field: &str, value: &str, context: &QueryContext<'_>) -> Result<String, Diagnostic> {
    Ok(Expr::Leaf(leaf(field, value, context)?).to_string())
}

/// Adds a member to a query; it replaces itself or its opposite.
fn add_member(text: &str, wanted: Expr, context: &QueryContext<'_>) -> Result<String, Diagnostic> {
    let members = match parse(text, context)? {
        Expr::And(members) => members,
        other => vec![other],
    };
    let leaf = tested_leaf(&wanted).cloned();
    let (mut kept, mut wanted) = (Vec::with_capacity(members.len() + 1), Some(wanted));
    for member in members {
        match tests_same(&member, leaf.as_ref()) {
            true => kept.extend(wanted.take()),
            false if member == Expr::All => {}
            false => kept.push(member),
        }
    }
    kept.extend(wanted);
    Ok(join(kept, Expr::And).to_string())
}

/// Returns the test that an expression requires or excludes.
fn tested_leaf(expr: &Expr) -> Option<&Leaf> {
    match expr {
        Expr::Leaf(leaf) => Some(leaf),
        Expr::Not(inner) => match &**inner {
            Expr::Leaf(leaf) => Some(leaf),
            Expr::All | Expr::And(_) | Expr::Or(_) | Expr::Not(_) => None,
        },
        Expr::All | Expr::And(_) | Expr::Or(_) => None,
    }
}

fn tests_same(expr: &Expr, leaf: Option<&Leaf>) -> bool {
    match (tested_leaf(expr), leaf) {
        (Some(one), Some(other)) => one.field == other.field && is_same_test(&one.test, &other.test),
        _ => false,
    }
}

/// Returns whether two tests of one field are the same: values are equal ignoring
/// case, in quotes or not.
fn is_same_test(one: &Test, other: &Test) -> bool {
    let plain = |pattern: &Pattern| pattern.quoted || !pattern.is_wild();
    match (one, other) {
        (Test::Is(one), Test::Is(other)) if plain(one) && plain(other) => {
            one.text.to_lowercase() == other.text.to_lowercase()
        }
        (one, other) => one == other,
    }
}

fn leaf(field: &str, value: &str, context: &QueryContext<'_>) -> Result<Leaf, Diagnostic> {
    let field = resolve_field(field, context).unwrap_or_else(|_| FieldRef::Custom(field.to_owned()));
    if value.is_empty() {
        return Err(Diagnostic::at(0..0, "an empty value cannot be searched for")
            .hint(format!("Search for NOT {field}:* to see the events without one.")));
    }
    let quoted = quote(value).starts_with('"');
    let pattern = Pattern { text: value.to_owned(), quoted };
    let test = value_test(Some(&field), Literal { pattern, verbatim: true, span: 0..0 }, context)?;
    Ok(Leaf { field: Some(field), test })
}
