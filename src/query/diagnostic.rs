//! What is wrong with a query, shown at its place.

use std::ops::Range;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::error::visible;

/// How many columns of a query are shown around a mistake.
const SHOWN: usize = 76;

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

    /// Shows the text with carets under the place, the message and the hint, on
    /// lines of their own, made visible; of a long text what is around the place.
    pub fn render(&self, text: &str) -> String {
        let floor = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
        let start = floor(self.span.start).unwrap_or(0);
        let end = floor(self.span.end).unwrap_or(0).max(start);
        let mut place = visible(&text[start..end]);
        let (mut before, mut after) = (visible(&text[..start]), visible(&text[end..]));
        if before.width() + place.width() + after.width() > SHOWN {
            shorten(&mut place, SHOWN / 2, End::Back);
            let room = SHOWN - place.width();
            let behind = after.width().min(room / 2).max(room.saturating_sub(before.width()));
            shorten(&mut after, behind, End::Back);
            shorten(&mut before, room - after.width(), End::Front);
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
enum End {
    Front,
    Back,
}

/// Cuts a text that is wider than `room` columns, and marks the cut.
fn shorten(text: &mut String, room: usize, end: End) {
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
        End::Back => text.chars().take_while(&mut fits).chain(['…']).collect(),
        End::Front => {
            let kept: Vec<char> = text.chars().rev().take_while(&mut fits).collect();
            ['…'].into_iter().chain(kept.into_iter().rev()).collect()
        }
    };
}
