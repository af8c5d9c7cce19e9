//! `new`: an empty case.

use std::path::PathBuf;

use crate::case::{CaseMetadata, CaseOptions, CaseWriter};
use crate::error::{Result, visible};
use crate::journal::Signer;

use super::super::args::Globals;
use super::super::run::{Outcome, zone};
use super::super::signing_config::{checkpoint, config, examiner, keyring};
use super::super::{World, case_path};

/// Makes an empty case and remembers it as the one used last.
pub fn new(
    name: &str,
    title: Option<String>,
    given: Option<String>,
    sign: Option<PathBuf>,
    globals: &Globals,
    world: &mut World,
) -> Result<Outcome> {
    let folder = case_path::folder_of(name, world)?;
    let signer = sign.or(config(world)?.sign).map(|path| Signer::open(&path)).transpose()?;
    // Of a case that is there already nobody is asked anything.
    let examiner =
        if CaseMetadata::path(&folder).exists() { given } else { examiner(given, globals, world)? };
    let new = CaseOptions { title, examiner, zone: zone(globals), signer, keyring: keyring(world).ok() };
    let mut hold = CaseWriter::create(&folder, &new, &world.who(), world.clock.as_ref())?;
    checkpoint(&mut hold, world);
    case_path::remember(&folder, world);
    let shown = visible(&folder.to_string_lossy());
    world.line(&format!("made {shown}"))?;
    if !globals.quiet {
        world.note(&format!("next: vestigo --case {} import PATH", visible(name)));
    }
    Ok(Outcome::Done)
}
