//! `import`: evidence in, receipt out.

use std::collections::BTreeMap;
use std::path::Path;

use crate::case::{CaseMetadata, CaseOptions, CaseWriter, Receipt};
use crate::error::{Error, Result, visible};
use crate::import::{Import, ImportReport, ImportRow, ImportStatus, Progress, run as import_into};
use crate::journal::Signer;
use crate::parse::Options;
use crate::record::{Zone, bytes, counted, thousands};
use crate::source::{Limits, walk};

use super::super::args::{Globals, ImportArgs, Reading};
use super::super::progress::watched;
use super::super::run::{Outcome, json_line, zone};
use super::super::signing_config::{config, examiner, keyring, signer_or_warning, warn_unsealed};
use super::super::table::{Align, Table};
use super::super::{World, case_path};

/// Imports what was named, making the case where it is not there.
pub fn import(args: &ImportArgs, globals: &Globals, world: &mut World) -> Result<Outcome> {
    let labels = args.labels.iter().map(|label| key_value(label)).collect::<Result<Vec<_>>>()?;
    let options = Options { host: args.host.clone(), labels, ..options(&args.reading, zone(globals))? };
    if args.dry_run {
        return dry_run(args, world);
    }
    let folder = case_path::chosen(globals.case.as_deref(), world)?;
    let hold = held(&folder, globals, world)?;
    case_path::remember(&folder, world);
    let meter = Progress::default();
    let stop = world.stop.clone();
    world.listen();
    let signer = signer_or_warning(&folder, world);
    let import = Import {
        paths: &args.paths,
        options: &options,
        limits: limits(&args.reading),
        stop: &stop,
        meter: &meter,
        signer: signer.as_ref(),
    };
    let mut rows: Vec<ImportRow> = Vec::new();
    let read = || (meter.bytes_read(), meter.total_bytes(), meter.events_read());
    let report = watched(world, globals, &read, || {
        import_into(hold, &import, world.clock.as_ref(), &mut |row| rows.push(row.clone()))
    });
    // What was acknowledged is told, whatever came after.
    let told = tell(&rows, report.as_ref().ok(), meter.total_bytes(), globals, world);
    let mut report = report?;
    told?;
    warn_unsealed(report.unsealed.take(), world);
    Ok(outcome(&report))
}

/// Imports quietly, for `demo`.
pub fn quietly(hold: CaseWriter, paths: &[std::path::PathBuf], world: &mut World) -> Result<ImportReport> {
    let (options, meter, stop) = (Options::default(), Progress::default(), world.stop.clone());
    let signer = signer_or_warning(hold.folder(), world);
    let (signer, limits) = (signer.as_ref(), Limits::default());
    let import = Import { paths, options: &options, limits, stop: &stop, meter: &meter, signer };
    let mut report = import_into(hold, &import, world.clock.as_ref(), &mut |_| {})?;
    warn_unsealed(report.unsealed.take(), world);
    Ok(report)
}

/// Turns the words about reading into options.
pub fn options(reading: &Reading, zone: Option<Zone>) -> Result<Options> {
    if let Some(name) = &reading.format
        && crate::parse::named(name).is_none()
    {
        return Err(Error::usage(format!("there is no format `{}`", visible(name)))
            .hint("See `vestigo formats list`."));
    }
    Ok(Options { format: reading.format.clone(), zone, year: reading.year, ..Options::default() })
}

/// Turns the words about bounds into limits.
pub fn limits(reading: &Reading) -> Limits {
    let limits = Limits::default();
    if reading.allow_large { Limits { ratio: u64::MAX, expanded: u64::MAX, ..limits } } else { limits }
}

/// Takes the case that is meant, and makes it where it is not there: then the key
/// that the user has configured is the one with which it begins.
fn held(folder: &Path, globals: &Globals, world: &mut World) -> Result<CaseWriter> {
    let who = world.who();
    if CaseMetadata::path(folder).exists() {
        return CaseWriter::open(folder, &who, world.clock.as_ref());
    }
    let signer = config(world)?.sign.map(|path| Signer::open(&path)).transpose()?;
    let examiner = examiner(None, globals, world)?;
    // The zone of its sources need not be the one in which the case is shown.
    let new = CaseOptions { examiner, signer, keyring: keyring(world).ok(), ..CaseOptions::default() };
    CaseWriter::create(folder, &new, &who, world.clock.as_ref())
}

