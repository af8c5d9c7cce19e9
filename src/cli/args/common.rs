//! Options that several commands share.

use clap::{Args, ValueEnum};

use crate::app::{LOG_FORMAT_NAME, Limits, ParseOptions, YEARS, format_by_name, format_of_log_format};
use crate::error::{Error, Result, visible};
use crate::record::Zone;

/// The options of every command.
#[derive(Debug, Clone, Args)]
pub struct Globals {
    /// The case: a folder, or a bare name in your data folder [default: $VESTIGO_CASE, or the last one used]
    #[arg(long, global = true, value_name = "DIR|NAME")]
    pub case: Option<String>,
    /// Print one JSON object per line
    #[arg(long, global = true)]
    pub json: bool,
    /// When to use colors
    #[arg(long, global = true, value_enum, default_value_t = ColorChoice::Auto, value_name = "WHEN")]
    pub color: ColorChoice,
    /// Show and read times in UTC
    #[arg(long, global = true, conflicts_with = "zone")]
    pub utc: bool,
    /// Show times, and read times without a zone, in this zone
    #[arg(long, global = true, value_name = "TZ", allow_hyphen_values = true)]
    pub zone: Option<Zone>,
    /// Suppress messages
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Verbose output
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Set when the index turned out to be damaged.
    #[arg(skip)]
    pub distrust_index: bool,
}

impl Globals {
    /// Returns the zone that the command line names.
    pub fn zone(&self) -> Option<Zone> {
        if self.utc { Some(Zone::UTC) } else { self.zone }
    }
}

/// When to use colors.
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
#[derive(Debug, Clone, Default, Args)]
pub struct ReadingArgs {
    /// Read everything as this format (see `vestigo formats list`)
    #[arg(long)]
    pub format: Option<String>,
    /// Read everything as the lines that a web server writes by this LogFormat (Apache httpd) or log_format (nginx), as it stands in its configuration
    #[arg(long, value_name = "TEXT", conflicts_with = "format", allow_hyphen_values = true)]
    pub log_format: Option<String>,
    /// The year of a log's first line, for lines without a year
    #[arg(long, value_name = "Y", value_parser = clap::value_parser!(i32).range(i64::from(*YEARS.start())..=i64::from(*YEARS.end())))]
    pub year: Option<i32>,
    /// Let containers expand beyond the limit of 200 times and 1 GiB
    #[arg(long)]
    pub allow_large: bool,
}

impl ReadingArgs {
    /// Returns how sources are read.
    pub fn options(&self, zone: Option<Zone>) -> Result<ParseOptions> {
        if let Some(name) = &self.format
            && format_by_name(name).is_none()
        {
            return Err(Error::usage(format!("there is no format `{}`", visible(name)))
                .hint("See `vestigo formats list`."));
        }
        let definition = self.log_format.as_deref().map(format_of_log_format).transpose()?;
        let own = definition.as_ref().map(|_| LOG_FORMAT_NAME.to_owned());
        let format = self.format.clone().or(own);
        Ok(ParseOptions { format, definition, zone, year: self.year, ..ParseOptions::default() })
    }

    /// Returns the bounds on containers.
    pub fn limits(&self) -> Limits {
        let limits = Limits::default();
        if self.allow_large { Limits { ratio: u64::MAX, expanded: u64::MAX, ..limits } } else { limits }
    }
}

/// A stretch of time.
#[derive(Debug, Clone, Args)]
pub struct TimeArgs {
    /// Start time, inclusive: RFC 3339, a date, -2h, epoch seconds
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    pub from: Option<String>,
    /// End time, exclusive
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    pub to: Option<String>,
}

impl TimeArgs {
    /// Refuses bounds where no query is given that they could bound.
    pub fn needs_query(&self) -> Result<()> {
        if self.from.is_none() && self.to.is_none() {
            return Ok(());
        }
        Err(Error::usage("--from and --to limit a query, and there is none")
            .hint("Add --query '*' for everything in that time."))
    }
}
