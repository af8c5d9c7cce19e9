//! `checkpoint` and `keys`: what is kept outside, and whose signatures count.

use std::path::Path;

use qrcode::QrCode;
use qrcode::render::unicode;

use crate::case::{
    CaseMetadata, CaseWriter, CheckpointInfo, accept, adopt, introduce, keys_of, seal, stamp, write_new,
};
use crate::error::{Context, Result, visible};
use crate::journal::{KeyUse, Signer};

use super::super::args::Globals;
use super::super::args_custody::{CheckpointArgs, Keys};
use super::super::run::{Outcome, json_line};
use super::super::signing_config::{config, keyring, signer};
use super::super::{World, case_path};

/// Signs the journal's present end and says how to keep it elsewhere.
pub fn checkpoint(args: &CheckpointArgs, globals: &Globals, world: &mut World) -> Result<Outcome> {
    let folder = case_path::chosen(globals.case.as_deref(), world)?;
    let mut hold = held(&folder, args, world)?;
    let signer = signer(&folder, args.sign.as_deref(), world)?;
    let adopted = adopted(&mut hold, &signer, args, globals, world)?;
    introduce(&mut hold, &signer, world.clock.as_ref())?;
    let mut sealed = seal(&hold, Some(&signer))?;
    let meant = signer.signed().fingerprint;
    if args.sign.is_some() && sealed.signed.as_ref().is_none_or(|signed| signed.fingerprint != meant) {
        // The present end was signed by another key of the case already.
        hold.append(KeyUse { fingerprint: meant }, world.clock.as_ref())?;
        sealed = seal(&hold, Some(&signer))?;
    }
    let mut stamped = None;
    if let Some(url) = args.tsa.clone().or(config(world)?.tsa) {
        // What is handed out is the checkpoint that was stamped, not the one behind it.
        match stamp(&mut hold, &signer, &url, world.clock.as_ref()) {
            Ok(at) => stamped = Some(at),
            Err(error) => world.note(&format!("warning: unanchored: {error}")),
        }
    }
    let (line, by) = (sealed.checkpoint.line(), sealed.signed.as_ref().map(|signed| &signed.fingerprint));
    if let Some(path) = &args.out {
        write_new(path, sealed.checkpoint.text().as_bytes())?;
    }
    let entries = hold.journal().lines.len() as u64;
    if globals.json {
        let object = serde_json::json!({ "origin": sealed.checkpoint.origin, "size": sealed.checkpoint.size,
            "line": line, "file": visible(&sealed.path.to_string_lossy()), "signed": by, "stamped": stamped,
            "entries": entries, "adopted": adopted });
        world.line(&json_line(&object)?)?;
        return Ok(Outcome::Done);
    }
    world.line(&line)?;
    if args.qr {
        let code =
            QrCode::new(line.as_bytes()).context(|| "cannot draw the checkpoint as a QR code".to_owned())?;
        world.line(&code.render::<unicode::Dense1x2>().quiet_zone(true).build())?;
    }
    if !globals.quiet {
        told(&sealed, stamped.as_deref(), entries, world);
    }
    Ok(Outcome::Done)
}

fn told(sealed: &CheckpointInfo, stamped: Option<&str>, entries: u64, world: &mut World) {
    let by = sealed.signed.as_ref().map(|signed| format!("signed by {}", signed.fingerprint));
    let by = by.unwrap_or_else(|| "unsigned".to_owned());
    let at = stamped.map(|at| format!(", stamped at {at}")).unwrap_or_default();
    world.note(&format!("{} entries, {by}{at}", sealed.checkpoint.size));
    if stamped.is_some() && entries > sealed.checkpoint.size {
        let (first, noun) =
            (sealed.checkpoint.size, if entries - sealed.checkpoint.size == 1 { "entry" } else { "entries" });
        world.note(&format!(
            "the {noun} from {first} on, which names the stamp, comes after what was stamped"
        ));
    }
    world.note("keep the line above elsewhere (a ticket, a mail); `vestigo verify --anchor FILE` holds the case against it");
}

/// Takes the lock of a case; where that was asked for, the history that was known is given up first.
fn held(folder: &Path, args: &CheckpointArgs, world: &mut World) -> Result<CaseWriter> {
    if !args.accept_history {
        return CaseWriter::open(folder, &world.who(), world.clock.as_ref());
    }
    let (hold, given_up) = accept(folder, &world.who(), world.clock.as_ref())?;
    match given_up {
        Some(line) => {
            world.note(&format!("the history that was known is given up; entry {} says so", line.seq))
        }
        None => world.note("nothing speaks against the history of this case"),
    }
    Ok(hold)
}

/// Takes over what others wrote and nobody signed, where that was asked for.
fn adopted(
    hold: &mut CaseWriter,
    signer: &Signer,
    args: &CheckpointArgs,
    globals: &Globals,
    world: &mut World,
) -> Result<Vec<u64>> {
    if !args.adopt {
        return Ok(Vec::new());
    }
    let adopted = adopt(hold, signer, world.clock.as_ref())?;
    if adopted.is_empty() && !globals.quiet {
        world.note("there is nothing to adopt");
    }
    for line in &adopted {
        world.note(&format!("adopted entry {}: {} by {}", line.seq, visible(&line.kind), visible(&line.by)));
    }
    Ok(adopted.iter().map(|line| line.seq).collect())
}

/// Lists keys, or prints what whoever verifies needs.
pub fn keys(words: &Keys, globals: &Globals, world: &mut World) -> Result<Outcome> {
    match words {
        Keys::List => {
            for (name, signed) in keyring(world)?.list()? {
                let text = if globals.json {
                    json_line(&serde_json::json!({ "name": name, "fingerprint": signed.fingerprint,
                        "public_key": signed.public }))?
                } else {
                    format!("{}  {}", signed.fingerprint, visible(&name))
                };
                world.line(&text)?;
            }
        }
        Keys::Allow { principal } => {
            let folder = case_path::chosen(globals.case.as_deref(), world)?;
            let case = CaseMetadata::folder(&folder)?;
            let about = CaseMetadata::of(&case)?;
            let signed = signer(&folder, None, world)?.signed();
            let names = "vestigo-bundle,vestigo-checkpoint,vestigo-transfer";
            world.line(&format!("{} namespaces=\"{names}\" {}", visible(principal), signed.public))?;
            let journal = crate::journal::read(&case)?;
            if !keys_of(&about, &journal.lines).contains(&signed.fingerprint) && !globals.quiet {
                world.note("this key has not signed for the case yet");
            }
        }
    }
    Ok(Outcome::Done)
}
