//! Time stamps of an outside authority (RFC 3161) over a signature.
//!
//! The DER reader is written by hand. It needs a dozen fields at fixed positions of a
//! single structure; a general ASN.1 library would be far larger and more lenient.
//! This one is small enough to review, and refuses what it does not know: bytes that
//! are not DER, a length that is not in its shortest form, content after the end. The
//! authority's signature is left to `openssl`.

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::error::{Context, Error, Result, visible};
use crate::record::Hash;

use super::url::bare_url;

/// The content of a time stamp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimestampToken {
    /// When the authority saw it, RFC 3339.
    pub at: String,
    /// The SHA-256 that was stamped.
    pub imprint: Hash,
}

/// Largest response in bytes.
const MOST_RESPONSE: u64 = 1 << 20;

/// `2.16.840.1.101.3.4.2.1` (SHA-256) and NULL: an AlgorithmIdentifier.
const SHA256_NULL: [u8; 15] =
    [0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00];

/// `1.2.840.113549.1.9.16.1.4` (id-ct-TSTInfo).
const TST_INFO: [u8; 13] = [0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x04];

/// `1.2.840.113549.1.9.4` (id-messageDigest).
const MESSAGE_DIGEST: [u8; 11] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04];

/// Encodes a TimeStampReq (RFC 3161 §2.4.1) for a SHA-256, with a nonce, and asking for
/// the authority's certificate: 69 bytes.
fn encode_request(imprint: &Hash, nonce: u64) -> Vec<u8> {
    let mut der = vec![0x30, 67, 0x02, 1, 1, 0x30, 49];
    der.extend(SHA256_NULL);
    der.extend([0x04, 32]);
    der.extend(imprint);
    der.extend([0x02, 8]);
    // Positive and eight bytes long, so that the length is fixed.
    der.extend((nonce & (u64::MAX >> 2) | 1 << 62).to_be_bytes());
    der.extend([0x01, 1, 0xff]);
    der
}

/// Asks the authority at a URL (`http://…`) to time-stamp a SHA-256. Returns the whole
/// response, which `openssl ts -verify -in` can read. Errors contain only the part of
/// the URL that [`bare_url`] returns.
pub fn fetch_timestamp(url: &str, imprint: &Hash) -> Result<Vec<u8>> {
    let shown = visible(&bare_url(url));
    if !url.starts_with("http://") {
        return Err(Error::usage(format!("{shown} is not an http:// address"))
            .hint("Use an http:// address: time-stamp authorities use plain HTTP, since their responses are signed."));
    }
    let mut nonce = [0; 8];
    getrandom::fill(&mut nonce).context(|| "cannot get random bytes from the system".to_owned())?;
    let body = encode_request(imprint, u64::from_be_bytes(nonce));
    let why = || format!("the time-stamp authority {shown} did not answer");
    let agent: ureq::Agent =
        ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(30))).build().into();
    let request = agent.post(url).header("Content-Type", "application/timestamp-query");
    let mut response = request.send(&body).map_err(without_url).context(why)?;
    let bytes = response.body_mut().with_config().limit(MOST_RESPONSE).read_to_vec().context(why)?;
    match read_timestamp(&bytes) {
        Some(token) if token.imprint == *imprint => Ok(bytes),
        Some(_) => Err(Error::case(format!("{shown} time-stamped something else than requested"))),
        None => Err(Error::case(format!("the response of {shown} is not a time stamp"))),
    }
}

/// Describes an error without the URL that ureq includes in some of them.
fn without_url(error: ureq::Error) -> String {
    match error {
        ureq::Error::BadUri(_) | ureq::Error::RequireHttpsOnly(_) => "the address cannot be used".to_owned(),
        other => other.to_string(),
    }
}

/// Reads a TimeStampResp strictly: all of it must be DER of the form that RFC 3161
/// specifies, and its content must have the hash that the signature covers. The
/// signature itself is not checked.
pub fn read_timestamp(response: &[u8]) -> Option<TimestampToken> {
    is_der(response, 0).then_some(())?;
    let (answer, rest) = expect_tag(0x30, response)?;
    rest.is_empty().then_some(())?;
    let (status, rest) = expect_tag(0x30, answer)?;
    let (granted, _) = expect_tag(0x02, status)?;
    matches!(granted, [0] | [1]).then_some(())?;
    let (content, rest) = expect_tag(0x30, rest)?;
    rest.is_empty().then_some(())?;
    let (_, rest) = expect_tag(0x06, content)?;
    let (explicit, _) = expect_tag(0xa0, rest)?;
    let (signed, _) = expect_tag(0x30, explicit)?;
    let (_, rest) = expect_tag(0x02, signed)?;
    let (_, rest) = expect_tag(0x31, rest)?;
    let (encapsulated, rest) = expect_tag(0x30, rest)?;
    let octets = encapsulated.strip_prefix(&TST_INFO)?;
    let (explicit, _) = expect_tag(0xa0, octets)?;
    let (octets, _) = expect_tag(0x04, explicit)?;
    has_message_digest(octets, rest).then_some(())?;
    let (info, _) = expect_tag(0x30, octets)?;
    let (_, rest) = expect_tag(0x02, info)?;
    let (_, rest) = expect_tag(0x06, rest)?;
    let (imprint, rest) = expect_tag(0x30, rest)?;
    let (_, hash) = expect_tag(0x30, imprint)?;
    let (hash, _) = expect_tag(0x04, hash)?;
    let (_, rest) = expect_tag(0x02, rest)?;
    let (time, _) = expect_tag(0x18, rest)?;
    let text = std::str::from_utf8(time).ok()?;
    let at = chrono::NaiveDateTime::parse_from_str(text, "%Y%m%d%H%M%S%.fZ").ok()?.and_utc();
    Some(TimestampToken {
        at: at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true),
        imprint: hash.try_into().ok()?,
    })
}

