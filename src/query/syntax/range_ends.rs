//! The text of a range, `[1000 TO *]`, split into its two ends.

use std::ops::Range;

use super::super::diagnostic::Diagnostic;
use super::super::lexical::{phrase_end, range_end};

/// Where the two ends of a range are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RangeEnds {
    /// The lower end.
    pub from: Range<usize>,
    /// The upper end.
    pub to: Range<usize>,
    /// The lower end belongs to the range: `[`.
    pub from_included: bool,
    /// The upper end belongs to the range: `]`.
    pub to_included: bool,
}

/// Splits the range at `span` of a query's text.
pub fn range_ends(text: &str, span: Range<usize>) -> Result<RangeEnds, Diagnostic> {
    let whole = &text[span.clone()];
    if range_end(whole, 0) != Some(whole.len()) {
        let open = span.start..span.start + 1;
        return Err(Diagnostic::at(open, "this range is not closed")
            .hint("Close it with ] or }, or put the text in quotes."));
    }
    let inner = span.start + 1..span.end - 1;
    let parts = split_words(text, inner.clone());
    let is_to = |part: &Range<usize>| text[part.clone()].eq_ignore_ascii_case("TO");
    match parts.as_slice() {
        [from, middle, to] if is_to(middle) => Ok(RangeEnds {
            from: from.clone(),
            to: to.clone(),
            from_included: whole.starts_with('['),
            to_included: whole.ends_with(']'),
        }),
        parts => {
            let place = parts.get(1).filter(|part| !is_to(part)).or(parts.get(3)).cloned();
            let place = place.unwrap_or(inner.end..inner.end);
            Err(Diagnostic::at(place, "a range has the form [FROM TO TO]")
                .hint("Write it as [1000 TO *], or put the text in quotes."))
        }
    }
}

/// Splits the inside of a range at its white space; phrases stay whole.
fn split_words(text: &str, inner: Range<usize>) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut at = inner.start;
    while at < inner.end {
        let rest = &text[at..inner.end];
        let begin = inner.end - rest.trim_start().len();
        if begin == inner.end {
            break;
        }
        let rest = &text[begin..inner.end];
        let length = match rest.starts_with('"') {
            true => phrase_end(rest, 0),
            false => rest.find(char::is_whitespace),
        };
        at = begin + length.unwrap_or(rest.len());
        words.push(begin..at);
    }
    words
}
