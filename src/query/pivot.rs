//! A query narrowed by one value, as the screens' keys do it.

use super::given::Given;
use super::tree::joined;
use super::value::is;
use super::{Diagnostic, Expr, FieldRef, Leaf, Pattern, QueryContext, Test, names, parse, quote};

/// Gives the query that also demands a value of a field. Where it demands or
/// refuses that value already, it demands it in that place.
///
/// # Errors
///
/// The text is no query, or the value cannot be one of this field.
pub fn include(
    text: &str,
    field: &str,
    value: &str,
    context: &QueryContext<'_>,
) -> Result<String, Diagnostic> {
    let wanted = Expr::Leaf(leaf(field, value, context)?);
    with(text, wanted, context)
}

/// Gives the query that also refuses a value of a field. Where it demands or
/// refuses that value already, it refuses it in that place.
///
/// # Errors
///
/// The text is no query, or the value cannot be one of this field.
pub fn exclude(
    text: &str,
    field: &str,
    value: &str,
    context: &QueryContext<'_>,
) -> Result<String, Diagnostic> {
    let unwanted = Expr::Leaf(leaf(field, value, context)?);
    with(text, Expr::Not(Box::new(unwanted)), context)
}

/// Gives the query that demands a value of a field and nothing else.
///
/// # Errors
///
/// The value cannot be one of this field.
pub fn only(field: &str, value: &str, context: &QueryContext<'_>) -> Result<String, Diagnostic> {
    Ok(Expr::Leaf(leaf(field, value, context)?).to_string())
}

/// Adds a member to a query, in the place of itself or its opposite.
fn with(text: &str, wanted: Expr, context: &QueryContext<'_>) -> Result<String, Diagnostic> {
    let members = match parse(text, context)? {
        Expr::And(members) => members,
        other => vec![other],
    };
    let about = about(&wanted).cloned();
    let (mut kept, mut wanted) = (Vec::with_capacity(members.len() + 1), Some(wanted));
    for member in members {
        match about_same(&member, about.as_ref()) {
            true => kept.extend(wanted.take()),
            false if member == Expr::All => {}
            false => kept.push(member),
        }
    }
    kept.extend(wanted);
    Ok(joined(kept, Expr::And).to_string())
}

/// Gives the test that an expression demands or refuses.
fn about(expr: &Expr) -> Option<&Leaf> {
    match expr {
        Expr::Leaf(leaf) => Some(leaf),
        Expr::Not(inner) => match &**inner {
            Expr::Leaf(leaf) => Some(leaf),
            Expr::All | Expr::And(_) | Expr::Or(_) | Expr::Not(_) => None,
        },
        Expr::All | Expr::And(_) | Expr::Or(_) => None,
    }
}

fn about_same(expr: &Expr, leaf: Option<&Leaf>) -> bool {
    match (about(expr), leaf) {
        (Some(one), Some(other)) => one.field == other.field && asks_same(&one.test, &other.test),
        _ => false,
    }
}

/// Tells whether two tests of one field ask the same: values are equal without
/// case, in quotes or not.
fn asks_same(one: &Test, other: &Test) -> bool {
    let plain = |pattern: &Pattern| pattern.quoted || !pattern.is_wild();
    match (one, other) {
        (Test::Is(one), Test::Is(other)) if plain(one) && plain(other) => {
            one.text.to_lowercase() == other.text.to_lowercase()
        }
        (one, other) => one == other,
    }
}

fn leaf(field: &str, value: &str, context: &QueryContext<'_>) -> Result<Leaf, Diagnostic> {
    let field = names::field(field, context).unwrap_or_else(|_| FieldRef::Own(field.to_owned()));
    if value.is_empty() {
        return Err(Diagnostic::at(0..0, "an empty value cannot be searched for")
            .hint(format!("Search for NOT {field}:* to see the events without one.")));
    }
    let quoted = quote(value).starts_with('"');
    let pattern = Pattern { text: value.to_owned(), quoted };
    let test = is(Some(&field), Given { pattern, literal: true, span: 0..0 }, context)?;
    Ok(Leaf { field: Some(field), test })
}
