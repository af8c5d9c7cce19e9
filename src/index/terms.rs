//! A dictionary: the distinct values of a column, sorted, in blocks.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use zstd::bulk::Decompressor;

use super::cache::{Cache, Place};
use super::cancel::Cancel;
use super::fold::fold_char;
use super::layout::BlockMeta;
use super::matcher::Matcher;
use super::sheets::Sheets;
use crate::error::Result;

/// One decoded block of a dictionary.
#[derive(Debug)]
pub(super) struct Block {
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

/// Texts one behind another, and where each ends.
#[derive(Debug)]
struct Texts {
    text: String,
    ends: Vec<u32>,
}

impl Block {
    /// Makes a block of these values.
    pub fn of(values: impl IntoIterator<Item = String>) -> Block {
        let (mut text, mut ends) = (String::new(), Vec::new());
        for value in values {
            text.push_str(&value);
            ends.push(text.len() as u32);
        }
        Block::new(text, ends)
    }

    fn new(text: String, ends: Vec<u32>) -> Block {
        let case = match text.is_ascii() {
            true if !text.bytes().any(|b| b.is_ascii_uppercase()) => Case::Folded,
            true => Case::Ascii,
            false => Case::Other(OnceLock::new()),
        };
        Block { text, ends, case }
    }

    /// Reads a block from its bytes before compression; none if they are not one.
    fn read(mut raw: Vec<u8>, meta: &BlockMeta) -> Option<Block> {
        let text = meta.text as usize;
        let mut lengths = raw.get(text..)?;
        let mut end = 0u64;
        let mut ends = Vec::with_capacity(meta.count as usize);
        for _ in 0..meta.count {
            end += take_length(&mut lengths)?;
            ends.push(u32::try_from(end).ok()?);
        }
        raw.truncate(text);
        let block = Block::new(String::from_utf8(raw).ok()?, ends);
        let cut = |end: &u32| !block.text.is_char_boundary(*end as usize);
        let wrong =
            end != text as u64 || (matches!(block.case, Case::Other(_)) && block.ends.iter().any(cut));
        (!wrong).then_some(block)
    }

    /// Gives how many values it has.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Gives about how much memory it takes, in bytes, once it was folded.
    pub fn bytes(&self) -> usize {
        let once = self.text.len() + self.ends.len() * 4 + 100;
        if matches!(self.case, Case::Other(_)) { once * 2 } else { once }
    }

    /// Gives a value.
    pub fn get(&self, i: usize) -> &str {
        &self.text[span(&self.ends, i)]
    }

    /// Gives the folded values one behind another, and where each ends.
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

/// Gives the stretch of a value.
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

/// Reads a length in LEB128; none where there is none.
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

/// A column's dictionary. A value's ordinal is its rank by the bytes of its text.
pub(super) struct Terms {
    source: Source,
    /// The first ordinal of each block, and the number of values at the end.
    firsts: Vec<u32>,
}

enum Source {
    /// Blocks of a file, decoded when they are needed.
    File { sheets: Arc<Sheets>, blocks: Vec<BlockMeta>, cache: Arc<Cache>, place: Place },
    /// One block that was made.
    Made(Arc<Block>),
}

impl Terms {
    /// Gives the dictionary of a column of a file.
    pub fn of_file(sheets: Arc<Sheets>, blocks: Vec<BlockMeta>, cache: Arc<Cache>, place: Place) -> Terms {
        let mut firsts = vec![0];
        blocks.iter().for_each(|block| firsts.push(firsts[firsts.len() - 1] + block.count));
        Terms { source: Source::File { sheets, blocks, cache, place }, firsts }
    }

    /// Gives a dictionary of values that are sorted already.
    pub fn made(block: Block) -> Terms {
        let firsts = vec![0, block.len() as u32];
        Terms { source: Source::Made(Arc::new(block)), firsts }
    }

    /// Gives how many values it has.
    pub fn len(&self) -> u32 {
        self.firsts[self.firsts.len() - 1]
    }

    /// Gives how many blocks it has.
    pub fn blocks(&self) -> usize {
        self.firsts.len() - 1
    }

    /// Gives the block in which an ordinal lies.
    pub fn block_of(&self, ord: u32) -> usize {
        self.firsts.partition_point(|first| *first <= ord) - 1
    }

