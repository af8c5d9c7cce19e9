//! The case used last, which the user's data folder remembers.

use std::path::{Path, PathBuf};

use crate::error::{Context, Result};
use crate::fs::{Dir, read_text_named};

/// Most bytes of the file.
const MOST_PATH: u64 = 64 << 10;

/// The file that names the case.
const LAST: &str = "last-case";

/// Returns the folder of the case used last; none where none is known, or it is gone.
pub fn last_case(data: &Path) -> Option<PathBuf> {
    let text = read_text_named(&data.join(LAST), MOST_PATH).ok()?;
    let folder = PathBuf::from(text.trim_end_matches('\n'));
    folder.join("case.toml").exists().then_some(folder)
}

/// Remembers a case as the one used last.
pub fn remember_case(data: &Path, folder: &Path) -> Result<()> {
    let whole = std::path::absolute(folder).context(|| "cannot tell the folder's full path".to_owned())?;
    let text = format!("{}\n", whole.to_string_lossy());
    if read_text_named(&data.join(LAST), MOST_PATH).is_ok_and(|known| known == text) {
        return Ok(());
    }
    let dir = Dir::create(data).context(|| "cannot create the data folder".to_owned())?;
    dir.replace(LAST, text.as_bytes()).context(|| "cannot remember the case".to_owned())
}
