//! What detectors found, ranked: the second screen.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::time::Duration;

use crate::app::{Finding, FindingVerdict, Severity};
use crate::record::Timestamp;
use crate::tui::protocol::{Annotations, FindingCurve, FindingRow, LastDetection};

/// What joins the findings of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnomalyGroupKind {
    /// An incident: its place among those of the annotations.
    Incident(usize),
    /// They are open, and of no incident.
    Open,
    /// Nothing is left to be done: settled, or called false or benign.
    Judged,
}

/// Findings that stand together in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnomalyGroup {
    /// What joins them.
    pub kind: AnomalyGroupKind,
    /// Their places among the findings of the annotations.
    pub findings: Vec<usize>,
}

/// A detection that is running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RunningDetection {
    /// For how long.
    pub since: Duration,
    /// The investigator wants it to stop.
    pub is_stopping: bool,
}

/// The second screen.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AnomaliesState {
    /// The findings of detectors, ranked.
    pub groups: Vec<AnomalyGroup>,
    /// The selected one, a place in their order.
    pub selected: usize,
    /// The investigator selected it; otherwise the first stays selected.
    pub chosen: bool,
    /// The detection that is running.
    pub running: Option<RunningDetection>,
    /// Whether detection was started since the case was opened.
    pub is_looked_for: bool,
    /// The last detection since the case was opened.
    pub last: Option<Box<LastDetection>>,
    /// A finding's events over time.
    pub curve: Option<FindingCurve>,
    /// When the finding began that was gone to last on the first screen, until another key.
    pub visited: Option<Timestamp>,
    /// The finding whose curve was asked for, by its uid.
    pub asked: Option<String>,
    /// The uids of the findings in their order, each with whether it is judged.
    order: Vec<(String, bool)>,
}

impl AnomaliesState {
    /// Ranks the findings of annotations that were read. The selection stays on the same
    /// finding; where that was judged since, it goes to the one after it.
    pub fn replace(&mut self, notes: &Annotations) {
        let groups = rank(notes);
        let order: Vec<(String, bool)> = groups
            .iter()
            .flat_map(|group| group.findings.iter().map(|at| (group.kind, *at)))
            .map(|(kind, at)| (notes.findings[at].finding.uid.clone(), kind == AnomalyGroupKind::Judged))
            .collect();
        self.selected = if self.chosen { self.follow(&order) } else { 0 };
        (self.groups, self.order) = (groups, order);
        // What was counted may be of other events now.
        self.asked = None;
    }

    /// Returns where the selection goes in a new order.
    fn follow(&self, order: &[(String, bool)]) -> usize {
        let places: HashMap<&str, (usize, bool)> = order
            .iter()
            .enumerate()
            .map(|(place, (uid, is_judged))| (uid.as_str(), (place, *is_judged)))
            .collect();
        let stays = |(uid, was_judged): &(String, bool)| {
            let (place, is_judged) = places.get(uid.as_str())?;
            (*was_judged || !is_judged).then_some(*place)
        };
        let after = self.order.iter().skip(self.selected).find_map(stays);
        let before = || self.order.iter().take(self.selected).rev().find_map(stays);
        after.or_else(before).unwrap_or(0)
    }

    /// Returns how many findings of detectors there are.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Reports whether there are none.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Returns the place of the selected one among the findings of the annotations.
    pub fn at(&self) -> Option<usize> {
        self.groups.iter().flat_map(|group| &group.findings).nth(self.selected).copied()
    }

    /// Returns how many findings have been judged.
    pub fn judged(&self) -> usize {
        self.order.iter().filter(|(_, is_judged)| *is_judged).count()
    }
}

/// Returns whether nothing is left to be done about a finding of a detector.
pub fn is_judged(finding: &Finding) -> bool {
    finding.state.is_settled() || finding.verdict.is_some_and(FindingVerdict::needs_no_fix)
}

/// Counts the findings of detectors that are open and at least of medium severity.
pub fn pressing(notes: &Annotations) -> usize {
    let raised = notes.findings.iter().map(|row| &row.finding).filter(|finding| finding.detected.is_some());
    raised.filter(|finding| finding.severity >= Severity::Medium && !is_judged(finding)).count()
}

/// Groups the findings of detectors: incidents, the worst first, each in order of time;
/// then other open ones, then judged ones, both by severity and time.
fn rank(notes: &Annotations) -> Vec<AnomalyGroup> {
    let places: HashMap<u64, usize> =
        notes.findings.iter().enumerate().map(|(place, row)| (row.finding.number, place)).collect();
    let mut joined: HashMap<usize, usize> = HashMap::new();
    let mut groups = Vec::new();
    let mut incidents: Vec<usize> = (0..notes.incidents.len()).collect();
    incidents.sort_by(|one, other| {
        let (one, other) = (&notes.incidents[*one], &notes.incidents[*other]);
        let worse = other.severity.cmp(&one.severity).then(other.risk.total_cmp(&one.risk));
        worse.then(one.number.cmp(&other.number))
    });
    for at in incidents {
        let numbers = &notes.incidents[at].findings;
        let members = numbers.iter().filter_map(|number| places.get(number).copied());
        let members: Vec<usize> =
            members.filter(|place| !is_judged(&notes.findings[*place].finding)).collect();
        joined.extend(members.iter().map(|place| (*place, at)));
        if !members.is_empty() {
            groups.push(AnomalyGroup { kind: AnomalyGroupKind::Incident(at), findings: members });
        }
    }
    let is_left =
        |(place, row): &(usize, &FindingRow)| row.finding.detected.is_some() && !joined.contains_key(place);
    let left = notes.findings.iter().enumerate().filter(is_left).map(|(place, _)| place);
    let (judged, open): (Vec<usize>, Vec<usize>) =
        left.partition(|place| is_judged(&notes.findings[*place].finding));
    for (kind, mut findings) in [(AnomalyGroupKind::Open, open), (AnomalyGroupKind::Judged, judged)] {
        findings.sort_by_key(|place| {
            let finding = &notes.findings[*place].finding;
            let start = finding.detected.as_ref().and_then(|detected| detected.start.clone());
            (Reverse(finding.severity), start, finding.number)
        });
        if !findings.is_empty() {
            groups.push(AnomalyGroup { kind, findings });
        }
    }
    groups
}
