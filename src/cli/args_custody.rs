//! The words of the command line about annotations, custody and hand-over.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::journal::{FindingVerdict, Severity, Status};

use super::args::Span;

#[derive(Debug, Clone, Subcommand)]
pub enum Bookmarks {
    /// Mark events
    Add {
        /// Their ids, such as a1b2c3d4:17
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
        /// What is to be said of them
        #[arg(long)]
        note: Option<String>,
        /// A tag, which `tag:NAME` finds
        #[arg(long = "tag", value_name = "NAME")]
        tags: Vec<String>,
    },
    /// Print the marked events
    List,
    /// Take marks away
    Remove {
        /// The events' ids
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
    },
}

/// What of a finding can be said when it is made and changed later.
#[derive(Debug, Clone, Args)]
pub struct FindingWords {
    /// How bad it is: info, low, medium, high, critical
    #[arg(long)]
    pub severity: Option<Severity>,
    /// Who is to see to it
    #[arg(long, value_name = "WHO")]
    pub owner: Option<String>,
    /// By which day, YYYY-MM-DD
    #[arg(long, value_name = "DAY")]
    pub due: Option<String>,
    /// A tag, which `tag:NAME` finds
    #[arg(long = "tag", value_name = "NAME")]
    pub tags: Vec<String>,
    /// An event that shows it
    #[arg(long = "event", value_name = "ID")]
    pub events: Vec<String>,
}

