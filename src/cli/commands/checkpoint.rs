//! `checkpoint` and `keys`: what is kept outside, and whose signatures count.

use std::path::PathBuf;

use std::path::Path;

use qrcode::QrCode;
use qrcode::render::unicode;

use clap::Args;

use crate::case::{CaseWriter, CheckpointInfo, accept, adopt, introduce, seal, stamp, write_new};
use crate::cli::args::Globals;
use crate::cli::case_path;
use crate::cli::outcome::ExitReason;
use crate::cli::output::json_line;
use crate::cli::runtime::Runtime;
use crate::cli::signing_config::{config, signer};
use crate::error::{Context, Result, visible};
use crate::journal::{KeyUse, Signer};

/// Sign the journal's present end, to be kept elsewhere
#[derive(Debug, Clone, Args)]
pub struct CheckpointArgs {
    /// The key that signs [default: `sign` in config.toml, or the case's own]
    #[arg(long, value_name = "KEY")]
    pub sign: Option<PathBuf>,
    /// Have it stamped by this authority, http://… [default: `tsa` in config.toml]
    #[arg(long, value_name = "URL")]
    pub tsa: Option<String>,
    /// Take over entries that others wrote and no key of the case signed: an entry
    /// says so for ever, and they are signed from then on
    #[arg(long)]
    pub adopt: bool,
    /// Write to a case that is not as this machine saw it before (rolled back, or
    /// rewritten): an entry says which history was given up
    #[arg(long)]
    pub accept_history: bool,
    /// Show it as a QR code, to be photographed
    #[arg(long)]
    pub qr: bool,
    /// Write it to a file, to be kept elsewhere
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Signs the journal's present end and says how to keep it elsewhere.
pub fn run(args: &CheckpointArgs, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let folder = case_path::chosen(globals.case.as_deref(), runtime)?;
    let mut hold = held(&folder, args, runtime)?;
    let signer = signer(&folder, args.sign.as_deref(), runtime)?;
    let adopted = adopted(&mut hold, &signer, args, globals, runtime)?;
    introduce(&mut hold, &signer, runtime.clock.as_ref())?;
    let mut sealed = seal(&hold, Some(&signer))?;
    let meant = signer.identity().fingerprint;
    if args.sign.is_some() && sealed.signed.as_ref().is_none_or(|signed| signed.fingerprint != meant) {
        // The present end was signed by another key of the case already.
        hold.append(KeyUse { fingerprint: meant }, runtime.clock.as_ref())?;
        sealed = seal(&hold, Some(&signer))?;
    }
    let mut stamped = None;
    if let Some(url) = args.tsa.clone().or(config(runtime)?.tsa) {
        // What is handed out is the checkpoint that was stamped, not the one behind it.
        match stamp(&mut hold, &signer, &url, runtime.clock.as_ref()) {
            Ok(at) => stamped = Some(at),
            Err(error) => runtime.note(&format!("warning: unanchored: {error}")),
        }
    }
    let (line, by) = (sealed.checkpoint.line(), sealed.signed.as_ref().map(|signed| &signed.fingerprint));
    if let Some(path) = &args.out {
        write_new(path, sealed.checkpoint.text().as_bytes())?;
    }
    let entries = hold.journal().entries.len() as u64;
    if globals.json {
        let object = serde_json::json!({ "origin": sealed.checkpoint.origin, "size": sealed.checkpoint.size,
            "line": line, "file": visible(&sealed.path.to_string_lossy()), "signed": by, "stamped": stamped,
            "entries": entries, "adopted": adopted });
        runtime.line(&json_line(&object)?)?;
        return Ok(ExitReason::Done);
    }
    runtime.line(&line)?;
    if args.qr {
        let code =
            QrCode::new(line.as_bytes()).context(|| "cannot draw the checkpoint as a QR code".to_owned())?;
        runtime.line(&code.render::<unicode::Dense1x2>().quiet_zone(true).build())?;
    }
    if !globals.quiet {
        told(&sealed, stamped.as_deref(), entries, runtime);
    }
    Ok(ExitReason::Done)
}

fn told(sealed: &CheckpointInfo, stamped: Option<&str>, entries: u64, runtime: &mut Runtime) {
    let by = sealed.signed.as_ref().map(|signed| format!("signed by {}", signed.fingerprint));
    let by = by.unwrap_or_else(|| "unsigned".to_owned());
    let at = stamped.map(|at| format!(", stamped at {at}")).unwrap_or_default();
    runtime.note(&format!("{} entries, {by}{at}", sealed.checkpoint.size));
    if stamped.is_some() && entries > sealed.checkpoint.size {
        let (first, noun) =
            (sealed.checkpoint.size, if entries - sealed.checkpoint.size == 1 { "entry" } else { "entries" });
        runtime.note(&format!(
            "the {noun} from {first} on, which names the stamp, comes after what was stamped"
        ));
    }
    runtime.note("keep the line above elsewhere (a ticket, a mail); `vestigo verify --anchor FILE` holds the case against it");
}

/// Takes the lock of a case; where that was asked for, the history that was known is given up first.
fn held(folder: &Path, args: &CheckpointArgs, runtime: &mut Runtime) -> Result<CaseWriter> {
    if !args.accept_history {
        return CaseWriter::open(folder, &runtime.who(), runtime.clock.as_ref());
    }
    let (hold, given_up) = accept(folder, &runtime.who(), runtime.clock.as_ref())?;
    match given_up {
        Some(line) => {
            runtime.note(&format!("the history that was known is given up; entry {} says so", line.seq))
        }
        None => runtime.note("nothing speaks against the history of this case"),
    }
    Ok(hold)
}

/// Takes over what others wrote and nobody signed, where that was asked for.
fn adopted(
    hold: &mut CaseWriter,
    signer: &Signer,
    args: &CheckpointArgs,
    globals: &Globals,
    runtime: &mut Runtime,
) -> Result<Vec<u64>> {
    if !args.adopt {
        return Ok(Vec::new());
    }
    let adopted = adopt(hold, signer, runtime.clock.as_ref())?;
    if adopted.is_empty() && !globals.quiet {
        runtime.note("there is nothing to adopt");
    }
    for line in &adopted {
        runtime.note(&format!(
            "adopted entry {}: {} by {}",
            line.seq,
            visible(&line.kind),
            visible(&line.by)
        ));
    }
    Ok(adopted.iter().map(|line| line.seq).collect())
}
