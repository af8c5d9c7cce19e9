//! A word, phrase or expression as it was written.

use std::ops::Range;

use crate::error::visible;
use crate::record::FieldKind;

use super::scan::{self, Slip};
use super::value::kind;
use super::{Diagnostic, FieldRef, Pattern, Test};

/// A value as it was written.
#[derive(Debug, Clone)]
pub struct Given {
    /// What it says.
    pub pattern: Pattern,
    /// It was quoted or has escapes: then it is not read as a network.
    pub literal: bool,
    /// Where it stands.
    pub span: Range<usize>,
}

impl Given {
    /// Points at the value.
    pub fn wrong(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::at(self.span.clone(), message)
    }

    /// Says what the value is not: "`abc` is not a number".
    pub fn is_not(&self, what: &str) -> Diagnostic {
        let shown = self.pattern.text.replace(Pattern::ANY, "*").replace(Pattern::ONE, "?");
        self.wrong(format!("`{}` is not {what}", visible(&shown)))
    }

    /// Tells whether it has wildcards.
    pub fn is_wild(&self) -> bool {
        self.pattern.is_wild()
    }

    /// What it says.
    pub fn text(&self) -> &str {
        &self.pattern.text
    }

    /// Tells whether every character is one of these or a wildcard.
    pub fn consists(&self, of: fn(char) -> bool) -> bool {
        self.text().chars().all(|c| of(c) || matches!(c, Pattern::ANY | Pattern::ONE))
    }
}

/// Reads the word or phrase that stands at a place.
pub fn given(text: &str, span: Range<usize>) -> Result<Given, Diagnostic> {
    let raw = &text[span.clone()];
    if raw.starts_with('"') {
        if scan::quoted(raw, 0) != Some(raw.len()) {
            return Err(Diagnostic::at(span.start..span.start + 1, "this quote is not closed")
                .hint("Add a \" at the end of the phrase."));
        }
        let text = scan::literal(&raw[1..raw.len() - 1]);
        return Ok(Given { pattern: Pattern { text, quoted: true }, literal: true, span });
    }
    match scan::pattern(raw) {
        Ok(text) => Ok(Given { pattern: Pattern { text, quoted: false }, literal: raw.contains('\\'), span }),
        Err(Slip::Backslash(at)) => {
            let place = span.start + at..span.start + at + 1;
            Err(Diagnostic::at(place, "a backslash keeps the next character, and there is none")
                .hint("Write \\\\ for a backslash."))
        }
        Err(Slip::Reserved(at)) => {
            let length = raw[at..].chars().next().map_or(0, char::len_utf8);
            let place = span.start + at..span.start + at + length;
            Err(Diagnostic::at(place, "this character cannot stand in a word")
                .hint("Put the text in quotes."))
        }
    }
}

/// Makes the test of a regular expression, which is checked here: the syntax and
/// the size that the regex crate allows.
pub fn regex(field: Option<&FieldRef>, raw: &str, span: Range<usize>) -> Result<Test, Diagnostic> {
    let refused = match field {
        None | Some(FieldRef::Own(_) | FieldRef::Format | FieldRef::Source) => false,
        Some(FieldRef::Id | FieldRef::Tag | FieldRef::Finding) => true,
        Some(core @ FieldRef::Core(_)) => matches!(kind(core), Some(FieldKind::Date | FieldKind::Boolean)),
    };
    if let Some(field) = field.filter(|_| refused) {
        return Err(Diagnostic::at(span, format!("`{field}` takes no regular expression"))
            .hint("Put a text that begins with / in quotes."));
    }
    let text = scan::regex_body(raw);
    let built = regex::RegexBuilder::new(&text).size_limit(1 << 20).case_insensitive(true).build();
    let message = match built {
        Ok(_) => return Ok(Test::Regex(text)),
        Err(regex::Error::CompiledTooBig(_)) => "this regular expression is too large".to_owned(),
        Err(other) => {
            let told = other.to_string();
            let last = told.lines().last().unwrap_or_default().trim_start_matches("error: ");
            format!("this is no regular expression: {}", visible(last))
        }
    };
    Err(Diagnostic::at(span, message).hint(
        "The syntax is that of the regex crate (no look-around, no back-references); put a path in quotes.",
    ))
}
