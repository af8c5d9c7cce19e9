//! What was checked of the case, rung by rung; and the end of its journal.

use crate::error::visible;
use crate::evidence::Depth;
use crate::record::{bytes, thousands};
use crate::tui::keymap::{Action, KeyContext};
use crate::tui::model::{Model, VerificationState};
use crate::tui::theme::{Glyphs, StyleRole};

use super::TextLine;
use super::canvas::wrap;

/// Most places of damage that are listed; `vestigo verify` lists all.
const PLACES: usize = 20;

/// Says in a line what was checked, for the heading.
pub(super) fn state(model: &Model, glyphs: &Glyphs) -> (String, StyleRole) {
    match &model.verification {
        VerificationState::None => ("not checked since it was opened".to_owned(), StyleRole::Faint),
        VerificationState::Running { progress, .. } => match progress.percent() {
            None => ("checking…".to_owned(), StyleRole::Warning),
            Some(percent) => {
                (format!("checking… {percent} % of {}", bytes(progress.total)), StyleRole::Warning)
            }
        },
        VerificationState::Done { depth, at, verdict } => {
            let read = if *depth == Depth::Quick { "looked over" } else { "every byte read" };
            let at = model.case.zone().local(*at).format("%H:%M");
            if !verdict.damage.is_empty() {
                (format!("{} damaged, {read}, {at}", glyphs.trouble), StyleRole::Trouble)
            } else if verdict.history.contradiction().is_some() {
                (format!("{} not what this machine saw, {read}, {at}", glyphs.trouble), StyleRole::Trouble)
            } else if verdict.rungs.consistent {
                (format!("{} consistent, {read}, {at}", glyphs.sealed), StyleRole::Sealed)
            } else {
                (format!("no damage seen, {read}, {at}"), StyleRole::Text)
            }
        }
    }
}

/// Gives the lines of what was found to be wrong besides by the last check.
pub(super) fn trouble(model: &Model, width: usize, glyphs: &Glyphs) -> Vec<TextLine> {
    let mut page = PageBuilder { lines: Vec::new(), width };
    let found: Vec<String> = match &model.verification {
        VerificationState::Done { verdict, .. } => {
            verdict.damage.iter().map(|damage| visible(&damage.told())).collect()
        }
        VerificationState::None | VerificationState::Running { .. } => Vec::new(),
    };
    for trouble in model.case.trouble.iter().filter(|trouble| !found.contains(trouble)) {
        page.say(&format!("{} {trouble}", glyphs.trouble), StyleRole::Trouble);
    }
    page.lines
}

/// Gives the lines of the last check: the ladder, and what is damaged.
pub(super) fn ladder(model: &Model, width: usize, glyphs: &Glyphs) -> Vec<TextLine> {
    let mut page = PageBuilder { lines: Vec::new(), width };
    match &model.verification {
        VerificationState::None | VerificationState::Running { .. } => {
            page.say(&how(model), StyleRole::Faint)
        }
        VerificationState::Done { verdict, .. } => {
            for (reached, said) in verdict.ladder() {
                let (glyph, role) = match reached {
                    Some(true) => (glyphs.sealed, StyleRole::Sealed),
                    Some(false) => (glyphs.trouble, StyleRole::Trouble),
                    None => (glyphs.unknown, StyleRole::Text),
                };
                page.say(&format!("{glyph} {said}"), role);
            }
            for damage in verdict.damage.iter().take(PLACES) {
                page.say(&format!("{} {}", glyphs.trouble, visible(&damage.told())), StyleRole::Trouble);
            }
            let more = verdict.damage.len().saturating_sub(PLACES);
            if more > 0 {
                page.say(
                    &format!("{} and {more} more: vestigo verify lists all", glyphs.cut),
                    StyleRole::Trouble,
                );
            }
        }
    }
    page.lines
}

/// Gives the lines of what the last check does not show.
pub(super) fn not_proven(model: &Model, width: usize) -> Vec<TextLine> {
    let mut page = PageBuilder { lines: Vec::new(), width };
    if let VerificationState::Done { verdict, .. } = &model.verification {
        verdict.notes.iter().for_each(|note| page.say(&format!("Note: {note}"), StyleRole::Text));
        for sentence in &verdict.not_proven {
            page.say(&format!("Not proven: {sentence}"), StyleRole::Faint);
        }
    }
    page.lines
}

fn how(model: &Model) -> String {
    let key = |action| model.keys.map.key_of(action, KeyContext::Sources).unwrap_or_else(|| ":".to_owned());
    format!(
        "{} looks the case over, {} reads every byte of it; {} signs the journal as it stands and shows the line to keep elsewhere, against which nothing can be rolled back unseen.",
        key(Action::Verify),
        key(Action::VerifyDeep),
        key(Action::Anchor),
    )
}

/// Gives the end of the journal, the newest entry first.
pub(super) fn journal(model: &Model) -> Vec<TextLine> {
    let Some(notes) = &model.annotations.loaded else { return Vec::new() };
    let mut lines = vec![vec![(
        format!("Journal: {} entries, the last of them", thousands(notes.entries)),
        StyleRole::Text,
    )]];
    for said in &notes.tail {
        let when = said.at.get(..19).unwrap_or(&said.at);
        let line = format!("  {when}Z  {}  {}", visible(&said.by), visible(&said.text));
        lines.push(vec![(line, StyleRole::Faint)]);
    }
    lines
}

struct PageBuilder {
    lines: Vec<TextLine>,
    width: usize,
}

impl PageBuilder {
    fn say(&mut self, said: &str, role: StyleRole) {
        self.lines.extend(wrap(said, self.width).into_iter().map(|line| vec![(line, role)]));
    }
}
