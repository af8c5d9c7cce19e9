//! How the records of a format are taken apart.

use std::borrow::Cow;

use super::columns::ColumnSyntax;
use super::condition::{NoOutputs, RuleCondition};
use super::definition::{ColumnsShape, Definition, JsonShape, PairsShape};
use super::mapping::MappingBuilder;
use super::pairs::PairSyntax;
use super::pattern::LinePattern;
use super::sentences::Sentence;
use super::values::{Datum, Names, Values};
use crate::parse::flatten::{Leaves, with_json_inside};
use crate::parse::format::Hint;

/// One of the ways.
#[derive(Debug)]
pub enum Shape {
    Lines(Vec<Sentence>),
    Json(JsonRecords),
    Xml(XmlRecords),
    Pairs { head: Option<(LinePattern, u32)>, syntax: PairSyntax, checks: Checks },
    Columns(Box<ColumnRecords>),
}

/// What must be there for a record to be of the format.
#[derive(Debug)]
pub struct Checks {
    require: Vec<u32>,
    condition: Option<RuleCondition>,
}

impl Checks {
    fn compile(
        require: &[String],
        text: Option<&str>,
        builder: &mut MappingBuilder,
    ) -> Result<Checks, String> {
        let require = require.iter().map(|name| builder.names.slot(&name.replace('`', ""))).collect();
        Ok(Checks { require, condition: builder.condition(text)? })
    }

    /// Returns whether it is there.
    pub fn hold(&self, values: &Values<'_, '_>) -> bool {
        self.require.iter().all(|slot| values.has(*slot))
            && self.condition.as_ref().is_none_or(|condition| condition.holds(values, &NoOutputs))
    }
}

/// Records that are JSON objects.
#[derive(Debug)]
pub struct JsonRecords {
    /// Names that must be there; of each group one.
    require: Vec<Vec<String>>,
    condition: Option<RuleCondition>,
    /// The names of values that are JSON in a text.
    inside: Vec<String>,
    absent: Vec<String>,
    ignores_case: bool,
}

impl JsonRecords {
    fn compile(json: &JsonShape, builder: &mut MappingBuilder) -> Result<JsonRecords, String> {
        let require = json.require.iter().map(|name| roots_of(&name.replace('`', ""), json)).collect();
        Ok(JsonRecords {
            require,
            condition: builder.condition(json.condition.as_deref())?,
            inside: json.inside.iter().flat_map(|name| roots_of(name, json)).collect(),
            absent: json.absent.clone(),
            ignores_case: json.ignore_case,
        })
    }

    /// Returns the leaves with those that are inside texts; `None` if nothing is inside.
    pub fn expanded<'a>(&self, leaves: &Leaves<'a>) -> Option<Leaves<'a>> {
        let is_inside = |name: &str| self.inside.iter().any(|own| self.is_same(own, name));
        (!self.inside.is_empty()).then(|| with_json_inside(leaves, is_inside))
    }

    fn is_same(&self, own: &str, name: &str) -> bool {
        own == name || self.ignores_case && own.eq_ignore_ascii_case(name)
    }

    /// Returns the values of a record, if it is of the format.
    pub fn values<'i, 'a>(&self, names: &'i Names, leaves: &'i Leaves<'a>) -> Option<Values<'i, 'a>> {
        let has = |name: &String| leaves.has(name, self.ignores_case);
        if !self.require.iter().all(|group| group.iter().any(has)) {
            return None;
        }
        let values = Values::of_leaves(names, leaves, &self.absent);
        let holds = self.condition.as_ref().is_none_or(|condition| condition.holds(&values, &NoOutputs));
        holds.then_some(values)
    }
}

/// Returns the names that a path stands for.
fn roots_of(path: &str, json: &JsonShape) -> Vec<String> {
    let (first, rest) = path.split_once('.').map_or((path, ""), |(first, rest)| (first, rest));
    let Some(roots) = json.alias.get(first) else { return vec![path.to_owned()] };
    let own = |root: &String| match (root.as_str(), rest) {
        (".", rest) => rest.to_owned(),
        (root, "") => root.to_owned(),
        (root, rest) => format!("{root}.{rest}"),
    };
    roots.iter().map(own).filter(|name| !name.is_empty()).collect()
}

/// Records that are XML elements. Their values are named by their attributes and children,
/// without the name of the element itself.
#[derive(Debug)]
pub struct XmlRecords {
    elements: Vec<String>,
    checks: Checks,
}

