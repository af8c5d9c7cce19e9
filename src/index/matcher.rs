//! One test on one value.
//!
//! A test is made once per search and asked once per distinct value of a
//! dictionary, not once per event. Where every match must contain a certain
//! text, a whole block is searched for that text first.

use std::net::IpAddr;
use std::ops::RangeInclusive;

use memchr::memmem::Finder;
use regex::{Regex, RegexBuilder};
use tantivy::columnar::MonotonicallyMappableToU64;
use tantivy::columnar::column_values::CompactHit;

use super::compare::{Network, address, bounds, compare, compare_whole, fits};
use super::dictionary_block::{DictionaryBlock, span};
use super::number_terms::{NumberText, address_bits};
use super::tokenizer::{fold, has_phrase, is_word, tokens};
use crate::error::{Error, Result, Visible};
use crate::query::{Op, Pattern, Scalar, Test};

/// How a pattern meets a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The whole value.
    Whole,
    /// The whole value, as an address however it is written.
    Address,
    /// The whole value, as a number however it is written.
    Number,
    /// Tokens in it.
    Words,
}

/// A test on a value, ready to be asked.
#[derive(Debug)]
pub(super) struct Matcher {
    rule: Rule,
    /// What every folded value that matches contains.
    needle: Option<Finder<'static>>,
}

#[derive(Debug)]
enum Rule {
    Nothing,
    Anything,
    /// The folded value is this.
    Whole(String),
    /// The folded value begins so.
    Begins(String),
    /// The folded value contains this.
    Contains(String),
    /// The folded value contains these tokens one after another.
    Phrase(Vec<String>),
    /// The folded value matches (wildcards).
    Folded(Regex),
    /// The value matches.
    Regex(Regex),
    Network(Network),
    /// The value compares so with each of these.
    Compares(Vec<(Op, Scalar)>),
    Either(Box<Rule>, Box<Rule>),
}

impl Matcher {
    /// Creates the matcher of a test. Regular expressions may be refused.
    pub fn new(test: &Test, meaning: Meaning) -> Result<Matcher> {
        let rule = match test {
            Test::Exists => Rule::Anything,
            Test::Is(pattern) => of_pattern(pattern, meaning)?,
            Test::Regex(text) => Rule::Regex(regex(text, true)?),
            Test::Cidr(ip, prefix) => Rule::Network(Network::new(*ip, *prefix)),
            Test::Compare(op, scalar) => Rule::Compares(vec![(*op, scalar.clone())]),
            Test::Range(low, high) => Rule::Compares(bounds(low, high)),
        };
        Ok(Matcher::of(rule))
    }

    /// Creates the matcher of values with this prefix, ignoring case.
    pub fn begins(prefix: &str) -> Matcher {
        Matcher::of(Rule::Begins(fold(prefix).into_owned()))
    }

    fn of(rule: Rule) -> Matcher {
        let literal = match &rule {
            Rule::Whole(text) | Rule::Begins(text) | Rule::Contains(text) => text.as_str(),
            Rule::Phrase(words) => words.iter().max_by_key(|word| word.len()).map_or("", String::as_str),
            _ => "",
        };
        let needle = (!literal.is_empty()).then(|| Finder::new(literal).into_owned());
        Matcher { rule, needle }
    }

    /// Returns whether a value matches; `folded` is its folded form.
    pub fn matches(&self, text: &str, folded: &str) -> bool {
        self.rule.matches(text, folded)
    }

    /// Returns what every folded value that matches contains, where that is known.
    pub fn needle(&self) -> Option<&str> {
        std::str::from_utf8(self.needle.as_ref()?.needle()).ok()
    }

    /// Returns the ranges of the numbers of a column that match exactly; none where each
    /// has to be asked.
    pub fn number_ranges(&self, text: &NumberText) -> Option<Vec<RangeInclusive<u64>>> {
        match text {
            NumberText::Long => long_range(&self.rule).map(|range| range.into_iter().collect()),
            NumberText::Ip(values) => address_ranges(&self.rule, text, values.max_value()),
            _ => None,
        }
    }

