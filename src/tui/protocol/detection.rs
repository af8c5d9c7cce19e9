//! A run of detection, and a finding's events over time.

use super::annotations::{Annotations, JournalWarning};

/// What a run of detection came to.
#[derive(Debug, Clone, PartialEq)]
pub struct DetectionDone {
    /// Its figures.
    pub run: LastDetection,
    /// SHA-256 of the entries that it wrote, in hex.
    pub ids: Vec<String>,
    /// What went wrong besides.
    pub warning: Option<JournalWarning>,
    /// The annotations as they are now.
    pub notes: Annotations,
}

/// The figures of a run of detection.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LastDetection {
    /// How many findings it raised, those of earlier runs included.
    pub found: usize,
    /// How many of them are new.
    pub new: usize,
    /// How many are not as they were.
    pub changed: usize,
    /// How many are no longer found.
    pub gone: usize,
    /// How many are open again.
    pub reopened: usize,
    /// How many were kept out by filters.
    pub filtered: usize,
    /// How many rules and detectors looked.
    pub ran: usize,
    /// Detectors that could not be evaluated, each with why.
    pub not_evaluated: Vec<(String, String)>,
    /// Rules that cannot be used, each with why (foreign texts).
    pub unread: Vec<(String, String)>,
}

/// A finding's events over time, beside all events of the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingCurve {
    /// Which finding, by its uid.
    pub finding: String,
    /// Its events in each bucket.
    pub events: Vec<u64>,
    /// All events in each bucket.
    pub all: Vec<u64>,
}
