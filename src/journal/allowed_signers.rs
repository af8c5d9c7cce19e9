//! Whose signatures are trusted: a file in OpenSSH's `allowed_signers` format
//! (ssh-keygen(1), ALLOWED SIGNERS) that the verifier supplies.

use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use ssh_key::PublicKey;

use crate::error::{Context, Error, Result, visible};
use crate::fs;
use crate::record::Timestamp;

use super::sshsig::SignerIdentity;

/// Largest `allowed_signers` file in bytes.
const MOST: u64 = 16 << 20;

/// The trusted keys, and a list of those that were revoked.
#[derive(Debug, Clone, Default)]
pub struct AllowedSigners {
    keys: Vec<AllowedKey>,
    revoked: Option<PathBuf>,
}

#[derive(Debug, Clone)]
struct AllowedKey {
    principals: String,
    namespaces: Option<Vec<String>>,
    after: Option<Timestamp>,
    before: Option<Timestamp>,
    key: PublicKey,
}

impl AllowedSigners {
    /// Reads an `allowed_signers` file. `revoked` is a key revocation list or a file of
    /// revoked public keys, which `ssh-keygen -Q` evaluates; if that fails, the key
    /// counts as revoked.
    pub fn read(path: &Path, revoked: Option<PathBuf>) -> Result<AllowedSigners> {
        let shown = visible(&path.to_string_lossy());
        let hint = "Name a file in the format of OpenSSH's allowed_signers; `vestigo keys allow` prints a row for it.";
        let why = || format!("cannot read {shown}");
        let read = || String::from_utf8(fs::read_named(path, MOST).context(why)?).context(why);
        let text = read().map_err(|error: Error| error.hint(hint))?;
        let mut keys = Vec::new();
        for (line, text) in (1..).zip(text.lines()) {
            let text = text.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            keys.extend(parse_row(text).map_err(|why| Error::usage(format!("{shown}, line {line}: {why}")))?);
        }
        Ok(AllowedSigners { keys, revoked })
    }

    /// Returns the name under which a key may sign in a namespace at a given time, or why it
    /// may not.
    pub fn principal(
        &self,
        signer: &SignerIdentity,
        namespace: &str,
        at: Timestamp,
    ) -> Result<String, String> {
        let mut why = format!("{} is not among the allowed signers", signer.fingerprint);
        for row in &self.keys {
            if row.key.fingerprint(ssh_key::HashAlg::Sha256).to_string() != signer.fingerprint {
                continue;
            }
            let in_namespace =
                row.namespaces.as_ref().is_none_or(|names| names.iter().any(|n| n == namespace));
            if !in_namespace {
                why = format!("{} may not sign for {namespace}", signer.fingerprint);
            } else if row.after.is_some_and(|after| at < after) {
                why = format!("{} is not valid yet", signer.fingerprint);
            } else if row.before.is_some_and(|before| at >= before) {
                why = format!("{} has expired", signer.fingerprint);
            } else {
                self.check_not_revoked(signer)?;
                return Ok(row.principals.clone());
            }
        }
        Err(why)
    }

    fn check_not_revoked(&self, signer: &SignerIdentity) -> Result<(), String> {
        let Some(list) = &self.revoked else { return Ok(()) };
        let is_valid = || -> std::io::Result<bool> {
            fs::open_named(list)?;
            let key = tempfile::NamedTempFile::new()?;
            std::fs::write(key.path(), format!("{}\n", signer.public))?;
            let answer = Command::new("ssh-keygen").args(["-Q", "-f"]).arg(list).arg(key.path()).output()?;
            Ok(answer.status.success())
        };
        match is_valid() {
            Ok(true) => Ok(()),
            Ok(false) => Err(format!("{} is revoked", signer.fingerprint)),
            Err(error) => Err(format!("cannot determine whether {} is revoked: {error}", signer.fingerprint)),
        }
    }
}

