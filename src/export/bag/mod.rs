//! What files does a bundle have, and how are they read?
//!
//! Owns the table of a bundle's files and the reader of a bundle, a folder or a tar.
//! Promises that nothing is ever unpacked, that no link is followed, that nothing but
//! plain files is opened, and that nothing is read past a bound.

mod damage;
mod file_span;
pub mod files;
#[cfg(test)]
mod files_tests;
mod limits;
mod lines;
mod reader;
mod redaction_tokens;
mod tar_header;
mod tar_reader;

pub use damage::file_damage;
pub use files::SIGNATURE_NAMESPACE;
pub use limits::MOST_VALUES;
pub use lines::BagLines;
pub use reader::BagReader;
pub use redaction_tokens::{count_tokens, each_token};
pub use tar_header::{header, padding};
