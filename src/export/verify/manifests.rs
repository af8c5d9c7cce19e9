//! The lists of a bundle, held against its files.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::visible;
use crate::verify::Damage;

use crate::export::bag::reader::{Bag, damage, unhex};
use crate::export::write::bag::{DECLARATION, MANIFEST, SIGNATURE, STAMP, TAGMANIFEST};

/// The files that the signed list must name, so that the signature covers them.
const TAGS: [&str; 5] = ["VERIFY.md", "bag-info.txt", "bagit.txt", MANIFEST, "verify.sh"];

/// The payload that every bundle has.
const PAYLOAD: [&str; 12] = [
    "data/checkpoint.txt",
    "data/coverage.json",
    "data/events.csv",
    "data/events.jsonl",
    "data/findings.jsonl",
    "data/journal.jsonl",
    "data/query.json",
    "data/records.csv",
    "data/redactions.jsonl",
    "data/report.html",
    "data/timesketch.jsonl",
    "data/verify_proofs.py",
];

impl Bag {
    /// Checks that it is a bag, whole and unchanged, as its lists say. `progress`
    /// is told bytes done, and in all.
    pub fn check(&self, progress: &(dyn Fn(u64, u64) + Sync)) -> Vec<Damage> {
        let mut found = self.odd.clone();
        if self.read("bagit.txt").ok().as_deref() != Some(DECLARATION.as_bytes()) {
            found.push(damage("bagit.txt", "it is not what it must be"));
        }
        if self.has("fetch.txt") {
            found.push(damage("fetch.txt", "a bundle never fetches anything"));
        }
        let (tags, payload) = (self.listed(TAGMANIFEST, &mut found), self.listed(MANIFEST, &mut found));
        for name in TAGS.iter().filter(|name| self.has(TAGMANIFEST) && !tags.contains_key(**name)) {
            found.push(damage(TAGMANIFEST, format!("it does not list {name}")));
        }
        let mut wanted: BTreeSet<&str> =
            TAGS.into_iter().chain(PAYLOAD).chain([TAGMANIFEST, SIGNATURE]).collect();
        wanted.extend(tags.keys().chain(payload.keys()).map(String::as_str));
        let total: u64 = self.files.values().map(|piece| piece.length).sum();
        let whole = self.stated_length().unwrap_or(u64::MAX);
        let mut done = 0;
        for name in &wanted {
            if !self.has(name) {
                let unsigned = name.starts_with(TAGMANIFEST);
                let reason =
                    if unsigned { "it is missing: this bundle is UNSIGNED" } else { "it is missing" };
                found.push(damage(name, reason));
            }
        }
        for name in self.files.keys().filter(|name| !wanted.contains(name.as_str()) && *name != STAMP) {
            found.push(damage(&visible(name), "no list names it: it was added"));
        }
        for (name, hash) in tags.iter().chain(&payload) {
            let Some(piece) = self.files.get(name) else { continue };
            if name.starts_with("data/") && piece.length > whole {
                // Wrong as it is; a file of many gigabytes keeps nobody waiting.
                found.push(damage(name, "it is longer than the whole payload should be, and was not hashed"));
                done += piece.length;
                continue;
            }
            let is = self.hash(name).unwrap_or_else(|| "not readable".to_owned());
            if is != *hash {
                found.push(damage(name, format!("its SHA-256 is {is}, its list says {hash}")));
            }
            if name.strip_prefix("data/originals/").is_some_and(|named| named != is) {
                found.push(damage(name, format!("its SHA-256 is {is}, its name says otherwise")));
            }
            done += piece.length;
            progress(done, total);
        }
        self.check_info(&payload, &mut found);
        found
    }

    /// Reads a list of hashes, which must be written as we write it.
    fn listed(&self, list: &str, found: &mut Vec<Damage>) -> BTreeMap<String, String> {
        let mut rows = BTreeMap::new();
        let bytes = match self.read(list) {
            Ok(bytes) => bytes,
            Err(_) if !self.has(list) => return rows,
            Err(error) => {
                found.push(damage(list, error.to_string()));
                return rows;
            }
        };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let payload = list == MANIFEST;
        for line in text.lines() {
            let row = line.split_once("  ").filter(|(hash, name)| {
                unhex(hash).is_some() && is_plain(name) && name.starts_with("data/") == payload
            });
            match row {
                Some((hash, name)) => drop(rows.insert(name.to_owned(), hash.to_owned())),
                None => found.push(damage(list, "it has a line that is no hash and name")),
            }
        }
        let again: String = rows.iter().map(|(name, hash)| format!("{hash}  {name}\n")).collect();
        if again.as_bytes() != bytes {
            found.push(damage(list, "it is not written as it must be"));
        }
        rows
    }

    /// Gives how many bytes the payload has, as `Payload-Oxum` (RFC 8493 §2.2.2) says.
    fn stated_length(&self) -> Option<u64> {
        let info = self.info().ok()?;
        info.get("Payload-Oxum")?.split('.').next()?.parse().ok()
    }

    fn check_info(&self, payload: &BTreeMap<String, String>, found: &mut Vec<Damage>) {
        // What cannot be read is said where it is read.
        let Some(info) = self.info().ok().filter(|_| self.has("bag-info.txt")) else { return };
        let says = |name: &str| info.get(name).map_or("", String::as_str);
        let bytes: u64 = payload.keys().filter_map(|name| self.length(name)).sum();
        let wanted = format!("{bytes}.{}", payload.len());
        if says("Payload-Oxum") != wanted {
            found.push(damage("bag-info.txt", format!("it does not say `Payload-Oxum: {wanted}`")));
        }
    }

    /// Says how it is packed, where another program than vestigo did that.
    pub fn packing(&self) -> Option<String> {
        let top = self.top.as_ref()?;
        let named = self.info().ok()?.remove("External-Identifier").unwrap_or_default();
        if !self.repacked && *top == named {
            return None;
        }
        let renamed = match top == &named {
            true => String::new(),
            false => format!(", in a folder called {} and not {}", visible(top), visible(&named)),
        };
        Some(format!("The tar was packed by another program{renamed}; its files are the bundle's."))
    }

    /// Reads `bag-info.txt`, in which each name stands once.
    pub fn info(&self) -> Result<BTreeMap<String, String>, String> {
        let bytes = self.read("bag-info.txt").map_err(|error| error.to_string())?;
        let text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
        let mut info = BTreeMap::new();
        for line in text.lines() {
            let (name, value) = line.split_once(": ").ok_or("it has a line that is no name and value")?;
            if info.insert(name.to_owned(), value.to_owned()).is_some() {
                return Err(format!("it says {} twice", visible(name)));
            }
        }
        Ok(info)
    }
}

/// Tells whether a name is of the characters that bundles use, and stays inside.
fn is_plain(name: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
    };
    name.split('/').all(plain)
}
