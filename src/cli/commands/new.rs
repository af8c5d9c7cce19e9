//! `new`: an empty case.

use std::path::PathBuf;

use clap::Args;

use crate::app::{NewCase, case_exists, create_case};
use crate::cli::args::Globals;
use crate::cli::case_path;
use crate::cli::outcome::ExitReason;
use crate::cli::runtime::Runtime;
use crate::cli::session::{examiner, print_warnings, session_in};
use crate::error::{Result, visible};

/// Create an empty case
#[derive(Debug, Clone, Args)]
pub struct NewArgs {
    /// A folder, or a bare name
    pub name: String,
    /// Case title
    #[arg(long)]
    pub title: Option<String>,
    /// Examiner
    #[arg(long)]
    pub examiner: Option<String>,
    /// The signing key; none: one is created [default: `sign` in config.toml]
    #[arg(long, value_name = "KEY")]
    pub sign: Option<PathBuf>,
}

/// Creates an empty case and remembers it as the one used last.
pub fn run(args: NewArgs, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let NewArgs { name, title, examiner: named, sign } = args;
    let folder = case_path::folder_of(&name, runtime)?;
    let session = session_in(&folder, runtime);
    // Of a case that exists already nobody is asked anything.
    let examiner = if case_exists(&folder) { named } else { examiner(named, &session, globals, runtime)? };
    let new = NewCase { title, examiner, zone: globals.zone(), sign };
    let warnings = create_case(new, &session)?;
    print_warnings(warnings, runtime);
    case_path::remember(&folder, runtime);
    runtime.line(&format!("created {}", visible(&folder.to_string_lossy())))?;
    if !globals.quiet {
        runtime.note(&format!("next: vestigo --case {} import PATH", visible(&name)));
    }
    Ok(ExitReason::Done)
}
