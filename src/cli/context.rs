//! A case that a command works on: opened, with its zone and its query language.

use crate::app::{Case, Session, Watch, day_of};
use crate::cli::args::{Globals, TimeArgs};
use crate::cli::progress::watched_bytes;
use crate::cli::runtime::Runtime;
use crate::cli::{case_path, session};
use crate::error::{Error, Result};
use crate::query::{self, Diagnostic, Expr, FieldRef, Grouping, Pipeline, QueryContext};
use crate::record::{TimeRange, Timestamp, Zone, counted};

/// An open case, with what the command line says about it.
pub struct CommandContext {
    /// The case.
    pub case: Case,
    /// Who acts on it, and with whose keys.
    pub session: Session,
    /// The zone in which times are shown and read.
    pub zone: Zone,
    names: Vec<String>,
    now: Timestamp,
}

impl CommandContext {
    /// Opens the case that the command line means.
    pub fn new(globals: &Globals, runtime: &mut Runtime) -> Result<CommandContext> {
        let session = session::session(globals, runtime)?;
        let case = open(&session, globals, runtime)?;
        case_path::remember(&session.folder, runtime);
        for trouble in case.trouble() {
            runtime.note(&format!("warning: {trouble}"));
        }
        // Said once: from here on this folder has a memory of its own.
        for remark in case.history().remarks().iter().filter(|_| case.history().remembered.is_none()) {
            runtime.note(&format!("warning: {remark}"));
        }
        let now = session.clock.now();
        case.remember(&session.actor, now);
        let zone = globals.zone().unwrap_or(case.about().zone);
        Ok(CommandContext { names: case.field_names(), case, session, zone, now })
    }

    /// Parses a query and looks up its tags and findings; errors point at the position.
    pub fn query(&self, text: &str) -> Result<Expr> {
        self.case.resolve(self.parse(text)?)
    }

    /// Parses a query that may have pipes, and looks up its tags and findings. A field by
    /// which events are grouped, and of which something is computed, exists.
    pub fn pipeline(&self, text: &str) -> Result<Pipeline> {
        let mut pipeline = self.parse_pipeline(text)?;
        for field in pipeline.grouping.iter().flat_map(Grouping::fields) {
            if let FieldRef::Custom(name) = field {
                self.field(name)?;
            }
        }
        pipeline.filter = self.case.resolve(pipeline.filter)?;
        Ok(pipeline)
    }

    fn parse_pipeline(&self, text: &str) -> Result<Pipeline> {
        query::parse_pipeline(text, &self.query_context())
            .map_err(|diagnostic| query_error(&diagnostic, text))
    }

    /// Parses a query without looking up its tags and findings.
    pub fn parse(&self, text: &str) -> Result<Expr> {
        query::parse(text, &self.query_context()).map_err(|diagnostic| query_error(&diagnostic, text))
    }

    /// Finds a field by its name or alias; an unknown one gets a suggestion.
    pub fn field(&self, name: &str) -> Result<String> {
        Ok(query::field_name_in_case(name, &self.query_context())?)
    }

    /// Explains how a query was read, and how many events were searched.
    pub fn explain(&self, text: &str) -> Result<Vec<String>> {
        let mut lines = query::explain_pipeline(&self.parse_pipeline(text)?);
        let (events, sources) = (self.case.index().len(), self.case.sources().len() as u64);
        lines.push(format!("Searched: {} in {}.", counted(events, "event"), counted(sources, "source")));
        Ok(lines)
    }

    /// Parses a time range.
    pub fn time_range(&self, span: &TimeArgs) -> Result<TimeRange> {
        let moment = |text: &Option<String>, otherwise: Timestamp| match text {
            None => Ok(otherwise),
            Some(text) => self.moment(text),
        };
        let window =
            TimeRange { from: moment(&span.from, Timestamp::MIN)?, to: moment(&span.to, Timestamp::MAX)? };
        if window.from >= window.to {
            return Err(Error::usage("--from is not before --to"));
        }
        Ok(window)
    }

    /// Parses a time, relative ones included.
    pub fn moment(&self, text: &str) -> Result<Timestamp> {
        query::parse_time(text, &self.query_context()).map_err(|diagnostic| query_error(&diagnostic, text))
    }

    /// Returns the day of this command (`YYYY-MM-DD`, UTC).
    pub fn day(&self) -> String {
        day_of(self.now)
    }

    fn query_context(&self) -> QueryContext<'_> {
        QueryContext { zone: self.zone, now: self.now, fields: &self.names }
    }
}

/// Opens a case, with progress where its evidence has to be read first.
fn open(session: &Session, globals: &Globals, runtime: &mut Runtime) -> Result<Case> {
    let mut opening = Case::opening(&session.folder, &session.actor)?;
    if globals.distrust_index {
        opening.distrust();
    }
    if !opening.lacks_index() {
        return opening.finish(Watch::silent());
    }
    if !globals.quiet {
        runtime.note("note: building the index from the evidence");
    }
    runtime.listen();
    watched_bytes(runtime, globals, |watch| opening.finish(watch))
}

fn query_error(diagnostic: &Diagnostic, text: &str) -> Error {
    Error::usage(format!("the query is not understood\n{}", diagnostic.render(text)))
}
