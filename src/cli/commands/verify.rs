//! `verify`: what can be proved, and what cannot.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use clap::Args;

use crate::app::{Depth, RequiredCheck, Verification, VerifyReport, VerifyRequest, VerifyTarget, verify};
use crate::cli::args::Globals;
use crate::cli::case_path;
use crate::cli::outcome::ExitReason;
use crate::cli::output::print_result;
use crate::cli::progress::watched;
use crate::cli::runtime::Runtime;
use crate::cli::session::session_in;
use crate::error::{Result, visible};

/// Verify a case or a bundle: what is proven, and what is not
#[derive(Debug, Clone, Args)]
pub struct VerifyArgs {
    /// A case, a bundle's folder, or a bundle's tar [default: as --case]
    pub target: Option<String>,
    /// Read every byte
    #[arg(long)]
    pub deep: bool,
    /// Read every byte, and recompute the Merkle tree over every record
    #[arg(long)]
    pub roots: bool,
    /// A checkpoint that was kept elsewhere: a file that contains its line (repeatable)
    #[arg(long = "anchor", value_name = "FILE")]
    pub anchors: Vec<PathBuf>,
    /// Whose signatures are trusted, in the format of ssh-keygen(1); one of them is
    /// then required
    #[arg(long, value_name = "FILE")]
    pub allowed_signers: Option<PathBuf>,
    /// Keys that are no longer trusted: a revocation list or public keys
    #[arg(long, value_name = "FILE", requires = "allowed_signers")]
    pub revoked: Option<PathBuf>,
    /// Certificates of the time-stamp authority
    #[arg(long, value_name = "FILE")]
    pub tsa_ca: Option<PathBuf>,
    /// Fail (status 4) unless these checks pass: consistent (reads every byte), signed
    /// (to the journal's end, by a key of the case), anchored, extends
    #[arg(long, value_delimiter = ',', value_name = "CHECKS")]
    pub require: Vec<String>,
}

/// Verifies a case, a bundle or a proof, and prints how each check went.
pub fn run(args: &VerifyArgs, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let require: Vec<RequiredCheck> = args.require.iter().map(|name| name.parse()).collect::<Result<_>>()?;
    let depth = match (args.deep, args.roots) {
        (_, true) => Depth::Roots,
        (true, false) => Depth::Deep,
        (false, false) => Depth::Quick,
    };
    let request = VerifyRequest {
        require,
        anchors: args.anchors.clone(),
        allowed_signers: args.allowed_signers.clone(),
        revoked: args.revoked.clone(),
        tsa_ca: args.tsa_ca.clone(),
        ..VerifyRequest::new(depth)
    };
    let target = args.target.as_deref().map(Path::new).and_then(VerifyTarget::at);
    let folder = match &target {
        Some(_) => PathBuf::new(),
        None => case_path::chosen(args.target.as_deref().or(globals.case.as_deref()), runtime)?,
    };
    let (target, session) = (target.unwrap_or(VerifyTarget::Case), session_in(&folder, runtime));
    let (done, total) = (AtomicU64::new(0), AtomicU64::new(0));
    let progress = |now: u64, all: u64| {
        done.fetch_max(now, Ordering::Relaxed);
        total.store(all, Ordering::Relaxed);
    };
    let read = || (done.load(Ordering::Relaxed), total.load(Ordering::Relaxed), 0);
    let verification = watched(runtime, globals, &read, || verify(&target, &request, &session, &progress))?;
    let Verification { report, missing } = &verification;
    let object = serde_json::json!({ "target": report.target, "checks": report.levels,
        "damage": report.damage, "notes": report.notes, "not_proven": report.not_proven,
        "sound": report.is_sound(), "entries": report.entries, "sources": report.sources,
        "reach": report.scope, "history": report.history });
    print_result(globals, runtime, &object, |runtime| print_report(report, runtime))?;
    for check in missing {
        runtime.note(&format!("check failed: {}", check.name()));
    }
    Ok(if verification.is_passed() { ExitReason::Done } else { ExitReason::Damaged })
}

fn print_report(report: &VerifyReport, runtime: &mut Runtime) -> Result<()> {
    runtime.line(&format!("verified {}", report.target))?;
    for (passed, text) in report.describe_levels() {
        let glyph = match passed {
            Some(true) => "✓",
            Some(false) => "✗",
            None => "–",
        };
        runtime.line(&format!("  {glyph} {text}"))?;
    }
    for damage in &report.damage {
        runtime.line(&format!("damage: {}", visible(&damage.describe())))?;
    }
    report.notes.iter().try_for_each(|note| runtime.line(&format!("note: {note}")))?;
    runtime.line("not proven by this:")?;
    report.not_proven.iter().try_for_each(|sentence| runtime.line(&format!("  {sentence}")))
}
