//! What is inside a value: sentences, pairs, JSON.

use std::borrow::Cow;

use super::condition::RuleCondition;
use super::expression::Outputs;
use super::pairs::PairSyntax;
use super::path::Path;
use super::pattern::LinePattern;
use super::value_map::Constants;
use super::values::{Datum, Values};
use crate::parse::flatten::{LeafValue, json_object};

/// How a value is taken apart.
#[derive(Debug)]
pub struct Sentences {
    pub from: Path,
    pub condition: Option<RuleCondition>,
    pub patterns: Vec<Sentence>,
    pub json: bool,
    /// The pairs in it, and what stands before their names.
    pub pairs: Option<(PairSyntax, String)>,
    /// The name of the value.
    pub name: String,
}

/// A pattern with what it sets.
#[derive(Debug)]
pub struct Sentence {
    pub pattern: LinePattern,
    pub condition: Option<RuleCondition>,
    pub set: Constants,
    /// Only for messages of the format's programs.
    pub behind: bool,
}

impl Sentences {
    /// Adds the values that are inside the value, and returns what the sentence sets.
    pub fn read<'a>(&self, values: &mut Values<'_, 'a>, outputs: &dyn Outputs<'a>) -> Option<&Constants> {
        if self.condition.as_ref().is_some_and(|condition| !condition.holds(values, outputs)) {
            return None;
        }
        let place = self.from.places(values).first().copied()?;
        let text = match values.datum(place).clone() {
            Datum::Leaf(LeafValue::Text(text)) => text,
            _ => return None,
        };
        if self.json {
            self.read_json(&text, place, values);
        }
        if let Some((syntax, prefix)) = &self.pairs {
            match &text {
                Cow::Borrowed(text) => _ = syntax.read(text, prefix, values),
                Cow::Owned(text) => {
                    let mut own = Values::new(values.names());
                    syntax.read(text, prefix, &mut own);
                    for (name, datum) in own.into_rest() {
                        values.put_named(name.into_owned(), datum.into_owned());
                    }
                }
            }
        }
        self.patterns
            .iter()
            .find(|sentence| sentence.matches(text.clone(), values, outputs))
            .map(|found| &found.set)
    }

    fn read_json(&self, text: &str, place: usize, values: &mut Values<'_, '_>) {
        let Some(leaves) = json_object(text.trim()) else { return };
        for (name, leaf) in leaves.iter() {
            values.put_named(format!("{}.{name}", self.name), Datum::Leaf(leaf.clone()).into_owned());
        }
        if leaves.rest().is_none() {
            values.mark_used(place);
        }
    }
}

impl Sentence {
    /// Matches a value, which may not live as long as the record's text.
    pub fn matches<'a>(
        &self,
        text: Cow<'a, str>,
        values: &mut Values<'_, 'a>,
        outputs: &dyn Outputs<'a>,
    ) -> bool {
        let before = values.len();
        let is_matched = match text {
            Cow::Borrowed(text) => self.pattern.matches(text, values).is_ok(),
            Cow::Owned(text) => {
                let mut found = Vec::new();
                let is_matched = self.pattern.matches(&text, &mut found).is_ok();
                found.into_iter().for_each(|(slot, datum)| values.put(slot, datum.into_owned()));
                is_matched
            }
        };
        let holds =
            is_matched && self.condition.as_ref().is_none_or(|condition| condition.holds(values, outputs));
        if !holds {
            values.truncate(before);
        }
        holds
    }
}
