//! The evidence: the last verification, the selected source, the journal.

use crate::app::{SourceInfo, format_clock_offset};
use crate::record::thousands;
use crate::tui::model::Model;
use crate::tui::text::wrap;
use crate::tui::theme::{Glyphs, StyleRole};
use crate::tui::times::moment;

use super::builder::TextLine;
use super::verification;

/// Returns what is shown below the table, and on a page of its own.
pub fn lines(model: &Model, width: usize, glyphs: &Glyphs) -> Vec<TextLine> {
    let parts = [
        verification::trouble(model, width, glyphs),
        verification::ladder(model, width, glyphs),
        about(model, width),
        verification::not_proven(model, width),
        verification::journal(model),
    ];
    let filled = parts.into_iter().filter(|part| !part.is_empty());
    filled.collect::<Vec<_>>().join(&Vec::new())
}

/// Describes the selected source.
fn about(model: &Model, width: usize) -> Vec<TextLine> {
    let Some(source) = model.case.sources.get(model.focus.source) else { return Vec::new() };
    let zone = model.case.zone();
    let span = match source.span() {
        Some((from, to)) => format!("From {} to {} ({zone}).", moment(from, zone), moment(to, zone)),
        None => "None of its events has a time.".to_owned(),
    };
    let (receipt, time) = (&source.receipt, &source.receipt.time);
    let times = format!(
        "Times: {} explicit, {} inferred, {} ambiguous, {} after the acquisition, {} missing.",
        thousands(time.explicit),
        thousands(time.inferred),
        thousands(time.ambiguous),
        thousands(time.future),
        thousands(time.none)
    );
    let conserved = match (receipt.conserves(), &receipt.broken) {
        (false, _) => "! the parts do not add up",
        (true, Some(_)) => "! only part of it was read",
        (true, None) if receipt.is_unread() => "! nothing lost, and no event could be read",
        (true, None) => "✓ nothing lost",
    };
    let parts = &receipt.bytes;
    let bytes = format!(
        "Bytes: {} = {} in events + {} continuations + {} blank + {} rejected: {conserved}.",
        thousands(parts.total),
        thousands(parts.events),
        thousands(parts.continuations),
        thousands(parts.blank),
        thousands(parts.rejected)
    );
    let sha = format!("SHA-256 of its content: {}", source.id);
    let root = format!("Merkle root of its records: {}", source.root);
    let sentences = [crate::error::visible(&source.path), span, times, bytes, sha, root];
    let remarks = source
        .remarks
        .iter()
        .map(|remark| (format!("! {}.", crate::error::visible(remark)), StyleRole::Warning));
    let message = sentences.into_iter().map(|text| (text, StyleRole::Text));
    let mut message: Vec<(String, StyleRole)> = message.collect();
    message.splice(1..1, remarks.chain(read_as(source)));
    let lines =
        message.iter().flat_map(|(text, role)| wrap(text, width).into_iter().map(|line| (line, *role)));
    lines.map(|line| vec![line]).collect()
}

/// Describes how a source is read, as far as its records do not say.
fn read_as(source: &SourceInfo) -> Option<(String, StyleRole)> {
    let plan = source.plan.as_ref()?;
    let only = plan.forced.then(|| format!(", only as {}", plan.format));
    let year = plan.year.map(|year| format!(", first year {year}"));
    let host = plan.host.as_ref().map(|host| format!(", host {host}"));
    let clock = (plan.clock != 0).then(|| format!(", clock {}", format_clock_offset(plan.clock)));
    let by = source.reread.as_ref().map(|reread| {
        let change: Vec<String> = reread.change.iter().map(ToString::to_string).collect();
        format!("; since entry {} by {}: {}", reread.entry, reread.by, change.join(", "))
    });
    let role = if by.is_some() { StyleRole::Warning } else { StyleRole::Text };
    let more: String = [only, year, host, clock, by].into_iter().flatten().collect();
    Some((crate::error::visible(&format!("Read with zone {}{more}.", plan.zone)), role))
}
