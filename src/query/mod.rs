//! What is asked?
//!
//! Owns the query language: text to syntax tree and back, diagnostics that
//! point at the place, and completion. Promises that printing a tree and
//! reading it again gives the same tree. Knows no index. `index`, `case`,
//! `analyse`, `tui` and `cli` may call.

mod ast;

pub use ast::{Diagnostic, Expr, FieldRef, Leaf, Op, Pattern, Scalar, Side, Test};

use crate::record::{Instant, Zone};

/// What the meaning of a text depends on besides itself.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The zone of times that have none.
    pub zone: Zone,
    /// What `now` means.
    pub now: Instant,
    /// The names of fields that exist besides the core table (for hints and completion).
    pub fields: &'a [String],
}

/// Reads a query. An empty text (or `*`) is [`Expr::All`].
pub fn parse(_text: &str, _context: &Context<'_>) -> Result<Expr, Diagnostic> {
    todo!()
}

/// Reads a moment as the query language and `--from`/`--to` write it: RFC 3339,
/// a date, `-2h`, `now-1d/d`, epoch seconds or milliseconds.
pub fn moment(_text: &str, _context: &Context<'_>) -> Result<Instant, Diagnostic> {
    todo!()
}

/// What could stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The stretch of the text (in bytes) that a choice replaces.
    pub span: std::ops::Range<usize>,
    /// What is wanted there.
    pub wanted: Wanted,
}

/// What kind of word completion wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// A field: these fit what is typed, best first.
    Field(Vec<String>),
    /// A value of this field (full name) that begins with this text; the index knows which.
    Value {
        /// The field's full name.
        field: String,
        /// What is typed of it.
        prefix: String,
    },
    /// Nothing that can be completed.
    Nothing,
}

/// Tells what could stand at `cursor` (a byte position in `text`).
pub fn complete(_text: &str, _cursor: usize, _context: &Context<'_>) -> Completion {
    todo!()
}

/// Writes a value so that it can stand behind `field:` and means exactly itself.
pub fn quote(_value: &str) -> String {
    todo!()
}
