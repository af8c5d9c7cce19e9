//! A syntax tree as text; reading it again gives the same tree.
//!
//! The text is the tree's canonical form: full names of fields, `AND` and `OR`
//! spelt out, alternatives of one field in one group, times in UTC.

use std::fmt::{self, Display, Write};

use crate::record::Timestamp;

use super::escape::{self, Place};
use super::value::{network, takes_networks};
use super::{Expr, FieldRef, Leaf, Op, Pattern, Scalar, Side, Test};

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

/// Writes a part of a tree; lists stand in parentheses, so that nobody has to
/// know whether AND binds more than OR.
fn member(f: &mut fmt::Formatter<'_>, expr: &Expr) -> fmt::Result {
    match expr {
        Expr::Or(members) if shared_field(members).is_some() => expr.fmt(f),
        Expr::And(_) | Expr::Or(_) => write!(f, "({expr})"),
        Expr::All | Expr::Not(_) | Expr::Leaf(_) => expr.fmt(f),
    }
}

/// Gives the field that all of these ask for a value, where there is one.
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
            test(f, leaf, Place::Term)?;
        }
    }
    f.write_char(')')
}

impl Display for Leaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(field) = &self.field else { return test(f, self, Place::Term) };
        field.fmt(f)?;
        if !matches!(self.test, Test::Compare(..)) {
            f.write_char(':')?;
        }
        test(f, self, Place::Value)
    }
}

fn test(f: &mut fmt::Formatter<'_>, leaf: &Leaf, place: Place) -> fmt::Result {
    match &leaf.test {
        Test::Exists => f.write_char('*'),
        Test::Is(pattern) if pattern.quoted => pattern.fmt(f),
        Test::Is(pattern) => {
            let word = match &leaf.field {
                Some(FieldRef::Own(name)) if place == Place::Value => escape::value(name, &pattern.text),
                _ => escape::word(&pattern.text, place),
            };
            let networks = leaf.field.as_ref().is_some_and(takes_networks);
            match word.split_once('/').filter(|_| networks && network(&pattern.text).is_some()) {
                Some((ip, bits)) => write!(f, "{ip}\\/{bits}"),
                None => f.write_str(&word),
            }
        }
        Test::Regex(text) => f.write_str(&regex(text)),
        Test::Cidr(ip, bits) => write!(f, "{ip}/{bits}"),
        Test::Compare(op, scalar) => {
            op.fmt(f)?;
            end(f, scalar, matches!(op, Op::Less | Op::AtLeast))
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
        Side::Included(scalar) | Side::Excluded(scalar) => end(f, scalar, begins),
    }
}

/// Writes what something is compared with. A moment at which a stretch begins
/// may be written shortly; elsewhere a second would mean all of that second.
fn end(f: &mut fmt::Formatter<'_>, scalar: &Scalar, begins: bool) -> fmt::Result {
    match scalar {
        Scalar::Moment(moment) if begins => f.write_str(&short(*moment)),
        scalar => scalar.fmt(f),
    }
}

/// Writes a moment with as many digits of the second as it needs.
fn short(moment: Timestamp) -> String {
    let long = moment.to_string();
    let needed = long.trim_end_matches('Z').trim_end_matches('0').trim_end_matches('.');
    let whole = "2026-03-01T10:00:00".len();
    format!("{}Z", &long[..needed.len().max(whole)])
}

/// Writes an expression between slashes. White space is escaped where it would
/// look like the end of a path.
fn regex(text: &str) -> String {
    let plain = between_slashes(text, false);
    if super::scan::regex(&plain, 0) == Some(plain.len()) { plain } else { between_slashes(text, true) }
}

fn between_slashes(text: &str, spaces: bool) -> String {
    let mut out = String::from("/");
    let mut escaped = false;
    for c in text.chars() {
        if !escaped && (c == '/' || spaces && c.is_whitespace()) {
            out.push('\\');
        }
        escaped = c == '\\' && !escaped;
        out.push(c);
    }
    out.push('/');
    out
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
            FieldRef::Own(name) => f.write_str(&escape::name(name)),
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
            Scalar::Moment(moment) => moment.fmt(f),
            Scalar::Ip(ip) => ip.fmt(f),
            Scalar::Text(text) => f.write_str(&escape::quoted(text)),
        }
    }
}

/// A word with its escapes, or a phrase in quotes.
impl Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.quoted {
            true => f.write_str(&escape::quoted(&self.text)),
            false => f.write_str(&escape::word(&self.text, Place::Term)),
        }
    }
}
