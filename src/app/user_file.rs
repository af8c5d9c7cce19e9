//! Files that a user wrote for us: formats, keymaps, themes.

use std::path::Path;

use crate::error::{Context, Result, visible};
use crate::fs::read_text_named;

/// Most bytes of such a file.
const MOST_BYTES: u64 = 1 << 20;

/// Reads a file of a user; `what` is said in front of its path where that fails.
///
/// # Errors
///
/// Fails if it cannot be read, is larger than 1 MiB, or is not UTF-8.
pub fn read_user_file(what: &str, path: &Path) -> Result<String> {
    let shown = visible(&path.to_string_lossy());
    read_text_named(path, MOST_BYTES).context(|| format!("cannot read {what}{shown}"))
}
