//! `case.toml`: what a case is called, whose it is, in which zone it is read.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Context, Error, Result, visible};
use crate::fs::{Dir, unusable};
use crate::journal::{Keyring, Signer, SignerIdentity, is_case_id};
use crate::record::{Digest, Timestamp, Zone};

/// The file's name.
const FILE: &str = "case.toml";

/// Most bytes that it has.
const MOST_BYTES: u64 = 64 << 10;

/// The version of the case layout that this program writes and reads.
const SCHEMA: u32 = 1;

/// What `case.toml` says.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseMetadata {
    /// The case's UUID.
    pub id: String,
    /// Its title; the folder's name where none was given.
    pub title: String,
    /// Who examines, as given; may be empty.
    pub examiner: String,
    /// When it was made, RFC 3339.
    pub created: String,
    /// The zone in which times are shown and zone-less times of queries are read.
    pub zone: Zone,
    /// The key that signs for it.
    pub key: Option<SignerIdentity>,
}

/// What a user says of a new case.
#[derive(Clone, Default)]
pub struct CaseOptions {
    /// Its title; the folder's name where none is given.
    pub title: Option<String>,
    /// Who examines.
    pub examiner: Option<String>,
    /// The display zone; UTC where none is given.
    pub zone: Option<Zone>,
    /// The key that is to sign for it.
    pub signer: Option<Signer>,
    /// Where a key is made for it, where none was named.
    pub keyring: Option<Keyring>,
}

/// The file's form.
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
    /// Makes the description of a new case in this folder.
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

    /// Opens a folder that the user calls a case; says so where it is none.
    pub fn folder(folder: &Path) -> Result<Dir> {
        use std::io::ErrorKind::{NotADirectory, NotFound};
        match Dir::open(folder) {
            Err(error) if matches!(error.kind(), NotADirectory | NotFound) => Err(no_case(folder)),
            dir => dir.context(|| format!("cannot open {}", visible(&folder.to_string_lossy()))),
        }
    }

    /// Reads the description of the case in a folder; says so where it is none.
    pub fn read(folder: &Path) -> Result<CaseMetadata> {
        CaseMetadata::of(&CaseMetadata::folder(folder)?)
    }

    /// Reads a case's description; says so where the folder is no case.
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
                "{shown}/{FILE} gives the case the id `{id}`, which is no UUID"
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

    /// Gives the description as its file holds it.
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

    /// Gives the SHA-256 that the file will have, in hex.
    pub fn hash_of_text(&self) -> Result<String> {
        Ok(Digest::of(self.text()?).to_string())
    }

    /// Writes the description of a new case; an existing one is left alone and is an error.
    pub fn write(&self, case: &Dir) -> Result<()> {
        let why = || format!("cannot write {}/case.toml", visible(&case.path().to_string_lossy()));
        case.write_new(FILE, self.text()?.as_bytes()).context(why)
    }

    /// Returns the SHA-256 of the description that lies in a case, in hex.
    pub fn sha256(&self, case: &Dir) -> Result<String> {
        let bytes = case.read(FILE, MOST_BYTES).map_err(|error| unusable(error, FILE))?;
        Ok(Digest::of(bytes).to_string())
    }

    /// Tells whether a folder has a description, of whatever kind and content.
    pub fn is_in(case: &Dir) -> bool {
        case.has(FILE)
    }

    /// Gives the place of the description.
    pub fn path(folder: &Path) -> PathBuf {
        folder.join(FILE)
    }
}

fn no_case(folder: &Path) -> Error {
    let shown = visible(&folder.to_string_lossy());
    Error::case(format!("{shown} is not a case: it has no case.toml"))
        .hint("Make one with `vestigo new`, or import into it: `vestigo --case DIR import PATH`.")
}
