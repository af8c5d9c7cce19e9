//! Comparisons and ranges: what stands at their ends.

use std::net::IpAddr;
use std::ops::Range;

use crate::record::FieldKind;

use super::given::{Given, given};
use super::moment::{NOTATIONS, Stretch, absolute, read};
use super::value::{kind, number};
use super::{Diagnostic, FieldRef, Op, QueryContext, Scalar, Side, Test};

/// What a value is compared with: a time may last (a day, a minute).
enum Measure {
    Scalar(Scalar),
    Lasting(Stretch),
}

/// Makes the test of a comparison. A time that lasts is compared as a whole:
/// `<=2026-03-01` includes that day, `>2026-03-01` begins behind it.
pub fn compare(
    field: &FieldRef,
    op: Op,
    given: &Given,
    context: &QueryContext<'_>,
) -> Result<Test, Diagnostic> {
    let stretch = match measure(field, given, context)? {
        Measure::Scalar(scalar) => return Ok(Test::Compare(op, scalar)),
        Measure::Lasting(stretch) => stretch,
    };
    let (op, moment) = match (op, behind(stretch)) {
        (Op::AtMost, Some(to)) => (Op::Less, to),
        (Op::Greater, Some(to)) => (Op::AtLeast, to),
        (op, _) => (op, stretch.from),
    };
    Ok(Test::Compare(op, Scalar::Moment(moment)))
}

/// Makes the lower or the upper side of a range, counted in or left out.
pub fn side(
    field: &FieldRef,
    given: &Given,
    (lower, included): (bool, bool),
    context: &QueryContext<'_>,
) -> Result<Side, Diagnostic> {
    let (scalar, included) = match measure(field, given, context)? {
        Measure::Scalar(scalar) => (scalar, included),
        Measure::Lasting(stretch) => match behind(stretch) {
            Some(to) if lower != included => (Scalar::Moment(to), !included),
            _ => (Scalar::Moment(stretch.from), included),
        },
    };
    Ok(if included { Side::Included(scalar) } else { Side::Excluded(scalar) })
}

/// Gives the first moment behind a stretch that is longer than one nanosecond.
fn behind(stretch: Stretch) -> Option<crate::record::Timestamp> {
    stretch.to.filter(|to| *to > stretch.from.plus(1))
}

/// Makes the test of a time that a field has: the whole day, minute, second … that is named.
pub fn days_of(field: &FieldRef, given: &Given, context: &QueryContext<'_>) -> Result<Test, Diagnostic> {
    if given.is_wild() {
        return Err(given
            .wrong("a time has no wildcards")
            .hint("Write a day or a month for all of it: 2026-03-01, 2026-03."));
    }
    let stretch = read(given.pattern.text.trim(), context).ok_or_else(|| not_a_time(given))?;
    let from = Scalar::Moment(stretch.from);
    match (stretch.to, behind(stretch)) {
        (_, Some(to)) => Ok(Test::Range(Side::Included(from), Side::Excluded(Scalar::Moment(to)))),
        (Some(_), None) => Ok(Test::Range(Side::Included(from.clone()), Side::Included(from))),
        (None, _) => Err(given
            .wrong("this is one moment, at which hardly anything happened")
            .hint(format!("Write {field}>={} for what happened since.", given.pattern.text))),
    }
}

/// Makes the test of `[1000 TO *]`, which stands at `span`.
pub fn range(
    field: &FieldRef,
    text: &str,
    span: Range<usize>,
    context: &QueryContext<'_>,
) -> Result<Test, Diagnostic> {
    let whole = &text[span.clone()];
    let closed = super::scan::range(whole, 0) == Some(whole.len());
    if !closed {
        let open = span.start..span.start + 1;
        return Err(Diagnostic::at(open, "this range is not closed")
            .hint("Close it with ] or }, or put the text in quotes."));
    }
    let inner = span.start + 1..span.end - 1;
    let parts = parts(text, inner.clone());
    let word = |part: &Range<usize>| text[part.clone()].eq_ignore_ascii_case("TO");
    let (from, to) = match parts.as_slice() {
        [from, middle, to] if word(middle) => (from.clone(), to.clone()),
        parts => {
            let place = parts.get(1).filter(|part| !word(part)).or(parts.get(3)).cloned();
            return Err(Diagnostic::at(
                place.unwrap_or(inner.end..inner.end),
                "a range has the form [FROM TO TO]",
            )
            .hint("Write it as [1000 TO *], or put the text in quotes."));
        }
    };
    let end = |part: Range<usize>, lower: bool, included: bool| -> Result<Side, Diagnostic> {
        if &text[part.clone()] == "*" {
            return Ok(Side::Open);
        }
        side(field, &given(text, part)?, (lower, included), context)
    };
    Ok(Test::Range(end(from, true, whole.starts_with('['))?, end(to, false, whole.ends_with(']'))?))
}

/// Splits the inside of a range at its white space; phrases stay whole.
fn parts(text: &str, inner: Range<usize>) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut at = inner.start;
    while at < inner.end {
        let rest = &text[at..inner.end];
        let begin = inner.end - rest.trim_start().len();
        if begin == inner.end {
            break;
        }
        let length = match text[begin..].starts_with('"') {
            true => super::scan::quoted(&text[begin..inner.end], 0).unwrap_or(inner.end - begin),
            false => text[begin..inner.end].find(char::is_whitespace).unwrap_or(inner.end - begin),
        };
        parts.push(begin..begin + length);
        at = begin + length;
    }
    parts
}

/// Reads what a field's values are compared with. Where a field has any values,
/// the text tells: a number, a date, an address; a phrase is always text.
fn measure(field: &FieldRef, given: &Given, context: &QueryContext<'_>) -> Result<Measure, Diagnostic> {
    if given.is_wild() {
        return Err(given.wrong("a comparison has no wildcards"));
    }
    let text = given.pattern.text.trim();
    let scalar = |scalar| Ok(Measure::Scalar(scalar));
    match (kind(field), field) {
        (Some(FieldKind::Date), _) => {
            read(text, context).map(Measure::Lasting).ok_or_else(|| not_a_time(given))
        }
        (Some(FieldKind::Long), _) => match number(text) {
            Some(number) => scalar(Scalar::Number(number)),
            None => {
                Err(given.is_not("a number").hint(format!("`{field}` has numbers, such as {field}>=400.")))
            }
        },
        (Some(FieldKind::Ip), _) => match text.parse() {
            Ok(ip) => scalar(Scalar::Ip(ip)),
            Err(_) => Err(given.is_not("an address").hint(format!("Write a network as {field}:10.0.0.0/8."))),
        },
        (Some(FieldKind::Keyword), _) | (None, FieldRef::Own(_)) if given.pattern.quoted => {
            scalar(Scalar::Text(given.pattern.text.clone()))
        }
        (Some(FieldKind::Keyword), _) | (None, FieldRef::Own(_)) => {
            let date = || absolute(text, context.zone).filter(|_| text.len() >= 10 && text.contains('-'));
            if let Some(number) = number(text) {
                scalar(Scalar::Number(number))
            } else if let Some(stretch) = date() {
                Ok(Measure::Lasting(stretch))
            } else if let Ok(ip) = text.parse::<IpAddr>() {
                scalar(Scalar::Ip(ip))
            } else {
                scalar(Scalar::Text(given.pattern.text.clone()))
            }
        }
        (Some(FieldKind::Text | FieldKind::Boolean) | None, _) => {
            Err(given.wrong(format!("the values of `{field}` have no order")))
        }
    }
}

fn not_a_time(given: &Given) -> Diagnostic {
    given.is_not("a time").hint(NOTATIONS)
}
