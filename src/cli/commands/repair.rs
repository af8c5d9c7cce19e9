//! `repair`: what is intact of a damaged case, in a new one.

use clap::Args;
use serde_json::json;

use crate::app::{Lost, repair_case};
use crate::cli::args::Globals;
use crate::cli::case_path;
use crate::cli::outcome::ExitReason;
use crate::cli::output::print_result;
use crate::cli::runtime::Runtime;
use crate::cli::session::{print_warnings, session};
use crate::error::{Result, visible};
use crate::record::thousands;

/// Save what is intact of a damaged case into a new one, and list what was lost
#[derive(Debug, Clone, Args)]
pub struct RepairArgs {
    /// The new case: a folder, or a bare name
    #[arg(long, value_name = "DIR|NAME")]
    pub out: String,
}

/// Saves what is intact of the case into a new one.
pub fn run(args: &RepairArgs, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let to = case_path::folder_of(&args.out, runtime)?;
    let (repaired, warnings) = repair_case(&to, &session(globals, runtime)?)?;
    print_warnings(warnings, runtime);
    let shown = visible(&to.to_string_lossy());
    let object = json!({ "case": shown, "sources_intact": repaired.whole, "sources_damaged": repaired.cut,
        "annotations": repaired.annotations, "lost": repaired.lost });
    print_result(globals, runtime, &object, |runtime| {
        runtime.line(&format!(
            "created {shown}: {} sources intact, {} damaged, {} annotations",
            thousands(repaired.whole),
            thousands(repaired.cut),
            thousands(repaired.annotations)
        ))?;
        repaired.lost.iter().try_for_each(|lost| runtime.line(&describe(lost)))?;
        if repaired.lost.is_empty() { runtime.line("nothing was lost") } else { Ok(()) }
    })?;
    Ok(if repaired.lost.is_empty() { ExitReason::Done } else { ExitReason::Incomplete })
}

fn describe(lost: &Lost) -> String {
    let source = lost.source.as_ref().map(|path| format!(" {}", visible(path))).unwrap_or_default();
    let records = lost.records.map(|(a, b)| format!(", records {a} to {b}")).unwrap_or_default();
    let bytes = lost.bytes.map(|bytes| format!(", {} bytes", thousands(bytes))).unwrap_or_default();
    format!("lost: {}{source}{records}{bytes}: {}", visible(&lost.file), visible(&lost.reason))
}
