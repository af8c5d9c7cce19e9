//! What helps somebody who writes a query?
//!
//! Owns completion at the cursor and the explanation of how a query was read.
//! Promises to accept unfinished and wrong text, and to change nothing.

mod complete;
mod complete_pipeline;
mod expected_stage_words;
mod explain;
mod explain_pipeline;

pub use complete::{Completion, CompletionKind, complete};
pub use complete_pipeline::{PipelineCompletion, PipelineCompletionKind, complete_pipeline};
pub use explain::explain;
pub use explain_pipeline::explain_pipeline;
