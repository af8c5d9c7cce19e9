//! Which case is meant, and where it lives.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use crate::error::{Context, Error, Result};
use crate::fs::{Dir, read_text_named};
use crate::journal::Home;

use super::World;

/// Most bytes of the file that remembers the case used last.
const MOST_PATH: u64 = 64 << 10;

/// The file that names the case used last.
const LAST: &str = "last-case";

/// Gives the platform's folder for our data.
pub fn data_folder(world: &World) -> Result<PathBuf> {
    if let Some(home) = (world.var)("VESTIGO_DATA") {
        return Ok(PathBuf::from(home));
    }
    let dirs = ProjectDirs::from("", "", "vestigo");
    dirs.map(|dirs| dirs.data_dir().to_owned()).ok_or_else(|| {
        Error::case("cannot tell where your data folder is")
            .hint("Set HOME, or name a case by its folder: --case ./NAME.")
    })
}

/// Returns the user's folders for what vestigo remembers (`$VESTIGO_STATE`) and
/// for what can be made again (`$VESTIGO_CACHE`). Where neither is named they lie
/// in `$VESTIGO_DATA`, so that one variable moves everything, else where the
/// platform wants them.
pub fn home(world: &World) -> Home {
    let named = |name: &str| (world.var)(name).map(PathBuf::from);
    let data = named("VESTIGO_DATA");
    let dirs = ProjectDirs::from("", "", "vestigo");
    let state = || dirs.as_ref().map(|dirs| dirs.state_dir().unwrap_or(dirs.data_local_dir()).to_owned());
    let cache = || dirs.as_ref().map(|dirs| dirs.cache_dir().to_owned());
    let in_data = |name: &str| data.as_ref().map(|data| data.join(name));
    Home {
        cache: named("VESTIGO_CACHE").or_else(|| in_data("cache")).or_else(cache),
        state: named("VESTIGO_STATE").or_else(|| in_data("state")).or_else(state),
    }
}

/// Turns what a user calls a case into its folder: a path is itself, a bare
/// name lives in the data folder, unless a case of that name is right here.
pub fn folder_of(name: &str, world: &World) -> Result<PathBuf> {
    let path = Path::new(name);
    let bare = path.components().count() == 1
        && !matches!(name, "." | "..")
        && !name.contains(std::path::MAIN_SEPARATOR)
        && !path.is_absolute();
    if !bare {
        return Ok(path.to_owned());
    }
    let at_home = data_folder(world)?.join("cases").join(name);
    let is_here = path.join("case.toml").exists() && !at_home.join("case.toml").exists();
    Ok(if is_here { path.to_owned() } else { at_home })
}

/// Gives the folder of the case that is meant: the one named, `$VESTIGO_CASE`,
/// or the one used last.
pub fn chosen(named: Option<&str>, world: &World) -> Result<PathBuf> {
    if let Some(name) = named.map(str::to_owned).or_else(|| (world.var)("VESTIGO_CASE")) {
        return folder_of(&name, world);
    }
    let none = || {
        Error::usage("no case was named, and none was used before")
            .hint("Name one: --case NAME, or begin with `vestigo demo`.")
    };
    let last = read_text_named(&last_file(world)?, MOST_PATH).map_err(|_| none())?;
    let folder = PathBuf::from(last.trim_end_matches('\n'));
    if !folder.join("case.toml").exists() {
        return Err(none());
    }
    Ok(folder)
}

/// Remembers a case as the one used last. Failing to is no failure.
pub fn remember(folder: &Path, world: &World) {
    let write = || -> Result<()> {
        let (data, file) = (data_folder(world)?, last_file(world)?);
        let whole =
            std::path::absolute(folder).context(|| "cannot tell the folder's full path".to_owned())?;
        let text = format!("{}\n", whole.to_string_lossy());
        if read_text_named(&file, MOST_PATH).is_ok_and(|known| known == text) {
            return Ok(());
        }
        let dir = Dir::create(&data).context(|| "cannot make the data folder".to_owned())?;
        dir.replace(LAST, text.as_bytes()).context(|| "cannot remember the case".to_owned())
    };
    let _ = write();
}

fn last_file(world: &World) -> Result<PathBuf> {
    Ok(data_folder(world)?.join(LAST))
}
