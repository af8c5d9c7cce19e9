//! What was answered before: the rows of single tests, within a bound of memory.
//!
//! The screens ask one query many times over (count, histogram, facets, pages),
//! and the next query is mostly the last one with a test more.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::row_set::RowSet;
use crate::query::Leaf;

/// How much memory answers may take, in bytes.
const BUDGET: usize = 64 << 20;

/// Answers by test and segment.
#[derive(Default)]
pub(super) struct FilterCache(Mutex<Held>);

#[derive(Default)]
struct Held {
    /// The last used stands last.
    answers: Vec<Answer>,
    bytes: usize,
}

struct Answer {
    leaf: Leaf,
    rows: Vec<(u32, Arc<RowSet>)>,
}

impl FilterCache {
    /// Returns what a test answered in a segment, if it is remembered.
    pub fn get(&self, leaf: &Leaf, segment: u32) -> Option<Arc<RowSet>> {
        let mut held = self.held();
        let at = held.answers.iter().rposition(|answer| answer.leaf == *leaf)?;
        let found = held.answers[at].rows.iter().find(|(number, _)| *number == segment)?.1.clone();
        held.answers[at..].rotate_left(1);
        Some(found)
    }

    /// Remembers what a test answered, and forgets what was not used for longest.
    pub fn keep(&self, leaf: &Leaf, segment: u32, rows: &Arc<RowSet>) {
        let mut held = self.held();
        match held.answers.iter().rposition(|answer| answer.leaf == *leaf) {
            Some(at) => held.answers[at..].rotate_left(1),
            None => held.answers.push(Answer { leaf: leaf.clone(), rows: Vec::new() }),
        }
        let answer = held.answers.last_mut().expect("one was put there");
        answer.rows.push((segment, rows.clone()));
        held.bytes += rows.bytes();
        while held.bytes > BUDGET && held.answers.len() > 1 {
            let oldest = held.answers.remove(0);
            held.bytes -= oldest.rows.iter().map(|(_, rows)| rows.bytes()).sum::<usize>();
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
