//! The transfer of a bundle from one person to another, signed by both.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::case::{beside, write_new};
use crate::error::{Context, Error, Result, escape_json_controls, visible};
use crate::journal::{AllowedSigners, Signer, check_signature, read_file};
use crate::record::{Digest, Timestamp};

use crate::export::bag::BagReader;
use crate::export::bag::files::TAGMANIFEST;
use crate::export::verify::check_manifests;

/// The namespace of signatures over transfers.
pub const TRANSFER_NAMESPACE: &str = "vestigo-transfer";

/// A transfer, as it is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransferRecord {
    /// The bundle's name.
    pub bundle: String,
    /// SHA-256 of the bundle's `tagmanifest-sha256.txt`, which covers all of it.
    pub tagmanifest_sha256: String,
    /// Who gives it.
    pub released_by: String,
    /// Who takes it.
    pub received_by: String,
    /// What for.
    pub purpose: String,
    /// Where.
    pub place: String,
    /// When (RFC 3339).
    pub at: String,
}

/// What a check of a transfer found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TransferCheck {
    /// The transfer.
    pub transfer: TransferRecord,
    /// Whose key signed as the one who releases.
    pub released: Option<String>,
    /// Whose key signed as the one who receives.
    pub received: Option<String>,
    /// What is wrong, in sentences.
    pub wrong: Vec<String>,
}

impl TransferRecord {
    /// Returns the journal entry that says that it was written.
    pub fn entry(&self) -> crate::journal::Transfer {
        let TransferRecord { bundle, tagmanifest_sha256, released_by, received_by, purpose, place, at } =
            self.clone();
        crate::journal::Transfer { bundle, tagmanifest_sha256, released_by, received_by, purpose, place, at }
    }

    /// Returns the path of a bundle's transfer record: next to it, since a bundle is never changed.
    pub fn path_of(bundle: &Path) -> PathBuf {
        beside(bundle, "transfer.json")
    }

    /// Returns the SHA-256 of a bundle's list of lists. A bundle that is not as its
    /// lists say is refused: the hash would not speak for what is in it.
    pub fn hash_of(bundle: &Path) -> Result<String> {
        let bag = BagReader::open(bundle)?;
        match check_manifests(&bag, &|_, _| {}).first() {
            None => Ok(Digest::of(&bag.read(TAGMANIFEST)?).to_string()),
            Some(damage) => {
                let told = visible(&damage.describe());
                Err(Error::integrity(format!("the bundle is damaged: {told}"))
                    .hint("Run `vestigo verify` on it, and transfer an intact bundle."))
            }
        }
    }

    /// Writes it next to its bundle, and the signature of the one who releases (`.released.sig`).
    pub fn write(&self, bundle: &Path, signer: &Signer) -> Result<PathBuf> {
        let path = TransferRecord::path_of(bundle);
        if path.exists() {
            return Err(Error::case(format!("{} already exists", visible(&path.to_string_lossy())))
                .hint("A transfer is recorded once: move the old record away, or copy the bundle."));
        }
        let text = serde_json::to_string_pretty(self).context(|| "cannot write JSON".to_owned())?;
        let text = escape_json_controls(text) + "\n";
        write_new(&path, text.as_bytes())?;
        write_new(
            &beside(&path, "released.sig"),
            signer.sign(TRANSFER_NAMESPACE, text.as_bytes())?.as_bytes(),
        )?;
        Ok(path)
    }

    /// Signs a hand-over as the one who receives (`.received.sig`).
    pub fn receive(path: &Path, signer: &Signer) -> Result<TransferRecord> {
        let (text, transfer) = read(path)?;
        let signature = beside(path, "received.sig");
        if signature.exists() {
            return Err(Error::case("it was signed as received before")
                .hint("`vestigo transfer check` tells by whom."));
        }
        write_new(&signature, signer.sign(TRANSFER_NAMESPACE, &text)?.as_bytes())?;
        Ok(transfer)
    }

