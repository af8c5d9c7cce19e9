//! What the meaning of a query depends on besides its text.

use crate::record::{Timestamp, Zone};

/// What the meaning of a query depends on besides its text.
#[derive(Debug, Clone, Copy)]
pub struct QueryContext<'a> {
    /// The zone of times that have none.
    pub zone: Zone,
    /// What `now` means.
    pub now: Timestamp,
    /// The names of fields that exist besides the core table (for hints and completion).
    pub fields: &'a [String],
}
