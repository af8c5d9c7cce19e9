//! What is asked?
//!
//! Owns the query language: text to syntax tree and back, diagnostics that
//! point at the position, and completion. Promises that printing a tree and
//! parsing the text again gives the same tree. Knows nothing of the index.
//!
//! From the bottom up: `ast`, `diagnostic` and `context` are shared types;
//! `lexical` reads characters and words without meaning; `fields` resolves
//! names; `typed` decides what a literal means for a field's kind; `syntax`
//! turns text into a tree and back; `pipeline` is the tree of a query with
//! pipes, and `pipes` its grammar; `assist` and `pivot` serve front ends.

mod assist;
mod ast;
mod context;
mod diagnostic;
mod fields;
mod lexical;
mod normalize;
mod pipeline;
mod pipes;
mod pivot;
mod suggest;
mod syntax;
mod typed;

#[cfg(test)]
mod tests;

pub use assist::{
    Completion, CompletionKind, PipelineCompletion, PipelineCompletionKind, complete, complete_pipeline,
    explain, explain_pipeline,
};
pub use ast::{Expr, FieldRef, Leaf, Op, Pattern, Scalar, Side, Test};
pub use context::QueryContext;
pub use diagnostic::Diagnostic;
pub use fields::{field_name, field_name_in_case};
pub use pipeline::{
    Condition, EventPick, Function, Grouping, Measure, MeasuredField, Pipeline, Quantity, Relation, RowStage,
    SortKey, SortOrder, TableColumn, ValueOrder,
};
pub use pipes::{FUNCTIONS, STAGES, StageInfo, StageName, parse_interval, parse_pipeline};
pub use pivot::{exclude, include, only};
pub use syntax::{parse, quote, quote_phrase};
pub use typed::parse_time;
