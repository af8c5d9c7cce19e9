//! Decides whether a word begins with a field: `user:root`, `status>=500`.
//!
//! The decision depends on the word alone, never on a case: a query means the
//! same tree everywhere, and the printer knows which signs it must escape.

use std::net::Ipv6Addr;

use super::super::fields::is_known;
use super::super::lexical::{
    FieldOperator, begins_operand, field_operator, leading_field_name, parse_code_point, unescape,
};

/// A field name and the operator after it, at the start of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldPrefix {
    /// The byte after the name.
    pub name_end: usize,
    /// The operator after it.
    pub operator: FieldOperator,
    /// The byte after the operator.
    pub value_start: usize,
    /// The name has a `*`.
    pub wild: bool,
}

/// Names that do not begin a field: `arn:aws:iam::…`, `urn:uuid:…`.
const SCHEMES: [&str; 2] = ["arn", "urn"];

/// Returns the field prefix of a word, if the word reads as a field and its
/// value. `after` is what follows the word in the text.
pub fn field_prefix(word: &str, after: &str) -> Option<FieldPrefix> {
    let (end, wild) = leading_field_name(word)?;
    let (operator, length) = field_operator(&word[end..])?;
    let (written, value) = (&word[..end], &word[end + length..]);
    let reads = match operator {
        FieldOperator::Colon if wild => written.contains('.'),
        _ if wild => false,
        FieldOperator::Colon => is_field(written, value, word),
        FieldOperator::Compare(_) => {
            let next = if value.is_empty() { after } else { value };
            let custom = written.contains('.') && !value.is_empty() && !value.contains(['<', '>']);
            is_known(&unescape(written)) || custom || begins_operand(next)
        }
        FieldOperator::Foreign => is_known(&unescape(written)),
    };
    reads.then_some(FieldPrefix { name_end: end, operator, value_start: end + length, wild })
}

/// Returns whether a `:` after a name makes it a field. It does not in URLs,
/// addresses, drives, ARNs and names such as `std::io`.
fn is_field(name: &str, value: &str, word: &str) -> bool {
    let known = is_known(&unescape(name));
    if known || name.contains('.') {
        return !(value.starts_with("//") && name.eq_ignore_ascii_case("file"));
    }
    let path = match value.strip_prefix('\\') {
        Some(rest) => parse_code_point(rest).is_none(),
        None => value.starts_with('/'),
    };
    let scheme = SCHEMES.iter().any(|scheme| name.eq_ignore_ascii_case(scheme));
    !(scheme
        || value.starts_with("//")
        || value.starts_with(':')
        || name.len() == 1 && path
        || is_hex_groups(word))
}

/// Returns whether a word is an IPv6 or MAC address.
fn is_hex_groups(word: &str) -> bool {
    let mac = |word: &str| {
        let pair = |pair: &str| pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit());
        word.split(':').count() == 6 && word.split(':').all(pair)
    };
    let address = word.split(['/', '%']).next().unwrap_or(word);
    mac(word) || address.parse::<Ipv6Addr>().is_ok()
}
