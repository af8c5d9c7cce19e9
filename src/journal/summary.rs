//! One-line summaries of journal entries, and the words they use.
//!
//! There are two wordings. [`Wording::Recorded`] is a format: a bundle's
//! `findings.jsonl` (`history`) and the custody table of its `report.html` use it,
//! and whoever verifies the bundle derives both again from the journal and compares
//! them byte for byte. So its words never change. [`Wording::Shown`] is what the
//! command line and the screens print.

use crate::record::{counted, thousands};

use super::annotation::{Annotation, RereadChange, UNDO};
use super::entry::Payload;
use super::finding::FindingChange;
use super::payload::{ImportReceipt, JournalMerge, KeyAdd, KeyUse, Repair};

/// Which words a summary uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wording {
    /// The words inside bundles: a format.
    Recorded,
    /// The words that people read.
    Shown,
}

impl Wording {
    const fn choose(self, recorded: &'static str, shown: &'static str) -> &'static str {
        match self {
            Wording::Recorded => recorded,
            Wording::Shown => shown,
        }
    }

    /// Returns the word for a finding that was created.
    pub const fn created(self) -> &'static str {
        self.choose("made", "created")
    }

    /// Returns the word for an event that was bookmarked.
    const fn bookmarked(self) -> &'static str {
        self.choose("marked", "bookmarked")
    }

    /// Returns the words for a bookmark that was removed.
    const fn bookmark_removed(self) -> &'static str {
        self.choose("mark taken away", "bookmark removed")
    }

    /// Returns the words for events that were removed from a finding.
    const fn events_removed(self) -> &'static str {
        self.choose("events taken away", "events removed")
    }

    /// Returns the remark on an annotation that was undone.
    pub const fn undone(self) -> &'static str {
        self.choose("(taken back)", "(undone)")
    }
}

impl Payload {
    /// Returns a one-line summary (foreign text: show through `Visible`).
    pub fn summary(&self) -> String {
        self.summarize(Wording::Shown)
    }

    /// Returns the summary in the words of `report.html` in a bundle, which a verifier
    /// derives again (foreign text).
    pub fn recorded_summary(&self) -> String {
        self.summarize(Wording::Recorded)
    }

    fn summarize(&self, wording: Wording) -> String {
        match self {
            Payload::CaseCreate(case) => case.title.clone(),
            Payload::EvidenceImport(import) => {
                let sources = counted(import.sources.len() as u64, "source");
                format!("batch {}: {sources}, {}", import.batch, counted(import.content_length, "byte"))
            }
            Payload::ImportReceipt(receipt) => receipt.summary(),
            Payload::IndexRebuild(rebuild) => counted(rebuild.events, "event"),
            Payload::KeyAdd(KeyAdd { fingerprint, .. }) | Payload::KeyUse(KeyUse { fingerprint }) => {
                fingerprint.clone()
            }
            Payload::Recovery(recovery) => recovery.reason.clone(),
            Payload::AnchorStamp(stamp) => format!("{} entries, stamped at {}", stamp.entries, stamp.stamped),
            Payload::CheckpointAdopt(adopt) => {
                format!("{} that no key of the case signed", counted(adopt.count, "adopted entry"))
            }
            Payload::HistoryAccept(accept) => {
                let why = accept.why.as_deref();
                why.unwrap_or("it contradicted signed checkpoints of the case").to_owned()
            }
            Payload::JournalMerge(merge) => merge.summary(),
            Payload::Repair(repair) => repair.summary(),
            Payload::Export(export) => format!("{}: {}", counted(export.events, "event"), export.asked),
            Payload::Reveal(reveal) => reveal.token.clone(),
            Payload::Transfer(transfer) => {
                format!("{} → {}", transfer.released_by, transfer.received_by)
            }
            Payload::Annotation(annotation) => annotation.summarize(wording),
            Payload::Unknown(_, what) => what.to_string(),
        }
    }
}

impl ImportReceipt {
    fn summary(&self) -> String {
        let count = |status: &str| self.sources.iter().filter(|row| row["status"] == status).count();
        let events: u64 = self.sources.iter().filter_map(|row| row["events"].as_u64()).sum();
        let has_content = |row: &&serde_json::Value| {
            matches!(row["status"].as_str(), Some("imported" | "unread" | "partial"))
                && !row["source"].is_null()
        };
        let sources = self.sources.iter().filter(has_content).count() as u64;
        let mut text = format!("{}, {}", counted(sources, "source"), counted(events, "event"));
        for status in ["duplicate", "empty", "unread", "partial", "skipped", "failed"] {
            if count(status) > 0 {
                text.push_str(&format!(", {} {status}", count(status)));
            }
        }
        text
    }
}

impl JournalMerge {
    fn summary(&self) -> String {
        let merged = counted(self.lines.len() as u64, "annotation");
        match self.unsigned.len() as u64 {
            0 => merged,
            unsigned => format!("{merged}, {} of them of an unsigned copy", thousands(unsigned)),
        }
    }
}

