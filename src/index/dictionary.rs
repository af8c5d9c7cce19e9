//! A dictionary: the distinct values of a column, in blocks.

use std::ops::Range;
use std::sync::Arc;

use tantivy::columnar::StrColumn;
use tantivy_sstable::TermOrdHit;

use super::block_cache::{Cache, DictionaryKey};
use super::cancel::CancelToken;
use super::corruption::damaged;
use super::dictionary_block::DictionaryBlock;
use super::matcher::Matcher;
use super::number_terms::{self, NumberTerms};
use super::ordinal_set::OrdinalSet;
use super::partition::partition_point;
use crate::error::Result;

/// About how many bytes of texts make up a block: a text is looked for in all of them
/// at once.
const BLOCK_BYTES: u64 = 512 << 10;
/// No block has more values.
const MOST_VALUES: u64 = 1 << 14;

/// A column's dictionary. A text's ordinal is its rank by its bytes, that of a number its
/// rank by its value.
#[derive(Clone)]
pub(super) struct Dictionary {
    source: Source,
    /// The first ordinal of each block, and the number of values at the end.
    firsts: Arc<[u32]>,
}

#[derive(Clone)]
enum Source {
    /// Texts of a file, decoded when they are needed.
    File { column: StrColumn, cache: Arc<Cache>, place: DictionaryKey },
    /// Numbers, written when their texts are needed.
    Numbers(Arc<NumberTerms>),
    /// One block that was made.
    Made(Arc<DictionaryBlock>),
}

impl Dictionary {
    /// Returns the dictionary of a column of a file.
    pub fn of_file(column: StrColumn, cache: Arc<Cache>, place: DictionaryKey) -> Dictionary {
        let (terms, bytes) = (column.num_terms() as u64, column.dictionary().num_bytes().get_bytes());
        // Compressed, texts take a third or less.
        let each = (bytes * 3 / terms.max(1)).max(1);
        let step = (BLOCK_BYTES / each).clamp(1, MOST_VALUES);
        Dictionary { firsts: firsts(terms as u32, step), source: Source::File { column, cache, place } }
    }

    /// Returns the dictionary of a column of numbers.
    pub fn of_numbers(terms: Arc<NumberTerms>) -> Dictionary {
        let firsts = firsts(terms.len(), number_terms::BLOCK.into());
        Dictionary { source: Source::Numbers(terms), firsts }
    }

    /// Returns a dictionary of texts that are sorted already.
    pub fn made(block: DictionaryBlock) -> Dictionary {
        let firsts = firsts(block.len() as u32, block.len().max(1) as u64);
        Dictionary { source: Source::Made(Arc::new(block)), firsts }
    }

    /// Returns whether the values are numbers, so that they are not in the order of
    /// their texts.
    pub fn is_numbers(&self) -> bool {
        matches!(self.source, Source::Numbers(_))
    }

    /// Returns how many values it has.
    pub fn len(&self) -> u32 {
        self.firsts[self.firsts.len() - 1]
    }

    /// Returns how many blocks it has.
    pub fn blocks(&self) -> usize {
        self.firsts.len() - 1
    }

    /// Returns the block in which an ordinal lies.
    pub fn block_of(&self, ord: u32) -> usize {
        self.firsts.partition_point(|first| *first <= ord) - 1
    }

    /// Returns the first ordinal of a block.
    pub fn first(&self, block: usize) -> u32 {
        self.firsts[block]
    }

    /// Returns a block, decoded.
    pub fn block(&self, number: usize) -> Result<Arc<DictionaryBlock>> {
        match &self.source {
            Source::Made(block) => Ok(block.clone()),
            Source::Numbers(terms) => Ok(Arc::new(terms.block(number))),
            Source::File { column, cache, place } => cache.block((*place, number as u32), || {
                decode(column, self.firsts[number]..self.firsts[number + 1])
            }),
        }
    }

    /// Returns a block, decoded for one pass over all of them: it is not kept.
    pub fn block_once(&self, number: usize) -> Result<Arc<DictionaryBlock>> {
        match &self.source {
            Source::Made(_) | Source::Numbers(_) => self.block(number),
            Source::File { column, .. } => {
                decode(column, self.firsts[number]..self.firsts[number + 1]).map(Arc::new)
            }
        }
    }

