//! Which event each row of a segment is.

use super::api::Hit;
use super::number_terms::Numbers;
use super::segment::{OpenSegment, Times};
use crate::error::Result;
use crate::record::Timestamp;

/// The events of a segment, by row.
pub(super) struct Hits<'a> {
    segment: &'a OpenSegment,
    times: Option<Times>,
    origins: Numbers<u64>,
    records: Numbers<u64>,
}

impl<'a> Hits<'a> {
    /// Opens the columns that tell.
    pub fn of(segment: &'a OpenSegment) -> Result<Hits<'a>> {
        let times = (segment.timed > 0).then(|| segment.times()).transpose()?;
        Ok(Hits { segment, times, origins: segment.origins()?, records: segment.records()? })
    }

    /// Returns the event of a row.
    pub fn get(&self, row: u32) -> Hit {
        let times = self.times.as_ref().filter(|_| row < self.segment.timed);
        Hit {
            time: times.map(|times| Timestamp::from_nanos(times.get(row))),
            source: self.segment.sources[self.origins.get_val(row) as usize],
            record: self.records.get_val(row),
        }
    }
}
