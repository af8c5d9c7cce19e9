//! Checkpoints: the state of a journal at one moment, in three lines that can be kept
//! outside the case.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::error::{Error, Result};
use crate::record::Hash;

use super::reader::Journal;

/// The namespace of signatures over checkpoints.
pub const NAMESPACE: &str = "vestigo-checkpoint";

/// A journal's size and root: the body of a C2SP `tlog-checkpoint`
/// (`origin\nsize\nbase64(root)\n`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The name of the journal: `vestigo/<case id>`.
    pub origin: String,
    /// How many lines the journal had.
    pub size: u64,
    /// The Merkle root over these lines.
    pub root: Hash,
}

impl Checkpoint {
    /// Returns the origin of a case's checkpoints.
    pub fn origin_of(case: &str) -> String {
        format!("vestigo/{case}")
    }

    /// Creates the checkpoint of a whole journal.
    pub fn from_journal(journal: &Journal, case: &str) -> Checkpoint {
        let size = journal.entries.len() as u64;
        let root = journal.root(size).expect("a journal has as many lines as it has");
        Checkpoint { origin: Checkpoint::origin_of(case), size, root }
    }

    /// Returns its text: three lines.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// Parses a checkpoint, which must have exactly the form of [`Checkpoint::text`].
    pub fn parse(text: &str) -> Result<Checkpoint> {
        let bad = || {
            Error::usage("this is not a checkpoint")
                .hint("A checkpoint has three lines: origin, number of entries, root in base64.")
        };
        let mut lines = text.lines();
        let (origin, size, root) = match (lines.next(), lines.next(), lines.next(), lines.next()) {
            (Some(origin), Some(size), Some(root), None) => (origin, size, root),
            _ => return Err(bad()),
        };
        let root = STANDARD.decode(root).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(bad)?;
        let checkpoint =
            Checkpoint { origin: origin.to_owned(), size: size.parse().map_err(|_| bad())?, root };
        if checkpoint.text() == text { Ok(checkpoint) } else { Err(bad()) }
    }

    /// Returns it as a single line, for a ticket.
    pub fn line(&self) -> String {
        format!("{} {} {}", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// Finds all checkpoints in a text: the file itself, or single lines among other
    /// text, such as that of a ticket.
    ///
    /// # Errors
    ///
    /// Fails if there is none, and if something looks like one but cannot be parsed:
    /// otherwise it would be ignored silently.
    pub fn find(text: &str) -> Result<Vec<Checkpoint>> {
        if let Ok(checkpoint) = Checkpoint::parse(text) {
            return Ok(vec![checkpoint]);
        }
        let bare = |word| str::trim_matches(word, |c: char| "\"'`()[]{}<>,;|*".contains(c));
        let words: Vec<&str> = text.split_whitespace().map(bare).collect();
        let mut found = Vec::new();
        for at in (0..words.len()).filter(|at| words[*at].starts_with("vestigo/")) {
            let three = words.get(at..at + 3).map(|three| format!("{}\n", three.join("\n")));
            match three.as_deref().map(Checkpoint::parse) {
                Some(Ok(checkpoint)) => found.push(checkpoint),
                _ if words.get(at + 1).is_some_and(|size| size.parse::<u64>().is_ok()) => {
                    return Err(Error::usage(format!(
                        "a checkpoint in it is incomplete or was changed: {}",
                        crate::error::Visible(words[at])
                    ))
                    .hint("Copy the whole line that `vestigo checkpoint` printed."));
                }
                _ => {}
            }
        }
        if found.is_empty() { Checkpoint::parse(text).map(|checkpoint| vec![checkpoint]) } else { Ok(found) }
    }

    /// Describes why a journal does not extend this checkpoint; `None` if it does.
    pub fn mismatch(&self, journal: &Journal, case: &str) -> Option<String> {
        let Checkpoint { origin, size, root } = self;
        let entries = journal.entries.len() as u64;
        if *origin != Checkpoint::origin_of(case) {
            return Some(format!("it belongs to another case ({})", crate::error::Visible(origin)));
        }
        match journal.root(*size) {
            None => Some(format!(
                "the journal has {entries} entries, it says {size}: the end of the journal is missing"
            )),
            Some(found) if found != *root => Some(format!(
                "the first {size} entries have root {}, it says {}: the history was rewritten",
                STANDARD.encode(found),
                STANDARD.encode(root)
            )),
            Some(_) => None,
        }
    }
}

/// The folder of a case for its checkpoints, signatures and time stamps.
pub const ANCHORS: &str = "anchors";

/// Returns the file name of the checkpoint of the first `size` entries.
pub fn checkpoint_name(size: u64) -> String {
    format!("checkpoint-{size:06}.txt")
}
