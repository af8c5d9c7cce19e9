//! Whose keys sign, which authority stamps: what the user's configuration says.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::case::{self, Appended, CaseMetadata, CaseWriter};
use crate::cli::args::Globals;
use crate::cli::folders::{config_folder, home};
use crate::cli::runtime::Runtime;
use crate::error::{Context, Error, Result, visible};
use crate::fs::{self, Dir};
use crate::journal::{Keyring, Signer};

/// Most bytes of a `config.toml`.
const MOST_CONFIG: u64 = 64 << 10;

/// `config.toml` in the configuration folder.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The key that signs where `--sign` names none.
    pub sign: Option<PathBuf>,
    /// The time-stamp authority, `http://…`.
    pub tsa: Option<String>,
    /// Who answers for new cases, as reports name them.
    pub examiner: Option<String>,
}

/// The file in the user's state folder with the examiner who was asked for.
const EXAMINER: &str = "examiner";

/// Longest name of an examiner.
const LONGEST_NAME: u64 = 1024;

/// Finds out who answers for a new case: who is named, who is configured, or who was
/// asked for once on this machine; nobody where nobody can be asked.
pub fn examiner(given: Option<String>, globals: &Globals, runtime: &mut Runtime) -> Result<Option<String>> {
    if let Some(named) = given.or(config(runtime)?.examiner) {
        return Ok(Some(named));
    }
    let state = home(&runtime.var).state;
    let known =
        state.as_deref().and_then(|state| Dir::open(state).ok()?.read_text(EXAMINER, LONGEST_NAME).ok());
    if known.is_some() || globals.quiet || globals.json {
        return Ok(known);
    }
    let question = "Who answers for this case? (a name for the reports; empty for none): ";
    let Some(name) = runtime.answer(question) else { return Ok(None) };
    if let Some(state) = state {
        // What cannot be kept is asked for again.
        let _ = Dir::create(&state).and_then(|dir| dir.replace(EXAMINER, name.as_bytes()));
    }
    Ok(Some(name))
}

/// Reads the configuration; an absent file is an empty one.
pub fn config(runtime: &Runtime) -> Result<Config> {
    let Some(path) = config_folder(&runtime.var).map(|folder| folder.join("config.toml")) else {
        return Ok(Config::default());
    };
    let why = || format!("cannot read {}", visible(&path.to_string_lossy()));
    match fs::read_text_named(&path, MOST_CONFIG) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Config::default()),
        text => {
            let text = text.context(why)?;
            // The whole error would show the line, and there may be a password in it.
            let told = |error: toml::de::Error| {
                let line = error.span().map(|span| text[..span.start].lines().count().max(1));
                let line = line.map(|line| format!("line {line}: ")).unwrap_or_default();
                format!("{line}{}", error.message())
            };
            toml::from_str(&text)
                .map_err(told)
                .context(|| format!("cannot understand {}", visible(&path.to_string_lossy())))
        }
    }
}

/// Gives the folder of the user's keys.
pub fn keyring(runtime: &Runtime) -> Result<Keyring> {
    let folder = config_folder(&runtime.var).ok_or_else(|| {
        Error::case("cannot tell where your configuration is").hint("Set HOME or VESTIGO_CONFIG.")
    })?;
    Ok(Keyring::new(folder.join("keys")))
}

/// Finds who signs for a case: the key named, the one configured, the case's
/// own; where this user has none, one is made.
pub fn signer(folder: &Path, named: Option<&Path>, runtime: &Runtime) -> Result<Signer> {
    let id = CaseMetadata::read(folder)?.id;
    let Some(path) = named.map(PathBuf::from).or(config(runtime)?.sign) else {
        return keyring(runtime)?.find_or_create(&id);
    };
    let signer = Signer::open(&path)?;
    // Who holds the case's own key, too, can bring the other one in.
    let own = keyring(runtime).and_then(|keys| keys.find(&id)).ok().flatten();
    Ok(match own.filter(|own| own.identity() != signer.identity()) {
        Some(own) => Signer::WithVoucher(Box::new(signer), Box::new(own)),
        None => signer,
    })
}

/// Returns the fingerprints of the user's own keys.
pub fn own_keys(runtime: &Runtime) -> Vec<String> {
    let kept = keyring(runtime).and_then(|keys| keys.list()).unwrap_or_default();
    let configured =
        config(runtime).ok().and_then(|config| config.sign).and_then(|path| Signer::open(&path).ok());
    let kept = kept.into_iter().map(|(_, signed)| signed.fingerprint);
    kept.chain(configured.map(|signer| signer.identity().fingerprint)).collect()
}

/// Signs the present end of a case's journal. Where no key can be had, the
/// checkpoint stays unsigned, and that is said.
pub fn checkpoint(hold: &mut CaseWriter, runtime: &mut Runtime) {
    let signer = signer_or_warning(hold.folder(), runtime);
    let unsealed = case::checkpoint(hold, signer.as_ref(), runtime.clock.as_ref()).err();
    warn_unsealed(unsealed, runtime);
}

/// Finds who signs for a case; says where nobody can.
pub fn signer_or_warning(folder: &Path, runtime: &mut Runtime) -> Option<Signer> {
    let found = signer(folder, None, runtime);
    found.map_err(|error| runtime.note(&format!("warning: the checkpoint is not signed: {error}"))).ok()
}

/// Says what of a write did not come to its end, though it is committed.
pub fn warn_unfinished(written: Appended, runtime: &mut Runtime) {
    if let Some(error) = written.unindexed {
        runtime.note(&format!(
            "warning: the index was not brought along ({error}): the next search makes it again"
        ));
    }
    warn_unsealed(written.unsealed, runtime);
}

/// Says why no checkpoint was written. What was asked for is committed; a
/// checkpoint can be made at any time.
pub fn warn_unsealed(why: Option<Error>, runtime: &mut Runtime) {
    let Some(error) = why else { return };
    runtime.note(&format!("warning: no checkpoint was written: {error}"));
    if error.hints().is_empty() {
        runtime.note("hint: run `vestigo checkpoint`");
    }
    error.hints().iter().for_each(|hint| runtime.note(&format!("hint: {hint}")));
}
