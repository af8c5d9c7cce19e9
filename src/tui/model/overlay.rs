//! What is open over the panes: the search line, the palette, a form, or a page of text.

use tui_input::Input;

use crate::query::{CompletionKind, Diagnostic};
use crate::tui::keymap::Action;

use super::form::FormDialog;

/// What is open over the panes.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Overlay {
    /// Nothing.
    #[default]
    None,
    /// The search line.
    SearchInput(Box<SearchInput>),
    /// The palette.
    Palette(Palette),
    /// A page of text, scrolled to this line.
    Page(TextPage, usize),
    /// A form.
    Form(Box<FormDialog>),
}

/// A page of text.
#[derive(Debug, Clone, PartialEq)]
pub enum TextPage {
    /// The keys and first steps.
    Help,
    /// Where the selected event is stored, and how its time was determined.
    Provenance,
    /// The selected source and the last verification.
    Source,
    /// Annotations of the selected finding or bookmark.
    Annotation,
    /// Why the selected finding of a detector was raised.
    Anomaly,
    /// What the last detection could not look for.
    NotEvaluated,
    /// A message in full (foreign texts), with a heading.
    Text(&'static str, Vec<String>),
}

/// The search line while it is edited.
#[derive(Debug, Clone)]
pub struct SearchInput {
    /// The text and its cursor.
    pub input: Input,
    /// What is wrong with it.
    pub problem: Option<Diagnostic>,
    /// The bytes of the text that a suggestion replaces.
    pub replaces: std::ops::Range<usize>,
    /// What is wanted at the cursor.
    pub wanted: CompletionKind,
    /// Suggestions for the cursor, with the number of their events.
    pub suggestions: Vec<(String, Option<u64>)>,
    /// The suggestion that is chosen.
    pub chosen: Option<usize>,
}

impl SearchInput {
    /// Opens the search line with a text, the cursor at its end.
    pub fn new(text: &str) -> SearchInput {
        SearchInput {
            input: Input::new(text.to_owned()),
            problem: None,
            replaces: 0..0,
            wanted: CompletionKind::Nothing,
            suggestions: Vec::new(),
            chosen: None,
        }
    }

    /// Returns the cursor as a byte position in the text.
    pub fn cursor(&self) -> usize {
        let text = self.input.value();
        text.char_indices().nth(self.input.cursor()).map_or(text.len(), |(at, _)| at)
    }
}

impl PartialEq for SearchInput {
    fn eq(&self, other: &SearchInput) -> bool {
        (
            self.input.value(),
            self.input.cursor(),
            &self.problem,
            &self.replaces,
            &self.suggestions,
            self.chosen,
        ) == (
            other.input.value(),
            other.input.cursor(),
            &other.problem,
            &other.replaces,
            &other.suggestions,
            other.chosen,
        )
    }
}

/// The palette: every action that works here, found by typing.
#[derive(Debug, Clone)]
pub struct Palette {
    /// What is typed.
    pub input: Input,
    /// The actions that fit, the best first.
    pub fitting: Vec<Action>,
    /// The chosen one, an index into `fitting`.
    pub chosen: usize,
}

impl PartialEq for Palette {
    fn eq(&self, other: &Palette) -> bool {
        (self.input.value(), &self.fitting, self.chosen)
            == (other.input.value(), &other.fitting, other.chosen)
    }
}
