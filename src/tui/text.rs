//! Text in terminal cells: clipping, wrapping, scrolling.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::error::visible;

/// Cuts text to a width in cells, at a grapheme's end; `cut` marks where it was cut.
pub fn clip<'t>(text: &'t str, width: usize, cut: &str) -> Cow<'t, str> {
    if text.width() <= width {
        return Cow::Borrowed(text);
    }
    let room = width.saturating_sub(cut.width());
    let mut used = 0;
    let mut end = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        let wide = grapheme.width();
        if used + wide > room {
            break;
        }
        used += wide;
        end = at + grapheme.len();
    }
    if cut.width() > width {
        Cow::Borrowed(&text[..end])
    } else {
        Cow::Owned(format!("{}{cut}", &text[..end]))
    }
}

/// Scrolls a typed line: the byte from which it is visible, and the cursor's column.
/// `cursor` is a byte position.
pub fn seen(text: &str, cursor: usize, width: u16) -> (usize, u16) {
    let room = usize::from(width.saturating_sub(1)).max(1);
    let mut start = 0;
    for (at, _) in text[..cursor].char_indices() {
        if visible(&text[start..cursor]).width() < room {
            break;
        }
        start = at;
    }
    (start, u16::try_from(visible(&text[start..cursor]).width()).unwrap_or(width))
}

/// Breaks text into lines of at most `width` cells, at spaces where there are some.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(4);
    let mut lines = Vec::new();
    let (mut line, mut used) = (String::new(), 0);
    for word in text.split_inclusive(' ') {
        if used > 0 && used + word.trim_end().width() > width {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
            used = 0;
        }
        for grapheme in word.graphemes(true) {
            let wide = grapheme.width();
            if used + wide > width && grapheme != " " {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push_str(grapheme);
            used += wide;
        }
    }
    if !line.trim_end().is_empty() || lines.is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// Puts parts on lines of at most `width` cells, with a dot between two of one line; a part
/// is broken only if it has no room on a line of its own.
pub fn pack(parts: impl Iterator<Item = String>, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if line.width() + 3 + part.width() <= width => *line += &format!(" · {part}"),
            _ => lines.extend(wrap(&part, width)),
        }
    }
    lines
}

/// Makes foreign text visible and breaks it into at most `most` lines; where
/// it has lines of its own, they stay.
pub fn paragraphs(text: &str, width: usize, most: usize) -> Vec<String> {
    let lines = text.lines().flat_map(|line| {
        let end = line.char_indices().nth(width.saturating_mul(most + 1)).map_or(line.len(), |(at, _)| at);
        wrap(&visible(&line[..end]), width)
    });
    lines.take(most).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn wide_characters_are_never_cut_in_half() {
        assert_eq!(clip("北京 is", 5, "…"), "北京…");
        assert_eq!(clip("北京 is", 4, "…"), "北…");
        assert_eq!(clip("ab", 2, "…"), "ab");
        assert_eq!(clip("abc", 0, "…"), "");
    }

    #[test]
    fn text_is_wrapped_at_spaces_and_long_words_are_broken() {
        assert_eq!(wrap("Keeps only events", 11), ["Keeps only", "events"]);
        assert_eq!(wrap("aaaaaaaaaa", 4), ["aaaa", "aaaa", "aa"]);
    }

    #[test]
    fn parts_are_broken_only_where_they_have_no_room() {
        let parts = ["one = 1", "two = 2", "a long part"].map(str::to_owned);
        assert_eq!(pack(parts.into_iter(), 17), ["one = 1 · two = 2", "a long part"]);
        assert_eq!(pack(["a long part".to_owned()].into_iter(), 6), ["a long", "part"]);
    }

    proptest! {
        #[test]
        fn clipped_text_fits(text in "\\PC{0,40}", width in 0usize..30) {
            prop_assert!(clip(&text, width, "…").width() <= width);
        }
    }
}
