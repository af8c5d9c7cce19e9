//! Replaces tags and findings in a query by what they stand for.

use crate::error::{Error, Result};
use crate::evidence::SourceRow;
use crate::index::{CancelToken, Request};
use crate::journal::{EventRef, Finding, RecordRanges, SavedQuery};
use crate::query::{self, Expr, FieldRef, Leaf, Op, Pattern, QueryContext, Scalar, Test};
use crate::record::fields::FILE_PATH;
use crate::record::{SourceId, TimeRange, Timestamp};

use super::Case;

impl Case {
    /// Replaces tags and findings in a query by what they stand for: the events of each.
    pub fn resolve(&self, expr: Expr) -> Result<Expr> {
        Resolver { case: self, within: Vec::new() }.resolve(expr)
    }

    /// Parses a query in the case's zone, with its fields; relative times are those of the
    /// epoch.
    ///
    /// # Errors
    ///
    /// Fails if the query is not understood.
    pub fn parse(&self, text: &str) -> Result<Expr> {
        let fields = self.field_names();
        let context = QueryContext { zone: self.about().zone, now: Timestamp::default(), fields: &fields };
        query::parse(text, &context).map_err(|diagnostic| {
            Error::usage(format!("the query is not understood\n{}", diagnostic.render(text)))
        })
    }

    /// Finds a field to redact by its name or alias. No event has to have it; a
    /// misspelling is an error, since nothing would be redacted.
    pub fn redactable(&self, name: &str) -> Result<String> {
        let fields = self.field_names();
        let context = QueryContext { zone: self.about().zone, now: Timestamp::default(), fields: &fields };
        Ok(query::field_name(name, &context)?)
    }

    /// Returns the query whose events are those of a finding.
    pub fn events_of(&self, finding: &Finding) -> Result<Expr> {
        Resolver { case: self, within: Vec::new() }.events_of(finding)
    }

    /// Converts a query to the form that a finding stores: nothing in it is relative, and
    /// findings are referenced by the name that they have in every copy of the case.
    pub fn asked(&self, expr: &Expr, window: TimeRange) -> Result<SavedQuery> {
        let request = Request { expr: self.resolve(expr.clone())?, window };
        let bound = |at: Timestamp, open| (at != open).then(|| at.to_string());
        Ok(SavedQuery {
            query: self.pinned(expr.clone()).to_string(),
            from: bound(window.from, TimeRange::ALL.from),
            to: bound(window.to, TimeRange::ALL.to),
            count: self.index().count(&request, &CancelToken::new())?,
        })
    }

    /// Returns a finding's query as it reads here: with findings referenced by their numbers.
    pub fn read_here(&self, asked: &SavedQuery) -> String {
        let here = |text: String, finding: &Finding| text.replace(&finding.uid, &finding.number.to_string());
        self.state().findings.iter().fold(asked.query.clone(), here)
    }

    fn pinned(&self, expr: Expr) -> Expr {
        let all = |members: Vec<Expr>| members.into_iter().map(|member| self.pinned(member)).collect();
        match expr {
            Expr::All => Expr::All,
            Expr::And(members) => Expr::And(all(members)),
            Expr::Or(members) => Expr::Or(all(members)),
            Expr::Not(inner) => Expr::Not(Box::new(self.pinned(*inner))),
            Expr::Leaf(Leaf { field: Some(FieldRef::Finding), test: Test::Is(pattern) }) => {
                let text = self.called(&pattern.text).map_or(pattern.text, |finding| finding.uid.clone());
                let test = Test::Is(Pattern { text, ..pattern });
                Expr::Leaf(Leaf { field: Some(FieldRef::Finding), test })
            }
            Expr::Leaf(leaf) => Expr::Leaf(leaf),
        }
    }

    /// Finds a finding by its number here, or by its name in every copy.
    fn called(&self, text: &str) -> Option<&Finding> {
        match text.parse() {
            Ok(number) => self.state().finding(number),
            Err(_) => self.state().findings.iter().find(|finding| finding.uid == text),
        }
    }
}

/// Replaces tags and findings by their events.
struct Resolver<'a> {
    case: &'a Case,
    /// The findings whose queries are being resolved. One that leads back to itself (by a
    /// tag that it has, for example) adds nothing there.
    within: Vec<&'a str>,
}