impl Repair {
    fn summary(&self) -> String {
        let whole = counted(self.whole, "source");
        match (self.cut, self.lost.len() as u64) {
            (0, 0) => format!("{whole} saved"),
            (cut, lost) => {
                format!("{whole} saved, {cut} in part; {} could not be saved", counted(lost, "part"))
            }
        }
    }
}

impl Annotation {
    /// Returns a one-line summary (foreign text: show through `Visible`).
    pub fn summary(&self) -> String {
        self.summarize(Wording::Shown)
    }

    pub(super) fn summarize(&self, wording: Wording) -> String {
        match self {
            Annotation::AddBookmark { note: Some(note), .. } if !note.is_empty() => {
                format!("{}: {note}", wording.bookmarked())
            }
            Annotation::AddBookmark { .. } => wording.bookmarked().to_owned(),
            Annotation::RemoveBookmark { .. } => wording.bookmark_removed().to_owned(),
            Annotation::AddFinding(new) => format!("{}: {}", wording.created(), new.title),
            Annotation::ChangeFinding { change, .. } => change.summarize(wording),
            Annotation::AddNote { text, .. } => format!("note: {text}"),
            Annotation::CloseFinding { reason, verdict, .. } => {
                let verdict = verdict.map(|verdict| format!(" as {verdict}")).unwrap_or_default();
                format!("closed{verdict}: {reason}")
            }
            Annotation::ReopenFinding { reason, .. } => format!("reopened: {reason}"),
            Annotation::VerifyFix { proof, .. } => format!("verified: {}", proof.sentence()),
            Annotation::AcceptRisk { acceptance, .. } => format!(
                "risk accepted by {} until {}: {}",
                acceptance.approver, acceptance.until, acceptance.reason
            ),
            Annotation::RetractFinding { reason, .. } => format!("closed: {reason}"),
            Annotation::SetSla { sla: Some(sla) } => format!("terms for findings: {sla}"),
            Annotation::SetSla { sla: None } => "no terms for findings".to_owned(),
            Annotation::AddIndicators { name, indicators, .. } => {
                format!("list {name}: {}", counted(indicators.lines().count() as u64, "indicator"))
            }
            Annotation::RemoveIndicators { name } => format!("list {name} removed"),
            Annotation::SetParameter { parameter, value: Some(value) } => format!("{parameter} = {value}"),
            Annotation::SetParameter { parameter, value: None } => format!("{parameter} = default"),
            Annotation::AddFilter { detector, query, reason, .. } => {
                format!("filter for {detector}: {query}: {reason}")
            }
            Annotation::RemoveFilter { reason, .. } => format!("filter removed: {reason}"),
            Annotation::Reread { source, change, .. } => {
                let changes: Vec<String> = change.iter().map(RereadChange::to_string).collect();
                format!("source {} read with {}", source.get(..8).unwrap_or(source), changes.join(", "))
            }
            Annotation::Undo { of: Some(undone), .. } if undone.kind == UNDO => {
                format!("redo of entry {} by {}", undone.seq, undone.by)
            }
            Annotation::Undo { of: Some(undone), .. } => match wording {
                Wording::Recorded => format!("undo {} {} of {}", undone.kind, undone.seq, undone.by),
                Wording::Shown => format!("undo of {} (entry {}) by {}", undone.kind, undone.seq, undone.by),
            },
            Annotation::Undo { of: None, .. } => "undo".to_owned(),
        }
    }
}

impl FindingChange {
    fn summarize(&self, wording: Wording) -> String {
        let mut changes: Vec<String> =
            self.scalars().map(|(name, value)| format!("{name} = {value}")).collect();
        let lists = [("tag", &self.tag), ("untag", &self.untag)];
        let lists = lists.iter().filter(|(_, list)| !list.is_empty());
        changes.extend(lists.map(|(name, list)| format!("{name} = {}", list.join(", "))));
        let counts = [("events added", self.events.len()), (wording.events_removed(), self.without.len())];
        let counts = counts.iter().filter(|(_, count)| *count > 0);
        changes.extend(counts.map(|(name, count)| format!("{name} = {count}")));
        changes.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_bundles_stay_and_people_read_others() {
        let event = "aa:3".to_owned();
        let removed = Payload::from(Annotation::RemoveBookmark { event });
        assert_eq!(removed.recorded_summary(), "mark taken away");
        assert_eq!(removed.summary(), "bookmark removed");
        let change = FindingChange { without: vec!["aa:3".to_owned()], ..FindingChange::default() };
        let change = Payload::from(Annotation::ChangeFinding { finding: "uu".to_owned(), change });
        assert_eq!(change.recorded_summary(), "events taken away = 1");
        assert_eq!(change.summary(), "events removed = 1");
        let undo = r#"{"line":"aa","of":{"seq":3,"do":"bookmark.add","by":"ada@host"}}"#;
        let undo = Payload::read("undo", &serde_json::from_str(undo).expect("it is JSON"));
        assert_eq!(undo.recorded_summary(), "undo bookmark.add 3 of ada@host");
        assert_eq!(undo.summary(), "undo of bookmark.add (entry 3) by ada@host");
    }
}
