//! `keys`: whose signatures count.

use clap::Subcommand;

use crate::app::allowed_key;
use crate::cli::args::Globals;
use crate::cli::outcome::ExitReason;
use crate::cli::output::print_result;
use crate::cli::runtime::Runtime;
use crate::cli::session::{session, session_in};
use crate::error::{Result, visible};

/// Manage signing keys
#[derive(Debug, Clone, Subcommand)]
pub enum KeysCommand {
    /// List your keys
    List,
    /// Print a line for an allowed_signers file, to give to whoever verifies
    Allow {
        /// The name of the signer
        #[arg(value_name = "NAME")]
        principal: String,
    },
}

/// Lists keys, or prints what whoever verifies needs.
pub fn run(command: &KeysCommand, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    match command {
        KeysCommand::List => {
            let keyring = session_in("".as_ref(), runtime).config.keyring()?;
            for (name, key) in keyring.list()? {
                let object = serde_json::json!({ "name": name, "fingerprint": key.fingerprint,
                    "public_key": key.public });
                print_result(globals, runtime, &object, |runtime| {
                    runtime.line(&format!("{}  {}", key.fingerprint, visible(&name)))
                })?;
            }
        }
        KeysCommand::Allow { principal } => {
            let key = allowed_key(&session(globals, runtime)?)?;
            let (name, public) = (visible(principal), &key.identity.public);
            runtime.line(&format!("{name} namespaces=\"{}\" {public}", key.namespaces))?;
            if !key.is_known && !globals.quiet {
                runtime.note("this key has not signed for the case yet");
            }
        }
    }
    Ok(ExitReason::Done)
}
