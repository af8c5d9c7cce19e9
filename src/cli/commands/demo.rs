//! `demo`: a small case from built-in logs.

use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use crate::app::{
    CancelToken, CaseStatus, ImportRequest, Limits, NewCase, ParseOptions, PendingImport, Progress, Request,
    TermOrder, case_exists,
};
use crate::cli::args::Globals;
use crate::cli::case_path;
use crate::cli::context::CommandContext;
use crate::cli::folders::data_folder;
use crate::cli::outcome::ExitReason;
use crate::cli::runtime::Runtime;
use crate::cli::session::{print_warnings, session_in};
use crate::cli::tui;
use crate::error::{Context, Result};
// The demo writes its logs as a user would have them: as files on disk.
use crate::fs::Dir;
use crate::record::{TimeRange, format_bytes, thousands};

/// The built-in logs: name, bytes.
const LOGS: [(&str, &[u8]); 3] = [
    ("nginx-access.log", include_bytes!("../../../fixtures/nginx-access.log")),
    ("auth.log", include_bytes!("../../../fixtures/auth.log")),
    ("cloudtrail.json", include_bytes!("../../../fixtures/cloudtrail.json")),
];

/// When the built-in logs were last written: 2026-03-04T00:00:00Z. Lines of
/// auth.log have no year; it is inferred from this.
const WRITTEN: Duration = Duration::from_secs(1_772_582_400);

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
        return tui::show(context, &named, runtime);
    }
    print_summary(&context, runtime)?;
    Ok(ExitReason::Done)
}

/// Imports the built-in logs into a new case.
fn create(folder: &Path, runtime: &mut Runtime) -> Result<()> {
    let paths = write_logs(&data_folder(&runtime.var)?.join("demo-logs"))?;
    let session = session_in(folder, runtime);
    let new = NewCase { title: Some("demo: a web shop".to_owned()), ..NewCase::default() };
    let (pending, unsigned) = PendingImport::new(new, &session)?;
    print_warnings(unsigned, runtime);
    let request = ImportRequest { paths, options: ParseOptions::default(), limits: Limits::default() };
    let (_, unsealed) = pending.run(&request, &session, &Progress::default(), &mut |_| {})?;
    print_warnings(unsealed, runtime);
    Ok(())
}

/// Writes the built-in logs, dated as if they had just been collected.
fn write_logs(folder: &Path) -> Result<Vec<PathBuf>> {
    let write = || -> std::io::Result<Vec<PathBuf>> {
        let dir = Dir::create(folder)?;
        let mut paths = Vec::new();
        for (name, bytes) in LOGS {
            dir.replace(name, bytes)?;
            dir.write(name)?.set_modified(UNIX_EPOCH + WRITTEN)?;
            paths.push(dir.at(name));
        }
        Ok(paths)
    };
    write().context(|| "cannot write the built-in logs".to_owned())
}

/// Prints what the case holds and what to look at first.
fn print_summary(context: &CommandContext, runtime: &mut Runtime) -> Result<()> {
    let status = CaseStatus::new(&context.case)?;
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
