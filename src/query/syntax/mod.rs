//! How does text become a syntax tree, and a tree text?
//!
//! Owns tokens, the grammar, the canonical text of a tree, and the decision
//! what has to be quoted or escaped in it (`quoting`). Promises that printing
//! a tree and parsing the text gives the same tree, and that a mistake is
//! answered by a diagnostic that points at it.

mod field_prefix;
mod foreign_syntax;
mod lexer;
mod parser;
mod print;
mod quoting;
mod range_ends;

pub use lexer::{LexedToken, Token, tokens};
pub use parser::{parse, parse_filter};
pub use print::write_operand;
pub use quoting::{quote, quote_field_name, quote_phrase};
