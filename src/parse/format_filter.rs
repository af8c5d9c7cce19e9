//! Which formats a text can be of, judged by the words that it has: with hundreds of
//! formats, most records are of none of them, and trying each would take long.

use std::cell::OnceCell;
use std::fmt;

use aho_corasick::AhoCorasick;

use super::format::{Format, Hint, TextStart};
use super::time::timestamp_formats;

/// Formats, and the words that their records must have.
pub struct FormatFilter {
    formats: Vec<&'static dyn Format>,
    words: AhoCorasick,
    /// The hints of each format.
    hints: Vec<Vec<Needs>>,
    /// For each first byte of a text, the hints that can hold: the place of the format, and
    /// that of the hint. Formats are in their order.
    by_first: Vec<Vec<(u32, u32)>>,
    /// How many numbers of 64 bits hold a bit for each word.
    length: usize,
}

/// A hint with the numbers of its words.
#[derive(Debug)]
struct Needs {
    begins: TextStart,
    words: Vec<u32>,
}

/// How a text begins, as far as formats ask for it.
struct Begun<'t> {
    text: &'t str,
    first: Option<u8>,
    mark: Option<char>,
    is_time: OnceCell<bool>,
}

impl Begun<'_> {
    fn new(text: &str) -> Begun<'_> {
        let first = text.as_bytes().first().copied();
        Begun { text, first, mark: text.trim_start().chars().next(), is_time: OnceCell::new() }
    }

    fn is(&self, begins: &TextStart) -> bool {
        match begins {
            TextStart::Anyhow => true,
            TextStart::Texts(texts) => texts.iter().any(|text| self.text.starts_with(text.as_str())),
            TextStart::Mark(mark) => self.mark == Some(*mark),
            TextStart::Time => *self.is_time.get_or_init(|| timestamp_formats::begins(self.text)),
            TextStart::Digit => self.first.is_some_and(is_digit),
            TextStart::Letter => self.first.is_some_and(is_letter),
        }
    }
}

impl FormatFilter {
    /// Creates the filter of formats, which keep their order.
    pub fn new(formats: Vec<&'static dyn Format>) -> FormatFilter {
        let mut words: Vec<String> = Vec::new();
        let mut number = |word: String| {
            let known = words.iter().position(|other| *other == word);
            known.unwrap_or_else(|| {
                words.push(word);
                words.len() - 1
            }) as u32
        };
        let mut needs = |hint: Hint| Needs {
            begins: hint.begins,
            words: hint.words.into_iter().map(&mut number).collect(),
        };
        let hints: Vec<Vec<Needs>> =
            formats.iter().map(|format| format.hints().into_iter().map(&mut needs).collect()).collect();
        let by_first = (0..=u8::MAX).map(|first| possible(&hints, first)).collect();
        let length = words.len().div_ceil(64);
        let words = AhoCorasick::new(&words).expect("a few thousand words are not too many");
        FormatFilter { formats, words, hints, by_first, length }
    }

    /// Returns all formats.
    pub fn formats(&self) -> &[&'static dyn Format] {
        &self.formats
    }

    /// Returns the places of the formats that a text can be of.
    pub fn places<'t>(&'t self, text: &'t str) -> impl Iterator<Item = usize> {
        let (found, begun) = (self.found(text), Begun::new(text));
        let first = text.as_bytes().first().copied().unwrap_or_default();
        let mut last = None;
        self.by_first[usize::from(first)].iter().filter_map(move |(place, hint)| {
            let needs = &self.hints[*place as usize][*hint as usize];
            let is_new = last != Some(*place);
            let may_be =
                is_new && needs.words.iter().all(|word| has(&found, *word)) && begun.is(&needs.begins);
            may_be.then(|| {
                last = Some(*place);
                *place as usize
            })
        })
    }

    /// Returns the places of the formats of which a record can stand anywhere in a text.
    pub fn places_anywhere(&self, text: &str) -> impl Iterator<Item = usize> + '_ + use<'_> {
        let found = self.found(text);
        (0..self.formats.len()).filter(move |place| {
            self.hints[*place].iter().any(|needs| needs.words.iter().all(|word| has(&found, *word)))
        })
    }

    /// Returns which words a text has, a bit for each.
    fn found(&self, text: &str) -> Vec<u64> {
        let mut found = vec![0_u64; self.length];
        for word in self.words.find_overlapping_iter(text) {
            let number = word.pattern().as_usize();
            found[number / 64] |= 1 << (number % 64);
        }
        found
    }

    /// Returns the formats that a text can be of.
    pub fn candidates<'t>(&'t self, text: &'t str) -> impl Iterator<Item = &'static dyn Format> + 't {
        self.places(text).map(|place| self.formats[place])
    }
}

/// Returns the hints that can hold for a text with this first byte; none has begun with 0.
fn possible(hints: &[Vec<Needs>], first: u8) -> Vec<(u32, u32)> {
    let mut list = Vec::new();
    for (place, own) in (0..).zip(hints) {
        for (number, needs) in (0..).zip(own) {
            if may_begin(&needs.begins, first) {
                list.push((place, number));
            }
        }
    }
    list
}

fn may_begin(begins: &TextStart, first: u8) -> bool {
    match begins {
        TextStart::Anyhow => true,
        TextStart::Texts(texts) => {
            texts.iter().any(|text| text.as_bytes().first().is_none_or(|own| *own == first))
        }
        TextStart::Mark(mark) => {
            *mark as u32 == u32::from(first) || first.is_ascii_whitespace() || !first.is_ascii()
        }
        TextStart::Time => is_alphanumeric(first),
        TextStart::Digit => is_digit(first),
        TextStart::Letter => is_letter(first),
    }
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.')
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || !byte.is_ascii()
}

/// Times begin with a digit, or with the name of a month or a weekday.
fn is_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii()
}

fn has(found: &[u64], number: u32) -> bool {
    found[number as usize / 64] >> (number % 64) & 1 == 1
}

impl fmt::Debug for FormatFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FormatFilter").field("formats", &self.formats.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::format::RecordText;
    use crate::parse::formats::FORMATS;
    use crate::record::Event;

    proptest::proptest! {
        #[test]
        fn no_format_is_left_out_that_reads_a_text(
            which in 0usize..10_000,
            cut in 0usize..300,
            odd in "[a-z{}<>=:, \\[\\]\"|]{0,20}",
        ) {
            let filter = FormatFilter::new(FORMATS.iter().copied().filter(|own| !own.is_for_programs()).collect());
            let format = FORMATS[which % FORMATS.len()];
            for sample in format.samples() {
                let at = sample.floor_char_boundary(cut.min(sample.len()));
                for text in [(*sample).to_owned(), format!("{}{odd}{}", &sample[..at], &sample[at..])] {
                    let left: Vec<&str> = filter.candidates(&text).map(Format::name).collect();
                    for own in filter.formats() {
                        let is_read = own.read_record(&RecordText::new(&text), &mut Event::default());
                        proptest::prop_assert!(!is_read || left.contains(&own.name()), "{}: {}", own.name(), text);
                    }
                }
            }
        }
    }
}
