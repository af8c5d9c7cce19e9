//! `new`: an empty case.

use crate::case::{Hold, New};
use crate::error::{Result, visible};

use super::args::Globals;
use super::run::{Outcome, zone};
use super::{World, which};

/// Makes an empty case and remembers it as the one used last.
pub fn new(
    name: &str,
    title: Option<String>,
    examiner: Option<String>,
    globals: &Globals,
    world: &mut World,
) -> Result<Outcome> {
    let folder = which::folder_of(name, world)?;
    let new = New { title, examiner, zone: zone(globals) };
    Hold::create(&folder, &new, &world.who(), world.clock.as_ref())?;
    which::remember(&folder, world);
    let shown = visible(&folder.to_string_lossy());
    world.line(&format!("made {shown}"))?;
    if !globals.quiet {
        world.note(&format!("next: vestigo --case {} import PATH", visible(name)));
    }
    Ok(Outcome::Done)
}
