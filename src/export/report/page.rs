//! The page of a report: its sections and what their templates print.

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::error::{Context, Result};

use super::chart::{self, Drawing, Paper};
use super::model::{Cover, EventLine, Report};
use super::template_filters as filters;

/// How the page looks.
pub(super) const STYLE: &str = include_str!("report.css");

/// Most characters of a record that are printed.
pub(super) const RECORD_CHARS: usize = 2_000;

/// Most characters of a name at the foot of a page.
const FOOT_CHARS: usize = 40;

/// Writes a report as one self-contained page.
///
/// # Errors
///
/// Fails where the template cannot be written, which no data brings about.
pub fn render_page(report: &Report) -> Result<String> {
    ReportPage::of(report).render().context(|| "cannot write the report".to_owned())
}

/// A part of the page with a heading of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    Summary,
    Asked,
    Findings,
    Bookmarks,
    Timeline,
    Events,
    Coverage,
    Custody,
    Redactions,
    Verify,
    Limits,
}

impl Section {
    /// Returns the section's anchor.
    fn id(self) -> &'static str {
        match self {
            Section::Summary => "summary",
            Section::Asked => "asked",
            Section::Findings => "findings",
            Section::Bookmarks => "bookmarks",
            Section::Timeline => "timeline",
            Section::Events => "events",
            Section::Coverage => "coverage",
            Section::Custody => "custody",
            Section::Redactions => "redactions",
            Section::Verify => "verify",
            Section::Limits => "limits",
        }
    }

    /// Returns the section's heading.
    fn title(self) -> &'static str {
        match self {
            Section::Summary => "Summary",
            Section::Asked => "What was asked",
            Section::Findings => "Findings",
            Section::Bookmarks => "Bookmarked events",
            Section::Timeline => "Timeline",
            Section::Events => "Events",
            Section::Coverage => "Coverage and gaps",
            Section::Custody => "Chain of custody",
            Section::Redactions => "Redactions",
            Section::Verify => "How to verify this bundle",
            Section::Limits => "What this does not prove",
        }
    }
}

/// The page as the template sees it.
#[derive(Template)]
#[template(path = "report.html")]
struct ReportPage<'a> {
    report: &'a Report,
    style: String,
    style_hash: String,
    sections: Vec<Section>,
    drawings: Vec<Drawing>,
    gaps: Vec<chart::ChartGap>,
}

impl<'a> ReportPage<'a> {
    fn of(report: &'a Report) -> ReportPage<'a> {
        let chart = report.chart.as_ref().filter(|chart| !chart.buckets.is_empty());
        let papers = [Paper::WIDE, Paper::NARROW];
        let style = format!("{STYLE}{}", foot(&report.cover));
        ReportPage {
            report,
            style_hash: STANDARD.encode(Sha256::digest(&style)),
            style,
            sections: sections(report),
            drawings: chart
                .iter()
                .flat_map(|chart| papers.iter().map(|paper| chart::draw(chart, paper)))
                .collect(),
            gaps: chart.map(chart::gaps).unwrap_or_default(),
        }
    }

    /// Returns whether nothing matched: then what was searched matters most.
    fn nothing_matched(&self) -> bool {
        self.report.events_total == 0
    }

    /// Returns whether a list leaves out some of its total.
    fn is_cut(listed: usize, total: u64) -> bool {
        (listed as u64) < total
    }

    /// Adds up the events of all sources.
    fn events_held(&self) -> u128 {
        self.report.coverage.iter().map(|source| u128::from(source.events)).sum()
    }

    /// Adds up the records of all sources that were not understood.
    fn records_unparsed(&self) -> u128 {
        self.report.coverage.iter().map(|source| u128::from(source.unparsed)).sum()
    }

    /// Adds up the bytes of all sources that were rejected.
    fn bytes_rejected(&self) -> u128 {
        self.report.coverage.iter().map(|source| u128::from(source.rejected_bytes)).sum()
    }

    /// Returns whether values were redacted of this bundle.
    fn is_redacted(&self) -> bool {
        !self.report.redactions.is_empty()
    }

    /// Counts the entries of the journal that are older than those that are listed.
    fn older_entries(&self) -> u64 {
        self.report.custody.first().map_or(0, |entry| entry.seq)
    }

    /// Counts the sources of which something was remarked at import.
    fn with_remarks(&self) -> usize {
        self.report.coverage.iter().filter(|source| !source.remarks.is_empty()).count()
    }

    /// Counts the sources that hold gaps.
    fn with_gaps(&self) -> usize {
        self.report.coverage.iter().filter(|source| !source.gaps.is_empty()).count()
    }
}

/// Names the bundle and its case at the foot of every printed page, so that a
/// loose sheet tells where it belongs. The style is written as it is: only
/// letters, digits and `._-` get into it.
fn foot(cover: &Cover) -> String {
    let plain = |text: &str| -> String {
        let all = text.chars().filter(|c| c.is_ascii_alphanumeric() || "._-".contains(*c));
        all.take(FOOT_CHARS).collect()
    };
    let (bundle, case) = (plain(&cover.bundle), plain(&cover.case_id));
    format!("@page {{ @bottom-left {{ content: \"Evidence report {bundle}, case {case}\"; }} }}\n")
}

/// Chooses the sections and their order: without events, coverage comes first.
fn sections(report: &Report) -> Vec<Section> {
    let none = report.events_total == 0;
    let all = [
        (Section::Summary, true),
        (Section::Asked, true),
        (Section::Coverage, none),
        (Section::Findings, !none || !report.findings.is_empty()),
        (Section::Bookmarks, !report.bookmarks.is_empty()),
        (Section::Timeline, !none && report.chart.as_ref().is_some_and(|chart| !chart.buckets.is_empty())),
        (Section::Events, !none),
        (Section::Coverage, !none),
        (Section::Custody, true),
        (Section::Redactions, !report.redactions.is_empty()),
        (Section::Verify, true),
        (Section::Limits, true),
    ];
    all.into_iter().filter_map(|(section, is_there)| is_there.then_some(section)).collect()
}

impl EventLine {
    /// Returns the record's lines as far as they are printed.
    fn rows(&self) -> std::str::Split<'_, char> {
        let end = self.raw.char_indices().nth(RECORD_CHARS).map_or(self.raw.len(), |(at, _)| at);
        self.raw[..end].split('\n')
    }

    /// Counts the characters of the record; none where all are printed.
    fn cut_from(&self) -> Option<usize> {
        let characters = self.raw.chars().count();
        (characters > RECORD_CHARS).then_some(characters)
    }
}
