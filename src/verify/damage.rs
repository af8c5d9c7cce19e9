//! Damage: a difference from what was committed.

use serde::Serialize;

/// The kind of thing that is damaged, on which the consequences depend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DamageScope {
    /// Committed records, their manifests, or kept originals.
    Evidence,
    /// The journal, the metadata of the case, its checkpoints and signatures.
    Journal,
    /// A file of a bundle, or the proof of a single record.
    Bundle,
}

/// A difference from what was committed. An index is a cache: a difference there leads to
/// a note and a rebuild, and is never damage.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Damage {
    /// The file, relative to the case or the bundle.
    pub file: String,
    /// The kind of thing that is damaged.
    pub scope: DamageScope,
    /// The number of the frame in its source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frame: Option<usize>,
    /// First and last affected record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records: Option<(u64, u64)>,
    /// What was expected and what was found.
    pub reason: String,
}

impl Damage {
    /// Creates a damage of a file.
    pub fn new(scope: DamageScope, file: impl Into<String>, reason: impl Into<String>) -> Damage {
        Damage { file: file.into(), scope, frame: None, records: None, reason: reason.into() }
    }

    /// Adds the number of the frame in its source, and its first and last record.
    pub fn in_frame(self, frame: usize, records: (u64, u64)) -> Damage {
        Damage { frame: Some(frame), records: Some(records), ..self }
    }

    /// Describes where it is and what is wrong (foreign text: show through `Visible`).
    pub fn describe(&self) -> String {
        let frame = self.frame.map(|frame| format!(", frame {frame}")).unwrap_or_default();
        let records = self.records.map(|(a, b)| format!(", records {a} to {b}")).unwrap_or_default();
        format!("{}{frame}{records}: {}", self.file, self.reason)
    }
}
