//! `reindex`: the index made again from the evidence.

use crate::case::{CaseWriter, rebuild};
use crate::cli::args::Globals;
use crate::cli::case_path;
use crate::cli::outcome::ExitReason;
use crate::cli::progress::watched_bytes;
use crate::cli::runtime::Runtime;
use crate::cli::signing_config::checkpoint;
use crate::error::Result;
use crate::record::thousands;

/// Rebuilds the index of the case that is meant.
pub fn run(globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let folder = case_path::chosen(globals.case.as_deref(), runtime)?;
    let who = runtime.who();
    runtime.listen();
    let rebuilt =
        watched_bytes(runtime, globals, |watch| rebuild(&folder, &who, runtime.clock.as_ref(), watch))?;
    let mut hold = CaseWriter::open(&folder, &who, runtime.clock.as_ref())?;
    checkpoint(&mut hold, runtime);
    drop(hold);
    case_path::remember(&folder, runtime);
    let text = if globals.json {
        serde_json::json!({ "batches": rebuilt.batches, "events": rebuilt.events }).to_string()
    } else {
        format!("indexed {} events again", thousands(rebuilt.events))
    };
    runtime.line(&text)?;
    Ok(ExitReason::Done)
}
