//! Annotations and the evidence they stand on.

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::index::{Cancel, Hit, Order, Request};
use crate::journal::{Act, EventRef, Finding, Line, Who};
use crate::query::{self, Context, Expr, FieldRef, Leaf, Op, Pattern, Scalar, Test};
use crate::record::{Clock, Entry, Instant, SourceId, Window};

use super::{Case, Hold};

/// How an annotation stands to the evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Its record is where it was, and the same to the byte.
    Sound(Hit),
    /// Its source is not in this case, or not as it was; the very record was found elsewhere.
    Moved(Hit),
    /// Its record cannot be read, or is not the one that was annotated.
    Orphaned(String),
}

impl Standing {
    /// Gives the event, where there is one.
    pub fn hit(&self) -> Option<Hit> {
        match self {
            Standing::Sound(hit) | Standing::Moved(hit) => Some(*hit),
            Standing::Orphaned(_) => None,
        }
    }

    /// Says why there is none.
    pub fn orphaned(&self) -> Option<&str> {
        match self {
            Standing::Orphaned(why) => Some(why),
            Standing::Sound(_) | Standing::Moved(_) => None,
        }
    }
}

/// Gives the SHA-256 of an event's text, to which annotations are bound.
pub fn record_hash(entry: &Entry) -> SourceId {
    SourceId(Sha256::digest(&entry.raw).into())
}

/// Writes annotations down, one entry each; gives the lines. All of them are
/// committed when this returns.
pub fn annotate(folder: &Path, acts: &[Act], who: &Who, clock: &dyn Clock) -> Result<Vec<Line>> {
    let mut hold = Hold::open(folder, who, clock)?;
    acts.iter()
        .map(|act| {
            let (name, what) = act.written();
            hold.note(&name, what, clock)
        })
        .collect()
}

impl Case {
    /// Binds an annotation to an event as it is now.
    pub fn event_ref(&self, hit: &Hit) -> Result<EventRef> {
        let entry = self.entry(hit)?;
        Ok(EventRef::new(&hit.source, hit.record, &record_hash(&entry), entry.event.stamp.map(|s| s.instant)))
    }

    /// Tells how an annotation stands: its record is read and hashed again.
    pub fn standing(&self, event: &EventRef) -> Standing {
        let Some((source, record)) = event.place() else {
            return Standing::Orphaned("the entry names no event".to_owned());
        };
        if self.store().find(&source).is_none() {
            return match self.same_record(event) {
                Some(hit) => Standing::Moved(hit),
                None => Standing::Orphaned(format!("source {} is not in this case", source.short())),
            };
        }
        match self.entry_at(&source, record) {
            Err(error) => Standing::Orphaned(format!("its record cannot be read: {error}")),
            Ok(entry) => {
                let found = record_hash(&entry).to_string();
                let time = entry.event.stamp.map(|stamp| stamp.instant);
                if found == event.hash {
                    return Standing::Sound(Hit { time, source, record });
                }
                match self.same_record(event) {
                    Some(hit) => Standing::Moved(hit),
                    None => Standing::Orphaned(format!(
                        "its record has SHA-256 {found}, the annotation says {}",
                        crate::error::Visible(&event.hash)
                    )),
                }
            }
        }
    }

    /// Finds the very record elsewhere: in a log that was imported again under
    /// another hash (it had grown, or was cut), among the events of its moment.
    fn same_record(&self, event: &EventRef) -> Option<Hit> {
        let time: Instant = event.time.as_deref()?.parse().ok()?;
        let window = Window { from: time, to: time.plus(1) };
        let request = Request { expr: Expr::All, window };
        let (mut after, page) = (None, 500);
        loop {
            let hits =
                self.index().page(&request, Order::Oldest, after.as_ref(), page, &Cancel::new()).ok()?;
            let same =
                |hit: &&Hit| self.entry(hit).is_ok_and(|entry| record_hash(&entry).to_string() == event.hash);
            if let Some(hit) = hits.iter().find(same) {
                return Some(*hit);
            }
            after = hits.last().copied();
            if hits.len() < page {
                return None;
            }
        }
    }

    /// Lists the annotations whose record is not what it was, each with why.
    pub fn orphans(&self) -> Vec<(String, String)> {
        let state = self.state();
        let marked = state.bookmarks.values().map(|mark| ("bookmark".to_owned(), &mark.event));
        let found = state.findings.iter().flat_map(|finding| {
            finding.events.values().map(move |event| (format!("finding {}", finding.number), event))
        });
        let orphan = |(what, event): (String, &EventRef)| {
            let why = self.standing(event).orphaned()?.to_owned();
            Some((format!("{what} on {}", event.short()), why))
        };
        marked.chain(found).filter_map(orphan).collect()
    }