fn key_value(label: &str) -> Result<(String, String)> {
    let pair = label.split_once('=').filter(|(key, _)| !key.is_empty());
    pair.map(|(key, value)| (key.to_owned(), value.to_owned())).ok_or_else(|| {
        Error::usage(format!("`{}` is not a label", visible(label))).hint("Write it as KEY=VALUE.")
    })
}

fn dry_run(args: &ImportArgs, world: &mut World) -> Result<Outcome> {
    let found = walk(&args.paths)?;
    for input in &found.inputs {
        let length = input.length().map_or_else(|| "?".to_owned(), bytes);
        world.line(&format!("would import {}  {length}", visible(&input.path.to_string_lossy())))?;
    }
    for skipped in &found.skipped {
        world.line(&format!("would skip {}: {}", visible(&skipped.name.text), visible(&skipped.reason)))?;
    }
    Ok(Outcome::Done)
}

fn outcome(report: &ImportReport) -> Outcome {
    let total = &report.total;
    if report.interrupted {
        Outcome::Interrupted
    } else if total.incomplete > 0 || total.with(ImportStatus::Unread) > 0 {
        Outcome::Partly
    } else {
        Outcome::Done
    }
}

fn tell(
    rows: &[ImportRow],
    report: Option<&ImportReport>,
    named: u64,
    globals: &Globals,
    world: &mut World,
) -> Result<()> {
    if globals.json {
        for row in rows {
            world.line(&json_line(&row.json())?)?;
        }
        return report.map_or(Ok(()), |report| world.line(&json_line(&report.total.json())?));
    }
    let zone = zone(globals).unwrap_or(Zone::UTC);
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
        table.lines(world.width).iter().try_for_each(|line| world.line(line))?;
    }
    for line in alone.iter().copied().chain(&folded).flat_map(remarks) {
        world.line(&line)?;
    }
    if !folded.is_empty() && !globals.quiet {
        world.note("-v lists every source");
    }
    let Some(report) = report else { return Ok(()) };
    for line in exceptions(rows.iter().filter(|row| has_content(row)).map(|row| &row.receipt)) {
        world.line(&line)?;
    }
    summary(report, named, world)
}

/// So many rows are listed one by one; of more, those with nothing to tell of are
/// folded into one a format.
const LISTED: usize = 20;

/// Tells the rows that stand alone, and those that stand for several.
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
        row.status == ImportStatus::Imported
            && receipt.events > 0
            && told == 0
            && receipt.rejected.is_empty()
            && row.reason.is_none()
            && !named
    };
    let (plain, alone): (Vec<&ImportRow>, Vec<&ImportRow>) = rows.iter().partition(plain);
    let mut kinds: BTreeMap<(&str, &str), Vec<&ImportRow>> = BTreeMap::new();
    for row in plain {
        kinds.entry((row.status.word(), &row.receipt.format)).or_default().push(row);
    }
    let fold = |rows: Vec<&ImportRow>| {
        let mut fold = rows[0].clone();
        rows[1..].iter().for_each(|row| fold.receipt.append(row.receipt.clone()));
        if rows.len() > 1 {
            fold.path = counted(rows.len() as u64, "source");
            fold.reason = fold.reason.map(|_| "the same content is in the case".to_owned());
        }
        fold
    };
    (alone, kinds.into_values().map(fold).collect())
}

/// Says of sources together what is not as everybody hopes: what was not read, not
/// understood, and what tells no time.
pub fn exceptions<'r>(receipts: impl Iterator<Item = &'r Receipt>) -> Vec<String> {
    let (mut sources, mut unread, mut unparsed, mut undated) = (0, 0, 0, 0);
    for receipt in receipts {
        sources += 1;
        unread += u64::from(receipt.is_unread());
        unparsed += u64::from(receipt.is_unparsed());
        undated += receipt.time.none;
    }
    let (all, mut said) = (counted(sources, "source"), Vec::new());
    if unread > 0 {
        let unread = thousands(unread);
        said.push(format!(
            "! {unread} of {all} NOT READ: no event in them could be read; they are kept and hashed"
        ));
    }
    if unparsed > 0 {
        let unparsed = thousands(unparsed);
        said.push(format!("! {unparsed} of {all} understood by no format: only their text is searched"));
    }
    if undated > 0 {
        let tell = if undated == 1 { "tells" } else { "tell" };
        let undated = counted(undated, "event");
        said.push(format!("! {undated} {tell} no time: in no timeline, and behind all others in every list"));
    }
    said
}

