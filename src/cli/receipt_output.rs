//! How the sources of an import were accounted for, in a table and in sentences.

use std::collections::BTreeMap;

use crate::app::{ImportReport, ImportRow, ImportStatus, Receipt, Stated};
use crate::cli::args::Globals;
use crate::cli::output::json_line;
use crate::cli::runtime::Runtime;
use crate::cli::table::{Align, Table};
use crate::error::{Result, visible};
use crate::record::{Zone, counted, format_bytes, thousands};

/// Prints the rows of an import and their total; `named` is the size in bytes of the
/// files that were named.
pub fn print_report(
    rows: &[ImportRow],
    report: Option<&ImportReport>,
    named: u64,
    globals: &Globals,
    runtime: &mut Runtime,
) -> Result<()> {
    if globals.json {
        for row in rows {
            runtime.line(&json_line(&row.json())?)?;
        }
        return report.map_or(Ok(()), |report| runtime.line(&json_line(&report.total.json())?));
    }
    let zone = globals.zone().unwrap_or(Zone::UTC);
    let heads = [
        ("Source", Align::Tail),
        ("Status", Align::Left),
        ("Format", Align::Left),
        ("Share", Align::Right),
        ("Events", Align::Right),
        ("Unparsed", Align::Right),
        ("Bytes", Align::Right),
        ("Time", Align::Left),
    ];
    let (alone, folded) = folded(rows, globals.verbose);
    let mut table = Table::new(&heads);
    alone.iter().for_each(|row| table.row(cells(row, &zone)));
    folded.iter().for_each(|fold| table.row(cells(fold, &zone)));
    if !table.is_empty() {
        table.lines(runtime.width).iter().try_for_each(|line| runtime.line(line))?;
    }
    for line in alone.iter().copied().chain(&folded).flat_map(remarks) {
        runtime.line(&line)?;
    }
    if !folded.is_empty() && !globals.quiet {
        runtime.note("-v lists every source");
    }
    let Some(report) = report else { return Ok(()) };
    for line in exceptions(rows.iter().filter(|row| has_content(row)).map(|row| &row.receipt)) {
        runtime.line(&line)?;
    }
    print_total(report, named, runtime)
}

/// Up to this many rows are listed one by one; of more, unremarkable ones are folded
/// into one per format.
const LISTED: usize = 20;

/// Describes what is wrong with some sources together: not read, not recognized,
/// without a time.
pub fn exceptions<'r>(receipts: impl Iterator<Item = &'r Receipt>) -> Vec<String> {
    let (mut sources, mut unread, mut unparsed, mut undated) = (0, 0, 0, 0);
    for receipt in receipts {
        sources += 1;
        unread += u64::from(receipt.is_unread());
        unparsed += u64::from(receipt.is_unparsed());
        undated += receipt.time.none;
    }
    let (all, mut lines) = (counted(sources, "source"), Vec::new());
    if unread > 0 {
        let unread = thousands(unread);
        lines.push(format!(
            "! {unread} of {all} NOT READ: no event could be read from them; they are kept and hashed"
        ));
    }
    if unparsed > 0 {
        let unparsed = thousands(unparsed);
        lines.push(format!(
            "! {unparsed} of {all} not recognized by any format: only their text is searchable"
        ));
    }
    if undated > 0 {
        let have = if undated == 1 { "has" } else { "have" };
        let undated = counted(undated, "event");
        lines.push(format!("! {undated} {have} no time: in no timeline, and last in every list"));
    }
    lines
}

/// Reports whether a row is about content that was read.
pub fn has_content(row: &ImportRow) -> bool {
    row.receipt.bytes.total > 0 && row.status.has_content()
}

fn cells(row: &ImportRow, zone: &Zone) -> [String; 8] {
    let receipt = &row.receipt;
    let (path, status) = (row.path.clone(), row.status.word().to_owned());
    if !has_content(row) {
        let reason = row.reason.clone().unwrap_or_default();
        return [
            path,
            status,
            String::new(),
            String::new(),
            String::new(),
            String::new(),
            String::new(),
            reason,
        ];
    }
    let time = match receipt.span() {
        Some((first, last)) => format!("{} → {}", zone.show(first, 0), zone.show(last, 0)),
        None if receipt.events == 0 => "-".to_owned(),
        None => "none".to_owned(),
    };
    [
        path,
        status,
        receipt.format.clone(),
        // There is no share of nothing.
        if receipt.events == 0 { "-".to_owned() } else { format!("{:.1} %", receipt.share * 100.0) },
        thousands(receipt.events),
        thousands(receipt.unparsed),
        format_bytes(receipt.bytes.total),
        time,
    ]
}

