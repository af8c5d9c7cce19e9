//! `normalise`: logs in, flat ECS JSON out, no case.

use crate::error::{Result, visible};
use crate::import::{ImportRow, ImportStatus, normalise as events_of};
use crate::record::write_json;

use super::super::World;
use super::super::args::{Globals, NormaliseArgs};
use super::super::run::{Outcome, zone};
use super::import::{has_content, limits, options, remarks};

/// Prints one JSON object an event.
pub fn normalise(args: &NormaliseArgs, globals: &Globals, world: &mut World) -> Result<Outcome> {
    let options = options(&args.reading, zone(globals))?;
    let (mut events, mut rows): (u64, Vec<ImportRow>) = (0, Vec::new());
    let clock = crate::record::FixedClock(world.clock.now());
    events_of(
        &args.paths,
        &options,
        &limits(&args.reading),
        &clock,
        &mut |entry| {
            events += 1;
            world.line(&write_json(entry, false))
        },
        &mut |row| rows.push(row),
    )?;
    let mut outcome = if events == 0 { Outcome::Nothing } else { Outcome::Done };
    for row in rows {
        let reason = row.reason.as_deref().filter(|_| !has_content(&row));
        if let Some(reason) = reason {
            world.note(&format!("{}: {}: {}", row.status.word(), visible(&row.path), visible(reason)));
        }
        remarks(&row).iter().for_each(|line| world.note(line));
        if row.incomplete || row.status == ImportStatus::Unread {
            outcome = Outcome::Partly;
        }
    }
    Ok(outcome)
}
