//! The view reads the model and changes nothing.
//!
//! Owns how things look, a file per pane. Promises that everything that came
//! from a log goes through [`canvas::Canvas::foreign`], and that no size breaks it.

mod anomalies;
mod canvas;
mod cursor;
mod draw;
mod event_detail;
mod event_list;
mod evidence;
mod fields;
mod findings;
mod footer;
mod form;
mod no_results;
mod palette;
mod placeholder;
mod search;
mod status;
mod timeline;
mod which_key;

pub use cursor::cursor;
pub use draw::draw;
