//! The distinct values of a column of numbers or addresses, as its dictionary.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use hashbrown::HashMap;
use tantivy::columnar::column_values::{CompactHit, CompactSpaceU64Accessor};
use tantivy::columnar::{ColumnType, ColumnValues, MonotonicallyMappableToU64};

use super::compare::{address, date};
use super::dictionary_block::DictionaryBlock;
use crate::record::Timestamp;

/// How many values are decoded at once.
const STEP: u32 = 4096;
/// How many values make up a block.
pub(super) const BLOCK: u32 = 1 << 14;
/// Ordinals are found in a table where the numbers lie in a range of so many, and in a
/// hash table elsewhere.
const TABLE: u64 = 1 << 21;

/// The values of a column, one after another.
pub(super) type Numbers<T> = Arc<dyn ColumnValues<T>>;

/// How the numbers of a column are written as text.
#[derive(Clone)]
pub(super) enum NumberText {
    Long,
    Unsigned,
    Float,
    Bool,
    Date,
    /// The numbers stand for addresses; these are the column's values.
    Ip(Numbers<u64>),
}

/// The distinct numbers of a column; a number's ordinal is its rank.
pub(super) struct NumberTerms {
    numbers: Vec<u64>,
    ordinals: Ordinals,
    text: NumberText,
}

enum Ordinals {
    /// By how much larger a number is than the least.
    Table(Vec<u32>),
    Map(HashMap<u64, u32>),
}

impl NumberText {
    /// Returns how the numbers of a column of this type are written.
    pub fn of(kind: ColumnType, values: &Numbers<u64>) -> NumberText {
        match kind {
            ColumnType::I64 => NumberText::Long,
            ColumnType::F64 => NumberText::Float,
            ColumnType::Bool => NumberText::Bool,
            ColumnType::DateTime => NumberText::Date,
            ColumnType::IpAddr => NumberText::Ip(values.clone()),
            ColumnType::U64 | ColumnType::Str | ColumnType::Bytes => NumberText::Unsigned,
        }
    }

    /// Writes a number.
    pub fn write(&self, number: u64) -> String {
        match self {
            NumberText::Long => i64::from_u64(number).to_string(),
            NumberText::Unsigned => number.to_string(),
            NumberText::Float => f64::from_u64(number).to_string(),
            NumberText::Bool => (number != 0).to_string(),
            NumberText::Date => Timestamp::from_nanos(i64::from_u64(number)).to_string(),
            NumberText::Ip(values) => {
                let bits = compact(values).map_or(0, |space| space.compact_to_u128(number as u32));
                IpAddr::V6(Ipv6Addr::from_bits(bits)).to_canonical().to_string()
            }
        }
    }

    /// Returns the number that is written so; none if none is.
    fn read(&self, text: &str) -> Option<u64> {
        let number = match self {
            NumberText::Long => text.parse::<i64>().ok()?.to_u64(),
            NumberText::Unsigned => text.parse().ok()?,
            NumberText::Float => text.parse::<f64>().ok()?.to_u64(),
            NumberText::Bool => text.parse::<bool>().ok()?.to_u64(),
            NumberText::Date => date(text)?.nanos().to_u64(),
            NumberText::Ip(_) => match self.first_at(address_bits(address(text)?))? {
                CompactHit::Exact(number) => number.into(),
                CompactHit::Next(_) | CompactHit::AfterLast => return None,
            },
        };
        (self.write(number) == text).then_some(number)
    }

    /// Returns where an address, or the next one that the column's numbers can stand for,
    /// is among them; none where they stand for no addresses.
    pub fn first_at(&self, bits: u128) -> Option<CompactHit> {
        let NumberText::Ip(values) = self else { return None };
        Some(compact(values)?.u128_to_next_compact(bits))
    }

