//! Comparisons and ranges on a field.

use super::super::ast::{FieldRef, Op, Scalar, Side, Test};
use super::super::context::QueryContext;
use super::super::diagnostic::Diagnostic;
use super::super::lexical::Literal;
use super::operand::{Operand, read_operand, read_time};

/// Which end of a range is meant, and whether its value belongs to the range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RangeEnd {
    /// It is the lower end.
    pub lower: bool,
    /// Its value belongs to the range.
    pub included: bool,
}

/// Returns the test of a comparison. A span of time is compared as a whole:
/// `<=2026-03-01` includes that day, `>2026-03-01` begins after it.
pub fn comparison_test(
    field: &FieldRef,
    op: Op,
    literal: &Literal,
    context: &QueryContext<'_>,
) -> Result<Test, Diagnostic> {
    let span = match read_operand(field, literal, context)? {
        Operand::Scalar(scalar) => return Ok(Test::Compare(op, scalar)),
        Operand::Span(span) => span,
    };
    let (op, time) = match (op, span.end()) {
        (Op::AtMost, Some(to)) => (Op::Less, to),
        (Op::Greater, Some(to)) => (Op::AtLeast, to),
        (op, _) => (op, span.from),
    };
    Ok(Test::Compare(op, Scalar::Timestamp(time)))
}

/// Returns the lower or the upper side of a range.
pub fn range_side(
    field: &FieldRef,
    literal: &Literal,
    RangeEnd { lower, included }: RangeEnd,
    context: &QueryContext<'_>,
) -> Result<Side, Diagnostic> {
    let (scalar, included) = match read_operand(field, literal, context)? {
        Operand::Scalar(scalar) => (scalar, included),
        Operand::Span(span) => match span.end() {
            Some(to) if lower != included => (Scalar::Timestamp(to), !included),
            _ => (Scalar::Timestamp(span.from), included),
        },
    };
    Ok(if included { Side::Included(scalar) } else { Side::Excluded(scalar) })
}

/// Returns the test of a time as a field's value: the whole day, minute,
/// second … that is named.
pub fn time_test(
    field: &FieldRef,
    literal: &Literal,
    context: &QueryContext<'_>,
) -> Result<Test, Diagnostic> {
    if literal.is_wild() {
        return Err(literal
            .diagnostic("a time has no wildcards")
            .hint("Write a day or a month for all of it: 2026-03-01, 2026-03."));
    }
    let span = read_time(literal, context)?;
    let from = Scalar::Timestamp(span.from);
    match (span.to, span.end()) {
        (_, Some(to)) => Ok(Test::Range(Side::Included(from), Side::Excluded(Scalar::Timestamp(to)))),
        (Some(_), None) => Ok(Test::Range(Side::Included(from.clone()), Side::Included(from))),
        (None, _) => Err(literal
            .diagnostic("this is a single instant, at which hardly any event happened")
            .hint(format!("Write {field}>={} for what happened since.", literal.pattern.text))),
    }
}
