//! What is wrong with a query, shown at its place.

use std::ops::Range;

use unicode_width::UnicodeWidthStr;

use crate::error::visible;

/// What is wrong with a query, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stretch of the text in bytes; empty at the end of the text where something is missing.
    pub span: Range<usize>,
    /// What is wrong and what was expected.
    pub message: String,
    /// What to try, such as the nearest field name.
    pub hint: Option<String>,
}

impl Diagnostic {
    /// Makes a diagnostic of a stretch.
    pub fn at(span: Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic { span, message: message.into(), hint: None }
    }

    /// Adds what to try.
    pub fn hint(mut self, hint: impl Into<String>) -> Diagnostic {
        self.hint = Some(hint.into());
        self
    }

    /// Shows the text with carets under the place, the message and the hint,
    /// on lines of their own, made visible.
    pub fn render(&self, text: &str) -> String {
        let before = visible(text.get(..self.span.start).unwrap_or(text));
        let at = visible(text.get(self.span.clone()).unwrap_or_default());
        let carets = "^".repeat(at.width().max(1));
        let mut shown =
            format!("  {}\n  {}{carets} {}", visible(text), " ".repeat(before.width()), self.message);
        if let Some(hint) = &self.hint {
            shown.push_str(&format!("\n  {hint}"));
        }
        shown
    }
}
