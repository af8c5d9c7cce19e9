//! Whose keys sign, which authority stamps: what the user's configuration says.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;
use serde::Deserialize;

use crate::case::{About, Hold, seal};
use crate::error::{Attempt, Error, Result, visible};
use crate::journal::{Keyring, Signer};

use super::World;

/// `config.toml` in the configuration folder.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The key that signs where `--sign` names none.
    pub sign: Option<PathBuf>,
    /// The time-stamp authority, `http://…`.
    pub tsa: Option<String>,
}

/// Gives the folder of the user's configuration: `$VESTIGO_CONFIG`, or the platform's.
pub fn config_folder(world: &World) -> Option<PathBuf> {
    match (world.var)("VESTIGO_CONFIG") {
        Some(folder) => Some(PathBuf::from(folder)),
        None => Some(ProjectDirs::from("", "", "vestigo")?.config_dir().to_owned()),
    }
}

/// Reads the configuration; an absent file is an empty one.
pub fn config(world: &World) -> Result<Config> {
    let Some(path) = config_folder(world).map(|folder| folder.join("config.toml")) else {
        return Ok(Config::default());
    };
    match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Config::default()),
        text => {
            let text = text.attempt(|| format!("cannot read {}", visible(&path.to_string_lossy())))?;
            toml::from_str(&text)
                .attempt(|| format!("cannot understand {}", visible(&path.to_string_lossy())))
        }
    }
}

/// Gives the folder of the user's keys.
pub fn keyring(world: &World) -> Result<Keyring> {
    let folder = config_folder(world).ok_or_else(|| {
        Error::case("cannot tell where your configuration is").hint("Set HOME or VESTIGO_CONFIG.")
    })?;
    Ok(Keyring::new(folder.join("keys")))
}

/// Finds who signs for a case: the key named, the one configured, the case's
/// own; where this user has none, one is made.
pub fn signer(folder: &Path, named: Option<&Path>, world: &World) -> Result<Signer> {
    if let Some(path) = named {
        return Signer::open(path);
    }
    if let Some(path) = config(world)?.sign {
        return Signer::open(&path);
    }
    keyring(world)?.find_or_make(&About::read(folder)?.id)
}

/// Signs the present end of a case's journal. Where no key can be had, the
/// checkpoint stays unsigned, and that is said.
pub fn checkpoint(hold: &mut Hold, world: &mut World) -> Result<()> {
    let folder = hold.folder().to_owned();
    let signer = match signer(&folder, None, world) {
        Ok(signer) => Some(signer),
        Err(error) => {
            world.note(&format!("warning: the checkpoint is not signed: {error}"));
            None
        }
    };
    if let Some(signer) = &signer {
        hold.introduce(signer, world.clock.as_ref())?;
    }
    match seal(&folder, hold.journal(), signer.as_ref()) {
        Ok(_) => Ok(()),
        Err(error) => {
            // What was asked for is committed; a checkpoint can be made at any time.
            world.note(&format!("warning: no checkpoint was written: {error}; run `vestigo checkpoint`"));
            Ok(())
        }
    }
}
