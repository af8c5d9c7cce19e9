//! Which events a request is about.

use crate::query::Expr;
use crate::record::TimeRange;

/// Which events a request is about.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchScope {
    /// The events.
    pub expr: Expr,
    /// The time range.
    pub window: TimeRange,
}
