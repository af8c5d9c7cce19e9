//! What the user configured: `config.toml` and their keys.

use std::path::PathBuf;

use serde::Deserialize;

use crate::error::{Context, Error, Result, visible};
use crate::fs;
use crate::journal::Keyring;

/// Most bytes of a `config.toml`.
const MOST_CONFIG: u64 = 64 << 10;

/// `config.toml` in the configuration folder.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The key that signs where none is named.
    pub sign: Option<PathBuf>,
    /// The time-stamp authority, `http://…`.
    pub tsa: Option<String>,
    /// The examiner of new cases, as reports name them.
    pub examiner: Option<String>,
}

/// The folder of the user's configuration; none where the platform names none.
#[derive(Debug, Clone, Default)]
pub struct ConfigFolder(pub Option<PathBuf>);

impl ConfigFolder {
    /// Reads the configuration; an absent file is an empty one.
    pub fn read(&self) -> Result<Config> {
        let Some(path) = self.0.as_ref().map(|folder| folder.join("config.toml")) else {
            return Ok(Config::default());
        };
        let shown = visible(&path.to_string_lossy());
        match fs::read_text_named(&path, MOST_CONFIG) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Config::default()),
            text => {
                let text = text.context(|| format!("cannot read {shown}"))?;
                // The whole error would show the line, and there may be a password in it.
                let told = |error: toml::de::Error| {
                    let line = error.span().map(|span| text[..span.start].lines().count().max(1));
                    let line = line.map(|line| format!("line {line}: ")).unwrap_or_default();
                    format!("{line}{}", error.message())
                };
                toml::from_str(&text).map_err(told).context(|| format!("cannot understand {shown}"))
            }
        }
    }

    /// Returns the folder of the user's keys.
    pub fn keyring(&self) -> Result<Keyring> {
        let folder = self.0.as_ref().ok_or_else(|| {
            Error::case("cannot tell where your configuration is").hint("Set HOME or VESTIGO_CONFIG.")
        })?;
        Ok(Keyring::new(folder.join("keys")))
    }
}
