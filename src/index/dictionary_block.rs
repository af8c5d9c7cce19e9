//! One decoded block of a dictionary: values, and their folded forms.

use std::ops::Range;
use std::sync::OnceLock;

use super::layout::BlockMeta;
use super::tokenizer::fold_char;

/// One decoded block of a dictionary.
#[derive(Debug)]
pub(super) struct DictionaryBlock {
    text: String,
    ends: Vec<u32>,
    case: Case,
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

    /// Reads a block from its bytes before compression; none if they are not one.
    pub fn read(mut raw: Vec<u8>, meta: &BlockMeta) -> Option<DictionaryBlock> {
        let text = meta.text as usize;
        let mut lengths = raw.get(text..)?;
        let mut end = 0u64;
        let mut ends = Vec::with_capacity(meta.count as usize);
        for _ in 0..meta.count {
            end += take_length(&mut lengths)?;
            ends.push(u32::try_from(end).ok()?);
        }
        raw.truncate(text);
        let block = DictionaryBlock::new(String::from_utf8(raw).ok()?, ends);
        let cut = |end: &u32| !block.text.is_char_boundary(*end as usize);
        let wrong =
            end != text as u64 || (matches!(block.case, Case::Other(_)) && block.ends.iter().any(cut));
        (!wrong).then_some(block)
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

/// Reads a length in LEB128; none if there is none.
pub(super) fn take_length(bytes: &mut &[u8]) -> Option<u64> {
    if let [byte @ 0..0x80, rest @ ..] = *bytes {
        *bytes = rest;
        return Some((*byte).into());
    }
    let mut length = 0;
    for shift in (0..35).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        length |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(length);
        }
    }
    None
}
