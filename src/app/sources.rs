//! How sources are read, and reading one differently.

use crate::case::{Case, Corrected, SourceInfo, Watch};
use crate::error::{Error, Result, visible};
use crate::parse::Corrections;

use super::{Session, WrittenAnnotations, annotate};

/// A source that is read differently from now on.
pub struct SourceChange {
    /// The source as it was read before.
    pub before: SourceInfo,
    /// What changes, and what that makes of the source.
    pub corrected: Corrected,
    /// The number of the entry that says so.
    pub entry: Option<u64>,
    /// What was written.
    pub written: WrittenAnnotations,
}

/// Finds a source by the first digits of its id, by its path, or by the end of its path.
pub fn find_source(case: &Case, named: &str) -> Result<SourceInfo> {
    let sources = case.sources();
    let lower = named.to_ascii_lowercase();
    let is_hex = lower.len() >= 4 && lower.bytes().all(|byte| byte.is_ascii_hexdigit());
    let by_id = |source: &&SourceInfo| is_hex && source.id.to_string().starts_with(&lower);
    let by_path = |source: &&SourceInfo| source.path == named;
    let by_end = |source: &&SourceInfo| source.path.ends_with(&format!("/{named}"));
    let ways: [&dyn Fn(&&SourceInfo) -> bool; 3] = [&by_id, &by_path, &by_end];
    let found: Vec<&SourceInfo> = ways
        .iter()
        .map(|way| sources.iter().filter(|source| way(source)).collect::<Vec<_>>())
        .find(|found| !found.is_empty())
        .unwrap_or_default();
    match found[..] {
        [source] => Ok(source.clone()),
        [] => Err(Error::usage(format!("there is no source `{}` in this case", visible(named)))
            .hint("See their ids with `vestigo source list`.")),
        _ => {
            let ids: Vec<String> = found.iter().map(|source| source.id.short()).collect();
            Err(Error::usage(format!("`{}` matches {} sources", visible(named), found.len()))
                .hint(format!("Name one by its id: {}.", ids.join(", "))))
        }
    }
}

/// Reads a source differently from now on. Its bytes, ids and hashes stay as they are;
/// an undo takes it back. `watch` shows how much of the source was tried, then how
/// much of the index was updated.
pub fn reread_source(
    case: &Case,
    source: &SourceInfo,
    by: &Corrections,
    session: &Session,
    watch: Watch<'_>,
) -> Result<SourceChange> {
    let corrected = case.corrected(&source.id, by, watch)?;
    let annotation = corrected.act.clone();
    let written = annotate(case, |_| Ok(vec![annotation]), session, watch)?;
    let now = written.case.sources().into_iter().find(|now| now.id == source.id);
    let entry = now.and_then(|now| now.reread).map(|reread| reread.entry);
    Ok(SourceChange { before: source.clone(), corrected, entry, written })
}
