//! `reveal`: the value behind one token of a redacted bundle.

use std::path::PathBuf;

use clap::Args;

use crate::app::{reveal_token, write_new};
use crate::cli::args::Globals;
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::output::json_line;
use crate::cli::runtime::Runtime;
use crate::cli::session::print_warnings;
use crate::error::Result;

/// Reveal the value behind one token of a redacted bundle, with its proof
#[derive(Debug, Clone, Args)]
pub struct RevealArgs {
    /// The bundle
    pub bundle: PathBuf,
    /// The token, such as [user.name:0123456789abcdef]
    pub token: String,
    /// The value, if it was named when the bundle was created (--redact-value)
    #[arg(long, value_name = "TEXT")]
    pub value: Option<String>,
    /// Write it to a file
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Reveals the value behind one token, with what proves it.
pub fn run(args: &RevealArgs, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let RevealArgs { bundle, token, value, out } = args;
    let context = CommandContext::new(globals, runtime)?;
    let (revealed, warnings) =
        reveal_token(&context.case, bundle, token, value.as_deref(), &context.session)?;
    print_warnings(warnings, runtime);
    let text = json_line(&revealed)?;
    match out {
        Some(path) => write_new(path, format!("{text}\n").as_bytes())?,
        None => runtime.line(&text)?,
    }
    Ok(ExitReason::Done)
}
