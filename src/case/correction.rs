//! Corrections of how a source is read, computed and tried before they are recorded.

use std::collections::BTreeMap;

use crate::error::{Context, Error, Result, visible};

use crate::evidence::{SourceHandle, Store};

use crate::journal::{Annotation, RereadChange};

use crate::parse::{
    Corrections, Framing, HeaderLines, Plan, UNPARSED, YearWatch, format_clock_offset, log_format_of,
};

use crate::record::SourceId;

use super::progress::Done;

use super::frames::{FrameOf, Frames};

use super::{Case, Receipt, RecordDecoder, Understood, Watch, each_event};

/// The result of a correction.
#[derive(Debug)]
pub struct Corrected {
    /// The annotation that records it.
    pub act: Annotation,
    /// What is read differently.
    pub change: Vec<RereadChange>,
    /// What becomes of the source's bytes when it is read that way.
    pub receipt: Receipt,
}

impl Case {
    /// Reads a source with corrections, and writes nothing.
    ///
    /// # Errors
    ///
    /// Fails if the corrections change nothing, if the source is not text, and with
    /// [`crate::error::ErrorKind::Interrupted`] if `watch` is stopped.
    pub fn corrected(&self, source: &SourceId, by: &Corrections, watch: Watch<'_>) -> Result<Corrected> {
        let (store, at) = (self.store(), self.locate(source)?);
        let row = store.row(at);
        let before = RecordDecoder::of(row)?.plan;
        if before.framing == Framing::Binary {
            return Err(Error::usage(format!(
                "source {} is not text: no record of it is read",
                source.short()
            ))
            .hint("Import the log in a text format."));
        }
        let (sample, whole) = sample(store, at)?;
        let mut plan = before.corrected(by, &sample, whole)?;
        if plan.format != before.format {
            plan.headers = headers(store, at, &plan)?;
        }
        let (mut gives, years) = read_again(store, at, plan.clone(), watch)?;
        plan.shifts = plan.year_shifts(&years);
        if !plan.shifts.is_empty() {
            gives = read_again(store, at, plan.clone(), watch)?.0;
        }
        let change = changes(&before, &plan);
        if change.is_empty() {
            return Err(Error::usage(format!("source {} is read so already", source.short()))
                .hint("See how each source is read with `vestigo source list`."));
        }
        let receipt: Receipt = serde_json::from_value(row.receipt.clone()).unwrap_or_default();
        let json = || "cannot write a reading as JSON".to_owned();
        let act = Annotation::Reread {
            source: source.to_string(),
            change: change.clone(),
            plan: serde_json::to_value(&plan).context(json)?,
            gives: serde_json::to_value(&gives).context(json)?,
        };
        Ok(Corrected { act, change, receipt: receipt.reread(gives) })
    }
}

/// Returns the first bytes of a source, and whether they are all of it.
fn sample(store: &Store, at: SourceHandle) -> Result<(Vec<u8>, bool)> {
    let (mut sample, frames) = (Vec::new(), store.row(at).frames.len());
    for frame in 0..frames {
        sample.extend(store.frame(at, frame)?.content);
        if sample.len() >= SAMPLE {
            sample.truncate(SAMPLE);
            return Ok((sample, false));
        }
    }
    Ok((sample, true))
}

/// Finds the lines of a source that say how its records are read under a plan: it was cut
/// into records by another.
fn headers(store: &Store, at: SourceHandle, plan: &Plan) -> Result<Vec<HeaderLines>> {
    let Some(mut finder) = plan.header_finder() else { return Ok(Vec::new()) };
    let mut record = 0;
    for frame in 0..store.row(at).frames.len() {
        let bytes = store.frame(at, frame)?;
        let mut start = 0;
        for span in &bytes.spans {
            let (lead, rest) = bytes.content[start..start + span.length()].split_at(span.lead as usize);
            finder.look(record, lead, &rest[..span.text as usize]);
            start += span.length();
            record += 1;
        }
    }
    Ok(finder.finish())
}

/// Reads all of a source under a plan.
fn read_again(
    store: &Store,
    at: SourceHandle,
    plan: Plan,
    watch: Watch<'_>,
) -> Result<(Understood, YearWatch)> {
    let format = plan.format.clone();
    let frames = Frames::of_source(store, at, RecordDecoder::new(plan)?);
    let done = Done::new(watch, store.row(at).length);
    let parts = frames.each(Vec::new, |parts, frame| {
        parts.push((frame.frame, counted(store, frame)?));
        done.add(frame.length)
    })?;
    let mut parts: Vec<(usize, Counted)> = parts.into_iter().flatten().collect();
    parts.sort_unstable_by_key(|(frame, _)| *frame);
    let mut whole = Counted::default();
    for (_, part) in parts {
        whole.receipt.append(part.receipt);
        whole.years.append(part.years);
        for (format, count) in part.formats {
            *whole.formats.entry(format).or_default() += count;
        }
    }
    let most = whole.formats.iter().max_by_key(|(name, count)| (**count, **name != UNPARSED));
    let format = most.map_or(format, |(name, _)| (*name).to_owned());
    Ok((Understood { format, ..whole.receipt.understood() }, whole.years))
}

fn counted(store: &Store, frame: &FrameOf<'_>) -> Result<Counted> {
    let bytes = store.frame(frame.at, frame.frame)?;
    let (mut counted, spans) = (Counted::default(), bytes.spans.iter().copied());
    each_event(&frame.reading.parser, &bytes.content, spans, bytes.first_record, |record, span, event| {
        counted.receipt.count(event, event.format != UNPARSED, span.part);
        counted.years.note(record, event);
        *counted.formats.entry(event.format).or_default() += 1;
    });
    Ok(counted)
}

/// Lists the differences between two plans.
fn changes(before: &Plan, now: &Plan) -> Vec<RereadChange> {
    let format = |plan: &Plan| {
        let only = if plan.forced { " only" } else { "" };
        Some(format!("{}{only}", plan.format))
    };
    let log_format =
        |plan: &Plan| plan.definition.as_deref().and_then(log_format_of).map(|text| visible(&text));
    let parts = [
        ("zone", Some(before.zone.clone()), Some(now.zone.clone())),
        ("year", before.year.map(|year| year.to_string()), now.year.map(|year| year.to_string())),
        ("host", before.host.as_deref().map(visible), now.host.as_deref().map(visible)),
        ("format", format(before), format(now)),
        ("log format", log_format(before), log_format(now)),
        ("clock", Some(format_clock_offset(before.clock)), Some(format_clock_offset(now.clock))),
    ];
    let parts = parts.into_iter().filter(|(_, before, now)| before != now);
    parts.map(|(what, before, now)| RereadChange { what: what.to_owned(), before, now }).collect()
}

/// How many bytes at the start of a source decide how it is read, as at import.
const SAMPLE: usize = 256 << 10;

/// What is counted while a part of a source is read.
#[derive(Default)]
struct Counted {
    receipt: Receipt,
    years: YearWatch,
    formats: BTreeMap<&'static str, u64>,
}
