//! `case.toml`: a case's title, examiner, key, and display zone.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Context, Error, Result, visible};
use crate::fs::{Dir, unusable};
use crate::journal::{Keyring, Signer, SignerIdentity, is_case_id};
use crate::record::{Digest, Timestamp, Zone};

/// The file's name.
const FILE: &str = "case.toml";

/// Maximum size in bytes.
const MOST_BYTES: u64 = 64 << 10;

/// The version of the case layout that this program writes and reads.
const SCHEMA: u32 = 1;

/// The contents of `case.toml`.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseMetadata {
    /// The case's UUID.
    pub id: String,
    /// Its title; the folder's name if none was given.
    pub title: String,
    /// The examiner, as given; may be empty.
    pub examiner: String,
    /// When it was created, RFC 3339.
    pub created: String,
    /// The zone in which times are shown and times without a zone in queries are read.
    pub zone: Zone,
    /// The key that signs for it.
    pub key: Option<SignerIdentity>,
}

/// What a user specifies for a new case.
#[derive(Clone, Default)]
pub struct CaseOptions {
    /// Its title; the folder's name if none is given.
    pub title: Option<String>,
    /// The examiner.
    pub examiner: Option<String>,
    /// The display zone; UTC if none is given.
    pub zone: Option<Zone>,
    /// The key that will sign for it.
    pub signer: Option<Signer>,
    /// Where a key is created for it if no signer is given.
    pub keyring: Option<Keyring>,
}

/// The file's format.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: u32,
    id: String,
    title: String,
    examiner: String,
    created: String,
    zone: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fingerprint: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    public_key: Option<String>,
}

impl CaseMetadata {
    /// Creates the metadata of a new case in this folder.
    pub fn new(folder: &Path, new: &CaseOptions, now: Timestamp) -> Result<CaseMetadata> {
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned());
        let id = uuid::Uuid::new_v4().to_string();
        let key = match (&new.signer, &new.keyring) {
            (Some(signer), _) => Some(signer.identity()),
            (None, Some(keyring)) => Some(keyring.create(&id)?.identity()),
            (None, None) => None,
        };
        Ok(CaseMetadata {
            id,
            title: new.title.clone().or(name).unwrap_or_else(|| "case".to_owned()),
            examiner: new.examiner.clone().unwrap_or_default(),
            created: now.to_string(),
            zone: new.zone.unwrap_or(Zone::UTC),
            key,
        })
    }

    /// Opens a folder that the user calls a case; the error says so if there is no such folder.
    pub fn folder(folder: &Path) -> Result<Dir> {
        use std::io::ErrorKind::{NotADirectory, NotFound};
        match Dir::open(folder) {
            Err(error) if matches!(error.kind(), NotADirectory | NotFound) => Err(no_case(folder)),
            dir => dir.context(|| format!("cannot open {}", visible(&folder.to_string_lossy()))),
        }
    }

    /// Reads the metadata of the case in a folder; the error says so if it is not a case.
    pub fn read(folder: &Path) -> Result<CaseMetadata> {
        CaseMetadata::of(&CaseMetadata::folder(folder)?)
    }

    /// Reads a case's metadata; the error says so if the folder is not a case.
    pub fn of(case: &Dir) -> Result<CaseMetadata> {
        let shown = visible(&case.path().to_string_lossy());
        if !case.has(FILE) {
            return Err(no_case(case.path()));
        }
        let text =
            case.read_text(FILE, MOST_BYTES).map_err(|error| unusable(error, &format!("{shown}/{FILE}")))?;
        let file: File = toml::from_str(&text).context(|| format!("cannot understand {shown}/case.toml"))?;
        if file.schema != SCHEMA {
            return Err(Error::case(format!(
                "{shown} has layout {}, and this vestigo reads layout {SCHEMA}",
                file.schema
            ))
            .hint("Open it with the version of vestigo that made it."));
        }
        if !is_case_id(&file.id) {
            let id = visible(&file.id);
            return Err(Error::integrity(format!(
                "{shown}/{FILE} gives the case the id `{id}`, which is not a UUID"
            ))
            .hint("vestigo did not write this file; do not use a case that you cannot explain."));
        }
        Ok(CaseMetadata {
            id: file.id,
            title: file.title,
            examiner: file.examiner,
            created: file.created,
            zone: file.zone.parse()?,
            key: file
                .fingerprint
                .zip(file.public_key)
                .map(|(fingerprint, public)| SignerIdentity { fingerprint, public }),
        })
    }

    /// Returns the contents of the file.
    fn text(&self) -> Result<String> {
        let file = File {
            schema: SCHEMA,
            id: self.id.clone(),
            title: self.title.clone(),
            examiner: self.examiner.clone(),
            created: self.created.clone(),
            zone: self.zone.to_string(),
            fingerprint: self.key.as_ref().map(|key| key.fingerprint.clone()),
            public_key: self.key.as_ref().map(|key| key.public.clone()),
        };
        toml::to_string(&file).context(|| "cannot write case.toml as TOML".to_owned())
    }

    /// Returns the SHA-256 that the file will have, in hex.
    pub fn hash_of_text(&self) -> Result<String> {
        Ok(Digest::of(self.text()?).to_string())
    }

    /// Writes the metadata of a new case; fails and leaves the file alone if it exists.
    pub fn write(&self, case: &Dir) -> Result<()> {
        let why = || format!("cannot write {}/case.toml", visible(&case.path().to_string_lossy()));
        case.write_new(FILE, self.text()?.as_bytes()).context(why)
    }

    /// Returns the SHA-256 of the file as it is in a case, in hex.
    pub fn sha256(&self, case: &Dir) -> Result<String> {
        let bytes = case.read(FILE, MOST_BYTES).map_err(|error| unusable(error, FILE))?;
        Ok(Digest::of(bytes).to_string())
    }

    /// Reports whether a folder has the file, of whatever kind and content.
    pub fn is_in(case: &Dir) -> bool {
        case.has(FILE)
    }

    /// Returns the path of the file.
    pub fn path(folder: &Path) -> PathBuf {
        folder.join(FILE)
    }
}

fn no_case(folder: &Path) -> Error {
    let shown = visible(&folder.to_string_lossy());
    Error::case(format!("{shown} is not a case: it has no case.toml"))
        .hint("Make one with `vestigo new`, or import into it: `vestigo --case DIR import PATH`.")
}
