//! A declared format as its TOML file states it; `docs/formats.md` describes the keys.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::ordered_map::OrderedMap;

/// The whole file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    pub name: String,
    pub about: String,
    pub dataset: Option<String>,
    #[serde(default)]
    pub datasets: Vec<String>,
    pub specificity: Option<u8>,
    /// What a web server writes its lines by; see [`super::log_format`].
    pub log_format: Option<String>,
    pub framing: Option<DeclaredFraming>,
    #[serde(default)]
    pub starts: Vec<String>,
    #[serde(default)]
    pub programs: Vec<String>,
    /// The format whose meaning of values comes before this one's own.
    pub base: Option<String>,
    /// Formats whose tables are known here too.
    #[serde(default)]
    pub maps: Vec<String>,
    /// Patterns of lines that are no events.
    #[serde(default)]
    pub skip: Vec<String>,
    /// Values without a field are looked up in the table of common names.
    #[serde(default)]
    pub guess: bool,
    pub wrapped: Option<Wrapped>,
    pub xml: Option<XmlShape>,
    pub inner: Option<bool>,
    #[serde(default)]
    pub wraps: bool,
    /// It reads a record only where another format reads its message.
    #[serde(default)]
    pub needs_inner: bool,
    pub zone: Option<String>,
    #[serde(default)]
    pub line: Vec<LineShape>,
    pub json: Option<JsonShape>,
    pub pairs: Option<PairsShape>,
    pub columns: Option<ColumnsShape>,
    #[serde(default)]
    pub extract: Vec<Extract>,
    #[serde(default)]
    pub fields: OrderedMap<OneOrMany>,
    #[serde(default)]
    pub set: OrderedMap<Constant>,
    #[serde(default)]
    pub rule: Vec<RuleShape>,
    #[serde(default)]
    pub map: BTreeMap<String, OrderedMap<Constant>>,
    #[serde(default)]
    pub keep: BTreeMap<String, Kept>,
    #[serde(default)]
    pub sample: Vec<Sample>,
}

/// How a declared format delimits its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeclaredFraming {
    Lines,
    Single,
    Json,
    Csv,
    Starts,
}

/// One pattern of a whole record.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineShape {
    pub pattern: String,
    #[serde(rename = "if")]
    pub condition: Option<String>,
    /// Only for messages of the format's programs, never for whole lines.
    #[serde(default)]
    pub behind: bool,
    #[serde(default)]
    pub set: OrderedMap<Constant>,
}

impl LineShape {
    /// Creates a pattern that sets nothing.
    pub fn new(pattern: &str) -> LineShape {
        LineShape { pattern: pattern.to_owned(), condition: None, behind: false, set: OrderedMap::default() }
    }
}

/// A record that is a JSON object.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JsonShape {
    #[serde(default)]
    pub require: Vec<String>,
    #[serde(rename = "if")]
    pub condition: Option<String>,
    /// Names for the places where a record of this format may begin.
    #[serde(default)]
    pub alias: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub ignore_case: bool,
    /// Values that are JSON in a text.
    #[serde(default)]
    pub inside: Vec<String>,
    /// Marks of absent values.
    #[serde(default)]
    pub absent: Vec<String>,
}

/// A record that is an XML element.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct XmlShape {
    /// The names of elements that are records.
    pub record: Vec<String>,
    #[serde(default)]
    pub require: Vec<String>,
    #[serde(rename = "if")]
    pub condition: Option<String>,
}

/// The values that are the message of another program.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wrapped {
    pub text: String,
    pub program: Option<String>,
}

/// A record of `key=value` pairs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairsShape {
    pub head: Option<String>,
    #[serde(default = "equals")]
    pub pair: String,
    #[serde(default = "space")]
    pub between: String,
    #[serde(default)]
    pub spaced: bool,
    #[serde(default)]
    pub absent: Vec<String>,
    #[serde(default)]
    pub hex: Vec<String>,
    #[serde(default)]
    pub require: Vec<String>,
    #[serde(rename = "if")]
    pub condition: Option<String>,
}

/// A record of separated values.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnsShape {
    #[serde(default)]
    pub names: Vec<String>,
    #[serde(default)]
    pub header: bool,
    pub header_prefix: Option<String>,
    /// Words of which a header line has one as a value.
    #[serde(default)]
    pub header_has: Vec<String>,
    #[serde(default = "comma")]
    pub separator: String,
    #[serde(default = "double_quote")]
    pub quote: String,
    #[serde(default)]
    pub absent: Vec<String>,
    pub skip: Option<String>,
    /// The fewest values of a record; where it is stated, there may be any number more.
    pub least: Option<usize>,
    #[serde(default)]
    pub require: Vec<String>,
    #[serde(rename = "if")]
    pub condition: Option<String>,
}

