//! Arguments that several commands have.

use clap::{Args, ValueEnum};

use crate::error::{Error, Result, visible};
use crate::parse::{ParseOptions, YEARS};
use crate::record::Zone;
use crate::source::Limits;

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
    #[arg(long, global = true, value_enum, default_value_t = ColorChoice::Auto, value_name = "WHEN")]
    pub color: ColorChoice,
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

impl Globals {
    /// Gives the zone that the command line asks for.
    pub fn zone(&self) -> Option<Zone> {
        if self.utc { Some(Zone::UTC) } else { self.zone }
    }
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How logs are read.
#[derive(Debug, Clone, Args)]
pub struct ReadingArgs {
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

impl ReadingArgs {
    /// Turns the words about reading into options.
    pub fn options(&self, zone: Option<Zone>) -> Result<ParseOptions> {
        if let Some(name) = &self.format
            && crate::parse::format_by_name(name).is_none()
        {
            return Err(Error::usage(format!("there is no format `{}`", visible(name)))
                .hint("See `vestigo formats list`."));
        }
        Ok(ParseOptions { format: self.format.clone(), zone, year: self.year, ..ParseOptions::default() })
    }

    /// Turns the words about bounds into limits.
    pub fn limits(&self) -> Limits {
        let limits = Limits::default();
        if self.allow_large { Limits { ratio: u64::MAX, expanded: u64::MAX, ..limits } } else { limits }
    }
}

/// Which stretch of time.
#[derive(Debug, Clone, Args)]
pub struct TimeArgs {
    /// From this moment on: RFC 3339, a date, -2h, epoch seconds
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    pub from: Option<String>,
    /// Up to this moment, itself not included
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    pub to: Option<String>,
}
