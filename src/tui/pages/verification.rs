//! The last verification of the case, check by check; and the end of its journal.

use crate::app::Depth;
use crate::error::visible;
use crate::record::{format_bytes, thousands};
use crate::tui::keymap::{Action, KeyContext};
use crate::tui::model::{Model, VerificationState};
use crate::tui::theme::{Glyphs, StyleRole};

use super::builder::{PageBuilder, TextLine};

/// Most places of damage that are listed; `vestigo verify` lists all.
const PLACES: usize = 20;

/// Summarizes the last verification in one line, for the heading.
pub fn verification_summary(model: &Model, glyphs: &Glyphs) -> (String, StyleRole) {
    match &model.verification {
        VerificationState::None => ("not verified since it was opened".to_owned(), StyleRole::Faint),
        VerificationState::Running { progress, .. } => match progress.percent() {
            None => ("checking…".to_owned(), StyleRole::Warning),
            Some(percent) => {
                (format!("checking… {percent} % of {}", format_bytes(progress.total)), StyleRole::Warning)
            }
        },
        VerificationState::Done { depth, at, report } => {
            let read = if *depth == Depth::Quick { "quick check" } else { "every byte read" };
            let at = model.case.zone().local(*at).format("%H:%M");
            if !report.damage.is_empty() {
                (format!("{} damaged, {read}, {at}", glyphs.trouble), StyleRole::Trouble)
            } else if report.history.contradiction().is_some() {
                (
                    format!("{} differs from what this machine saw, {read}, {at}", glyphs.trouble),
                    StyleRole::Trouble,
                )
            } else if report.levels.consistent {
                (format!("{} consistent, {read}, {at}", glyphs.sealed), StyleRole::Sealed)
            } else {
                (format!("no damage found, {read}, {at}"), StyleRole::Text)
            }
        }
    }
}

/// Returns the lines of trouble that the last verification did not find.
pub(super) fn trouble(model: &Model, width: usize, glyphs: &Glyphs) -> Vec<TextLine> {
    let mut page = PageBuilder::new(width);
    let found: Vec<String> = match &model.verification {
        VerificationState::Done { report, .. } => {
            report.damage.iter().map(|damage| visible(&damage.describe())).collect()
        }
        VerificationState::None | VerificationState::Running { .. } => Vec::new(),
    };
    for trouble in model.case.trouble.iter().filter(|trouble| !found.contains(trouble)) {
        page.paragraph(&format!("{} {trouble}", glyphs.trouble), StyleRole::Trouble);
    }
    page.finish()
}

/// Returns the lines of the last verification: its checks, and what is damaged.
pub(super) fn ladder(model: &Model, width: usize, glyphs: &Glyphs) -> Vec<TextLine> {
    let mut page = PageBuilder::new(width);
    match &model.verification {
        VerificationState::None | VerificationState::Running { .. } => {
            page.paragraph(&instructions(model), StyleRole::Faint)
        }
        VerificationState::Done { report, .. } => {
            for (reached, text) in report.describe_levels() {
                let (glyph, role) = match reached {
                    Some(true) => (glyphs.sealed, StyleRole::Sealed),
                    Some(false) => (glyphs.trouble, StyleRole::Trouble),
                    None => (glyphs.unknown, StyleRole::Text),
                };
                page.paragraph(&format!("{glyph} {text}"), role);
            }
            for damage in report.damage.iter().take(PLACES) {
                page.paragraph(
                    &format!("{} {}", glyphs.trouble, visible(&damage.describe())),
                    StyleRole::Trouble,
                );
            }
            let more = report.damage.len().saturating_sub(PLACES);
            if more > 0 {
                page.paragraph(
                    &format!("{} and {more} more: vestigo verify lists all", glyphs.cut),
                    StyleRole::Trouble,
                );
            }
        }
    }
    page.finish()
}

/// Returns the lines of what the last verification does not prove.
pub(super) fn not_proven(model: &Model, width: usize) -> Vec<TextLine> {
    let mut page = PageBuilder::new(width);
    if let VerificationState::Done { report, .. } = &model.verification {
        report.notes.iter().for_each(|note| page.paragraph(&format!("Note: {note}"), StyleRole::Text));
        for sentence in &report.not_proven {
            page.paragraph(&format!("Not proven: {sentence}"), StyleRole::Faint);
        }
    }
    page.finish()
}

fn instructions(model: &Model) -> String {
    let key = |action| model.keys.map.key_of(action, KeyContext::Sources).unwrap_or_else(|| ":".to_owned());
    format!(
        "{} runs a quick check of the case, {} reads every byte of it; {} signs a checkpoint of the journal and shows the line to keep elsewhere, so that a rollback can be detected later.",
        key(Action::Verify),
        key(Action::VerifyDeep),
        key(Action::Anchor),
    )
}

/// Returns the end of the journal, the newest entry first.
pub(super) fn journal(model: &Model) -> Vec<TextLine> {
    let Some(annotations) = &model.annotations.loaded else { return Vec::new() };
    let mut lines = vec![vec![(
        format!("Journal: {} entries, the latest", thousands(annotations.entries)),
        StyleRole::Text,
    )]];
    for item in &annotations.tail {
        let when = item.at.get(..19).unwrap_or(&item.at);
        let line = format!("  {when}Z  {}  {}", visible(&item.by), visible(&item.text));
        lines.push(vec![(line, StyleRole::Faint)]);
    }
    lines
}
