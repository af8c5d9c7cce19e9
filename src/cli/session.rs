//! Sessions of the command line: which case, and what the use cases warned of.

use std::path::Path;

use crate::app::{ConfigFolder, Session, Warning};
use crate::cli::args::Globals;
use crate::cli::case_path;
use crate::cli::folders::config_folder;
use crate::cli::runtime::Runtime;
use crate::error::Result;

/// Returns the session for a case's folder.
pub fn session_in(folder: &Path, runtime: &Runtime) -> Session {
    Session {
        folder: folder.to_owned(),
        actor: runtime.actor(),
        clock: runtime.clock.clone(),
        config: ConfigFolder(config_folder(&runtime.var)),
        stop: runtime.stop.clone(),
    }
}

/// Returns the session for the case that the command line means.
pub fn session(globals: &Globals, runtime: &Runtime) -> Result<Session> {
    Ok(session_in(&case_path::chosen(globals.case.as_deref(), runtime)?, runtime))
}

/// Prints what did not come to its end, and what to try.
pub fn print_warnings(warnings: impl IntoIterator<Item = Warning>, runtime: &mut Runtime) {
    for warning in warnings {
        runtime.note(&format!("warning: {warning}"));
        warning.hints().iter().for_each(|hint| runtime.note(&format!("hint: {hint}")));
    }
}

/// Returns the examiner of a new case: who is named, who is known, or who is asked for
/// once on this machine; nobody where nobody can be asked.
pub fn examiner(
    named: Option<String>,
    session: &Session,
    globals: &Globals,
    runtime: &mut Runtime,
) -> Result<Option<String>> {
    let known = if named.is_some() { named } else { session.known_examiner()? };
    if known.is_some() || globals.quiet || globals.json {
        return Ok(known);
    }
    let question = "Who answers for this case? (a name for the reports; empty for none): ";
    let name = runtime.answer(question);
    if let Some(name) = &name {
        session.remember_examiner(name);
    }
    Ok(name)
}
