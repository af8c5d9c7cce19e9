//! `open` and `demo`: the case on the screen.

use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use crate::case::{Case, CaseMetadata, CaseOptions, CaseWriter};
use crate::error::{Context, Error, Result};
use crate::fs::Dir;
use crate::index::{CancelToken, Request, TermOrder};
use crate::query::Expr;
use crate::record::{TimeRange, bytes, thousands};

use super::super::args::Globals;
use super::super::run::{Opened, Outcome};
use super::super::signing_config::keyring;
use super::super::{World, case_path, tui};

/// The built-in logs: name, bytes.
const LOGS: [(&str, &[u8]); 3] = [
    ("nginx-access.log", include_bytes!("../../../fixtures/nginx-access.log")),
    ("auth.log", include_bytes!("../../../fixtures/auth.log")),
    ("cloudtrail.json", include_bytes!("../../../fixtures/cloudtrail.json")),
];

/// When the built-in logs were last written: 2026-03-04T00:00:00Z. Lines of
/// auth.log have no year; it is inferred from this.
const WRITTEN: Duration = Duration::from_secs(1_772_582_400);

/// Opens the case that is meant on the screen.
pub fn open(case: Option<&str>, globals: &Globals, world: &mut World) -> Result<Outcome> {
    if !world.out_is_terminal {
        return Err(Error::usage("the screen needs a terminal")
            .hint("Use `vestigo search`, `timeline`, `top` or `show` elsewhere."));
    }
    let named = Globals { case: case.map(str::to_owned).or_else(|| globals.case.clone()), ..globals.clone() };
    let opened = Opened::new(&named, world)?;
    tui::show(opened, &named, world)
}

/// Makes the demo case where it is not there, and opens it; prints a summary
/// where there is no terminal.
pub fn demo(globals: &Globals, world: &mut World) -> Result<Outcome> {
    let folder = case_path::data_folder(world)?.join("cases").join("demo");
    if !CaseMetadata::path(&folder).exists() {
        let logs = write_logs(&case_path::data_folder(world)?.join("demo-logs"))?;
        let new = CaseOptions {
            title: Some("demo: a web shop".to_owned()),
            keyring: keyring(world).ok(),
            ..CaseOptions::default()
        };
        let hold = CaseWriter::create(&folder, &new, &world.who(), world.clock.as_ref())?;
        super::import::quietly(hold, &logs, world)?;
    }
    case_path::remember(&folder, world);
    let named = Globals { case: Some(folder.to_string_lossy().into_owned()), ..globals.clone() };
    let opened = Opened::new(&named, world)?;
    if world.out_is_terminal {
        return tui::show(opened, &named, world);
    }
    summary(&opened.case, &opened, world)?;
    Ok(Outcome::Done)
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
fn summary(case: &Case, opened: &Opened, world: &mut World) -> Result<()> {
    let sources = case.sources();
    let events: u64 = sources.iter().map(|source| source.receipt.events).sum();
    let length: u64 = sources.iter().map(|source| source.bytes).sum();
    world.line(&format!(
        "{}: {} sources, {} events, {}",
        case.about().title,
        sources.len(),
        thousands(events),
        bytes(length)
    ))?;
    let all = Request { expr: Expr::All, window: TimeRange::ALL };
    if let Some((first, last)) = case.index().span(&all, &CancelToken::new())? {
        world.line(&format!("from {} to {}", opened.zone.show(first, 0), opened.zone.show(last, 0)))?;
    }
    for (heading, query) in [
        ("failed logins came from", "event.action:ssh_login AND event.outcome:failure"),
        ("logins worked from", "event.action:ssh_login AND event.outcome:success"),
    ] {
        let request = Request { expr: opened.query(query)?, window: TimeRange::ALL };
        let top = case.index().top(&request, "source.ip", TermOrder::Most, 3, &CancelToken::new())?;
        let list: Vec<String> =
            top.iter().map(|top| format!("{} ({})", top.value, thousands(top.count))).collect();
        world.line(&format!(
            "{heading} {}",
            if list.is_empty() { "nowhere".to_owned() } else { list.join(", ") }
        ))?;
    }
    world.line("next: run `vestigo demo` on a terminal, or")?;
    world.line("  vestigo search 'event.action:ssh_login AND event.outcome:success'")?;
    world.line("  vestigo timeline 'event.outcome:failure' --by host.name")?;
    world.line("  vestigo verify --deep")
}
