//! `formats`: which formats are read, and which understand a file.

use std::path::PathBuf;

use std::io::Read;
use std::path::Path;

use clap::Subcommand;

use crate::cli::args::Globals;
use crate::cli::outcome::ExitReason;
use crate::cli::output::json_line;
use crate::cli::runtime::Runtime;
use crate::cli::table::{Align, Table};
use crate::error::{Context, Error, Result, visible};
use crate::parse::{FORMATS, Format, Framer, format_by_name};
use crate::record::{Event, EventRecord, Origin, SourceId, thousands, write_json};

/// Which formats are read
#[derive(Debug, Clone, Subcommand)]
pub enum FormatsCommand {
    /// Every format with what it reads
    List,
    /// One format with sample lines and what it makes of them
    Show {
        /// Its name
        name: String,
    },
    /// Which formats understand a file, and how much of it
    Test {
        /// The file
        file: PathBuf,
    },
}

/// How much of a file is tried.
const SAMPLE_BYTES: u64 = 1 << 20;

/// Lists formats, shows one, or tries them on a file.
pub fn run(words: &FormatsCommand, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    match words {
        FormatsCommand::List => list(globals, runtime),
        FormatsCommand::Show { name } => show(name, runtime),
        FormatsCommand::Test { file } => test(file, globals, runtime),
    }
}

/// Prints every format.
fn list(globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let mut table = Table::new(&[("Format", Align::Left), ("Reads", Align::Left)]);
    for format in FORMATS {
        if globals.json {
            let row = serde_json::json!({ "format": format.name(), "about": format.about() });
            runtime.line(&json_line(&row)?)?;
        }
        table.row([format.name().to_owned(), format.about().to_owned()]);
    }
    if !globals.json {
        table.lines(runtime.width).iter().try_for_each(|line| runtime.line(line))?;
    }
    Ok(ExitReason::Done)
}

/// Prints one format with its samples and what it makes of them.
fn show(name: &str, runtime: &mut Runtime) -> Result<ExitReason> {
    let unknown = || {
        Error::usage(format!("there is no format `{}`", visible(name))).hint("See `vestigo formats list`.")
    };
    let format = format_by_name(name).ok_or_else(unknown)?;
    runtime.line(&format!("{}: {}", format.name(), format.about()))?;
    for sample in format.samples() {
        let mut event = Event::default();
        if format.read(sample, &mut event) {
            event.format = format.name();
            runtime.line("")?;
            runtime.line(&visible(sample))?;
            let origin = Origin {
                source: SourceId([0; 32]),
                record: 0,
                line: 1,
                offset: 0,
                length: sample.len() as u64,
            };
            let entry = EventRecord {
                origin,
                event: event.into_owned(),
                raw: sample.as_bytes().to_vec(),
                part: 0,
                reread: None,
            };
            runtime.line(&write_json(&entry, false))?;
        }
    }
    Ok(ExitReason::Done)
}

/// Prints which formats understand a file's first megabyte, best first.
fn test(file: &Path, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let shown = || format!("cannot read {}", visible(&file.to_string_lossy()));
    let mut content = Vec::new();
    std::fs::File::open(file).context(shown)?.take(SAMPLE_BYTES).read_to_end(&mut content).context(shown)?;
    let mut rows: Vec<(&dyn Format, u64, u64)> =
        FORMATS.iter().map(|format| tried(*format, &content)).collect();
    rows.retain(|(_, understood, _)| *understood > 0);
    rows.sort_by(|a, b| (b.1 * a.2, b.0.specificity()).cmp(&(a.1 * b.2, a.0.specificity())));
    let mut table =
        Table::new(&[("Format", Align::Left), ("Understood", Align::Right), ("Of", Align::Right)]);
    for (format, understood, all) in &rows {
        if globals.json {
            let row =
                serde_json::json!({ "format": format.name(), "understood": understood, "records": all });
            runtime.line(&json_line(&row)?)?;
        }
        table.row([format.name().to_owned(), thousands(*understood), thousands(*all)]);
    }
    if rows.is_empty() {
        runtime.note("no format understands it: it would be imported as plain lines, searchable as text");
        return Ok(ExitReason::Nothing);
    }
    if !globals.json {
        table.lines(runtime.width).iter().try_for_each(|line| runtime.line(line))?;
    }
    Ok(ExitReason::Done)
}

/// Counts the records of a content that a format understands.
fn tried<'f>(format: &'f dyn Format, content: &[u8]) -> (&'f dyn Format, u64, u64) {
    let mut records = Vec::new();
    Framer::new(format.framing()).feed(content, true, &mut records);
    let (mut at, mut understood, mut all) = (0, 0, 0);
    for record in &records {
        let from = at + record.lead as usize;
        let text = String::from_utf8_lossy(&content[from..from + record.text as usize]);
        at += record.length();
        if !record.rejected {
            all += 1;
            understood += u64::from(format.read(&text, &mut Event::default()));
        }
    }
    (format, understood, all)
}