#[derive(Debug, Clone, Subcommand)]
pub enum Findings {
    /// Write a finding down
    Add {
        /// What it says, in one line
        title: String,
        #[command(flatten)]
        words: FindingWords,
        /// The query whose events show it
        #[arg(long)]
        query: Option<String>,
        #[command(flatten)]
        span: Span,
        /// The bookmarked events show it
        #[arg(long)]
        bookmarks: bool,
        /// A first note
        #[arg(long)]
        note: Option<String>,
    },
    /// Print the findings
    List {
        /// Only those that stand so
        #[arg(long)]
        state: Option<Status>,
    },
    /// Print one finding with its events, notes and history
    Show {
        /// Its number
        number: u64,
    },
    /// Change a finding
    Set {
        /// Its number
        number: u64,
        /// What it says
        #[arg(long)]
        title: Option<String>,
        #[command(flatten)]
        words: FindingWords,
        /// Where it stands
        #[arg(long)]
        state: Option<Status>,
        /// What it turned out to be
        #[arg(long)]
        verdict: Option<FindingVerdict>,
        /// A tag to take away
        #[arg(long, value_name = "NAME")]
        untag: Vec<String>,
        /// An event to take away
        #[arg(long, value_name = "ID")]
        without: Vec<String>,
    },
    /// Say something about a finding
    Note {
        /// Its number
        number: u64,
        /// What is to be said
        text: String,
    },
    /// End a finding
    Close {
        /// Its number
        number: u64,
        /// Why
        #[arg(long)]
        reason: String,
        /// What it turned out to be
        #[arg(long)]
        verdict: Option<FindingVerdict>,
    },
    /// Take a finding up again
    Reopen {
        /// Its number
        number: u64,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

#[derive(Debug, Clone, Args)]
pub struct VerifyArgs {
    /// A case, a bundle's folder, or a bundle's tar [default: as --case]
    pub target: Option<String>,
    /// Read every byte
    #[arg(long)]
    pub deep: bool,
    /// Read every byte, and compute the tree over every record again
    #[arg(long)]
    pub roots: bool,
    /// A checkpoint that was kept elsewhere: a file, or a text with its line in it
    #[arg(long = "anchor", value_name = "FILE")]
    pub anchors: Vec<PathBuf>,
    /// Whose signatures are trusted, in the format of ssh-keygen(1); one of them is
    /// then required
    #[arg(long, value_name = "FILE")]
    pub allowed_signers: Option<PathBuf>,
    /// Keys that are not trusted any more: a revocation list or public keys
    #[arg(long, value_name = "FILE", requires = "allowed_signers")]
    pub revoked: Option<PathBuf>,
    /// Certificates of the time-stamp authority
    #[arg(long, value_name = "FILE")]
    pub tsa_ca: Option<PathBuf>,
    /// Fail (status 4) unless these rungs hold: consistent (reads every byte), signed
    /// (to the journal's end, by a key of the case), anchored, extends
    #[arg(long, value_delimiter = ',', value_name = "RUNGS")]
    pub require: Vec<String>,
}

#[derive(Debug, Clone, Subcommand)]
pub enum JournalWords {
    /// Bring the annotations of another copy of the case in
    Merge {
        /// The other copy's folder, or its journal.jsonl
        other: PathBuf,
        /// Take annotations, too, that no known key signed there; they stay marked
        #[arg(long)]
        adopt: bool,
    },
}

#[derive(Debug, Clone, Args)]
pub struct CheckpointArgs {
    /// The key that signs [default: `sign` in config.toml, or the case's own]
    #[arg(long, value_name = "KEY")]
    pub sign: Option<PathBuf>,
    /// Have it stamped by this authority, http://… [default: `tsa` in config.toml]
    #[arg(long, value_name = "URL")]
    pub tsa: Option<String>,
    /// Take over entries that others wrote and no key of the case signed: an entry
    /// says so for ever, and they are signed from then on
    #[arg(long)]
    pub adopt: bool,
    /// Write to a case that is not as this machine saw it before (rolled back, or
    /// rewritten): an entry says which history was given up
    #[arg(long)]
    pub accept_history: bool,
    /// Show it as a QR code, to be photographed
    #[arg(long)]
    pub qr: bool,
    /// Write it to a file, to be kept elsewhere
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Clone, Subcommand)]
pub enum Keys {
    /// Print your keys and the case's
    List,
    /// Print a line for an allowed_signers file, to give to whoever verifies
    Allow {
        /// Under which name
        #[arg(value_name = "NAME")]
        principal: String,
    },
}

#[derive(Debug, Clone, Args)]
#[command(group(clap::ArgGroup::new("redacted").multiple(true).args(["redact", "redact_value", "redact_values"])))]
pub struct ExportArgs {
    /// The events of this finding; may be said several times
    #[arg(long = "finding", value_name = "N")]
    pub findings: Vec<u64>,
    /// The bookmarked events
    #[arg(long)]
    pub bookmarks: bool,
    /// The events that this query gives; none is a result, too
    #[arg(long, value_name = "Q")]
    pub query: Option<String>,
    /// This event; may be said several times
    #[arg(long = "event", value_name = "ID")]
    pub events: Vec<String>,
    /// Every event of the case
    #[arg(long)]
    pub all: bool,
    #[command(flatten)]
    pub span: Span,
    /// Where to: a folder, or a file with --tar, that is not there yet [default: ./<case>-x<seq>]
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
    /// One tar file instead of a folder
    #[arg(long)]
    pub tar: bool,
    /// The key that signs [default: `sign` in config.toml, or the case's own]
    #[arg(long, value_name = "KEY")]
    pub sign: Option<PathBuf>,
    /// Have the signature stamped by this authority, http://…
    #[arg(long, value_name = "URL")]
    pub tsa: Option<String>,
    /// Put tokens in the place of these fields' values, everywhere
    #[arg(long, value_delimiter = ',', value_name = "A,B")]
    pub redact: Vec<String>,
    /// Put a token in the place of this text, everywhere; may be said several times
    #[arg(long, value_name = "TEXT")]
    pub redact_value: Vec<String>,
    /// Put tokens in the place of the texts in this file, one a line
    #[arg(long, value_name = "FILE")]
    pub redact_values: Option<PathBuf>,
    /// Why they are redacted
    #[arg(long, value_name = "WHY", default_value = "not stated", requires = "redacted")]
    pub redact_reason: String,
    /// Put the whole originals in, too
    #[arg(long, conflicts_with = "redacted")]
    pub originals: bool,
}

#[derive(Debug, Clone, Subcommand)]
pub enum Transfers {
    /// Write a hand-over down, and sign it as the one who releases
    New {
        /// The bundle that is handed over
        bundle: PathBuf,
        /// Who releases it
        #[arg(long, value_name = "NAME")]
        released_by: String,
        /// Who receives it
        #[arg(long, value_name = "NAME")]
        received_by: String,
        /// What for
        #[arg(long)]
        purpose: String,
        /// Where
        #[arg(long)]
        place: String,
        /// The key that signs [default: `sign` in config.toml, or the case's own]
        #[arg(long, value_name = "KEY")]
        sign: Option<PathBuf>,
    },
    /// Sign a hand-over as the one who receives
    Receive {
        /// The hand-over, …transfer.json
        file: PathBuf,
        /// The key that signs
        #[arg(long, value_name = "KEY")]
        sign: PathBuf,
    },
    /// Check a hand-over: the bundle, and both signatures
    Check {
        /// The hand-over, …transfer.json
        file: PathBuf,
        /// Whose signatures are trusted
        #[arg(long, value_name = "FILE")]
        allowed_signers: Option<PathBuf>,
    },
}
