//! A text as it reads once its escapes are resolved, or without regard to case, where each
//! character still knows which stretch of the text it came from.

use std::borrow::Cow;

use unicode_normalization::char::decompose_compatible;

use crate::export::redact::escapes::{byte_escapes, char_escape, defanged};

/// A text seen in some way.
pub struct NormalizedView<'t> {
    text: Cow<'t, str>,
    /// For each byte the range of the original that it represents; none where
    /// it represents itself.
    spans: Option<Vec<(usize, usize)>>,
}

impl<'t> NormalizedView<'t> {
    /// Sees a text as it is.
    pub fn of(text: &'t str) -> NormalizedView<'t> {
        NormalizedView { text: Cow::Borrowed(text), spans: None }
    }

    /// Returns the text that is seen.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the range of the original that a range of the view represents, which
    /// must not be empty.
    pub fn origin(&self, from: usize, to: usize) -> (usize, usize) {
        self.spans.as_ref().map_or((from, to), |spans| (spans[from].0, spans[to - 1].1))
    }

    /// Undoes one layer of escapes: percent escapes, HTML's character references,
    /// and those of JSON and of access logs (`\u00eb`, `\xc3`). None where there
    /// are none.
    pub fn unescaped(&self) -> Option<NormalizedView<'static>> {
        if !self.text.contains(['%', '&', '\\']) {
            return None;
        }
        let (mut out, mut at, mut found) = (Builder::new(self), 0, false);
        while at < self.text.len() {
            let rest = &self.text[at..];
            let (bytes, length) = byte_escapes(rest);
            if length > 0 {
                out.bytes(&bytes, at);
                (found, at) = (true, at + length);
            } else if let Some((char, length)) = char_escape(rest) {
                out.char(char, at, at + length);
                (found, at) = (true, at + length);
            } else {
                let char = rest.chars().next().expect("it has not ended");
                out.char(char, at, at + char.len_utf8());
                at += char.len_utf8();
            }
        }
        found.then(|| out.done())
    }

    /// Sees dots and colons without what was put around them so that nobody follows
    /// an address: `198[.]51 . 100(dot)23`. None where there is nothing of the kind.
    pub fn refanged(&self) -> Option<NormalizedView<'static>> {
        let text = self.text();
        let begins = |byte: &u8| matches!(byte, b' ' | b'[' | b'(' | b'{' | b'<' | b'\\' | b'.' | b':');
        let places = text.bytes().enumerate().filter(|(_, byte)| begins(byte)).map(|(at, _)| at);
        let mut places = places.filter_map(|at| Some((at, defanged(text, at)?))).peekable();
        places.peek()?;
        let (mut out, mut at) = (Builder::new(self), 0);
        for (place, (mark, length)) in places {
            if place < at {
                continue;
            }
            out.same(at, place);
            out.char(mark, place, place + length);
            at = place + length;
        }
        out.same(at, text.len());
        Some(out.done())
    }

    /// Sees it without regard to case and to how wide letters are, composed
    /// characters taken apart (Unicode, NFKD), without what has no width, and with
    /// `+` as the blank that it is in a URL's query.
    pub fn folded(&self) -> NormalizedView<'_> {
        if self.text.is_ascii() {
            let text = self.text.to_ascii_lowercase().replace('+', " ");
            return NormalizedView { text: Cow::Owned(text), spans: self.spans.clone() };
        }
        let mut out = Builder::new(self);
        for (at, char) in self.text.char_indices() {
            fold(char, |folded| out.char(folded, at, at + char.len_utf8()));
        }
        out.done()
    }
}

/// Returns what is the same for a letter however it is cased. By way of capitals,
/// so that `ß` is `SS` and both small sigmas are one (Unicode, section 5.18).
fn fold(char: char, mut give: impl FnMut(char)) {
    match char {
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' => {}
        '+' | '\u{ff0b}' => give(' '),
        _ if char.is_ascii() => give(char.to_ascii_lowercase()),
        // Taken apart at last: the capital of a letter may be a composed one again.
        _ => decompose_compatible(char, |part| {
            part.to_uppercase()
                .flat_map(char::to_lowercase)
                .for_each(|part| decompose_compatible(part, &mut give));
        }),
    }
}

/// Gathers a view, character by character.
struct Builder<'a> {
    from: &'a NormalizedView<'a>,
    text: String,
    spans: Vec<(usize, usize)>,
}

