//! Tests of the room as a whole.

mod files;
mod laws;
mod made;
mod oracle;
mod verbs;
