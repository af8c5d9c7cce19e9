//! `open`: a case in the terminal interface.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::app::{ImportRequest, NewCase, PendingImport, case_exists, walk};
use crate::cli::args::{Globals, ReadingArgs};
use crate::cli::case_path;
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::runtime::Runtime;
use crate::cli::session::{examiner, print_warnings, session_in};
use crate::cli::tui;
use crate::error::{Error, Result};

/// Open a case in the terminal interface (what `vestigo` alone does)
///
/// `vestigo PATH...` imports into a case that is named after the day, and opens it at once.
#[derive(Debug, Clone, Default, Args)]
pub struct OpenArgs {
    /// The case, as with --case
    pub case: Option<String>,
    /// Import these files and folders while the case is open; it is made if it does not exist
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub import: Vec<PathBuf>,
    /// Import into a new case that is named after the day
    #[arg(long, hide = true)]
    pub dated: bool,
    #[command(flatten)]
    pub reading: ReadingArgs,
}

/// Opens the case in the terminal interface.
pub fn run(args: &OpenArgs, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    if !runtime.out_is_terminal {
        let hint = if args.import.is_empty() {
            "Use `vestigo search`, `timeline`, `top` or `show` elsewhere."
        } else {
            "Use `vestigo import PATH...` elsewhere, and then `vestigo search`."
        };
        return Err(Error::usage("the terminal interface needs a terminal").hint(hint));
    }
    let named = args.case.clone().or_else(|| globals.case.clone());
    let mut named = Globals { case: named, ..globals.clone() };
    let import = if args.import.is_empty() { None } else { Some(begin(args, &mut named, runtime)?) };
    let context = CommandContext::new(&named, runtime)?;
    tui::show(context, import, &named, runtime)
}

/// Makes sure that there are a case to import into and something to import.
fn begin(args: &OpenArgs, named: &mut Globals, runtime: &mut Runtime) -> Result<ImportRequest> {
    if args.import.iter().any(|path| path == Path::new("-")) {
        return Err(Error::usage("the terminal interface cannot read standard input")
            .hint("Import it first: `vestigo import -`."));
    }
    let options = args.reading.options(named.zone())?;
    walk(&args.import)?;
    if args.dated && named.case.is_none() {
        let name = case_path::dated(&runtime.clock.now().to_string()[..10], runtime)?;
        runtime.note(&format!("importing into the new case {name}"));
        named.case = Some(name);
    }
    let folder = case_path::chosen(named.case.as_deref(), runtime)?;
    if !case_exists(&folder) {
        let session = session_in(&folder, runtime);
        let examiner = examiner(None, &session, named, runtime)?;
        let (_, unsigned) = PendingImport::new(NewCase { examiner, ..NewCase::default() }, &session)?;
        print_warnings(unsigned, runtime);
    }
    Ok(ImportRequest { paths: args.import.clone(), options, limits: args.reading.limits(), is_watched: true })
}
