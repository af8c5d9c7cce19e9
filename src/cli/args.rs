//! The words of the command line, as typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::parse::YEARS;
use crate::record::Zone;

use super::args_custody::{
    Bookmarks, CheckpointArgs, ExportArgs, Findings, JournalWords, Keys, Transfers, VerifyArgs,
};
use super::commands::source::Sources;

/// Follow the trail: access logs into a sealed case, investigated in a terminal.
#[derive(Debug, Clone, Parser)]
#[command(name = "vestigo", version, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    pub globals: Globals,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What every command understands.
#[derive(Debug, Clone, Args)]
pub struct Globals {
    /// The case: a folder, or a bare name in your data folder [default: $VESTIGO_CASE, or the last one used]
    #[arg(long, global = true, value_name = "DIR|NAME")]
    pub case: Option<String>,
    /// Print one JSON object a line
    #[arg(long, global = true)]
    pub json: bool,
    /// When to colour
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub color: Colour,
    /// Show and read times in UTC
    #[arg(long, global = true, conflicts_with = "zone")]
    pub utc: bool,
    /// Show times, and read those that have no zone, in this zone
    #[arg(long, global = true, value_name = "TZ", allow_hyphen_values = true)]
    pub zone: Option<Zone>,
    /// Say only what is asked for
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Set where the index that there is turned out to be damaged.
    #[arg(skip)]
    pub anew: bool,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Open a case on the screen (what `vestigo` alone does)
    Open {
        /// The case, as with --case
        case: Option<String>,
    },
    /// Make a small case from built-in logs and open it
    Demo,
    /// Make an empty case
    New {
        /// A folder, or a bare name
        name: String,
        /// What it is called
        #[arg(long)]
        title: Option<String>,
        /// Who examines
        #[arg(long)]
        examiner: Option<String>,
        /// The key that signs for it; none: one is made [default: `sign` in config.toml]
        #[arg(long, value_name = "KEY")]
        sign: Option<PathBuf>,
    },
    /// Seal logs into the case and say what became of every byte
    Import(ImportArgs),
    /// Print logs as one flat JSON object an event (ECS names), without a case
    #[command(visible_alias = "normalize")]
    Normalise(NormaliseArgs),
    /// Find events
    Search(SearchArgs),
    /// Count events over time
    Timeline(TimelineArgs),
    /// Count the values of a field
    Top(TopArgs),
    /// Show one event: fields, raw bytes, where it lies, its hash checked
    Show {
        /// The event's id, such as a1b2c3d4:17
        id: String,
        /// Show so many records before and after it too
        #[arg(long, value_name = "N", default_value_t = 0)]
        context: u64,
        /// Print the proof that its bytes are part of the sealed original, as JSON
        #[arg(long, conflicts_with = "context")]
        proof: bool,
    },
    /// Say what the case holds
    Status,
    /// How each source is read, corrected later, reversibly
    Source {
        #[command(subcommand)]
        what: Sources,
    },
    /// Mark events
    Bookmark {
        #[command(subcommand)]
        what: Bookmarks,
    },
    /// Write down what was found, who sees to it, where it stands
    Finding {
        #[command(subcommand)]
        what: Findings,
    },
    /// Take your last annotation back
    Undo {
        /// Take back the last one whoever wrote it
        #[arg(long)]
        any: bool,
    },
    /// Bring back what was taken back last
    Redo,
    /// Make an evidence bundle that anybody can check
    Export(ExportArgs),
    /// Make known the value behind one token of a redacted bundle, with its proof
    Reveal {
        /// The bundle
        bundle: PathBuf,
        /// The token, such as [user.name:0123456789abcdef]
        token: String,
        /// The value, where it was named when the bundle was made (--redact-value)
        #[arg(long, value_name = "TEXT")]
        value: Option<String>,
        /// Write it to a file
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Ask the question of a bundle again: the same answer, or what differs and why
    Replay {
        /// The bundle, or its query.json
        bundle: PathBuf,
    },
    /// Write down that a bundle changes hands, signed by both sides
    Transfer {
        #[command(subcommand)]
        what: Transfers,
    },
    /// Prove what can be proved of a case or a bundle, and say what cannot
    Verify(VerifyArgs),
    /// Sign the journal's present end, to be kept elsewhere
    Checkpoint(CheckpointArgs),
    /// Whose keys sign
    Keys {
        #[command(subcommand)]
        what: Keys,
    },
    /// Delete the index and make it again from the evidence
    Reindex,
    /// Save what is whole of a damaged case into a new one, and say what was lost
    Repair {
        /// The new case: a folder, or a bare name
        #[arg(long, value_name = "DIR|NAME")]
        out: String,
    },
    /// Print who did what when
    Journal {
        #[command(subcommand)]
        what: Option<JournalWords>,
    },
    /// Write what is made from the program's own tables
    #[command(hide = true)]
    Generate {
        #[command(subcommand)]
        what: Generated,
    },
    /// Which formats are read
    Formats {
        #[command(subcommand)]
        what: Formats,
    },
}

#[derive(Debug, Clone, Subcommand)]
pub enum Generated {
    /// The keys of the screen, as a table
    Keys,
    /// The script that checks a bundle: keep a copy that you trust
    VerifySh,
    /// The script that checks proofs: keep a copy that you trust
    VerifyProofs,
}

#[derive(Debug, Clone, Subcommand)]
pub enum Formats {
    /// Every format with what it reads
    List,
    /// One format with sample lines and what it makes of them
    Show {
        /// Its name
        name: String,
    },
    /// Which formats understand a file, and how much of it
    Test {
        /// The file
        file: PathBuf,
    },
}

/// How logs are read.
#[derive(Debug, Clone, Args)]
pub struct Reading {
    /// Read everything as this format only (see `vestigo formats list`)
    #[arg(long)]
    pub format: Option<String>,
    /// The year of a log's first line, where lines have none
    #[arg(long, value_name = "Y", value_parser = clap::value_parser!(i32).range(i64::from(*YEARS.start())..=i64::from(*YEARS.end())))]
    pub year: Option<i32>,
    /// Let containers expand beyond the bound of 200 times and 1 GiB
    #[arg(long)]
    pub allow_large: bool,
}

#[derive(Debug, Clone, Args)]
pub struct ImportArgs {
    /// Files or folders; - is standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub reading: Reading,
    /// The host, for events that name none
    #[arg(long, value_name = "H")]
    pub host: Option<String>,
    /// Put labels.K = V on every event
    #[arg(long = "label", value_name = "K=V")]
    pub labels: Vec<String>,
    /// Say what would be imported, and write nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Clone, Args)]
pub struct NormaliseArgs {
    /// Files or folders; - is standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub reading: Reading,
}

/// Which stretch of time.
#[derive(Debug, Clone, Args)]
pub struct Span {
    /// From this moment on: RFC 3339, a date, -2h, epoch seconds
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    pub from: Option<String>,
    /// Up to this moment, itself not included
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    pub to: Option<String>,
}

/// In which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OrderArg {
    /// Latest first
    Newest,
    /// Earliest first
    Oldest,
}

/// In which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// Columns for the eye
    Table,
    /// One flat object a line
    Json,
    /// Comma-separated, formula cells made harmless
    Csv,
    /// The very bytes
    Raw,
    /// Timesketch CSV
    TimesketchCsv,
    /// Timesketch JSON lines
    TimesketchJsonl,
}

