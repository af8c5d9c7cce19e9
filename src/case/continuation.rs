//! Sources that continue others, as the use cases see them.

use crate::error::Result;
use crate::record::{Continuation, Replaced, SourceId};

use super::{Case, SourceInfo};

impl Case {
    /// Returns how a source continues another one, if it does.
    pub fn continuation(&self, source: &SourceId) -> Option<&Continuation> {
        self.store().row(self.store().find(source)?).continues.as_ref()
    }

    /// Returns the sources that continue a source.
    pub fn continued_by(&self, source: &SourceId) -> Vec<SourceId> {
        let (name, rows) =
            (source.to_string(), self.store().manifests().flat_map(|(_, batch)| &batch.sources));
        let next = rows.filter(|row| row.continues.as_ref().is_some_and(|before| before.source == name));
        next.filter_map(|row| row.source.parse().ok()).collect()
    }

    /// Returns which records of a source were unfinished when it was read, and are whole in
    /// a source that continues it. They are not searched; their ids still lead to them.
    pub fn replaced(&self, source: &SourceId) -> Option<Replaced> {
        self.store().row(self.store().find(source)?).replaced
    }

    /// Returns how many events of a source are searched.
    pub fn searched_events(&self, source: &SourceInfo) -> u64 {
        let replaced = self.replaced(&source.id).map_or(0, |replaced| replaced.events);
        source.receipt.events.saturating_sub(replaced)
    }

    /// Returns the source that has a record whole: itself, or one that continues it.
    pub fn whole(&self, source: &SourceId, record: u64) -> SourceId {
        let mut source = *source;
        while let Some(replaced) = self.replaced(&source).filter(|replaced| record >= replaced.from) {
            source = replaced.by;
        }
        source
    }

    /// Returns the source that holds a record of the whole content of a source: itself, or
    /// one that it continues.
    pub fn holder(&self, source: &SourceId, record: u64) -> Result<SourceId> {
        let (store, mut at) = (self.store(), self.locate(source)?);
        while record < store.row(at).first_record() {
            match store.continued(at)? {
                Some((before, _)) => at = before,
                None => break,
            }
        }
        store.row(at).source.parse()
    }
}
