//! What was noted: bookmarks and findings, as the screens show them.

use std::collections::HashSet;

use crate::index::Hit;
use crate::record::SourceId;
use crate::tui::protocol::{FindingRow, MarkRow, Noted, Notes};

/// The third screen, and the marks that the event list shows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Notebook {
    /// What was noted, once read.
    pub notes: Option<Notes>,
    /// The selected place of the list.
    pub selected: usize,
    /// Somebody chose it; else it is the first, whatever comes.
    pub chosen: bool,
    /// Events of the list that are marked.
    marked: HashSet<(SourceId, u64)>,
    /// Events of the list that some finding shows.
    found: HashSet<(SourceId, u64)>,
}

impl Notebook {
    /// Takes in what was noted; the selection stays on what it was on.
    pub fn take(&mut self, notes: Notes) {
        let before = self.selected().and_then(|noted| notes.place_of(noted));
        let last = notes.len().saturating_sub(1);
        self.selected = if self.chosen { before.unwrap_or(self.selected).min(last) } else { 0 };
        let hits = notes.marks.iter().filter_map(|row| row.hit);
        self.marked = hits.map(|hit| (hit.source, hit.record)).collect();
        if notes.findings.is_empty() {
            self.found.clear();
        }
        self.notes = Some(notes);
    }

    /// Takes in which of the listed events some finding shows.
    pub fn take_found(&mut self, hits: &[Hit]) {
        self.found = hits.iter().map(|hit| (hit.source, hit.record)).collect();
    }

    /// Gives what is selected.
    pub fn selected(&self) -> Option<Noted<'_>> {
        self.notes.as_ref()?.at(self.selected)
    }

    /// Gives the selected finding.
    pub fn finding(&self) -> Option<&FindingRow> {
        match self.selected()? {
            Noted::Finding(row) => Some(row),
            Noted::Mark(_) => None,
        }
    }

    /// Finds a finding by the name that it has in every copy of the case.
    pub fn finding_called(&self, uid: &str) -> Option<&FindingRow> {
        self.notes.as_ref()?.findings.iter().find(|row| row.finding.uid == uid)
    }

    /// Finds the mark on an event.
    pub fn mark_on(&self, hit: &Hit) -> Option<&MarkRow> {
        self.notes.as_ref()?.mark_on(hit)
    }

    /// Tells whether an event is marked.
    pub fn is_marked(&self, hit: &Hit) -> bool {
        self.marked.contains(&(hit.source, hit.record))
    }

    /// Tells whether some finding shows an event.
    pub fn is_found(&self, hit: &Hit) -> bool {
        self.found.contains(&(hit.source, hit.record))
    }
}
