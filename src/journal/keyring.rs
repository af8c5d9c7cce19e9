//! The user's signing keys: in the configuration folder, never in a case.

use std::path::PathBuf;

use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{LineEnding, PrivateKey};

use crate::error::{Context, Error, Result, visible};
use crate::fs::{self, Dir};

use super::sshsig::{MOST_KEY, Signer, SignerIdentity};

/// The keys of a user: one for each case.
#[derive(Debug, Clone)]
pub struct Keyring {
    folder: PathBuf,
}

impl Keyring {
    /// Creates a handle to the folder of keys, which need not exist yet.
    pub fn new(folder: PathBuf) -> Keyring {
        Keyring { folder }
    }

    /// Opens the key of a case; `None` if this user has none.
    pub fn find(&self, case: &str) -> Result<Option<Signer>> {
        check_id(case)?;
        let why = || format!("cannot read the key {}", visible(&self.folder.join(case).to_string_lossy()));
        let read = || match Dir::open(&self.folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            folder => folder?.read_if_there(case, MOST_KEY),
        };
        let bytes = read().context(why)?;
        bytes.map(|bytes| Signer::parse(&self.folder.join(case), bytes)).transpose()
    }

    /// Creates the Ed25519 key of a case: `<case id>`, mode 0600, and `<case id>.pub`. Never
    /// replaces an existing file.
    pub fn create(&self, case: &str) -> Result<Signer> {
        check_id(case)?;
        let why = || format!("cannot create a key in {}", visible(&self.folder.to_string_lossy()));
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).context(|| "cannot get random bytes from the system".to_owned())?;
        let pair = KeypairData::Ed25519(Ed25519Keypair::from_seed(&seed));
        let key = PrivateKey::new(pair, format!("vestigo case {case}")).context(why)?;
        let text = key.to_openssh(LineEnding::LF).context(why)?;
        let public = key.public_key().to_openssh().context(why)?;
        let folder = Dir::create(&self.folder).context(why)?;
        let public_name = format!("{case}.pub");
        if folder.has(&public_name) {
            return Err(Error::case(format!("{}: {public_name} already exists", why()))
                .hint("Its private key is missing: restore it, or move the .pub file away."));
        }
        let write = || -> std::io::Result<()> {
            folder.write_new(case, text.as_bytes())?;
            folder.write_new(&public_name, format!("{public}\n").as_bytes())
        };
        write().context(why)?;
        Ok(Signer::Key(Box::new(key)))
    }

    /// Opens the key of a case, or creates it if this user has none.
    pub fn find_or_create(&self, case: &str) -> Result<Signer> {
        match self.find(case)? {
            Some(signer) => Ok(signer),
            None => self.create(case),
        }
    }

    /// Lists the names and identities of all keys.
    pub fn list(&self) -> Result<Vec<(String, SignerIdentity)>> {
        let why = || format!("cannot read the keys in {}", visible(&self.folder.to_string_lossy()));
        let folder = match Dir::open(&self.folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            folder => folder.context(why)?,
        };
        let mut keys = Vec::new();
        for file in folder.names().context(why)?.iter().filter_map(|name| name.to_str()) {
            if let Some(name) = file.strip_suffix(".pub") {
                // Other files here were put there by the user; links to their keys are followed.
                let bytes = fs::read_named(&folder.at(file), MOST_KEY).context(why)?;
                keys.push((name.to_owned(), public_identity(Signer::parse(&folder.at(file), bytes)?)?));
            }
        }
        keys.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(keys)
    }
}

/// Reports whether a text is a case id: a UUID in lower case with hyphens, which is safe
/// to use as a file name.
pub fn is_case_id(id: &str) -> bool {
    uuid::Uuid::parse_str(id).is_ok_and(|uuid| uuid.hyphenated().to_string() == id)
}

fn check_id(id: &str) -> Result<()> {
    if is_case_id(id) {
        return Ok(());
    }
    Err(Error::integrity(format!("the id `{}` is not a UUID, so there is no key for it", visible(id))))
}

fn public_identity(signer: Signer) -> Result<SignerIdentity> {
    match signer {
        signer @ Signer::Program(..) => Ok(signer.identity()),
        Signer::Key(_) | Signer::WithVoucher(..) => {
            Err(Error::usage("that is a private key").hint("Name the .pub file next to it."))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_uuid_is_the_id_of_a_case() {
        assert!(is_case_id("7f0c1a52-6f0f-4a59-8d0b-0a8a3c1d2e3f"));
        let braced = "{7f0c1a52-6f0f-4a59-8d0b-0a8a3c1d2e3f}";
        let upper = "7F0C1A52-6F0F-4A59-8D0B-0A8A3C1D2E3F";
        for id in ["", "..", "../id_ed25519", "7f0c1a526f0f4a598d0b0a8a3c1d2e3f", braced, upper] {
            assert!(!is_case_id(id), "{id}");
            let keyring = Keyring::new(PathBuf::from("/nowhere"));
            assert!(keyring.find(id).is_err() && keyring.create(id).is_err(), "{id}");
        }
    }

    #[test]
    fn a_key_is_created_once_and_never_replaces_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let keyring = Keyring::new(folder.path().join("keys"));
        let id = "7f0c1a52-6f0f-4a59-8d0b-0a8a3c1d2e3f";
        assert!(keyring.find(id).expect("it can be looked for").is_none());
        let created = keyring.create(id).expect("it is made").identity();
        assert_eq!(keyring.find(id).expect("it is read").map(|key| key.identity()), Some(created.clone()));
        assert_eq!(keyring.list().expect("they are listed"), [(id.to_owned(), created)]);
        assert!(keyring.create(id).is_err());
        std::fs::remove_file(folder.path().join("keys").join(id)).expect("it is ours");
        assert!(keyring.create(id).is_err(), "the public half would be overwritten");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_the_key_of_a_case() {
        let folder = tempfile::tempdir().expect("a folder");
        let keyring = Keyring::new(folder.path().join("keys"));
        let id = "7f0c1a52-6f0f-4a59-8d0b-0a8a3c1d2e3f";
        keyring.create(id).expect("it is made");
        let other = "00000000-0000-4000-8000-000000000000";
        let path = |name: &str| folder.path().join("keys").join(name);
        std::os::unix::fs::symlink(path(id), path(other)).expect("it is made");
        assert!(keyring.find(other).is_err());
    }
}
