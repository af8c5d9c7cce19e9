//! `bookmark`: marked events.

use serde_json::json;

use clap::Subcommand;

use crate::case::EvidenceStatus;
use crate::cli::annotate::{hits, write};
use crate::cli::args::Globals;
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::output::json_line;
use crate::cli::runtime::Runtime;
use crate::cli::table::{Align, Table};
use crate::error::{Result, visible};
use crate::journal::{Annotation, Bookmark};
use crate::record::{EventId, sentence};

/// Mark events
#[derive(Debug, Clone, Subcommand)]
pub enum BookmarkCommand {
    /// Mark events
    Add {
        /// Their ids, such as a1b2c3d4:17
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
        /// What is to be said of them
        #[arg(long)]
        note: Option<String>,
        /// A tag, which `tag:NAME` finds
        #[arg(long = "tag", value_name = "NAME")]
        tags: Vec<String>,
    },
    /// Print the marked events
    List,
    /// Take marks away
    Remove {
        /// The events' ids
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
    },
}

/// Does what is asked of bookmarks.
pub fn run(words: &BookmarkCommand, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let context = CommandContext::new(globals, runtime)?;
    match words {
        BookmarkCommand::Add { ids, note, tags } => {
            let mut acts = Vec::new();
            for hit in hits(&context, ids)? {
                let (event, note, tags) = (context.case.event_ref(&hit)?, note.clone(), tags.clone());
                acts.push(Annotation::AddBookmark { event, note, tags });
            }
            write(&context, &acts, globals, runtime)?;
            said(&context, ids, "marked", globals, runtime)
        }
        BookmarkCommand::Remove { ids } => {
            let mut acts = Vec::new();
            for id in ids {
                let event = marked(&context, id)?;
                acts.push(Annotation::RemoveBookmark { event });
            }
            write(&context, &acts, globals, runtime)?;
            said(&context, ids, "no longer marked", globals, runtime)
        }
        BookmarkCommand::List => list(&context, globals, runtime),
    }
}

/// Gives the full name of a marked event, sound or orphaned.
fn marked(context: &CommandContext, id: &str) -> Result<String> {
    let wanted: EventId = id.parse()?;
    let fits = |mark: &&Bookmark| {
        mark.event.place().is_some_and(|(source, record)| wanted.fits(&source) && wanted.record == record)
    };
    let found = context.case.state().bookmarks.values().find(fits);
    found.map(|mark| mark.event.event.clone()).ok_or_else(|| {
        crate::error::Error::usage(format!("{wanted} is not marked")).hint("See `vestigo bookmark list`.")
    })
}

fn said(
    context: &CommandContext,
    ids: &[String],
    what: &str,
    globals: &Globals,
    runtime: &mut Runtime,
) -> Result<ExitReason> {
    if globals.json {
        let state = context.case.reread()?;
        runtime.line(&json_line(&json!({ "events": ids, "bookmarks": state.state().bookmarks.len() }))?)?;
    } else {
        for id in ids {
            runtime.line(&format!("{} {what}", visible(id)))?;
        }
    }
    Ok(ExitReason::Done)
}

fn list(context: &CommandContext, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let headings = [
        ("Time", Align::Whole),
        ("Id", Align::Left),
        ("", Align::Left),
        ("Note", Align::Left),
        ("Tags", Align::Left),
        ("What", Align::Left),
    ];
    let mut table = Table::new(&headings);
    let mut orphans = 0;
    for mark in context.case.state().bookmarks.values() {
        let standing = context.case.standing(&mark.event);
        orphans += usize::from(standing.hit().is_none());
        if globals.json {
            runtime.line(&json_line(&of_mark(mark, &standing))?)?;
        } else {
            table.row(row(context, mark, &standing));
        }
    }
    if !globals.json {
        table.lines(runtime.width).iter().try_for_each(|line| runtime.line(line))?;
    }
    if orphans > 0 {
        runtime.note(&format!(
            "WARNING: {orphans} bookmarks are ORPHANED: their records are not what they were"
        ));
        return Ok(ExitReason::Damaged);
    }
    let none = context.case.state().bookmarks.is_empty();
    if none && !globals.quiet && !globals.json {
        runtime.note("nothing is marked; `vestigo bookmark add ID` marks an event");
    }
    Ok(if none { ExitReason::Nothing } else { ExitReason::Done })
}

fn row(context: &CommandContext, mark: &Bookmark, standing: &EvidenceStatus) -> Vec<String> {
    let id = mark.event.short();
    let tags = mark.tags.iter().cloned().collect::<Vec<_>>().join(", ");
    let entry = standing.hit().and_then(|hit| context.case.entry(&hit).ok());
    let (time, what) = match (&entry, standing.orphaned()) {
        (Some(entry), _) => {
            let time = entry.event.stamp.map(|stamp| context.zone.show(stamp.instant, 3));
            (time.unwrap_or_else(|| "-".to_owned()), sentence(&entry.event))
        }
        (None, why) => ("-".to_owned(), format!("ORPHANED: {}", why.unwrap_or("it cannot be read"))),
    };
    let glyph = if entry.is_some() { "●" } else { "!" };
    let what = what.lines().next().unwrap_or_default().to_owned();
    vec![time, id, glyph.to_owned(), mark.note.clone(), tags, what]
}

fn of_mark(mark: &Bookmark, standing: &EvidenceStatus) -> serde_json::Value {
    let moved = match standing {
        EvidenceStatus::Moved(hit) => Some(format!("{}:{}", hit.source, hit.record)),
        EvidenceStatus::Sound(_) | EvidenceStatus::Orphaned(_) => None,
    };
    json!({ "id": mark.event.short(), "event": mark.event.event,
        "sha256": mark.event.hash, "@timestamp": mark.event.time, "note": mark.note, "tags": mark.tags,
        "orphaned": standing.orphaned(), "found_again": moved, "history": mark.history })
}