impl<'a> Resolver<'a> {
    fn resolve(&mut self, expr: Expr) -> Result<Expr> {
        Ok(match expr {
            Expr::All => Expr::All,
            Expr::And(members) => Expr::And(self.resolve_all(members)?),
            Expr::Or(members) => Expr::Or(self.resolve_all(members)?),
            Expr::Not(inner) => Expr::Not(Box::new(self.resolve(*inner)?)),
            Expr::Leaf(Leaf { field: Some(FieldRef::Tag), test }) => self.tagged(&test)?,
            Expr::Leaf(Leaf { field: Some(FieldRef::Finding), test }) => self.found(&test)?,
            Expr::Leaf(Leaf { field: Some(FieldRef::Source), test: Test::Is(pattern) }) => {
                self.source(pattern)?
            }
            Expr::Leaf(Leaf { field: Some(FieldRef::Core(FILE_PATH)), test: Test::Is(pattern) }) => {
                // Every line of a log with that name matches, too; the file that an event
                // concerns is a separate matter.
                let mut members = self.called(&pattern);
                let field = Some(FieldRef::Core(FILE_PATH));
                members.insert(0, Expr::Leaf(Leaf { field, test: Test::Is(pattern) }));
                any(members)
            }
            Expr::Leaf(leaf) => Expr::Leaf(leaf),
        })
    }

    /// Replaces a name by the sources that have it, unless it is the hash of one.
    fn source(&self, pattern: Pattern) -> Result<Expr> {
        let text = pattern.text.to_lowercase();
        let digit = |c: char| c.is_ascii_hexdigit() || matches!(c, Pattern::ANY | Pattern::ONE);
        let hash = text.chars().all(digit);
        let is_one = |id: &str| id.starts_with(&text) || like(&pattern, id);
        let named = self.called(&pattern);
        if hash && (named.is_empty() || self.rows().any(|row| is_one(&row.source))) {
            return Ok(Expr::Leaf(Leaf { field: Some(FieldRef::Source), test: Test::Is(pattern) }));
        }
        if named.is_empty() {
            return Err(Error::usage(format!("no source of the case is called {}", pattern.shown()))
                .hint("See `vestigo status`; source:*auth* finds by a part of the name."));
        }
        Ok(any(named))
    }

    /// Returns one test for each source whose file has this name: the name is its whole
    /// path, the last parts of it, or a pattern for the whole.
    fn called(&self, pattern: &Pattern) -> Vec<Expr> {
        let wanted = pattern.text.to_lowercase();
        let fits = |path: &str| {
            let path = path.to_lowercase();
            like(pattern, &path)
                || path.strip_suffix(&wanted).is_some_and(|before| before.ends_with(['/', '!', '\\']))
        };
        let one = |row: &SourceRow| {
            let test = Test::Is(Pattern { text: row.source.clone(), quoted: false });
            Expr::Leaf(Leaf { field: Some(FieldRef::Source), test })
        };
        self.rows().filter(|row| fits(&row.found.path)).map(one).collect()
    }

    fn rows(&self) -> impl Iterator<Item = &'a SourceRow> {
        self.case.store().manifests().flat_map(|(_, manifest)| &manifest.sources)
    }

    fn resolve_all(&mut self, members: Vec<Expr>) -> Result<Vec<Expr>> {
        members.into_iter().map(|member| self.resolve(member)).collect()
    }

    fn tagged(&mut self, test: &Test) -> Result<Expr> {
        let fits = |tags: &std::collections::BTreeSet<String>| match test {
            Test::Is(pattern) => tags.iter().any(|tag| like(pattern, tag)),
            _ => !tags.is_empty(),
        };
        let state = self.case.state();
        let marks = state.bookmarks.values().filter(|mark| fits(&mark.tags)).map(|mark| &mark.event);
        let mut members = self.ids(marks);
        for finding in state.findings.iter().filter(|finding| fits(&finding.tags)) {
            members.push(self.events_of(finding)?);
        }
        Ok(any(members))
    }

    fn found(&mut self, test: &Test) -> Result<Expr> {
        let Test::Is(pattern) = test else {
            let findings = &self.case.state().findings;
            return findings.iter().map(|each| self.events_of(each)).collect::<Result<_>>().map(any);
        };
        let finding = self.case.called(&pattern.text).ok_or_else(|| {
            Error::usage(format!("there is no finding {}", crate::error::Visible(&pattern.text)))
                .hint("See `vestigo finding list`.")
        })?;
        self.events_of(finding)
    }

    fn events_of(&mut self, finding: &'a Finding) -> Result<Expr> {
        if self.within.contains(&finding.uid.as_str()) {
            return Ok(any(Vec::new()));
        }
        let mut members = self.ids(finding.events.values());
        let detected = finding.detected.iter().flat_map(|detected| &detected.records);
        members.extend(detected.flat_map(|records| self.records(records)));
        if let Some(asked) = &finding.query {
            self.within.push(&finding.uid);
            let events = self.events_asked(finding, asked);
            self.within.pop();
            members.push(events?);
        }
        Ok(any(members))
    }

    fn events_asked(&mut self, finding: &Finding, asked: &SavedQuery) -> Result<Expr> {
        let made = finding.created().0.parse().unwrap_or_default();
        let names = self.case.field_names();
        let context = QueryContext { zone: self.case.about().zone, now: made, fields: &names };
        let whole = query::parse(&asked.query, &context).map_err(|diagnostic| {
            Error::case(format!("the query of finding {} is no longer understood", finding.number))
                .with_source(format!("{} in `{}`", diagnostic.message, crate::error::Visible(&asked.query)))
        })?;
        let moment = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<Timestamp>().ok());
        let bounds = [(Op::AtLeast, moment(&asked.from)), (Op::Less, moment(&asked.to))];
        let bounds = bounds.into_iter().filter_map(|(op, moment)| {
            let field = Some(FieldRef::Core(crate::record::fields::TIMESTAMP));
            Some(Expr::Leaf(Leaf { field, test: Test::Compare(op, Scalar::Timestamp(moment?)) }))
        });
        let mut all: Vec<Expr> = bounds.collect();
        let asked = self.resolve(whole)?;
        if all.is_empty() {
            return Ok(asked);
        }
        all.insert(0, asked);
        Ok(Expr::And(all))
    }

    /// Returns one test for each event that is where an annotation says, or was found again.
    /// Returns the events of records that a detector named.
    fn records(&self, records: &RecordRanges) -> Vec<Expr> {
        let Ok(source) = records.source.parse::<SourceId>() else { return Vec::new() };
        let numbers = records.ranges.iter().flat_map(|(first, last)| *first..=*last);
        let id = |record: u64| {
            let source = self.case.whole(&source, record);
            let test = Test::Is(Pattern { text: format!("{source}:{record}"), quoted: false });
            Expr::Leaf(Leaf { field: Some(FieldRef::Id), test })
        };
        numbers.map(id).collect()
    }

    fn ids<'e>(&self, events: impl Iterator<Item = &'e EventRef>) -> Vec<Expr> {
        let id = |event: &EventRef| {
            let (source, record) = match event.place() {
                Some((source, record)) if self.case.store().find(&source).is_some() => (source, record),
                _ => self.case.standing(event).hit().map(|hit| (hit.source, hit.record))?,
            };
            let source = self.case.whole(&source, record);
            let test = Test::Is(Pattern { text: format!("{source}:{record}"), quoted: false });
            Some(Expr::Leaf(Leaf { field: Some(FieldRef::Id), test }))
        };
        events.filter_map(id).collect()
    }
}

