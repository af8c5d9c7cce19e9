//! Time stamps of an outside authority (RFC 3161) over a signature.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::error::{Attempt, Error, Result, visible};
use crate::record::Hash;

/// What a time stamp says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamped {
    /// When the authority saw it, RFC 3339.
    pub at: String,
    /// The SHA-256 that it saw.
    pub imprint: Hash,
}

/// Most bytes that an answer may have.
const MOST: u64 = 1 << 20;

/// `2.16.840.1.101.3.4.2.1` (SHA-256) and NULL: an AlgorithmIdentifier.
const SHA256: [u8; 15] =
    [0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00];

/// `1.2.840.113549.1.9.16.1.4` (id-ct-TSTInfo).
const TST_INFO: [u8; 13] = [0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x04];

/// Writes a TimeStampReq (RFC 3161 §2.4.1) for a SHA-256, with a nonce and the
/// wish for the authority's certificate: 69 bytes.
fn request(imprint: &Hash, nonce: u64) -> Vec<u8> {
    let mut der = vec![0x30, 67, 0x02, 1, 1, 0x30, 49];
    der.extend(SHA256);
    der.extend([0x04, 32]);
    der.extend(imprint);
    der.extend([0x02, 8]);
    // Positive and of eight bytes, so that the length never varies.
    der.extend((nonce & (u64::MAX >> 2) | 1 << 62).to_be_bytes());
    der.extend([0x01, 1, 0xff]);
    der
}

/// Asks the authority at a URL (`http://…`) to stamp a SHA-256. Gives its whole
/// answer, as `openssl ts -verify -in` reads it.
pub fn fetch(url: &str, imprint: &Hash) -> Result<Vec<u8>> {
    let shown = visible(url);
    if !url.starts_with("http://") {
        return Err(Error::usage(format!("{shown} is not an http:// address"))
            .hint("Time-stamp authorities answer over plain http; their answer is signed."));
    }
    let mut nonce = [0; 8];
    getrandom::fill(&mut nonce).attempt(|| "cannot draw random bytes from the system".to_owned())?;
    let body = request(imprint, u64::from_be_bytes(nonce));
    let why = || format!("the time-stamp authority {shown} did not answer");
    let agent: ureq::Agent =
        ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(30))).build().into();
    let mut answer =
        agent.post(url).header("Content-Type", "application/timestamp-query").send(&body).attempt(why)?;
    let bytes = answer.body_mut().with_config().limit(MOST).read_to_vec().attempt(why)?;
    match read(&bytes) {
        Some(stamped) if stamped.imprint == *imprint => Ok(bytes),
        Some(_) => Err(Error::case(format!("{shown} stamped something else than it was asked to"))),
        None => Err(Error::case(format!("{shown} answered, and gave no time stamp"))),
    }
}

/// Reads what a TimeStampResp says. Its signature is not checked by this.
pub fn read(response: &[u8]) -> Option<Stamped> {
    let at = response.windows(TST_INFO.len()).position(|window| window == TST_INFO)? + TST_INFO.len();
    let (_, explicit, _) = element(&response[at..])?;
    let (_, octets, _) = element(explicit)?;
    let (_, info, _) = element(octets)?;
    let (_, _, rest) = element(info)?;
    let (_, _, rest) = element(rest)?;
    let (_, imprint, rest) = element(rest)?;
    let (_, _, hash) = element(imprint)?;
    let (_, hash, _) = element(hash)?;
    let (_, _, rest) = element(rest)?;
    let (tag, time, _) = element(rest)?;
    (tag == 0x18).then_some(())?;
    let text = std::str::from_utf8(time).ok()?;
    let at = chrono::NaiveDateTime::parse_from_str(text, "%Y%m%d%H%M%S%.fZ").ok()?.and_utc();
    Some(Stamped {
        at: at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true),
        imprint: hash.try_into().ok()?,
    })
}

/// Takes one DER element apart: its tag, its content, what stands behind it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let count = usize::from(first & 0x7f);
        let digits = rest.get(..count).filter(|_| (1..=4).contains(&count))?;
        (digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit)), &rest[count..])
    };
    Some((tag, rest.get(..length)?, &rest[length..]))
}

/// Asks `openssl ts -verify` whether a time stamp over a file was signed by an
/// authority that leads to the certificates in `ca`; says why not.
pub fn trusted(response: &Path, data: &Path, ca: &Path) -> Result<(), String> {
    let answer = Command::new("openssl")
        .args(["ts", "-verify", "-in"])
        .arg(response)
        .arg("-data")
        .arg(data)
        .arg("-CAfile")
        .arg(ca)
        .output()
        .map_err(|error| format!("openssl could not be run: {error}"))?;
    if answer.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&answer.stderr);
    Err(format!("openssl does not accept it: {}", visible(said.lines().last().unwrap_or("no reason given"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_has_its_fixed_length_whatever_the_nonce() {
        for nonce in [0, 1, u64::MAX] {
            let request = request(&[7; 32], nonce);
            assert_eq!(request.len(), 69);
            assert_eq!(element(&request).map(|(tag, _, rest)| (tag, rest.len())), Some((0x30, 0)));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused() {
        assert_eq!(read(&[]), None);
        let mut cut = TST_INFO.to_vec();
        cut.extend([0xa0, 0x84, 0xff, 0xff, 0xff, 0xff]);
        assert_eq!(read(&cut), None);
    }
}