/// Splits off an element that must come first; returns its content and the rest.
fn expect_tag(wanted: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    split_element(der).filter(|(tag, _, _)| *tag == wanted).map(|(_, content, rest)| (content, rest))
}

/// Reports whether bytes consist of DER elements only, at every level.
fn is_der(der: &[u8], depth: u8) -> bool {
    let mut rest = der;
    while !rest.is_empty() {
        let Some((tag, content, after)) = split_element(rest) else { return false };
        if tag & 0x20 != 0 && (depth > 32 || !is_der(content, depth + 1)) {
            return false;
        }
        rest = after;
    }
    true
}

/// Reports whether the signed attributes (RFC 5652 §11.2) hold the hash of the stamp's
/// content. A hash function other than SHA-2 is not checked.
fn has_message_digest(octets: &[u8], signed: &[u8]) -> bool {
    let Some(at) = signed.windows(MESSAGE_DIGEST.len()).rposition(|window| window == MESSAGE_DIGEST) else {
        return false;
    };
    let digest =
        expect_tag(0x31, &signed[at + MESSAGE_DIGEST.len()..]).and_then(|(set, _)| expect_tag(0x04, set));
    match digest.map(|(digest, _)| digest) {
        None => false,
        Some(digest) => match digest.len() {
            32 => Sha256::digest(octets)[..] == *digest,
            48 => Sha384::digest(octets)[..] == *digest,
            64 => Sha512::digest(octets)[..] == *digest,
            _ => true,
        },
    }
}

/// Splits off a DER element; returns its tag, its content and the rest.
fn split_element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let count = usize::from(first & 0x7f);
        // DER requires the shortest form of a length.
        let is_shortest = |digits: &&[u8]| digits[0] != 0 && (count > 1 || digits[0] >= 0x80);
        let digits = rest.get(..count).filter(|_| (1..=4).contains(&count)).filter(is_shortest)?;
        (digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit)), &rest[count..])
    };
    Some((tag, rest.get(..length)?, &rest[length..]))
}

/// Checks with `openssl ts -verify` that a time stamp over data was signed by an authority
/// whose certificate chain ends at one of `ca`; returns why not. openssl gets copies in
/// temporary files, so that it opens no file of a case or a bundle.
pub fn check_timestamp(response: &[u8], data: &[u8], ca: &Path) -> Result<(), String> {
    let copy = |bytes: &[u8]| -> Result<tempfile::NamedTempFile, String> {
        let write = || -> std::io::Result<tempfile::NamedTempFile> {
            let mut file = tempfile::NamedTempFile::new()?;
            file.write_all(bytes)?;
            Ok(file)
        };
        write().map_err(|error| format!("it could not be checked: {error}"))
    };
    let (response, data) = (copy(response)?, copy(data)?);
    let output = Command::new("openssl")
        .args(["ts", "-verify", "-in"])
        .arg(response.path())
        .arg("-data")
        .arg(data.path())
        .arg("-CAfile")
        .arg(ca)
        .output()
        .map_err(|error| format!("openssl could not be run: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let message = String::from_utf8_lossy(&output.stderr);
    Err(format!(
        "openssl does not accept it: {}",
        visible(message.lines().last().unwrap_or("no reason given"))
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_has_its_fixed_length_whatever_the_nonce() {
        for nonce in [0, 1, u64::MAX] {
            let request = encode_request(&[7; 32], nonce);
            assert_eq!(request.len(), 69);
            assert_eq!(split_element(&request).map(|(tag, _, rest)| (tag, rest.len())), Some((0x30, 0)));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused() {
        assert_eq!(read_timestamp(&[]), None);
        let mut cut = TST_INFO.to_vec();
        cut.extend([0xa0, 0x84, 0xff, 0xff, 0xff, 0xff]);
        assert_eq!(read_timestamp(&cut), None);
    }
}
