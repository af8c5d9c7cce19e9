//! The values of several segments together, each once.

use std::borrow::Cow;
use std::sync::Arc;

use super::dictionary::Dictionary;
use super::dictionary_block::DictionaryBlock;
use super::search::QueryRun;
use super::value_counts::ValueCounts;
use crate::error::Result;

/// Walks through the sorted dictionaries together and calls for each value
/// that occurs, with how often in all.
pub(super) fn merge(
    search: &QueryRun<'_>,
    tallies: &[ValueCounts<'_>],
    mut call: impl FnMut(&str, u64),
) -> Result<()> {
    let tallies: Vec<Counted<'_>> = tallies.iter().map(Counted::of).collect::<Result<_>>()?;
    let mut cursors = Vec::new();
    for tally in &tallies {
        cursors.extend(Cursor::begin(tally)?);
    }
    let mut steps = 0u32;
    while !cursors.is_empty() {
        steps = steps.wrapping_add(1);
        if steps.is_multiple_of(4096) {
            search.cancel.check()?;
        }
        let least = (1..cursors.len())
            .fold(0, |best, i| if cursors[i].value() < cursors[best].value() { i } else { best });
        let block = cursors[least].block.clone();
        let value = block.get(cursors[least].at);
        let mut count = 0;
        let mut i = 0;
        while i < cursors.len() {
            if cursors[i].value() == value {
                count += u64::from(cursors[i].count());
                if !cursors[i].advance()? {
                    cursors.swap_remove(i);
                    continue;
                }
            }
            i += 1;
        }
        call(value, count);
    }
    Ok(())
}

/// Values in the order of their texts, and how often each occurs.
struct Counted<'a> {
    terms: Dictionary,
    counts: Cow<'a, [u32]>,
}

impl<'a> Counted<'a> {
    fn of(tally: &'a ValueCounts<'_>) -> Result<Counted<'a>> {
        let terms = &tally.terms;
        if !terms.is_numbers() {
            return Ok(Counted { terms: terms.clone(), counts: Cow::Borrowed(&tally.counts) });
        }
        let occur = (0..).zip(&tally.counts).filter(|(_, count)| **count > 0);
        let mut texts: Vec<(String, u32)> =
            occur.map(|(ord, count)| Ok((terms.get(ord)?, *count))).collect::<Result<_>>()?;
        texts.sort_unstable();
        let counts: Vec<u32> = texts.iter().map(|(_, count)| *count).collect();
        let block = DictionaryBlock::of(texts.into_iter().map(|(text, _)| text));
        Ok(Counted { terms: Dictionary::made(block), counts: Cow::Owned(counts) })
    }
}

/// A place in a dictionary, at a value that occurs.
struct Cursor<'a> {
    tally: &'a Counted<'a>,
    number: usize,
    block: Arc<DictionaryBlock>,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn begin(tally: &'a Counted<'a>) -> Result<Option<Cursor<'a>>> {
        let Some(ord) = tally.counts.iter().position(|count| *count > 0) else { return Ok(None) };
        let terms = &tally.terms;
        let number = terms.block_of(ord as u32);
        let at = ord - terms.first(number) as usize;
        Ok(Some(Cursor { tally, number, block: terms.block(number)?, at }))
    }

    fn ord(&self) -> usize {
        self.tally.terms.first(self.number) as usize + self.at
    }

    fn value(&self) -> &str {
        self.block.get(self.at)
    }

    fn count(&self) -> u32 {
        self.tally.counts[self.ord()]
    }

    /// Goes to the next value that occurs; tells whether there is one.
    fn advance(&mut self) -> Result<bool> {
        let from = self.ord() + 1;
        let Some(next) = self.tally.counts[from..].iter().position(|count| *count > 0) else {
            return Ok(false);
        };
        let (ord, terms) = (from + next, &self.tally.terms);
        let number = terms.block_of(ord as u32);
        if number != self.number {
            (self.number, self.block) = (number, terms.block(number)?);
        }
        self.at = ord - terms.first(number) as usize;
        Ok(true)
    }
}
