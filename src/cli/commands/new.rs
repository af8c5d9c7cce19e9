//! `new`: an empty case.

use std::path::PathBuf;

use clap::Args;

use crate::case::{CaseMetadata, CaseOptions, CaseWriter};
use crate::cli::args::Globals;
use crate::cli::case_path;
use crate::cli::outcome::ExitReason;
use crate::cli::runtime::Runtime;
use crate::cli::signing_config::{checkpoint, config, examiner, keyring};
use crate::error::{Result, visible};
use crate::journal::Signer;

/// Make an empty case
#[derive(Debug, Clone, Args)]
pub struct NewArgs {
    /// A folder, or a bare name
    pub name: String,
    /// What it is called
    #[arg(long)]
    pub title: Option<String>,
    /// Who examines
    #[arg(long)]
    pub examiner: Option<String>,
    /// The key that signs for it; none: one is made [default: `sign` in config.toml]
    #[arg(long, value_name = "KEY")]
    pub sign: Option<PathBuf>,
}

/// Makes an empty case and remembers it as the one used last.
pub fn run(args: NewArgs, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let NewArgs { name, title, examiner: given, sign } = args;
    let folder = case_path::folder_of(&name, runtime)?;
    let signer = sign.or(config(runtime)?.sign).map(|path| Signer::open(&path)).transpose()?;
    // Of a case that is there already nobody is asked anything.
    let examiner =
        if CaseMetadata::path(&folder).exists() { given } else { examiner(given, globals, runtime)? };
    let new = CaseOptions { title, examiner, zone: globals.zone(), signer, keyring: keyring(runtime).ok() };
    let mut hold = CaseWriter::create(&folder, &new, &runtime.who(), runtime.clock.as_ref())?;
    checkpoint(&mut hold, runtime);
    case_path::remember(&folder, runtime);
    let shown = visible(&folder.to_string_lossy());
    runtime.line(&format!("made {shown}"))?;
    if !globals.quiet {
        runtime.note(&format!("next: vestigo --case {} import PATH", visible(&name)));
    }
    Ok(ExitReason::Done)
}