    /// Says in a query what tags and findings stand for: the events of each, by id.
    pub fn resolve(&self, expr: Expr) -> Result<Expr> {
        Ok(match expr {
            Expr::All => Expr::All,
            Expr::And(members) => Expr::And(self.resolve_all(members)?),
            Expr::Or(members) => Expr::Or(self.resolve_all(members)?),
            Expr::Not(inner) => Expr::Not(Box::new(self.resolve(*inner)?)),
            Expr::Leaf(Leaf { field: Some(FieldRef::Tag), test }) => self.tagged(&test)?,
            Expr::Leaf(Leaf { field: Some(FieldRef::Finding), test }) => self.found(&test)?,
            Expr::Leaf(leaf) => Expr::Leaf(leaf),
        })
    }

    fn resolve_all(&self, members: Vec<Expr>) -> Result<Vec<Expr>> {
        members.into_iter().map(|member| self.resolve(member)).collect()
    }

    fn tagged(&self, test: &Test) -> Result<Expr> {
        let fits = |tags: &std::collections::BTreeSet<String>| match test {
            Test::Is(pattern) => tags.iter().any(|tag| like(pattern, tag)),
            _ => !tags.is_empty(),
        };
        let state = self.state();
        let marks = state.bookmarks.values().filter(|mark| fits(&mark.tags)).map(|mark| &mark.event);
        let mut members = self.ids(marks);
        for finding in state.findings.iter().filter(|finding| fits(&finding.tags)) {
            members.push(self.events_of(finding)?);
        }
        Ok(any(members))
    }

    fn found(&self, test: &Test) -> Result<Expr> {
        let state = self.state();
        let Test::Is(pattern) = test else {
            return state.findings.iter().map(|each| self.events_of(each)).collect::<Result<_>>().map(any);
        };
        let unknown = || {
            Error::usage(format!("there is no finding {}", crate::error::Visible(&pattern.text)))
                .hint("See `vestigo finding list`.")
        };
        let number = pattern.text.parse().map_err(|_| unknown())?;
        self.events_of(state.finding(number).ok_or_else(unknown)?)
    }

    /// Gives the query whose events are those of a finding.
    pub fn events_of(&self, finding: &Finding) -> Result<Expr> {
        let mut members = self.ids(finding.events.values());
        if let Some(asked) = &finding.query {
            let made = finding.made().0.parse().unwrap_or_default();
            let names = self.field_names();
            let context = Context { zone: self.about().zone, now: made, fields: &names };
            let whole = query::parse(&asked.query, &context).map_err(|diagnostic| {
                Error::case(format!("the query of finding {} is not understood any more", finding.number))
                    .because(diagnostic.render(&asked.query))
            })?;
            let moment = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<Instant>().ok());
            let bounds = [(Op::AtLeast, moment(&asked.from)), (Op::Less, moment(&asked.to))];
            let bounds = bounds.into_iter().filter_map(|(op, moment)| {
                let field = Some(FieldRef::Core(crate::record::fields::TIMESTAMP));
                Some(Expr::Leaf(Leaf { field, test: Test::Compare(op, Scalar::Moment(moment?)) }))
            });
            let mut all: Vec<Expr> = bounds.collect();
            let asked = self.resolve(whole)?;
            members.push(if all.is_empty() {
                asked
            } else {
                all.insert(0, asked);
                Expr::And(all)
            });
        }
        Ok(any(members))
    }

    /// Gives one test on each event that is where an annotation says, or was found again.
    fn ids<'a>(&self, events: impl Iterator<Item = &'a EventRef>) -> Vec<Expr> {
        let id = |event: &EventRef| {
            let (source, record) = match event.place() {
                Some((source, record)) if self.store().find(&source).is_some() => (source, record),
                _ => self.standing(event).hit().map(|hit| (hit.source, hit.record))?,
            };
            let test = Test::Is(Pattern { text: format!("{source}:{record}"), quoted: false });
            Some(Expr::Leaf(Leaf { field: Some(FieldRef::Id), test }))
        };
        events.filter_map(id).collect()
    }
}

/// Makes the query that any of these fits; none of them: nothing fits.
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

/// Compares a tag with a pattern, without case.
fn like(pattern: &Pattern, tag: &str) -> bool {
    let (pattern_text, tag) = (pattern.text.to_lowercase(), tag.to_lowercase());
    if !pattern.is_wild() {
        return pattern_text == tag;
    }
    let parts: Vec<char> = pattern_text.chars().collect();
    let text: Vec<char> = tag.chars().collect();
    wild(&parts, &text)
}

fn wild(pattern: &[char], text: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((&Pattern::ANY, rest)) => (0..=text.len()).any(|skip| wild(rest, &text[skip..])),
        Some((&Pattern::ONE, rest)) => !text.is_empty() && wild(rest, &text[1..]),
        Some((c, rest)) => text.first() == Some(c) && wild(rest, &text[1..]),
    }
}
