//! `checkpoint` and `keys`: what is kept outside, and whose signatures count.

use qrcode::QrCode;
use qrcode::render::unicode;

use crate::case::{About, Hold, keys_of, seal, stamp, write_new};
use crate::error::{Attempt, Result, visible};

use super::args::Globals;
use super::args_custody::{CheckpointArgs, Keys};
use super::custody::{config, keyring, signer};
use super::run::{Outcome, json_line};
use super::{World, which};

/// Signs the journal's present end and says how to keep it elsewhere.
pub fn checkpoint(args: &CheckpointArgs, globals: &Globals, world: &mut World) -> Result<Outcome> {
    let folder = which::chosen(globals.case.as_deref(), world)?;
    let mut hold = Hold::open(&folder, &world.who(), world.clock.as_ref())?;
    let signer = signer(&folder, args.sign.as_deref(), world)?;
    hold.introduce(&signer, world.clock.as_ref())?;
    let mut sealed = seal(hold.dir(), hold.journal(), Some(&signer))?;
    let mut stamped = None;
    if let Some(url) = args.tsa.clone().or(config(world)?.tsa) {
        match stamp(&mut hold, &signer, &url, world.clock.as_ref()) {
            Ok(at) => {
                stamped = Some(at);
                sealed = seal(hold.dir(), hold.journal(), Some(&signer))?;
            }
            Err(error) => world.note(&format!("warning: unanchored: {error}")),
        }
    }
    let (line, by) = (sealed.checkpoint.line(), sealed.signed.as_ref().map(|signed| &signed.fingerprint));
    if let Some(path) = &args.out {
        write_new(path, sealed.checkpoint.text().as_bytes())?;
    }
    if globals.json {
        let object = serde_json::json!({ "origin": sealed.checkpoint.origin, "size": sealed.checkpoint.size,
            "line": line, "file": visible(&sealed.path.to_string_lossy()), "signed": by, "stamped": stamped });
        world.line(&json_line(&object)?)?;
        return Ok(Outcome::Done);
    }
    world.line(&line)?;
    if args.qr {
        let code =
            QrCode::new(line.as_bytes()).attempt(|| "cannot draw the checkpoint as a QR code".to_owned())?;
        world.line(&code.render::<unicode::Dense1x2>().quiet_zone(true).build())?;
    }
    if !globals.quiet {
        let by = by.map_or("unsigned".to_owned(), |by| format!("signed by {by}"));
        let stamped = stamped.map(|at| format!(", stamped at {at}")).unwrap_or_default();
        world.note(&format!("{} entries, {by}{stamped}", sealed.checkpoint.size));
        world.note("keep the line above elsewhere (a ticket, a mail); `vestigo verify --anchor FILE` holds the case against it");
    }
    Ok(Outcome::Done)
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
            let folder = which::chosen(globals.case.as_deref(), world)?;
            let case = About::folder(&folder)?;
            let about = About::of(&case)?;
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
