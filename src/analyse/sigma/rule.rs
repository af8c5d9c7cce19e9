//! A Sigma rule, ready to be asked.

use std::collections::{BTreeSet, HashMap};

use rsigma_eval::{CompiledDetection, CompiledRule};
use rsigma_parser::{CorrelationRule, Level, LogSource, SigmaRule};
use serde_json::Value;

use crate::record::Severity;

/// A rule with what is said about it.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its id, or its title where it has none.
    pub id: String,
    /// The name by which correlations may refer to it.
    pub name: Option<String>,
    /// Its title.
    pub title: String,
    /// What it means.
    pub description: String,
    /// How bad a match is.
    pub severity: Severity,
    /// ATT&CK techniques, such as `T1110.003`.
    pub attack: Vec<String>,
    /// ATT&CK tactics, such as `initial-access`.
    pub tactics: Vec<String>,
    /// What else can cause a match.
    pub false_positives: Vec<String>,
    /// Which logs it is about, as its author wrote it.
    pub log_source: String,
    /// The file that it is in.
    pub file: String,
    /// The fields that name whom a match is about; none where the rule does not say.
    pub entity: Vec<String>,
    /// What to do about a match: a kind of remediation, and a sentence.
    pub advice: Option<(String, String)>,
    /// Events that it must match, and events that it must not match.
    pub canary: Canary,
    /// What it asks.
    pub kind: RuleKind,
}

/// What a rule asks.
#[derive(Debug, Clone)]
pub enum RuleKind {
    /// Whether one event matches.
    Event(Box<CompiledRule>),
    /// Whether matches of other rules come together.
    Correlation(Box<CorrelationRule>),
}

/// Events by which a rule is tried: raw lines, or fields and values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Canary {
    /// Those that it must match.
    pub fires: Vec<Value>,
    /// Those that it must not match.
    pub silent: Vec<Value>,
}

impl Rule {
    /// Creates the rule of one that was parsed (`rule`) and compiled for our fields.
    pub fn of_event(rule: &SigmaRule, compiled: CompiledRule, file: &str) -> Rule {
        let own = compiled.custom_attributes.get("vestigo").cloned().unwrap_or_default();
        let about = About {
            id: rule.id.as_deref(),
            name: rule.name.as_deref(),
            title: &rule.title,
            description: rule.description.as_deref(),
            level: rule.level,
            tags: &rule.tags,
            false_positives: &rule.falsepositives,
            own,
        };
        about.rule(file, log_source(&rule.logsource), RuleKind::Event(Box::new(compiled)))
    }

    /// Creates the rule of a correlation.
    pub fn of_correlation(rule: CorrelationRule, file: &str) -> Rule {
        let own = rule.custom_attributes.get("vestigo");
        let own = own.and_then(|own| serde_json::to_value(own).ok()).unwrap_or_default();
        let about = About {
            id: rule.id.as_deref(),
            name: rule.name.as_deref(),
            title: &rule.title,
            description: rule.description.as_deref(),
            level: rule.level,
            tags: &rule.tags,
            false_positives: &rule.falsepositives,
            own,
        };
        let source = format!("correlation of {}", rule.rules.join(", "));
        about.rule(file, source, RuleKind::Correlation(Box::new(rule.clone())))
    }

    /// Returns the fields that a match depends on.
    pub fn fields(&self) -> BTreeSet<&str> {
        let mut fields = BTreeSet::new();
        match &self.kind {
            RuleKind::Event(rule) => rule.detections.values().for_each(|part| add_fields(part, &mut fields)),
            RuleKind::Correlation(rule) => fields.extend(rule.group_by.iter().map(String::as_str)),
        }
        fields
    }
}