/// Returns the query that matches what any of these matches; without any, it matches nothing.
fn any(mut members: Vec<Expr>) -> Expr {
    match members.len() {
        0 => Expr::Not(Box::new(Expr::All)),
        1 => members.remove(0),
        _ => Expr::Or(members.into_iter().flat_map(flat).collect()),
    }
}

fn flat(expr: Expr) -> Vec<Expr> {
    match expr {
        Expr::Or(members) => members,
        other => vec![other],
    }
}

/// Reports whether a tag matches a pattern, ignoring case.
fn like(pattern: &Pattern, tag: &str) -> bool {
    let (pattern_text, tag) = (pattern.text.to_lowercase(), tag.to_lowercase());
    if !pattern.is_wild() {
        return pattern_text == tag;
    }
    let parts: Vec<char> = pattern_text.chars().collect();
    let text: Vec<char> = tag.chars().collect();
    wild(&parts, &text)
}

/// Matches a pattern of [`Pattern::ANY`], [`Pattern::ONE`] and characters against a whole
/// text. Takes at most the product of both lengths: only the last `*` is ever retried.
fn wild(pattern: &[char], text: &[char]) -> bool {
    let (mut at, mut place) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while place < text.len() {
        match pattern.get(at) {
            Some(&Pattern::ANY) => {
                star = Some((at, place));
                at += 1;
            }
            Some(c) if *c == Pattern::ONE || *c == text[place] => (at, place) = (at + 1, place + 1),
            Some(_) | None => {
                let Some((before, taken)) = star else { return false };
                star = Some((before, taken + 1));
                (at, place) = (before + 1, taken + 1);
            }
        }
    }
    pattern[at..].iter().all(|c| *c == Pattern::ANY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        let c = |c| match c {
            '*' => Pattern::ANY,
            '?' => Pattern::ONE,
            c => c,
        };
        wild(&pattern.chars().map(c).collect::<Vec<_>>(), &text.chars().collect::<Vec<_>>())
    }

    #[test]
    fn stars_and_question_marks_match_the_whole_tag() {
        for (pattern, text) in
            [("", ""), ("*", ""), ("a*", "a"), ("*a", "ba"), ("a?c", "abc"), ("*a*b", "xaayb"), ("**", "x")]
        {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in
            [("", "a"), ("?", ""), ("a*", "ba"), ("a?c", "ac"), ("*a*b", "ab?"), ("*ab", "abb")]
        {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn many_stars_take_no_more_than_the_product_of_the_lengths() {
        assert!(!matches(&"*a".repeat(200), &format!("{}b", "a".repeat(2_000))));
        assert!(matches(&"*a".repeat(200), &"a".repeat(2_000)));
    }
}
