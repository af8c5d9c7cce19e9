//! What is made of the events that match?
//!
//! Owns the stages after a pipe: their names and functions, their grammar, what
//! columns they make, and their canonical text. Promises that printing a
//! pipeline and parsing the text gives the same pipeline, and that a mistake is
//! answered by a diagnostic that points at it. Computes nothing.

mod columns;
mod conditions;
mod cursor;
mod foreign_stages;
mod groupings;
mod intervals;
mod measures;
mod parser;
mod print;
mod stage_lexer;
mod vocabulary;

pub use intervals::{format_interval, parse_interval};
pub use parser::parse_pipeline;
pub use stage_lexer::{LexedStageToken, StageToken, stage_tokens, stage_word_length};
pub use vocabulary::{FUNCTIONS, STAGES, StageInfo, StageName, stage_name};
