//! Help: first steps, every key that works here, signs, the query language.

use crate::tui::keymap::{Action, KeyContext, show};
use crate::tui::model::Model;
use crate::tui::text::wrap;
use crate::tui::theme::StyleRole;

use super::builder::TextLine;

/// Cells for the keys of an action.
const KEYS: usize = 18;

/// Returns the page's lines.
pub fn lines(model: &Model, width: usize) -> Vec<TextLine> {
    let context = model.context_beneath();
    let mut lines = first_steps(model, width);
    for link in context.chain().iter().copied().chain([KeyContext::Typing]) {
        let within = if link == KeyContext::Typing { KeyContext::Typing } else { context };
        section(model, link, within, width, &mut lines);
    }
    signs(&mut lines);
    language(&mut lines);
    lines
}

/// The first steps of an investigator who is new to vestigo.
fn first_steps(model: &Model, width: usize) -> Vec<TextLine> {
    let key = |action, context| model.keys.map.key_of(action, context).unwrap_or_else(|| ":".to_owned());
    let events = |action| key(action, KeyContext::Events);
    let fields = |action| key(action, KeyContext::Fields);
    let steps = [
        format!(
            "Did an attack work? {}, {} on failure, {} to source.ip, {} on the address, {} back to failure, {} on it: what is left succeeded; {} and {} go to where it began.",
            events(Action::Fields),
            fields(Action::Include),
            fields(Action::NextField),
            fields(Action::Include),
            fields(Action::PreviousField),
            fields(Action::Exclude),
            fields(Action::Back),
            events(Action::Last),
        ),
        format!(
            "When was it busy? {} goes to the busiest time, {} and {} to later and earlier times; {} and {} zoom.",
            events(Action::Busiest),
            events(Action::BucketNext),
            events(Action::BucketPrevious),
            events(Action::ZoomIn),
            events(Action::ZoomOut),
        ),
        format!(
            "{} opens an event, {} shows where it is stored in the evidence; {} goes back to the previous search or zoom.",
            events(Action::Open),
            events(Action::Provenance),
            events(Action::TrailBack),
        ),
        format!(
            "{} bookmarks an event, {} with a note; {} creates a finding; {} undoes the last of these. {} lists them, {} exports them.",
            events(Action::Bookmark),
            events(Action::Note),
            events(Action::NewFinding),
            events(Action::Undo),
            events(Action::Findings),
            events(Action::Export),
        ),
    ];
    let mut lines = vec![vec![("First steps".to_owned(), StyleRole::Heading)]];
    for step in steps {
        lines.extend(
            wrap(&step, width.saturating_sub(2))
                .into_iter()
                .map(|line| vec![(format!("  {line}"), StyleRole::Text)]),
        );
    }
    lines
}

/// Lists the actions that are bound in one context and work in another.
fn section(model: &Model, link: KeyContext, within: KeyContext, width: usize, lines: &mut Vec<TextLine>) {
    let mut rows = Vec::new();
    for action in Action::ALL {
        let here = model.keys.map.bindings().iter().filter(|binding| binding.context == link);
        let bound =
            here.filter(|binding| binding.action == Some(*action)).map(|binding| binding.chords.as_slice());
        let reached = model.keys.map.chords_of(*action, within);
        let keys: Vec<String> = bound.filter(|chords| reached.contains(chords)).map(show).collect();
        if !keys.is_empty() {
            rows.push((keys.join(", "), action.info().doc));
        }
    }
    if rows.is_empty() {
        return;
    }
    lines.push(Vec::new());
    lines.push(vec![(link.title().to_owned(), StyleRole::Heading)]);
    for (keys, doc) in rows {
        let doc = wrap(doc, width.saturating_sub(KEYS + 3));
        let mut keys = wrap(&keys, KEYS - 1).into_iter();
        let mut doc = doc.into_iter();
        loop {
            let (key, message) = (keys.next(), doc.next());
            if key.is_none() && message.is_none() {
                break;
            }
            let key = format!("  {:<KEYS$}", key.unwrap_or_default());
            lines.push(vec![(key, StyleRole::Key), (message.unwrap_or_default(), StyleRole::Text)]);
        }
    }
}

fn signs(lines: &mut Vec<TextLine>) {
    heading("Signs", lines);
    for (sign, role, means) in [
        ("✓", StyleRole::Success, "success; in the status line: verified and unchanged"),
        ("✗", StyleRole::Failure, "failure"),
        ("·", StyleRole::Unknown, "unknown outcome"),
        ("≈", StyleRole::Inferred, "part of the time was inferred, or the time is ambiguous"),
        ("●", StyleRole::Noted, "bookmarked"),
        ("▲", StyleRole::Noted, "part of a finding; under the timeline: the selected event's time"),
        ("!", StyleRole::Trouble, "trouble with the evidence"),
        ("░", StyleRole::Gap, "no data: a log that is usually active is silent"),
    ] {
        lines.push(vec![(format!("  {sign:<KEYS$}"), role), (means.to_owned(), StyleRole::Text)]);
    }
}

fn language(lines: &mut Vec<TextLine>) {
    heading("Queries", lines);
    for (example, means) in [
        ("user.name:alice", "a field has this value (user:alice is the same)"),
        ("status>=500", "a number is at least this large"),
        ("ip:10.0.0.0/8", "an address is in this network"),
        ("path:/wp-*", "* matches anything"),
        ("\"failed password\"", "these words in this order"),
        ("a AND NOT (b OR c)", "terms without an operator are joined by AND"),
    ] {
        lines.push(vec![(format!("  {example:<21}"), StyleRole::Match), (means.to_owned(), StyleRole::Text)]);
    }
}

fn heading(text: &str, lines: &mut Vec<TextLine>) {
    lines.push(Vec::new());
    lines.push(vec![(text.to_owned(), StyleRole::Heading)]);
}
