//! The payload of each kind of journal entry.
//!
//! The names and the order of the fields are a format: they are the object `what`
//! in a line of `journal.jsonl`.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::record::Continuation;

/// Deserializes a list, leaving out items that do not fit.
fn readable<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let items = Vec::<Value>::deserialize(deserializer)?;
    Ok(items.iter().filter_map(|item| T::deserialize(item).ok()).collect())
}

/// The case was created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseCreate {
    /// The case's id.
    pub id: String,
    /// Its title (foreign text).
    #[serde(default)]
    pub title: String,
    /// The examiner (foreign text).
    #[serde(default)]
    pub examiner: String,
    /// The time zone in which times are shown.
    #[serde(default)]
    pub zone: String,
    /// Fingerprint of the key that signs for the case, if there is one.
    #[serde(default)]
    pub key: Option<String>,
    /// SHA-256 of `case.toml`, in hex.
    #[serde(default)]
    pub case_toml_sha256: String,
    /// Name and version of the program.
    #[serde(default)]
    pub tool: String,
}

/// A batch of evidence was committed: it is bound by the hash of its `manifest.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceImport {
    /// The batch's number, from 1.
    pub batch: u32,
    /// SHA-256 of the manifest, in hex.
    pub manifest_sha256: String,
    /// SHA-256 of `content.zst`, in hex.
    #[serde(default)]
    pub content_sha256: String,
    /// Length of `content.zst` in bytes.
    #[serde(default)]
    pub content_length: u64,
    /// The sources in it.
    #[serde(default)]
    pub sources: Vec<SealedSource>,
    /// Name and version of the program.
    #[serde(default)]
    pub tool: String,
}

/// A source of a committed batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedSource {
    /// SHA-256 of its whole content, in hex.
    pub source: String,
    /// Length of its whole content in bytes.
    #[serde(default)]
    pub length: u64,
    /// Number of its records, with those of the source that it continues.
    #[serde(default)]
    pub records: Option<u64>,
    /// Root of the tree over its own frames, in hex.
    pub root: String,
    /// The source that it continues.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<Continuation>,
}

/// The outcome of an import, for each of its inputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportReceipt {
    /// The batch that was committed; `None` if there was nothing new.
    #[serde(default)]
    pub batch: Option<u32>,
    /// A row for each input (`case::Receipt` as JSON, or why there is none). Opaque here.
    #[serde(default)]
    pub sources: Vec<Value>,
    /// SHA-256 in hex of the containers that were read to the end.
    #[serde(default, deserialize_with = "readable")]
    pub containers: Vec<String>,
}

/// The index was rebuilt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexRebuild {
    /// Batches in it.
    pub batches: u64,
    /// Events in it.
    pub events: u64,
    /// Name and version of the program.
    #[serde(default)]
    pub tool: String,
}

/// A key was added to those that sign for the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyAdd {
    /// `SHA256:…`, as `ssh-keygen -l` prints it.
    pub fingerprint: String,
    /// The public key in the form of `authorized_keys`.
    #[serde(default)]
    pub public_key: String,
}

/// The checkpoint after this entry is signed by another key of the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyUse {
    /// `SHA256:…`, as `ssh-keygen -l` prints it.
    pub fingerprint: String,
}

/// Something that a crash left behind was set aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovery {
    /// What was moved.
    pub moved: Moved,
    /// Its new name.
    pub to: String,
    /// SHA-256 of what was moved, in hex; `None` for a folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// What was moved: a number of bytes at the end of the journal, or a file or folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Moved {
    /// How many bytes.
    Bytes(u64),
    /// Its previous name.
    Name(String),
}

/// The signature of a checkpoint was time-stamped (RFC 3161).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnchorStamp {
    /// How many entries the checkpoint covers.
    #[serde(default)]
    pub entries: u64,
    /// The authority's address, without credentials.
    #[serde(default)]
    pub authority: String,
    /// When, according to the authority (RFC 3339).
    #[serde(default)]
    pub stamped: String,
    /// SHA-256 of the authority's response, in hex.
    #[serde(default)]
    pub token_sha256: String,
}

/// Entries that no key of the case had signed were adopted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointAdopt {
    /// Their numbers as ranges: first and last.
    #[serde(default, deserialize_with = "readable")]
    pub ranges: Vec<(u64, u64)>,
    /// How many there are.
    #[serde(default)]
    pub count: u64,
    /// The first of them.
    #[serde(default)]
    pub first: Option<u64>,
    /// The last of them.
    #[serde(default)]
    pub last: Option<u64>,
    /// SHA-256 of the last line of the journal at that time, in hex.
    #[serde(default)]
    pub head: String,
    /// Fingerprint of the key whose holder adopted them.
    #[serde(default)]
    pub key: Option<String>,
    /// Descriptions of the first of them.
    #[serde(default, deserialize_with = "readable")]
    pub entries: Vec<AdoptedEntry>,
}

/// An adopted entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdoptedEntry {
    /// Its number.
    pub seq: u64,
    /// Who wrote it (foreign text).
    pub by: String,
    /// Its kind.
    #[serde(rename = "do")]
    pub kind: String,
    /// When (RFC 3339).
    pub at: String,
}

