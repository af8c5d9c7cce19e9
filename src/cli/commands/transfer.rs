//! `transfer`: a bundle changes hands.

use std::path::PathBuf;

use clap::Subcommand;

use crate::case::CaseWriter;
use crate::cli::args::Globals;
use crate::cli::case_path;
use crate::cli::outcome::ExitReason;
use crate::cli::output::json_line;
use crate::cli::runtime::Runtime;
use crate::cli::signing_config::{checkpoint, signer};
use crate::error::{Error, Result, visible};
use crate::export::TransferRecord;
use crate::journal::{AllowedSigners, Signer};

/// Write down that a bundle changes hands, signed by both sides
#[derive(Debug, Clone, Subcommand)]
pub enum TransferCommand {
    /// Write a hand-over down, and sign it as the one who releases
    New {
        /// The bundle that is handed over
        bundle: PathBuf,
        /// Who releases it
        #[arg(long, value_name = "NAME")]
        released_by: String,
        /// Who receives it
        #[arg(long, value_name = "NAME")]
        received_by: String,
        /// What for
        #[arg(long)]
        purpose: String,
        /// Where
        #[arg(long)]
        place: String,
        /// The key that signs [default: `sign` in config.toml, or the case's own]
        #[arg(long, value_name = "KEY")]
        sign: Option<PathBuf>,
    },
    /// Sign a hand-over as the one who receives
    Receive {
        /// The hand-over, …transfer.json
        file: PathBuf,
        /// The key that signs
        #[arg(long, value_name = "KEY")]
        sign: PathBuf,
    },
    /// Check a hand-over: the bundle, and both signatures
    Check {
        /// The hand-over, …transfer.json
        file: PathBuf,
        /// Whose signatures are trusted
        #[arg(long, value_name = "FILE")]
        allowed_signers: Option<PathBuf>,
    },
}

/// Writes a hand-over down, signs it, checks it.
pub fn run(words: &TransferCommand, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    match words {
        TransferCommand::New { bundle, released_by, received_by, purpose, place, sign } => {
            let folder = case_path::chosen(globals.case.as_deref(), runtime)?;
            let name = bundle.file_name().map(|name| name.to_string_lossy().into_owned());
            let transfer = TransferRecord {
                bundle: name.ok_or_else(|| Error::usage("name the bundle by its file name"))?,
                tagmanifest_sha256: TransferRecord::hash_of(bundle)?,
                released_by: released_by.clone(),
                received_by: received_by.clone(),
                purpose: purpose.clone(),
                place: place.clone(),
                at: runtime.clock.now().to_string(),
            };
            let signer = signer(&folder, sign.as_deref(), runtime)?;
            let path = transfer.write(bundle, &signer)?;
            let mut hold = CaseWriter::open(&folder, &runtime.who(), runtime.clock.as_ref())?;
            hold.append(transfer.entry(), runtime.clock.as_ref())?;
            checkpoint(&mut hold, runtime);
            let shown = visible(&path.to_string_lossy());
            runtime.line(&format!("written and signed: {shown}"))?;
            if !globals.quiet {
                runtime
                    .note(&format!("whoever receives it signs: vestigo transfer receive {shown} --sign KEY"));
                runtime.note(&format!(
                    "or: ssh-keygen -Y sign -n vestigo-transfer -f KEY {shown}, renamed to …received.sig"
                ));
            }
            Ok(ExitReason::Done)
        }
        TransferCommand::Receive { file, sign } => {
            let transfer = TransferRecord::receive(file, &Signer::open(sign)?)?;
            runtime.line(&format!(
                "received by {}: {}",
                visible(&transfer.received_by),
                visible(&transfer.bundle)
            ))?;
            Ok(ExitReason::Done)
        }
        TransferCommand::Check { file, allowed_signers } => {
            let allowed =
                allowed_signers.as_ref().map(|path| AllowedSigners::read(path, None)).transpose()?;
            let checked = TransferRecord::check(file, allowed.as_ref(), runtime.clock.now())?;
            if globals.json {
                runtime.line(&json_line(&checked)?)?;
            } else {
                let transfer = &checked.transfer;
                runtime.line(&format!(
                    "{} sha-256 {}",
                    visible(&transfer.bundle),
                    visible(&transfer.tagmanifest_sha256)
                ))?;
                runtime.line(&format!(
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
                    runtime.line(&format!("{what}  by {}: {}", visible(who), visible(key)))?;
                }
                checked.wrong.iter().try_for_each(|wrong| runtime.line(&format!("! {}", visible(wrong))))?;
            }
            Ok(if checked.wrong.is_empty() { ExitReason::Done } else { ExitReason::Damaged })
        }
    }
}
