//! Update decides: an event comes in, the model changes, effects go out.
//!
//! Owns what each action does, a file per concern. Promises that nothing here
//! waits, reads a clock, or touches a case; whoever runs it carries effects out.

mod annotations;
mod anomalies;
mod clipboard;
mod confirmed;
mod curve;
mod dispatch;
mod event_list;
mod events;
mod evidence;
mod export;
mod fields;
mod findings;
mod form;
mod history;
mod import;
mod keys;
mod palette;
mod pivot;
mod remediation;
mod responses;
mod screens;
mod search;
mod search_input;
mod timeline;
mod verification;
mod zoom;

#[cfg(test)]
mod tests;

pub use events::{start, update};