impl XmlRecords {
    /// Returns whether a line begins a record.
    pub fn begins(&self, line: &str) -> bool {
        let Some(rest) = line.trim_start().strip_prefix('<') else { return false };
        let name = &rest[..rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())];
        self.elements.iter().any(|own| own == name)
    }

    /// Returns whether a line is around records: a declaration, or the tag of the root.
    pub fn is_around(&self, line: &str) -> bool {
        let line = line.trim();
        let is_tag = line.starts_with('<') && line.ends_with('>') && line.matches('<').count() == 1;
        line.starts_with("<?") || is_tag && !line.contains('=') && line.len() < 40 && self.is_root(line)
    }

    fn is_root(&self, line: &str) -> bool {
        let name = line.trim_matches(['<', '>', '/', ' ']);
        self.elements.iter().any(|own| own != name && own.to_lowercase().starts_with(&name.to_lowercase()))
    }

    /// Returns the values of a record, if it is of the format.
    pub fn values<'i, 'a>(&self, names: &'i Names, leaves: &'i Leaves<'a>) -> Option<Values<'i, 'a>> {
        let mut values = Values::with_rest_of(names, leaves);
        for (name, leaf) in leaves.iter() {
            let (root, rest) = name.split_once('.')?;
            if !self.elements.iter().any(|own| own == root) {
                return None;
            }
            let own = rest.strip_prefix("#attributes.").unwrap_or(rest);
            values
                .put_named(own.replace(".#attributes", "").replace(".#text", ""), Datum::Leaf(leaf.clone()));
        }
        self.checks.hold(&values).then_some(values)
    }
}

/// Records of separated values.
#[derive(Debug)]
pub struct ColumnRecords {
    names: Vec<Cow<'static, str>>,
    is_headed: bool,
    /// The mark of a header line.
    prefix: Option<String>,
    /// Words of which a header line has one as a value.
    has: Vec<String>,
    syntax: ColumnSyntax,
    skip: Option<String>,
    least: Option<usize>,
    checks: Checks,
}

impl ColumnRecords {
    fn compile(columns: &ColumnsShape, builder: &mut MappingBuilder) -> Result<ColumnRecords, String> {
        let mut separators = columns.separator.chars();
        let (Some(separator), None) = (separators.next(), separators.next()) else {
            return Err("`separator` must be one character".to_owned());
        };
        for name in &columns.names {
            builder.field_of_capture(name, false)?;
        }
        let names = columns.names.iter().map(|name| Cow::Borrowed(&*String::from(name).leak())).collect();
        let is_headed = columns.header || columns.header_prefix.is_some() || !columns.header_has.is_empty();
        if columns.names.is_empty() && !is_headed {
            return Err("[columns] needs `names`, `header`, `header_prefix` or `header_has`".to_owned());
        }
        Ok(ColumnRecords {
            names,
            is_headed,
            prefix: columns.header_prefix.clone(),
            has: columns.header_has.clone(),
            syntax: ColumnSyntax {
                separator,
                quote: columns.quote.chars().next(),
                absent: columns.absent.clone(),
            },
            skip: columns.skip.clone(),
            least: columns.least,
            checks: Checks::compile(&columns.require, columns.condition.as_deref(), builder)?,
        })
    }

    /// Returns whether a line names the columns of those after it.
    pub fn is_header(&self, line: &str) -> bool {
        if let Some(prefix) = &self.prefix {
            return line.starts_with(prefix.as_str());
        }
        let mut cells = self.syntax.cut(line).into_iter();
        !self.has.is_empty() && cells.any(|cell| self.has.iter().any(|word| *word == cell.trim()))
    }

    /// Returns what every record has.
    pub fn hint(&self) -> Hint {
        let separator = self.syntax.separator;
        // Spaces and tabs are one another's.
        let words = if separator == ' ' { Vec::new() } else { vec![separator.to_string()] };
        Hint { words, ..Hint::default() }
    }

    /// Returns the quote of values.
    pub fn quote(&self) -> Option<char> {
        self.syntax.quote
    }

    /// Returns whether some lines of a file are no records.
    pub fn states_lines(&self) -> bool {
        self.is_headed || self.skip.is_some()
    }

    /// Returns whether the first line of a file names its columns.
    pub fn first_line_is_header(&self) -> bool {
        self.is_headed && self.prefix.is_none() && self.has.is_empty()
    }

    /// Returns whether a line states something about those after it.
    pub fn is_directive(&self, line: &str) -> bool {
        self.skip.as_ref().is_some_and(|mark| line.starts_with(mark.as_str()))
    }

