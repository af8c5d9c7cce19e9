//! What a use case takes from whoever runs it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::case::{self, CaseMetadata, CaseWriter, Watch};
use crate::error::Result;
use crate::fs::Dir;
use crate::journal::{Actor, Signer};
use crate::record::{Clock, FixedClock, Timestamp};

use super::{ConfigFolder, Warning};

/// The file in the user's state folder with the examiner who was asked for.
const EXAMINER: &str = "examiner";

/// Longest name of an examiner.
const LONGEST_NAME: u64 = 1024;

/// Which case, who acts, when, and with whose keys. Cheap to clone, and free to
/// send to another thread.
#[derive(Clone)]
pub struct Session {
    /// The case's folder.
    pub folder: PathBuf,
    /// Who acts.
    pub actor: Actor,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// The user's keys and choices.
    pub config: ConfigFolder,
    /// Set when the user wants to stop.
    pub stop: Arc<AtomicBool>,
}

impl Session {
    /// Returns the session at one moment.
    pub fn at(&self, now: Timestamp) -> Session {
        Session { clock: Arc::new(FixedClock(now)), ..self.clone() }
    }

    /// Returns the session for another case.
    pub fn with_folder(&self, folder: &Path) -> Session {
        Session { folder: folder.to_owned(), ..self.clone() }
    }

    /// Returns a watch that shows progress, and stops where the user wants it.
    pub fn watch<'a>(&'a self, progress: &'a (dyn Fn(u64, u64) + Sync)) -> Watch<'a> {
        Watch { progress, stop: Some(&self.stop) }
    }

    /// Takes the right to write to the case.
    pub(super) fn writer(&self) -> Result<CaseWriter> {
        CaseWriter::open(&self.folder, &self.actor, self.clock.as_ref())
    }

    /// Returns who signs for the case: the key named, the one configured, the
    /// case's own; where this user has none, one is made.
    pub fn signer(&self, named: Option<&Path>) -> Result<Signer> {
        let id = CaseMetadata::read(&self.folder)?.id;
        let Some(path) = named.map(PathBuf::from).or(self.config.read()?.sign) else {
            return self.config.keyring()?.find_or_create(&id);
        };
        let signer = Signer::open(&path)?;
        // Who holds the case's own key, too, can introduce the other one.
        let own = self.config.keyring().and_then(|keys| keys.find(&id)).ok().flatten();
        Ok(match own.filter(|own| own.identity() != signer.identity()) {
            Some(own) => Signer::WithVoucher(Box::new(signer), Box::new(own)),
            None => signer,
        })
    }

    /// Returns who signs for the case, or why nobody can: what is written then has
    /// an unsigned checkpoint.
    pub fn signer_or_warning(&self) -> (Option<Signer>, Option<Warning>) {
        match self.signer(None) {
            Ok(signer) => (Some(signer), None),
            Err(error) => (None, Some(Warning::Unsigned(error))),
        }
    }

    /// Returns the fingerprints of the user's own keys.
    pub(super) fn own_keys(&self) -> Vec<String> {
        let kept = self.config.keyring().and_then(|keys| keys.list()).unwrap_or_default();
        let configured = self.config.read().ok().and_then(|config| config.sign);
        let configured = configured.and_then(|path| Signer::open(&path).ok());
        let kept = kept.into_iter().map(|(_, signed)| signed.fingerprint);
        kept.chain(configured.map(|signer| signer.identity().fingerprint)).collect()
    }

    /// Signs the present end of the case's journal. Where no key can be had, the
    /// checkpoint stays unsigned.
    pub(super) fn checkpoint(&self, writer: &mut CaseWriter) -> Vec<Warning> {
        let (signer, unsigned) = self.with_folder(writer.folder()).signer_or_warning();
        let failed = case::checkpoint(writer, signer.as_ref(), self.clock.as_ref()).err();
        unsigned.into_iter().chain(failed.map(Warning::NoCheckpoint)).collect()
    }

    /// Returns the examiner of new cases: the one configured, or the one who was asked
    /// for on this machine before.
    pub fn known_examiner(&self) -> Result<Option<String>> {
        if let Some(configured) = self.config.read()?.examiner {
            return Ok(Some(configured));
        }
        let state = self.actor.home.state.as_deref();
        Ok(state.and_then(|state| Dir::open(state).ok()?.read_text(EXAMINER, LONGEST_NAME).ok()))
    }

    /// Remembers the examiner on this machine. What cannot be kept is asked for again.
    pub fn remember_examiner(&self, name: &str) {
        if let Some(state) = &self.actor.home.state {
            let _ = Dir::create(state).and_then(|dir| dir.replace(EXAMINER, name.as_bytes()));
        }
    }
}
