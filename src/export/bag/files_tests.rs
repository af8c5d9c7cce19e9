use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::files::*;

const VERIFY_SH_TEXT: &str = include_str!("../scripts/verify.sh");
const VERIFY_PROOFS_TEXT: &str = include_str!("../scripts/verify_proofs.py");
const VERIFY_MD_TEXT: &str = include_str!("../scripts/VERIFY.md");

/// What `verify_proofs.py` does not read: the report, which is for people, and itself.
const NOT_PROVED: [&str; 2] = [REPORT, VERIFY_PROOFS];

/// Returns the words of a script that look like files of a bundle.
fn named_in(text: &str) -> BTreeSet<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    let words = text.split(|c| !plain(c)).map(|word| word.trim_end_matches('.'));
    let is_file = |word: &&str| {
        let (stem, ending) = word.rsplit_once('.').unwrap_or(("", ""));
        let payload = stem.starts_with(PAYLOAD) && !stem.ends_with('/');
        let tag = !stem.is_empty() && ["txt", "sig", "tsr", "md", "sh"].contains(&ending);
        payload || tag && !stem.contains('/')
    };
    words.filter(is_file).collect()
}

fn known() -> BTreeSet<&'static str> {
    FILES.iter().map(|file| file.path).chain([FETCH]).collect()
}

#[test]
fn no_file_has_two_rows() {
    assert_eq!(known().len(), FILES.len() + 1);
}

#[test]
fn verify_sh_names_the_files_of_the_table() {
    let named = named_in(VERIFY_SH_TEXT);
    let unknown: Vec<&str> = named.difference(&known()).copied().collect();
    assert!(unknown.is_empty(), "verify.sh names {unknown:?}");
    let files = FILES.iter().filter(|file| file.presence != Presence::Folder);
    let missing: Vec<&str> = files.map(|file| file.path).filter(|path| !named.contains(path)).collect();
    assert!(missing.is_empty(), "verify.sh does not name {missing:?}");
}

#[test]
fn verify_proofs_needs_the_payload_of_the_table() {
    let needed = VERIFY_PROOFS_TEXT.lines().find_map(|line| line.trim().strip_prefix("needed = \""));
    let needed = needed.expect("it lists them").trim_end_matches('"').split(' ');
    let needed: BTreeSet<String> = needed.map(|name| format!("{PAYLOAD}{name}")).collect();
    let meant = required(CoveredBy::Manifest).filter(|path| !NOT_PROVED.contains(path));
    assert_eq!(needed, meant.map(str::to_owned).collect());
    let named = named_in(VERIFY_PROOFS_TEXT);
    let unknown: Vec<&str> = named.into_iter().filter(|name| name.starts_with(PAYLOAD)).collect();
    let unknown: Vec<&&str> = unknown.iter().filter(|name| !known().contains(**name)).collect();
    assert!(unknown.is_empty(), "verify_proofs.py names {unknown:?}");
}

#[test]
fn verify_md_describes_the_files_of_the_table() {
    for file in &FILES {
        let name = file.path.strip_prefix(PAYLOAD).unwrap_or(file.path);
        assert!(VERIFY_MD_TEXT.contains(name), "VERIFY.md does not describe {}", file.path);
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("it is in the checkout").flatten();
    let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) =
        entries.map(|entry| entry.path()).partition(|path| path.is_dir());
    files.into_iter().chain(folders.iter().flat_map(|folder| sources(folder))).collect()
}

#[test]
fn modules_of_the_table_exist_and_others_spell_no_path() {
    let room = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/export");
    for file in &FILES {
        for module in [file.writer, file.checker] {
            assert!(room.join(module).is_file(), "{module} of {} is not there", file.path);
        }
    }
    for path in sources(&room).iter().filter(|path| !path.ends_with("bag/files.rs")) {
        let text = std::fs::read_to_string(path).expect("sources are UTF-8");
        let code = text.split("mod tests {").next().unwrap_or_default();
        let spelled = path.extension().is_some_and(|ending| ending == "rs") && code.contains("\"data/");
        assert!(!spelled || path.to_string_lossy().ends_with("tests.rs"), "{} spells a path", path.display());
    }
}
