//! `journal`: who did what, and when.

use std::path::{Path, PathBuf};

use clap::Subcommand;

use crate::app::{MergeConflict, MergeReport, merge_journal};
use crate::cli::args::Globals;
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::output::{OutputRows, print_result};
use crate::cli::progress::watched_bytes;
use crate::cli::runtime::Runtime;
use crate::cli::session::{print_warnings, session};
use crate::cli::table::Align;
use crate::error::{Result, visible};
use crate::record::thousands;

#[derive(Debug, Clone, Subcommand)]
pub enum JournalCommand {
    /// Merge the annotations of another copy of the case
    Merge {
        /// The other copy's folder, or its journal.jsonl
        other: PathBuf,
        /// Also take annotations that no known key signed there; they stay marked
        #[arg(long)]
        adopt: bool,
    },
}

/// Prints the journal, or merges another one.
pub fn run(command: Option<&JournalCommand>, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    match command {
        None => list(globals, runtime),
        Some(JournalCommand::Merge { other, adopt }) => merge(other, *adopt, globals, runtime),
    }
}

fn list(globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let context = CommandContext::new(globals, runtime)?;
    let headings = [
        ("#", Align::Right),
        ("When", Align::Whole),
        ("Who", Align::Left),
        ("Action", Align::Left),
        ("Details", Align::Left),
    ];
    let mut rows = OutputRows::new(globals, &headings);
    for entry in context.case.journal() {
        let when = || entry.at.get(..19).unwrap_or(&entry.at).replace('T', " ") + "Z";
        let cells = || {
            let summary = entry.payload().summary();
            [entry.seq.to_string(), when(), entry.by.clone(), entry.kind.clone(), summary]
        };
        rows.add(runtime, || entry, cells)?;
    }
    rows.print(runtime)?;
    Ok(ExitReason::Done)
}

fn merge(other: &Path, adopt: bool, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let session = session(globals, runtime)?;
    runtime.listen();
    let mut report = watched_bytes(runtime, globals, |watch| merge_journal(other, adopt, &session, watch))?;
    if report.other_case {
        runtime.note("note: it belongs to another case; its records are looked up here by their content");
    }
    if report.torn {
        runtime.note("note: its last entry was cut off and is not merged");
    }
    print_warnings(std::mem::take(&mut report.warnings), runtime);
    print_result(globals, runtime, &report, |runtime| print_merge(&report, runtime))?;
    Ok(if report.left > 0 { ExitReason::Incomplete } else { ExitReason::Done })
}

fn print_merge(report: &MergeReport, runtime: &mut Runtime) -> Result<()> {
    let MergeReport { merged, conflicts, unsigned, left, covered, entries, .. } = report;
    runtime.line(&format!("{} annotations merged", thousands(*merged as u64)))?;
    if *unsigned > 0 {
        runtime.line(&format!(
            "{} of them were not signed by a known key: who wrote them, and when, is only what the copy claims; they stay marked",
            thousands(*unsigned as u64)
        ))?;
    }
    if *left > 0 {
        runtime.line(&format!(
            "{} annotations were NOT merged: no key of this case, and none of yours, signed them there ({covered} of {entries} entries are signed)",
            thousands(*left as u64)
        ))?;
        runtime.note("hint: have their author sign them (`vestigo checkpoint` there), or take them with --adopt; they then stay marked as from an unsigned copy");
    }
    for MergeConflict { on, what, kept, overridden } in conflicts {
        let [on, kept, overridden] = [on, kept, overridden].map(|text| visible(text));
        runtime
            .line(&format!("conflict: {what} of {on}: `{kept}` is kept, `{overridden}` is in its history"))?;
    }
    Ok(())
}
