//! Diagnostics for what other query languages write, and how to write it here.

use super::super::diagnostic::Diagnostic;
use super::super::lexical::leading_keyword;
use super::field_prefix::FieldPrefix;
use crate::error::visible;

/// Points at `=`, `==` or `!=` without a field before it.
pub fn lone_operator(at: usize, operator: &str) -> Diagnostic {
    Diagnostic::at(at..at + operator.len(), format!("`{operator}` is not a comparison here"))
        .hint(if operator == "!=" { "Write NOT field:value." } else { "Write field:value." })
}

/// Points at the operator of `user=alice`.
pub fn field_operator(at: usize, word: &str, prefix: FieldPrefix) -> Diagnostic {
    let (name, value) = (&word[..prefix.name_end], &word[prefix.value_start..]);
    let operator = &word[prefix.name_end..prefix.value_start];
    let not = if operator.starts_with('!') { "NOT " } else { "" };
    let span = at + prefix.name_end..at + prefix.value_start;
    let message = format!("a field and its value are joined by `:`, not `{operator}`");
    let value = if value.is_empty() { "VALUE".to_owned() } else { visible(value) };
    Diagnostic::at(span, message).hint(format!(
        "Write {not}{}:{value} for the field, or \"{}\" in quotes for the text.",
        visible(name),
        visible(word),
    ))
}

/// Points at the first word of a query in another language: SQL, or `last 24h`.
/// `rest` follows the word.
pub fn first_word(at: usize, word: &str, rest: &str) -> Option<Diagnostic> {
    let span = at..at + word.len();
    // In this language, an AND or OR separates such words.
    let mut words = rest.split(char::is_whitespace).take_while(|word| leading_keyword(word).is_none());
    if word.eq_ignore_ascii_case("select") && words.any(|word| word.eq_ignore_ascii_case("from")) {
        return Some(Diagnostic::at(span, "SQL is not supported").hint(
            "Write fields and values, such as user:root outcome:failure; `vestigo top FIELD` counts values. Put words that are searched for in quotes.",
        ));
    }
    let next = rest.split(char::is_whitespace).next().unwrap_or_default();
    let number = next.strip_suffix(['s', 'm', 'h', 'd', 'w', 'M', 'y']).unwrap_or_default();
    let is_span = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    (word.eq_ignore_ascii_case("last") && is_span).then(|| {
        Diagnostic::at(span, "a time span is written as a comparison here")
            .hint(format!("Write @timestamp>-{next}, or --from -{next} on the command line."))
    })
}

/// Points at a quote that a word processor made: it does not open a phrase.
pub fn typographic_quote(at: usize, word: &str) -> Option<Diagnostic> {
    let quote = word.chars().next().filter(|c| matches!(c, '“' | '”' | '„'))?;
    let diagnostic = Diagnostic::at(at..at + quote.len_utf8(), "this quote does not open a phrase");
    Some(diagnostic.hint("Write \" on both sides of a phrase."))
}