    /// Gives the first ordinal of a block.
    pub fn first(&self, block: usize) -> u32 {
        self.firsts[block]
    }

    /// Gives a block, decoded.
    pub fn block(&self, number: usize) -> Result<Arc<Block>> {
        match &self.source {
            Source::Made(block) => Ok(block.clone()),
            Source::File { sheets, blocks, cache, place } => {
                cache.get((*place, number as u32), |zstd| decode(sheets, &blocks[number], zstd))
            }
        }
    }

    /// Gives a value.
    pub fn get(&self, ord: u32) -> Result<String> {
        let number = self.block_of(ord);
        Ok(self.block(number)?.get((ord - self.firsts[number]) as usize).to_owned())
    }

    /// Gives the first ordinal for whose value a test fails, where it holds for
    /// all before.
    pub fn partition(&self, holds: impl Fn(&str) -> bool) -> Result<u32> {
        let (mut low, mut high) = (0, self.blocks());
        while low < high {
            let middle = (low + high) / 2;
            if holds(self.block(middle)?.get(0)) { low = middle + 1 } else { high = middle }
        }
        let Some(number) = low.checked_sub(1) else { return Ok(0) };
        let block = self.block(number)?;
        Ok(self.firsts[number] + partition_point(block.len(), |i| holds(block.get(i))) as u32)
    }

    /// Finds the ordinal of a value.
    pub fn find(&self, value: &str) -> Result<Option<u32>> {
        let ord = self.partition(|term| term < value)?;
        if ord == self.len() {
            return Ok(None);
        }
        let number = self.block_of(ord);
        let found = self.block(number)?.get((ord - self.firsts[number]) as usize) == value;
        Ok(found.then_some(ord))
    }

    /// Gives the ordinals of the values that match; or whose part that `view`
    /// gives does.
    pub fn matching(
        &self,
        matcher: &Matcher,
        view: Option<fn(&str) -> &str>,
        cancel: &Cancel,
    ) -> Result<Picked> {
        let mut picked = Picked::none(self.len());
        let mut scratch = String::new();
        for number in 0..self.blocks() {
            cancel.check()?;
            let first = self.firsts[number];
            matcher.scan(&*self.block(number)?, view, &mut scratch, |i| picked.insert(first + i as u32));
        }
        Ok(picked)
    }
}

fn decode(sheets: &Sheets, meta: &BlockMeta, zstd: &mut Decompressor<'static>) -> Result<Block> {
    let packed = sheets.part(meta.part)?;
    let raw = if packed.len() == meta.raw as usize {
        packed.to_vec()
    } else {
        sheets.decode(|| zstd.decompress(&packed, meta.raw as usize))?
    };
    Block::read(raw, meta).ok_or_else(|| sheets.damage("has a strange dictionary"))
}

/// Gives the first number below `len` for which a test fails, where it holds up to there.
pub(super) fn partition_point(len: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, len);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

/// A set of ordinals of one dictionary.
#[derive(Debug)]
pub(super) struct Picked {
    words: Vec<u64>,
    len: u32,
    count: u32,
    first: u32,
    last: u32,
}

impl Picked {
    /// Makes a set without ordinals, of a dictionary of `len` values.
    pub fn none(len: u32) -> Picked {
        Picked { words: vec![0; len.div_ceil(64) as usize], len, count: 0, first: u32::MAX, last: 0 }
    }

    /// Adds an ordinal that is not in it yet.
    pub fn insert(&mut self, ord: u32) {
        self.words[(ord / 64) as usize] |= 1 << (ord % 64);
        self.count += 1;
        (self.first, self.last) = (self.first.min(ord), self.last.max(ord));
    }

    /// Tells whether an ordinal is in the set.
    pub fn contains(&self, ord: u32) -> bool {
        self.words[(ord / 64) as usize] >> (ord % 64) & 1 == 1
    }

    /// Tells whether the set has no ordinals.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Tells whether every value is in the set.
    pub fn is_all(&self) -> bool {
        self.count == self.len
    }

    /// Gives the first and last ordinal where all between are in the set.
    pub fn run(&self) -> Option<(u32, u32)> {
        (self.count > 0 && self.last - self.first + 1 == self.count).then_some((self.first, self.last))
    }
}
