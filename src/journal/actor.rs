//! Who writes to a journal, from where and with which program.

use std::path::PathBuf;

use serde_json::{Value, json};

/// The user's own folders, outside any case. Without one of them, what would be
/// stored there is not stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Home {
    /// What can be recreated: indexes of cases that are only read.
    pub cache: Option<PathBuf>,
    /// What this machine remembers of each case: the end of its journal.
    pub state: Option<PathBuf>,
}

/// Who writes to a journal, and the circumstances of the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The login name.
    pub login: String,
    /// The machine's name.
    pub host: String,
    /// The user behind this account if it is another one: the caller of sudo according
    /// to sudo, and the account that logged in according to the kernel.
    pub through: Option<String>,
    /// The value of `SSH_CONNECTION`: client address and port, server address and port.
    pub ssh: Option<String>,
    /// The program and its version.
    pub tool: String,
    /// What is known about the accuracy of the system clock, in words.
    pub clock: String,
    /// The user's folders on this machine.
    pub home: Home,
}

impl Actor {
    /// Creates an actor about whose circumstances nothing is known.
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

    /// Returns the name in journal entries: `login@host`.
    pub fn by(&self) -> String {
        format!("{}@{}", self.login, self.host)
    }

    /// Returns the circumstances in the form in which a journal entry records them.
    pub fn circumstances(&self) -> Value {
        let mut circumstances = json!({ "login": self.login, "host": self.host, "ssh_connection": self.ssh,
            "tool": self.tool, "clock": self.clock });
        if let Some(through) = &self.through {
            circumstances["through"] = through.as_str().into();
        }
        circumstances
    }
}
