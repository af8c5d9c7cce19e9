//! A syntax tree as text; reading it again gives the same tree.

use std::fmt::{self, Display, Write};

use super::{Expr, FieldRef, Leaf, Op, Pattern, Scalar, Side, Test};

impl Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expr::All => f.write_str("*"),
            Expr::And(members) => {
                list(f, members, " AND ", |member| matches!(member, Expr::Or(_) | Expr::And(_)))
            }
            Expr::Or(members) => list(f, members, " OR ", |member| matches!(member, Expr::Or(_))),
            Expr::Not(inner) => {
                f.write_str("NOT ")?;
                member(f, inner, matches!(**inner, Expr::And(_) | Expr::Or(_)))
            }
            Expr::Leaf(leaf) => leaf.fmt(f),
        }
    }
}

fn list(f: &mut fmt::Formatter<'_>, members: &[Expr], sign: &str, grouped: fn(&Expr) -> bool) -> fmt::Result {
    for (n, one) in members.iter().enumerate() {
        if n > 0 {
            f.write_str(sign)?;
        }
        member(f, one, grouped(one))?;
    }
    Ok(())
}

fn member(f: &mut fmt::Formatter<'_>, expr: &Expr, grouped: bool) -> fmt::Result {
    if grouped { write!(f, "({expr})") } else { expr.fmt(f) }
}

impl Display for Leaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(field) = &self.field {
            field.fmt(f)?;
            if !matches!(self.test, Test::Compare(..)) {
                f.write_char(':')?;
            }
        }
        match &self.test {
            Test::Exists => f.write_char('*'),
            Test::Is(pattern) => pattern.fmt(f),
            Test::Regex(pattern) => write!(f, "/{}/", pattern.replace('/', "\\/")),
            Test::Cidr(ip, bits) => write!(f, "{ip}/{bits}"),
            Test::Compare(op, scalar) => write!(f, "{}{scalar}", sign(*op)),
            Test::Range(from, to) => {
                f.write_char(if matches!(from, Side::Excluded(_)) { '{' } else { '[' })?;
                side(f, from)?;
                f.write_str(" TO ")?;
                side(f, to)?;
                f.write_char(if matches!(to, Side::Excluded(_)) { '}' } else { ']' })
            }
        }
    }
}

fn sign(op: Op) -> &'static str {
    match op {
        Op::Less => "<",
        Op::AtMost => "<=",
        Op::Greater => ">",
        Op::AtLeast => ">=",
    }
}

fn side(f: &mut fmt::Formatter<'_>, side: &Side) -> fmt::Result {
    match side {
        Side::Open => f.write_char('*'),
        Side::Included(scalar) | Side::Excluded(scalar) => scalar.fmt(f),
    }
}

impl Display for FieldRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FieldRef::Core(id) => id.name(),
            FieldRef::Own(name) => name,
            FieldRef::Id => "id",
            FieldRef::Format => "format",
            FieldRef::Source => "source",
            FieldRef::Tag => "tag",
            FieldRef::Finding => "finding",
        })
    }
}

impl Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scalar::Number(number) => write!(f, "{number}"),
            Scalar::Moment(moment) => write!(f, "\"{moment}\""),
            Scalar::Ip(ip) => write!(f, "\"{ip}\""),
            Scalar::Text(text) => quoted(f, text),
        }
    }
}

impl Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.quoted { quoted(f, &self.text) } else { f.write_str(&bare(&self.text)) }
    }
}

fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' | '\\' => write!(f, "\\{c}")?,
            '\n' => f.write_str("\\n")?,
            '\t' => f.write_str("\\t")?,
            '\r' => f.write_str("\\r")?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

/// Writes a word with a backslash before each character that would be a sign.
fn bare(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    if matches!(text, "AND" | "OR" | "NOT" | "TO") {
        out.push('\\');
    }
    for (n, c) in text.chars().enumerate() {
        match c {
            Pattern::ANY => out.push('*'),
            Pattern::ONE => out.push('?'),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_whitespace() || sign_char(c) || n == 0 && matches!(c, '-' | '+' | '/') => {
                out.extend(['\\', c])
            }
            c => out.push(c),
        }
    }
    out
}

fn sign_char(c: char) -> bool {
    matches!(
        c,
        '(' | ')' | '"' | '\\' | ':' | '<' | '>' | '=' | '*' | '?' | '[' | ']' | '{' | '}' | '|' | '&' | '!'
    )
}

/// Writes a value so that it can stand behind `field:` and means exactly itself.
pub fn quote(value: &str) -> String {
    let simple = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '/' | '@' | ',' | '%' | '#');
    let starts = value.chars().next().is_some_and(|c| c.is_alphanumeric() || c == '_');
    let word = starts && value.chars().all(simple) && !matches!(value, "AND" | "OR" | "NOT" | "TO");
    // A bare `a/8` could be read as a network; a phrase is always itself.
    if word && !value.contains('/') {
        return value.to_owned();
    }
    Pattern { text: value.to_owned(), quoted: true }.to_string()
}
