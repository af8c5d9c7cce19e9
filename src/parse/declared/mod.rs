//! What does a record of a declared format mean?
//!
//! Owns the language of format files (`docs/formats.md`): patterns, paths,
//! expressions, conditions, and the built-in files of `formats/`. Promises that a
//! format never goes back in a text, that a value which fills no field is kept
//! under the dataset's name, and that a file with a mistake is named with it.

mod builtin;
mod capture;
mod columns;
mod condition;
mod declared_format;
mod definition;
mod expression;
mod filter;
mod filter_text;
mod glob;
mod log_format;
mod mapping;
mod matcher;
mod ordered_map;
mod pairs;
mod path;
mod pattern;
mod samples;
mod sentences;
mod shape;
mod target;
mod time_pattern;
mod value_map;
mod values;

pub use builtin::{
    add_user_formats, declared_format, declared_formats, find, is_base, kept_format, share_read, user_file,
};
pub use declared_format::DeclaredFormat;
pub use log_format::{LogFormat, NAME as LOG_FORMAT_NAME, definition_text, log_format_of, log_formats};
pub use samples::{SampleFault, check_samples};
