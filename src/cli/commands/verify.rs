//! `verify`: what can be proved, and what cannot.

use std::path::PathBuf;

use std::sync::atomic::{AtomicU64, Ordering};

use clap::Args;

use crate::case::verify as verify_case;
use crate::cli::args::Globals;
use crate::cli::case_path;
use crate::cli::folders::home;
use crate::cli::outcome::ExitReason;
use crate::cli::output::json_line;
use crate::cli::progress::watched;
use crate::cli::runtime::Runtime;
use crate::error::{Context, Error, Result, visible};
use crate::evidence::Depth;
use crate::export::{BagReader, is_record_proof, verify_bundle, verify_record_proof};
use crate::fs;
use crate::journal::{AllowedSigners, Checkpoint};
use crate::verify::{Levels, TrustInputs, VerifyReport};

/// Prove what can be proved of a case or a bundle, and say what cannot
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

/// Verifies a case and prints the ladder.
pub fn run(args: &VerifyArgs, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let named = args.target.as_deref().map(std::path::Path::new).filter(|path| Bag::is_at(path));
    known(&args.require)?;
    // Nothing is known to be consistent of which not every byte was read.
    let all = args.deep || args.require.iter().any(|rung| rung == "consistent");
    let depth = match (all, args.roots) {
        (_, true) => Depth::Roots,
        (true, false) => Depth::Deep,
        (false, false) => Depth::Quick,
    };
    let brought = brought(args, runtime)?;
    // Whoever says whose signatures are trusted wants one of them.
    let mut require = args.require.clone();
    if args.allowed_signers.is_some() && !require.iter().any(|rung| rung == "signed") {
        require.push("signed".to_owned());
    }
    let (done, total) = (AtomicU64::new(0), AtomicU64::new(0));
    let progress = |now: u64, all: u64| {
        done.fetch_max(now, Ordering::Relaxed);
        total.store(all, Ordering::Relaxed);
    };
    let read = || (done.load(Ordering::Relaxed), total.load(Ordering::Relaxed), 0);
    let verdict = watched(runtime, globals, &read, || match named {
        Some(proof) if is_proof(proof) => verify_proof(proof, &brought),
        Some(bundle) => verify_bundle(bundle, &brought, &progress),
        None => {
            let folder = case_path::chosen(args.target.as_deref().or(globals.case.as_deref()), runtime)?;
            verify_case(&folder, depth, &brought, &progress)
        }
    })?;
    if globals.json {
        let object = serde_json::json!({ "target": verdict.target, "rungs": verdict.levels,
            "damage": verdict.damage, "notes": verdict.notes, "not_proven": verdict.not_proven,
            "sound": verdict.is_sound(), "entries": verdict.entries, "sources": verdict.sources,
            "reach": verdict.scope, "history": verdict.history });
        runtime.line(&json_line(&object)?)?;
    } else {
        tell(&verdict, runtime)?;
    }
    let missing = missing(&require, &verdict.levels);
    for rung in &missing {
        runtime.note(&format!("required and not reached: {rung}"));
    }
    let sound = verdict.is_sound() && missing.is_empty();
    Ok(if sound { ExitReason::Done } else { ExitReason::Damaged })
}

/// Most bytes of a file in which a checkpoint was kept.
const MOST_ANCHOR: u64 = 16 << 20;

/// Reads what whoever verifies brings along.
pub fn brought(args: &VerifyArgs, runtime: &Runtime) -> Result<TrustInputs> {
    let mut anchors = Vec::new();
    for path in &args.anchors {
        let shown = visible(&path.to_string_lossy());
        let why = || format!("cannot read the anchor {shown}");
        let hint = "Name a file with the line that `vestigo checkpoint` printed.";
        let bytes =
            fs::read_named(path, MOST_ANCHOR).context(why).map_err(|error: Error| error.hint(hint))?;
        let found = Checkpoint::find(&String::from_utf8_lossy(&bytes))?;
        anchors.extend(found.into_iter().map(|checkpoint| (shown.clone(), checkpoint)));
    }
    if let Some(ca) = args.tsa_ca.as_ref().filter(|ca| !ca.is_file()) {
        return Err(Error::usage(format!("there is no file {}", visible(&ca.to_string_lossy())))
            .hint("Name the certificates of the time-stamp authority, in PEM."));
    }
    let allowed = args
        .allowed_signers
        .as_ref()
        .map(|path| AllowedSigners::read(path, args.revoked.clone()))
        .transpose()?;
    let (now, home) = (runtime.clock.now(), home(&runtime.var));
    Ok(TrustInputs { anchors, allowed, tsa_ca: args.tsa_ca.clone(), now, home })
}

/// The rungs that can be required.
const RUNGS: [&str; 4] = ["consistent", "signed", "anchored", "extends"];

fn reached(rung: &str, levels: &Levels) -> bool {
    match rung {
        "consistent" => levels.consistent,
        "signed" => levels.signed.is_some(),
        "anchored" => levels.anchored.is_some(),
        "extends" => levels.extends == Some(true),
        _ => false,
    }
}

/// Refuses a rung that there is not, before anything is read.
fn known(require: &[String]) -> Result<()> {
    match require.iter().find(|name| !RUNGS.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(Error::usage(format!("there is no rung `{}`", visible(name)))
            .hint(format!("Choose among {}.", RUNGS.join(", ")))),
    }
}

fn missing<'a>(require: &'a [String], levels: &Levels) -> Vec<&'a String> {
    require.iter().filter(|name| !reached(name, levels)).collect()
}

fn tell(verdict: &VerifyReport, runtime: &mut Runtime) -> Result<()> {
    runtime.line(&format!("verified {}", verdict.target))?;
    for (reached, said) in verdict.describe_levels() {
        let glyph = match reached {
            Some(true) => "✓",
            Some(false) => "✗",
            None => "–",
        };
        runtime.line(&format!("  {glyph} {said}"))?;
    }
    for damage in &verdict.damage {
        runtime.line(&format!("damage: {}", visible(&damage.describe())))?;
    }
    verdict.notes.iter().try_for_each(|note| runtime.line(&format!("note: {note}")))?;
    runtime.line("not proven by this:")?;
    verdict.not_proven.iter().try_for_each(|sentence| runtime.line(&format!("  {sentence}")))
}
