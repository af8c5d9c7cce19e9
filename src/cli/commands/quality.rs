//! `status --quality`: how well each source is understood.

use crate::app::{CancelToken, Drift, DriftKind, FieldCount, SourceQuality, source_quality};
use crate::cli::args::Globals;
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::output::json_line;
use crate::cli::runtime::Runtime;
use crate::cli::table::{Align, Table};
use crate::error::{Result, visible};
use crate::record::{counted, thousands};

/// How many of a source's changes and fields are listed without `--verbose`.
const LISTED: usize = 5;

/// Prints, for each source, what its events say and what is doubtful about them.
pub fn run(globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let context = CommandContext::new(globals, runtime)?;
    let sources = source_quality(&context.case, &CancelToken::new())?;
    if globals.json {
        sources.iter().try_for_each(|source| runtime.line(&json_line(source)?))?;
        return Ok(ExitReason::Done);
    }
    print_shares(&sources, runtime)?;
    let listed = if globals.verbose { usize::MAX } else { LISTED };
    for source in &sources {
        let remarks = remarks(source, listed);
        if !remarks.is_empty() {
            runtime.line("")?;
            runtime.line(&visible(&source.path))?;
            remarks.iter().try_for_each(|remark| runtime.line(&format!("  {remark}")))?;
        }
    }
    Ok(ExitReason::Done)
}

fn print_shares(sources: &[SourceQuality], runtime: &mut Runtime) -> Result<()> {
    let headings = [
        ("Source", Align::Tail),
        ("Events", Align::Right),
        ("Time", Align::Right),
        ("Actor", Align::Right),
        ("Origin", Align::Right),
        ("Action", Align::Right),
        ("Outcome", Align::Right),
        ("Own fields", Align::Right),
        ("Drift", Align::Right),
        ("Repeated", Align::Right),
    ];
    let mut table = Table::new(&headings);
    for source in sources {
        let share = &source.share;
        let percent = |share: f64| if source.events == 0 { "-".to_owned() } else { percent(share) };
        table.row([
            source.path.clone(),
            thousands(source.events),
            percent(share.time),
            percent(share.actor),
            percent(share.origin),
            percent(share.action),
            percent(share.outcome),
            thousands(source.own_fields.len()),
            thousands(source.drift.len()),
            thousands(source.duplicates.repeated),
        ]);
    }
    table.lines(runtime.width).iter().try_for_each(|line| runtime.line(line))
}

/// Returns a share as a percentage that is 0 or 100 only where none or all are meant.
fn percent(share: f64) -> String {
    match share {
        0.0 => "0%".to_owned(),
        share if share >= 1.0 => "100%".to_owned(),
        share => format!("{}%", (share * 100.0).round().clamp(1.0, 99.0)),
    }
}

/// Returns what is to be said about a source besides its shares.
fn remarks(source: &SourceQuality, listed: usize) -> Vec<String> {
    let mut remarks = Vec::new();
    if source.unparsed > 0 {
        remarks.push(format!("{} understood by no format", are(source.unparsed)));
    }
    remarks.extend(drift_remarks(&source.drift, listed));
    if let Some(fields) = fields(&source.mistyped, listed) {
        remarks.push(format!("values that are not of their field's type: {fields}"));
    }
    remarks.extend(time_remarks(source));
    let duplicates = source.duplicates;
    if duplicates.repeated > 0 {
        remarks.push(format!("{} the same as an earlier record of this source", say(duplicates.repeated)));
    }
    if duplicates.elsewhere > 0 {
        remarks.push(format!("{} the same as a record of another source", say(duplicates.elsewhere)));
    }
    if let Some(fields) = fields(&source.own_fields, listed).filter(|_| listed == usize::MAX) {
        remarks.push(format!("own fields: {fields}"));
    }
    remarks
}

