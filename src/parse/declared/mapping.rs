//! From the values of a record to the fields of an event.

use super::condition::RuleCondition;
use super::definition::{Constant, Definition, Extract, LineShape, OneOrMany, SentenceShape, Wrapped};
use super::expression::{Expression, Found, Outputs};
use super::ordered_map::OrderedMap;
use super::pairs::PairSyntax;
use super::path::Path;
use super::pattern::LinePattern;
use super::sentences::{Sentence, Sentences};
use super::target::{DatasetNames, Target};
use super::value_map::{Constants, Maps, ValueMap, constants};
use super::values::{Datum, Names, Values};
use crate::record::Event;

/// What the values of a format's records mean.
#[derive(Debug)]
pub struct Mapping {
    targets: Targets,
    extracts: Vec<Sentences>,
    defaults: Constants,
    fields: Vec<(usize, Expression)>,
    rules: Vec<Rule>,
    namespace: DatasetNames,
}

/// The fields that a format sets, each with the slot of its name.
#[derive(Debug, Default)]
pub struct Targets {
    list: Vec<Target>,
    slots: Vec<u32>,
    /// The target of each slot.
    of_slot: Vec<Option<usize>>,
}

impl Targets {
    fn add(&mut self, name: &str, names: &mut Names) -> usize {
        let slot = names.slot(name);
        if let Some(at) = self.slots.iter().position(|other| *other == slot) {
            return at;
        }
        self.list.push(Target::new(names.name(slot)));
        self.slots.push(slot);
        self.list.len() - 1
    }

    /// Compiles constants.
    pub fn constants(&mut self, set: &OrderedMap<Constant>, names: &mut Names) -> Constants {
        set.iter().map(|(name, constant)| (self.add(name, names), constants(constant))).collect()
    }
}

#[derive(Debug)]
struct Rule {
    condition: RuleCondition,
    /// It holds only where the rule before did not.
    otherwise: bool,
    set: Constants,
    fields: Vec<(usize, Expression)>,
    add: Constants,
    drop: Vec<usize>,
}

/// What was set so far.
struct Staged<'m, 'a> {
    targets: &'m Targets,
    found: Vec<Found<'a>>,
}

impl<'a> Outputs<'a> for Staged<'_, 'a> {
    fn output(&self, slot: u32) -> &[Datum<'a>] {
        let target = self.targets.of_slot.get(slot as usize).copied().flatten();
        target.map_or(&[], |target| self.found[target].as_slice())
    }
}

impl Staged<'_, '_> {
    /// Adds what a field does not have yet.
    fn add(&mut self, constants: &Constants) {
        for (target, texts) in constants {
            for text in *texts {
                if !self.found[*target].iter().any(|datum| datum.is_text(text)) {
                    self.found[*target].push(Datum::text(*text));
                }
            }
        }
    }

    fn set(&mut self, constants: &Constants) {
        for (target, texts) in constants {
            self.found[*target] = texts.iter().map(|text| Datum::text(*text)).collect();
        }
    }
}

impl Mapping {
    /// Compiles the meaning of a format's values. `captures` are the names that its
    /// patterns capture.
    pub fn compile(definition: &Definition, names: &mut Names) -> Result<MappingBuilder, String> {
        let maps: Maps =
            definition.map.iter().map(|(name, rows)| (name.clone(), ValueMap::new(rows))).collect();
        let mut targets = Targets::default();
        let defaults = targets.constants(&definition.set, names);
        let fields = expressions(&definition.fields, &mut targets, names, &maps)?;
        let mut rules = Vec::new();
        for shape in &definition.rule {
            let condition = match &shape.condition {
                Some(text) => RuleCondition::parse(text, names)?,
                None if shape.otherwise => RuleCondition::All(Vec::new()),
                None => return Err("a rule needs `if` or `else`".to_owned()),
            };
            let set = targets.constants(&shape.set, names);
            let fields = expressions(&shape.fields, &mut targets, names, &maps)?;
            let add = targets.constants(&shape.add, names);
            let drop = shape.drop.iter().map(|name| targets.add(name, names)).collect();
            rules.push(Rule { condition, otherwise: shape.otherwise, set, fields, add, drop });
        }
        let dataset = definition.dataset.clone().unwrap_or_else(|| definition.name.clone());
        let namespace = DatasetNames::new(&dataset, definition)?;
        let mapping = Mapping { targets, extracts: Vec::new(), defaults, fields, rules, namespace };
        let mut builder = MappingBuilder { mapping, names: std::mem::take(names) };
        for extract in &definition.extract {
            builder.extract(extract)?;
        }
        if let Some(wrapped) = &definition.wrapped {
            builder.wrapped(wrapped, &maps)?;
        }
        Ok(builder)
    }

    /// Fills an event. `constants` belong to the pattern that matched.
    pub fn apply<'a>(&self, mut values: Values<'_, 'a>, constants: &Constants, event: &mut Event<'a>) {
        let mut staged = Staged { targets: &self.targets, found: vec![Vec::new(); self.targets.list.len()] };
        staged.set(&self.defaults);
        staged.set(constants);
        for sentences in &self.extracts {
            if let Some(constants) = sentences.read(&mut values, &staged) {
                staged.set(constants);
            }
        }
        put_fields(&self.fields, &mut values, &mut staged);
        let mut held = false;
        for rule in &self.rules {
            let was_held = rule.otherwise && held;
            let holds = !was_held && rule.condition.holds(&values, &staged);
            held = holds || was_held;
            if holds {
                staged.set(&rule.set);
                put_fields(&rule.fields, &mut values, &mut staged);
                staged.add(&rule.add);
                rule.drop.iter().for_each(|target| staged.found[*target].clear());
            }
        }
        let found = self.targets.list.iter().zip(staged.found);
        self.namespace.emit(found, values, event);
    }
}

