//! Words with a role: keywords, field names, and the operators between a field
//! and its value.

use super::super::ast::Op;
use super::code_points::parse_code_point;

/// What joins a field's name and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldOperator {
    /// `:`
    Colon,
    /// `<`, `<=`, `>`, `>=`
    Compare(Op),
    /// `=`, `==` or `!=`, which belong to other query languages.
    Foreign,
}

/// Returns whether a word joins terms, or a range's ends, ignoring case.
pub fn is_keyword(word: &str) -> bool {
    ["AND", "OR", "NOT", "TO"].iter().any(|keyword| word.eq_ignore_ascii_case(keyword))
}

/// Returns the keyword at the start of a text: `AND`, `OR`, `NOT`, ignoring
/// case, before a space, a parenthesis, a quote or the end.
pub fn leading_keyword(text: &str) -> Option<&'static str> {
    ["AND", "OR", "NOT"].into_iter().find(|keyword| {
        let (word, rest) = text.split_at_checked(keyword.len()).unwrap_or_default();
        let ends = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"');
        word.eq_ignore_ascii_case(keyword) && rest.chars().next().is_none_or(ends)
    })
}

/// Reads the operator at the start of a text, and its length.
pub fn field_operator(text: &str) -> Option<(FieldOperator, usize)> {
    const OPERATORS: [(&str, FieldOperator); 8] = [
        (":", FieldOperator::Colon),
        ("<=", FieldOperator::Compare(Op::AtMost)),
        ("<", FieldOperator::Compare(Op::Less)),
        (">=", FieldOperator::Compare(Op::AtLeast)),
        (">", FieldOperator::Compare(Op::Greater)),
        ("==", FieldOperator::Foreign),
        ("=", FieldOperator::Foreign),
        ("!=", FieldOperator::Foreign),
    ];
    let found = OPERATORS.iter().find(|(sign, _)| text.starts_with(sign));
    found.map(|(sign, operator)| (*operator, sign.len()))
}

/// Returns the length of the field name at the start of a word, and whether it
/// has a `*`: letters, digits, `_ . -`, `@` in front, and escaped signs, not
/// beginning with a digit nor ending in `-` or `.`.
pub fn leading_field_name(word: &str) -> Option<(usize, bool)> {
    let (mut at, mut wild) = (0, false);
    while let Some(c) = word[at..].chars().next() {
        match c {
            '\\' => {
                let rest = &word[at + 1..];
                match (parse_code_point(rest), rest.chars().next()?) {
                    (Some((_, rest)), _) => at = word.len() - rest.len(),
                    (None, escaped) if escaped.is_alphanumeric() => return None,
                    (None, escaped) => at += 1 + escaped.len_utf8(),
                }
                continue;
            }
            '*' => wild = true,
            '_' => {}
            '@' if at == 0 => {}
            '.' | '-' if at > 0 => {}
            c if c.is_alphabetic() || at > 0 && c.is_alphanumeric() => {}
            _ => break,
        }
        at += c.len_utf8();
    }
    let whole =
        !word[..at].ends_with(['-', '.']) || word[..at].ends_with("\\-") || word[..at].ends_with("\\.");
    (at > 0 && whole).then_some((at, wild))
}

/// Returns whether a word is a field name from its first to its last character.
pub fn is_field_name(word: &str) -> bool {
    leading_field_name(word) == Some((word.len(), false))
}

/// Returns whether a text begins with what a comparison can compare with: a
/// number, a phrase, `now`.
pub fn begins_operand(text: &str) -> bool {
    let text = text.trim_start();
    let number = text.strip_prefix('-').unwrap_or(text);
    number.starts_with(|c: char| c.is_ascii_digit()) || text.starts_with('"') || text.starts_with("now")
}
