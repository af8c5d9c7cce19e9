//! What does somebody read who has nothing but a browser or a printer?
//!
//! Owns the page of a bundle: its data, its template, its chart. Promises one
//! file that loads nothing and runs nothing, the same bytes for the same data,
//! and that foreign text is only ever text, visible and escaped. Everything
//! that templates print goes through [`ForeignText`] (`askama.toml` says so).
//! Every word of the page is a format: the verifier makes it again and compares it,
//! so that another wording would fail the bundles of earlier versions.

mod build;
mod chart;
mod contents;
mod escape;
mod model;
mod page;
#[cfg(test)]
mod sample;
mod template_filters;
#[cfg(test)]
mod tests;
mod timeline;

pub use build::report_html;
pub(crate) use escape::ForeignText;
pub use timeline::{silent_ranges, silent_ranges_among};
