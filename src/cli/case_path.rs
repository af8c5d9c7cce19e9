//! Which case the command line means, and where it is.

use std::path::{Path, PathBuf};

use crate::app::{last_case, remember_case};
use crate::cli::folders::data_folder;
use crate::cli::runtime::Runtime;
use crate::error::{Error, Result};

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
    last_case(&data_folder(&runtime.var)?).ok_or_else(none)
}

/// Returns the name of a case in the data folder that does not exist yet: the day, with a
/// number behind it where there is a case of that day.
pub fn dated(day: &str, runtime: &Runtime) -> Result<String> {
    let cases = data_folder(&runtime.var)?.join("cases");
    let numbered = (2..).map(|number| format!("{day}-{number}"));
    let mut names = std::iter::once(day.to_owned()).chain(numbered);
    Ok(names.find(|name| !cases.join(name).exists()).unwrap_or_else(|| day.to_owned()))
}

/// Remembers a case as the one used last. A failure to do so does not matter.
pub fn remember(folder: &Path, runtime: &Runtime) {
    let _ = data_folder(&runtime.var).and_then(|data| remember_case(&data, folder));
}
