//! Tests that a caller makes, each asked once per distinct value, for many queries at once.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, MatchKind};

use super::column::IndexColumn;
use super::ordinal_set::OrdinalSet;
use super::overflow_column;
use super::row_set::RowSet;
use super::search::QueryRun;
use super::segment::OpenSegment;
use crate::error::Result;

/// The name under which a test is asked of every field.
pub const ANY_FIELD: &str = "*";

/// What a test is asked of in place of a value, such as its decoded form.
pub type ValueView = fn(&str) -> String;

/// The value in what stands in a column.
type ValuePart = fn(&str) -> &str;

/// Tells whether a value matches.
pub type ValuePredicate = Box<dyn Fn(&str) -> bool + Send + Sync>;

/// A test on the values of a field.
pub struct ValueTest {
    /// The field; [`ANY_FIELD`] for all of them.
    pub field: String,
    /// What is tested in place of the value.
    pub view: Option<ValueView>,
    /// Lower-case ASCII texts of which, ignoring case, at least one is in every ASCII text
    /// that matches; empty where none are known.
    pub needles: Vec<String>,
    /// The test.
    pub matches: ValuePredicate,
}

/// A query made of such tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowQuery {
    /// Every event.
    All,
    /// Events with a value that passes the test with this number.
    Test(usize),
    /// Events that have the field.
    Exists(String),
    /// Each of these.
    And(Vec<RowQuery>),
    /// Any of these.
    Or(Vec<RowQuery>),
}

/// Tests, by the fields whose values they look at.
pub(super) struct TestsByField<'t> {
    fields: BTreeMap<&'t str, Vec<TestsOfView<'t>>>,
    count: usize,
}

/// The tests that look at the same form of a field's values.
struct TestsOfView<'t> {
    view: Option<ValueView>,
    /// All of them, by their numbers.
    tests: Vec<(usize, &'t ValueTest)>,
    /// The places of those that have no needles.
    without: Vec<usize>,
    needles: Option<AhoCorasick>,
    /// The places of the tests that have a needle.
    places: Vec<Vec<usize>>,
}

impl<'t> TestsByField<'t> {
    /// Sorts tests.
    pub fn new(tests: &'t [ValueTest]) -> TestsByField<'t> {
        let mut sorted: BTreeMap<&str, Vec<TestsOfView<'_>>> = BTreeMap::new();
        for (number, test) in tests.iter().enumerate() {
            let views = sorted.entry(&test.field).or_default();
            let same = |of: &TestsOfView<'_>| match (of.view, test.view) {
                (Some(one), Some(other)) => std::ptr::fn_addr_eq(one, other),
                (one, other) => one.is_none() && other.is_none(),
            };
            match views.iter_mut().find(|of| same(of)) {
                Some(of) => of.tests.push((number, test)),
                None => views.push(TestsOfView::new(test.view, (number, test))),
            }
        }
        sorted.values_mut().flatten().for_each(TestsOfView::collect_needles);
        TestsByField { fields: sorted, count: tests.len() }
    }

    /// Returns the rows of a segment that pass each test; none where no row does.
    pub fn rows(&self, search: &QueryRun<'_>, segment: &OpenSegment) -> Result<Vec<Option<RowSet>>> {
        let mut rows: Vec<Option<RowSet>> = (0..self.count).map(|_| None).collect();
        for (field, views) in &self.fields {
            let mut ask = |column: &IndexColumn, part: ValuePart| {
                views.iter().try_for_each(|view| view.add_rows(search, column, part, &mut rows, segment.rows))
            };
            if *field == ANY_FIELD {
                segment.field_columns().try_for_each(|column| ask(&*column?, |value| value))?;
                segment.overflow()?.map_or(Ok(()), |shared| ask(&shared, overflow_column::value))?;
            } else {
                segment.columns_of(field)?.iter().try_for_each(|column| ask(column, |value| value))?;
            }
        }
        Ok(rows)
    }
}

