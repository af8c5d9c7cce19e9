//! Diagnostics: what is wrong with a query, shown at its position.

use std::ops::Range;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::error::visible;

/// How many columns of a query are shown around a mistake.
const WIDTH: usize = 76;

/// What is wrong with a query, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The position in the text in bytes; empty at the end of the text if something is missing.
    pub span: Range<usize>,
    /// What is wrong and what was expected.
    pub message: String,
    /// What to try, such as a similar field name.
    pub hint: Option<String>,
}

impl Diagnostic {
    /// Creates a diagnostic that points at a span of the text.
    pub fn at(span: Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic { span, message: message.into(), hint: None }
    }

    /// Adds what to try.
    pub fn hint(mut self, hint: impl Into<String>) -> Diagnostic {
        self.hint = Some(hint.into());
        self
    }

    /// Returns the message and the hint on one line, made visible.
    pub fn summary(&self) -> String {
        match &self.hint {
            Some(hint) => format!("{} · {}", visible(&self.message), visible(hint)),
            None => visible(&self.message),
        }
    }

    /// Returns the text with carets under the span, then the message and the hint
    /// on lines of their own, made visible; a long text is cut around the span.
    pub fn render(&self, text: &str) -> String {
        let floor = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
        let start = floor(self.span.start).unwrap_or(0);
        let end = floor(self.span.end).unwrap_or(0).max(start);
        let mut place = visible(&text[start..end]);
        let (mut before, mut after) = (visible(&text[..start]), visible(&text[end..]));
        if before.width() + place.width() + after.width() > WIDTH {
            shorten(&mut place, WIDTH / 2, CutEnd::Back);
            let room = WIDTH - place.width();
            let after_width = after.width().min(room / 2).max(room.saturating_sub(before.width()));
            shorten(&mut after, after_width, CutEnd::Back);
            shorten(&mut before, room - after.width(), CutEnd::Front);
        }
        let carets = "^".repeat(place.width().max(1));
        let indent = " ".repeat(before.width());
        let mut shown = format!("  {before}{place}{after}\n  {indent}{carets} {}", visible(&self.message));
        if let Some(hint) = &self.hint {
            shown.push_str("\n  ");
            shown.push_str(&visible(hint));
        }
        shown
    }
}

/// The end of a text that is cut off.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CutEnd {
    Front,
    Back,
}

/// Cuts a text that is wider than `room` columns, and marks the cut.
fn shorten(text: &mut String, room: usize, end: CutEnd) {
    if text.width() <= room {
        return;
    }
    let mut left = room.saturating_sub(1);
    let mut fits = |c: &char| match left.checked_sub(c.width().unwrap_or(0)) {
        Some(less) => {
            left = less;
            true
        }
        None => false,
    };
    *text = match end {
        CutEnd::Back => text.chars().take_while(&mut fits).chain(['…']).collect(),
        CutEnd::Front => {
            let kept: Vec<char> = text.chars().rev().take_while(&mut fits).collect();
            ['…'].into_iter().chain(kept.into_iter().rev()).collect()
        }
    };
}
