//! One place where something is not what it should be.

use serde::Serialize;

/// What is damaged: it decides what a damage means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DamageScope {
    /// Sealed records, their manifests, or kept originals.
    Evidence,
    /// The journal, the description of the case, its checkpoints and signatures.
    Journal,
    /// A file of a bundle, or a single record's proof.
    Bundle,
}

/// One place where something is not what it should be. An index is a cache: that it
/// differs is a note and a rebuild, never damage.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Damage {
    /// The file, relative to the case or the bundle.
    pub file: String,
    /// What is damaged.
    pub scope: DamageScope,
    /// The frame within its source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frame: Option<usize>,
    /// First and last record concerned.
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

    /// Names the frame within its source, and the first and last record in it.
    pub fn in_frame(self, frame: usize, records: (u64, u64)) -> Damage {
        Damage { frame: Some(frame), records: Some(records), ..self }
    }

    /// Describes where and what (foreign text: show through `Visible`).
    pub fn describe(&self) -> String {
        let frame = self.frame.map(|frame| format!(", frame {frame}")).unwrap_or_default();
        let records = self.records.map(|(a, b)| format!(", records {a} to {b}")).unwrap_or_default();
        format!("{}{frame}{records}: {}", self.file, self.reason)
    }
}
