//! `normalise`: logs in, flat ECS JSON out, no case.

use crate::error::{Result, visible};
use crate::import::{Row, Status, normalise as events_of};
use crate::record::write_json;

use super::World;
use super::args::{Globals, NormaliseArgs};
use super::import::{limits, options};
use super::run::{Outcome, zone};

/// Prints one JSON object an event.
pub fn normalise(args: &NormaliseArgs, globals: &Globals, world: &mut World) -> Result<Outcome> {
    let options = options(&args.reading, zone(globals))?;
    let (mut events, mut asides): (u64, Vec<Row>) = (0, Vec::new());
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
        &mut |row| asides.push(row),
    )?;
    let mut outcome = if events == 0 { Outcome::Nothing } else { Outcome::Done };
    for row in asides {
        let reason = visible(row.reason.as_deref().unwrap_or_default());
        world.note(&format!("{}: {}: {reason}", row.status.word(), visible(&row.path)));
        if matches!(row.status, Status::Failed | Status::Partial) {
            outcome = Outcome::Partly;
        }
    }
    Ok(outcome)
}