fn equals() -> String {
    "=".to_owned()
}

fn space() -> String {
    " ".to_owned()
}

fn yes() -> bool {
    true
}

fn comma() -> String {
    ",".to_owned()
}

fn double_quote() -> String {
    "\"".to_owned()
}

/// Patterns for a value.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extract {
    pub from: String,
    #[serde(rename = "if")]
    pub condition: Option<String>,
    #[serde(default)]
    pub patterns: Vec<SentenceShape>,
    #[serde(default)]
    pub json: bool,
    pub pairs: Option<InnerPairs>,
}

/// The pairs inside a value.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InnerPairs {
    #[serde(default = "equals")]
    pub pair: String,
    #[serde(default = "space")]
    pub between: String,
    #[serde(default)]
    pub spaced: bool,
    #[serde(default)]
    pub absent: Vec<String>,
    #[serde(default)]
    pub hex: Vec<String>,
    /// Words without a value are kept as `word = true`.
    #[serde(default = "yes")]
    pub flags: bool,
    /// What stands before the keys; the name of the value and a dot where absent.
    pub prefix: Option<String>,
}

/// A pattern, perhaps with what it sets.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum SentenceShape {
    Text(String),
    WithSet(LineShape),
}

/// A text, or several.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany {
    One(String),
    Many(Vec<String>),
    All { all: Vec<String> },
}

impl OneOrMany {
    /// Returns the texts.
    pub fn all(&self) -> &[String] {
        match self {
            OneOrMany::One(text) => std::slice::from_ref(text),
            OneOrMany::Many(texts) | OneOrMany::All { all: texts } => texts,
        }
    }
}

impl OneOrMany {
    /// Returns whether every value is taken, not only the first that is there.
    pub fn takes_all(&self) -> bool {
        matches!(self, OneOrMany::All { .. })
    }
}

/// A constant value of a field.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Constant {
    Bool(bool),
    Int(i64),
    Text(String),
    Many(Vec<String>),
}

/// What is set under a condition.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleShape {
    #[serde(rename = "if")]
    pub condition: Option<String>,
    #[serde(default, rename = "else")]
    pub otherwise: bool,
    #[serde(default)]
    pub set: OrderedMap<Constant>,
    #[serde(default)]
    pub fields: OrderedMap<OneOrMany>,
    /// Constants that are added to what a field has.
    #[serde(default)]
    pub add: OrderedMap<Constant>,
    /// Fields that are taken away.
    #[serde(default)]
    pub drop: Vec<String>,
}

/// A record with what must be read from it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    #[serde(alias = "text")]
    pub line: String,
    #[serde(default)]
    pub fields: BTreeMap<String, toml::Value>,
    #[serde(default)]
    pub reject: bool,
    /// The program whose message it is.
    pub program: Option<String>,
}

/// Under which name values are kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Kept {
    /// Those that no field holds.
    Rest(String),
    /// Also those that a field holds.
    All {
        #[serde(rename = "as")]
        name: String,
        #[serde(default)]
        all: bool,
    },
}

impl Definition {
    /// Puts what another format says of values in front of what this one says.
    pub fn inherit(&mut self, base: &Definition) {
        self.fields.prepend(&base.fields);
        self.set.prepend(&base.set);
        self.rule.splice(0..0, base.rule.iter().cloned());
        self.extract.splice(0..0, base.extract.iter().cloned());
        for (name, rows) in &base.map {
            self.map.entry(name.clone()).or_insert_with(|| rows.clone());
        }
        for (from, to) in &base.keep {
            self.keep.entry(from.clone()).or_insert_with(|| to.clone());
        }
        if let (Some(own), Some(json)) = (&mut self.json, &base.json) {
            for (name, roots) in &json.alias {
                own.alias.entry(name.clone()).or_insert_with(|| roots.clone());
            }
            own.inside.extend(json.inside.iter().cloned());
            own.absent.extend(json.absent.iter().cloned());
            own.ignore_case |= json.ignore_case;
        }
        self.zone = self.zone.take().or_else(|| base.zone.clone());
        self.guess |= base.guess;
    }

    /// Adds the tables of another format where this one has none of the name.
    pub fn borrow_maps(&mut self, other: &Definition) {
        for (name, rows) in &other.map {
            self.map.entry(name.clone()).or_insert_with(|| rows.clone());
        }
    }
}
