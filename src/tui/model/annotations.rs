//! Annotations: bookmarks and findings, as the screens show them.

use std::collections::HashSet;

use crate::app::Hit;
use crate::record::SourceId;
use crate::tui::protocol::{Annotations, BookmarkRow, FindingRow, SelectedAnnotation};

/// The third screen, and which events of the list are bookmarked or in a finding.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AnnotationsState {
    /// Annotations, once read.
    pub loaded: Option<Annotations>,
    /// The selected place of the list.
    pub selected: usize,
    /// The investigator selected it; otherwise the first stays selected.
    pub chosen: bool,
    /// Events of the list that are bookmarked.
    marked: HashSet<(SourceId, u64)>,
    /// Events of the list that are in a finding.
    found: HashSet<(SourceId, u64)>,
}

impl AnnotationsState {
    /// Replaces the annotations; the selection stays on the same one.
    pub fn replace(&mut self, annotations: Annotations) {
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

    /// Replaces the events of the list that are in a finding.
    pub fn set_finding_hits(&mut self, hits: &[Hit]) {
        self.found = hits.iter().map(|hit| (hit.source, hit.record)).collect();
    }

    /// Returns what is selected.
    pub fn selected(&self) -> Option<SelectedAnnotation<'_>> {
        self.loaded.as_ref()?.at(self.selected)
    }

    /// Returns the selected finding.
    pub fn finding(&self) -> Option<&FindingRow> {
        match self.selected()? {
            SelectedAnnotation::Finding(row) => Some(row),
            SelectedAnnotation::Bookmark(_) => None,
        }
    }

    /// Finds a finding by its uid, which is the same in every copy of the case.
    pub fn finding_with_uid(&self, uid: &str) -> Option<&FindingRow> {
        self.loaded.as_ref()?.findings.iter().find(|row| row.finding.uid == uid)
    }

    /// Finds the bookmark on an event.
    pub fn bookmark_on(&self, hit: &Hit) -> Option<&BookmarkRow> {
        self.loaded.as_ref()?.bookmark_on(hit)
    }

    /// Reports whether an event is bookmarked.
    pub fn is_bookmarked(&self, hit: &Hit) -> bool {
        self.marked.contains(&(hit.source, hit.record))
    }

    /// Reports whether an event is in a finding.
    pub fn is_in_finding(&self, hit: &Hit) -> bool {
        self.found.contains(&(hit.source, hit.record))
    }
}
