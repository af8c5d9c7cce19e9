//! Signatures in OpenSSH's format (SSHSIG, openssh/PROTOCOL.sshsig), which anybody can
//! check with `ssh-keygen -Y verify`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ssh_key::{HashAlg, LineEnding, PrivateKey, PublicKey, SshSig};

use crate::error::{Context, Error, Result, visible};
use crate::fs;

/// Largest key file in bytes.
pub(super) const MOST_KEY: u64 = 64 << 10;

/// A key that can sign.
#[derive(Clone)]
pub enum Signer {
    /// An unencrypted key in memory.
    Key(Box<PrivateKey>),
    /// A key that `ssh-keygen` uses: protected by a passphrase, in an agent, or on a
    /// hardware token. The key's file and its public key.
    Program(PathBuf, Box<PublicKey>),
    /// A key, and another key of the same holder that can vouch for it to a case.
    WithVoucher(Box<Signer>, Box<Signer>),
}

/// The identity of a signer: a key. Whose key it is, a signature does not tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignerIdentity {
    /// `SHA256:…`, as `ssh-keygen -l` prints it.
    pub fingerprint: String,
    /// The public key as in `authorized_keys`, without a comment.
    pub public: String,
}

impl Signer {
    /// Opens a key file written by `ssh-keygen`. A key with a passphrase, one on a hardware
    /// token, and a public key (whose private key is in an agent) are left to
    /// `ssh-keygen`, which prompts the user if needed.
    pub fn open(path: &Path) -> Result<Signer> {
        let why = || format!("cannot read the key {}", visible(&path.to_string_lossy()));
        Signer::parse(path, fs::read_named(path, MOST_KEY).context(why)?)
    }

    /// Parses the content of a key file.
    pub(super) fn parse(path: &Path, bytes: Vec<u8>) -> Result<Signer> {
        let shown = visible(&path.to_string_lossy());
        let text = String::from_utf8(bytes).context(|| format!("cannot read the key {shown}"))?;
        if let Ok(public) = PublicKey::from_openssh(text.trim_end()) {
            return Ok(Signer::Program(path.to_owned(), Box::new(public)));
        }
        let key = PrivateKey::from_openssh(&text)
            .context(|| format!("{shown} is not a key in OpenSSH's format"))
            .map_err(|error| error.hint("Create one: ssh-keygen -t ed25519 -f KEY."))?;
        let is_software_key =
            matches!(key.algorithm(), ssh_key::Algorithm::Ed25519 | ssh_key::Algorithm::Ecdsa { .. });
        if key.is_encrypted() || !is_software_key {
            let public = key.public_key().clone();
            return Ok(Signer::Program(path.to_owned(), Box::new(public)));
        }
        Ok(Signer::Key(Box::new(key)))
    }

    /// Returns the public key.
    fn public_key(&self) -> &PublicKey {
        match self {
            Signer::Key(key) => key.public_key(),
            Signer::Program(_, key) => key,
            Signer::WithVoucher(signer, _) => signer.public_key(),
        }
    }

    /// Returns the other key of the same holder, if there is one.
    pub fn voucher(&self) -> Option<&Signer> {
        match self {
            Signer::Key(_) | Signer::Program(..) => None,
            Signer::WithVoucher(_, other) => Some(other),
        }
    }

    /// Returns the identity that signatures of this signer will have.
    pub fn identity(&self) -> SignerIdentity {
        identity_of(self.public_key())
    }

    /// Signs bytes in a namespace; returns the armored signature.
    pub fn sign(&self, namespace: &str, bytes: &[u8]) -> Result<String> {
        match self {
            Signer::WithVoucher(signer, _) => signer.sign(namespace, bytes),
            Signer::Key(key) => {
                let why = || "cannot sign".to_owned();
                let signature = key.sign(namespace, HashAlg::Sha512, bytes).context(why)?;
                armored(&signature)
            }
            Signer::Program(path, _) => {
                let pem = sign_with_ssh_keygen(path, namespace, bytes)?;
                let why = || "the output of ssh-keygen is not a signature".to_owned();
                armored(&SshSig::from_pem(pem).context(why)?)
            }
        }
    }
}

/// Encodes a signature like `ssh-keygen`: in 70 columns.
fn armored(signature: &SshSig) -> Result<String> {
    signature.to_pem(LineEnding::LF).context(|| "cannot encode a signature".to_owned())
}

fn sign_with_ssh_keygen(key: &Path, namespace: &str, bytes: &[u8]) -> Result<String> {
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
        let message = String::from_utf8_lossy(&output.stderr);
        return Err(Error::case(format!("ssh-keygen did not sign: {}", visible(message.trim())))
            .hint("Check that the private key is in the agent (ssh-add -l), or that the hardware token is plugged in."));
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

/// Checks a signature over bytes in a namespace, and that it is encoded exactly like
/// `ssh-keygen` encodes it. Whose key it is, is not checked.
pub fn check_signature(namespace: &str, bytes: &[u8], pem: &[u8]) -> Result<SignerIdentity, String> {
    let signature = SshSig::from_pem(pem).map_err(|error| format!("it is not a signature ({error})"))?;
    // PROTOCOL.sshsig: SIG_VERSION is 1. The signature does not cover this field.
    if signature.version() != 1 {
        return Err(format!("it has version {} of its format, which does not exist", signature.version()));
    }
    if armored(&signature).map_err(|error| error.to_string())?.as_bytes() != pem {
        return Err("it is not encoded like ssh-keygen encodes signatures".to_owned());
    }
    if signature.namespace() != namespace {
        return Err(format!("it was made for `{}`, not for `{namespace}`", visible(signature.namespace())));
    }
    let key = PublicKey::new(signature.public_key().clone(), "");
    key.verify(namespace, bytes, &signature)
        .map_err(|_| "it does not match what it should sign".to_owned())?;
    Ok(identity_of(&key))
}