fn add_fields<'r>(detection: &'r CompiledDetection, fields: &mut BTreeSet<&'r str>) {
    match detection {
        CompiledDetection::AllOf(items) => {
            fields.extend(items.iter().filter_map(|item| item.field.as_deref()))
        }
        CompiledDetection::AnyOf(parts) | CompiledDetection::And(parts) => {
            parts.iter().for_each(|part| add_fields(part, fields));
        }
        CompiledDetection::ArrayMatch { field, .. } => drop(fields.insert(field)),
        CompiledDetection::Conditional { named, .. } => {
            named.values().for_each(|part| add_fields(part, fields));
        }
        CompiledDetection::Keywords(_) => {}
    }
}

/// What both kinds of rules say of themselves.
struct About<'r> {
    id: Option<&'r str>,
    name: Option<&'r str>,
    title: &'r str,
    description: Option<&'r str>,
    level: Option<Level>,
    tags: &'r [String],
    false_positives: &'r [String],
    own: Value,
}

impl About<'_> {
    fn rule(&self, file: &str, log_source: String, kind: RuleKind) -> Rule {
        let advice = self.own.get("advice");
        let word = |name: &str| Some(advice?.get(name)?.as_str()?.to_owned());
        Rule {
            id: self.id.or(self.name).unwrap_or(self.title).to_owned(),
            name: self.name.map(str::to_owned),
            title: self.title.to_owned(),
            description: self.description.unwrap_or_default().trim().to_owned(),
            severity: severity(self.level),
            attack: techniques(self.tags),
            tactics: tactics(self.tags),
            false_positives: self.false_positives.to_vec(),
            log_source,
            file: file.to_owned(),
            entity: texts(self.own.get("entity")),
            advice: word("kind").zip(word("text")),
            canary: Canary { fires: self.canaries("fires"), silent: self.canaries("silent") },
            kind,
        }
    }

    fn canaries(&self, which: &str) -> Vec<Value> {
        let events = self.own.get("canary").and_then(|canary| canary.get(which));
        events.and_then(Value::as_array).cloned().unwrap_or_default()
    }
}

fn texts(value: Option<&Value>) -> Vec<String> {
    let values = value.and_then(Value::as_array).into_iter().flatten();
    values.filter_map(|value| value.as_str().map(str::to_owned)).collect()
}

/// Returns our word for a level. A rule that states none is of medium severity.
fn severity(level: Option<Level>) -> Severity {
    match level {
        Some(Level::Informational) => Severity::Info,
        Some(Level::Low) => Severity::Low,
        Some(Level::Medium) | None => Severity::Medium,
        Some(Level::High) => Severity::High,
        Some(Level::Critical) => Severity::Critical,
    }
}

fn log_source(source: &LogSource) -> String {
    let parts = [("product", &source.product), ("category", &source.category), ("service", &source.service)];
    let stated = parts.iter().filter_map(|(name, value)| Some(format!("{name}: {}", value.as_ref()?)));
    stated.collect::<Vec<_>>().join(", ")
}

/// Returns the techniques among tags: `attack.t1110.003` is `T1110.003`.
fn techniques(tags: &[String]) -> Vec<String> {
    let names = tags.iter().filter_map(|tag| tag.strip_prefix("attack."));
    let is_technique = |name: &&str| {
        name.strip_prefix(['t', 'T']).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    names.filter(is_technique).map(str::to_uppercase).collect()
}

/// Returns the tactics among tags. Both `defense-evasion` and `defense_evasion` are used.
fn tactics(tags: &[String]) -> Vec<String> {
    let names = tags.iter().filter_map(|tag| tag.strip_prefix("attack."));
    let names = names.map(|name| name.replace('_', "-"));
    names.filter(|name| super::super::attack::TACTICS.contains(&name.as_str())).collect()
}

/// Returns the numbers of rules by their ids, names and titles, as correlations and their
/// results refer to them.
pub fn by_reference(rules: &[Rule]) -> HashMap<&str, usize> {
    let mut numbers = HashMap::new();
    for (number, rule) in rules.iter().enumerate() {
        for name in [Some(&rule.title), rule.name.as_ref(), Some(&rule.id)].into_iter().flatten() {
            numbers.insert(name.as_str(), number);
        }
    }
    numbers
}
