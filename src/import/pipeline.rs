//! Starts the threads of an import, and waits for them.

use std::path::Path;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crossbeam_channel::bounded;

use crate::case::{CaseWriter, Committed, Watch, checkpoint, complete};
use crate::error::Result;
use crate::record::Clock;
use crate::source::{Input, MemberName, Skipped, Walk, walk};

use super::committer::Committer;
use super::job::Import;
use super::messages::{CommitMessage, Spare, WorkItem};
use super::reader::Reader;
use super::worker::work;
use super::{ImportReport, ImportRow};

/// Imports into a case. `acknowledge` is called with each row once what it states is
/// committed. An interrupt is not an error: the report states it. The right to write is
/// held only for the commit of each batch, so that others can write meanwhile.
///
/// # Errors
///
/// Fails if a named path cannot be read, or the case cannot be written; what was
/// acknowledged before is in the case.
pub fn run(
    hold: CaseWriter,
    import: &Import<'_>,
    clock: &dyn Clock,
    acknowledge: &mut dyn FnMut(&ImportRow),
) -> Result<ImportReport> {
    let room = super::resources::room()?;
    let mut found = walk(import.paths)?;
    leave_out_the_case(hold.folder(), &mut found);
    import.meter.expect(found.inputs.iter().filter_map(Input::length).sum());
    let (importing, hold) = hold.claim(clock)?;
    let store = Committed::open(hold.dir(), hold.journal())?.store;
    let started = Instant::now();
    let workers = room.workers;
    let (jobs, to_do) = bounded::<WorkItem>(workers * room.jobs);
    let (read, spare) = bounded::<Spare>(workers * room.jobs);
    let (results, done) = bounded::<CommitMessage>(workers * room.results);
    let barrier = Barrier::new(workers);
    let stopped = AtomicBool::new(false);
    let mut feeder = Reader::new(&hold, &store, import, workers, clock.now(), started)?;
    drop(hold);
    let mut settler = Committer::new(&importing, import.signer, workers, clock, acknowledge, started);
    let settled = std::thread::scope(|scope| {
        for _ in 0..workers {
            let (to_do, results, read) = (to_do.clone(), results.clone(), read.clone());
            let (index, barrier) = (importing.index(), &barrier);
            scope.spawn(move || work(&to_do, &results, &read, index, barrier, import.meter));
        }
        drop(to_do);
        let stopped = &stopped;
        scope.spawn(move || feeder.feed(&found, jobs, results, spare, stopped));
        let settled = settler.settle(&done);
        stopped.store(true, Ordering::Relaxed);
        // Threads that still send must not block: receive and drop until all are gone.
        done.iter().for_each(drop);
        settled
    });
    let (total, mut unsealed) = (settled?, settler.unsealed.take());
    let mut hold = importing.end(clock)?;
    let entries = hold.journal().entries.len();
    // Earlier batches that another user or version imported may not be indexed: a search
    // works without.
    let completed = complete(&mut hold, clock, Watch { stop: Some(import.stop), ..Watch::silent() });
    if !import.stop.load(Ordering::Relaxed) {
        completed?;
    }
    if hold.journal().entries.len() > entries {
        unsealed = checkpoint(&mut hold, import.signer, clock).err();
    }
    Ok(ImportReport { total, unsealed, interrupted: import.stop.load(Ordering::Relaxed) })
}

/// Skips files of the case itself, if it is in a folder that is imported.
fn leave_out_the_case(case: &Path, found: &mut Walk) {
    let Ok(case) = std::fs::canonicalize(case) else { return };
    let (own, others) = std::mem::take(&mut found.inputs)
        .into_iter()
        .partition(|input| std::fs::canonicalize(&input.path).is_ok_and(|path| path.starts_with(&case)));
    found.inputs = others;
    let own: Vec<Input> = own;
    found.skipped.extend(own.iter().map(|input| Skipped {
        name: MemberName::from_path(&input.path),
        reason: "is part of the case itself".to_owned(),
        unread: None,
        weight: crate::source::Weight::Listed,
    }));
}
