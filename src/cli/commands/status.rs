//! `status`: what the case holds.

use clap::Args;

use crate::app::{CaseStatus, Trust};
use crate::cli::args::Globals;
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::output::print_result;
use crate::cli::receipt_output::exceptions;
use crate::cli::runtime::Runtime;
use crate::cli::table::{Align, Table};
use crate::error::{Result, visible};
use crate::record::{format_bytes, thousands};

use super::{quality, remediation};

/// Summarize what the case holds
#[derive(Debug, Clone, Copy, Args)]
pub struct StatusArgs {
    /// For each source, what its events say and what is doubtful: shares of events with a time, an actor, an origin, an action, an outcome; fields that change midway; times; duplicates
    #[arg(long)]
    pub quality: bool,
}

/// Prints the case, its sources, and the fields that have values.
pub fn run(args: StatusArgs, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    if args.quality {
        return quality::run(globals, runtime);
    }
    let context = CommandContext::new(globals, runtime)?;
    let status = CaseStatus::new(&context.case, &context.day())?;
    remediation::warn_overdue(&context.case, &context.day(), runtime);
    for (what, why) in &status.orphans {
        runtime.note(&format!("WARNING: ORPHANED {}: {}", visible(what), visible(why)));
    }
    print_result(globals, runtime, &status, |runtime| {
        print_case(&status, &context, runtime)?;
        print_sources(&status, runtime)?;
        print_fields(&context, globals, runtime)
    })?;
    Ok(if status.orphans.is_empty() { ExitReason::Done } else { ExitReason::Damaged })
}

fn print_case(status: &CaseStatus, context: &CommandContext, runtime: &mut Runtime) -> Result<()> {
    runtime.line(&format!("case      {} ({})", visible(&status.title), status.case))?;
    if !status.examiner.is_empty() {
        runtime.line(&format!("examiner  {}", visible(&status.examiner)))?;
    }
    runtime.line(&format!("created   {}", status.created))?;
    if let Some((first, last)) = status.range {
        let (first, last) = (context.zone.show(first, 0), context.zone.show(last, 0));
        runtime.line(&format!("time      {first} → {last}"))?;
    }
    runtime.line(&format!("journal   {} entries", thousands(status.journal as u64)))?;
    if let Some(key) = &status.key {
        runtime.line(&format!("key       {}", visible(key)))?;
    }
    runtime.line(&format!("signed    {}", describe_signatures(&status.trust, status.journal as u64)))?;
    for remark in status.history.remarks() {
        runtime.line(&format!("memory    {remark}"))?;
    }
    if status.bookmarks > 0 || status.findings > 0 {
        let lost =
            if status.orphaned == 0 { String::new() } else { format!(", {} ORPHANED", status.orphaned) };
        let (bookmarks, findings) = (thousands(status.bookmarks as u64), thousands(status.findings as u64));
        runtime.line(&format!("notes     {bookmarks} bookmarks, {findings} findings{lost}"))?;
    }
    let sources = thousands(status.sources.len() as u64);
    let (events, length) = (thousands(status.events), format_bytes(status.bytes));
    runtime.line(&format!("sources   {sources} with {events} events, {length}"))
}

fn print_sources(status: &CaseStatus, runtime: &mut Runtime) -> Result<()> {
    let mut table = Table::new(&[
        ("Source", Align::Tail),
        ("Format", Align::Left),
        ("Events", Align::Right),
        ("Unparsed", Align::Right),
        ("Bytes", Align::Right),
        ("Id", Align::Left),
    ]);
    for source in &status.source_infos {
        let receipt = &source.receipt;
        table.row([
            source.path.clone(),
            if receipt.is_unread() { "NOT READ".to_owned() } else { receipt.format.clone() },
            thousands(receipt.events),
            thousands(receipt.unparsed),
            format_bytes(source.bytes),
            source.id.short(),
        ]);
    }
    table.lines(runtime.width).iter().try_for_each(|line| runtime.line(line))?;
    let receipts = status.source_infos.iter().map(|source| &source.receipt);
    exceptions(receipts).iter().try_for_each(|line| runtime.line(line))
}

fn print_fields(context: &CommandContext, globals: &Globals, runtime: &mut Runtime) -> Result<()> {
    let fields = context.case.index().fields();
    if globals.verbose {
        for field in &fields {
            runtime.line(&format!("  {}  {}", visible(&field.name), thousands(field.values)))?;
        }
    } else if !globals.quiet {
        runtime.note(&format!("{} fields have values; -v lists them", fields.len()));
    }
    Ok(())
}

/// Describes how far the newest signature by a key of the case reaches, and who else
/// signed.
fn describe_signatures(trust: &Trust, entries: u64) -> String {
    let Some(newest) = &trust.newest else {
        return match trust.strangers.first() {
            Some(stranger) => {
                let other = &stranger.signed.fingerprint;
                format!("by no key of the case; by {other}, which is not one")
            }
            None => "UNSIGNED".to_owned(),
        };
    };
    let by = &newest.signed.fingerprint;
    match entries.saturating_sub(trust.covered) {
        0 => format!("to the end by {by}"),
        after => format!(
            "{} entries by {by}; the {} after them by no key of the case",
            thousands(trust.covered),
            thousands(after)
        ),
    }
}
