//! `checkpoint`: the journal's end, signed, to be kept elsewhere.

use std::path::PathBuf;

use clap::Args;
use qrcode::QrCode;
use qrcode::render::unicode;

use crate::app::{CheckpointReceipt, CheckpointRequest, sign_checkpoint, write_new};
use crate::cli::args::Globals;
use crate::cli::outcome::ExitReason;
use crate::cli::output::print_result;
use crate::cli::runtime::Runtime;
use crate::cli::session::{print_warnings, session};
use crate::error::{Context, Result, visible};

/// Sign the journal's present end, to be kept elsewhere
#[derive(Debug, Clone, Args)]
pub struct CheckpointArgs {
    /// The signing key [default: `sign` in config.toml, or the case's own]
    #[arg(long, value_name = "KEY")]
    pub sign: Option<PathBuf>,
    /// Have it time-stamped by this authority, http://… [default: `tsa` in config.toml]
    #[arg(long, value_name = "URL")]
    pub tsa: Option<String>,
    /// Adopt entries that others wrote and no key of the case signed: an entry
    /// records this permanently, and they are signed from then on
    #[arg(long)]
    pub adopt: bool,
    /// Write to a case whose history is not the one this machine saw before (rolled
    /// back, or rewritten): an entry records which history was given up
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
    let request = CheckpointRequest {
        sign: args.sign.clone(),
        tsa: args.tsa.clone(),
        adopt: args.adopt,
        accept_history: args.accept_history,
        allow_unsigned: false,
    };
    let mut signed = sign_checkpoint(&request, &session(globals, runtime)?)?;
    print_accepted(&signed, args, globals, runtime);
    print_warnings(std::mem::take(&mut signed.warnings), runtime);
    let checkpoint = &signed.info.checkpoint;
    if let Some(path) = &args.out {
        write_new(path, checkpoint.text().as_bytes())?;
    }
    let by = signed.info.signed.as_ref().map(|signed| &signed.fingerprint);
    let adopted: Vec<u64> = signed.adopted.iter().map(|entry| entry.seq).collect();
    let object = serde_json::json!({ "origin": checkpoint.origin, "size": checkpoint.size,
        "line": checkpoint.line(), "file": visible(&signed.info.path.to_string_lossy()), "signed": by,
        "stamped": signed.stamped, "entries": signed.entries, "adopted": adopted });
    print_result(globals, runtime, &object, |runtime| {
        runtime.line(&checkpoint.line())?;
        if args.qr {
            let code = QrCode::new(checkpoint.line().as_bytes());
            let code = code.context(|| "cannot draw the checkpoint as a QR code".to_owned())?;
            runtime.line(&code.render::<unicode::Dense1x2>().quiet_zone(true).build())?;
        }
        if !globals.quiet {
            print_summary(&signed, runtime);
        }
        Ok(())
    })?;
    Ok(ExitReason::Done)
}

/// Prints which history was given up, and which entries were adopted, where that was
/// asked for.
fn print_accepted(
    signed: &CheckpointReceipt,
    args: &CheckpointArgs,
    globals: &Globals,
    runtime: &mut Runtime,
) {
    match &signed.given_up {
        Some(entry) => {
            runtime.note(&format!("gave up the history that was known; entry {} records it", entry.seq))
        }
        None if args.accept_history => runtime.note("nothing contradicts the history of this case"),
        None => {}
    }
    if args.adopt && signed.adopted.is_empty() && !globals.quiet {
        runtime.note("there is nothing to adopt");
    }
    for entry in &signed.adopted {
        let (kind, by) = (visible(&entry.kind), visible(&entry.by));
        runtime.note(&format!("adopted entry {}: {kind} by {by}", entry.seq));
    }
}

fn print_summary(signed: &CheckpointReceipt, runtime: &mut Runtime) {
    let CheckpointReceipt { info, stamped, entries, .. } = signed;
    let size = info.checkpoint.size;
    let by = info.signed.as_ref().map(|signed| format!("signed by {}", signed.fingerprint));
    let by = by.unwrap_or_else(|| "unsigned".to_owned());
    let at = stamped.as_ref().map(|at| format!(", time-stamped at {at}")).unwrap_or_default();
    runtime.note(&format!("{size} entries, {by}{at}"));
    if stamped.is_some() && *entries > size {
        let noun = if entries - size == 1 { "entry" } else { "entries" };
        runtime.note(&format!(
            "the {noun} from {size} on, which names the time stamp, comes after what was stamped"
        ));
    }
    runtime.note("keep the line above elsewhere (a ticket, a mail); `vestigo verify --anchor FILE` checks the case against it");
}
