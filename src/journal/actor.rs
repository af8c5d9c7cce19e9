//! Who acts, from where, with what, and what their clock is worth.

use std::path::PathBuf;

use serde_json::{Value, json};

/// The actor's own folders, outside any case. Either may be absent; then what
/// would lie there is done without.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Home {
    /// What can be made again: indexes of cases that are only read.
    pub cache: Option<PathBuf>,
    /// What this machine remembers of cases: the newest checkpoint seen of each.
    pub state: Option<PathBuf>,
}

/// Who writes to a journal, and the circumstances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The login name.
    pub login: String,
    /// The machine's name.
    pub host: String,
    /// Through whom they came to this account, where it was not theirs: the caller of
    /// sudo, as that says, and the account that logged in, as the kernel says.
    pub through: Option<String>,
    /// `SSH_CONNECTION`: client address and port, server address and port.
    pub ssh: Option<String>,
    /// The program and its version.
    pub tool: String,
    /// What is known of the machine's clock, in words.
    pub clock: String,
    /// Their own folders on this machine.
    pub home: Home,
}

impl Actor {
    /// Names somebody of whose circumstances nothing is known.
    pub fn new(login: &str, host: &str) -> Actor {
        let (tool, clock) = (String::new(), "not asked".to_owned());
        Actor {
            login: login.to_owned(),
            host: host.to_owned(),
            through: None,
            ssh: None,
            tool,
            clock,
            home: Home::default(),
        }
    }

    /// Gives the name that entries bear: `login@host`.
    pub fn by(&self) -> String {
        format!("{}@{}", self.login, self.host)
    }

    /// Gives the circumstances as a journal entry holds them.
    pub fn circumstances(&self) -> Value {
        let mut told = json!({ "login": self.login, "host": self.host, "ssh_connection": self.ssh,
            "tool": self.tool, "clock": self.clock });
        if let Some(through) = &self.through {
            told["through"] = through.as_str().into();
        }
        told
    }
}
