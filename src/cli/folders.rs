//! The user's own folders on this machine.

use std::path::PathBuf;

use directories::ProjectDirs;

use crate::app::Home;
use crate::error::{Error, Result};

/// Looks up an environment variable; none where it is unset or empty.
pub type Lookup = Box<dyn Fn(&str) -> Option<String>>;

/// Returns the platform's folder for our data.
pub fn data_folder(var: &Lookup) -> Result<PathBuf> {
    if let Some(home) = var("VESTIGO_DATA") {
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
pub fn home(var: &Lookup) -> Home {
    let named = |name: &str| var(name).map(PathBuf::from);
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

/// Returns the folder of the user's configuration: `$VESTIGO_CONFIG`, or the platform's.
pub fn config_folder(var: &Lookup) -> Option<PathBuf> {
    match var("VESTIGO_CONFIG") {
        Some(folder) => Some(PathBuf::from(folder)),
        None => Some(ProjectDirs::from("", "", "vestigo")?.config_dir().to_owned()),
    }
}
