//! `open` and `demo`: the case on the screen.

use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use crate::case::{Case, CaseMetadata, CaseOptions, CaseWriter};
use crate::cli::args::Globals;
use crate::cli::case_path;
use crate::cli::context::CommandContext;
use crate::cli::folders::data_folder;
use crate::cli::outcome::ExitReason;
use crate::cli::runtime::Runtime;
use crate::cli::signing_config::keyring;
use crate::cli::signing_config::{signer_or_warning, warn_unsealed};
use crate::cli::tui;
use crate::error::{Context, Result};
use crate::fs::Dir;
use crate::import::{Import, ImportReport, Progress, run as import_into};
use crate::index::{CancelToken, Request, TermOrder};
use crate::parse::ParseOptions;
use crate::query::Expr;
use crate::record::{TimeRange, bytes, thousands};
use crate::source::Limits;

/// The built-in logs: name, bytes.
const LOGS: [(&str, &[u8]); 3] = [
    ("nginx-access.log", include_bytes!("../../../fixtures/nginx-access.log")),
    ("auth.log", include_bytes!("../../../fixtures/auth.log")),
    ("cloudtrail.json", include_bytes!("../../../fixtures/cloudtrail.json")),
];

/// When the built-in logs were last written: 2026-03-04T00:00:00Z. Lines of
/// auth.log have no year; it is inferred from this.
const WRITTEN: Duration = Duration::from_secs(1_772_582_400);

/// Makes the demo case where it is not there, and opens it; prints a summary
/// where there is no terminal.
pub fn run(globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let folder = data_folder(&runtime.var)?.join("cases").join("demo");
    if !CaseMetadata::path(&folder).exists() {
        let logs = write_logs(&data_folder(&runtime.var)?.join("demo-logs"))?;
        let new = CaseOptions {
            title: Some("demo: a web shop".to_owned()),
            keyring: keyring(runtime).ok(),
            ..CaseOptions::default()
        };
        let hold = CaseWriter::create(&folder, &new, &runtime.who(), runtime.clock.as_ref())?;
        import(hold, &logs, runtime)?;
    }
    case_path::remember(&folder, runtime);
    let named = Globals { case: Some(folder.to_string_lossy().into_owned()), ..globals.clone() };
    let context = CommandContext::new(&named, runtime)?;
    if runtime.out_is_terminal {
        return tui::show(context, &named, runtime);
    }
    summary(&context.case, &context, runtime)?;
    Ok(ExitReason::Done)
}

/// Imports the built-in logs.
fn import(hold: CaseWriter, paths: &[PathBuf], runtime: &mut Runtime) -> Result<ImportReport> {
    let (options, meter, stop) = (ParseOptions::default(), Progress::default(), runtime.stop.clone());
    let signer = signer_or_warning(hold.folder(), runtime);
    let (signer, limits) = (signer.as_ref(), Limits::default());
    let import = Import { paths, options: &options, limits, stop: &stop, meter: &meter, signer };
    let mut report = import_into(hold, &import, runtime.clock.as_ref(), &mut |_| {})?;
    warn_unsealed(report.unsealed.take(), runtime);
    Ok(report)
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

/// Says what the case holds and what to look at first.
fn summary(case: &Case, context: &CommandContext, runtime: &mut Runtime) -> Result<()> {
    let sources = case.sources();
    let events: u64 = sources.iter().map(|source| source.receipt.events).sum();
    let length: u64 = sources.iter().map(|source| source.bytes).sum();
    runtime.line(&format!(
        "{}: {} sources, {} events, {}",
        case.about().title,
        sources.len(),
        thousands(events),
        bytes(length)
    ))?;
    let all = Request { expr: Expr::All, window: TimeRange::ALL };
    if let Some((first, last)) = case.index().span(&all, &CancelToken::new())? {
        runtime.line(&format!("from {} to {}", context.zone.show(first, 0), context.zone.show(last, 0)))?;
    }
    for (heading, query) in [
        ("failed logins came from", "event.action:ssh_login AND event.outcome:failure"),
        ("logins worked from", "event.action:ssh_login AND event.outcome:success"),
    ] {
        let request = Request { expr: context.query(query)?, window: TimeRange::ALL };
        let top = case.index().top(&request, "source.ip", TermOrder::Most, 3, &CancelToken::new())?;
        let list: Vec<String> =
            top.iter().map(|top| format!("{} ({})", top.value, thousands(top.count))).collect();
        runtime.line(&format!(
            "{heading} {}",
            if list.is_empty() { "nowhere".to_owned() } else { list.join(", ") }
        ))?;
    }
    runtime.line("next: run `vestigo demo` on a terminal, or")?;
    runtime.line("  vestigo search 'event.action:ssh_login AND event.outcome:success'")?;
    runtime.line("  vestigo timeline 'event.outcome:failure' --by host.name")?;
    runtime.line("  vestigo verify --deep")
}