impl<'a> Builder<'a> {
    fn new(from: &'a NormalizedView<'a>) -> Builder<'a> {
        let length = from.text.len();
        Builder { from, text: String::with_capacity(length), spans: Vec::with_capacity(length) }
    }

    /// Adds a character that represents the range `from..to`.
    fn char(&mut self, char: char, from: usize, to: usize) {
        self.text.push(char);
        self.spans.resize(self.text.len(), self.from.origin(from, to));
    }

    /// Adds a stretch as it is.
    fn same(&mut self, from: usize, to: usize) {
        for (at, char) in self.from.text[from..to].char_indices() {
            self.char(char, from + at, from + at + char.len_utf8());
        }
    }

    /// Adds bytes, each with its length where it stood, from `at` on; what is not
    /// UTF-8 as `String::from_utf8_lossy` would.
    fn bytes(&mut self, bytes: &[(u8, usize)], mut at: usize) {
        let values: Vec<u8> = bytes.iter().map(|(byte, _)| *byte).collect();
        let mut rest = bytes;
        let mut take = |count: usize| {
            let (taken, later) = rest.split_at(count);
            rest = later;
            let from = at;
            at += taken.iter().map(|(_, length)| length).sum::<usize>();
            (from, at)
        };
        for chunk in values.utf8_chunks() {
            for char in chunk.valid().chars() {
                let (from, to) = take(char.len_utf8());
                self.char(char, from, to);
            }
            if !chunk.invalid().is_empty() {
                let (from, to) = take(chunk.invalid().len());
                self.char(char::REPLACEMENT_CHARACTER, from, to);
            }
        }
    }

    fn done(self) -> NormalizedView<'static> {
        NormalizedView { text: Cow::Owned(self.text), spans: Some(self.spans) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_escaped_still_knows_where_it_stood() {
        let text = "a%C3%ab\\u0062 &amp;&#x63;%";
        let view = NormalizedView::of(text).unescaped().expect("there are escapes");
        assert_eq!(view.text(), "aëb &c%");
        assert_eq!(view.origin(1, 3), (1, 7));
        let place = view.text().find('c').expect("it is there");
        let (from, to) = view.origin(place, place + 1);
        assert_eq!(&text[from..to], "&#x63;");
    }

    #[test]
    fn a_layer_of_escapes_is_undone_at_a_time() {
        let once = NormalizedView::of("%2561").unescaped().expect("there are escapes");
        assert_eq!(once.text(), "%61");
        let twice = once.unescaped().expect("there are more");
        assert_eq!((twice.text(), twice.origin(0, 1)), ("a", (0, 5)));
        assert!(
            twice.unescaped().is_none()
                && NormalizedView::of("100% &c \\q &#xffffffff;").unescaped().is_none()
        );
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced() {
        let view = NormalizedView::of("jos%E9x\\xe9").unescaped().expect("there are escapes");
        assert_eq!(view.text(), "jos\u{fffd}x\u{fffd}");
        assert_eq!(view.origin(3, 6), (3, 6));
    }

    #[test]
    fn letters_are_the_same_in_any_case_and_width() {
        for (one, other) in [
            ("ZOË", "zoë"),
            ("Straße", "STRASSE"),
            ("ὈΔΥΣΣΕΎΣ", "ὀδυσσεύς"),
            ("İ", "i\u{307}"),
            ("Ａlice＋x", "al\u{200b}ice x"),
            ("K", "k"),
            ("Zoe\u{308}", "ZO\u{cb}"),
            ("ﬁona", "FIONA"),
            ("각", "\u{1100}\u{1161}\u{11a8}"),
        ] {
            assert_eq!(
                NormalizedView::of(one).folded().text(),
                NormalizedView::of(other).folded().text(),
                "{one}"
            );
        }
        let text = "İXß";
        let view = NormalizedView::of(text);
        let folded = view.folded();
        let place = folded.text().find('s').expect("it is there");
        assert_eq!(folded.origin(place, place + 1), (3, 5));
    }

    #[test]
    fn what_keeps_an_address_from_being_followed_is_seen_through() {
        for (text, plain) in [
            ("198[.]51(.)100{.}23", "198.51.100.23"),
            ("198 . 51. 100 .23", "198.51.100.23"),
            ("198[dot]51(DOT)100 dot 23", "198.51.100.23"),
            ("198[.51[.100.]23", "198.51.100.23"),
            ("198\\.51\\.100\\.23", "198.51.100.23"),
            ("2001[:]db8(:):1", "2001:db8::1"),
            ("198[ . ]51", "198.51"),
        ] {
            let refanged = NormalizedView::of(text).refanged().map(|view| view.text().to_owned());
            assert_eq!(refanged.as_deref(), Some(plain), "{text}");
        }
        for text in
            ["in time. Then 2 dots", "a dot b", "[x] (y) {z}", "10:00 [web]: 198.51.100.23", ". :", "<"]
        {
            assert!(NormalizedView::of(text).refanged().is_none(), "{text}");
        }
        let view = NormalizedView::of("é 1[.]2").refanged().expect("there is one");
        assert_eq!((view.text(), view.origin(4, 5)), ("é 1.2", (4, 7)));
    }
}
