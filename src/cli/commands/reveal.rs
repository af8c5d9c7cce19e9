//! `reveal`: the value behind one token of a redacted bundle.

use std::path::PathBuf;

use clap::Args;

use crate::case::{CaseWriter, write_new};
use crate::cli::args::Globals;
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::output::json_line;
use crate::cli::runtime::Runtime;
use crate::cli::signing_config::checkpoint;
use crate::error::{Result, visible};
use crate::export::{Bag, reveal as open_token};
use crate::journal::Reveal;

/// Make known the value behind one token of a redacted bundle, with its proof
#[derive(Debug, Clone, Args)]
pub struct RevealArgs {
    /// The bundle
    pub bundle: PathBuf,
    /// The token, such as [user.name:0123456789abcdef]
    pub token: String,
    /// The value, where it was named when the bundle was made (--redact-value)
    #[arg(long, value_name = "TEXT")]
    pub value: Option<String>,
    /// Write it to a file
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Makes known the value behind one token, with what proves it.
pub fn run(args: &RevealArgs, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let RevealArgs { bundle, token, value, out } = args;
    let context = CommandContext::new(globals, runtime)?;
    let revealed = open_token(&context.case, &Bag::open(bundle)?, token, value.as_deref())?;
    let mut hold = CaseWriter::open(context.case.folder(), &runtime.who(), runtime.clock.as_ref())?;
    // The journal tells that it was revealed, not what it is.
    let token = revealed["token"].as_str().unwrap_or_default().to_owned();
    hold.append(Reveal { token, bundle: visible(&bundle.to_string_lossy()) }, runtime.clock.as_ref())?;
    checkpoint(&mut hold, runtime);
    let text = json_line(&revealed)?;
    match out {
        Some(path) => write_new(path, format!("{text}\n").as_bytes())?,
        None => runtime.line(&text)?,
    }
    Ok(ExitReason::Done)
}