fn time_remarks(source: &SourceQuality) -> Vec<String> {
    let (time, mut remarks) = (&source.time, Vec::new());
    if time.inferred > 0 {
        let parts = match time.inferred_parts.as_slice() {
            [] => String::new(),
            parts => format!(": {}", parts.join(", ")),
        };
        let zone = match &time.zone {
            Some(zone) if time.inferred_parts.contains(&"zone") => format!(" (read in {})", visible(zone)),
            _ => String::new(),
        };
        let times = counted(time.inferred, "time");
        let are = if time.inferred == 1 { "is" } else { "are" };
        remarks.push(format!("{times} {are} inferred in part{parts}{zone}"));
    }
    if time.ambiguous > 0 {
        remarks.push(format!("{} ambiguous: the local time occurs twice or never", are(time.ambiguous)));
    }
    if time.future > 0 {
        remarks.push(format!("{} later than the source was acquired", are(time.future)));
    }
    if time.steps_back > 0 {
        let back = span(time.farthest_back);
        remarks.push(format!("{} earlier than the one before, by up to {back}", are(time.steps_back)));
    }
    if let Some(record) = time.jump_record {
        let (far, way) =
            (span(time.farthest_jump.abs()), if time.farthest_jump < 0.0 { "back" } else { "on" });
        let jumps = counted(time.jumps, "jump");
        remarks.push(format!("{jumps} of time, the longest {far} {way} at record {}", thousands(record)));
    }
    remarks
}

fn drift_remarks(drift: &[Drift], listed: usize) -> Vec<String> {
    let mut remarks: Vec<String> = drift.iter().take(listed).map(describe).collect();
    if drift.len() > listed {
        remarks.push(format!("and {} more fields that change midway; -v lists them", drift.len() - listed));
    }
    remarks
}

fn describe(drift: &Drift) -> String {
    let (field, record) = (visible(&drift.field), thousands(drift.record));
    match (drift.change, drift.types) {
        (DriftKind::Vanishes, _) => format!("{field} vanishes after record {record}"),
        (DriftKind::Appears, _) => format!("{field} appears at record {record}"),
        (DriftKind::ChangesType, Some([before, after])) => {
            format!("{field} changes from {before} to {after} at record {record}")
        }
        (DriftKind::ChangesType, None) => format!("{field} changes its type at record {record}"),
    }
}

fn fields(counts: &[FieldCount], listed: usize) -> Option<String> {
    let shown = counts.iter().take(listed);
    let mut words: Vec<String> =
        shown.map(|count| format!("{} ({})", visible(&count.field), thousands(count.events))).collect();
    if counts.len() > listed {
        words.push(format!("and {} more", counts.len() - listed));
    }
    (!words.is_empty()).then(|| words.join(", "))
}

fn are(events: u64) -> String {
    format!("{} {}", counted(events, "event"), if events == 1 { "is" } else { "are" })
}

fn say(events: u64) -> String {
    format!("{} {}", counted(events, "event"), if events == 1 { "says" } else { "say" })
}

/// Returns seconds in the unit that suits them.
fn span(seconds: f64) -> String {
    let (number, unit) = match seconds {
        s if s < 120.0 => (s, "seconds"),
        s if s < 7_200.0 => (s / 60.0, "minutes"),
        s if s < 172_800.0 => (s / 3_600.0, "hours"),
        s => (s / 86_400.0, "days"),
    };
    match number {
        n if n < 9.95 && n.fract() != 0.0 => format!("{n:.1} {unit}"),
        n => format!("{} {unit}", thousands(n.round() as u64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_whole_only_where_all_are_meant() {
        assert_eq!([0.0, 0.0001, 0.5, 0.9999, 1.0].map(percent), ["0%", "1%", "50%", "99%", "100%"]);
    }

    #[test]
    fn spans_have_a_unit_that_suits_them() {
        assert_eq!(
            [0.5, 60.0, 3_600.0, 86_400.0, 864_000.0].map(span),
            ["0.5 seconds", "60 seconds", "60 minutes", "24 hours", "10 days"]
        );
    }
}
