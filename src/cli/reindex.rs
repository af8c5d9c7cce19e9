//! `reindex`: the index made again from the evidence.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::case::{Hold, Watch, rebuild};
use crate::error::Result;

use super::World;
use super::args::Globals;
use super::custody::checkpoint;
use super::progress::watched;
use super::run::Outcome;
use super::table::grouped;
use super::which;

/// Rebuilds the index of the case that is meant.
pub fn reindex(globals: &Globals, world: &mut World) -> Result<Outcome> {
    let folder = which::chosen(globals.case.as_deref(), world)?;
    let (done, total) = (AtomicU64::new(0), AtomicU64::new(0));
    let progress = |now: u64, all: u64| {
        done.fetch_max(now, Ordering::Relaxed);
        total.store(all, Ordering::Relaxed);
    };
    let read = || (done.load(Ordering::Relaxed), total.load(Ordering::Relaxed), 0);
    let (who, stop) = (world.who(), world.stop.clone());
    world.listen();
    let watch = Watch { progress: &progress, stop: Some(&stop) };
    let rebuilt = watched(world, globals, &read, || rebuild(&folder, &who, world.clock.as_ref(), watch))?;
    let mut hold = Hold::open(&folder, &who, world.clock.as_ref())?;
    checkpoint(&mut hold, world);
    drop(hold);
    which::remember(&folder, world);
    let text = if globals.json {
        serde_json::json!({ "batches": rebuilt.batches, "events": rebuilt.events }).to_string()
    } else {
        format!("indexed {} events again", grouped(rebuilt.events))
    };
    world.line(&text)?;
    Ok(Outcome::Done)
}
