//! Pages of text: help, provenance, evidence, annotations, anomalies, messages in full.
//!
//! Owns what these pages say, as lines of pieces with roles. Promises that a
//! page has the same lines for update, which scrolls it, and for the view,
//! which draws it; foreign text in it is visible already.

mod annotation;
mod anomaly;
mod anomaly_list;
mod builder;
mod help;
mod provenance;
mod search_explained;
mod source;
mod verification;

pub use annotation::lines as annotation_lines;
pub use anomaly::lines as anomaly_lines;
pub use anomaly_list::anomaly_list;
pub use builder::TextLine;
pub use provenance::provenance_line;
pub use search_explained::search_explained;
pub use source::lines as source_lines;
pub use verification::verification_summary;

use crate::error::visible;
use crate::tui::model::{Model, Overlay, TextPage};
use crate::tui::text::wrap;
use crate::tui::theme::{Glyphs, StyleRole, UNICODE};

/// Returns a page's heading.
pub fn title(page: &TextPage) -> &'static str {
    match page {
        TextPage::Help => "Keys and first steps",
        TextPage::Provenance => "Provenance",
        TextPage::Source => "Evidence",
        TextPage::Annotation => "Annotations",
        TextPage::Anomaly => "Why",
        TextPage::NotEvaluated => "What could not be looked for",
        TextPage::Text(title, _) => title,
    }
}

/// Returns how many cells wide the text of a page is on a screen of this width.
pub fn text_width(screen: u16) -> usize {
    usize::from(screen.saturating_sub(2))
}

/// Returns a page's lines, wrapped to a width.
pub fn lines(page: &TextPage, model: &Model, width: usize, glyphs: &Glyphs) -> Vec<TextLine> {
    match page {
        TextPage::Help => help::lines(model, width),
        TextPage::Provenance => provenance::lines(model, width),
        TextPage::Source => source_lines(model, width, glyphs),
        TextPage::Annotation => annotation_lines(model, width),
        TextPage::Anomaly => anomaly_lines(model, width, glyphs),
        TextPage::NotEvaluated => anomaly::not_evaluated(model, width),
        TextPage::Text(_, paragraphs) => {
            let wrapped: Vec<Vec<String>> =
                paragraphs.iter().map(|text| wrap(&visible(text), width)).collect();
            let line = |text: &String| vec![(text.clone(), StyleRole::Text)];
            wrapped.join(&String::new()).iter().map(line).collect()
        }
    }
}

/// Returns how many lines the open page of text has; 0 if none is open.
pub fn open_page_lines(model: &Model) -> usize {
    match &model.overlay {
        Overlay::Page(page, _) => lines(page, model, text_width(model.size.width), &UNICODE).len(),
        Overlay::None | Overlay::SearchInput(_) | Overlay::Palette(_) | Overlay::Form(_) => 0,
    }
}
