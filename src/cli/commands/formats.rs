//! `formats`: which formats are read, and which recognize a file.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Subcommand;

use crate::app::{
    FORMATS, Format, FormatAttempt, Framer, explain_line, format_by_name, parse_log_format, test_format_file,
};
use crate::cli::args::Globals;
use crate::cli::outcome::ExitReason;
use crate::cli::output::OutputRows;
use crate::cli::runtime::Runtime;
use crate::cli::table::Align;
use crate::error::{Context, Error, Result, visible};
use crate::record::{Event, EventRecord, Origin, SourceId, thousands, write_json};

/// List, show and test log formats
#[derive(Debug, Clone, Subcommand)]
pub enum FormatsCommand {
    /// List every format and what it reads
    List,
    /// Show one format with sample lines and the events it reads from them
    Show {
        /// Its name
        name: String,
    },
    /// Read the samples of a format file, and show where one is not read as it says
    Test {
        /// The format file (`docs/formats.md` describes the language)
        #[arg(value_name = "FORMAT.toml")]
        file: PathBuf,
    },
    /// Show which formats recognize a file, or what each makes of one of its lines
    Explain {
        /// The file
        file: PathBuf,
        /// The number of a line, from 1
        line: Option<usize>,
        /// Also try the lines that a web server writes by this LogFormat or log_format
        #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
        log_format: Option<String>,
    },
}

/// How much of a file is tested.
const SAMPLE_BYTES: u64 = 1 << 20;

/// Lists formats, shows one, or tries them on a file.
pub fn run(command: &FormatsCommand, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    match command {
        FormatsCommand::List => list(globals, runtime),
        FormatsCommand::Show { name } => show(name, runtime),
        FormatsCommand::Test { file } => test(file, runtime),
        FormatsCommand::Explain { file, line, log_format } => {
            let other = log_format.as_deref().map(parse_log_format).transpose()?;
            match line {
                None => recognize(file, other.as_ref().map(|format| format as &dyn Format), globals, runtime),
                Some(line) => {
                    let attempts = |text: &str| explain_line(text, other.as_ref());
                    explain(file, *line, &attempts, globals, runtime)
                }
            }
        }
    }
}

fn list(globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let mut rows = OutputRows::new(globals, &[("Format", Align::Left), ("Reads", Align::Left)]);
    for format in FORMATS.iter() {
        let (name, about) = (format.name(), format.about());
        rows.add(
            runtime,
            || serde_json::json!({ "format": name, "about": about }),
            || [name.to_owned(), about.to_owned()],
        )?;
    }
    rows.print(runtime)?;
    Ok(ExitReason::Done)
}

/// Prints one format with its samples and the events it reads from them.
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

/// Reads the samples of a format file.
fn test(file: &Path, runtime: &mut Runtime) -> Result<ExitReason> {
    let (name, samples, faults) = test_format_file(file)?;
    for fault in &faults {
        let place = if fault.sample == 0 { String::new() } else { format!("sample {}: ", fault.sample) };
        runtime.line(&format!("{place}{}", visible(&fault.message)))?;
    }
    if faults.is_empty() {
        runtime.line(&format!("{name}: {samples} samples are read as the file says"))?;
        return Ok(ExitReason::Done);
    }
    Ok(ExitReason::NoMatch)
}

/// Prints what each format makes of a line, the one that reads it first.
fn explain(
    file: &Path,
    line: usize,
    attempts: &dyn Fn(&str) -> Vec<FormatAttempt>,
    globals: &Globals,
    runtime: &mut Runtime,
) -> Result<ExitReason> {
    let shown = || format!("cannot read {}", visible(&file.to_string_lossy()));
    let content = std::fs::read(file).context(shown)?;
    let content = String::from_utf8_lossy(&content);
    let Some(text) = line.checked_sub(1).and_then(|place| content.lines().nth(place)) else {
        return Err(Error::usage(format!("the file has no line {line}")));
    };
    let headings = [("Format", Align::Left), ("Reads it", Align::Left), ("Stops at", Align::Left)];
    let mut output = OutputRows::new(globals, &headings);
    for attempt in attempts(text) {
        let stop = attempt.furthest.as_ref().map(|(_, at)| {
            let (before, behind) = text.split_at(text.floor_char_boundary(*at));
            let tail = before.char_indices().rev().nth(11).map_or(0, |(at, _)| at);
            format!("…{}⟂{}", &before[tail..], behind.chars().take(24).collect::<String>())
        });
        let is_read = if attempt.is_read { "yes" } else { "no" };
        output.add(
            runtime,
            || {
                let (pattern, at) = attempt.furthest.clone().unzip();
                serde_json::json!({ "format": attempt.format, "read": attempt.is_read, "pattern": pattern, "matched": at })
            },
            || [attempt.format.to_owned(), is_read.to_owned(), visible(&stop.clone().unwrap_or_default())],
        )?;
    }
    output.print(runtime)?;
    Ok(ExitReason::Done)
}

/// Prints which formats recognize a file's first megabyte, best first.
fn recognize(
    file: &Path,
    other: Option<&dyn Format>,
    globals: &Globals,
    runtime: &mut Runtime,
) -> Result<ExitReason> {
    let shown = || format!("cannot read {}", visible(&file.to_string_lossy()));
    let mut content = Vec::new();
    std::fs::File::open(file).context(shown)?.take(SAMPLE_BYTES).read_to_end(&mut content).context(shown)?;
    let mut rows: Vec<(&dyn Format, u64, u64)> =
        other.into_iter().chain(known()).map(|format| count_recognized(format, &content)).collect();
    rows.retain(|(_, understood, _)| *understood > 0);
    rows.sort_by(|a, b| (b.1 * a.2, b.0.specificity()).cmp(&(a.1 * b.2, a.0.specificity())));
    if rows.is_empty() {
        runtime.note("no format recognizes it: it would be imported as plain lines, searchable as text");
        return Ok(ExitReason::NoMatch);
    }
    let headings = [("Format", Align::Left), ("Recognized", Align::Right), ("Of", Align::Right)];
    let mut output = OutputRows::new(globals, &headings);
    for (format, understood, all) in &rows {
        output.add(
            runtime,
            || serde_json::json!({ "format": format.name(), "understood": understood, "records": all }),
            || [format.name().to_owned(), thousands(*understood), thousands(*all)],
        )?;
    }
    output.print(runtime)?;
    Ok(ExitReason::Done)
}

/// Returns every format.
fn known<'f>() -> impl Iterator<Item = &'f dyn Format> {
    FORMATS.iter().map(|format| *format as &dyn Format)
}

/// Counts the records of some content that a format recognizes.
fn count_recognized<'f>(format: &'f dyn Format, content: &[u8]) -> (&'f dyn Format, u64, u64) {
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
