//! The test that a value stands for, by the kind of the field.

use std::net::IpAddr;
use std::ops::Range;

use crate::error::visible;
use crate::record::{EventId, FieldKind};

use super::super::ast::{FieldRef, Pattern, Test};
use super::super::context::QueryContext;
use super::super::diagnostic::Diagnostic;
use super::super::lexical::{Literal, unescape_regex};
use super::network::{accepts_networks, parse_network};
use super::operand::parse_number;
use super::range::time_test;

/// Returns the test of a word or phrase on a field, or on the whole text.
pub fn value_test(
    field: Option<&FieldRef>,
    literal: Literal,
    context: &QueryContext<'_>,
) -> Result<Test, Diagnostic> {
    let Some(field) = field else { return Ok(Test::Is(literal.pattern)) };
    if literal.is_wild() && literal.text().chars().eq([Pattern::ANY]) {
        return Ok(Test::Exists);
    }
    if !literal.verbatim && accepts_networks(field) && !matches!(field.kind(), Some(FieldKind::Ip)) {
        return Ok(parse_network(literal.text())
            .map_or(Test::Is(literal.pattern), |(ip, bits)| Test::Cidr(ip, bits)));
    }
    match field {
        FieldRef::Id => check_literal(
            literal,
            |literal| literal.text().parse::<EventId>().is_ok(),
            "an event id",
            EVENT_ID,
        ),
        FieldRef::Source => check_literal(
            literal,
            |literal| !literal.text().is_empty(),
            "the SHA-256 of a source, its beginning, or the name of its file",
            "See `vestigo status`; source:*auth* matches a part of the name.",
        ),
        FieldRef::Finding => {
            let hex = |c: char| c.is_ascii_hexdigit();
            let fits = |literal: &Literal| {
                literal.text().parse::<u64>().is_ok()
                    || literal.text().len() == 64 && literal.consists_of(hex)
            };
            check_literal(literal, fits, "a finding's number", "Write it as finding:3.")
        }
        FieldRef::Core(id) => core_value_test(id.field().kind, field, literal, context),
        FieldRef::Custom(_) | FieldRef::Format | FieldRef::Tag => Ok(Test::Is(literal.pattern)),
    }
}

const EVENT_ID: &str = "Write it as a search shows it, such as id:a1b2c3d4:17.";

fn check_literal(
    literal: Literal,
    fits: impl Fn(&Literal) -> bool,
    what: &str,
    hint: &str,
) -> Result<Test, Diagnostic> {
    if fits(&literal) { Ok(Test::Is(literal.pattern)) } else { Err(literal.is_not(what).hint(hint)) }
}

fn core_value_test(
    kind: FieldKind,
    field: &FieldRef,
    literal: Literal,
    context: &QueryContext<'_>,
) -> Result<Test, Diagnostic> {
    match kind {
        FieldKind::Keyword | FieldKind::Text => Ok(Test::Is(literal.pattern)),
        FieldKind::Date => time_test(field, &literal, context),
        FieldKind::Ip => address_test(literal),
        FieldKind::Long if literal.is_wild() => {
            let digits =
                |literal: &Literal| literal.consists_of(|c| c.is_ascii_digit() || matches!(c, '-' | '.'));
            check_literal(literal, digits, "a number with wildcards", "Write it as 4* or 40?.")
        }
        FieldKind::Long => {
            let hint = format!("Write {field}:404, {field}:4*, {field}>=400 or {field}:[400 TO 499].");
            check_literal(literal, |literal| parse_number(literal.text()).is_some(), "a number", &hint)
        }
        FieldKind::Boolean => {
            let words = |literal: &Literal| {
                ["true", "false"].iter().any(|word| literal.text().eq_ignore_ascii_case(word))
            };
            check_literal(literal, words, "true or false", "Write true or false.")
        }
    }
}

fn address_test(literal: Literal) -> Result<Test, Diagnostic> {
    if literal.is_wild() {
        let allowed =
            |literal: &Literal| literal.consists_of(|c| c.is_ascii_hexdigit() || matches!(c, '.' | ':'));
        return check_literal(literal, allowed, "an address with wildcards", "Write it as 10.0.*.");
    }
    if let Some((ip, bits)) = parse_network(literal.text()) {
        return Ok(Test::Cidr(ip, bits));
    }
    if literal.text().parse::<IpAddr>().is_ok() {
        return Ok(Test::Is(literal.pattern));
    }
    let (what, hint) = match literal.text().split_once('/') {
        Some((ip, _)) if ip.parse::<IpAddr>().is_ok() => {
            ("a network", "Write the number of leading bits after the slash: up to 32, or 128 for IPv6.")
        }
        _ => ("an address", "Write an address, a network such as 10.0.0.0/8, or a wildcard such as 10.0.*."),
    };
    Err(literal.is_not(what).hint(hint))
}

/// Returns the test of a regular expression, given the text between its
/// slashes. Checks the syntax and the size that the regex crate allows.
pub fn regex_test(field: Option<&FieldRef>, raw: &str, span: Range<usize>) -> Result<Test, Diagnostic> {
    let refused = match field {
        None | Some(FieldRef::Custom(_) | FieldRef::Format | FieldRef::Source) => false,
        Some(FieldRef::Id | FieldRef::Tag | FieldRef::Finding) => true,
        Some(core @ FieldRef::Core(_)) => matches!(core.kind(), Some(FieldKind::Date | FieldKind::Boolean)),
    };
    if let Some(field) = field.filter(|_| refused) {
        return Err(Diagnostic::at(span, format!("`{field}` does not accept a regular expression"))
            .hint("Put a text that begins with / in quotes."));
    }
    let text = unescape_regex(raw);
    let built = regex::RegexBuilder::new(&text).size_limit(1 << 20).case_insensitive(true).build();
    let message = match built {
        Ok(_) => return Ok(Test::Regex(text)),
        Err(regex::Error::CompiledTooBig(_)) => "this regular expression is too large".to_owned(),
        Err(other) => {
            let message = other.to_string();
            let last = message.lines().last().unwrap_or_default().trim_start_matches("error: ");
            format!("this is not a regular expression: {}", visible(last))
        }
    };
    Err(Diagnostic::at(span, message).hint(
        "The syntax is that of the regex crate (no look-around, no back-references); put a path in quotes.",
    ))
}
