//! `demo`: a small case from built-in logs.

use std::path::Path;

use crate::app::{
    CancelToken, CaseStatus, ImportRequest, Limits, NewCase, ParseOptions, PendingImport, Progress, Request,
    TermOrder, case_exists, write_demo_logs,
};
use crate::cli::args::Globals;
use crate::cli::case_path;
use crate::cli::context::CommandContext;
use crate::cli::folders::data_folder;
use crate::cli::outcome::ExitReason;
use crate::cli::runtime::Runtime;
use crate::cli::session::{print_warnings, session_in};
use crate::cli::tui;
use crate::error::Result;
use crate::record::{TimeRange, format_bytes, thousands};

/// Creates the demo case if it does not exist, and opens it; prints a summary where
/// there is no terminal.
pub fn run(globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let folder = data_folder(&runtime.var)?.join("cases").join("demo");
    if !case_exists(&folder) {
        create(&folder, runtime)?;
    }
    case_path::remember(&folder, runtime);
    let named = Globals { case: Some(folder.to_string_lossy().into_owned()), ..globals.clone() };
    let context = CommandContext::new(&named, runtime)?;
    if runtime.out_is_terminal {
        return tui::show(context, None, &named, runtime);
    }
    print_summary(&context, runtime)?;
    Ok(ExitReason::Done)
}

/// Imports the built-in logs into a new case.
fn create(folder: &Path, runtime: &mut Runtime) -> Result<()> {
    let paths = write_demo_logs(&data_folder(&runtime.var)?.join("demo-logs"))?;
    let session = session_in(folder, runtime);
    let new = NewCase { title: Some("demo: a web shop".to_owned()), ..NewCase::default() };
    let (pending, unsigned) = PendingImport::new(new, &session)?;
    print_warnings(unsigned, runtime);
    let request = ImportRequest {
        paths,
        options: ParseOptions::default(),
        limits: Limits::default(),
        is_watched: false,
    };
    let (_, unsealed) = pending.run(&request, &session, &Progress::default(), &mut |_| {})?;
    print_warnings(unsealed, runtime);
    Ok(())
}

/// Prints what the case holds and what to look at first.
fn print_summary(context: &CommandContext, runtime: &mut Runtime) -> Result<()> {
    let status = CaseStatus::new(&context.case, &context.day())?;
    let (sources, events) = (status.sources.len(), thousands(status.events));
    runtime.line(&format!(
        "{}: {sources} sources, {events} events, {}",
        status.title,
        format_bytes(status.bytes)
    ))?;
    if let Some((first, last)) = status.range {
        let (first, last) = (context.zone.show(first, 0), context.zone.show(last, 0));
        runtime.line(&format!("from {first} to {last}"))?;
    }
    for (heading, query) in [
        ("failed logins came from", "event.action:ssh_login AND event.outcome:failure"),
        ("successful logins came from", "event.action:ssh_login AND event.outcome:success"),
    ] {
        let request = Request { expr: context.query(query)?, window: TimeRange::ALL };
        let cancel = CancelToken::new();
        let top = context.case.index().top(&request, "source.ip", TermOrder::Most, 3, &cancel)?;
        let list: Vec<String> =
            top.iter().map(|top| format!("{} ({})", top.value, thousands(top.count))).collect();
        let list = if list.is_empty() { "nowhere".to_owned() } else { list.join(", ") };
        runtime.line(&format!("{heading} {list}"))?;
    }
    runtime.line("next: run `vestigo demo` in a terminal, or")?;
    runtime.line("  vestigo search 'event.action:ssh_login AND event.outcome:success'")?;
    runtime.line("  vestigo timeline 'event.outcome:failure' --by host.name")?;
    runtime.line("  vestigo verify --deep")
}
