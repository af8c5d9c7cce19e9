//! A dictionary: the distinct values of a column, sorted, in blocks.

use std::sync::Arc;

use zstd::bulk::Decompressor;

use super::block_cache::{Cache, DictionaryKey};
use super::cancel::CancelToken;
use super::dictionary_block::DictionaryBlock;
use super::layout::BlockMeta;
use super::matcher::Matcher;
use super::ordinal_set::OrdinalSet;
use super::partition::partition_point;
use super::segment_file::SegmentFile;
use crate::error::Result;

/// A column's dictionary. A value's ordinal is its rank by the bytes of its text.
pub(super) struct Dictionary {
    source: Source,
    /// The first ordinal of each block, and the number of values at the end.
    firsts: Vec<u32>,
}

enum Source {
    /// Blocks of a file, decoded when they are needed.
    File { sheets: Arc<SegmentFile>, blocks: Vec<BlockMeta>, cache: Arc<Cache>, place: DictionaryKey },
    /// One block that was made.
    Made(Arc<DictionaryBlock>),
}

impl Dictionary {
    /// Returns the dictionary of a column of a file.
    pub fn of_file(
        sheets: Arc<SegmentFile>,
        blocks: Vec<BlockMeta>,
        cache: Arc<Cache>,
        place: DictionaryKey,
    ) -> Dictionary {
        let mut firsts = vec![0];
        blocks.iter().for_each(|block| firsts.push(firsts[firsts.len() - 1] + block.count));
        Dictionary { source: Source::File { sheets, blocks, cache, place }, firsts }
    }

    /// Returns a dictionary of values that are sorted already.
    pub fn made(block: DictionaryBlock) -> Dictionary {
        let firsts = vec![0, block.len() as u32];
        Dictionary { source: Source::Made(Arc::new(block)), firsts }
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
            Source::File { sheets, blocks, cache, place } => {
                cache.get((*place, number as u32), |zstd| decode(sheets, &blocks[number], zstd))
            }
        }
    }

    /// Returns a value.
    pub fn get(&self, ord: u32) -> Result<String> {
        let number = self.block_of(ord);
        Ok(self.block(number)?.get((ord - self.firsts[number]) as usize).to_owned())
    }

    /// Returns the first ordinal for whose value a test fails, where it holds for
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

fn decode(
    sheets: &SegmentFile,
    meta: &BlockMeta,
    zstd: &mut Decompressor<'static>,
) -> Result<DictionaryBlock> {
    let packed = sheets.part(meta.part)?;
    let raw = if packed.len() == meta.raw as usize {
        packed.to_vec()
    } else {
        sheets.decode(|| zstd.decompress(&packed, meta.raw as usize))?
    };
    DictionaryBlock::read(raw, meta).ok_or_else(|| sheets.damage("has a strange dictionary"))
}
