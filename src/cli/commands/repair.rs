//! `repair`: what is whole of a damaged case, in a new one.

use crate::record::thousands;
use serde_json::json;

use crate::case::CaseWriter;
use crate::error::{Error, Result, visible};
use crate::import::repair as save;
use crate::journal::Lost;

use super::super::args::Globals;
use super::super::run::{Outcome, json_line};
use super::super::signing_config::{checkpoint, keyring};
use super::super::{World, case_path};

/// Saves what is whole of the case that is meant into a new one.
pub fn repair(out: &str, globals: &Globals, world: &mut World) -> Result<Outcome> {
    let from = case_path::chosen(globals.case.as_deref(), world)?;
    let parts = ["case.toml", "journal.jsonl", "evidence"];
    if !parts.iter().any(|part| from.join(part).exists()) {
        let shown = visible(&from.to_string_lossy());
        return Err(Error::case(format!("there is no case at {shown}, not even a damaged one"))
            .hint("Name the damaged case with --case."));
    }
    let to = case_path::folder_of(out, world)?;
    let repaired = save(&from, &to, &world.who(), keyring(world).ok(), world.clock.as_ref())?;
    let mut hold = CaseWriter::open(&to, &world.who(), world.clock.as_ref())?;
    checkpoint(&mut hold, world);
    let shown = visible(&to.to_string_lossy());
    if globals.json {
        let object = json!({ "case": shown, "whole": repaired.whole, "cut": repaired.cut,
            "annotations": repaired.annotations, "lost": repaired.lost });
        world.line(&json_line(&object)?)?;
    } else {
        world.line(&format!(
            "made {shown}: {} sources whole, {} with losses, {} annotations",
            thousands(repaired.whole),
            thousands(repaired.cut),
            thousands(repaired.annotations)
        ))?;
        repaired.lost.iter().try_for_each(|lost| world.line(&told(lost)))?;
        if repaired.lost.is_empty() {
            world.line("nothing was lost")?;
        }
    }
    Ok(if repaired.lost.is_empty() { Outcome::Done } else { Outcome::Partly })
}

fn told(lost: &Lost) -> String {
    let source = lost.source.as_ref().map(|path| format!(" {}", visible(path))).unwrap_or_default();
    let records = lost.records.map(|(a, b)| format!(", records {a} to {b}")).unwrap_or_default();
    let bytes = lost.bytes.map(|bytes| format!(", {} bytes", thousands(bytes))).unwrap_or_default();
    format!("lost: {}{source}{records}{bytes}: {}", visible(&lost.file), visible(&lost.reason))
}
