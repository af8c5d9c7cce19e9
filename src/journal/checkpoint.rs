//! What a journal was at one moment, in a few lines that can be kept elsewhere.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::error::{Error, Result};
use crate::record::Hash;

use super::Journal;

/// The namespace of signatures over checkpoints.
pub const NAMESPACE: &str = "vestigo-checkpoint";

/// A journal's size and root: the body of a C2SP `tlog-checkpoint`
/// (`origin\nsize\nbase64(root)\n`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose journal: `vestigo/<case id>`.
    pub origin: String,
    /// How many lines it had.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

impl Checkpoint {
    /// Gives the origin of a case's checkpoints.
    pub fn origin_of(case: &str) -> String {
        format!("vestigo/{case}")
    }

    /// Makes the checkpoint of a whole journal.
    pub fn from_journal(journal: &Journal, case: &str) -> Checkpoint {
        let size = journal.entries.len() as u64;
        let root = journal.root(size).expect("a journal has as many lines as it has");
        Checkpoint { origin: Checkpoint::origin_of(case), size, root }
    }

    /// Writes it: three lines.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// Reads one, which must be written exactly as [`Checkpoint::text`] writes it.
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
        let found = Checkpoint { origin: origin.to_owned(), size: size.parse().map_err(|_| bad())?, root };
        if found.text() == text { Ok(found) } else { Err(bad()) }
    }

    /// Writes it as one line to paste into a ticket.
    pub fn line(&self) -> String {
        format!("{} {} {}", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// Reads all checkpoints that somebody kept: the file, or their lines among
    /// other text, such as a ticket's.
    ///
    /// # Errors
    ///
    /// Fails where there is none, and where one was meant that cannot be read: it
    /// would be left out in silence.
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
                        "a checkpoint in it is cut off or changed: {}",
                        crate::error::Visible(words[at])
                    ))
                    .hint("Copy the whole line that `vestigo checkpoint` printed."));
                }
                _ => {}
            }
        }
        if found.is_empty() { Checkpoint::parse(text).map(|one| vec![one]) } else { Ok(found) }
    }

    /// Says in what a journal does not extend this checkpoint; nothing where it does.
    pub fn mismatch(&self, journal: &Journal, case: &str) -> Option<String> {
        let Checkpoint { origin, size, root } = self;
        let entries = journal.entries.len() as u64;
        if *origin != Checkpoint::origin_of(case) {
            return Some(format!("it is of another case ({})", crate::error::Visible(origin)));
        }
        match journal.root(*size) {
            None => Some(format!(
                "the journal has {entries} entries, it says {size}: the journal's end is missing"
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

/// The folder in which a case keeps its checkpoints.
pub const ANCHORS: &str = "anchors";

/// Gives the name of the checkpoint of so many entries.
pub fn checkpoint_name(size: u64) -> String {
    format!("checkpoint-{size:06}.txt")
}
