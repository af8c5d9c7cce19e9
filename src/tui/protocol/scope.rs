//! Which events a request is about.

use crate::query::Expr;
use crate::record::TimeRange;

/// Which events a question is about.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchScope {
    /// Which events.
    pub expr: Expr,
    /// From when to when.
    pub window: TimeRange,
}
