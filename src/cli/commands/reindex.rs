//! `reindex`: the index, rebuilt from the evidence.

use crate::app::rebuild_index;
use crate::cli::args::Globals;
use crate::cli::case_path;
use crate::cli::outcome::ExitReason;
use crate::cli::output::print_result;
use crate::cli::progress::watched_bytes;
use crate::cli::runtime::Runtime;
use crate::cli::session::{print_warnings, session};
use crate::error::Result;
use crate::record::thousands;

/// Rebuilds the index of the case.
pub fn run(globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let session = session(globals, runtime)?;
    runtime.listen();
    let (rebuilt, warnings) = watched_bytes(runtime, globals, |watch| rebuild_index(&session, watch))?;
    print_warnings(warnings, runtime);
    case_path::remember(&session.folder, runtime);
    let object = serde_json::json!({ "batches": rebuilt.batches, "events": rebuilt.events });
    print_result(globals, runtime, &object, |runtime| {
        runtime.line(&format!("indexed {} events", thousands(rebuilt.events)))
    })?;
    Ok(ExitReason::Done)
}
