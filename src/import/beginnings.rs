//! The known sources with which the content of another one may begin.

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest as _, Sha256};

use crate::evidence::{SourceHandle, Store};
use crate::record::SourceId;

/// How many bytes at the start of a content are compared first.
pub const HEAD_BYTES: usize = 4096;

/// How many of them are kept, to compare with shorter contents.
const FIRST_BYTES: usize = 64;

/// As much equal content at the start is no coincidence, whatever the names.
const ANY_NAME_BYTES: u64 = HEAD_BYTES as u64;

/// A source that another one may continue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beginning {
    /// Its identity.
    pub id: SourceId,
    /// Where it is in the evidence; `None` while it is not committed.
    pub at: Option<SourceHandle>,
    /// The length of its whole content.
    pub length: u64,
    /// Its name without what rotation adds.
    stem: String,
    first: Vec<u8>,
    head: (usize, [u8; 32]),
}

/// Finds the sources with which a content may begin, by its first bytes.
#[derive(Debug, Default)]
pub struct Beginnings {
    rows: Vec<Beginning>,
    by_head: BTreeMap<usize, HashMap<[u8; 32], Vec<usize>>>,
    by_stem: HashMap<String, Vec<usize>>,
    by_id: HashMap<SourceId, usize>,
}

impl Beginnings {
    /// Adds the committed sources of a store.
    pub fn add_all(&mut self, store: &Store) {
        for (batch, manifest) in store.manifests() {
            for (row, source) in manifest.sources.iter().enumerate() {
                let at = SourceHandle { batch, row };
                let Ok(id) = source.source.parse::<SourceId>() else { continue };
                if self.by_id.contains_key(&id) {
                    continue;
                }
                let before = source.continues.as_ref().filter(|before| before.offset >= ANY_NAME_BYTES);
                let before = before.and_then(|before| self.by_id.get(&before.source.parse().ok()?));
                let known = before.map(|before| (self.rows[*before].first.clone(), self.rows[*before].head));
                let Some((first, head)) =
                    known.or_else(|| store.head(at, HEAD_BYTES).ok().map(|head| key(&head)))
                else {
                    continue;
                };
                let (stem, length) = (stem(&source.found.path), source.whole_length());
                self.push(Beginning { id, at: Some(at), length, stem, first, head });
            }
        }
    }

    /// Adds a source that was just read, and is not committed yet.
    pub fn add(&mut self, id: SourceId, length: u64, path: &str, content: &[u8]) {
        if !self.by_id.contains_key(&id) {
            let (first, head) = key(&content[..content.len().min(HEAD_BYTES)]);
            self.push(Beginning { id, at: None, length, stem: stem(path), first, head });
        }
    }

    fn push(&mut self, row: Beginning) {
        let number = self.rows.len();
        self.by_head.entry(row.head.0).or_default().entry(row.head.1).or_default().push(number);
        self.by_stem.entry(row.stem.clone()).or_default().push(number);
        self.by_id.insert(row.id, number);
        self.rows.push(row);
    }

    /// Finds the sources that were committed meanwhile.
    pub fn settle(&mut self, store: &Store) {
        for row in self.rows.iter_mut().filter(|row| row.at.is_none()) {
            row.at = store.find(&row.id);
        }
    }

    /// Returns the sources with which a content may begin (or that may begin with it, if
    /// `whole`: `content` is all of it), the longest first. Of short ones, only those of
    /// the same name count: many logs begin with the same line.
    pub fn candidates(&self, path: &str, content: &[u8], whole: bool) -> Vec<Beginning> {
        let stem = stem(path);
        let (mut hash, mut hashed, mut found) = (Sha256::new(), 0, Vec::new());
        for (length, heads) in self.by_head.range(..=content.len()) {
            hash.update(&content[hashed..*length]);
            hashed = *length;
            let same = heads.get(&<[u8; 32]>::from(hash.clone().finalize()));
            found.extend(same.into_iter().flatten().copied());
        }
        if whole && content.len() < HEAD_BYTES {
            let longer = self.by_stem.get(&stem).into_iter().flatten().copied();
            found.extend(longer.filter(|number| {
                let row = &self.rows[*number];
                row.length > content.len() as u64
                    && row.first.starts_with(&content[..content.len().min(FIRST_BYTES)])
            }));
        }
        found.sort_unstable_by_key(|number| (std::cmp::Reverse(self.rows[*number].length), *number));
        found.dedup();
        let rows = found.into_iter().map(|number| &self.rows[number]);
        rows.filter(|row| row.stem == stem || row.length >= ANY_NAME_BYTES).cloned().collect()
    }
}

fn key(head: &[u8]) -> (Vec<u8>, (usize, [u8; 32])) {
    let first = head[..head.len().min(FIRST_BYTES)].to_vec();
    (first, (head.len(), Sha256::digest(head).into()))
}

/// The fewest digits of a date without separators.
const DATE_DIGITS: usize = 6;

/// Returns the last part of a path without what rotation and compression add to names:
/// `access.log` for `/var/log/access.log-20260301.gz`.
fn stem(path: &str) -> String {
    const ENDINGS: [&str; 9] = ["gz", "bz2", "xz", "zst", "zip", "Z", "old", "bak", "prev"];
    let name = path.rsplit(['/', '\\', '!']).next().unwrap_or(path);
    let mut stem = name;
    while let Some(at) = stem.rfind(['.', '-', '_']).filter(|at| *at > 0) {
        let ending = &stem[at + 1..];
        let is_number = !ending.is_empty() && ending.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number && !ENDINGS.contains(&ending) {
            break;
        }
        stem = &stem[..at];
    }
    // A date may also precede the last part: `access-20260301.log`.
    let is_date =
        |part: &str| part.len() > DATE_DIGITS && part[1..].bytes().all(|byte| byte.is_ascii_digit());
    let mut parts: Vec<&str> = Vec::new();
    let mut from = 0;
    for (at, _) in stem.match_indices(['.', '-', '_']).filter(|(at, _)| *at > 0) {
        parts.push(&stem[from..at]);
        from = at;
    }
    parts.push(&stem[from..]);
    parts
        .into_iter()
        .enumerate()
        .filter(|(n, part)| *n == 0 || !is_date(part))
        .map(|(_, part)| part)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotation_and_compression_do_not_change_a_stem() {
        let names = [
            "access.log",
            "access.log.1",
            "/var/log/access.log.2.gz",
            "a.tar!log/access.log-20260301.xz",
            "access.log.2026-03-01",
            "access-20260301.log.gz",
            "x.gz!access.log.old",
        ];
        assert!(names.iter().all(|name| stem(name) == "access.log"), "{:?}", names.map(stem));
        assert_eq!(["1", ".1", "2026-03-01", "-"].map(stem), ["1", ".1", "2026", "-"]);
        assert_ne!(stem("access-ssl.log"), stem("access.log"));
    }

    #[test]
    fn short_contents_of_other_names_do_not_count() {
        let mut known = Beginnings::default();
        known.add(SourceId([1; 32]), 7, "a.log", b"header\n");
        known.add(SourceId([2; 32]), 9, "a.log.1", b"header\n1\n");
        let ids = |path: &str, content: &[u8], whole| -> Vec<u8> {
            known.candidates(path, content, whole).iter().map(|row| row.id.0[0]).collect()
        };
        assert_eq!(ids("/x/a.log", b"header\n1\n2\n", false), [2, 1]);
        assert_eq!(ids("/x/a.log", b"header\n2\n", false), [1]);
        assert_eq!(ids("a.log", b"head", true), [2, 1]);
        assert!(ids("b.log", b"header\n1\n2\n", false).is_empty());
    }
}
