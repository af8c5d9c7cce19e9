//! Running a command line: parse, dispatch, report errors.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use clap::error::{ContextKind, ContextValue};

use crate::app::is_damaged;
use crate::cli::dispatch::{Cli, dispatch};
use crate::cli::outcome::ExitReason;
use crate::cli::runtime::Runtime;
use crate::error::{Error, ErrorKind, Result, visible};

/// Runs the program of this process.
pub fn main() -> ExitCode {
    let mut runtime = Runtime::real();
    ExitCode::from(run(std::env::args_os(), &mut runtime))
}

/// Runs a command line and returns its exit status.
pub fn run(words: impl IntoIterator<Item = OsString>, runtime: &mut Runtime) -> u8 {
    let words: Vec<OsString> = words.into_iter().collect();
    let parsed = Cli::try_parse_from(&words).or_else(|error| match with_paths(&words, &error) {
        Some(words) => Cli::try_parse_from(words),
        None => Err(error),
    });
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => return print_usage(&error, runtime),
    };
    let ended = dispatch(cli.clone(), runtime).or_else(|error| retry(error, cli, runtime));
    match ended.and_then(|reason| runtime.flush().map(|()| reason)) {
        Ok(ExitReason::Done) => 0,
        Ok(ExitReason::NoMatch) => 1,
        Ok(ExitReason::Incomplete) => 3,
        Ok(ExitReason::Damaged) => 4,
        Ok(ExitReason::Interrupted) => 130,
        Err(_) if runtime.closed => 0,
        Err(error) => {
            print_error(&error, runtime);
            match error.kind() {
                ErrorKind::Usage => 2,
                ErrorKind::Case => 3,
                ErrorKind::Integrity => 4,
                ErrorKind::Interrupted => 130,
            }
        }
    }
}

/// Returns the words for importing and opening where a path stands in place of a command.
fn with_paths(words: &[OsString], error: &clap::Error) -> Option<Vec<OsString>> {
    let unknown = match error.get(ContextKind::InvalidSubcommand)? {
        ContextValue::String(word) => word,
        _ => return None,
    };
    let path = Path::new(unknown);
    if !path.exists() && path.components().count() < 2 {
        return None;
    }
    let place = words.iter().position(|word| word == unknown.as_str())?;
    let mut all = words.to_vec();
    let command = ["open", "--dated", "--import"].map(OsString::from);
    all.splice(place..place, command);
    Some(all)
}

/// Prints clap's help (to standard output, status 0) or error (status 2).
fn print_usage(error: &clap::Error, runtime: &mut Runtime) -> u8 {
    let text = error.render().to_string();
    if error.use_stderr() {
        runtime.note(text.trim_end());
        2
    } else {
        let _ = runtime.line(text.trim_end()).and_then(|()| runtime.flush());
        0
    }
}

/// Prints what went wrong, why, and what to try.
fn print_error(error: &Error, runtime: &mut Runtime) {
    runtime.note(&format!("error: {error}"));
    let (mut cause, mut last) = (std::error::Error::source(error), String::new());
    while let Some(error) = cause {
        let because = visible(&error.to_string());
        // Some libraries hand on the words of what is behind them.
        if because != last {
            runtime.note(&format!("  because: {because}"));
        }
        last = because;
        if let Some(error) = error.downcast_ref::<Error>() {
            error.hints().iter().for_each(|hint| runtime.note(&format!("  hint: {hint}")));
        }
        cause = error.source();
    }
    for hint in error.hints() {
        runtime.note(&format!("hint: {hint}"));
    }
}

/// Runs the command once more without an index that turned out to be damaged, unless
/// it has already printed something.
fn retry(error: Error, mut cli: Cli, runtime: &mut Runtime) -> Result<ExitReason> {
    if !is_damaged(&error) || runtime.printed {
        return Err(error);
    }
    runtime.note(&format!("warning: {error}"));
    cli.globals.distrust_index = true;
    dispatch(cli, runtime)
}
