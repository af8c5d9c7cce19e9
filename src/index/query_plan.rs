//! A query made ready: checked and compiled once, then asked of each segment.

use std::collections::HashMap;

use super::matcher::{Matcher, Meaning};
use super::schema::{FORMAT, SOURCE};
use crate::error::{Error, Result, Visible};
use crate::query::{Expr, FieldRef, Leaf, Op, Pattern, Scalar, Test};
use crate::record::{EventId, FieldKind, Timestamp, fields};

/// A query that can be asked of a segment.
#[derive(Debug)]
pub(super) enum QueryPlan {
    /// Every event.
    All,
    /// Each of these.
    And(Vec<QueryPlan>),
    /// Any of these.
    Or(Vec<QueryPlan>),
    /// The others.
    Not(Box<QueryPlan>),
    /// Events with a value that matches.
    Value {
        /// What was asked, under which the answer is kept.
        leaf: Leaf,
        /// The field; none for all of them.
        field: Option<String>,
        /// The test on its values.
        matcher: Matcher,
    },
    /// Events that have the field.
    Exists(String),
    /// Events that tell a time which compares so with all of these.
    Time(Vec<(Op, Timestamp)>),
    /// Events whose time, as text, matches.
    TimeText(Matcher),
    /// These events, by the first eight digits of their source.
    Ids(HashMap<String, Vec<EventId>>),
}

impl QueryPlan {
    /// Compiles a query. What cannot be asked of an index is a usage failure.
    pub fn new(expr: &Expr) -> Result<QueryPlan> {
        match expr {
            Expr::All => Ok(QueryPlan::All),
            Expr::And(members) => {
                Ok(QueryPlan::And(members.iter().map(QueryPlan::new).collect::<Result<_>>()?))
            }
            Expr::Or(members) => any_of(members),
            Expr::Not(inner) => Ok(QueryPlan::Not(Box::new(QueryPlan::new(inner)?))),
            Expr::Leaf(leaf) => of_leaf(leaf),
        }
    }
}

/// Ids are looked up together: a tag may stand for thousands of them.
fn any_of(members: &[Expr]) -> Result<QueryPlan> {
    let (mut ids, mut plans) = (HashMap::<String, Vec<EventId>>::new(), Vec::new());
    for member in members {
        match QueryPlan::new(member)? {
            QueryPlan::Ids(more) => {
                more.into_iter().for_each(|(source, more)| ids.entry(source).or_default().extend(more))
            }
            plan => plans.push(plan),
        }
    }
    if !ids.is_empty() {
        plans.push(QueryPlan::Ids(ids));
    }
    Ok(QueryPlan::Or(plans))
}

fn of_leaf(leaf: &Leaf) -> Result<QueryPlan> {
    let (name, meaning) = match &leaf.field {
        None if leaf.test == Test::Exists => return Ok(QueryPlan::All),
        None => return value(leaf, None, Meaning::Words),
        Some(FieldRef::Core(fields::TIMESTAMP)) => return of_time(&leaf.test),
        Some(FieldRef::Core(id)) => (id.name(), meaning_of(id.field().kind)),
        Some(FieldRef::Custom(name)) => (name.as_str(), Meaning::Address),
        Some(FieldRef::Format) => (FORMAT, Meaning::Whole),
        Some(FieldRef::Source) => return of_source(leaf),
        Some(FieldRef::Id) => return of_id(&leaf.test),
        Some(FieldRef::Tag | FieldRef::Finding) => {
            return Err(Error::usage("tags and findings are known to the case, not to the index"));
        }
    };
    if leaf.test == Test::Exists {
        return Ok(QueryPlan::Exists(name.to_owned()));
    }
    value(leaf, Some(name), meaning)
}

fn meaning_of(kind: FieldKind) -> Meaning {
    match kind {
        FieldKind::Text => Meaning::Words,
        FieldKind::Ip => Meaning::Address,
        FieldKind::Long => Meaning::Number,
        FieldKind::Keyword | FieldKind::Date | FieldKind::Boolean => Meaning::Whole,
    }
}

fn value(leaf: &Leaf, field: Option<&str>, meaning: Meaning) -> Result<QueryPlan> {
    let matcher = Matcher::new(&leaf.test, meaning)?;
    Ok(QueryPlan::Value { leaf: leaf.clone(), field: field.map(str::to_owned), matcher })
}

fn of_source(leaf: &Leaf) -> Result<QueryPlan> {
    let matcher = match &leaf.test {
        Test::Exists => return Ok(QueryPlan::All),
        Test::Is(Pattern { text, quoted }) if *quoted || !text.contains([Pattern::ANY, Pattern::ONE]) => {
            Matcher::begins(text)
        }
        Test::Is(_) | Test::Regex(_) => Matcher::new(&leaf.test, Meaning::Whole)?,
        Test::Cidr(..) | Test::Compare(..) | Test::Range(..) => {
            return Err(Error::usage("a source is named by its SHA-256 or the beginning of it"));
        }
    };
    Ok(QueryPlan::Value { leaf: leaf.clone(), field: Some(SOURCE.to_owned()), matcher })
}

fn of_id(test: &Test) -> Result<QueryPlan> {
    match test {
        Test::Exists => Ok(QueryPlan::All),
        Test::Is(pattern) => {
            let id: EventId = pattern.text.parse()?;
            Ok(QueryPlan::Ids(HashMap::from([(id.source[..8].to_owned(), vec![id])])))
        }
        Test::Regex(_) | Test::Cidr(..) | Test::Compare(..) | Test::Range(..) => Err(Error::usage(
            "an event id is given in full",
        )
        .hint("Write it as 8 or more hexadecimal digits, a colon and the record number: a1b2c3d4:17.")),
    }
}

fn of_time(test: &Test) -> Result<QueryPlan> {
    let moment = |(op, scalar): (Op, Scalar)| match scalar {
        Scalar::Timestamp(moment) => Ok((op, moment)),
        Scalar::Number(_) | Scalar::Ip(_) | Scalar::Text(_) => {
            let shown = match &scalar {
                Scalar::Text(text) => format!("`{}`", Visible(text)),
                _ => "what is given".to_owned(),
            };
            Err(Error::usage(format!("`@timestamp` is compared with a time, and {shown} is none")))
        }
    };
    match test {
        Test::Exists => Ok(QueryPlan::Time(Vec::new())),
        Test::Compare(op, scalar) => Ok(QueryPlan::Time(vec![moment((*op, scalar.clone()))?])),
        Test::Range(low, high) => {
            let bounds = super::compare::bounds(low, high);
            Ok(QueryPlan::Time(bounds.into_iter().map(moment).collect::<Result<_>>()?))
        }
        Test::Is(_) | Test::Regex(_) => Ok(QueryPlan::TimeText(Matcher::new(test, Meaning::Whole)?)),
        Test::Cidr(..) => Err(Error::usage("`@timestamp` is a time and lies in no network")),
    }
}
