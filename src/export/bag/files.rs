//! The files of a bundle: one table that the writer, the verifier and the tests of
//! the scripts read.
//!
//! A new file is a row here and one module that writes it (and, where it states
//! something, one that checks it). `verify.sh` and `verify_proofs.py` are programs of
//! their own that share nothing with this one; tests hold their lists against this
//! table.

/// The BagIt declaration.
pub const BAGIT: &str = "bagit.txt";
/// Who made the bundle, of which case, at which state of the journal.
pub const BAG_INFO: &str = "bag-info.txt";
/// How to check the bundle by hand.
pub const VERIFY_MD: &str = "VERIFY.md";
/// The script that checks hashes and signatures.
pub const VERIFY_SH: &str = "verify.sh";
/// The hashes of the payload.
pub const MANIFEST: &str = "manifest-sha256.txt";
/// The hashes of the other files, which is what is signed.
pub const TAGMANIFEST: &str = "tagmanifest-sha256.txt";
/// The signature over [`TAGMANIFEST`].
pub const SIGNATURE: &str = "tagmanifest-sha256.txt.sig";
/// The time stamp over [`SIGNATURE`].
pub const TIMESTAMP: &str = "tagmanifest-sha256.txt.tsr";
/// A BagIt file that makes others be downloaded: a bundle never has one.
pub const FETCH: &str = "fetch.txt";

/// The namespace of the signature over [`TAGMANIFEST`].
pub const SIGNATURE_NAMESPACE: &str = "vestigo-bundle";

/// The folder of everything that BagIt calls payload.
pub const PAYLOAD: &str = "data/";
/// The checkpoint of the journal's entries in the bundle.
pub const CHECKPOINT: &str = "data/checkpoint.txt";
/// The signature over [`CHECKPOINT`].
pub const CHECKPOINT_SIGNATURE: &str = "data/checkpoint.txt.sig";
/// The time stamp over [`CHECKPOINT_SIGNATURE`].
pub const CHECKPOINT_TIMESTAMP: &str = "data/checkpoint.txt.tsr";
/// Which sources were searched, and what they hold and lack.
pub const COVERAGE: &str = "data/coverage.json";
/// The events as a spreadsheet takes them.
pub const EVENTS_CSV: &str = "data/events.csv";
/// The events, one JSON object a line.
pub const EVENTS: &str = "data/events.jsonl";
/// The findings and bookmarks.
pub const FINDINGS: &str = "data/findings.jsonl";
/// The journal, with withheld entries as hashes.
pub const JOURNAL: &str = "data/journal.jsonl";
/// The whole originals, named by their SHA-256.
pub const ORIGINALS: &str = "data/originals/";
/// The proofs of each source's records.
pub const PROOFS: &str = "data/proofs/";
/// What was asked for.
pub const QUERY: &str = "data/query.json";
/// The bytes of each source's records.
pub const RAW: &str = "data/raw/";
/// Which records the bundle has, and where their bytes lie.
pub const RECORDS: &str = "data/records.csv";
/// What was redacted, by token.
pub const REDACTIONS: &str = "data/redactions.jsonl";
/// The report.
pub const REPORT: &str = "data/report.html";
/// The events as Timesketch takes them.
pub const TIMESKETCH: &str = "data/timesketch.jsonl";
/// The script that checks proofs and what needs no parser.
pub const VERIFY_PROOFS: &str = "data/verify_proofs.py";

/// When a bundle has a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// In every bundle.
    Always,
    /// In every bundle that is signed; without it a verifier rejects the bundle.
    Signed,
    /// Where there is something to put into it.
    Sometimes,
    /// A folder of files, one or more where there is something to put into it.
    Folder,
}

/// What covers a file, so that a change of it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CoveredBy {
    /// [`MANIFEST`], which [`TAGMANIFEST`] covers.
    Manifest,
    /// [`TAGMANIFEST`].
    Tagmanifest,
    /// The signature over it, or the bytes that it signs or stamps.
    Signature,
}

/// A file of a bundle.
#[derive(Debug, Clone, Copy)]
pub struct BundleFile {
    /// Its path from the bundle's root; a folder's ends in `/`.
    pub path: &'static str,
    /// When it is there.
    pub presence: Presence,
    /// What covers it.
    pub covered_by: CoveredBy,
    /// The module of `export` that writes it.
    pub writer: &'static str,
    /// The module of `export` that checks what it states; its hash alone is
    /// checked by `verify/manifests.rs`.
    pub checker: &'static str,
}

