//! `reveal`, `replay`, `transfer`: what comes after a bundle was made.

use std::path::Path;

use crate::case::{CaseWriter, write_new};
use crate::error::{Error, Result, visible};
use crate::export::{BagReader, TransferRecord, read_query, replay as ask_again, reveal as open_token};
use crate::journal::{Allowed, Reveal, Signer};
use crate::record::thousands;

use super::args::Globals;
use super::args_custody::Transfers;
use super::custody::{checkpoint, signer};
use super::run::{Opened, Outcome, json_line};
use super::{World, which};

/// Makes known the value behind one token, with what proves it.
pub fn reveal(
    (bundle, token, value): (&Path, &str, Option<&str>),
    out: Option<&Path>,
    globals: &Globals,
    world: &mut World,
) -> Result<Outcome> {
    let opened = Opened::new(globals, world)?;
    let revealed = open_token(&opened.case, &BagReader::open(bundle)?, token, value)?;
    let mut hold = CaseWriter::open(opened.case.folder(), &world.who(), world.clock.as_ref())?;
    // The journal tells that it was revealed, not what it is.
    let token = revealed["token"].as_str().unwrap_or_default().to_owned();
    hold.append(Reveal { token, bundle: visible(&bundle.to_string_lossy()) }, world.clock.as_ref())?;
    checkpoint(&mut hold, world);
    let text = json_line(&revealed)?;
    match out {
        Some(path) => write_new(path, format!("{text}\n").as_bytes())?,
        None => world.line(&text)?,
    }
    Ok(Outcome::Done)
}

/// Asks the question of a bundle again.
pub fn replay(path: &Path, globals: &Globals, world: &mut World) -> Result<Outcome> {
    let opened = Opened::new(globals, world)?;
    let (question, bag) = read_query(path)?;
    let replayed = ask_again(&opened.case, &question, bag.as_ref())?;
    if globals.json {
        world.line(&json_line(&replayed)?)?;
    } else if replayed.same {
        world.line(&format!("same: the very {} events", thousands(replayed.now)))?;
    } else {
        let (then, now) = (thousands(replayed.then), thousands(replayed.now));
        world.line(&format!("differs: {then} events then, {now} now"))?;
        for (mark, list) in [("+", &replayed.added), ("-", &replayed.gone)] {
            list.iter().take(20).try_for_each(|event| world.line(&format!("  {mark} {}", visible(event))))?;
            if list.len() > 20 {
                world.line(&format!("  {mark} … and {} more", thousands(list.len() as u64 - 20)))?;
            }
        }
        replayed.why.iter().try_for_each(|why| world.line(&format!("because: {why}")))?;
    }
    Ok(if replayed.same { Outcome::Done } else { Outcome::Nothing })
}

/// Writes a hand-over down, signs it, checks it.
pub fn transfer(words: &Transfers, globals: &Globals, world: &mut World) -> Result<Outcome> {
    match words {
        Transfers::New { bundle, released_by, received_by, purpose, place, sign } => {
            let folder = which::chosen(globals.case.as_deref(), world)?;
            let name = bundle.file_name().map(|name| name.to_string_lossy().into_owned());
            let transfer = TransferRecord {
                bundle: name.ok_or_else(|| Error::usage("name the bundle by its file name"))?,
                tagmanifest_sha256: TransferRecord::hash_of(bundle)?,
                released_by: released_by.clone(),
                received_by: received_by.clone(),
                purpose: purpose.clone(),
                place: place.clone(),
                at: world.clock.now().to_string(),
            };
            let signer = signer(&folder, sign.as_deref(), world)?;
            let path = transfer.write(bundle, &signer)?;
            let mut hold = CaseWriter::open(&folder, &world.who(), world.clock.as_ref())?;
            hold.append(transfer.entry(), world.clock.as_ref())?;
            checkpoint(&mut hold, world);
            let shown = visible(&path.to_string_lossy());
            world.line(&format!("written and signed: {shown}"))?;
            if !globals.quiet {
                world
                    .note(&format!("whoever receives it signs: vestigo transfer receive {shown} --sign KEY"));
                world.note(&format!(
                    "or: ssh-keygen -Y sign -n vestigo-transfer -f KEY {shown}, renamed to …received.sig"
                ));
            }
            Ok(Outcome::Done)
        }
        Transfers::Receive { file, sign } => {
            let transfer = TransferRecord::receive(file, &Signer::open(sign)?)?;
            world.line(&format!(
                "received by {}: {}",
                visible(&transfer.received_by),
                visible(&transfer.bundle)
            ))?;
            Ok(Outcome::Done)
        }
        Transfers::Check { file, allowed_signers } => {
            let allowed = allowed_signers.as_ref().map(|path| Allowed::read(path, None)).transpose()?;
            let checked = TransferRecord::check(file, allowed.as_ref(), world.clock.now())?;
            if globals.json {
                world.line(&json_line(&checked)?)?;
            } else {
                let transfer = &checked.transfer;
                world.line(&format!(
                    "{} sha-256 {}",
                    visible(&transfer.bundle),
                    visible(&transfer.tagmanifest_sha256)
                ))?;
                world.line(&format!(
                    "purpose   {} at {}, {}",
                    visible(&transfer.purpose),
                    visible(&transfer.place),
                    visible(&transfer.at)
                ))?;
                for (what, who, key) in [
                    ("released", &transfer.released_by, &checked.released),
                    ("received", &transfer.received_by, &checked.received),
                ] {
                    let key = key.as_deref().unwrap_or("NOT SIGNED");
                    world.line(&format!("{what}  by {}: {}", visible(who), visible(key)))?;
                }
                checked.wrong.iter().try_for_each(|wrong| world.line(&format!("! {}", visible(wrong))))?;
            }
            Ok(if checked.wrong.is_empty() { Outcome::Done } else { Outcome::Damaged })
        }
    }
}
