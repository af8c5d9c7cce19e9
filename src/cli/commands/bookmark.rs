//! `bookmark`: bookmarked events.

use clap::Subcommand;

use crate::app::{Annotation, BookmarkView, annotate, bookmark, find_events, remove_bookmark};
use crate::cli::args::Globals;
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::output::{OutputRows, print_result};
use crate::cli::progress::watched_bytes;
use crate::cli::runtime::Runtime;
use crate::cli::session::print_warnings;
use crate::cli::table::Align;
use crate::error::{Result, visible};
use crate::record::summarize;

/// Bookmark events
#[derive(Debug, Clone, Subcommand)]
pub enum BookmarkCommand {
    /// Bookmark events
    Add {
        /// Their ids, such as a1b2c3d4:17
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
        /// A note about them
        #[arg(long)]
        note: Option<String>,
        /// A tag, which `tag:NAME` finds (repeatable)
        #[arg(long = "tag", value_name = "NAME")]
        tags: Vec<String>,
    },
    /// List the bookmarked events
    List,
    /// Remove bookmarks
    Remove {
        /// The events' ids
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
    },
}

/// Adds, lists or removes bookmarks.
pub fn run(command: &BookmarkCommand, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let context = CommandContext::new(globals, runtime)?;
    let case = &context.case;
    let (ids, annotations, done) = match command {
        BookmarkCommand::List => return list(&context, globals, runtime),
        BookmarkCommand::Add { ids, note, tags } => {
            let hits = find_events(case, ids)?;
            let add = hits.iter().map(|hit| bookmark(case, hit, note.as_deref(), tags));
            (ids, add.collect::<Result<Vec<Annotation>>>()?, "bookmarked")
        }
        BookmarkCommand::Remove { ids } => {
            let remove = ids.iter().map(|id| remove_bookmark(case, &id.parse()?));
            (ids, remove.collect::<Result<Vec<Annotation>>>()?, "is no longer bookmarked")
        }
    };
    let written = watched_bytes(runtime, globals, |watch| {
        annotate(case, |_| Ok(annotations), &context.session, watch)
    })?;
    print_warnings(written.warnings, runtime);
    let count = written.case.state().bookmarks.len();
    print_result(globals, runtime, &serde_json::json!({ "events": ids, "bookmarks": count }), |runtime| {
        ids.iter().try_for_each(|id| runtime.line(&format!("{} {done}", visible(id))))
    })?;
    Ok(ExitReason::Done)
}

fn list(context: &CommandContext, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let headings = [
        ("Time", Align::Whole),
        ("Id", Align::Left),
        ("", Align::Left),
        ("Note", Align::Left),
        ("Tags", Align::Left),
        ("Summary", Align::Left),
    ];
    let bookmarks = &context.case.state().bookmarks;
    let mut rows = OutputRows::new(globals, &headings);
    let mut orphans = 0;
    for mark in bookmarks.values() {
        let view = BookmarkView::new(&context.case, mark);
        orphans += usize::from(view.hit.is_none());
        rows.add(runtime, || &view, || cells(context, &view))?;
    }
    rows.print(runtime)?;
    if orphans > 0 {
        runtime.note(&format!("WARNING: {orphans} bookmarks are ORPHANED: their records have changed"));
        return Ok(ExitReason::Damaged);
    }
    if bookmarks.is_empty() && !globals.quiet && !globals.json {
        runtime.note("no bookmarks; `vestigo bookmark add ID` bookmarks an event");
    }
    Ok(if bookmarks.is_empty() { ExitReason::NoMatch } else { ExitReason::Done })
}

fn cells(context: &CommandContext, view: &BookmarkView) -> [String; 6] {
    let record = view.record(&context.case);
    let time = record.as_ref().and_then(|record| record.event.time);
    let time = time.map_or_else(|| "-".to_owned(), |stamp| context.zone.show(stamp.timestamp, 3));
    let summary = match &record {
        Some(record) => summarize(&record.event),
        None => format!("ORPHANED: {}", view.orphaned.as_deref().unwrap_or("it cannot be read")),
    };
    let glyph = if record.is_some() { "●" } else { "!" };
    let summary = summary.lines().next().unwrap_or_default().to_owned();
    [time, view.id.clone(), glyph.to_owned(), view.note.clone(), view.tags.join(", "), summary]
}
