//! Expressions: where a field's value comes from, and through which filters it passes.

use std::borrow::Cow;

use super::definition::OneOrMany;
use super::filter::Filter;
use super::path::Path;
use super::value_map::Maps;
use super::values::{Datum, Names, Values};
use crate::parse::flatten::LeafValue;

/// What an expression gives: nothing, one value, or several.
pub type Found<'a> = Vec<Datum<'a>>;

/// Values that were set before, by the slots of their fields' names.
pub trait Outputs<'a> {
    /// Returns what was set under a name.
    fn output(&self, slot: u32) -> &[Datum<'a>];
}

/// Alternatives: the first that gives a value is taken.
#[derive(Debug)]
pub struct Expression {
    alternatives: Vec<Chain>,
    /// The values of all alternatives are taken.
    takes_all: bool,
}

#[derive(Debug)]
struct Chain {
    source: Source,
    steps: Vec<Step>,
}

#[derive(Debug)]
enum Step {
    Filter(Filter),
    /// The nanoseconds from this time to that of a path.
    Until(Path),
}

#[derive(Debug)]
enum Source {
    Path(Path),
    Literal(&'static str),
    Template(Vec<Piece>),
}

#[derive(Debug)]
enum Piece {
    Text(String),
    Value(Box<Chain>),
}

impl Expression {
    /// Reads alternatives.
    pub fn parse(texts: &OneOrMany, names: &mut Names, maps: &Maps) -> Result<Expression, String> {
        let chains = texts.all().iter().map(|text| Chain::parse(text, names, maps));
        let alternatives = chains.collect::<Result<_, _>>()?;
        Ok(Expression { alternatives, takes_all: texts.takes_all() })
    }

    /// Creates the expression of one name.
    pub fn of_name(name: &str, names: &mut Names) -> Result<Expression, String> {
        let chain =
            Chain { source: Source::Path(Path::parse(&format!("{name}[*]"), names)?), steps: Vec::new() };
        Ok(Expression { alternatives: vec![chain], takes_all: false })
    }

    /// Returns the values, and notes which of the record's are held whole.
    pub fn evaluate<'a>(&self, values: &mut Values<'_, 'a>, outputs: &dyn Outputs<'a>) -> Found<'a> {
        if self.takes_all {
            let mut all = Vec::new();
            for chain in &self.alternatives {
                for datum in chain.evaluate(values, outputs) {
                    if !datum.is_absent() {
                        all.push(datum);
                    }
                }
            }
            return all;
        }
        for chain in &self.alternatives {
            let found = chain.evaluate(values, outputs);
            if found.iter().any(|datum| !datum.is_absent()) {
                return found;
            }
        }
        Vec::new()
    }
}

impl Chain {
    fn parse(text: &str, names: &mut Names, maps: &Maps) -> Result<Chain, String> {
        let mut parts = split_outside_quotes(text, '|').into_iter();
        let first = parts.next().unwrap_or_default().trim();
        let source = match first.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
            Some(literal) => Source::Literal(String::from(literal).leak()),
            None if first.contains('{') => Source::Template(template(first, names, maps)?),
            None => Source::Path(Path::parse(first, names)?),
        };
        let mut steps = Vec::new();
        for part in parts.map(str::trim) {
            steps.push(match part.strip_prefix("until ") {
                Some(path) => Step::Until(Path::parse(path.trim().trim_matches('\''), names)?),
                None => Step::Filter(Filter::parse(part, maps)?),
            });
        }
        Ok(Chain { source, steps })
    }

    fn evaluate<'a>(&self, values: &mut Values<'_, 'a>, outputs: &dyn Outputs<'a>) -> Found<'a> {
        let keeps_all =
            self.steps.iter().all(|step| matches!(step, Step::Filter(filter) if filter.keeps_all()));
        let held = match &self.source {
            Source::Path(path) if keeps_all => path.places(values),
            _ => Vec::new(),
        };
        let mut found = match &self.source {
            Source::Literal(text) => vec![Datum::text(*text)],
            Source::Path(path) => at_path(path, values, outputs),
            Source::Template(pieces) => fill(pieces, values, outputs),
        };
        for step in &self.steps {
            found = match step {
                Step::Filter(filter) => filter.apply(found),
                Step::Until(path) => {
                    let end = at_path(path, values, outputs);
                    found
                        .first()
                        .zip(end.first())
                        .and_then(|(from, to)| between(from, to))
                        .into_iter()
                        .collect()
                }
            };
        }
        // A value that a filter could not read is held by no field.
        if found.len() >= held.len() {
            held.into_iter().for_each(|place| values.mark_used(place));
        }
        found
    }
}

fn at_path<'a>(path: &Path, values: &Values<'_, 'a>, outputs: &dyn Outputs<'a>) -> Found<'a> {
    let places = path.places(values);
    if places.is_empty() {
        return path.slot().map(|slot| outputs.output(slot).to_vec()).unwrap_or_default();
    }
    places.iter().map(|place| values.datum(*place).clone()).collect()
}

/// Returns the nanoseconds between two times; nothing where that is less than none.
fn between<'a>(from: &Datum<'_>, to: &Datum<'_>) -> Option<Datum<'a>> {
    let nanos = to.instant()?.checked_sub(from.instant()?)?;
    (nanos >= 0).then_some(Datum::Leaf(LeafValue::Int(nanos)))
}

/// Fills a template; nothing if one of its values is absent.
fn fill<'a>(pieces: &[Piece], values: &mut Values<'_, 'a>, outputs: &dyn Outputs<'a>) -> Found<'a> {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(own) => text.push_str(own),
            Piece::Value(chain) => match chain.evaluate(values, outputs).into_iter().next() {
                Some(datum) => text.push_str(&datum.written()),
                None => return Vec::new(),
            },
        }
    }
    vec![Datum::text(Cow::<str>::Owned(text))]
}

fn template(text: &str, names: &mut Names, maps: &Maps) -> Result<Vec<Piece>, String> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    while let Some((before, behind)) = rest.split_once('{') {
        let (path, after) =
            behind.split_once('}').ok_or_else(|| format!("`{text}` lacks a closing brace"))?;
        if !before.is_empty() {
            pieces.push(Piece::Text(before.to_owned()));
        }
        pieces.push(Piece::Value(Box::new(Chain::parse(path, names, maps)?)));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    Ok(pieces)
}

/// Splits a text where a character stands outside single quotes and braces.
pub fn split_outside_quotes(text: &str, at: char) -> Vec<&str> {
    let (mut parts, mut start, mut quoted, mut deep) = (Vec::new(), 0, false, 0_u32);
    for (place, c) in text.char_indices() {
        if c == '\'' {
            quoted = !quoted;
        } else if !quoted && c == '{' {
            deep += 1;
        } else if !quoted && c == '}' {
            deep = deep.saturating_sub(1);
        } else if c == at && !quoted && deep == 0 {
            parts.push(&text[start..place]);
            start = place + c.len_utf8();
        }
    }
    parts.push(&text[start..]);
    parts
}
