//! `generate`: reference documents and scripts from the program's own tables.

use clap::Subcommand;

use crate::app::{VERIFY_PROOFS_SCRIPT, VERIFY_SH_SCRIPT};
use crate::cli::args::Globals;
use crate::cli::outcome::ExitReason;
use crate::cli::output::OutputRows;
use crate::cli::runtime::Runtime;
use crate::cli::table::Align;
use crate::error::Result;
use crate::tui::{keymap, listing};

/// Generate reference documents and scripts
#[derive(Debug, Clone, Subcommand)]
pub enum GenerateCommand {
    /// The key bindings, as a table
    Keys,
    /// The script that verifies a bundle: keep a copy that you trust
    VerifySh,
    /// The script that verifies proofs: keep a copy that you trust
    VerifyProofs,
}

/// Prints a reference document or a script.
pub fn run(command: &GenerateCommand, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    match command {
        GenerateCommand::Keys => keys(globals, runtime),
        GenerateCommand::VerifySh => script(VERIFY_SH_SCRIPT, runtime),
        GenerateCommand::VerifyProofs => script(VERIFY_PROOFS_SCRIPT, runtime),
    }
}

fn keys(globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let headings = [("Context", Align::Left), ("Keys", Align::Left), ("Action", Align::Left)];
    let mut rows = OutputRows::new(globals, &headings);
    for row in listing(&keymap("default")?) {
        rows.add(
            runtime,
            || serde_json::json!({ "where": row.context, "keys": row.keys, "action": row.action, "does": row.doc }),
            || [row.context.to_owned(), row.keys.clone(), row.doc.to_owned()],
        )?;
    }
    rows.print(runtime)?;
    Ok(ExitReason::Done)
}

/// Prints a script as it is.
fn script(text: &str, runtime: &mut Runtime) -> Result<ExitReason> {
    runtime.bytes(text.as_bytes())?;
    Ok(ExitReason::Done)
}
