//! What helps somebody who writes a query?
//!
//! Owns completion at the cursor and the explanation of how a query was read.
//! Promises to accept unfinished and wrong text, and to change nothing.

mod complete;
mod explain;

pub use complete::{Completion, CompletionKind, complete};
pub use explain::explain;
