//! A case that a command works on: opened, with its zone and its query language.

use std::path::{Path, PathBuf};

use crate::case::{Case, Watch};
use crate::cli::args::{Globals, TimeArgs};
use crate::cli::case_path;
use crate::cli::progress::watched_bytes;
use crate::cli::runtime::Runtime;
use crate::error::{Error, Result};
use crate::query::{self, Diagnostic, Expr, QueryContext};
use crate::record::{TimeRange, Timestamp, Zone, counted};

/// A case that is open, with what the command line says of it.
pub struct CommandContext {
    /// The case.
    pub case: Case,
    /// The zone in which times are shown and read.
    pub zone: Zone,
    names: Vec<String>,
    now: Timestamp,
}

impl CommandContext {
    /// Opens the case that is meant.
    pub fn new(globals: &Globals, runtime: &mut Runtime) -> Result<CommandContext> {
        let folder: PathBuf = case_path::chosen(globals.case.as_deref(), runtime)?;
        let case = context(&folder, globals, runtime)?;
        case_path::remember(&folder, runtime);
        for trouble in case.trouble() {
            runtime.note(&format!("warning: {trouble}"));
        }
        // Told once: from here on this folder has a memory of its own.
        for remark in case.history().remarks().iter().filter(|_| case.history().remembered.is_none()) {
            runtime.note(&format!("warning: {remark}"));
        }
        case.remember(&runtime.who(), runtime.clock.now());
        let zone = globals.zone().unwrap_or(case.about().zone);
        Ok(CommandContext { names: case.field_names(), case, zone, now: runtime.clock.now() })
    }

    /// Reads a query; a mistake is pointed at.
    pub fn query(&self, text: &str) -> Result<Expr> {
        self.case.resolve(self.parse(text)?)
    }

    /// Reads a query without saying what its tags and findings stand for.
    pub fn parse(&self, text: &str) -> Result<Expr> {
        query::parse(text, &self.context()).map_err(|diagnostic| pointed(&diagnostic, text))
    }

    /// Finds a field by its name or alias; one that no event has is pointed at.
    pub fn field(&self, name: &str) -> Result<String> {
        Ok(query::field_name_in_case(name, &self.context())?)
    }

    /// Says how a question was read, and among what it was asked.
    pub fn explain(&self, text: &str) -> Result<Vec<String>> {
        let mut said = query::explain(&self.parse(text)?);
        let (events, sources) = (self.case.index().len(), self.case.sources().len() as u64);
        said.push(format!("Searched: {} in {}.", counted(events, "event"), counted(sources, "source")));
        Ok(said)
    }

    /// Reads a stretch of time.
    pub fn window(&self, span: &TimeArgs) -> Result<TimeRange> {
        let moment = |text: &Option<String>, otherwise: Timestamp| match text {
            None => Ok(otherwise),
            Some(text) => {
                query::parse_time(text, &self.context()).map_err(|diagnostic| pointed(&diagnostic, text))
            }
        };
        let window =
            TimeRange { from: moment(&span.from, Timestamp::MIN)?, to: moment(&span.to, Timestamp::MAX)? };
        if window.from >= window.to {
            return Err(Error::usage("--from is not before --to"));
        }
        Ok(window)
    }

    fn context(&self) -> QueryContext<'_> {
        QueryContext { zone: self.zone, now: self.now, fields: &self.names }
    }
}

/// Opens a case; what has to be read of its evidence first is told, and shown.
fn context(folder: &Path, globals: &Globals, runtime: &mut Runtime) -> Result<Case> {
    let mut opening = Case::opening(folder, &runtime.who())?;
    if globals.anew {
        opening.distrust();
    }
    if !opening.lacks_index() {
        return opening.finish(Watch::silent());
    }
    if !globals.quiet {
        runtime.note("note: the index is being built from the evidence");
    }
    runtime.listen();
    watched_bytes(runtime, globals, |watch| opening.finish(watch))
}

fn pointed(diagnostic: &Diagnostic, text: &str) -> Error {
    Error::usage(format!("the query is not understood\n{}", diagnostic.render(text)))
}
