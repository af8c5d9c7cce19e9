//! `bookmark`: marked events.

use serde_json::json;

use crate::case::{EvidenceStatus, annotate};
use crate::error::{Result, visible};
use crate::index::Hit;
use crate::journal::{Annotation, Bookmark};
use crate::record::{EventId, sentence};

use super::super::World;
use super::super::args::Globals;
use super::super::args_custody::Bookmarks;
use super::super::progress::watched_bytes;
use super::super::run::{Opened, Outcome, json_line};
use super::super::signing_config::{signer_or_warning, warn_unfinished};
use super::super::table::{Align, Table};

/// Does what is asked of bookmarks.
pub fn bookmark(words: &Bookmarks, globals: &Globals, world: &mut World) -> Result<Outcome> {
    let opened = Opened::new(globals, world)?;
    match words {
        Bookmarks::Add { ids, note, tags } => {
            let mut acts = Vec::new();
            for hit in hits(&opened, ids)? {
                let (event, note, tags) = (opened.case.event_ref(&hit)?, note.clone(), tags.clone());
                acts.push(Annotation::Mark { event, note, tags });
            }
            write(&opened, &acts, globals, world)?;
            said(&opened, ids, "marked", globals, world)
        }
        Bookmarks::Remove { ids } => {
            let mut acts = Vec::new();
            for id in ids {
                let event = marked(&opened, id)?;
                acts.push(Annotation::Unmark { event });
            }
            write(&opened, &acts, globals, world)?;
            said(&opened, ids, "no longer marked", globals, world)
        }
        Bookmarks::List => list(&opened, globals, world),
    }
}

/// Writes annotations into the journal, and the checkpoint behind them.
pub fn write(opened: &Opened, acts: &[Annotation], globals: &Globals, world: &mut World) -> Result<()> {
    let folder = opened.case.folder();
    let signer = signer_or_warning(folder, world);
    let written = watched_bytes(world, globals, |watch| {
        annotate(folder, acts, signer.as_ref(), &world.who(), world.clock.as_ref(), watch)
    })?;
    warn_unfinished(written, world);
    Ok(())
}

/// Finds the events of ids.
pub fn hits(opened: &Opened, ids: &[String]) -> Result<Vec<Hit>> {
    ids.iter().map(|id| opened.case.find(&id.parse::<EventId>()?)).collect()
}

/// Gives the full name of a marked event, sound or orphaned.
fn marked(opened: &Opened, id: &str) -> Result<String> {
    let wanted: EventId = id.parse()?;
    let fits = |mark: &&Bookmark| {
        mark.event.place().is_some_and(|(source, record)| wanted.fits(&source) && wanted.record == record)
    };
    let found = opened.case.state().bookmarks.values().find(fits);
    found.map(|mark| mark.event.event.clone()).ok_or_else(|| {
        crate::error::Error::usage(format!("{wanted} is not marked")).hint("See `vestigo bookmark list`.")
    })
}

fn said(
    opened: &Opened,
    ids: &[String],
    what: &str,
    globals: &Globals,
    world: &mut World,
) -> Result<Outcome> {
    if globals.json {
        let state = opened.case.reread()?;
        world.line(&json_line(&json!({ "events": ids, "bookmarks": state.state().bookmarks.len() }))?)?;
    } else {
        for id in ids {
            world.line(&format!("{} {what}", visible(id)))?;
        }
    }
    Ok(Outcome::Done)
}

fn list(opened: &Opened, globals: &Globals, world: &mut World) -> Result<Outcome> {
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
    for mark in opened.case.state().bookmarks.values() {
        let standing = opened.case.standing(&mark.event);
        orphans += usize::from(standing.hit().is_none());
        if globals.json {
            world.line(&json_line(&of_mark(mark, &standing))?)?;
        } else {
            table.row(row(opened, mark, &standing));
        }
    }
    if !globals.json {
        table.lines(world.width).iter().try_for_each(|line| world.line(line))?;
    }
    if orphans > 0 {
        world.note(&format!(
            "WARNING: {orphans} bookmarks are ORPHANED: their records are not what they were"
        ));
        return Ok(Outcome::Damaged);
    }
    let none = opened.case.state().bookmarks.is_empty();
    if none && !globals.quiet && !globals.json {
        world.note("nothing is marked; `vestigo bookmark add ID` marks an event");
    }
    Ok(if none { Outcome::Nothing } else { Outcome::Done })
}

fn row(opened: &Opened, mark: &Bookmark, standing: &EvidenceStatus) -> Vec<String> {
    let id = mark.event.short();
    let tags = mark.tags.iter().cloned().collect::<Vec<_>>().join(", ");
    let entry = standing.hit().and_then(|hit| opened.case.entry(&hit).ok());
    let (time, what) = match (&entry, standing.orphaned()) {
        (Some(entry), _) => {
            let time = entry.event.stamp.map(|stamp| opened.zone.show(stamp.instant, 3));
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
