//! `transfer`: a bundle changes hands.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::app::{CheckedTransfer, TransferRequest, check_transfer, receive_transfer, start_transfer};
use crate::cli::args::Globals;
use crate::cli::outcome::ExitReason;
use crate::cli::output::print_result;
use crate::cli::runtime::Runtime;
use crate::cli::session::{print_warnings, session};
use crate::error::{Result, visible};

/// Record that a bundle changes hands, signed by both sides
#[derive(Debug, Clone, Subcommand)]
pub enum TransferCommand {
    /// Write a transfer record and sign it as the releasing side
    New(NewTransferArgs),
    /// Sign a transfer as the receiving side
    Receive {
        /// The transfer record, …transfer.json
        file: PathBuf,
        /// The signing key
        #[arg(long, value_name = "KEY")]
        sign: PathBuf,
    },
    /// Check a transfer: the bundle and both signatures
    Check {
        /// The transfer record, …transfer.json
        file: PathBuf,
        /// Whose signatures are trusted
        #[arg(long, value_name = "FILE")]
        allowed_signers: Option<PathBuf>,
    },
}

#[derive(Debug, Clone, Args)]
pub struct NewTransferArgs {
    /// The bundle that is handed over
    pub bundle: PathBuf,
    /// Who releases it
    #[arg(long, value_name = "NAME")]
    pub released_by: String,
    /// Who receives it
    #[arg(long, value_name = "NAME")]
    pub received_by: String,
    /// Purpose
    #[arg(long)]
    pub purpose: String,
    /// Place
    #[arg(long)]
    pub place: String,
    /// The signing key [default: `sign` in config.toml, or the case's own]
    #[arg(long, value_name = "KEY")]
    pub sign: Option<PathBuf>,
}

/// Writes, signs or checks a transfer record.
pub fn run(command: &TransferCommand, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    match command {
        TransferCommand::New(args) => start(args, globals, runtime),
        TransferCommand::Receive { file, sign } => {
            let transfer = receive_transfer(file, sign)?;
            let (by, bundle) = (visible(&transfer.received_by), visible(&transfer.bundle));
            runtime.line(&format!("received by {by}: {bundle}"))?;
            Ok(ExitReason::Done)
        }
        TransferCommand::Check { file, allowed_signers } => {
            let checked = check_transfer(file, allowed_signers.as_deref(), runtime.clock.now())?;
            print_result(globals, runtime, &checked, |runtime| print_check(&checked, runtime))?;
            Ok(if checked.wrong.is_empty() { ExitReason::Done } else { ExitReason::Damaged })
        }
    }
}

fn start(args: &NewTransferArgs, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let request = TransferRequest {
        bundle: args.bundle.clone(),
        released_by: args.released_by.clone(),
        received_by: args.received_by.clone(),
        purpose: args.purpose.clone(),
        place: args.place.clone(),
        sign: args.sign.clone(),
    };
    let (path, warnings) = start_transfer(&request, &session(globals, runtime)?)?;
    print_warnings(warnings, runtime);
    let shown = visible(&path.to_string_lossy());
    runtime.line(&format!("written and signed: {shown}"))?;
    if !globals.quiet {
        runtime.note(&format!("the receiving side signs: vestigo transfer receive {shown} --sign KEY"));
        runtime.note(&format!(
            "or: ssh-keygen -Y sign -n vestigo-transfer -f KEY {shown}, renamed to …received.sig"
        ));
    }
    Ok(ExitReason::Done)
}

fn print_check(checked: &CheckedTransfer, runtime: &mut Runtime) -> Result<()> {
    let transfer = &checked.transfer;
    let (bundle, sha256) = (visible(&transfer.bundle), visible(&transfer.tagmanifest_sha256));
    runtime.line(&format!("{bundle} sha-256 {sha256}"))?;
    let (purpose, place) = (visible(&transfer.purpose), visible(&transfer.place));
    runtime.line(&format!("purpose   {purpose} at {place}, {}", visible(&transfer.at)))?;
    for (what, who, key) in [
        ("released", &transfer.released_by, &checked.released),
        ("received", &transfer.received_by, &checked.received),
    ] {
        let key = key.as_deref().unwrap_or("NOT SIGNED");
        runtime.line(&format!("{what}  by {}: {}", visible(who), visible(key)))?;
    }
    checked.wrong.iter().try_for_each(|wrong| runtime.line(&format!("! {}", visible(wrong))))
}
