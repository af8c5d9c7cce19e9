//! A pipeline as text; parsing it again gives the same pipeline.

use std::fmt::{self, Display, Write};

use super::super::ast::Scalar;
use super::super::lexical::{is_field_name, unescape};
use super::super::pipeline::{
    Condition, EventPick, Function, Grouping, Measure, Pipeline, Quantity, Relation, RowStage, SortKey,
    SortOrder, TableColumn, ValueOrder,
};
use super::super::syntax::{quote_field_name, quote_phrase, write_operand};
use super::intervals::format_interval;
use super::vocabulary::function;

impl Display for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.filter.fmt(f)?;
        if let Some(grouping) = &self.grouping {
            write!(f, " | {grouping}")?;
        }
        self.rows.iter().try_for_each(|stage| write!(f, " | {stage}"))
    }
}

impl Display for Grouping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Grouping::Stats { measures, by } => {
                if !matches!(measures.as_slice(), [Measure { quantity: Quantity::Count, .. }]) {
                    f.write_str("stats ")?;
                }
                list(f, measures)?;
                match by.is_empty() {
                    true => Ok(()),
                    false => {
                        f.write_str(" by ")?;
                        list(f, by)
                    }
                }
            }
            Grouping::Timechart { interval, by } => {
                f.write_str("timechart")?;
                if let Some(nanos) = interval {
                    write!(f, " {}", format_interval(*nanos))?;
                }
                by.iter().try_for_each(|field| write!(f, " by {field}"))
            }
            Grouping::Values { order, limit, field } => {
                f.write_str(match order {
                    ValueOrder::MostFrequent => "top ",
                    ValueOrder::Rarest => "rare ",
                })?;
                if *limit != Grouping::VALUES {
                    write!(f, "{limit} ")?;
                }
                field.fmt(f)
            }
            Grouping::Pick { pick, by } => {
                f.write_str(match pick {
                    EventPick::First => "first by ",
                    EventPick::Last => "last by ",
                })?;
                list(f, by)
            }
        }
    }
}

fn list<T: Display>(f: &mut fmt::Formatter<'_>, members: &[T]) -> fmt::Result {
    for (n, member) in members.iter().enumerate() {
        if n > 0 {
            f.write_str(", ")?;
        }
        member.fmt(f)?;
    }
    Ok(())
}

/// As a query writes it: `sum(bytes) as total`.
impl Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.quantity {
            Quantity::Count => f.write_str("count")?,
            Quantity::Of(function, measured) => {
                write!(f, "{function}({})", quote_field_name(&measured.written))?;
            }
        }
        match &self.alias {
            Some(name) => write!(f, " as {}", quote_column(name)),
            None => Ok(()),
        }
    }
}

/// The name of its column: `p99(bytes)`.
impl Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Quantity::Count => f.write_str("count"),
            Quantity::Of(function, measured) => write!(f, "{function}({})", measured.written),
        }
    }
}

impl Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Function::Distinct => f.write_str("dc"),
            Function::Sum => f.write_str("sum"),
            Function::Average => f.write_str("avg"),
            Function::Min => f.write_str("min"),
            Function::Max => f.write_str("max"),
            Function::Percentile(share) => match (share / 100, share % 100) {
                (whole, 0) => write!(f, "p{whole}"),
                (whole, part) if part % 10 == 0 => write!(f, "p{whole}.{}", part / 10),
                (whole, part) => write!(f, "p{whole}.{part:02}"),
            },
        }
    }
}

impl Display for RowStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RowStage::Sort(keys) => {
                f.write_str("sort ")?;
                list(f, keys)
            }
            RowStage::Head(rows) => write!(f, "head {rows}"),
            RowStage::Tail(rows) => write!(f, "tail {rows}"),
            RowStage::Where(condition) => write!(f, "where {condition}"),
        }
    }
}

impl Display for SortKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.order == SortOrder::Descending {
            f.write_char('-')?;
        }
        self.column.fmt(f)
    }
}

/// As a query names it.
impl Display for TableColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TableColumn::Field(_) => f.write_str(&quote_field_name(&self.name())),
            TableColumn::Measure(name) if is_call(name) => f.write_str(name),
            TableColumn::Measure(name) => f.write_str(&quote_column(name)),
        }
    }
}

/// Returns whether a name reads as a function of a field.
fn is_call(name: &str) -> bool {
    let call = name.strip_suffix(')').and_then(|name| name.split_once('('));
    call.is_some_and(|(name, field)| function(name).is_some() && is_word(field))
}

/// Returns whether a name can be written as it is.
fn is_word(name: &str) -> bool {
    is_field_name(name) && unescape(name) == name && quote_field_name(name) == name
}

/// Writes the name of a computed column: in quotes unless it is a word.
fn quote_column(name: &str) -> String {
    if is_word(name) { name.to_owned() } else { quote_text(name) }
}

impl Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Condition::And(members) => join(f, members, " and "),
            Condition::Or(members) => join(f, members, " or "),
            Condition::Not(inner) => {
                f.write_str("not ")?;
                member(f, inner)
            }
            Condition::Compare { column, relation, value } => {
                write!(f, "{column} {relation} ")?;
                match (value, relation) {
                    (Scalar::Text(text), _) => f.write_str(&quote_text(text)),
                    (value, Relation::Order(op)) => write_operand(f, value, *op),
                    (value, Relation::Equal | Relation::Different) => value.fmt(f),
                }
            }
        }
    }
}

fn join(f: &mut fmt::Formatter<'_>, members: &[Condition], sign: &str) -> fmt::Result {
    for (n, one) in members.iter().enumerate() {
        if n > 0 {
            f.write_str(sign)?;
        }
        member(f, one)?;
    }
    Ok(())
}

/// Writes a part of a condition; lists are put in parentheses.
fn member(f: &mut fmt::Formatter<'_>, condition: &Condition) -> fmt::Result {
    match condition {
        Condition::And(_) | Condition::Or(_) => write!(f, "({condition})"),
        Condition::Not(_) | Condition::Compare { .. } => condition.fmt(f),
    }
}

impl Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Relation::Equal => f.write_str("="),
            Relation::Different => f.write_str("!="),
            Relation::Order(op) => op.fmt(f),
        }
    }
}

/// Writes a text in quotes. A `/` that could end a regular expression, which a path
/// before the first pipe would then seem to begin, is escaped.
fn quote_text(text: &str) -> String {
    let quoted = quote_phrase(text);
    let mut out = String::with_capacity(quoted.len());
    let mut rest = quoted.chars();
    while let Some(c) = rest.next() {
        let next = rest.clone().next();
        let ends = next.is_some_and(|next| next.is_whitespace() || matches!(next, ')' | '|'));
        if c == '/' && ends {
            out.push('\\');
        }
        out.push(c);
        if c == '\\' {
            out.extend(rest.next());
        }
    }
    out
}
