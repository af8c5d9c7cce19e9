//! `rules filter`: what is kept out of the findings, and what was.

use clap::Subcommand;
use serde_json::json;

use crate::app::{Annotation, CancelToken, FilterProposal, annotate, propose_filter, remove_filter};
use crate::cli::args::Globals;
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::output::{OutputRows, print_result};
use crate::cli::progress::watched_bytes;
use crate::cli::runtime::Runtime;
use crate::cli::session::print_warnings;
use crate::cli::table::Align;
use crate::error::{Result, visible};
use crate::record::counted;

/// Keep false positives of a rule or detector out of the findings
#[derive(Debug, Clone, Subcommand)]
pub enum RuleFilterCommand {
    /// Make a filter from a finding: checked to match no event of a confirmed one
    Add {
        /// The finding's number
        number: u64,
        /// The query that matches all events of what is kept out; made from the finding's events if not given
        #[arg(long)]
        query: Option<String>,
        /// Why
        #[arg(long)]
        reason: String,
        /// Only tell what the filter would be, and what it would hide
        #[arg(long)]
        dry_run: bool,
    },
    /// List the filters
    List,
    /// Remove a filter
    Remove {
        /// Its number in the list
        number: usize,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

/// Runs the command.
pub fn run(command: &RuleFilterCommand, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let context = CommandContext::new(globals, runtime)?;
    match command {
        RuleFilterCommand::List => list(&context, globals, runtime),
        RuleFilterCommand::Add { number, query, reason, dry_run } => {
            let cancel = CancelToken::from(context.session.stop.clone());
            let proposal = propose_filter(&context.case, *number, query.as_deref(), &cancel)?;
            print_result(globals, runtime, &proposal, |runtime| print(&proposal, runtime))?;
            if *dry_run {
                return Ok(ExitReason::Done);
            }
            write(&context, proposal.annotation(reason.clone()), globals, runtime)?;
            if !globals.quiet {
                runtime.note("`vestigo detect` applies it; `vestigo undo` takes it back");
            }
            Ok(ExitReason::Done)
        }
        RuleFilterCommand::Remove { number, reason } => {
            let annotation = remove_filter(&context.case, *number, reason.clone())?;
            write(&context, annotation, globals, runtime)?;
            runtime.line(&format!("filter {number} removed"))?;
            Ok(ExitReason::Done)
        }
    }
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

fn print(proposal: &FilterProposal, runtime: &mut Runtime) -> Result<()> {
    let hides: Vec<String> = proposal.hides.iter().map(u64::to_string).collect();
    runtime.line(&format!("filter    {}: {}", proposal.detector, visible(&proposal.query)))?;
    runtime.line(&format!("hides     finding {}", hides.join(", ")))?;
    let confirmed = counted(proposal.confirmed as u64, "confirmed finding");
    runtime.line(&format!("keeps     {confirmed} of this detector"))
}

fn list(context: &CommandContext, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let headings = [
        ("#", Align::Right),
        ("Detector", Align::Left),
        ("Added", Align::Whole),
        ("By", Align::Left),
        ("Query", Align::Left),
        ("Reason", Align::Left),
    ];
    let mut rows = OutputRows::new(globals, &headings);
    for (number, filter) in (1..).zip(&context.case.state().filters) {
        rows.add(
            runtime,
            || {
                json!({ "filter": number, "id": filter.id, "detector": filter.detector, "query": filter.query,
                "reason": filter.reason, "at": filter.at, "by": filter.by })
            },
            || {
                let at = filter.at.get(..10).unwrap_or("-").to_owned();
                let (by, query, reason) = (filter.by.clone(), filter.query.clone(), filter.reason.clone());
                [number.to_string(), filter.detector.clone(), at, by, query, reason]
            },
        )?;
    }
    rows.print_unless_empty(runtime)?;
    let is_empty = context.case.state().filters.is_empty();
    if is_empty && !globals.json && !globals.quiet {
        runtime.note("no filters; `vestigo rules filter add FINDING --reason WHY` makes one");
    }
    Ok(if is_empty { ExitReason::NoMatch } else { ExitReason::Done })
}
