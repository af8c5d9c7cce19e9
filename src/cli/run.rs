//! From words to work: parse, dispatch, say what went wrong.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;

use crate::case::{Case, Watch};
use crate::error::{Context, Error, ErrorKind, Result, escape_json_controls, visible};
use crate::export::{VERIFY_PROOFS_SCRIPT, VERIFY_SH_SCRIPT};
use crate::index::is_damaged;
use crate::query::{self, Diagnostic, Expr, QueryContext};
use crate::record::{TimeRange, Timestamp, Zone, counted};

use super::args::{Cli, Command, Formats, Generated, Globals, Span};
use super::args_custody::JournalWords;
use super::progress::watched_bytes;
use super::{World, which};

/// How a command that did its work ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Done (status 0).
    Done,
    /// Ran, and nothing matched (status 1).
    Nothing,
    /// Some of the input could not be used (status 3).
    Partly,
    /// Evidence is not what its hashes say (status 4).
    Damaged,
    /// The user stopped it (status 130).
    Interrupted,
}

/// Runs the program of this process.
pub fn main() -> ExitCode {
    let mut world = World::real();
    ExitCode::from(run(std::env::args_os(), &mut world))
}

/// Runs a command line in a world and gives its exit status.
pub fn run(words: impl IntoIterator<Item = OsString>, world: &mut World) -> u8 {
    let cli = match Cli::try_parse_from(words) {
        Ok(cli) => cli,
        Err(error) => return refuse(&error, world),
    };
    let outcome = dispatch(cli.clone(), world).or_else(|error| mended(error, cli, world));
    let outcome = outcome.and_then(|outcome| world.flush().map(|()| outcome));
    match outcome {
        Ok(Outcome::Done) => 0,
        Ok(Outcome::Nothing) => 1,
        Ok(Outcome::Partly) => 3,
        Ok(Outcome::Damaged) => 4,
        Ok(Outcome::Interrupted) => 130,
        Err(_) if world.closed => 0,
        Err(error) => {
            tell(&error, world);
            match error.kind() {
                ErrorKind::Usage => 2,
                ErrorKind::Case => 3,
                ErrorKind::Integrity => 4,
                ErrorKind::Interrupted => 130,
            }
        }
    }
}

/// Prints clap's help (to standard output, status 0) or complaint (status 2).
fn refuse(error: &clap::Error, world: &mut World) -> u8 {
    let text = error.render().to_string();
    if error.use_stderr() {
        world.note(text.trim_end());
        2
    } else {
        let _ = world.line(text.trim_end()).and_then(|()| world.flush());
        0
    }
}

/// Says what went wrong, why, and what to try.
fn tell(error: &Error, world: &mut World) {
    world.note(&format!("error: {error}"));
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        world.note(&format!("  because: {}", visible(&error.to_string())));
        if let Some(error) = error.downcast_ref::<Error>() {
            error.hints().iter().for_each(|hint| world.note(&format!("  hint: {hint}")));
        }
        cause = error.source();
    }
    for hint in error.hints() {
        world.note(&format!("hint: {hint}"));
    }
}

/// Runs the command once more without the index that turned out to be damaged,
/// unless it has printed something already.
fn mended(error: Error, mut cli: Cli, world: &mut World) -> Result<Outcome> {
    if !is_damaged(&error) || world.printed {
        return Err(error);
    }
    world.note(&format!("warning: {error}"));
    cli.globals.anew = true;
    dispatch(cli, world)
}

