//! `export`: the evidence bundle.

use std::path::PathBuf;

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;

use clap::Args;

use crate::case::may_vouch;
use crate::cli::annotate::hits;
use crate::cli::args::{Globals, TimeArgs};
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::output::json_line;
use crate::cli::progress::{BarPosition, watched};
use crate::cli::runtime::Runtime;
use crate::cli::signing_config::{config, signer};
use crate::error::{Context, Error, ErrorKind, Result, visible};
use crate::export::{Ask, Made, Options, Query, Stage, introduce, make, note};
use crate::record::{bytes, thousands};

/// Make an evidence bundle that anybody can check
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
    pub span: TimeArgs,
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

/// Makes a bundle of what was asked, and notes in the journal that it left.
pub fn run(args: &ExportArgs, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let mut context = CommandContext::new(globals, runtime)?;
    let ask = asked(args, &context)?;
    let signer = signer(context.case.folder(), args.sign.as_deref(), runtime)?;
    let told = introduce(&context.case, &signer, &runtime.who(), runtime.clock.as_ref());
    let writable = match told {
        Ok(case) => {
            context.case = case;
            true
        }
        // What nobody signed is not signed by being exported.
        Err(error) if error.kind() == ErrorKind::Integrity => return Err(error),
        Err(error) => {
            may_vouch(&context.case, &signer, &runtime.who())?;
            runtime.note(&format!(
                "warning: the case cannot be written ({error}); its journal will not tell of this export"
            ));
            false
        }
    };
    let options = Options {
        out: args.out.clone(),
        tar: args.tar,
        signer: Some(signer),
        tsa: args.tsa.clone().or(config(runtime)?.tsa),
        redact: args.redact.iter().map(|name| context.case.redactable(name)).collect::<Result<_>>()?,
        named: named(args)?,
        reason: args.redact_reason.clone(),
        originals: args.originals,
        zone: context.zone,
        stop: runtime.stop.clone(),
    };
    runtime.listen();
    if !globals.quiet && runtime.err_is_terminal {
        runtime.note("reading the evidence again: a bundle does not rest on the index");
    }
    let progress = Steps::default();
    let told = |stage, now, all| progress.tell(stage, now, all);
    let made = watched(runtime, globals, &|| progress.read(), || make(&context.case, &ask, &options, &told))?;
    // A case that cannot be written was complained of before.
    let noted = note(&context.case, &made, &options, &runtime.who(), runtime.clock.as_ref());
    if let (Err(error), true) = (noted, writable) {
        runtime.note(&format!("warning: the journal does not tell of this export: {error}"));
    }
    tell(&made, globals, runtime)?;
    Ok(ExitReason::Done)
}

/// How far it has come: bytes of evidence read again, then events written.
#[derive(Default)]
struct Steps {
    bytes: AtomicU64,
    total: AtomicU64,
    events: AtomicU64,
}

impl Steps {
    fn tell(&self, stage: Stage, now: u64, all: u64) {
        match stage {
            Stage::Reading => {
                self.bytes.fetch_max(now, Ordering::Relaxed);
                self.total.store(all, Ordering::Relaxed);
            }
            Stage::Writing => drop(self.events.fetch_max(now, Ordering::Relaxed)),
        }
    }

    fn read(&self) -> BarPosition {
        let get = |count: &AtomicU64| count.load(Ordering::Relaxed);
        (get(&self.bytes), get(&self.total), get(&self.events))
    }
}

/// Most bytes of a file with values to redact.
const MOST_NAMED: u64 = 64 << 20;

/// Gives the values that are redacted whatever they are.
fn named(args: &ExportArgs) -> Result<Vec<String>> {
    let mut values = args.redact_value.clone();
    if let Some(path) = &args.redact_values {
        let why = || format!("cannot read {}", visible(&path.to_string_lossy()));
        let bytes = crate::fs::read_named(path, MOST_NAMED).context(why)?;
        let text = String::from_utf8(bytes).context(why)?;
        let text = text.trim_start_matches('\u{feff}');
        values.extend(text.lines().map(|line| line.trim_end_matches('\r').to_owned()));
    }
    values.retain(|value| !value.trim().is_empty());
    if values.is_empty() && args.redact_values.is_some() && args.redact.is_empty() {
        return Err(Error::usage("the file of values to redact is empty"));
    }
    Ok(values)
}

/// Reads what is to be handed over.
fn asked(args: &ExportArgs, context: &CommandContext) -> Result<Ask> {
    let window = context.window(&args.span)?;
    let query = args.query.as_ref().map(|text| {
        let parsed = context.parse(text)?;
        Ok::<_, Error>(Query { text: parsed.to_string(), expr: parsed, window })
    });
    let ask = Ask {
        findings: args.findings.clone(),
        bookmarks: args.bookmarks,
        query: query.transpose()?,
        events: hits(context, &args.events)?,
        all: args.all,
    };
    if ask.is_empty() {
        return Err(Error::usage("nothing was said to export")
            .hint("Name --finding N, --bookmarks, --query Q, --event ID or --all."));
    }
    if ask.query.is_none() && (args.span.from.is_some() || args.span.to.is_some()) {
        return Err(Error::usage("--from and --to bound a query, and there is none")
            .hint("Add --query '*' for everything in that time."));
    }
    Ok(ask)
}

fn tell(made: &Made, globals: &Globals, runtime: &mut Runtime) -> Result<()> {
    let shown = visible(&made.bundle.to_string_lossy());
    for note in &made.notes {
        runtime.note(&format!("note: {}", visible(note)));
    }
    if globals.json {
        let object = json!({ "bundle": shown, "events": made.events, "files": made.files, "bytes": made.bytes,
            "tagmanifest_sha256": made.tagmanifest, "signer": made.signer });
        return runtime.line(&json_line(&object)?);
    }
    runtime.line(&format!("made {shown}: {} events, {}", thousands(made.events), bytes(made.bytes)))?;
    if made.events == 0 {
        runtime.line("nothing matched: the bundle says so, with what was searched")?;
    }
    let signer = made.signer.as_deref().unwrap_or("nobody");
    runtime.line(&format!("for your ticket: {} sha-256 {} signed {signer}", made.name, made.tagmanifest))?;
    if !globals.quiet {
        let script = if made.bundle.is_file() {
            format!("unpack it and run sh {}/verify.sh", made.name)
        } else {
            format!("sh {shown}/verify.sh")
        };
        runtime.note(&format!("check it: {script}, or vestigo verify {shown}"));
    }
    Ok(())
}
