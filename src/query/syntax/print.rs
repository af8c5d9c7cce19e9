//! A syntax tree as text; parsing it again gives the same tree.
//!
//! The text is the tree's canonical form: full names of fields, `AND` and `OR`
//! spelled out, alternatives of one field in one group, times in UTC.

use std::fmt::{self, Display, Write};

use crate::record::Timestamp;

use super::super::ast::{Expr, FieldRef, Leaf, Op, Pattern, Scalar, Side, Test};
use super::quoting::{WordPosition, escape_regex, escape_value, escape_word, quote_field_name, quote_phrase};

impl Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expr::All => f.write_str("*"),
            Expr::And(members) => list(f, members, " AND "),
            Expr::Or(members) => match shared_field(members) {
                Some(field) => alternatives(f, field, members),
                None => list(f, members, " OR "),
            },
            Expr::Not(inner) => {
                f.write_str("NOT ")?;
                member(f, inner)
            }
            Expr::Leaf(leaf) => leaf.fmt(f),
        }
    }
}

fn list(f: &mut fmt::Formatter<'_>, members: &[Expr], sign: &str) -> fmt::Result {
    for (n, one) in members.iter().enumerate() {
        if n > 0 {
            f.write_str(sign)?;
        }
        member(f, one)?;
    }
    Ok(())
}

/// Writes a part of a tree; lists are put in parentheses, so that nobody has to
/// know which of AND and OR binds tighter.
fn member(f: &mut fmt::Formatter<'_>, expr: &Expr) -> fmt::Result {
    match expr {
        Expr::Or(members) if shared_field(members).is_some() => expr.fmt(f),
        Expr::And(_) | Expr::Or(_) => write!(f, "({expr})"),
        Expr::All | Expr::Not(_) | Expr::Leaf(_) => expr.fmt(f),
    }
}

/// Returns the field that all of these test for a value, if it is the same.
fn shared_field(members: &[Expr]) -> Option<&FieldRef> {
    let field = |expr: &Expr| {
        matches!(
            expr,
            Expr::Leaf(Leaf { field: Some(_), test: Test::Is(_) | Test::Regex(_) | Test::Cidr(..) })
        )
    };
    let Some(Expr::Leaf(Leaf { field: Some(first), .. })) = members.first() else { return None };
    let same = |expr: &Expr| matches!(expr, Expr::Leaf(leaf) if leaf.field.as_ref() == Some(first));
    members.iter().all(|member| field(member) && same(member)).then_some(first)
}

fn alternatives(f: &mut fmt::Formatter<'_>, field: &FieldRef, members: &[Expr]) -> fmt::Result {
    write!(f, "{field}:(")?;
    for (n, member) in members.iter().enumerate() {
        if n > 0 {
            f.write_str(" OR ")?;
        }
        if let Expr::Leaf(leaf) = member {
            test(f, leaf, WordPosition::Term)?;
        }
    }
    f.write_char(')')
}

impl Display for Leaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(field) = &self.field else { return test(f, self, WordPosition::Term) };
        field.fmt(f)?;
        if !matches!(self.test, Test::Compare(..)) {
            f.write_char(':')?;
        }
        test(f, self, WordPosition::Value)
    }
}

fn test(f: &mut fmt::Formatter<'_>, leaf: &Leaf, position: WordPosition) -> fmt::Result {
    match &leaf.test {
        Test::Exists => f.write_char('*'),
        Test::Is(pattern) if pattern.quoted => pattern.fmt(f),
        Test::Is(pattern) => f.write_str(&escape_value(leaf.field.as_ref(), &pattern.text, position)),
        Test::Regex(text) => f.write_str(&escape_regex(text)),
        Test::Cidr(ip, bits) => write!(f, "{ip}/{bits}"),
        Test::Compare(op, scalar) => {
            op.fmt(f)?;
            write_operand(f, scalar, *op)
        }
        Test::Range(from, to) => {
            f.write_char(if matches!(from, Side::Excluded(_)) { '{' } else { '[' })?;
            side(f, from, matches!(from, Side::Included(_)))?;
            f.write_str(" TO ")?;
            side(f, to, matches!(to, Side::Excluded(_)))?;
            f.write_char(if matches!(to, Side::Excluded(_)) { '}' } else { ']' })
        }
    }
}

fn side(f: &mut fmt::Formatter<'_>, side: &Side, begins: bool) -> fmt::Result {
    match side {
        Side::Open => f.write_char('*'),
        Side::Included(scalar) | Side::Excluded(scalar) => operand(f, scalar, begins),
    }
}

/// Writes what follows a comparison operator.
pub fn write_operand(f: &mut fmt::Formatter<'_>, scalar: &Scalar, op: Op) -> fmt::Result {
    operand(f, scalar, matches!(op, Op::Less | Op::AtLeast))
}

/// Writes what something is compared with. Where a time is the start of a span,
/// it may be shortened; elsewhere a second would mean all of that second.
fn operand(f: &mut fmt::Formatter<'_>, scalar: &Scalar, begins: bool) -> fmt::Result {
    match scalar {
        Scalar::Timestamp(time) if begins => f.write_str(&short_timestamp(*time)),
        scalar => scalar.fmt(f),
    }
}

/// Writes a time with as many digits of the second as it needs.
fn short_timestamp(time: Timestamp) -> String {
    let long = time.to_string();
    let needed = long.trim_end_matches('Z').trim_end_matches('0').trim_end_matches('.');
    let whole = "2026-03-01T10:00:00".len();
    format!("{}Z", &long[..needed.len().max(whole)])
}

impl Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Op::Less => "<",
            Op::AtMost => "<=",
            Op::Greater => ">",
            Op::AtLeast => ">=",
        })
    }
}

/// The name that a query uses: the full one.
impl Display for FieldRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FieldRef::Core(id) => f.write_str(id.name()),
            FieldRef::Custom(name) => f.write_str(&quote_field_name(name)),
            FieldRef::Id => f.write_str("id"),
            FieldRef::Format => f.write_str("format"),
            FieldRef::Source => f.write_str("source"),
            FieldRef::Tag => f.write_str("tag"),
            FieldRef::Finding => f.write_str("finding"),
        }
    }
}

impl Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scalar::Number(number) => number.fmt(f),
            Scalar::Timestamp(time) => time.fmt(f),
            Scalar::Ip(ip) => ip.fmt(f),
            Scalar::Text(text) => f.write_str(&quote_phrase(text)),
        }
    }
}

/// A word with its escapes, or a phrase in quotes.
impl Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.quoted {
            true => f.write_str(&quote_phrase(&self.text)),
            false => f.write_str(&escape_word(&self.text, WordPosition::Term)),
        }
    }
}
