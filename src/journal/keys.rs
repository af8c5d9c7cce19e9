//! Where keys lie: in the user's configuration folder, never in a case.

use std::io::Write;
use std::path::{Path, PathBuf};

use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{LineEnding, PrivateKey};

use crate::error::{Attempt, Error, Result, visible};

use super::{Signed, Signer};

/// The keys of one user.
#[derive(Debug, Clone)]
pub struct Keyring {
    folder: PathBuf,
}

impl Keyring {
    /// Names the folder in which keys lie; it need not be there yet.
    pub fn new(folder: PathBuf) -> Keyring {
        Keyring { folder }
    }

    /// Gives the place of a case's own key.
    pub fn path(&self, case: &str) -> PathBuf {
        self.folder.join(case)
    }

    /// Opens a case's own key; none where this user has none.
    pub fn find(&self, case: &str) -> Result<Option<Signer>> {
        let path = self.path(case);
        if path.exists() { Signer::open(&path).map(Some) } else { Ok(None) }
    }

    /// Makes a case's own Ed25519 key: `<case id>`, mode 0600, and `<case id>.pub`.
    pub fn make(&self, case: &str) -> Result<Signer> {
        let path = self.path(case);
        let why = || format!("cannot make a key in {}", visible(&self.folder.to_string_lossy()));
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).attempt(|| "cannot draw random bytes from the system".to_owned())?;
        let pair = KeypairData::Ed25519(Ed25519Keypair::from_seed(&seed));
        let key = PrivateKey::new(pair, format!("vestigo case {case}")).attempt(why)?;
        let text = key.to_openssh(LineEnding::LF).attempt(why)?;
        let public = key.public_key().to_openssh().attempt(why)?;
        let write = || -> std::io::Result<()> {
            private_folder(&self.folder)?;
            write_private(&self.folder, &path, text.as_bytes())?;
            std::fs::write(path.with_extension("pub"), format!("{public}\n"))
        };
        write().attempt(why)?;
        Ok(Signer::Key(Box::new(key)))
    }

    /// Opens a case's own key, and makes it where this user has none.
    pub fn find_or_make(&self, case: &str) -> Result<Signer> {
        match self.find(case)? {
            Some(signer) => Ok(signer),
            None => self.make(case),
        }
    }

    /// Lists the keys: their names and whose they are.
    pub fn list(&self) -> Result<Vec<(String, Signed)>> {
        let mut keys = Vec::new();
        for entry in std::fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if let Some(name) = name.strip_suffix(".pub") {
                keys.push((name.to_owned(), public_of(&entry.path())?));
            }
        }
        keys.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(keys)
    }
}

/// Reads whose a public key file is.
pub fn public_of(path: &Path) -> Result<Signed> {
    match Signer::open(path)? {
        signer @ Signer::Program(..) => Ok(signer.signed()),
        Signer::Key(_) => Err(Error::usage("that is a private key").hint("Name the .pub file beside it.")),
    }
}

fn private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Writes a file that only its owner can read (`tempfile` makes them 0600), whole or not at all.
fn write_private(folder: &Path, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = tempfile::Builder::new().prefix(".key").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|error| error.error)?;
    std::fs::File::open(folder)?.sync_all()
}
