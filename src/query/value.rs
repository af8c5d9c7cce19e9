//! What a value asks of a field, by what the field's values are.

use std::net::IpAddr;

use crate::record::{EventId, FieldKind};

use super::compare::days_of;
use super::given::Given;
use super::{Diagnostic, FieldRef, Pattern, QueryContext, Test};

/// Makes the test of a word or phrase on a field, or on the whole text.
pub fn is(field: Option<&FieldRef>, given: Given, context: &QueryContext<'_>) -> Result<Test, Diagnostic> {
    let Some(field) = field else { return Ok(Test::Is(given.pattern)) };
    if given.is_wild() && given.text().chars().eq([Pattern::ANY]) {
        return Ok(Test::Exists);
    }
    if !given.literal && takes_networks(field) && !matches!(kind(field), Some(FieldKind::Ip)) {
        return Ok(network(given.text()).map_or(Test::Is(given.pattern), |(ip, bits)| Test::Cidr(ip, bits)));
    }
    match field {
        FieldRef::Id => {
            check(given, |given| given.text().parse::<EventId>().is_ok(), "an event id", EVENT_ID)
        }
        FieldRef::Source => check(
            given,
            |given| !given.text().is_empty(),
            "the SHA-256 of a source, its beginning, or the name of its file",
            "See `vestigo status`; source:*auth* finds by a part of the name.",
        ),
        FieldRef::Finding => {
            let hex = |c: char| c.is_ascii_hexdigit();
            let fits = |given: &Given| {
                given.text().parse::<u64>().is_ok() || given.text().len() == 64 && given.consists(hex)
            };
            check(given, fits, "a finding's number", "Write it as finding:3.")
        }
        FieldRef::Core(id) => core(id.field().kind, field, given, context),
        FieldRef::Own(_) | FieldRef::Format | FieldRef::Tag => Ok(Test::Is(given.pattern)),
    }
}

const EVENT_ID: &str = "Write it as a search shows it, such as id:a1b2c3d4:17.";

fn check(given: Given, fits: impl Fn(&Given) -> bool, what: &str, hint: &str) -> Result<Test, Diagnostic> {
    if fits(&given) { Ok(Test::Is(given.pattern)) } else { Err(given.is_not(what).hint(hint)) }
}

fn core(
    kind: FieldKind,
    field: &FieldRef,
    given: Given,
    context: &QueryContext<'_>,
) -> Result<Test, Diagnostic> {
    match kind {
        FieldKind::Keyword | FieldKind::Text => Ok(Test::Is(given.pattern)),
        FieldKind::Date => days_of(field, &given, context),
        FieldKind::Ip => address(given),
        FieldKind::Long if given.is_wild() => {
            let digits = |given: &Given| given.consists(|c| c.is_ascii_digit() || matches!(c, '-' | '.'));
            check(given, digits, "a number with wildcards", "Write it as 4* or 40?.")
        }
        FieldKind::Long => {
            let hint = format!("Write {field}:404, {field}:4*, {field}>=400 or {field}:[400 TO 499].");
            check(given, |given| number(given.text()).is_some(), "a number", &hint)
        }
        FieldKind::Boolean => {
            let words =
                |given: &Given| ["true", "false"].iter().any(|word| given.text().eq_ignore_ascii_case(word));
            check(given, words, "true or false", "Write true or false.")
        }
    }
}

fn address(given: Given) -> Result<Test, Diagnostic> {
    if given.is_wild() {
        let signs = |given: &Given| given.consists(|c| c.is_ascii_hexdigit() || matches!(c, '.' | ':'));
        return check(given, signs, "an address with wildcards", "Write it as 10.0.*.");
    }
    if let Some((ip, bits)) = network(given.text()) {
        return Ok(Test::Cidr(ip, bits));
    }
    if given.text().parse::<IpAddr>().is_ok() {
        return Ok(Test::Is(given.pattern));
    }
    let (what, hint) = match given.text().split_once('/') {
        Some((ip, _)) if ip.parse::<IpAddr>().is_ok() => {
            ("a network", "Write the number of leading bits behind the slash: up to 32, or 128 for IPv6.")
        }
        _ => ("an address", "Write an address, a network such as 10.0.0.0/8, or a wildcard such as 10.0.*."),
    };
    Err(given.is_not(what).hint(hint))
}

/// What kind of values a field has; none for those that are no core fields.
pub fn kind(field: &FieldRef) -> Option<FieldKind> {
    match field {
        FieldRef::Core(id) => Some(id.field().kind),
        FieldRef::Own(_)
        | FieldRef::Id
        | FieldRef::Format
        | FieldRef::Source
        | FieldRef::Tag
        | FieldRef::Finding => None,
    }
}

/// Tells whether `field:10.0.0.0/8` is a network: on fields of addresses, and
/// on those whose name says that addresses stand in them.
pub fn takes_networks(field: &FieldRef) -> bool {
    let name = match field {
        FieldRef::Core(id) if id.field().kind == FieldKind::Ip => return true,
        FieldRef::Core(id) if id.field().kind == FieldKind::Keyword => id.name(),
        FieldRef::Own(name) => name,
        FieldRef::Core(_)
        | FieldRef::Id
        | FieldRef::Format
        | FieldRef::Source
        | FieldRef::Tag
        | FieldRef::Finding => return false,
    };
    let lower = name.to_lowercase();
    ["ip", "address", "addr"].iter().any(|end| lower.ends_with(end))
}

/// Reads a network: an address and its number of leading bits.
pub fn network(text: &str) -> Option<(IpAddr, u8)> {
    let (ip, bits) = text.split_once('/')?;
    let ip: IpAddr = ip.parse().ok()?;
    let bits: u8 = bits.parse().ok().filter(|_| bits.bytes().all(|byte| byte.is_ascii_digit()))?;
    (bits <= if ip.is_ipv4() { 32 } else { 128 }).then_some((ip, bits))
}

/// Reads a decimal number; names such as `inf` are none.
pub fn number(text: &str) -> Option<f64> {
    let signs = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    let digit = text.bytes().any(|byte| byte.is_ascii_digit());
    let number: f64 = text.parse().ok().filter(|_| digit && text.bytes().all(signs))?;
    number.is_finite().then_some(number)
}