/// Tells whether a row stands for content that was read.
pub fn has_content(row: &ImportRow) -> bool {
    row.receipt.bytes.total > 0
        && matches!(row.status, ImportStatus::Imported | ImportStatus::Unread | ImportStatus::Partial)
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
        None => "tells no time".to_owned(),
    };
    [
        path,
        status,
        receipt.format.clone(),
        // Of nothing there is no share.
        if receipt.events == 0 { "-".to_owned() } else { format!("{:.1} %", receipt.share * 100.0) },
        thousands(receipt.events),
        thousands(receipt.unparsed),
        bytes(receipt.bytes.total),
        time,
    ]
}

/// Says of a row what its numbers do not: inferred times, rejects, breaks, changes.
pub fn remarks(row: &ImportRow) -> Vec<String> {
    let (receipt, mut lines) = (&row.receipt, Vec::new());
    let path = visible(&row.path);
    if let Some(link) = &row.link {
        lines.push(format!("  {path}: reached through the link {}, which was named", visible(link)));
    }
    if let Some(bytes) = &row.path_bytes {
        lines.push(format!("  {path}: the name is not UTF-8; its bytes are {bytes}"));
    }
    let time = &receipt.time;
    if time.inferred > 0 {
        lines.push(format!(
            "≈ {path}: {} times are not stated in full and were inferred",
            thousands(time.inferred)
        ));
    }
    if time.ambiguous > 0 {
        lines.push(format!(
            "≈ {path}: {} local times occur twice or never (summer time)",
            thousands(time.ambiguous)
        ));
    }
    if time.future > 0 {
        lines.push(format!("≈ {path}: {} times lie after the import", thousands(time.future)));
    }
    if receipt.parts > 0 {
        lines.push(format!("! {path}: {} events are parts of overlong lines", thousands(receipt.parts)));
    }
    // Of what was not read at all, the reason says it.
    for stretch in receipt.rejected.iter().filter(|_| row.status != ImportStatus::Unread) {
        let (length, offset) = (thousands(stretch.length), thousands(stretch.offset));
        lines.push(format!(
            "! {path}: {length} bytes at byte {offset} are no events: {}",
            visible(&stretch.reason)
        ));
    }
    if let Some(reason) = row.reason.as_ref().filter(|_| has_content(row)) {
        let part = if row.status == ImportStatus::Partial { "read only in part: " } else { "" };
        lines.push(format!("! {path}: {part}{}", visible(reason)));
    }
    if let Some(unread) = &row.unread {
        let (length, offset) = (thousands(unread.length), thousands(unread.offset));
        lines.push(format!("! {path}: {length} bytes at byte {offset} were not read"));
    }
    lines
}

/// Sums up; `named` is how many bytes the files that were named have.
fn summary(report: &ImportReport, named: u64, world: &mut World) -> Result<()> {
    let (total, receipt) = (&report.total, &report.total.receipt);
    let mut text = format!(
        "{}, {}, {} in {:.1} s",
        counted(total.sources, "source"),
        counted(receipt.events, "event"),
        bytes(receipt.bytes.total),
        total.seconds
    );
    for status in ImportStatus::ALL {
        if status != ImportStatus::Imported && total.with(status) > 0 {
            text.push_str(&format!("; {} {}", thousands(total.with(status)), status.word()));
        }
    }
    if report.interrupted {
        text.push_str("; stopped before the end: import the rest with the same command");
    }
    world.line(&text)?;
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
        world.line(&format!("of what was read before the stop: {sum}"))
    } else if total.incomplete > 0 {
        let lacking = thousands(total.incomplete);
        world.line(&format!(
            "NOT every byte was read: see the {lacking} marked above; of what was read: {sum}"
        ))
    } else if named == bytes.total {
        world.line(&format!("every byte accounted for: {sum}"))
    } else {
        let named = thousands(named);
        world.line(&format!("every byte accounted for: {named} in what was named; of what it held: {sum}"))
    }
}
