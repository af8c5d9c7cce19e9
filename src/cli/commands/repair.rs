//! `repair`: what is whole of a damaged case, in a new one.

use clap::Args;

use crate::record::thousands;
use serde_json::json;

use crate::case::CaseWriter;
use crate::cli::args::Globals;
use crate::cli::case_path;
use crate::cli::outcome::ExitReason;
use crate::cli::output::json_line;
use crate::cli::runtime::Runtime;
use crate::cli::signing_config::{checkpoint, keyring};
use crate::error::{Error, Result, visible};
use crate::import::repair as save;
use crate::journal::Lost;

/// Save what is whole of a damaged case into a new one, and say what was lost
#[derive(Debug, Clone, Args)]
pub struct RepairArgs {
    /// The new case: a folder, or a bare name
    #[arg(long, value_name = "DIR|NAME")]
    pub out: String,
}

/// Saves what is whole of the case that is meant into a new one.
pub fn run(args: &RepairArgs, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let from = case_path::chosen(globals.case.as_deref(), runtime)?;
    let parts = ["case.toml", "journal.jsonl", "evidence"];
    if !parts.iter().any(|part| from.join(part).exists()) {
        let shown = visible(&from.to_string_lossy());
        return Err(Error::case(format!("there is no case at {shown}, not even a damaged one"))
            .hint("Name the damaged case with --case."));
    }
    let to = case_path::folder_of(&args.out, runtime)?;
    let repaired = save(&from, &to, &runtime.who(), keyring(runtime).ok(), runtime.clock.as_ref())?;
    let mut hold = CaseWriter::open(&to, &runtime.who(), runtime.clock.as_ref())?;
    checkpoint(&mut hold, runtime);
    let shown = visible(&to.to_string_lossy());
    if globals.json {
        let object = json!({ "case": shown, "whole": repaired.whole, "cut": repaired.cut,
            "annotations": repaired.annotations, "lost": repaired.lost });
        runtime.line(&json_line(&object)?)?;
    } else {
        runtime.line(&format!(
            "made {shown}: {} sources whole, {} with losses, {} annotations",
            thousands(repaired.whole),
            thousands(repaired.cut),
            thousands(repaired.annotations)
        ))?;
        repaired.lost.iter().try_for_each(|lost| runtime.line(&told(lost)))?;
        if repaired.lost.is_empty() {
            runtime.line("nothing was lost")?;
        }
    }
    Ok(if repaired.lost.is_empty() { ExitReason::Done } else { ExitReason::Partly })
}

fn told(lost: &Lost) -> String {
    let source = lost.source.as_ref().map(|path| format!(" {}", visible(path))).unwrap_or_default();
    let records = lost.records.map(|(a, b)| format!(", records {a} to {b}")).unwrap_or_default();
    let bytes = lost.bytes.map(|bytes| format!(", {} bytes", thousands(bytes))).unwrap_or_default();
    format!("lost: {}{source}{records}{bytes}: {}", visible(&lost.file), visible(&lost.reason))
}
