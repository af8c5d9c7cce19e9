//! The commands, and running the one that is meant.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::app::load_user_formats;
use crate::cli::args::Globals;
use crate::cli::commands;
use crate::cli::folders::config_folder;
use crate::cli::outcome::ExitReason;
use crate::cli::runtime::Runtime;
use crate::error::Result;

/// Follow the trail: access logs into a sealed case, investigated in a terminal.
#[derive(Debug, Clone, Parser)]
#[command(name = "vestigo", version, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    pub globals: Globals,
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    Open(commands::open::OpenArgs),
    /// Create a small case from built-in logs and open it
    Demo,
    New(commands::new::NewArgs),
    Import(commands::import::ImportArgs),
    #[command(visible_alias = "normalise")]
    Normalize(commands::normalize::NormalizeArgs),
    Search(commands::search::SearchArgs),
    Timeline(commands::timeline::TimelineArgs),
    Top(commands::top::TopArgs),
    Show(commands::show::ShowArgs),
    Status(commands::status::StatusArgs),
    #[command(subcommand)]
    Source(commands::source::SourceCommand),
    Detect(commands::detect::DetectArgs),
    #[command(subcommand)]
    Rules(commands::rules::RulesCommand),
    #[command(subcommand)]
    Ioc(commands::ioc::IocCommand),
    #[command(subcommand)]
    Bookmark(commands::bookmark::BookmarkCommand),
    #[command(subcommand)]
    Finding(commands::finding::FindingCommand),
    Undo(commands::undo::UndoArgs),
    /// Redo what was undone last
    Redo,
    Export(commands::export::ExportArgs),
    Reveal(commands::reveal::RevealArgs),
    Replay(commands::replay::ReplayArgs),
    #[command(subcommand)]
    Transfer(commands::transfer::TransferCommand),
    Verify(commands::verify::VerifyArgs),
    Checkpoint(commands::checkpoint::CheckpointArgs),
    #[command(subcommand)]
    Keys(commands::keys::KeysCommand),
    /// Rebuild the index from the evidence
    Reindex,
    Repair(commands::repair::RepairArgs),
    /// Print the journal: who did what, and when
    Journal {
        #[command(subcommand)]
        command: Option<commands::journal::JournalCommand>,
    },
    #[command(hide = true, subcommand)]
    Generate(commands::generate::GenerateCommand),
    #[command(subcommand)]
    Formats(commands::formats::FormatsCommand),
}

/// Runs the command; without one, opens the case in the terminal interface.
pub fn dispatch(cli: Cli, runtime: &mut Runtime) -> Result<ExitReason> {
    let globals = &cli.globals;
    load_formats(runtime)?;
    let command = cli.command.unwrap_or(Command::Open(commands::open::OpenArgs::default()));
    match command {
        Command::Open(args) => commands::open::run(&args, globals, runtime),
        Command::Demo => commands::demo::run(globals, runtime),
        Command::New(args) => commands::new::run(args, globals, runtime),
        Command::Import(args) => commands::import::run(&args, globals, runtime),
        Command::Normalize(args) => commands::normalize::run(&args, globals, runtime),
        Command::Search(args) => commands::search::run(&args, globals, runtime),
        Command::Timeline(args) => commands::timeline::run(&args, globals, runtime),
        Command::Top(args) => commands::top::run(&args, globals, runtime),
        Command::Show(args) => commands::show::run(&args, globals, runtime),
        Command::Status(args) => commands::status::run(args, globals, runtime),
        Command::Source(args) => commands::source::run(&args, globals, runtime),
        Command::Detect(args) => commands::detect::run(&args, globals, runtime),
        Command::Rules(args) => commands::rules::run(&args, globals, runtime),
        Command::Ioc(args) => commands::ioc::run(&args, globals, runtime),
        Command::Bookmark(args) => commands::bookmark::run(&args, globals, runtime),
        Command::Finding(args) => commands::finding::run(&args, globals, runtime),
        Command::Undo(args) => commands::undo::run(&args, globals, runtime),
        Command::Redo => commands::redo::run(globals, runtime),
        Command::Export(args) => commands::export::run(&args, globals, runtime),
        Command::Reveal(args) => commands::reveal::run(&args, globals, runtime),
        Command::Replay(args) => commands::replay::run(&args, globals, runtime),
        Command::Transfer(args) => commands::transfer::run(&args, globals, runtime),
        Command::Verify(args) => commands::verify::run(&args, globals, runtime),
        Command::Checkpoint(args) => commands::checkpoint::run(&args, globals, runtime),
        Command::Keys(args) => commands::keys::run(&args, globals, runtime),
        Command::Reindex => commands::reindex::run(globals, runtime),
        Command::Repair(args) => commands::repair::run(&args, globals, runtime),
        Command::Journal { command } => commands::journal::run(command.as_ref(), globals, runtime),
        Command::Generate(args) => commands::generate::run(&args, globals, runtime),
        Command::Formats(args) => commands::formats::run(&args, globals, runtime),
    }
}

/// Adds the user's formats: those in `$VESTIGO_FORMATS`, else in the folder `formats` of
/// the configuration.
fn load_formats(runtime: &mut Runtime) -> Result<()> {
    let named = (runtime.var)("VESTIGO_FORMATS").map(PathBuf::from);
    let Some(folder) = named.or_else(|| Some(config_folder(&runtime.var)?.join("formats"))) else {
        return Ok(());
    };
    for mistake in load_user_formats(&folder)? {
        runtime.note(&format!("warning: {mistake}"));
        runtime.note("hint: `vestigo formats test FILE` tries one file.");
    }
    Ok(())
}