impl<'t> TestsOfView<'t> {
    fn new(view: Option<ValueView>, first: (usize, &'t ValueTest)) -> TestsOfView<'t> {
        TestsOfView { view, tests: vec![first], without: Vec::new(), needles: None, places: Vec::new() }
    }

    fn collect_needles(&mut self) {
        let mut needles: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (place, (_, test)) in self.tests.iter().enumerate() {
            if test.needles.is_empty() {
                self.without.push(place);
            }
            test.needles.iter().for_each(|needle| needles.entry(needle).or_default().push(place));
        }
        if !needles.is_empty() {
            let made = AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .match_kind(MatchKind::Standard)
                .build(needles.keys());
            self.needles = Some(made.expect("the words of rules are not too many"));
            self.places = needles.into_values().collect();
        }
    }

    /// Adds the rows of a column whose values pass.
    fn add_rows(
        &self,
        search: &QueryRun<'_>,
        column: &IndexColumn,
        part: ValuePart,
        rows: &mut [Option<RowSet>],
        count: u32,
    ) -> Result<()> {
        let terms = column.terms();
        let mut any = OrdinalSet::none(terms.len());
        let mut passed: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        let mut wanted = vec![false; self.tests.len()];
        for number in 0..terms.blocks() {
            search.cancel.check()?;
            let block = terms.block_once(number)?;
            for i in 0..block.len() {
                let tests = self.passed(part(block.get(i)), &mut wanted);
                if !tests.is_empty() {
                    let ordinal = terms.first(number) + i as u32;
                    any.insert(ordinal);
                    passed.insert(ordinal, tests);
                }
            }
        }
        if passed.is_empty() {
            return Ok(());
        }
        column.visit(0..count, None, search.cancel, |row, ordinal| {
            if any.contains(ordinal) {
                for test in &passed[&ordinal] {
                    rows[*test].get_or_insert_with(|| RowSet::none(count)).insert(row);
                }
            }
        })
    }

    /// Returns the numbers of the tests that a value passes. `wanted` is all false, before
    /// and after.
    fn passed(&self, value: &str, wanted: &mut [bool]) -> Vec<usize> {
        let seen = self.view.map(|view| view(value));
        let text = seen.as_deref().unwrap_or(value);
        let mut places = self.without.clone();
        if !text.is_ascii() {
            // Needles are compared as ASCII: others have more than one lower-case form.
            places = (0..self.tests.len()).collect();
        } else if let Some(needles) = &self.needles {
            for found in needles.find_overlapping_iter(text) {
                for place in &self.places[found.pattern().as_usize()] {
                    if !std::mem::replace(&mut wanted[*place], true) {
                        places.push(*place);
                    }
                }
            }
            places.iter().for_each(|place| wanted[*place] = false);
        }
        let passes = |place: &usize| (self.tests[*place].1.matches)(text);
        places.retain(passes);
        places.into_iter().map(|place| self.tests[place].0).collect()
    }
}

impl RowQuery {
    /// Returns the rows of a segment that match, none where there are none. `tests` has the
    /// rows that pass each test.
    pub(super) fn rows(&self, segment: &OpenSegment, tests: &[Option<RowSet>]) -> Result<Option<RowSet>> {
        match self {
            RowQuery::All => Ok(Some(RowSet::all(segment.rows))),
            RowQuery::Test(number) => Ok(tests[*number].clone()),
            RowQuery::Exists(field) => {
                let mut rows: Option<RowSet> = None;
                for column in segment.columns_of(field)? {
                    rows.get_or_insert_with(|| RowSet::none(segment.rows)).or(&column.present());
                }
                Ok(rows)
            }
            RowQuery::And(members) => {
                let mut rows: Option<RowSet> = None;
                for member in members.iter().filter(|member| **member != RowQuery::All) {
                    let Some(found) = member.rows(segment, tests)? else { return Ok(None) };
                    match &mut rows {
                        Some(rows) => rows.and(&found),
                        None => rows = Some(found),
                    }
                }
                Ok(Some(rows.unwrap_or_else(|| RowSet::all(segment.rows))))
            }
            RowQuery::Or(members) => {
                let mut rows: Option<RowSet> = None;
                for member in members {
                    if let Some(found) = member.rows(segment, tests)? {
                        rows.get_or_insert_with(|| RowSet::none(segment.rows)).or(&found);
                    }
                }
                Ok(rows)
            }
        }
    }
}
