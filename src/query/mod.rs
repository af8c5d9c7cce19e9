//! What is asked?
//!
//! Owns the query language: text to syntax tree and back, diagnostics that
//! point at the place, and completion. Promises that printing a tree and
//! reading it again gives the same tree. Knows no index. `index`, `case`,
//! `analyse`, `tui` and `cli` may call.

mod ast;
mod compare;
mod complete;
mod diagnostic;
mod escape;
mod explain;
mod given;
mod lexer;
mod moment;
mod names;
mod nearest;
mod parser;
mod pivot;
mod print;
mod relative;
mod scan;
mod split;
mod tree;
mod value;

#[cfg(test)]
mod tests;

pub use ast::{Expr, FieldRef, Leaf, Op, Pattern, Scalar, Side, Test};
pub use complete::{Completion, Wanted, complete};
pub use diagnostic::Diagnostic;
pub use escape::quote;
pub use explain::explain;
pub use moment::moment;
pub use names::{called_in, named};
pub use parser::parse;
pub use pivot::{exclude, include, only};

use crate::record::{Timestamp, Zone};

/// What the meaning of a text depends on besides itself.
#[derive(Debug, Clone, Copy)]
pub struct QueryContext<'a> {
    /// The zone of times that have none.
    pub zone: Zone,
    /// What `now` means.
    pub now: Timestamp,
    /// The names of fields that exist besides the core table (for hints and completion).
    pub fields: &'a [String],
}
