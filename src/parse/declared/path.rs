//! Paths to the values of a record: `a.b`, `a.b[*]`, `list[2].x`, `list[name=X].value`.

use std::ops::Range;

use super::values::{Names, Values};

/// A path, compiled for one format: the places where a value may be, in order.
#[derive(Debug)]
pub struct Path {
    places: Vec<PlainPath>,
}

/// A path from the root of a record.
#[derive(Debug)]
struct PlainPath {
    steps: Vec<Step>,
    /// The slot of the whole name, without what is in brackets.
    slot: u32,
    /// All values, not only the first.
    all: bool,
    /// Which of several values, where the path ends with a number in brackets.
    nth: Option<usize>,
}

/// The choice of one element of an array of objects.
#[derive(Debug)]
struct Step {
    list: String,
    which: Which,
}

#[derive(Debug)]
enum Which {
    Nth(usize),
    /// The element in which this slot has this value.
    Where(u32, String),
}

impl Path {
    /// Reads a path.
    pub fn parse(text: &str, names: &mut Names) -> Result<Path, String> {
        let text = text.trim();
        let first = text.find(['.', '[']).map_or(text, |end| &text[..end]);
        let places = match names.aliases.get(first).cloned() {
            None => vec![PlainPath::parse(text, names)?],
            Some(roots) => {
                let rest = &text[first.len()..];
                let at = |root: &String| {
                    let own = match root.as_str() {
                        "." => rest.trim_start_matches('.').to_owned(),
                        root => format!("{root}{rest}"),
                    };
                    (!own.is_empty()).then_some(own)
                };
                let texts: Vec<String> = roots.iter().filter_map(at).collect();
                texts.iter().map(|text| PlainPath::parse(text, names)).collect::<Result<_, _>>()?
            }
        };
        Ok(Path { places })
    }

    /// Asks for all values where no number chooses one.
    pub fn take_all(&mut self) {
        self.places.iter_mut().for_each(|place| place.all = true);
    }

    /// Returns the slot of the whole name, where it is only one.
    pub fn slot(&self) -> Option<u32> {
        match self.places.as_slice() {
            [only] if only.steps.is_empty() && only.nth.is_none() => Some(only.slot),
            _ => None,
        }
    }

    /// Returns the places of its values that are not marks of absent ones.
    pub fn places(&self, values: &Values<'_, '_>) -> Vec<usize> {
        let mut found = self.places.iter().map(|path| path.places(values));
        found.find(|places| !places.is_empty()).unwrap_or_default()
    }
}

impl PlainPath {
    fn parse(text: &str, names: &mut Names) -> Result<PlainPath, String> {
        let (mut name, mut steps, mut rest) = (String::new(), Vec::new(), text);
        let (mut all, mut nth) = (false, None);
        while let Some(at) = rest.find(['[', '`']) {
            let (before, behind) = rest.split_at(at);
            name.push_str(before);
            let close = if behind.starts_with('`') { '`' } else { ']' };
            let (inside, after) =
                behind[1..].split_once(close).ok_or_else(|| format!("`{text}` lacks a closing {close}"))?;
            rest = after;
            if close == '`' {
                name.push_str(inside);
                continue;
            }
            let is_last = after.is_empty();
            match (inside.split_once('='), inside.parse::<usize>()) {
                (Some((key, value)), _) => {
                    let slot = names.slot(&format!("{name}.{}", key.trim_matches('`')));
                    let which = Which::Where(slot, value.trim_matches('\'').to_owned());
                    steps.push(Step { list: name.clone(), which });
                }
                (None, Ok(number)) if is_last => nth = Some(number),
                (None, Ok(number)) => steps.push(Step { list: name.clone(), which: Which::Nth(number) }),
                (None, Err(_)) if inside == "*" => all = true,
                (None, Err(_)) if inside.starts_with('\'') => {
                    name.push('.');
                    name.push_str(inside.trim_matches('\''));
                }
                _ => return Err(format!("`[{inside}]` is not a number, `*`, or `name=value`")),
            }
        }
        name.push_str(rest);
        if name.is_empty() {
            return Err(format!("`{text}` names nothing"));
        }
        Ok(PlainPath { steps, slot: names.slot(&name), all, nth })
    }

    fn places(&self, values: &Values<'_, '_>) -> Vec<usize> {
        let Some(range) = self.range(values) else { return Vec::new() };
        let present = |place: &usize| !values.datum(*place).is_absent();
        let places = values.places(self.slot, range).filter(present);
        match self.nth {
            Some(nth) => places.skip(nth).take(1).collect(),
            None if self.all => places.collect(),
            None => places.take(1).collect(),
        }
    }

    /// Follows the choices of elements.
    fn range(&self, values: &Values<'_, '_>) -> Option<Range<usize>> {
        let mut range = 0..values.len();
        for step in &self.steps {
            range = match &step.which {
                Which::Nth(nth) => values.elements(&step.list, range).nth(*nth)?,
                Which::Where(slot, wanted) => values.elements(&step.list, range).find(|element| {
                    values
                        .places(*slot, element.clone())
                        .any(|place| values.datum(place).clone().written() == *wanted)
                })?,
            };
        }
        Some(range)
    }
}
