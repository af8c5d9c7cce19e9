//! A word or phrase as it was written, with its position.

use std::ops::Range;

use super::super::ast::Pattern;
use super::super::diagnostic::Diagnostic;
use super::escapes::{ScanError, unescape, unescape_pattern};
use super::scanner::phrase_end;

/// A word or phrase as it was written; what it means depends on the field.
#[derive(Debug, Clone)]
pub struct Literal {
    /// What it says, escapes resolved.
    pub pattern: Pattern,
    /// It is quoted or has escapes: then it is not read as a network.
    pub verbatim: bool,
    /// Its position in the text, in bytes.
    pub span: Range<usize>,
}

impl Literal {
    /// Creates a diagnostic that points at the literal.
    pub fn diagnostic(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::at(self.span.clone(), message)
    }

    /// Creates a diagnostic such as "`abc` is not a number".
    pub fn is_not(&self, what: &str) -> Diagnostic {
        self.diagnostic(format!("`{}` is not {what}", self.pattern.shown()))
    }

    /// Returns whether it has wildcards.
    pub fn is_wild(&self) -> bool {
        self.pattern.is_wild()
    }

    /// Returns what it says.
    pub fn text(&self) -> &str {
        &self.pattern.text
    }

    /// Returns whether every character is allowed or a wildcard.
    pub fn consists_of(&self, allowed: fn(char) -> bool) -> bool {
        self.text().chars().all(|c| allowed(c) || matches!(c, Pattern::ANY | Pattern::ONE))
    }
}

/// Reads the word or phrase at a position of a text.
pub fn read_literal(text: &str, span: Range<usize>) -> Result<Literal, Diagnostic> {
    let raw = &text[span.clone()];
    if raw.starts_with('"') {
        if phrase_end(raw, 0) != Some(raw.len()) {
            return Err(Diagnostic::at(span.start..span.start + 1, "this quote is not closed")
                .hint("Add a \" at the end of the phrase."));
        }
        let text = unescape(&raw[1..raw.len() - 1]);
        return Ok(Literal { pattern: Pattern { text, quoted: true }, verbatim: true, span });
    }
    match unescape_pattern(raw) {
        Ok(text) => {
            Ok(Literal { pattern: Pattern { text, quoted: false }, verbatim: raw.contains('\\'), span })
        }
        Err(ScanError::TrailingBackslash(at)) => {
            let place = span.start + at..span.start + at + 1;
            Err(Diagnostic::at(place, "a backslash escapes the next character, and there is none")
                .hint("Write \\\\ for a backslash."))
        }
        Err(ScanError::ReservedCharacter(at)) => {
            let length = raw[at..].chars().next().map_or(0, char::len_utf8);
            let place = span.start + at..span.start + at + length;
            Err(Diagnostic::at(place, "this character is not allowed in a word")
                .hint("Put the text in quotes."))
        }
    }
}
