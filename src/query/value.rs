//! What a value asks of a field, by what the field's values are.

use std::net::IpAddr;
use std::ops::Range;

use crate::error::visible;
use crate::record::{EventId, Kind};

use super::moment::read as moment;
use super::{Context, Diagnostic, FieldRef, Op, Pattern, Scalar, Side, Test};

/// What kind of values a field has; own fields have any.
fn kind(field: Option<&FieldRef>) -> Option<Kind> {
    match field {
        Some(FieldRef::Core(id)) => Some(id.field().kind),
        Some(FieldRef::Id | FieldRef::Format | FieldRef::Source | FieldRef::Tag | FieldRef::Finding) => {
            Some(Kind::Keyword)
        }
        Some(FieldRef::Own(_)) | None => None,
    }
}

/// Makes the test of a word or phrase on a field, or on the whole text.
pub fn is(
    field: Option<&FieldRef>,
    pattern: Pattern,
    span: Range<usize>,
    context: &Context<'_>,
) -> Result<Test, Diagnostic> {
    let wild = pattern.is_wild() && !pattern.quoted;
    if field.is_some() && wild && pattern.text.chars().eq([Pattern::ANY]) {
        return Ok(Test::Exists);
    }
    if let Some(FieldRef::Id) = field {
        pattern.text.parse::<EventId>().map_err(|_| {
            Diagnostic::at(span, "an event id was expected")
                .hint("Write it as `vestigo search` prints it: a1b2c3d4:17.")
        })?;
        return Ok(Test::Is(pattern));
    }
    match kind(field) {
        Some(Kind::Date) if !wild => {
            let (from, to) = moment(&pattern.text, context).ok_or_else(|| not_a_time(&pattern.text, span))?;
            Ok(Test::Range(Side::Included(Scalar::Moment(from)), Side::Excluded(Scalar::Moment(to))))
        }
        Some(Kind::Date) => Err(Diagnostic::at(span, "a time has no wildcards")
            .hint("Write a date for its whole day: 2026-03-01.")),
        Some(Kind::Ip) if !wild => match network(&pattern.text) {
            Some((ip, bits)) => Ok(Test::Cidr(ip, bits)),
            None if pattern.text.parse::<IpAddr>().is_ok() => Ok(Test::Is(pattern)),
            None => Err(Diagnostic::at(span, format!("`{}` is not an address", visible(&pattern.text)))
                .hint("Write an address, a network such as 10.0.0.0/8, or a wildcard such as 10.0.*.")),
        },
        Some(Kind::Long) if !wild && pattern.text.parse::<f64>().is_err() => Err(Diagnostic::at(
            span,
            format!("`{}` is not a number, and this field has numbers", visible(&pattern.text)),
        )),
        None if field.is_some() && !wild && !pattern.quoted => match network(&pattern.text) {
            Some((ip, bits)) => Ok(Test::Cidr(ip, bits)),
            None => Ok(Test::Is(pattern)),
        },
        _ => Ok(Test::Is(pattern)),
    }
}

/// Makes the test of a comparison.
pub fn compare(
    field: &FieldRef,
    op: Op,
    pattern: &Pattern,
    span: Range<usize>,
    context: &Context<'_>,
) -> Result<Test, Diagnostic> {
    Ok(Test::Compare(op, scalar(field, pattern, span, context)?))
}

/// Reads what a field's values are compared with.
pub fn scalar(
    field: &FieldRef,
    pattern: &Pattern,
    span: Range<usize>,
    context: &Context<'_>,
) -> Result<Scalar, Diagnostic> {
    if pattern.is_wild() && !pattern.quoted {
        return Err(Diagnostic::at(span, "a comparison has no wildcards"));
    }
    let text = &pattern.text;
    let number = || text.parse::<f64>().ok().filter(|number| number.is_finite());
    match kind(Some(field)) {
        Some(Kind::Date) => match moment(text, context) {
            Some((from, _)) => Ok(Scalar::Moment(from)),
            None => Err(not_a_time(text, span)),
        },
        Some(Kind::Long) => number().map(Scalar::Number).ok_or_else(|| {
            Diagnostic::at(span, format!("`{}` is not a number, and this field has numbers", visible(text)))
        }),
        Some(Kind::Ip) => text
            .parse()
            .map(Scalar::Ip)
            .map_err(|_| Diagnostic::at(span, format!("`{}` is not an address", visible(text)))),
        Some(Kind::Keyword | Kind::Text | Kind::Boolean) => Ok(Scalar::Text(text.clone())),
        None => Ok(number()
            .filter(|_| !pattern.quoted)
            .map_or_else(|| Scalar::Text(text.clone()), Scalar::Number)),
    }
}

fn not_a_time(text: &str, span: Range<usize>) -> Diagnostic {
    Diagnostic::at(span, format!("`{}` is not a time", visible(text)))
        .hint("Write 2026-03-01, \"2026-03-01T10:00\", now-2h, or seconds since 1970.")
}

/// Reads a network: an address and its number of leading bits.
fn network(text: &str) -> Option<(IpAddr, u8)> {
    let (ip, bits) = text.split_once('/')?;
    let ip: IpAddr = ip.parse().ok()?;
    let bits: u8 = bits.parse().ok().filter(|_| !bits.starts_with('+'))?;
    let most = if ip.is_ipv4() { 32 } else { 128 };
    (bits <= most).then_some((ip, bits))
}
