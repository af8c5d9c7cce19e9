//! `ioc`: lists of indicators that detection looks for.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use crate::app::{
    Annotation, IndicatorKind, annotate, indicator_lists, read_indicator_file, remove_indicators,
};
use crate::cli::args::Globals;
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::output::{OutputRows, print_result};
use crate::cli::progress::watched_bytes;
use crate::cli::runtime::Runtime;
use crate::cli::session::print_warnings;
use crate::cli::table::Align;
use crate::error::{Result, visible};
use crate::record::{counted, thousands};

/// How much of what is not used is named one by one.
const NAMED: usize = 5;

/// Keep lists of indicators (addresses, domains, hashes ...) that detection looks for
#[derive(Debug, Clone, Subcommand)]
pub enum IocCommand {
    /// Add a list, in place of one of the same name: one indicator a line, CSV, or a STIX 2.1 bundle
    Add {
        /// The file
        file: PathBuf,
        /// The name of the list [default: that of the file]
        #[arg(long)]
        name: Option<String>,
        /// What all of them are: ip, domain, url, hash, email, user-agent, user, file [default: by their form]
        #[arg(long, value_name = "KIND")]
        kind: Option<IndicatorKind>,
    },
    /// List the lists
    List,
    /// Remove a list
    Remove {
        /// Its name
        name: String,
    },
}

/// Runs the command.
pub fn run(command: &IocCommand, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let context = CommandContext::new(globals, runtime)?;
    match command {
        IocCommand::List => list(&context, globals, runtime)?,
        IocCommand::Add { file, name, kind } => {
            let (annotation, read) = read_indicator_file(file, name.as_deref(), *kind)?;
            write(&context, annotation, globals, runtime)?;
            let (used, unused) = (read.indicators.len() as u64, read.unused.len() as u64);
            print_result(globals, runtime, &json!({ "indicators": used, "unused": unused }), |runtime| {
                runtime.line(&format!("{} added", counted(used, "indicator")))
            })?;
            for (line, why) in read.unused.iter().take(NAMED) {
                runtime.note(&format!("warning: line {line} is not used: {}", visible(why)));
            }
            if read.unused.len() > NAMED {
                let more = thousands((read.unused.len() - NAMED) as u64);
                runtime.note(&format!("warning: {more} more are not used"));
            }
            if !globals.quiet {
                runtime.note("`vestigo detect` looks for them, in what was imported before, too");
            }
        }
        IocCommand::Remove { name } => {
            write(&context, remove_indicators(&context.case, name)?, globals, runtime)?;
            print_result(globals, runtime, &json!({ "removed": name }), |runtime| {
                runtime.line(&format!("list {} removed", visible(name)))
            })?;
        }
    }
    Ok(ExitReason::Done)
}

fn write(
    context: &CommandContext,
    annotation: Annotation,
    globals: &Globals,
    runtime: &mut Runtime,
) -> Result<()> {
    let written = watched_bytes(runtime, globals, |watch| {
        annotate(&context.case, |_| Ok(vec![annotation]), &context.session, watch)
    })?;
    print_warnings(written.warnings, runtime);
    Ok(())
}

fn list(context: &CommandContext, globals: &Globals, runtime: &mut Runtime) -> Result<()> {
    let headings = [
        ("List", Align::Left),
        ("Indicators", Align::Right),
        ("Kinds", Align::Left),
        ("SHA-256", Align::Whole),
    ];
    let mut rows = OutputRows::new(globals, &headings);
    for list in indicator_lists(&context.case) {
        rows.add(
            runtime,
            || json!(list),
            || {
                let kinds = list.kinds.iter().map(|(kind, count)| format!("{} {kind}", thousands(*count)));
                let kinds = kinds.collect::<Vec<_>>().join(", ");
                [list.name.clone(), thousands(list.indicators), kinds, list.sha256.chars().take(16).collect()]
            },
        )?;
    }
    rows.print(runtime)
}
