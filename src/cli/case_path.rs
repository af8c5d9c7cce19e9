//! Which case the command line means, and where it is.

use std::path::{Path, PathBuf};

use crate::cli::folders::data_folder;
use crate::cli::runtime::Runtime;
use crate::error::{Context, Error, Result};
use crate::fs::{Dir, read_text_named};

/// Most bytes of the file that remembers the case used last.
const MOST_PATH: u64 = 64 << 10;

/// The file that names the case used last.
const LAST: &str = "last-case";

/// Returns the folder of a case: a path is itself, a bare name is in the data folder,
/// unless a case of that name is in the current one.
pub fn folder_of(name: &str, runtime: &Runtime) -> Result<PathBuf> {
    let path = Path::new(name);
    let bare = path.components().count() == 1
        && !matches!(name, "." | "..")
        && !name.contains(std::path::MAIN_SEPARATOR)
        && !path.is_absolute();
    if !bare {
        return Ok(path.to_owned());
    }
    let at_home = data_folder(&runtime.var)?.join("cases").join(name);
    let is_here = path.join("case.toml").exists() && !at_home.join("case.toml").exists();
    Ok(if is_here { path.to_owned() } else { at_home })
}

/// Returns the folder of the case: the one named, `$VESTIGO_CASE`, or the one used
/// last.
pub fn chosen(named: Option<&str>, runtime: &Runtime) -> Result<PathBuf> {
    if let Some(name) = named.map(str::to_owned).or_else(|| (runtime.var)("VESTIGO_CASE")) {
        return folder_of(&name, runtime);
    }
    let none = || {
        Error::usage("no case was named, and none was used before")
            .hint("Name one: --case NAME, or start with `vestigo demo`.")
    };
    let last = read_text_named(&last_file(runtime)?, MOST_PATH).map_err(|_| none())?;
    let folder = PathBuf::from(last.trim_end_matches('\n'));
    if !folder.join("case.toml").exists() {
        return Err(none());
    }
    Ok(folder)
}

/// Remembers a case as the one used last. A failure to do so does not matter.
pub fn remember(folder: &Path, runtime: &Runtime) {
    let write = || -> Result<()> {
        let (data, file) = (data_folder(&runtime.var)?, last_file(runtime)?);
        let whole =
            std::path::absolute(folder).context(|| "cannot tell the folder's full path".to_owned())?;
        let text = format!("{}\n", whole.to_string_lossy());
        if read_text_named(&file, MOST_PATH).is_ok_and(|known| known == text) {
            return Ok(());
        }
        let dir = Dir::create(&data).context(|| "cannot create the data folder".to_owned())?;
        dir.replace(LAST, text.as_bytes()).context(|| "cannot remember the case".to_owned())
    };
    let _ = write();
}

fn last_file(runtime: &Runtime) -> Result<PathBuf> {
    Ok(data_folder(&runtime.var)?.join(LAST))
}
