//! `verify`: what can be proved, and what cannot.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::case::verify as verify_case;
use crate::error::{Context, Error, Result, visible};
use crate::evidence::Depth;
use crate::export::{BagReader, is_record_proof, verify_bundle, verify_record_proof};
use crate::fs;
use crate::journal::{Allowed, Checkpoint};
use crate::verify::{Levels, TrustInputs, VerifyReport};

use super::World;
use super::args::Globals;
use super::args_custody::VerifyArgs;
use super::progress::watched;
use super::run::{Outcome, json_line};
use super::which;

/// Verifies a case and prints the ladder.
pub fn verify(args: &VerifyArgs, globals: &Globals, world: &mut World) -> Result<Outcome> {
    let named = args.target.as_deref().map(std::path::Path::new).filter(|path| BagReader::is_at(path));
    known(&args.require)?;
    // Nothing is known to be consistent of which not every byte was read.
    let all = args.deep || args.require.iter().any(|rung| rung == "consistent");
    let depth = match (all, args.roots) {
        (_, true) => Depth::Roots,
        (true, false) => Depth::Deep,
        (false, false) => Depth::Quick,
    };
    let brought = brought(args, world)?;
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
    let verdict = watched(world, globals, &read, || match named {
        Some(proof) if is_record_proof(proof) => verify_record_proof(proof, &brought),
        Some(bundle) => verify_bundle(bundle, &brought, &progress),
        None => {
            let folder = which::chosen(args.target.as_deref().or(globals.case.as_deref()), world)?;
            verify_case(&folder, depth, &brought, &progress)
        }
    })?;
    if globals.json {
        let object = serde_json::json!({ "target": verdict.target, "rungs": verdict.rungs,
            "damage": verdict.damage, "notes": verdict.notes, "not_proven": verdict.not_proven,
            "sound": verdict.is_sound(), "entries": verdict.entries, "sources": verdict.sources,
            "reach": verdict.reach, "history": verdict.history });
        world.line(&json_line(&object)?)?;
    } else {
        tell(&verdict, world)?;
    }
    let missing = missing(&require, &verdict.rungs);
    for rung in &missing {
        world.note(&format!("required and not reached: {rung}"));
    }
    let sound = verdict.is_sound() && missing.is_empty();
    Ok(if sound { Outcome::Done } else { Outcome::Damaged })
}

/// Most bytes of a file in which a checkpoint was kept.
const MOST_ANCHOR: u64 = 16 << 20;

/// Reads what whoever verifies brings along.
pub fn brought(args: &VerifyArgs, world: &World) -> Result<TrustInputs> {
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
    let allowed =
        args.allowed_signers.as_ref().map(|path| Allowed::read(path, args.revoked.clone())).transpose()?;
    let (now, home) = (world.clock.now(), which::home(world));
    Ok(TrustInputs { anchors, allowed, tsa_ca: args.tsa_ca.clone(), now, home })
}

/// The rungs that can be required.
const RUNGS: [&str; 4] = ["consistent", "signed", "anchored", "extends"];

fn reached(rung: &str, rungs: &Levels) -> bool {
    match rung {
        "consistent" => rungs.consistent,
        "signed" => rungs.signed.is_some(),
        "anchored" => rungs.anchored.is_some(),
        "extends" => rungs.extends == Some(true),
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

fn missing<'a>(require: &'a [String], rungs: &Levels) -> Vec<&'a String> {
    require.iter().filter(|name| !reached(name, rungs)).collect()
}

fn tell(verdict: &VerifyReport, world: &mut World) -> Result<()> {
    world.line(&format!("verified {}", verdict.target))?;
    for (reached, said) in verdict.ladder() {
        let glyph = match reached {
            Some(true) => "✓",
            Some(false) => "✗",
            None => "–",
        };
        world.line(&format!("  {glyph} {said}"))?;
    }
    for damage in &verdict.damage {
        world.line(&format!("damage: {}", visible(&damage.describe())))?;
    }
    verdict.notes.iter().try_for_each(|note| world.line(&format!("note: {note}")))?;
    world.line("not proven by this:")?;
    verdict.not_proven.iter().try_for_each(|sentence| world.line(&format!("  {sentence}")))
}