fn put_fields<'a>(fields: &[(usize, Expression)], values: &mut Values<'_, 'a>, staged: &mut Staged<'_, 'a>) {
    for (target, expression) in fields {
        let found = expression.evaluate(values, staged);
        if !found.is_empty() {
            staged.found[*target] = found;
        }
    }
}

fn expressions(
    fields: &OrderedMap<OneOrMany>,
    targets: &mut Targets,
    names: &mut Names,
    maps: &Maps,
) -> Result<Vec<(usize, Expression)>, String> {
    let compile = |(name, texts): (&str, &OneOrMany)| {
        let expression = Expression::parse(texts, names, maps).map_err(|error| format!("{name}: {error}"))?;
        Ok((targets.add(name, names), expression))
    };
    fields.iter().map(compile).collect()
}

/// Adds what only the patterns of a format name.
#[derive(Debug)]
pub struct MappingBuilder {
    mapping: Mapping,
    pub names: Names,
}

impl MappingBuilder {
    fn extract(&mut self, extract: &Extract) -> Result<(), String> {
        let from = Path::parse(&extract.from, &mut self.names)?;
        let mut patterns = Vec::new();
        for sentence in &extract.patterns {
            patterns.push(match sentence {
                SentenceShape::Text(text) => self.sentence(&LineShape::new(text))?,
                SentenceShape::WithSet(shape) => self.sentence(shape)?,
            });
        }
        let name = extract.from.replace('`', "");
        let pairs = extract.pairs.as_ref().map(|pairs| {
            let prefix = pairs.prefix.clone().unwrap_or_else(|| format!("{name}."));
            (PairSyntax::from(pairs), prefix)
        });
        let condition = self.condition(extract.condition.as_deref())?;
        let json = extract.json;
        self.mapping.extracts.push(Sentences { from, condition, patterns, json, pairs, name });
        Ok(())
    }

    /// Makes the message of another program the event's own.
    fn wrapped(&mut self, wrapped: &Wrapped, maps: &Maps) -> Result<(), String> {
        let rows = [("message", Some(&wrapped.text)), ("process.name", wrapped.program.as_ref())];
        for (field, text) in rows.into_iter().filter_map(|(field, text)| Some((field, text?))) {
            let target = self.mapping.targets.add(field, &mut self.names);
            let expression = Expression::parse(&OneOrMany::One(text.clone()), &mut self.names, maps)?;
            self.mapping.fields.push((target, expression));
        }
        Ok(())
    }

    /// Compiles a condition.
    pub fn condition(&mut self, text: Option<&str>) -> Result<Option<RuleCondition>, String> {
        text.map(|text| RuleCondition::parse(text, &mut self.names)).transpose()
    }

    /// Compiles a pattern with what it sets.
    pub fn sentence(&mut self, shape: &LineShape) -> Result<Sentence, String> {
        let pattern = self.pattern(&shape.pattern)?;
        let set = self.mapping.targets.constants(&shape.set, &mut self.names);
        let condition = self.condition(shape.condition.as_deref())?;
        Ok(Sentence { pattern, condition, set, behind: shape.behind })
    }

    /// Compiles a pattern: each capture that is named as a field fills that field,
    /// unless the format says otherwise.
    pub fn pattern(&mut self, text: &str) -> Result<LinePattern, String> {
        let mut pattern = LinePattern::parse(text)?;
        let mut named = Vec::new();
        let names = &mut self.names;
        pattern.for_each_capture(&mut |capture| {
            if !capture.name.is_empty() {
                capture.slot = Some(names.slot(&capture.name));
                named.push((capture.name.clone(), capture.kind.is_address()));
            }
        });
        for (name, is_address) in named {
            self.field_of_capture(&name, is_address)?;
        }
        Ok(pattern)
    }

    /// Adds the field that a capture fills by its name.
    pub fn field_of_capture(&mut self, name: &str, is_address: bool) -> Result<(), String> {
        let slot = self.names.slot(name);
        let is_known = self.mapping.targets.slots.contains(&slot);
        if is_known
            && self.mapping.fields.iter().any(|(target, _)| self.mapping.targets.slots[*target] == slot)
        {
            return Ok(());
        }
        if Target::is_field(name) || is_address {
            let target = self.mapping.targets.add(name, &mut self.names);
            if is_address {
                self.mapping.targets.list[target] = Target::address(self.names.name(slot));
            }
            self.mapping.fields.insert(0, (target, Expression::of_name(name, &mut self.names)?));
        }
        Ok(())
    }

    /// Returns the mapping with the names that it asks for.
    pub fn finish(mut self) -> (Mapping, Names) {
        let targets = &mut self.mapping.targets;
        for (target, slot) in targets.slots.iter().enumerate() {
            let slot = *slot as usize;
            if targets.of_slot.len() <= slot {
                targets.of_slot.resize(slot + 1, None);
            }
            targets.of_slot[slot] = Some(target);
        }
        (self.mapping, self.names)
    }
}