    /// Calls for each value of a block that matches (or whose part that `view`
    /// gives does), by its place there, ascending. `scratch` may be used for anything.
    pub fn scan(
        &self,
        block: &DictionaryBlock,
        view: Option<fn(&str) -> &str>,
        scratch: &mut String,
        mut call: impl FnMut(usize),
    ) {
        let (folded, ends) = block.folded(scratch);
        let matches = |i: usize| match view {
            None => self.matches(block.get(i), &folded[span(ends, i)]),
            Some(view) => {
                let part = view(block.get(i));
                self.matches(part, &fold(part))
            }
        };
        let Some(needle) = &self.needle else {
            (0..block.len()).filter(|i| matches(*i)).for_each(call);
            return;
        };
        let (mut at, mut value) = (0, 0);
        while let Some(found) = needle.find(&folded.as_bytes()[at..]) {
            let found = at + found;
            value += ends[value..].partition_point(|end| *end as usize <= found);
            let stretch = span(ends, value);
            if found + needle.needle().len() > stretch.end {
                at = found + 1;
                continue;
            }
            if matches(value) {
                call(value);
            }
            at = stretch.end;
        }
    }
}

impl Rule {
    fn matches(&self, text: &str, folded: &str) -> bool {
        match self {
            Rule::Nothing => false,
            Rule::Anything => true,
            Rule::Whole(wanted) => folded == wanted,
            Rule::Begins(wanted) => folded.starts_with(wanted.as_str()),
            Rule::Contains(wanted) => folded.contains(wanted.as_str()),
            Rule::Phrase(words) => has_phrase(folded, words),
            Rule::Folded(regex) => regex.is_match(folded),
            Rule::Regex(regex) => regex.is_match(text),
            Rule::Network(network) => address(text).is_some_and(|ip| network.contains(ip)),
            Rule::Compares(tests) => tests
                .iter()
                .all(|(op, scalar)| compare(text, folded, scalar).is_some_and(|order| fits(order, *op))),
            Rule::Either(one, other) => one.matches(text, folded) || other.matches(text, folded),
        }
    }
}

fn of_pattern(pattern: &Pattern, meaning: Meaning) -> Result<Rule> {
    let folded = fold(&pattern.text).into_owned();
    if !pattern.quoted && pattern.is_wild() {
        return of_wildcards(&folded, meaning);
    }
    let literal = &pattern.text;
    Ok(match meaning {
        Meaning::Whole => Rule::Whole(folded),
        Meaning::Address => match address(literal) {
            Some(ip) => either(folded, fold(&ip.to_string()).into_owned(), Rule::Whole),
            None => Rule::Whole(folded),
        },
        Meaning::Number => match literal.parse::<f64>() {
            Ok(n) if n.is_finite() => {
                let same = vec![(Op::AtLeast, Scalar::Number(n)), (Op::AtMost, Scalar::Number(n))];
                Rule::Either(Box::new(Rule::Whole(folded)), Box::new(Rule::Compares(same)))
            }
            _ => Rule::Whole(folded),
        },
        Meaning::Words => match address(literal).filter(IpAddr::is_ipv6) {
            Some(ip) => either(folded, fold(&ip.to_string()).into_owned(), words),
            None => words(folded),
        },
    })
}

/// One rule for one text, or for two where they differ.
fn either(one: String, other: String, rule: impl Fn(String) -> Rule) -> Rule {
    if one == other {
        return rule(one);
    }
    Rule::Either(Box::new(rule(one)), Box::new(rule(other)))
}

/// Words are searched for as tokens; a text without letters and digits, as it stands.
fn words(folded: String) -> Rule {
    let words: Vec<String> = tokens(&folded).map(str::to_owned).collect();
    match (words.is_empty(), folded.is_empty()) {
        (false, _) => Rule::Phrase(words),
        (true, false) => Rule::Contains(folded),
        (true, true) => Rule::Nothing,
    }
}

/// Wildcards over the whole value; or, for words, over a stretch of it that
/// begins and ends between tokens where the pattern does not begin or end with `*`.
fn of_wildcards(folded: &str, meaning: Meaning) -> Result<Rule> {
    let open = |c: Option<char>| c == Some(Pattern::ANY);
    let (from, to) = (open(folded.chars().next()), open(folded.chars().next_back()));
    let inner = folded.trim_matches(Pattern::ANY);
    if inner.is_empty() {
        return Ok(Rule::Anything);
    }
    if from && to && !inner.contains([Pattern::ANY, Pattern::ONE]) {
        return Ok(Rule::Contains(inner.to_owned()));
    }
    let word = |c: Option<char>| c.is_some_and(|c| is_word(c) || c == Pattern::ONE);
    let (mut text, mut close) = (String::new(), "");
    if meaning == Meaning::Words {
        if !from && word(inner.chars().next()) {
            text.push_str(r"(?:^|[^\p{Alphabetic}\p{N}])");
        }
        if !to && word(inner.chars().next_back()) {
            close = r"(?:$|[^\p{Alphabetic}\p{N}])";
        }
    } else {
        text.push_str(if from { "" } else { "^" });
        close = if to { "" } else { "$" };
    }
    let mut literal = [0; 4];
    for c in inner.chars() {
        match c {
            Pattern::ANY => text.push_str(".*"),
            Pattern::ONE => text.push('.'),
            c => text.push_str(&regex::escape(c.encode_utf8(&mut literal))),
        }
    }
    text.push_str(close);
    Ok(Rule::Folded(regex(&text, false)?))
}