const fn file(
    path: &'static str,
    presence: Presence,
    covered_by: CoveredBy,
    writer: &'static str,
    checker: &'static str,
) -> BundleFile {
    BundleFile { path, presence, covered_by, writer, checker }
}

use CoveredBy::{Manifest, Signature, Tagmanifest};
use Presence::{Always, Folder, Signed, Sometimes};

/// The files of a bundle, in the order of their names.
pub const FILES: [BundleFile; 25] = [
    file(VERIFY_MD, Always, Tagmanifest, "write/bundle.rs", "verify/manifests.rs"),
    file(BAG_INFO, Always, Tagmanifest, "write/bag.rs", "verify/bag_info.rs"),
    file(BAGIT, Always, Tagmanifest, "write/bag.rs", "verify/manifests.rs"),
    file(CHECKPOINT, Always, Manifest, "write/checkpoint.rs", "verify/trust.rs"),
    file(CHECKPOINT_SIGNATURE, Signed, Manifest, "write/checkpoint.rs", "verify/trust.rs"),
    file(CHECKPOINT_TIMESTAMP, Sometimes, Manifest, "write/checkpoint.rs", "verify/trust.rs"),
    file(COVERAGE, Always, Manifest, "write/coverage.rs", "verify/coverage.rs"),
    file(EVENTS_CSV, Always, Manifest, "write/spool.rs", "verify/tables.rs"),
    file(EVENTS, Always, Manifest, "write/spool.rs", "verify/events.rs"),
    file(FINDINGS, Always, Manifest, "write/findings.rs", "verify/findings.rs"),
    file(JOURNAL, Always, Manifest, "write/journal.rs", "verify/journal.rs"),
    file(ORIGINALS, Folder, Manifest, "write/originals.rs", "verify/manifests.rs"),
    file(PROOFS, Folder, Manifest, "write/records.rs", "verify/proofs.rs"),
    file(QUERY, Always, Manifest, "write/query.rs", "verify/query.rs"),
    file(RAW, Folder, Manifest, "write/records.rs", "verify/records.rs"),
    file(RECORDS, Always, Manifest, "write/records.rs", "verify/records.rs"),
    file(REDACTIONS, Always, Manifest, "write/redactions.rs", "verify/redactions.rs"),
    file(REPORT, Always, Manifest, "write/bundle.rs", "verify/report.rs"),
    file(TIMESKETCH, Always, Manifest, "write/spool.rs", "verify/tables.rs"),
    file(VERIFY_PROOFS, Always, Manifest, "write/bundle.rs", "verify/manifests.rs"),
    file(MANIFEST, Always, Tagmanifest, "write/bag.rs", "verify/manifests.rs"),
    file(TAGMANIFEST, Always, Signature, "write/bag.rs", "verify/trust.rs"),
    file(SIGNATURE, Signed, Signature, "write/bag.rs", "verify/trust.rs"),
    file(TIMESTAMP, Sometimes, Signature, "write/bag.rs", "verify/trust.rs"),
    file(VERIFY_SH, Always, Tagmanifest, "write/bundle.rs", "verify/manifests.rs"),
];

/// Returns the paths of the files that every bundle has, covered so.
pub fn required(by: CoveredBy) -> impl Iterator<Item = &'static str> {
    FILES.iter().filter(move |file| file.presence == Always && file.covered_by == by).map(|file| file.path)
}

/// Reports whether a path is in the payload.
pub fn is_payload(path: &str) -> bool {
    path.starts_with(PAYLOAD)
}

/// Returns the path of the bytes of a source, by its number in the bundle (`0001`).
pub fn raw_path(number: &str) -> String {
    format!("{RAW}{number}.log")
}

/// Returns the path of the proofs of a source, by its number in the bundle.
pub fn proofs_path(number: &str) -> String {
    format!("{PROOFS}{number}.jsonl")
}

/// Returns the path of the bytes whose proofs lie at this one.
pub fn raw_of_proofs(proofs: &str) -> String {
    proofs.replace(PROOFS, RAW).replace(".jsonl", ".log")
}

/// Returns the path of the proofs of the bytes that lie at this one.
pub fn proofs_of_raw(raw: &str) -> String {
    raw.replace(RAW, PROOFS).replace(".log", ".jsonl")
}

/// Returns the path of a whole original, by the SHA-256 that names it.
pub fn original_path(sha256: &str) -> String {
    format!("{ORIGINALS}{sha256}")
}
