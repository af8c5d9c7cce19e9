//! What each kind of journal entry says.
//!
//! The names and the order of the fields are a format: they are what stands in
//! `what` of a line of `journal.jsonl`.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::remembered::RememberedEnd;
use super::state::Conflict;

/// Reads the items of a list that can be read.
fn readable<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let items = Vec::<Value>::deserialize(deserializer)?;
    Ok(items.iter().filter_map(|item| T::deserialize(item).ok()).collect())
}

/// The case began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseCreate {
    /// The case's id.
    pub id: String,
    /// Its title (foreign text).
    #[serde(default)]
    pub title: String,
    /// Who examines (foreign text).
    #[serde(default)]
    pub examiner: String,
    /// The zone in which times are shown.
    #[serde(default)]
    pub zone: String,
    /// Fingerprint of the key that signs for the case; none where there is none.
    #[serde(default)]
    pub key: Option<String>,
    /// SHA-256 of `case.toml`, in hex.
    #[serde(default)]
    pub case_toml_sha256: String,
    /// Name and version of the program.
    #[serde(default)]
    pub tool: String,
}

/// A batch of evidence is sealed: what its `manifest.json` hashes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceImport {
    /// The batch's number, from 1.
    pub batch: u32,
    /// SHA-256 of the manifest, in hex.
    pub manifest_sha256: String,
    /// SHA-256 of `content.zst`, in hex.
    #[serde(default)]
    pub content_sha256: String,
    /// Bytes of `content.zst`.
    #[serde(default)]
    pub content_length: u64,
    /// The sources in it.
    #[serde(default)]
    pub sources: Vec<SealedSource>,
    /// Name and version of the program.
    #[serde(default)]
    pub tool: String,
}

/// A source as the entry that seals it names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedSource {
    /// SHA-256 of its bytes, in hex.
    pub source: String,
    /// Its bytes.
    #[serde(default)]
    pub length: u64,
    /// Its records.
    #[serde(default)]
    pub records: Option<u64>,
    /// Root of the tree over its frames, in hex.
    pub root: String,
}

/// How each input of an import came out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportReceipt {
    /// The batch that was sealed; none where nothing new was.
    #[serde(default)]
    pub batch: Option<u32>,
    /// A row for each input (`case::Receipt` as JSON, or why there is none). Opaque here.
    #[serde(default)]
    pub sources: Vec<Value>,
    /// SHA-256 in hex of the containers that were read to their end.
    #[serde(default, deserialize_with = "readable")]
    pub containers: Vec<String>,
}

/// The index was made again.
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

/// A key signs for the case from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyAdd {
    /// `SHA256:…`, as `ssh-keygen -l` prints it.
    pub fingerprint: String,
    /// The key, as it stands in an `authorized_keys` file.
    #[serde(default)]
    pub public_key: String,
}

/// Another key of the case signs the checkpoint after this entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyUse {
    /// `SHA256:…`, as `ssh-keygen -l` prints it.
    pub fingerprint: String,
}

/// Something that a crash left was set aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovery {
    /// What was moved.
    pub moved: Moved,
    /// The name it has now.
    pub to: String,
    /// SHA-256 of what was moved, in hex; none of a folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// What was moved: bytes of the journal's end, or something with a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Moved {
    /// How many bytes.
    Bytes(u64),
    /// Its name before.
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
    /// When, as the authority said (RFC 3339).
    #[serde(default)]
    pub stamped: String,
    /// SHA-256 of the authority's response, in hex.
    #[serde(default)]
    pub token_sha256: String,
}

/// Entries that no key of the case had signed were taken over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointAdopt {
    /// The first and the last number of each run of them.
    #[serde(default, deserialize_with = "readable")]
    pub ranges: Vec<(u64, u64)>,
    /// How many they are.
    #[serde(default)]
    pub count: u64,
    /// The first of them.
    #[serde(default)]
    pub first: Option<u64>,
    /// The last of them.
    #[serde(default)]
    pub last: Option<u64>,
    /// SHA-256 of the journal's last line then, in hex.
    #[serde(default)]
    pub head: String,
    /// Fingerprint of the key whose holder took them over.
    #[serde(default)]
    pub key: Option<String>,
    /// The first of them, described.
    #[serde(default, deserialize_with = "readable")]
    pub entries: Vec<AdoptedEntry>,
}

/// An entry that was taken over.
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

/// A history that was known before was given up for this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryAccept {
    /// What this machine had seen of the case.
    #[serde(default)]
    pub remembered: Option<RememberedEnd>,
    /// How the journal contradicted that.
    #[serde(default)]
    pub why: Option<String>,
    /// The journal's end then.
    pub found: JournalEnd,
    /// The signed checkpoints that do not fit the journal.
    #[serde(default, deserialize_with = "readable")]
    pub given_up: Vec<GivenUpCheckpoint>,
}

/// The end of a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalEnd {
    /// How many entries it had.
    pub entries: u64,
    /// SHA-256 of its last line, in hex.
    pub head: String,
}

/// A signed checkpoint that vouches no more.
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

/// Annotations of another copy of the case were brought in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalMerge {
    /// The other copy's journal.
    #[serde(default)]
    pub from: Option<JournalEnd>,
    /// Its lines that were new here, without their line ends.
    #[serde(default, deserialize_with = "readable")]
    pub lines: Vec<String>,
    /// Where both said different things of the same.
    #[serde(default, deserialize_with = "readable")]
    pub conflicts: Vec<Conflict>,
    /// SHA-256 in hex of the lines among them that no known key had signed.
    #[serde(default, deserialize_with = "readable", skip_serializing_if = "Vec::is_empty")]
    pub unsigned: Vec<String>,
}

/// The case was made of what was whole in a damaged one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repair {
    /// The damaged case.
    pub from: DamagedCase,
    /// Sources that were saved whole.
    #[serde(default)]
    pub whole: u64,
    /// Sources of which a part was saved.
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
    /// Its id; none where it could not be read.
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
    /// The source concerned, where it is known (foreign text: show through `Visible`).
    pub source: Option<String>,
    /// First and last record, where they are known.
    pub records: Option<(u64, u64)>,
    /// Bytes of content, where they are known.
    pub bytes: Option<u64>,
    /// Why.
    pub reason: String,
}

/// A bundle was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// Its name.
    pub bundle: String,
    /// Where it was put (foreign text).
    #[serde(default)]
    pub to: String,
    /// What was asked for, in words.
    #[serde(default)]
    pub asked: String,
    /// Events in it.
    #[serde(default)]
    pub events: u64,
    /// SHA-256 of its `tagmanifest-sha256.txt`, in hex.
    #[serde(default)]
    pub tagmanifest_sha256: String,
    /// Fingerprint of the key that signed it.
    #[serde(default)]
    pub signer: Option<String>,
    /// The fields whose values were taken out.
    #[serde(default)]
    pub redacted: Vec<String>,
    /// How many values were taken out by name.
    #[serde(default)]
    pub redacted_values: u64,
}

/// What was redacted under a token of a bundle was revealed to somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reveal {
    /// The token.
    pub token: String,
    /// The bundle (foreign text).
    #[serde(default)]
    pub bundle: String,
}

/// A bundle went from one to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// The bundle's name.
    pub bundle: String,
    /// SHA-256 of the bundle's `tagmanifest-sha256.txt`, which covers all of it.
    pub tagmanifest_sha256: String,
    /// Who gives it.
    pub released_by: String,
    /// Who takes it.
    pub received_by: String,
    /// What for.
    pub purpose: String,
    /// Where.
    pub place: String,
    /// When (RFC 3339).
    pub at: String,
}