fn dispatch(cli: Cli, world: &mut World) -> Result<Outcome> {
    let globals = &cli.globals;
    match cli.command {
        None => super::demo::open(None, globals, world),
        Some(Command::Open { case }) => super::demo::open(case.as_deref(), globals, world),
        Some(Command::Demo) => super::demo::demo(globals, world),
        Some(Command::New { name, title, examiner, sign }) => {
            super::new::new(&name, title, examiner, sign, globals, world)
        }
        Some(Command::Import(args)) => super::import::import(&args, globals, world),
        Some(Command::Normalise(args)) => super::normalise::normalise(&args, globals, world),
        Some(Command::Search(args)) => super::search::search(&args, globals, world),
        Some(Command::Timeline(args)) => super::timeline::timeline(&args, globals, world),
        Some(Command::Top(args)) => super::top::top(&args, globals, world),
        Some(Command::Show { id, proof: true, .. }) => super::show::proof(&id, globals, world),
        Some(Command::Show { id, context, .. }) => super::show::show(&id, context, globals, world),
        Some(Command::Source { what }) => super::source::source(&what, globals, world),
        Some(Command::Status) => super::status::status(globals, world),
        Some(Command::Bookmark { what }) => super::bookmark::bookmark(&what, globals, world),
        Some(Command::Finding { what }) => super::finding::finding(&what, globals, world),
        Some(Command::Export(args)) => super::export::export(&args, globals, world),
        Some(Command::Reveal { bundle, token, value, out }) => {
            let what = (bundle.as_path(), token.as_str(), value.as_deref());
            super::handover::reveal(what, out.as_deref(), globals, world)
        }
        Some(Command::Replay { bundle }) => super::handover::replay(&bundle, globals, world),
        Some(Command::Transfer { what }) => super::handover::transfer(&what, globals, world),
        Some(Command::Undo { any }) => super::undo::undo(any, globals, world),
        Some(Command::Redo) => super::undo::redo(globals, world),
        Some(Command::Verify(args)) => super::verify::verify(&args, globals, world),
        Some(Command::Checkpoint(args)) => super::checkpoint::checkpoint(&args, globals, world),
        Some(Command::Keys { what }) => super::checkpoint::keys(&what, globals, world),
        Some(Command::Repair { out }) => super::repair::repair(&out, globals, world),
        Some(Command::Reindex) => super::reindex::reindex(globals, world),
        Some(Command::Journal { what: None }) => super::journal::journal(globals, world),
        Some(Command::Journal { what: Some(JournalWords::Merge { other, adopt }) }) => {
            super::journal::merge(&other, adopt, globals, world)
        }
        Some(Command::Generate { what }) => match what {
            Generated::Keys => super::generate::keys(globals, world),
            Generated::VerifySh => super::generate::script(VERIFY_SH_SCRIPT, world),
            Generated::VerifyProofs => super::generate::script(VERIFY_PROOFS_SCRIPT, world),
        },
        Some(Command::Formats { what }) => match what {
            Formats::List => super::formats::list(globals, world),
            Formats::Show { name } => super::formats::show(&name, world),
            Formats::Test { file } => super::formats::test(&file, globals, world),
        },
    }
}

/// A case that is open, with what the command line says of it.
pub struct Opened {
    /// The case.
    pub case: Case,
    /// The zone in which times are shown and read.
    pub zone: Zone,
    names: Vec<String>,
    now: Timestamp,
}

impl Opened {
    /// Opens the case that is meant.
    pub fn new(globals: &Globals, world: &mut World) -> Result<Opened> {
        let folder: PathBuf = which::chosen(globals.case.as_deref(), world)?;
        let case = opened(&folder, globals, world)?;
        which::remember(&folder, world);
        for trouble in case.trouble() {
            world.note(&format!("warning: {trouble}"));
        }
        // Told once: from here on this folder has a memory of its own.
        for remark in case.history().remarks().iter().filter(|_| case.history().remembered.is_none()) {
            world.note(&format!("warning: {remark}"));
        }
        case.remember(&world.who(), world.clock.now());
        let zone = zone(globals).unwrap_or(case.about().zone);
        Ok(Opened { names: case.field_names(), case, zone, now: world.clock.now() })
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
        Ok(query::called_in(name, &self.context())?)
    }

    /// Says how a question was read, and among what it was asked.
    pub fn explain(&self, text: &str) -> Result<Vec<String>> {
        let mut said = query::explain(&self.parse(text)?);
        let (events, sources) = (self.case.index().len(), self.case.sources().len() as u64);
        said.push(format!("Searched: {} in {}.", counted(events, "event"), counted(sources, "source")));
        Ok(said)
    }

    /// Reads a stretch of time.
    pub fn window(&self, span: &Span) -> Result<TimeRange> {
        let moment = |text: &Option<String>, otherwise: Timestamp| match text {
            None => Ok(otherwise),
            Some(text) => {
                query::moment(text, &self.context()).map_err(|diagnostic| pointed(&diagnostic, text))
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
fn opened(folder: &Path, globals: &Globals, world: &mut World) -> Result<Case> {
    let mut opening = Case::opening(folder, &world.who())?;
    if globals.anew {
        opening.distrust();
    }
    if !opening.lacks_index() {
        return opening.finish(Watch::silent());
    }
    if !globals.quiet {
        world.note("note: the index is being built from the evidence");
    }
    world.listen();
    watched_bytes(world, globals, |watch| opening.finish(watch))
}

/// Gives the zone that the command line asks for.
pub fn zone(globals: &Globals) -> Option<Zone> {
    if globals.utc { Some(Zone::UTC) } else { globals.zone }
}

fn pointed(diagnostic: &Diagnostic, text: &str) -> Error {
    Error::usage(format!("the query is not understood\n{}", diagnostic.render(text)))
}

/// Writes something as one line of JSON.
pub fn json_line(value: &impl serde::Serialize) -> Result<String> {
    let json = serde_json::to_string(value).context(|| "cannot write the result as JSON".to_owned())?;
    Ok(escape_json_controls(json))
}
