//! Checks the BagIt manifests against the files.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::visible;
use crate::verify::Damage;

use crate::export::bag::files::{
    BAG_INFO, BAGIT, CoveredBy, FETCH, MANIFEST, ORIGINALS, SIGNATURE, TAGMANIFEST, TIMESTAMP, is_payload,
    required,
};
use crate::export::bag::{BagReader, file_damage};
use crate::export::rows::BAGIT_DECLARATION;
use crate::record::parse_canonical_hex;

/// Checks that it is a bag, whole and unchanged, as its lists say. `progress`
/// is called with the bytes done, and in all.
pub fn check_manifests(bag: &BagReader, progress: &(dyn Fn(u64, u64) + Sync)) -> Vec<Damage> {
    let mut found = bag.odd.clone();
    if bag.read(BAGIT).ok().as_deref() != Some(BAGIT_DECLARATION.as_bytes()) {
        found.push(file_damage(BAGIT, "it is not what it must be"));
    }
    if bag.has(FETCH) {
        found.push(file_damage(FETCH, "a bundle never fetches anything"));
    }
    let (tags, payload) = (listed(bag, TAGMANIFEST, &mut found), listed(bag, MANIFEST, &mut found));
    for name in
        required(CoveredBy::Tagmanifest).filter(|name| bag.has(TAGMANIFEST) && !tags.contains_key(*name))
    {
        found.push(file_damage(TAGMANIFEST, format!("it does not list {name}")));
    }
    let mut wanted: BTreeSet<&str> = required(CoveredBy::Tagmanifest)
        .chain(required(CoveredBy::Manifest))
        .chain([TAGMANIFEST, SIGNATURE])
        .collect();
    wanted.extend(tags.keys().chain(payload.keys()).map(String::as_str));
    let total: u64 = bag.files.values().map(|piece| piece.length).sum();
    let whole = stated_length(bag).unwrap_or(u64::MAX);
    let mut done = 0;
    for name in &wanted {
        if !bag.has(name) {
            let unsigned = name.starts_with(TAGMANIFEST);
            let reason = if unsigned { "it is missing: this bundle is UNSIGNED" } else { "it is missing" };
            found.push(file_damage(name, reason));
        }
    }
    for name in bag.files.keys().filter(|name| !wanted.contains(name.as_str()) && *name != TIMESTAMP) {
        found.push(file_damage(&visible(name), "no list names it: it was added"));
    }
    for (name, hash) in tags.iter().chain(&payload) {
        let Some(piece) = bag.files.get(name) else { continue };
        if is_payload(name) && piece.length > whole {
            // Wrong as it is; a file of many gigabytes keeps nobody waiting.
            found.push(file_damage(name, "it is longer than the whole payload should be and was not hashed"));
            done += piece.length;
            continue;
        }
        let is = bag.hash(name).unwrap_or_else(|| "not readable".to_owned());
        if is != *hash {
            found.push(file_damage(name, format!("its SHA-256 is {is}, its list says {hash}")));
        }
        if name.strip_prefix(ORIGINALS).is_some_and(|named| named != is) {
            found.push(file_damage(name, format!("its SHA-256 is {is}, its name says otherwise")));
        }
        done += piece.length;
        progress(done, total);
    }
    check_oxum(bag, &payload, &mut found);
    found
}

/// Reads a list of hashes, which must be written as vestigo writes it.
fn listed(bag: &BagReader, list: &str, found: &mut Vec<Damage>) -> BTreeMap<String, String> {
    let mut rows = BTreeMap::new();
    let bytes = match bag.read(list) {
        Ok(bytes) => bytes,
        Err(_) if !bag.has(list) => return rows,
        Err(error) => {
            found.push(file_damage(list, error.to_string()));
            return rows;
        }
    };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let payload = list == MANIFEST;
    for line in text.lines() {
        let row = line.split_once("  ").filter(|(hash, name)| {
            parse_canonical_hex::<32>(hash).is_some() && is_plain(name) && is_payload(name) == payload
        });
        match row {
            Some((hash, name)) => drop(rows.insert(name.to_owned(), hash.to_owned())),
            None => found.push(file_damage(list, "it has a line that is not a hash and a name")),
        }
    }
    let again: String = rows.iter().map(|(name, hash)| format!("{hash}  {name}\n")).collect();
    if again.as_bytes() != bytes {
        found.push(file_damage(list, "it is not written as it must be"));
    }
    rows
}

/// Returns how many bytes the payload has, as `Payload-Oxum` (RFC 8493 §2.2.2) says.
fn stated_length(bag: &BagReader) -> Option<u64> {
    let info = bag.info().ok()?;
    info.get("Payload-Oxum")?.split('.').next()?.parse().ok()
}

fn check_oxum(bag: &BagReader, payload: &BTreeMap<String, String>, found: &mut Vec<Damage>) {
    // What cannot be read is said where it is read.
    let Some(info) = bag.info().ok().filter(|_| bag.has(BAG_INFO)) else { return };
    let says = |name: &str| info.get(name).map_or("", String::as_str);
    let bytes: u64 = payload.keys().filter_map(|name| bag.length(name)).sum();
    let wanted = format!("{bytes}.{}", payload.len());
    if says("Payload-Oxum") != wanted {
        found.push(file_damage(BAG_INFO, format!("it does not say `Payload-Oxum: {wanted}`")));
    }
}

/// Describes how it is packed, where another program than vestigo did that.
pub fn packing(bag: &BagReader) -> Option<String> {
    let top = bag.top.as_ref()?;
    let named = bag.info().ok()?.remove("External-Identifier").unwrap_or_default();
    if !bag.repacked && *top == named {
        return None;
    }
    let renamed = match top == &named {
        true => String::new(),
        false => format!(", in a folder called {} and not {}", visible(top), visible(&named)),
    };
    Some(format!("The tar was packed by another program{renamed}; its files are those of the bundle."))
}

/// Returns whether a name is of the characters that bundles use, and stays inside.
fn is_plain(name: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
    };
    name.split('/').all(plain)
}
