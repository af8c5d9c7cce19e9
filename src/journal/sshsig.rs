//! Signatures as OpenSSH makes them (SSHSIG, openssh/PROTOCOL.sshsig), which
//! everybody can check: `ssh-keygen -Y verify`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ssh_key::{HashAlg, LineEnding, PrivateKey, PublicKey, SshSig};

use crate::error::{Context, Error, Result, visible};
use crate::fs;

/// Most bytes that a key file has.
pub(super) const MOST_KEY: u64 = 64 << 10;

/// Something that signs.
#[derive(Clone)]
pub enum Signer {
    /// A key that lies open in memory.
    Key(Box<PrivateKey>),
    /// A key that `ssh-keygen` reaches: behind a passphrase, in an agent, on a
    /// hardware key. Names the key's file and its public half.
    Program(PathBuf, Box<PublicKey>),
    /// A key whose holder has another one, too, that can vouch for it to a case.
    WithVoucher(Box<Signer>, Box<Signer>),
}

/// Who signed, as far as the signature itself tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignerIdentity {
    /// `SHA256:…`, as `ssh-keygen -l` prints it.
    pub fingerprint: String,
    /// The public key as in `authorized_keys`, without a comment.
    pub public: String,
}

impl Signer {
    /// Opens a key file as `ssh-keygen` makes it. One behind a passphrase, one on
    /// a hardware key, and a public key (its private half in an agent) are left to
    /// `ssh-keygen`, which asks whom it must.
    pub fn open(path: &Path) -> Result<Signer> {
        let why = || format!("cannot read the key {}", visible(&path.to_string_lossy()));
        Signer::read(path, fs::read_named(path, MOST_KEY).context(why)?)
    }

    /// Takes what stands in a key file.
    pub(super) fn read(path: &Path, bytes: Vec<u8>) -> Result<Signer> {
        let shown = visible(&path.to_string_lossy());
        let text = String::from_utf8(bytes).context(|| format!("cannot read the key {shown}"))?;
        if let Ok(public) = PublicKey::from_openssh(text.trim_end()) {
            return Ok(Signer::Program(path.to_owned(), Box::new(public)));
        }
        let key = PrivateKey::from_openssh(&text)
            .context(|| format!("{shown} is no key that OpenSSH would read"))
            .map_err(|error| error.hint("Make one: ssh-keygen -t ed25519 -f KEY."))?;
        let simple =
            matches!(key.algorithm(), ssh_key::Algorithm::Ed25519 | ssh_key::Algorithm::Ecdsa { .. });
        if key.is_encrypted() || !simple {
            let public = key.public_key().clone();
            return Ok(Signer::Program(path.to_owned(), Box::new(public)));
        }
        Ok(Signer::Key(Box::new(key)))
    }

    /// Gives the key's public half.
    fn public_key(&self) -> &PublicKey {
        match self {
            Signer::Key(key) => key.public_key(),
            Signer::Program(_, key) => key,
            Signer::WithVoucher(signer, _) => signer.public_key(),
        }
    }

    /// Returns the other key of the same holder, where there is one.
    pub fn voucher(&self) -> Option<&Signer> {
        match self {
            Signer::Key(_) | Signer::Program(..) => None,
            Signer::WithVoucher(_, other) => Some(other),
        }
    }

    /// Gives who a signature of this signer will be by.
    pub fn identity(&self) -> SignerIdentity {
        identity_of(self.public_key())
    }

    /// Signs bytes for one purpose (namespace); gives the armoured signature.
    pub fn sign(&self, namespace: &str, bytes: &[u8]) -> Result<String> {
        match self {
            Signer::WithVoucher(signer, _) => signer.sign(namespace, bytes),
            Signer::Key(key) => {
                let why = || "cannot sign".to_owned();
                let signature = key.sign(namespace, HashAlg::Sha512, bytes).context(why)?;
                armoured(&signature)
            }
            Signer::Program(path, _) => {
                let pem = by_program(path, namespace, bytes)?;
                let why = || "ssh-keygen gave something that is no signature".to_owned();
                armoured(&SshSig::from_pem(pem).context(why)?)
            }
        }
    }
}

/// Writes a signature as `ssh-keygen` does: 70 columns.
fn armoured(signature: &SshSig) -> Result<String> {
    signature.to_pem(LineEnding::LF).context(|| "cannot write a signature".to_owned())
}

fn by_program(key: &Path, namespace: &str, bytes: &[u8]) -> Result<String> {
    let why = || "cannot run ssh-keygen to sign".to_owned();
    let mut child = Command::new("ssh-keygen")
        .args(["-Y", "sign", "-n", namespace, "-f"])
        .arg(key)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context(why)?;
    let mut stdin = child.stdin.take().ok_or_else(|| Error::case(why()))?;
    stdin.write_all(bytes).context(why)?;
    drop(stdin);
    let output = child.wait_with_output().context(why)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Error::case(format!("ssh-keygen did not sign: {}", visible(said.trim())))
            .hint("Is the key's private half in the agent (ssh-add -l), or the hardware key plugged in?"));
    }
    String::from_utf8(output.stdout).context(why)
}

fn identity_of(key: &PublicKey) -> SignerIdentity {
    let mut bare = key.clone();
    bare.set_comment("");
    SignerIdentity {
        fingerprint: key.fingerprint(HashAlg::Sha256).to_string(),
        public: bare.to_openssh().unwrap_or_default().trim_end().to_owned(),
    }
}

/// Checks a signature over bytes for one purpose, and that it is written as
/// `ssh-keygen` writes it to the last byte. Says nothing of whose key it is.
pub fn check_signature(namespace: &str, bytes: &[u8], pem: &[u8]) -> Result<SignerIdentity, String> {
    let signature = SshSig::from_pem(pem).map_err(|error| format!("it is no signature ({error})"))?;
    // PROTOCOL.sshsig: SIG_VERSION. No signature covers it, and there is one.
    if signature.version() != 1 {
        return Err(format!("it is of version {} of its format, which does not exist", signature.version()));
    }
    if armoured(&signature).map_err(|error| error.to_string())?.as_bytes() != pem {
        return Err("it is not written as ssh-keygen writes signatures".to_owned());
    }
    if signature.namespace() != namespace {
        return Err(format!("it was made for `{}`, not for `{namespace}`", visible(signature.namespace())));
    }
    let key = PublicKey::new(signature.public_key().clone(), "");
    key.verify(namespace, bytes, &signature).map_err(|_| "it does not fit what it should sign".to_owned())?;
    Ok(identity_of(&key))
}
