//! Operands: what a comparison or the end of a range compares with.

use std::net::IpAddr;

use crate::record::FieldKind;

use super::super::ast::{FieldRef, Scalar};
use super::super::context::QueryContext;
use super::super::diagnostic::Diagnostic;
use super::super::lexical::Literal;
use super::date_span::DateSpan;
use super::datetime::{NOTATIONS, parse_absolute, parse_date_span};

/// What a value is compared with: a time may be a span (a day, a minute).
pub enum Operand {
    /// A single value.
    Scalar(Scalar),
    /// A span of time.
    Span(DateSpan),
}

/// Reads what a field's values are compared with. On a custom field, which has
/// values of any kind, the text decides: a number, a date, an address; a phrase
/// is always text.
pub fn read_operand(
    field: &FieldRef,
    literal: &Literal,
    context: &QueryContext<'_>,
) -> Result<Operand, Diagnostic> {
    if literal.is_wild() {
        return Err(literal.diagnostic("a comparison has no wildcards"));
    }
    let text = literal.text().trim();
    let scalar = |scalar| Ok(Operand::Scalar(scalar));
    match (field.kind(), field) {
        (Some(FieldKind::Date), _) => read_time(literal, context).map(Operand::Span),
        (Some(FieldKind::Long), _) => match parse_number(text) {
            Some(number) => scalar(Scalar::Number(number)),
            None => {
                let hint = format!("`{field}` has numbers, such as {field}>=400.");
                Err(literal.is_not("a number").hint(hint))
            }
        },
        (Some(FieldKind::Ip), _) => match text.parse() {
            Ok(ip) => scalar(Scalar::Ip(ip)),
            Err(_) => {
                Err(literal.is_not("an address").hint(format!("Write a network as {field}:10.0.0.0/8.")))
            }
        },
        (Some(FieldKind::Keyword), _) | (None, FieldRef::Custom(_)) if literal.pattern.quoted => {
            scalar(Scalar::Text(literal.pattern.text.clone()))
        }
        (Some(FieldKind::Keyword), _) | (None, FieldRef::Custom(_)) => Ok(infer_operand(literal, context)),
        (Some(FieldKind::Text | FieldKind::Boolean) | None, _) => {
            Err(literal.diagnostic(format!("the values of `{field}` have no order")))
        }
    }
}

/// Decides by its text what a literal is compared as.
fn infer_operand(literal: &Literal, context: &QueryContext<'_>) -> Operand {
    let text = literal.text().trim();
    let date = || parse_absolute(text, context.zone).filter(|_| text.len() >= 10 && text.contains('-'));
    if let Some(number) = parse_number(text) {
        Operand::Scalar(Scalar::Number(number))
    } else if let Some(span) = date() {
        Operand::Span(span)
    } else if let Ok(ip) = text.parse::<IpAddr>() {
        Operand::Scalar(Scalar::Ip(ip))
    } else {
        Operand::Scalar(Scalar::Text(literal.pattern.text.clone()))
    }
}

/// Reads a time in any notation.
pub fn read_time(literal: &Literal, context: &QueryContext<'_>) -> Result<DateSpan, Diagnostic> {
    let span = parse_date_span(literal.text().trim(), context);
    span.ok_or_else(|| literal.is_not("a time").hint(NOTATIONS))
}

/// Reads a decimal number; names such as `inf` are not numbers.
pub fn parse_number(text: &str) -> Option<f64> {
    let allowed = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    let digit = text.bytes().any(|byte| byte.is_ascii_digit());
    let number: f64 = text.parse().ok().filter(|_| digit && text.bytes().all(allowed))?;
    number.is_finite().then_some(number)
}
