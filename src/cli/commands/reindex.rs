//! `reindex`: the index made again from the evidence.

use crate::case::{CaseWriter, rebuild};
use crate::error::Result;
use crate::record::thousands;

use super::super::World;
use super::super::args::Globals;
use super::super::case_path;
use super::super::progress::watched_bytes;
use super::super::run::Outcome;
use super::super::signing_config::checkpoint;

/// Rebuilds the index of the case that is meant.
pub fn reindex(globals: &Globals, world: &mut World) -> Result<Outcome> {
    let folder = case_path::chosen(globals.case.as_deref(), world)?;
    let who = world.who();
    world.listen();
    let rebuilt = watched_bytes(world, globals, |watch| rebuild(&folder, &who, world.clock.as_ref(), watch))?;
    let mut hold = CaseWriter::open(&folder, &who, world.clock.as_ref())?;
    checkpoint(&mut hold, world);
    drop(hold);
    case_path::remember(&folder, world);
    let text = if globals.json {
        serde_json::json!({ "batches": rebuilt.batches, "events": rebuilt.events }).to_string()
    } else {
        format!("indexed {} events again", thousands(rebuilt.events))
    };
    world.line(&text)?;
    Ok(Outcome::Done)
}
