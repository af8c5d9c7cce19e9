//! A format that a TOML file declares.

use std::borrow::Cow;

use super::condition::NoOutputs;
use super::definition::{DeclaredFraming, Definition, SentenceShape};
use super::glob::Glob;
use super::log_format;
use super::mapping::Mapping;
use super::matcher::Miss;
use super::pattern::LinePattern;
use super::shape::Shape;
use super::values::{Datum, Names, Values};
use crate::parse::flatten::LeafValue;
use crate::parse::format::{Format, Framing, Hint, LineKind, RecordText, TextStart};
use crate::record::Event;

/// A declared format.
#[derive(Debug)]
pub struct DeclaredFormat {
    definition: Definition,
    name: &'static str,
    about: &'static str,
    datasets: &'static [&'static str],
    samples: &'static [&'static str],
    framing: Framing,
    shape: Shape,
    mapping: Mapping,
    names: Names,
    programs: &'static [&'static str],
    /// It reads messages of programs only.
    is_for_programs: bool,
    program_patterns: Vec<Glob>,
    starts: Vec<LinePattern>,
    skips: Vec<LinePattern>,
}

impl DeclaredFormat {
    /// Reads and compiles a TOML file. `find` gives the definition of another format.
    pub fn parse(toml: &str, find: &dyn Fn(&str) -> Option<Definition>) -> Result<DeclaredFormat, String> {
        let definition: Definition = toml::from_str(toml).map_err(|error| error.to_string())?;
        DeclaredFormat::compile(definition, find)
    }

    /// Compiles a definition.
    pub fn compile(
        mut definition: Definition,
        find: &dyn Fn(&str) -> Option<Definition>,
    ) -> Result<DeclaredFormat, String> {
        let other = |name: &str| find(name).ok_or_else(|| format!("there is no format `{name}`"));
        log_format::expand(&mut definition)?;
        if let Some(base) = definition.base.clone() {
            let mut base = other(&base)?;
            log_format::expand(&mut base)?;
            definition.inherit(&base);
        }
        for name in definition.maps.clone() {
            definition.borrow_maps(&other(&name)?);
        }
        let mut names = Names::default();
        if let Some(json) = &definition.json {
            (names.aliases, names.ignores_case) = (json.alias.clone(), json.ignore_case);
        }
        let mut builder = Mapping::compile(&definition, &mut names)?;
        let shape = Shape::compile(&definition, &mut builder)?;
        let (mapping, names) = builder.finish();
        let starts =
            definition.starts.iter().map(|text| LinePattern::parse(text)).collect::<Result<_, _>>()?;
        let skips = definition.skip.iter().map(|text| LinePattern::parse(text)).collect::<Result<_, _>>()?;
        let own = |text: &str| -> &'static str { String::from(text).leak() };
        let mut datasets = vec![own(definition.dataset.as_ref().unwrap_or(&definition.name))];
        datasets.extend(definition.datasets.iter().map(|name| own(name)));
        let samples: Vec<&'static str> = definition
            .sample
            .iter()
            .filter(|sample| !sample.reject)
            .map(|sample| own(&sample.line))
            .collect();
        let (patterns, exact): (Vec<&String>, Vec<&String>) =
            definition.programs.iter().partition(|name| name.contains('*'));
        let framing = match (definition.framing, &shape) {
            (Some(DeclaredFraming::Json), _) | (None, Shape::Json(_)) => Framing::Json,
            _ => Framing::Lines,
        };
        Ok(DeclaredFormat {
            name: own(&definition.name),
            about: own(&definition.about),
            datasets: datasets.leak(),
            samples: samples.leak(),
            framing,
            is_for_programs: reads_messages_only(&definition, &shape),
            shape,
            mapping,
            names,
            programs: exact.into_iter().map(|name| own(name)).collect::<Vec<_>>().leak(),
            program_patterns: patterns.into_iter().map(|name| Glob::new(name)).collect(),
            starts,
            skips,
            definition,
        })
    }

