//! How are characters read as words?
//!
//! Owns the lexical rules of the query language: escapes, keywords, field
//! names, and where a word, phrase, range or regular expression ends.
//! Promises to attach no meaning: no field is looked up, no value is typed.

mod code_points;
mod escapes;
mod literal;
mod scanner;
mod words;

pub use code_points::{is_invisible, parse_code_point, push_code_point};
pub use escapes::{unescape, unescape_regex};
pub use literal::{Literal, read_literal};
pub use scanner::{phrase_end, range_end, regex_end, word_end};
pub use words::{
    FieldOperator, begins_operand, field_operator, is_field_name, is_keyword, leading_field_name,
    leading_keyword,
};