    /// Returns whether a folded text may stand in a value.
    pub fn may_contain(&self, folded: &str) -> bool {
        let bytes: &[u8] = match self {
            NumberText::Long | NumberText::Unsigned => b"-0123456789",
            NumberText::Float => b"-0123456789.einfa",
            NumberText::Bool => b"truefals",
            NumberText::Date => b"-0123456789:.tz",
            NumberText::Ip(_) => b"0123456789abcdef:.",
        };
        folded.bytes().all(|byte| bytes.contains(&byte))
    }
}

/// Returns the bits of an address as the columns have it: an IPv4 address is mapped to IPv6.
pub(super) fn address_bits(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

fn compact(values: &Numbers<u64>) -> Option<&CompactSpaceU64Accessor> {
    values.downcast_ref::<CompactSpaceU64Accessor>()
}

impl NumberTerms {
    /// Reads the distinct numbers of a column.
    pub fn new(values: &Numbers<u64>, text: NumberText) -> NumberTerms {
        let (mut least, mut most) = (u64::MAX, 0);
        each(values, |value| (least, most) = (least.min(value), most.max(value)));
        let span = most.checked_sub(least).and_then(|span| span.checked_add(1)).unwrap_or(0);
        if span <= TABLE {
            let mut table = vec![0u32; span as usize];
            each(values, |value| table[(value - least) as usize] = 1);
            let mut numbers = Vec::new();
            for (i, seen) in table.iter_mut().enumerate().filter(|(_, seen)| **seen > 0) {
                *seen = numbers.len() as u32;
                numbers.push(least + i as u64);
            }
            return NumberTerms { numbers, ordinals: Ordinals::Table(table), text };
        }
        let mut numbers = Vec::with_capacity(values.num_vals() as usize);
        each(values, |value| numbers.push(value));
        numbers.sort_unstable();
        numbers.dedup();
        let ordinals = numbers.iter().copied().zip(0..).collect();
        NumberTerms { numbers, ordinals: Ordinals::Map(ordinals), text }
    }

    /// Returns how many distinct numbers there are.
    pub fn len(&self) -> u32 {
        self.numbers.len() as u32
    }

    /// Returns about how much memory they take, in bytes.
    pub fn bytes(&self) -> usize {
        let ordinals = match &self.ordinals {
            Ordinals::Table(table) => table.len() * 4,
            Ordinals::Map(map) => map.capacity() * 17,
        };
        self.numbers.len() * 8 + ordinals
    }

    /// Returns the ordinal of a number of the column.
    pub fn ordinal(&self, number: u64) -> u32 {
        match &self.ordinals {
            Ordinals::Table(table) => table[(number - self.numbers[0]) as usize],
            Ordinals::Map(map) => map[&number],
        }
    }

    /// Returns the number of an ordinal.
    pub fn number(&self, ordinal: u32) -> u64 {
        self.numbers[ordinal as usize]
    }

    /// Returns the text of an ordinal.
    pub fn get(&self, ordinal: u32) -> String {
        self.text.write(self.number(ordinal))
    }

    /// Finds the ordinal of a text.
    pub fn find(&self, text: &str) -> Option<u32> {
        let number = self.text.read(text)?;
        self.numbers.binary_search(&number).ok().map(|at| at as u32)
    }

    /// Returns a block of the texts.
    pub fn block(&self, number: usize) -> DictionaryBlock {
        let from = number * BLOCK as usize;
        let to = self.numbers.len().min(from + BLOCK as usize);
        DictionaryBlock::of(self.numbers[from..to].iter().map(|number| self.text.write(*number)))
    }
}

fn each(values: &Numbers<u64>, mut call: impl FnMut(u64)) {
    let mut buffer = Vec::new();
    for start in (0..values.num_vals()).step_by(STEP as usize) {
        buffer.resize(STEP.min(values.num_vals() - start) as usize, 0);
        values.get_range(start.into(), &mut buffer);
        buffer.iter().for_each(|value| call(*value));
    }
}
