//! One decoded block of a dictionary: values, and their folded forms.

use std::ops::Range;
use std::sync::OnceLock;

use super::tokenizer::fold_char;

/// One decoded block of a dictionary.
#[derive(Debug)]
pub(super) struct DictionaryBlock {
    text: String,
    ends: Vec<u32>,
    case: Case,
}

/// Collects the values of a block.
pub(super) struct BlockBuilder {
    text: Vec<u8>,
    ends: Vec<u32>,
}

/// How the folded form of a block's values is found.
#[derive(Debug)]
enum Case {
    /// They are folded.
    Folded,
    /// By a copy, which costs less than keeping it.
    Ascii,
    /// By folding each, once.
    Other(OnceLock<Box<Texts>>),
}

/// Texts one after another, and where each ends.
#[derive(Debug)]
struct Texts {
    text: String,
    ends: Vec<u32>,
}

impl DictionaryBlock {
    /// Creates a block of these values.
    pub fn of(values: impl IntoIterator<Item = String>) -> DictionaryBlock {
        let (mut text, mut ends) = (String::new(), Vec::new());
        for value in values {
            text.push_str(&value);
            ends.push(text.len() as u32);
        }
        DictionaryBlock::new(text, ends)
    }

    fn new(text: String, ends: Vec<u32>) -> DictionaryBlock {
        let case = match text.is_ascii() {
            true if !text.bytes().any(|b| b.is_ascii_uppercase()) => Case::Folded,
            true => Case::Ascii,
            false => Case::Other(OnceLock::new()),
        };
        DictionaryBlock { text, ends, case }
    }

    /// Begins a block of about so many values.
    pub fn builder(count: usize) -> BlockBuilder {
        BlockBuilder { text: Vec::new(), ends: Vec::with_capacity(count) }
    }

    /// Returns how many values it has.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns about how much memory it takes, in bytes, once it was folded.
    pub fn bytes(&self) -> usize {
        let once = self.text.len() + self.ends.len() * 4 + 100;
        if matches!(self.case, Case::Other(_)) { once * 2 } else { once }
    }

    /// Returns a value.
    pub fn get(&self, i: usize) -> &str {
        &self.text[span(&self.ends, i)]
    }

    /// Returns the folded values one after another, and where each ends.
    /// `scratch` may be used for them.
    pub fn folded<'a>(&'a self, scratch: &'a mut String) -> (&'a str, &'a [u32]) {
        match &self.case {
            Case::Folded => (&self.text, &self.ends),
            Case::Ascii => {
                scratch.clear();
                scratch.push_str(&self.text);
                scratch.make_ascii_lowercase();
                (scratch, &self.ends)
            }
            Case::Other(folded) => {
                let texts = folded.get_or_init(|| fold_all(&self.text, &self.ends));
                (&texts.text, &texts.ends)
            }
        }
    }
}

impl BlockBuilder {
    /// Adds a value.
    pub fn push(&mut self, value: &[u8]) {
        self.text.extend_from_slice(value);
        self.ends.push(self.text.len() as u32);
    }

    /// Returns the block; none if a value is not UTF-8.
    pub fn finish(self) -> Option<DictionaryBlock> {
        let block = DictionaryBlock::new(String::from_utf8(self.text).ok()?, self.ends);
        let cut = |end: &u32| !block.text.is_char_boundary(*end as usize);
        let wrong = matches!(block.case, Case::Other(_)) && block.ends.iter().any(cut);
        (!wrong).then_some(block)
    }
}

/// Returns the stretch of a value.
pub(super) fn span(ends: &[u32], i: usize) -> Range<usize> {
    let start = if i == 0 { 0 } else { ends[i - 1] as usize };
    start..ends[i] as usize
}

fn fold_all(text: &str, ends: &[u32]) -> Box<Texts> {
    let mut folded = Texts { text: String::with_capacity(text.len()), ends: Vec::with_capacity(ends.len()) };
    for i in 0..ends.len() {
        folded.text.extend(text[span(ends, i)].chars().map(fold_char));
        folded.ends.push(folded.text.len() as u32);
    }
    Box::new(folded)
}