/// Describes what the numbers of a row do not show: inferred times, rejects, breaks,
/// changes.
pub fn remarks(row: &ImportRow) -> Vec<String> {
    let (receipt, mut lines) = (&row.receipt, Vec::new());
    let path = visible(&row.path);
    if let Some(link) = &row.link {
        lines.push(format!("  {path}: reached through the link {}, which was named", visible(link)));
    }
    if let Some(bytes) = &row.path_bytes {
        lines.push(format!("  {path}: the name is not UTF-8; its bytes are {bytes}"));
    }
    if let Some(extends) = row.extends_words() {
        lines.push(format!("  {path}: {extends}"));
    }
    if !row.stated.is_empty() {
        lines.push(format!("  {path}: {}", describe_stated(&row.stated)));
    }
    let time = &receipt.time;
    if time.inferred > 0 {
        lines.push(format!("≈ {path}: {} times are incomplete and were inferred", thousands(time.inferred)));
    }
    if time.ambiguous > 0 {
        lines.push(format!(
            "≈ {path}: {} local times are ambiguous or do not exist (daylight saving time)",
            thousands(time.ambiguous)
        ));
    }
    if time.future > 0 {
        lines.push(format!("≈ {path}: {} times are later than the import", thousands(time.future)));
    }
    if receipt.parts > 0 {
        lines.push(format!("! {path}: {} events are parts of overlong lines", thousands(receipt.parts)));
    }
    // For what was not read at all, the reason says it.
    for stretch in receipt.rejected.iter().filter(|_| row.status != ImportStatus::Unread) {
        let (length, offset) = (thousands(stretch.length), thousands(stretch.offset));
        lines.push(format!(
            "! {path}: {length} bytes at byte {offset} are not events: {}",
            visible(&stretch.reason)
        ));
    }
    if let Some(reason) = row.reason.as_ref().filter(|_| has_content(row)) {
        let part = if row.status == ImportStatus::Partial { "partially read: " } else { "" };
        lines.push(format!("! {path}: {part}{}", visible(reason)));
    }
    if let Some(unread) = &row.unread {
        let (length, offset) = (thousands(unread.length), thousands(unread.offset));
        lines.push(format!("! {path}: {length} bytes at byte {offset} were not read"));
    }
    lines
}

/// Describes what a collection states about a source, with the files that state it.
pub fn describe_stated(stated: &[Stated]) -> String {
    let told = stated.iter().map(|Stated { what, value, from, .. }| {
        let what = if what == "collected" { "last change not after" } else { what };
        format!("{} {} (from {})", visible(what), visible(value), visible(from))
    });
    format!("read as the collection states: {}", told.collect::<Vec<_>>().join(", "))
}

/// Returns the rows that are listed alone, and those that stand for several.
fn folded(rows: &[ImportRow], all: bool) -> (Vec<&ImportRow>, Vec<ImportRow>) {
    if all || rows.len() <= LISTED {
        return (rows.iter().collect(), Vec::new());
    }
    let plain = |row: &&ImportRow| {
        let named = row.link.is_some() || row.path_bytes.is_some();
        if row.status == ImportStatus::Duplicate {
            // One that is read otherwise than was asked says how to have it so.
            return !row.otherwise && !named;
        }
        let receipt = &row.receipt;
        let told = receipt.unparsed + receipt.time.none + receipt.time.future + receipt.parts;
        matches!(row.status, ImportStatus::Imported | ImportStatus::Extended)
            && row.extends.as_ref().is_none_or(|extends| extends.replaced == 0)
            && receipt.events > 0
            && told == 0
            && receipt.rejected.is_empty()
            && row.reason.is_none()
            && !named
    };
    let (plain, alone): (Vec<&ImportRow>, Vec<&ImportRow>) = rows.iter().partition(plain);
    let mut kinds: BTreeMap<(&str, &str, String), Vec<&ImportRow>> = BTreeMap::new();
    for row in plain {
        // What a collection states is told of all, and of no other.
        let key = (row.status.word(), row.receipt.format.as_str(), describe_stated(&row.stated));
        kinds.entry(key).or_default().push(row);
    }
    let fold = |rows: Vec<&ImportRow>| {
        let mut fold = rows[0].clone();
        rows[1..].iter().for_each(|row| fold.receipt.append(row.receipt.clone()));
        if rows.len() > 1 {
            fold.path = counted(rows.len() as u64, "source");
            fold.extends = None;
            fold.reason = fold.reason.map(|_| "the case already has the same content".to_owned());
        }
        fold
    };
    (alone, kinds.into_values().map(fold).collect())
}

/// Prints the total; `named` is the size in bytes of the files that were named.
fn print_total(report: &ImportReport, named: u64, runtime: &mut Runtime) -> Result<()> {
    let (total, receipt) = (&report.total, &report.total.receipt);
    let mut text = format!(
        "{}, {}, {} in {:.1} s",
        counted(total.sources, "source"),
        counted(receipt.events, "event"),
        format_bytes(receipt.bytes.total),
        total.seconds
    );
    for status in ImportStatus::ALL {
        if status != ImportStatus::Imported && total.with(status) > 0 {
            text.push_str(&format!("; {} {}", thousands(total.with(status)), status.word()));
        }
    }
    if report.interrupted {
        text.push_str("; stopped early: run the same command to import the rest");
    }
    runtime.line(&text)?;
    let bytes = &receipt.bytes;
    let sum = format!(
        "{} = {} events + {} continuations + {} blank + {} rejected",
        thousands(bytes.total),
        thousands(bytes.events),
        thousands(bytes.continuations),
        thousands(bytes.blank),
        thousands(bytes.rejected)
    );
    if report.interrupted {
        runtime.line(&format!("of what was read before it stopped: {sum}"))
    } else if total.incomplete > 0 {
        let lacking = thousands(total.incomplete);
        runtime.line(&format!(
            "NOT every byte was read: see the {lacking} marked above. Of what was read: {sum}"
        ))
    } else if named == bytes.total {
        runtime.line(&format!("every byte accounted for: {sum}"))
    } else {
        let named = thousands(named);
        runtime
            .line(&format!("every byte accounted for: {named} in the named files; of their content: {sum}"))
    }
}