#[derive(Debug, Clone, Args)]
pub struct SearchArgs {
    /// What to look for, such as 'user.name:root AND outcome:failure'
    #[arg(default_value = "*", allow_hyphen_values = true)]
    pub query: String,
    #[command(flatten)]
    pub span: Span,
    /// At most so many events
    #[arg(long, value_name = "N", default_value_t = 100, conflicts_with = "all")]
    pub limit: usize,
    /// Every event that matches
    #[arg(long)]
    pub all: bool,
    /// In which order
    #[arg(long, value_enum, default_value_t = OrderArg::Newest)]
    pub order: OrderArg,
    /// Only these fields, in this order
    #[arg(long, value_delimiter = ',', value_name = "A,B")]
    pub fields: Vec<String>,
    /// In which form [default: table, or json with --json]
    #[arg(long, value_enum)]
    pub format: Option<Form>,
    /// Only how many
    #[arg(long)]
    pub count: bool,
    /// Say on standard error how the question was read, and among what it was asked
    #[arg(long)]
    pub explain: bool,
}

#[derive(Debug, Clone, Args)]
pub struct TimelineArgs {
    /// Which events
    #[arg(default_value = "*", allow_hyphen_values = true)]
    pub query: String,
    #[command(flatten)]
    pub span: Span,
    /// The width of a bucket, such as 5m, 1h, 1d
    #[arg(long, value_name = "W", conflicts_with = "buckets")]
    pub interval: Option<String>,
    /// So many buckets of equal width
    #[arg(long, value_name = "N")]
    pub buckets: Option<usize>,
    /// Split each bucket by this field
    #[arg(long, value_name = "FIELD")]
    pub by: Option<String>,
}

#[derive(Debug, Clone, Args)]
pub struct TopArgs {
    /// The field, by name or alias
    pub field: String,
    /// Which events
    #[arg(default_value = "*", allow_hyphen_values = true)]
    pub query: String,
    #[command(flatten)]
    pub span: Span,
    /// So many values
    #[arg(short, value_name = "N", default_value_t = 10)]
    pub n: usize,
    /// The rarest instead of the most frequent
    #[arg(long)]
    pub rare: bool,
}
