//! Whose signatures are trusted: a file in OpenSSH's `allowed_signers` format
//! (ssh-keygen(1), ALLOWED SIGNERS), brought from outside what is verified.

use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use ssh_key::PublicKey;

use crate::error::{Context, Error, Result, visible};
use crate::fs;
use crate::record::Timestamp;

use super::SignerIdentity;

/// Most bytes of an `allowed_signers` file.
const MOST: u64 = 16 << 20;

/// The keys that are trusted, and those that are not any more.
#[derive(Debug, Clone, Default)]
pub struct AllowedSigners {
    rows: Vec<Row>,
    revoked: Option<PathBuf>,
}

#[derive(Debug, Clone)]
struct Row {
    principals: String,
    namespaces: Option<Vec<String>>,
    after: Option<Timestamp>,
    before: Option<Timestamp>,
    key: PublicKey,
}

impl AllowedSigners {
    /// Reads an `allowed_signers` file. `revoked` names a key revocation list or a
    /// file of revoked public keys; `ssh-keygen -Q` is asked, and whatever it
    /// cannot answer counts as revoked.
    pub fn read(path: &Path, revoked: Option<PathBuf>) -> Result<AllowedSigners> {
        let shown = visible(&path.to_string_lossy());
        let hint = "Name a file in the form of OpenSSH's allowed_signers; `vestigo keys allow` prints a row.";
        let why = || format!("cannot read {shown}");
        let read = || String::from_utf8(fs::read_named(path, MOST).context(why)?).context(why);
        let text = read().map_err(|error: Error| error.hint(hint))?;
        let mut rows = Vec::new();
        for (line, text) in (1..).zip(text.lines()) {
            let text = text.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            rows.extend(row(text).map_err(|why| Error::usage(format!("{shown}, line {line}: {why}")))?);
        }
        Ok(AllowedSigners { rows, revoked })
    }

    /// Says under which name a key may sign for a purpose at a moment, or why not.
    pub fn principal(
        &self,
        signed: &SignerIdentity,
        namespace: &str,
        at: Timestamp,
    ) -> Result<String, String> {
        let mut why = format!("{} is not among the allowed signers", signed.fingerprint);
        for row in &self.rows {
            if row.key.fingerprint(ssh_key::HashAlg::Sha256).to_string() != signed.fingerprint {
                continue;
            }
            let for_this = row.namespaces.as_ref().is_none_or(|names| names.iter().any(|n| n == namespace));
            if !for_this {
                why = format!("{} may not sign for {namespace}", signed.fingerprint);
            } else if row.after.is_some_and(|after| at < after) {
                why = format!("{} is not valid yet", signed.fingerprint);
            } else if row.before.is_some_and(|before| at >= before) {
                why = format!("{} has expired", signed.fingerprint);
            } else {
                self.check_not_revoked(signed)?;
                return Ok(row.principals.clone());
            }
        }
        Err(why)
    }

    fn check_not_revoked(&self, signed: &SignerIdentity) -> Result<(), String> {
        let Some(list) = &self.revoked else { return Ok(()) };
        let ask = || -> std::io::Result<bool> {
            fs::open_named(list)?;
            let key = tempfile::NamedTempFile::new()?;
            std::fs::write(key.path(), format!("{}\n", signed.public))?;
            let answer = Command::new("ssh-keygen").args(["-Q", "-f"]).arg(list).arg(key.path()).output()?;
            Ok(answer.status.success())
        };
        match ask() {
            Ok(true) => Ok(()),
            Ok(false) => Err(format!("{} is revoked", signed.fingerprint)),
            Err(error) => Err(format!("it is not known whether {} is revoked: {error}", signed.fingerprint)),
        }
    }
}

/// Reads one row; none where it names a certificate authority, which is not supported.
fn row(text: &str) -> Result<Option<Row>, String> {
    let (principals, rest) = text.split_once([' ', '\t']).ok_or("it names no key")?;
    let mut found = (None, None, None);
    let mut rest = rest.trim_start();
    if !["ssh-", "ecdsa-", "sk-"].iter().any(|kind| rest.starts_with(kind)) {
        let (options, key) = split_options(rest);
        for option in options {
            let (name, value) = option.split_once('=').unwrap_or((&option, ""));
            let value = value.trim_matches('"');
            match name.to_ascii_lowercase().as_str() {
                "cert-authority" => return Ok(None),
                "namespaces" => found.0 = Some(value.split(',').map(str::to_owned).collect()),
                "valid-after" => found.1 = Some(moment(value)?),
                "valid-before" => found.2 = Some(moment(value)?),
                _ => return Err(format!("the option `{}` is not known", visible(name))),
            }
        }
        rest = key;
    }
    let key = PublicKey::from_openssh(rest).map_err(|_| "its key is not understood".to_owned())?;
    let (namespaces, after, before) = found;
    Ok(Some(Row { principals: principals.to_owned(), namespaces, after, before, key }))
}

/// Splits `a="x,y",b rest` into its options and the rest.
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

/// Reads `YYYYMMDD[HHMM[SS]][Z]`; without `Z` OpenSSH means local time, which is
/// taken for UTC here, since no check may depend on where it is made.
fn moment(text: &str) -> Result<Timestamp, String> {
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
        let signed = SignerIdentity { fingerprint, public: KEY.to_owned() };
        allowed.principal(&signed, namespace, Timestamp::from_secs(1_773_100_800))
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
