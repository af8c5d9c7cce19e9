//! Splitting the events of a source into pieces of work: one a frame.

use crate::error::{Error, Result};
use crate::evidence::SourceHandle;

use super::context::RenderContext;

/// The events of one frame: one piece of work.
pub struct FrameJob<'a> {
    /// Which share it is of.
    pub share: usize,
    pub at: SourceHandle,
    /// Which frame of its source.
    pub frame: usize,
    /// Its events, as places among all of them, in the order of their records.
    pub members: &'a [usize],
}

/// Splits a source's events by frame.
pub fn jobs_of<'a>(
    matter: &RenderContext<'_>,
    at: SourceHandle,
    share: usize,
    members: &'a [usize],
) -> Result<Vec<FrameJob<'a>>> {
    let rows = &matter.case.store().row(at).frames;
    let (mut rest, mut jobs) = (members, Vec::new());
    while let Some(first) = rest.first() {
        let behind = rows.partition_point(|frame| frame.first_record <= matter.hits[*first].record);
        let missing = || Error::integrity("a record has no frame");
        let frame = behind.checked_sub(1).ok_or_else(missing)?;
        let end = rows[frame].first_record + rows[frame].records;
        let (members, later) = rest.split_at(rest.partition_point(|n| matter.hits[*n].record < end));
        if members.is_empty() {
            return Err(missing());
        }
        jobs.push(FrameJob { share, at, frame, members });
        rest = later;
    }
    Ok(jobs)
}
