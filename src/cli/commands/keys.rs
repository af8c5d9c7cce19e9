//! `keys`: whose signatures count.

use clap::Subcommand;

use crate::case::{CaseMetadata, keys_of};
use crate::cli::args::Globals;
use crate::cli::case_path;
use crate::cli::outcome::ExitReason;
use crate::cli::output::json_line;
use crate::cli::runtime::Runtime;
use crate::cli::signing_config::{keyring, signer};
use crate::error::{Result, visible};

/// Whose keys sign
#[derive(Debug, Clone, Subcommand)]
pub enum KeysCommand {
    /// Print your keys and the case's
    List,
    /// Print a line for an allowed_signers file, to give to whoever verifies
    Allow {
        /// Under which name
        #[arg(value_name = "NAME")]
        principal: String,
    },
}

/// Lists keys, or prints what whoever verifies needs.
pub fn run(words: &KeysCommand, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    match words {
        KeysCommand::List => {
            for (name, signed) in keyring(runtime)?.list()? {
                let text = if globals.json {
                    json_line(&serde_json::json!({ "name": name, "fingerprint": signed.fingerprint,
                        "public_key": signed.public }))?
                } else {
                    format!("{}  {}", signed.fingerprint, visible(&name))
                };
                runtime.line(&text)?;
            }
        }
        KeysCommand::Allow { principal } => {
            let folder = case_path::chosen(globals.case.as_deref(), runtime)?;
            let case = CaseMetadata::folder(&folder)?;
            let about = CaseMetadata::of(&case)?;
            let signed = signer(&folder, None, runtime)?.identity();
            let names = "vestigo-bundle,vestigo-checkpoint,vestigo-transfer";
            runtime.line(&format!("{} namespaces=\"{names}\" {}", visible(principal), signed.public))?;
            let journal = crate::journal::read(&case)?;
            if !keys_of(&about, &journal.entries).contains(&signed.fingerprint) && !globals.quiet {
                runtime.note("this key has not signed for the case yet");
            }
        }
    }
    Ok(ExitReason::Done)
}