    /// Returns a value.
    pub fn get(&self, ord: u32) -> Result<String> {
        match &self.source {
            Source::Made(block) => Ok(block.get(ord as usize).to_owned()),
            Source::Numbers(terms) => Ok(terms.get(ord)),
            Source::File { column, .. } => {
                let mut text = String::new();
                match column.ord_to_str(ord.into(), &mut text) {
                    Ok(true) => Ok(text),
                    Ok(false) => Err(strange("it lacks a value")),
                    Err(error) => Err(strange(error)),
                }
            }
        }
    }

    /// Returns several values, in the order of their ordinals here: each block is decoded
    /// once.
    pub fn texts(&self, ordinals: &[u32]) -> Result<Vec<String>> {
        let mut order: Vec<usize> = (0..ordinals.len()).collect();
        order.sort_unstable_by_key(|at| ordinals[*at]);
        let mut texts = vec![String::new(); ordinals.len()];
        let mut open: Option<(usize, Arc<DictionaryBlock>)> = None;
        for at in order {
            let number = self.block_of(ordinals[at]);
            let block = match open.take() {
                Some((known, block)) if known == number => block,
                _ => self.block_once(number)?,
            };
            block.get((ordinals[at] - self.first(number)) as usize).clone_into(&mut texts[at]);
            open = Some((number, block));
        }
        Ok(texts)
    }

    /// Finds the ordinal of a value.
    pub fn find(&self, value: &str) -> Result<Option<u32>> {
        match &self.source {
            Source::Numbers(terms) => Ok(terms.find(value)),
            Source::Made(_) | Source::File { .. } => {
                let (ord, found) = self.first_at(value)?;
                Ok(found.then_some(ord))
            }
        }
    }

    /// Returns the ordinal of the first text that is not before this one, and whether it
    /// is this one. The texts are in their order: they are no numbers.
    pub fn first_at(&self, text: &str) -> Result<(u32, bool)> {
        match &self.source {
            Source::Numbers(_) => unreachable!("numbers are in the order of their values"),
            Source::Made(block) => {
                let at = partition_point(block.len(), |i| block.get(i) < text);
                Ok((at as u32, at < block.len() && block.get(at) == text))
            }
            Source::File { column, .. } => {
                match column.dictionary().term_ord_or_next(text.as_bytes()).map_err(strange)? {
                    TermOrdHit::Exact(ord) => Ok((ord as u32, true)),
                    TermOrdHit::Next(ord) => Ok((ord.min(self.len().into()) as u32, false)),
                }
            }
        }
    }

    /// Returns the ordinals of the values that match; or whose part that `view`
    /// gives does.
    pub fn matching(
        &self,
        matcher: &Matcher,
        view: Option<fn(&str) -> &str>,
        cancel: &CancelToken,
    ) -> Result<OrdinalSet> {
        let mut picked = OrdinalSet::none(self.len());
        let mut scratch = String::new();
        for number in 0..self.blocks() {
            cancel.check()?;
            let first = self.firsts[number];
            matcher.scan(&*self.block(number)?, view, &mut scratch, |i| picked.insert(first + i as u32));
        }
        Ok(picked)
    }
}

/// Returns the first ordinal of each block, and the number of values at the end.
fn firsts(len: u32, step: u64) -> Arc<[u32]> {
    (0..len).step_by(step as usize).chain([len]).collect()
}

/// Decodes the texts of these ordinals.
fn decode(column: &StrColumn, ords: Range<u32>) -> Result<DictionaryBlock> {
    let ords: Vec<u64> = ords.map(u64::from).collect();
    let mut block = DictionaryBlock::builder(ords.len());
    let all = column.dictionary().sorted_ords_to_term_cb(&ords, |text| block.push(text));
    if !all.map_err(strange)? {
        return Err(strange("it lacks values"));
    }
    block.finish().ok_or_else(|| strange("it has values that are no text"))
}

fn strange(why: impl std::fmt::Display) -> crate::error::Error {
    damaged(format!("a dictionary cannot be decoded: {why}"))
}
