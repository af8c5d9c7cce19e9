//! `export`: the evidence bundle.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;

use crate::case::may_vouch;
use crate::error::{Context, Error, ErrorKind, Result, visible};
use crate::export::{
    BundleSummary, ExportOptions, ExportStage, SelectedQuery, Selection, record_export, register_signing_key,
    write_bundle,
};
use crate::record::{bytes, thousands};

use super::World;
use super::args::Globals;
use super::args_custody::ExportArgs;
use super::bookmark::hits;
use super::custody::{config, signer};
use super::progress::{Reading, watched};
use super::run::{Opened, Outcome, json_line};

/// Makes a bundle of what was asked, and notes in the journal that it left.
pub fn export(args: &ExportArgs, globals: &Globals, world: &mut World) -> Result<Outcome> {
    let mut opened = Opened::new(globals, world)?;
    let ask = asked(args, &opened)?;
    let signer = signer(opened.case.folder(), args.sign.as_deref(), world)?;
    let told = register_signing_key(&opened.case, &signer, &world.who(), world.clock.as_ref());
    let writable = match told {
        Ok(case) => {
            opened.case = case;
            true
        }
        // What nobody signed is not signed by being exported.
        Err(error) if error.kind() == ErrorKind::Integrity => return Err(error),
        Err(error) => {
            may_vouch(&opened.case, &signer, &world.who())?;
            world.note(&format!(
                "warning: the case cannot be written ({error}); its journal will not tell of this export"
            ));
            false
        }
    };
    let options = ExportOptions {
        out: args.out.clone(),
        tar: args.tar,
        signer: Some(signer),
        tsa: args.tsa.clone().or(config(world)?.tsa),
        redact: args.redact.iter().map(|name| opened.case.redactable(name)).collect::<Result<_>>()?,
        named: named(args)?,
        reason: args.redact_reason.clone(),
        originals: args.originals,
        zone: opened.zone,
        stop: world.stop.clone(),
    };
    world.listen();
    if !globals.quiet && world.err_is_terminal {
        world.note("reading the evidence again: a bundle does not rest on the index");
    }
    let progress = Steps::default();
    let told = |stage, now, all| progress.tell(stage, now, all);
    let made =
        watched(world, globals, &|| progress.read(), || write_bundle(&opened.case, &ask, &options, &told))?;
    // A case that cannot be written was complained of before.
    let noted = record_export(&opened.case, &made, &options, &world.who(), world.clock.as_ref());
    if let (Err(error), true) = (noted, writable) {
        world.note(&format!("warning: the journal does not tell of this export: {error}"));
    }
    tell(&made, globals, world)?;
    Ok(Outcome::Done)
}

/// How far it has come: bytes of evidence read again, then events written.
#[derive(Default)]
struct Steps {
    bytes: AtomicU64,
    total: AtomicU64,
    events: AtomicU64,
}

impl Steps {
    fn tell(&self, stage: ExportStage, now: u64, all: u64) {
        match stage {
            ExportStage::Reading => {
                self.bytes.fetch_max(now, Ordering::Relaxed);
                self.total.store(all, Ordering::Relaxed);
            }
            ExportStage::Writing => drop(self.events.fetch_max(now, Ordering::Relaxed)),
        }
    }

    fn read(&self) -> Reading {
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
fn asked(args: &ExportArgs, opened: &Opened) -> Result<Selection> {
    let window = opened.window(&args.span)?;
    let query = args.query.as_ref().map(|text| {
        let parsed = opened.parse(text)?;
        Ok::<_, Error>(SelectedQuery { text: parsed.to_string(), expr: parsed, window })
    });
    let ask = Selection {
        findings: args.findings.clone(),
        bookmarks: args.bookmarks,
        query: query.transpose()?,
        events: hits(opened, &args.events)?,
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

fn tell(made: &BundleSummary, globals: &Globals, world: &mut World) -> Result<()> {
    let shown = visible(&made.bundle.to_string_lossy());
    for note in &made.notes {
        world.note(&format!("note: {}", visible(&note.to_string())));
    }
    if globals.json {
        let object = json!({ "bundle": shown, "events": made.events, "files": made.files, "bytes": made.bytes,
            "tagmanifest_sha256": made.tagmanifest, "signer": made.signer });
        return world.line(&json_line(&object)?);
    }
    world.line(&format!("made {shown}: {} events, {}", thousands(made.events), bytes(made.bytes)))?;
    if made.events == 0 {
        world.line("nothing matched: the bundle says so, with what was searched")?;
    }
    let signer = made.signer.as_deref().unwrap_or("nobody");
    world.line(&format!("for your ticket: {} sha-256 {} signed {signer}", made.name, made.tagmanifest))?;
    if !globals.quiet {
        let script = if made.bundle.is_file() {
            format!("unpack it and run sh {}/verify.sh", made.name)
        } else {
            format!("sh {shown}/verify.sh")
        };
        world.note(&format!("check it: {script}, or vestigo verify {shown}"));
    }
    Ok(())
}
