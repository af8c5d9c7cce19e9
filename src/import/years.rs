//! The years of a source that continues another one.

use chrono::Datelike;

use crate::case::{RecordDecoder, each_event};
use crate::error::Result;
use crate::evidence::{SourceHandle, Store};
use crate::parse::{Plan, YearWatch};
use crate::record::{CivilDateTime, Event, ParsedTime};

/// Returns which year to count from for a source that continues another one, and the
/// dates with which that ended. Only if the user gave the year of the first line do the
/// years of what follows depend on what precedes it.
pub fn continued(store: &Store, at: SourceHandle, before: &Plan) -> Result<(Option<i32>, YearWatch)> {
    let (mut year, mut years) = (before.year, YearWatch::default());
    let Some(last) = store.row(at).frames.len().checked_sub(1).filter(|_| before.year.is_some()) else {
        return Ok((year, years));
    };
    let (bytes, reading) = (store.frame(at, last)?, RecordDecoder::new(before.clone())?);
    let (mut first, spans) = (None, bytes.spans.iter().copied());
    each_event(&reading.parser, &bytes.content, spans, bytes.first_record, |record, _, event| {
        years.note(record, event);
        first = first.or_else(|| year_of(event, before));
    });
    year = first.or(year);
    Ok((year, years))
}

/// Returns the year that was inferred for an event whose line states none.
fn year_of(event: &Event<'_>, plan: &Plan) -> Option<i32> {
    let Some(ParsedTime::Civil(CivilDateTime { year: None, date: Some(_), .. }, _)) = event.parsed_time
    else {
        return None;
    };
    let zone: crate::record::Zone = plan.zone.parse().ok()?;
    let time = event.time?.timestamp;
    Some(zone.local(time).year())
}