/// Returns the whole numbers that match, mapped to `u64`; the outer none where they
/// are no range, the inner where there are none.
fn long_range(rule: &Rule) -> Option<Option<RangeInclusive<u64>>> {
    let tests = match rule {
        Rule::Compares(tests) => tests,
        // As a whole number is written, it is found as a number, too.
        Rule::Either(one, other) => match (one.as_ref(), other.as_ref()) {
            (Rule::Whole(_), Rule::Compares(tests)) => tests,
            _ => return None,
        },
        _ => return None,
    };
    let numbers = tests.iter().map(|(op, scalar)| match scalar {
        Scalar::Number(n) => Some((*op, *n)),
        Scalar::Timestamp(_) | Scalar::Ip(_) | Scalar::Text(_) => None,
    });
    let numbers: Vec<(Op, f64)> = numbers.collect::<Option<_>>()?;
    let (mut least, mut most) = (i128::from(i64::MIN), i128::from(i64::MAX));
    for (op, n) in numbers {
        let order = |value: i128| compare_whole(value as i64, n);
        if n.is_nan() {
            return Some(None);
        }
        // The first number that is not below, or that is above.
        let first = |above: bool| {
            let (mut low, mut high) = (i128::from(i64::MIN), i128::from(i64::MAX) + 1);
            while low < high {
                let middle = (low + high).div_euclid(2);
                let before = order(middle).is_some_and(|order| order.is_lt() || (above && order.is_eq()));
                if before { low = middle + 1 } else { high = middle }
            }
            low
        };
        match op {
            Op::AtLeast => least = least.max(first(false)),
            Op::Greater => least = least.max(first(true)),
            Op::Less => most = most.min(first(false) - 1),
            Op::AtMost => most = most.min(first(true) - 1),
        }
    }
    Some((least <= most).then(|| (least as i64).to_u64()..=(most as i64).to_u64()))
}

/// Returns the ranges of numbers, up to `most`, of the addresses that match; none where
/// each has to be asked.
fn address_ranges(rule: &Rule, text: &NumberText, most: u64) -> Option<Vec<RangeInclusive<u64>>> {
    let bits = match rule {
        // Only an address that is written as the column writes it is a whole value.
        Rule::Whole(wanted) => match address(wanted).filter(|ip| ip.to_string() == *wanted) {
            Some(ip) => address_bits(ip)..=address_bits(ip),
            None => return Some(Vec::new()),
        },
        Rule::Network(network) => network.mapped()?,
        Rule::Either(one, other) => {
            let one = address_ranges(one, text, most)?;
            return Some([one, address_ranges(other, text, most)?].concat());
        }
        _ => return None,
    };
    let first = match text.first_at(*bits.start())? {
        CompactHit::Exact(number) | CompactHit::Next(number) => u64::from(number),
        CompactHit::AfterLast => return Some(Vec::new()),
    };
    let last = match bits.end().checked_add(1).and_then(|end| text.first_at(end)) {
        Some(CompactHit::Exact(number) | CompactHit::Next(number)) => u64::from(number).checked_sub(1),
        Some(CompactHit::AfterLast) | None => Some(most),
    };
    Some(last.filter(|last| first <= *last).map(|last| first..=last).into_iter().collect())
}

/// Compiles a regular expression; `given` ones come from the query, match
/// ignoring case, and `.` does not match a line feed there.
fn regex(text: &str, given: bool) -> Result<Regex> {
    RegexBuilder::new(text).case_insensitive(given).dot_matches_new_line(!given).build().map_err(|error| {
        Error::usage(format!("cannot use /{}/ as a regular expression", Visible(text)))
            .with_source(error)
            .hint("Shorten it, or look for a part of it with `*word*`.")
    })
}