    /// Reads a record under a header: the last lines that name columns or state something,
    /// each with its line end.
    pub fn values<'i, 'a>(
        &self,
        names: &'i Names,
        text: &'a str,
        header: Option<&str>,
    ) -> Option<Values<'i, 'a>> {
        if header.is_none() && (self.names.is_empty() || !self.may_have_enough(text)) {
            return None;
        }
        if self.is_directive(text) || self.is_header(text) {
            return None;
        }
        let mut values = Values::new(names);
        let mut columns: Vec<Cow<'static, str>> = Vec::new();
        for line in header.unwrap_or_default().lines() {
            if self.is_header(line) || self.first_line_is_header() && columns.is_empty() {
                columns = self.names_in(line);
            } else if let Some((name, value)) = line.split_once(':') {
                values.put_named(name.trim().to_owned(), Datum::text(value.trim().to_owned()));
                values.mark_used(values.len() - 1);
            }
        }
        let columns = if columns.is_empty() { &self.names } else { &columns };
        let count = self.syntax.read(text, columns, &mut values);
        // Other versions of a program have a few values more or less at the end.
        let fits = match self.least {
            Some(least) => count >= least,
            None => count >= 2 && count <= columns.len() + 8 && count * 5 >= columns.len() * 4,
        };
        (!columns.is_empty() && fits && self.checks.hold(&values)).then_some(values)
    }

    /// Returns whether a text has as many separators as the fewest values need.
    fn may_have_enough(&self, text: &str) -> bool {
        let least = self.least.unwrap_or_else(|| (self.names.len() * 4).div_ceil(5)).max(2);
        let is_separator = |byte: &u8| {
            *byte == self.syntax.separator as u8 || self.syntax.separator == ' ' && *byte == b'\t'
        };
        !self.syntax.separator.is_ascii() || text.bytes().filter(is_separator).count() + 1 >= least
    }

    fn names_in(&self, line: &str) -> Vec<Cow<'static, str>> {
        let names = line.strip_prefix(self.prefix.as_deref().unwrap_or_default()).unwrap_or(line);
        let cells: Vec<Cow<'_, str>> = match self.syntax.separator {
            ' ' | '\t' if self.prefix.is_some() => names.split_whitespace().map(Cow::Borrowed).collect(),
            _ => self.syntax.cut(names.trim()),
        };
        cells.into_iter().map(|name| Cow::Owned(name.trim().trim_matches('"').to_owned())).collect()
    }
}

impl Shape {
    /// Compiles the shape that a definition states.
    pub fn compile(definition: &Definition, builder: &mut MappingBuilder) -> Result<Shape, String> {
        let stated = [
            !definition.line.is_empty(),
            definition.json.is_some(),
            definition.pairs.is_some(),
            definition.columns.is_some(),
            definition.xml.is_some(),
        ];
        if stated.iter().filter(|is_stated| **is_stated).count() != 1 {
            return Err("a format has exactly one of [[line]], [json], [pairs], [columns], [xml]".to_owned());
        }
        if let Some(json) = &definition.json {
            return Ok(Shape::Json(JsonRecords::compile(json, builder)?));
        }
        if let Some(xml) = &definition.xml {
            let checks = Checks::compile(&xml.require, xml.condition.as_deref(), builder)?;
            return Ok(Shape::Xml(XmlRecords { elements: xml.record.clone(), checks }));
        }
        if let Some(pairs) = &definition.pairs {
            return Shape::pairs(pairs, builder);
        }
        if let Some(columns) = &definition.columns {
            return Ok(Shape::Columns(Box::new(ColumnRecords::compile(columns, builder)?)));
        }
        let lines = definition.line.iter().map(|line| builder.sentence(line));
        Ok(Shape::Lines(lines.collect::<Result<_, _>>()?))
    }

    fn pairs(pairs: &PairsShape, builder: &mut MappingBuilder) -> Result<Shape, String> {
        if pairs.pair.is_empty() || pairs.between.is_empty() {
            return Err("`pair` and `between` cannot be empty".to_owned());
        }
        let head = match &pairs.head {
            None => None,
            Some(text) => Some((builder.pattern(text)?, builder.names.slot("pairs"))),
        };
        let checks = Checks::compile(&pairs.require, pairs.condition.as_deref(), builder)?;
        Ok(Shape::Pairs { head, syntax: PairSyntax::from(pairs), checks })
    }
}