/// Parses a row; `None` if it names a certificate authority, which is not supported.
fn parse_row(text: &str) -> Result<Option<AllowedKey>, String> {
    let (principals, rest) = text.split_once([' ', '\t']).ok_or("it names no key")?;
    let (mut namespaces, mut after, mut before) = (None, None, None);
    let mut rest = rest.trim_start();
    if !["ssh-", "ecdsa-", "sk-"].iter().any(|kind| rest.starts_with(kind)) {
        let (options, key) = split_options(rest);
        for option in options {
            let (name, value) = option.split_once('=').unwrap_or((&option, ""));
            let value = value.trim_matches('"');
            match name.to_ascii_lowercase().as_str() {
                "cert-authority" => return Ok(None),
                "namespaces" => namespaces = Some(value.split(',').map(str::to_owned).collect()),
                "valid-after" => after = Some(parse_time(value)?),
                "valid-before" => before = Some(parse_time(value)?),
                _ => return Err(format!("unknown option `{}`", visible(name))),
            }
        }
        rest = key;
    }
    let key = PublicKey::from_openssh(rest).map_err(|_| "its key cannot be parsed".to_owned())?;
    Ok(Some(AllowedKey { principals: principals.to_owned(), namespaces, after, before, key }))
}

/// Splits `a="x,y",b rest` into the options and the rest.
fn split_options(text: &str) -> (Vec<String>, &str) {
    let (mut options, mut option, mut quoted) = (Vec::new(), String::new(), false);
    for (at, c) in text.char_indices() {
        match c {
            '"' => {
                quoted = !quoted;
                option.push(c);
            }
            ',' if !quoted => options.push(std::mem::take(&mut option)),
            ' ' | '\t' if !quoted => {
                options.push(option);
                return (options, text[at..].trim_start());
            }
            _ => option.push(c),
        }
    }
    options.push(option);
    (options, "")
}

/// Parses `YYYYMMDD[HHMM[SS]][Z]`. Without `Z` OpenSSH assumes local time; here it is
/// UTC, since no check may depend on the machine on which it runs.
fn parse_time(text: &str) -> Result<Timestamp, String> {
    let digits = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    let bad = || format!("`{}` is not a time", visible(text));
    let number = |range: std::ops::Range<usize>| -> Result<u32, String> {
        digits.get(range).and_then(|part| part.parse().ok()).ok_or_else(bad)
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || ![8, 12, 14].contains(&digits.len()) {
        return Err(bad());
    }
    let date = NaiveDate::from_ymd_opt(number(0..4)? as i32, number(4..6)?, number(6..8)?).ok_or_else(bad)?;
    let (hour, minute) = if digits.len() >= 12 { (number(8..10)?, number(10..12)?) } else { (0, 0) };
    let second = if digits.len() == 14 { number(12..14)? } else { 0 };
    let time = NaiveTime::from_hms_opt(hour, minute, second).ok_or_else(bad)?;
    Ok(Timestamp::from_secs(NaiveDateTime::new(date, time).and_utc().timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti";

    fn principal(row: &str, namespace: &str) -> Result<String, String> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), format!("# whom we trust\n\n{row}\n")).expect("it is ours");
        let allowed = AllowedSigners::read(file.path(), None).expect("it is understood");
        let key = PublicKey::from_openssh(KEY).expect("a key");
        let fingerprint = key.fingerprint(ssh_key::HashAlg::Sha256).to_string();
        let signer = SignerIdentity { fingerprint, public: KEY.to_owned() };
        allowed.principal(&signer, namespace, Timestamp::from_secs(1_773_100_800))
    }

    #[test]
    fn a_key_is_trusted_for_its_purpose_and_while_it_lasts() {
        assert_eq!(principal(&format!("ada@x {KEY}"), "n"), Ok("ada@x".to_owned()));
        let for_two = format!("ada@x namespaces=\"n,m\",valid-before=\"20270101\" {KEY} home");
        assert_eq!(principal(&for_two, "m"), Ok("ada@x".to_owned()));
        assert!(principal(&for_two, "other").is_err_and(|why| why.contains("may not sign")));
        let old = format!("ada@x valid-before=\"20260101Z\" {KEY}");
        assert!(principal(&old, "n").is_err_and(|why| why.contains("expired")));
        let young = format!("ada@x valid-after=\"202604010000\" {KEY}");
        assert!(principal(&young, "n").is_err_and(|why| why.contains("not valid yet")));
        assert!(principal(&format!("ada@x cert-authority {KEY}"), "n").is_err());
    }
}
