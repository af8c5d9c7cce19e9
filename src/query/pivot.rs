//! A query narrowed by one value, as the screens' keys do it.

use super::{Context, Diagnostic, Expr, FieldRef, Leaf, Pattern, Test, parse};

/// Gives the query that also demands a value of a field.
pub fn include(text: &str, field: &str, value: &str, context: &Context<'_>) -> Result<String, Diagnostic> {
    let wanted = Expr::Leaf(leaf(field, value, context)?);
    let unwanted = Expr::Not(Box::new(wanted.clone()));
    with(text, wanted, &unwanted, context)
}

/// Gives the query that also refuses a value of a field.
pub fn exclude(text: &str, field: &str, value: &str, context: &Context<'_>) -> Result<String, Diagnostic> {
    let unwanted = Expr::Leaf(leaf(field, value, context)?);
    let wanted = Expr::Not(Box::new(unwanted.clone()));
    with(text, wanted, &unwanted, context)
}

/// Gives the query that demands a value of a field and nothing else.
pub fn only(field: &str, value: &str, context: &Context<'_>) -> Result<String, Diagnostic> {
    Ok(Expr::Leaf(leaf(field, value, context)?).to_string())
}

/// Adds a member to a query, in the place of its opposite where that stands there.
fn with(text: &str, wanted: Expr, opposite: &Expr, context: &Context<'_>) -> Result<String, Diagnostic> {
    let mut members = match parse(text, context)? {
        Expr::All => Vec::new(),
        Expr::And(members) => members,
        other => vec![other],
    };
    members.retain(|member| member != opposite && *member != wanted);
    members.push(wanted);
    let expr = if members.len() == 1 { members.remove(0) } else { Expr::And(members) };
    Ok(expr.to_string())
}

fn leaf(field: &str, value: &str, context: &Context<'_>) -> Result<Leaf, Diagnostic> {
    let field = super::names::field(field, 0..0, context).unwrap_or_else(|_| FieldRef::Own(field.to_owned()));
    if value.is_empty() {
        return Err(Diagnostic::at(0..0, "an empty value cannot be searched for"));
    }
    let quoted = super::quote(value).starts_with('"');
    let pattern = Pattern { text: value.to_owned(), quoted };
    let test = super::value::is(Some(&field), pattern, 0..0, context)?;
    Ok(Leaf {
        field: Some(field),
        test: if matches!(test, Test::Cidr(..)) {
            Test::Is(Pattern { text: value.to_owned(), quoted: true })
        } else {
            test
        },
    })
}