    /// Returns the file that it was compiled from.
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// Returns where the pattern that came furthest stopped; `None` for other formats.
    pub fn furthest(&self, text: &str) -> Option<(&str, Miss)> {
        let Shape::Lines(lines) = &self.shape else { return None };
        let misses = lines.iter().zip(&self.definition.line).filter_map(|(line, shape)| {
            Some((shape.pattern.as_str(), line.pattern.matches(text, &mut Vec::new()).err()?))
        });
        misses.max_by_key(|(_, miss)| (miss.parts, miss.at))
    }
}

impl Format for DeclaredFormat {
    fn name(&self) -> &'static str {
        self.name
    }

    fn about(&self) -> &'static str {
        self.about
    }

    fn datasets(&self) -> &'static [&'static str] {
        self.datasets
    }

    fn samples(&self) -> &'static [&'static str] {
        self.samples
    }

    fn specificity(&self) -> u8 {
        self.definition.specificity.unwrap_or(60)
    }

    fn framing(&self) -> Framing {
        self.framing
    }

    fn programs(&self) -> &'static [&'static str] {
        self.programs
    }

    fn has_program_patterns(&self) -> bool {
        !self.program_patterns.is_empty()
    }

    fn reads_program(&self, program: &str) -> bool {
        self.program_patterns.iter().any(|glob| glob.fits(program))
    }

    fn is_inner(&self) -> bool {
        let default = matches!(self.shape, Shape::Lines(_) | Shape::Json(_) | Shape::Pairs { .. });
        self.definition.inner.unwrap_or(default)
    }

    fn hints(&self) -> Vec<Hint> {
        let marked = |mark| Hint { begins: TextStart::Mark(mark), words: Vec::new() };
        match &self.shape {
            Shape::Lines(lines) => {
                lines.iter().filter(|line| !line.behind).map(|line| line.pattern.hint()).collect()
            }
            // Windows events are read in XML as well.
            Shape::Json(_) => vec![marked('{'), marked('<')],
            Shape::Xml(_) => vec![marked('<')],
            Shape::Pairs { head, syntax, .. } => {
                let mut hint = head.as_ref().map(|(head, _)| head.hint()).unwrap_or_default();
                hint.words.push(syntax.pair.clone());
                vec![hint]
            }
            Shape::Columns(columns) => vec![columns.hint()],
        }
    }

    fn wraps(&self) -> bool {
        self.definition.wraps || self.definition.needs_inner || self.definition.wrapped.is_some()
    }

    fn needs_inner(&self) -> bool {
        self.definition.needs_inner
    }

    fn is_for_programs(&self) -> bool {
        self.is_for_programs
    }

    fn family(&self) -> Option<&str> {
        self.definition.base.as_deref()
    }

    fn has_line_kinds(&self) -> bool {
        let framing = matches!(
            self.definition.framing,
            Some(DeclaredFraming::Starts | DeclaredFraming::Single | DeclaredFraming::Csv)
        );
        framing
            || !self.skips.is_empty()
            || matches!(self.shape, Shape::Xml(_))
            || matches!(&self.shape, Shape::Columns(columns) if columns.states_lines())
    }

    fn quote_over_lines(&self) -> Option<char> {
        let quote = match &self.shape {
            Shape::Columns(columns) => columns.quote(),
            _ => Some('"'),
        };
        quote.filter(|_| self.definition.framing == Some(DeclaredFraming::Csv))
    }

    fn line_kind(&self, line: &str, is_first: bool) -> LineKind {
        if self.skips.iter().any(|pattern| pattern.matches_start(line)) {
            return LineKind::Skip;
        }
        if let Shape::Xml(xml) = &self.shape {
            return match (xml.begins(line), xml.is_around(line)) {
                (true, _) => LineKind::Start,
                (false, true) => LineKind::Skip,
                (false, false) => LineKind::Continue,
            };
        }
        if let Shape::Columns(columns) = &self.shape {
            if columns.is_header(line) || is_first && columns.first_line_is_header() {
                return LineKind::Header;
            }
            if columns.is_directive(line) {
                return LineKind::Directive;
            }
        }
        match self.definition.framing {
            Some(DeclaredFraming::Starts) => {
                match self.starts.iter().any(|start| start.matches_start(line)) {
                    true => LineKind::Start,
                    false => LineKind::Continue,
                }
            }
            Some(DeclaredFraming::Single) => LineKind::Start,
            Some(DeclaredFraming::Csv) if self.starts.iter().any(|start| start.matches_start(line)) => {
                LineKind::Start
            }
            _ => LineKind::Usual,
        }
    }

    fn read_record<'a>(&self, record: &RecordText<'a>, event: &mut Event<'a>) -> bool {
        let text = record.text();
        match &self.shape {
            Shape::Lines(lines) => {
                if !lines.iter().any(|line| line.pattern.may_match(text)) {
                    return false;
                }
                let mut values = Values::new(&self.names);
                if let Some(program) = record.program() {
                    values.put_named("process.name", Datum::text(program.to_owned()));
                    values.mark_used(0);
                }
                let own = Cow::Borrowed(text);
                let found = lines
                    .iter()
                    .filter(|line| !line.behind || record.program().is_some())
                    .find(|line| line.matches(own.clone(), &mut values, &NoOutputs));
                let Some(line) = found else { return false };
                self.mapping.apply(values, &line.set, event);
            }
            Shape::Json(json) => {
                let Some(leaves) = record.json().filter(|leaves| !leaves.is_empty()) else { return false };
                let expanded = json.expanded(leaves);
                let Some(values) = json.values(&self.names, expanded.as_ref().unwrap_or(leaves)) else {
                    return false;
                };
                self.mapping.apply(values, &Vec::new(), event);
            }
            Shape::Xml(xml) => {
                let Some(values) = record.xml().and_then(|leaves| xml.values(&self.names, leaves)) else {
                    return false;
                };
                self.mapping.apply(values, &Vec::new(), event);
            }
            Shape::Pairs { head, syntax, checks } => {
                let mut values = Values::new(&self.names);
                let Some(pairs) = behind_head(head.as_ref(), text, &mut values) else { return false };
                if syntax.read(pairs, "", &mut values) < 2 || !checks.hold(&values) {
                    return false;
                }
                self.mapping.apply(values, &Vec::new(), event);
            }
            Shape::Columns(columns) => {
                let Some(values) = columns.values(&self.names, text, record.header()) else { return false };
                self.mapping.apply(values, &Vec::new(), event);
            }
        }
        true
    }
}

