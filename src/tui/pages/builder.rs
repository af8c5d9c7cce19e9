//! Builds pages of text: headings, paragraphs, labeled lines.

use crate::app::HistoryItem;
use crate::error::visible;
use crate::tui::text::wrap;
use crate::tui::theme::StyleRole;

/// A line of a page of text: pieces with their roles.
pub type TextLine = Vec<(String, StyleRole)>;

/// A page that is being built, its lines wrapped to one width.
pub(super) struct PageBuilder {
    lines: Vec<TextLine>,
    width: usize,
    indent: usize,
    label: usize,
}

impl PageBuilder {
    /// Begins an empty page of this width: no indent, no room for labels.
    pub(super) fn new(width: usize) -> PageBuilder {
        PageBuilder { lines: Vec::new(), width, indent: 0, label: 0 }
    }

    /// Sets how far lines below a heading are indented.
    pub(super) fn indented(self, indent: usize) -> PageBuilder {
        PageBuilder { indent, ..self }
    }

    /// Sets how many cells labels take, the space after them included.
    pub(super) fn labels(self, label: usize) -> PageBuilder {
        PageBuilder { label, ..self }
    }

    /// Returns how many cells text after a label has.
    pub(super) fn room(&self) -> usize {
        self.width.saturating_sub(self.indent + self.label)
    }

    /// Adds a heading, with an empty line above it unless it is the first.
    pub(super) fn heading(&mut self, text: &str) {
        if !self.lines.is_empty() {
            self.lines.push(Vec::new());
        }
        self.lines.push(vec![(text.to_owned(), StyleRole::Heading)]);
    }

    /// Adds text of our own.
    pub(super) fn paragraph(&mut self, text: &str, role: StyleRole) {
        let indent = " ".repeat(self.indent);
        let lines = wrap(text, self.width.saturating_sub(self.indent));
        self.lines.extend(lines.into_iter().map(|line| vec![(format!("{indent}{line}"), role)]));
    }

    /// Adds a labeled line; what stands after the label may be foreign text.
    pub(super) fn labeled(&mut self, label: &str, text: &str, role: StyleRole) {
        let room = self.width.saturating_sub(self.indent + self.label);
        for (at, line) in wrap(&visible(text), room).into_iter().enumerate() {
            let label = if at == 0 { label } else { "" };
            let label = format!("{:indent$}{label:<width$}", "", indent = self.indent, width = self.label);
            self.lines.push(vec![(label, StyleRole::FieldName), (line, role)]);
        }
    }

    /// Adds notes or history, each item with its time and author; the first line is labeled.
    pub(super) fn history(&mut self, label: &str, items: &[HistoryItem]) {
        for (at, item) in items.iter().enumerate() {
            let label = if at == 0 { label } else { "" };
            let when = item.at.get(..19).unwrap_or(&item.at);
            self.labeled(label, &format!("{when}Z  {}  {}", item.by, item.text), StyleRole::Text);
        }
    }

    /// Adds a line that is ready.
    pub(super) fn line(&mut self, line: TextLine) {
        self.lines.push(line);
    }

    /// Returns the lines.
    pub(super) fn finish(self) -> Vec<TextLine> {
        self.lines
    }
}
