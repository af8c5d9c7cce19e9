//! Rules: those of this program, and those of files that the user names.

use std::path::{Path, PathBuf};

use crate::analyse::RuleSet;
use crate::error::{Context, Result, visible};

use super::read_user_file;

/// Loads the rules of this program, and those of the given files and folders, with all
/// folders in them. A file in a folder that is no rule, or that cannot be read, is listed
/// as unread.
///
/// # Errors
///
/// Fails if a path that is named cannot be read.
pub fn load_rules(paths: &[PathBuf]) -> Result<RuleSet> {
    let mut rules = RuleSet::built_in();
    for path in paths {
        let (mut texts, mut unread) = (Vec::new(), Vec::new());
        if path.is_dir() {
            for file in rule_files(path)? {
                let name = file.strip_prefix(path).unwrap_or(&file).display().to_string();
                match read_user_file("", &file) {
                    Ok(text) => texts.push((name, text)),
                    Err(error) => unread.push((name, error.chain())),
                }
            }
        } else {
            texts.push((path.display().to_string(), read_user_file("", path)?));
        }
        let mut set = RuleSet::of_texts(texts);
        set.files += unread.len();
        set.unread.extend(unread);
        rules.extend(set);
    }
    Ok(rules)
}

/// Returns the rule files in a folder and the folders in it, sorted by name. Links to
/// folders are not followed.
fn rule_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let shown = || format!("cannot read {}", visible(&folder.to_string_lossy()));
    let entries: std::io::Result<Vec<_>> = std::fs::read_dir(folder).context(shown)?.collect();
    let mut entries = entries.context(shown)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.path();
        let is_rule = path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml");
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            files.extend(rule_files(&path)?);
        } else if is_rule {
            files.push(path);
        }
    }
    Ok(files)
}