/// Returns whether a format reads messages of programs only: those have no time of their
/// own, while the lines of a file have.
fn reads_messages_only(definition: &Definition, shape: &Shape) -> bool {
    let takes_time = |pattern: &str| pattern.contains("{@timestamp");
    let mut sentences = definition.extract.iter().flat_map(|extract| &extract.patterns);
    let has_time = definition.line.iter().any(|line| !line.behind && takes_time(&line.pattern))
        || definition.fields.iter().any(|(name, _)| name == "@timestamp")
        || sentences.any(|sentence| match sentence {
            SentenceShape::Text(text) => takes_time(text),
            SentenceShape::WithSet(shape) => takes_time(&shape.pattern),
        });
    let only_messages = matches!(shape, Shape::Lines(_)) && !has_time || definition.inner == Some(false);
    !definition.programs.is_empty() && only_messages
}

/// Matches the head of a record of pairs, and returns the pairs.
fn behind_head<'a>(
    head: Option<&(LinePattern, u32)>,
    text: &'a str,
    values: &mut Values<'_, 'a>,
) -> Option<&'a str> {
    let Some((pattern, slot)) = head else { return Some(text) };
    pattern.matches(text, values).ok()?;
    let place = values.places(*slot, 0..values.len()).next()?;
    values.mark_used(place);
    match values.datum(place) {
        Datum::Leaf(LeafValue::Text(Cow::Borrowed(pairs))) => Some(pairs),
        _ => None,
    }
}
