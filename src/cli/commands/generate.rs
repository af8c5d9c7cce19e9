//! `generate`: what is made from the program's own tables.

use clap::Subcommand;

use crate::cli::args::Globals;
use crate::cli::outcome::ExitReason;
use crate::cli::output::json_line;
use crate::cli::runtime::Runtime;
use crate::cli::table::{Align, Table};
use crate::error::Result;
use crate::export::{VERIFY_PROOFS, VERIFY_SH};
use crate::tui::{keymap, listing};

/// Write what is made from the program's own tables
#[derive(Debug, Clone, Subcommand)]
pub enum GenerateCommand {
    /// The keys of the screen, as a table
    KeysCommand,
    /// The script that checks a bundle: keep a copy that you trust
    VerifySh,
    /// The script that checks proofs: keep a copy that you trust
    VerifyProofs,
}

/// Prints what is made from one of the program's tables.
pub fn run(words: &GenerateCommand, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    match words {
        GenerateCommand::KeysCommand => keys(globals, runtime),
        GenerateCommand::VerifySh => script(VERIFY_SH, runtime),
        GenerateCommand::VerifyProofs => script(VERIFY_PROOFS, runtime),
    }
}

/// Prints the keys of the screen.
fn keys(globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let mut table = Table::new(&[("Where", Align::Left), ("Keys", Align::Left), ("Does", Align::Left)]);
    for row in listing(&keymap("default")?) {
        if globals.json {
            let row = serde_json::json!({ "where": row.context, "keys": row.keys, "action": row.action, "does": row.doc });
            runtime.line(&json_line(&row)?)?;
        }
        table.row([row.context.to_owned(), row.keys, row.doc.to_owned()]);
    }
    if !globals.json {
        table.lines(runtime.width).iter().try_for_each(|line| runtime.line(line))?;
    }
    Ok(ExitReason::Done)
}

/// Prints a script as it is.
fn script(text: &str, runtime: &mut Runtime) -> Result<ExitReason> {
    runtime.bytes(text.as_bytes())?;
    Ok(ExitReason::Done)
}
