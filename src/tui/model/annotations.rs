//! What was noted: bookmarks and findings, as the screens show them.

use std::collections::HashSet;

use crate::index::Hit;
use crate::record::SourceId;
use crate::tui::protocol::{Annotations, BookmarkRow, FindingRow, SelectedAnnotation};

/// The third screen, and the marks that the event list shows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AnnotationsState {
    /// What was noted, once read.
    pub loaded: Option<Annotations>,
    /// The selected place of the list.
    pub selected: usize,
    /// Somebody chose it; else it is the first, whatever comes.
    pub chosen: bool,
    /// Events of the list that are marked.
    marked: HashSet<(SourceId, u64)>,
    /// Events of the list that some finding shows.
    found: HashSet<(SourceId, u64)>,
}

impl AnnotationsState {
    /// Takes in what was noted; the selection stays on what it was on.
    pub fn take(&mut self, annotations: Annotations) {
        let before = self.selected().and_then(|selected| annotations.place_of(selected));
        let last = annotations.len().saturating_sub(1);
        self.selected = if self.chosen { before.unwrap_or(self.selected).min(last) } else { 0 };
        let hits = annotations.bookmarks.iter().filter_map(|row| row.hit);
        self.marked = hits.map(|hit| (hit.source, hit.record)).collect();
        if annotations.findings.is_empty() {
            self.found.clear();
        }
        self.loaded = Some(annotations);
    }

    /// Takes in which of the listed events some finding shows.
    pub fn take_found(&mut self, hits: &[Hit]) {
        self.found = hits.iter().map(|hit| (hit.source, hit.record)).collect();
    }

    /// Gives what is selected.
    pub fn selected(&self) -> Option<SelectedAnnotation<'_>> {
        self.loaded.as_ref()?.at(self.selected)
    }

    /// Gives the selected finding.
    pub fn finding(&self) -> Option<&FindingRow> {
        match self.selected()? {
            SelectedAnnotation::Finding(row) => Some(row),
            SelectedAnnotation::Bookmark(_) => None,
        }
    }

    /// Finds a finding by the name that it has in every copy of the case.
    pub fn finding_with_uid(&self, uid: &str) -> Option<&FindingRow> {
        self.loaded.as_ref()?.findings.iter().find(|row| row.finding.uid == uid)
    }

    /// Finds the mark on an event.
    pub fn bookmark_on(&self, hit: &Hit) -> Option<&BookmarkRow> {
        self.loaded.as_ref()?.bookmark_on(hit)
    }

    /// Tells whether an event is marked.
    pub fn is_bookmarked(&self, hit: &Hit) -> bool {
        self.marked.contains(&(hit.source, hit.record))
    }

    /// Tells whether some finding shows an event.
    pub fn is_in_finding(&self, hit: &Hit) -> bool {
        self.found.contains(&(hit.source, hit.record))
    }
}