    /// Checks a transfer: both signatures, and that the bundle next to it is the one that it names.
    pub fn check(path: &Path, allowed: Option<&AllowedSigners>, now: Timestamp) -> Result<TransferCheck> {
        let (text, transfer) = read(path)?;
        let mut wrong = Vec::new();
        let mut signed = |ending: &str, who: &str| {
            let Ok(pem) = read_file(&beside(path, ending)) else {
                wrong.push(format!("{who} has not signed it."));
                return None;
            };
            match check_signature(TRANSFER_NAMESPACE, &text, &pem) {
                Err(why) => {
                    wrong.push(format!("The signature of {who}: {why}."));
                    None
                }
                Ok(signed) => {
                    match allowed.map(|allowed| allowed.principal(&signed, TRANSFER_NAMESPACE, now)) {
                        None => Some(signed.fingerprint),
                        Some(Ok(name)) => {
                            if !is_called(who, &name) {
                                wrong.push(format!(
                                "It names {who}, and was signed by the key of {name}: that is not the same name."
                            ));
                            }
                            Some(format!("{} ({name})", signed.fingerprint))
                        }
                        Some(Err(why)) => {
                            wrong.push(format!("The signature of {who}: {why}."));
                            None
                        }
                    }
                }
            }
        };
        let released = signed("released.sig", &transfer.released_by);
        let received = signed("received.sig", &transfer.received_by);
        if released.is_some() && released == received {
            wrong.push("One key signed for both sides.".to_owned());
        }
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let name = name.trim_end_matches(".transfer.json");
        if name != transfer.bundle {
            wrong.push(format!("It is of {}, and lies beside {}.", transfer.bundle, name));
        }
        let bundle = path.with_file_name(name);
        match TransferRecord::hash_of(&bundle) {
            Ok(hash) if hash == transfer.tagmanifest_sha256 => {}
            Ok(_) => wrong.push("The bundle beside it is not the one that was handed over.".to_owned()),
            Err(error) if bundle.exists() => wrong.push(format!("The bundle beside it: {error}.")),
            Err(_) => {
                wrong.push("The bundle is not beside it: whether it is the one was not checked.".to_owned())
            }
        }
        Ok(TransferCheck { transfer, released, received, wrong })
    }
}

/// Returns whether a name is that of a key's holder, as allowed signers are named:
/// the principal itself (`ada@example.org`), a name with it (`Ada Lovelace
/// <ada@example.org>`), or the words before its `@` (`Ada Lovelace` for
/// `ada.lovelace@example.org`).
fn is_called(who: &str, principals: &str) -> bool {
    let words = |text: &str, between: &[char]| -> Vec<String> {
        let words = text.split(|c: char| c.is_whitespace() || between.contains(&c));
        let mut words: Vec<String> = words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
        words.sort();
        words
    };
    let around: &[char] = &['<', '>', '(', ')', ',', ';', '"'];
    principals.split(',').any(|principal| {
        let whole = principal.trim().to_lowercase();
        let local = whole.split('@').next().unwrap_or_default();
        let plain = !whole.is_empty() && !whole.contains(['*', '?', '!']);
        let said = words(who, around);
        plain && (whole.contains('@') && said.contains(&whole) || said == words(local, &['.', '_', '-', '+']))
    })
}

fn read(path: &Path) -> Result<(Vec<u8>, TransferRecord)> {
    let shown = visible(&path.to_string_lossy());
    let text = read_file(path).context(|| format!("cannot read {shown}"))?;
    let transfer = serde_json::from_slice(&text).context(|| format!("{shown} is not a transfer record"))?;
    Ok((text, transfer))
}

#[cfg(test)]
mod tests {
    use super::is_called;

    #[test]
    fn a_name_is_the_principals_or_is_not() {
        for (who, principals, same) in [
            ("ada@example.org", "ada@example.org", true),
            ("Ada Lovelace <ada@example.org>", "grace@x,Ada@Example.org", true),
            ("Ada", "ada@example.org", true),
            ("Ada Lovelace", "ada.lovelace@example.org", true),
            ("Judge Smith", "mallory@evil", false),
            ("Judge Smith", "smith@evil", false),
            ("Judge Smith <judge@court>", "mallory@evil", false),
            ("mallory", "*@evil", false),
            ("Judge Smith", "smith", false),
            ("", "", false),
        ] {
            assert_eq!(is_called(who, principals), same, "{who} {principals}");
        }
    }
}
