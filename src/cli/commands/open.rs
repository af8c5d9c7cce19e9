//! `open`: a case in the terminal interface.

use clap::Args;

use crate::cli::args::Globals;
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::runtime::Runtime;
use crate::cli::tui;
use crate::error::{Error, Result};

/// Open a case in the terminal interface (what `vestigo` alone does)
#[derive(Debug, Clone, Default, Args)]
pub struct OpenArgs {
    /// The case, as with --case
    pub case: Option<String>,
}

/// Opens the case in the terminal interface.
pub fn run(args: &OpenArgs, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    if !runtime.out_is_terminal {
        return Err(Error::usage("the terminal interface needs a terminal")
            .hint("Use `vestigo search`, `timeline`, `top` or `show` elsewhere."));
    }
    let named = Globals { case: args.case.clone().or_else(|| globals.case.clone()), ..globals.clone() };
    let context = CommandContext::new(&named, runtime)?;
    tui::show(context, &named, runtime)
}
