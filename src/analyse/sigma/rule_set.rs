//! Reading rules: those of this program, and those of a folder.

use std::collections::HashSet;
use std::sync::LazyLock;

use rsigma_eval::matcher::CompiledMatcher;
use rsigma_eval::{
    CompiledDetection, CompiledRule, Engine, Pipeline, apply_pipelines, compile_rule, parse_pipeline,
};
use rsigma_parser::{FilterRule, SigmaCollection, SigmaRule, parse_sigma_yaml};

use super::rule::{Rule, RuleKind, by_reference};
use crate::record::Digest;

/// The files of `rules/`, by their paths there.
const BUILT_IN: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// Where the mappings of log sources and fields are.
const MAPPINGS: &str = "mappings/";

/// Deeper brackets are not read: the reader of YAML takes quadratic time for them.
const DEEPEST: usize = 1000;

/// Why a rule with a placeholder is not used.
const NO_VALUES: &str = "it has a placeholder (`|expand`) for which there are no values";

/// The mappings, by which the log sources and fields of Sigma become ours.
static PIPELINES: LazyLock<Vec<Pipeline>> = LazyLock::new(|| {
    let files = BUILT_IN.iter().filter(|(path, _)| path.starts_with(MAPPINGS));
    let mut pipelines: Vec<Pipeline> = files
        .map(|(path, text)| parse_pipeline(text).unwrap_or_else(|error| panic!("{path}: {error}")))
        .collect();
    pipelines.sort_by_key(|pipeline| pipeline.priority);
    pipelines
});

/// Rules that can be asked, and what could not be read.
#[derive(Debug, Default)]
pub struct RuleSet {
    /// The rules, in the order of their files.
    pub rules: Vec<Rule>,
    /// Files, or rules in them, that cannot be used, each with the reason.
    pub unread: Vec<(String, String)>,
    /// How many files were read.
    pub files: usize,
    /// SHA-256 of all that was read, in hex.
    pub digest: String,
}