/// The history of this journal was accepted in place of one that was known before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryAccept {
    /// What this machine had seen of the case.
    #[serde(default)]
    pub remembered: Option<RememberedEnd>,
    /// How the journal contradicted that.
    #[serde(default)]
    pub why: Option<String>,
    /// The end of the journal at that time.
    pub found: JournalEnd,
    /// The signed checkpoints that the journal contradicts.
    #[serde(default, deserialize_with = "readable")]
    pub given_up: Vec<GivenUpCheckpoint>,
}

/// The end of a journal that this machine saw, at the time it saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RememberedEnd {
    /// How many entries it had.
    pub entries: u64,
    /// SHA-256 of the last entry, in hex; it commits to all of them.
    pub head: String,
    /// When it was seen (RFC 3339).
    pub at: String,
}

/// The end of a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalEnd {
    /// How many entries it had.
    pub entries: u64,
    /// SHA-256 of its last line, in hex.
    pub head: String,
}

/// A signed checkpoint that was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenUpCheckpoint {
    /// Its file.
    #[serde(default)]
    pub checkpoint: String,
    /// How many entries it covers.
    pub entries: u64,
    /// The root over them, in base64.
    pub root: String,
    /// Fingerprint of the key that signed it.
    #[serde(default)]
    pub key: String,
}

/// Annotations of another copy of the case were merged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalMerge {
    /// The other copy's journal.
    #[serde(default)]
    pub from: Option<JournalEnd>,
    /// The lines that were new here, without line ends.
    #[serde(default, deserialize_with = "readable")]
    pub lines: Vec<String>,
    /// Properties to which both copies gave different values.
    #[serde(default, deserialize_with = "readable")]
    pub conflicts: Vec<Conflict>,
    /// SHA-256 in hex of those lines that no known key had signed. Earlier versions did
    /// not record them.
    #[serde(default, deserialize_with = "readable", skip_serializing_if = "Vec::is_empty")]
    pub unsigned: Vec<String>,
}

/// A difference between two copies of a case: each gave a property another value. The
/// later one is in effect. Its texts are a format, also those that a summary would
/// word differently.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Conflict {
    /// The finding's uid or the bookmark's event.
    pub on: String,
    /// The property.
    pub what: String,
    /// The value in effect.
    pub stands: String,
    /// The value that was overridden; it is kept in the history.
    pub gave_way: String,
}

/// The case was created from the intact parts of a damaged one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repair {
    /// The damaged case.
    pub from: DamagedCase,
    /// Number of sources that were saved completely.
    #[serde(default)]
    pub whole: u64,
    /// Number of sources that were saved in part.
    #[serde(default)]
    pub cut: u64,
    /// What could not be saved.
    #[serde(default, deserialize_with = "readable")]
    pub lost: Vec<Lost>,
    /// Name and version of the program.
    #[serde(default)]
    pub tool: String,
}

/// The case that was repaired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DamagedCase {
    /// Its id; `None` if it could not be read.
    #[serde(default)]
    pub id: Option<String>,
    /// How many entries its journal has.
    #[serde(default)]
    pub entries: u64,
    /// SHA-256 of its journal's last line, in hex.
    #[serde(default)]
    pub head: String,
}

/// Something that a repair could not save.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    /// The file of the damaged case.
    pub file: String,
    /// The affected source, if known (foreign text: show through `Visible`).
    pub source: Option<String>,
    /// First and last record, if known.
    pub records: Option<(u64, u64)>,
    /// Bytes of content, if known.
    pub bytes: Option<u64>,
    /// Why.
    pub reason: String,
}

/// A bundle was exported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// Its name.
    pub bundle: String,
    /// Its path (foreign text).
    #[serde(default)]
    pub to: String,
    /// A description of what was selected.
    #[serde(default)]
    pub asked: String,
    /// Number of events in it.
    #[serde(default)]
    pub events: u64,
    /// SHA-256 of its `tagmanifest-sha256.txt`, in hex.
    #[serde(default)]
    pub tagmanifest_sha256: String,
    /// Fingerprint of the key that signed it.
    #[serde(default)]
    pub signer: Option<String>,
    /// The fields whose values were redacted.
    #[serde(default)]
    pub redacted: Vec<String>,
    /// How many values were redacted by value.
    #[serde(default)]
    pub redacted_values: u64,
}

/// The value behind a redaction token was revealed to somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reveal {
    /// The token.
    pub token: String,
    /// The bundle (foreign text).
    #[serde(default)]
    pub bundle: String,
}

/// A bundle was handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// The bundle's name.
    pub bundle: String,
    /// SHA-256 of the bundle's `tagmanifest-sha256.txt`, which covers all of it.
    pub tagmanifest_sha256: String,
    /// Who released it.
    pub released_by: String,
    /// Who received it.
    pub received_by: String,
    /// The purpose.
    pub purpose: String,
    /// Where.
    pub place: String,
    /// When (RFC 3339).
    pub at: String,
}
