//! Does the room answer as it promises, whatever the events?
//!
//! `oracle` answers every verb in the plainest way; `laws` asks both, with
//! random events dealt to random segments; `verbs` and `files` are scenes in
//! which one answer, or one file, is easily got wrong; `tantivy` holds the files against
//! those of tantivy's own writers, and its readers against our answers.

mod files;
mod laws;
mod made;
mod oracle;
mod oracle_tables;
mod table_laws;
mod table_scenes;
mod tantivy;
mod verbs;