impl RuleSet {
    /// Returns the rules that come with this program.
    pub fn built_in() -> RuleSet {
        let files = BUILT_IN.iter().filter(|(path, _)| !path.starts_with(MAPPINGS));
        RuleSet::of_texts(files.map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
    }

    /// Returns the ids of the rules that correlations refer to.
    pub fn referenced(&self) -> HashSet<String> {
        let numbers = by_reference(&self.rules);
        let correlations = self.rules.iter().filter_map(|rule| match &rule.kind {
            RuleKind::Correlation(correlation) => Some(correlation),
            RuleKind::Event(_) => None,
        });
        let named = correlations.flat_map(|rule| &rule.rules).filter_map(|name| numbers.get(name.as_str()));
        named.map(|number| self.rules[*number].id.clone()).collect()
    }

    /// Adds the rules of another set. Of two with one id, the later counts.
    pub fn extend(&mut self, other: RuleSet) {
        let new: HashSet<&str> = other.rules.iter().map(|rule| rule.id.as_str()).collect();
        self.rules.retain(|rule| !new.contains(rule.id.as_str()));
        self.rules.extend(other.rules);
        self.unread.extend(other.unread);
        self.files += other.files;
        self.digest = Digest::of(format!("{} {}", self.digest, other.digest)).to_string();
    }

    /// Reads rules from the texts of files, each with the name of its file.
    pub fn of_texts(texts: Vec<(String, String)>) -> RuleSet {
        let files = texts.len();
        let half = texts.len().div_ceil(std::thread::available_parallelism().map_or(1, usize::from)).max(1);
        let read: Vec<Vec<ReadFile>> = std::thread::scope(|scope| {
            let read = |texts: &[(String, String)]| texts.iter().map(ReadFile::new).collect();
            let threads: Vec<_> = texts.chunks(half).map(|texts| scope.spawn(move || read(texts))).collect();
            threads.into_iter().map(|thread| thread.join().expect("reading a rule does not panic")).collect()
        });
        let digests = texts.iter().map(|(name, text)| format!("{} {}\n", Digest::of(name), Digest::of(text)));
        let digest = Digest::of(digests.collect::<String>()).to_string();
        let mut set = RuleSet { files, digest, ..RuleSet::default() };
        let mut filters = Vec::new();
        for file in read.into_iter().flatten() {
            set.rules.extend(file.rules);
            set.unread.extend(file.unread);
            filters.extend(file.filters);
        }
        set.apply_filters(&filters);
        set
    }

    /// Applies filters, which take matches away from the rules that they name.
    fn apply_filters(&mut self, filters: &[FilterRule]) {
        if filters.is_empty() {
            return;
        }
        let mut engine = Engine::new();
        let compiled: Vec<CompiledRule> = self.rules.iter().filter_map(compiled).cloned().collect();
        engine.extend_compiled_rules(compiled);
        for filter in filters {
            if let Err(error) = engine.apply_filter(filter) {
                self.unread.push((filter.title.clone(), error.to_string()));
            }
        }
        let mut filtered = engine.rules().iter().cloned();
        for rule in &mut self.rules {
            if let RuleKind::Event(compiled) = &mut rule.kind
                && let Some(new) = filtered.next()
            {
                **compiled = new;
            }
        }
    }
}

fn compiled(rule: &Rule) -> Option<&CompiledRule> {
    match &rule.kind {
        RuleKind::Event(compiled) => Some(compiled),
        RuleKind::Correlation(_) => None,
    }
}

/// What one file holds.
#[derive(Default)]
struct ReadFile {
    rules: Vec<Rule>,
    filters: Vec<FilterRule>,
    unread: Vec<(String, String)>,
}

impl ReadFile {
    fn new((name, text): &(String, String)) -> ReadFile {
        let mut file = ReadFile::default();
        if depth(text) > DEEPEST {
            file.unread.push((name.clone(), "it is nested too deeply".to_owned()));
            return file;
        }
        let SigmaCollection { rules, correlations, filters, errors } = match parse_sigma_yaml(text) {
            Ok(collection) => collection,
            Err(error) => {
                file.unread.push((name.clone(), error.to_string()));
                return file;
            }
        };
        if rules.is_empty() && correlations.is_empty() && filters.is_empty() && errors.is_empty() {
            file.unread.push((name.clone(), "there is no rule in it".to_owned()));
        }
        file.unread.extend(errors.into_iter().map(|error| (name.clone(), error)));
        for rule in rules {
            match mapped(&rule) {
                Ok(compiled) if has_placeholder(&compiled) => {
                    file.unread.push((name.clone(), NO_VALUES.to_owned()));
                }
                Ok(compiled) => file.rules.push(Rule::of_event(&rule, compiled, name)),
                Err(error) => file.unread.push((name.clone(), error.to_string())),
            }
        }
        for rule in correlations {
            let mut mapped = rule.clone();
            match rsigma_eval::pipeline::apply_pipelines_to_correlation(&PIPELINES, &mut mapped) {
                Ok(_) => file.rules.push(Rule::of_correlation(mapped, name)),
                Err(error) => file.unread.push((name.clone(), error.to_string())),
            }
        }
        file.filters.extend(filters);
        file
    }
}

/// Returns how deeply brackets are nested in a text, wherever they stand.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Returns whether a rule has a placeholder (`|expand`), for which every site has values of
/// its own. Without them, such rules match nothing, or everything.
fn has_placeholder(rule: &CompiledRule) -> bool {
    fn in_matcher(matcher: &CompiledMatcher) -> bool {
        match matcher {
            CompiledMatcher::Expand { .. } => true,
            CompiledMatcher::AnyOf(parts)
            | CompiledMatcher::AllOf(parts)
            | CompiledMatcher::CaseInsensitiveGroup { children: parts, .. } => parts.iter().any(in_matcher),
            CompiledMatcher::Not(inner) => in_matcher(inner),
            _ => false,
        }
    }
    fn in_detection(detection: &CompiledDetection) -> bool {
        match detection {
            CompiledDetection::AllOf(items) => items.iter().any(|item| in_matcher(&item.matcher)),
            CompiledDetection::AnyOf(parts) | CompiledDetection::And(parts) => parts.iter().any(in_detection),
            CompiledDetection::Keywords(matcher) => in_matcher(matcher),
            CompiledDetection::ArrayMatch { body, .. } => in_detection(body),
            CompiledDetection::Conditional { named, .. } => named.values().any(in_detection),
        }
    }
    rule.detections.values().any(in_detection)
}

/// Returns a rule that asks for our fields.
fn mapped(rule: &SigmaRule) -> rsigma_eval::Result<CompiledRule> {
    let mut mapped = rule.clone();
    apply_pipelines(&PIPELINES, &mut mapped)?;
    compile_rule(&mapped)
}
