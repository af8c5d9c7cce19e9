//! A form: a few rows to choose in or to type into, and what comes of it.

use tui_input::Input;

use crate::index::Hit;
use crate::record::SourceId;
use crate::tui::protocol::{ExportChoices, ExportScope, WorkProgress};

/// A form that lies over the panes.
#[derive(Debug, Clone, PartialEq)]
pub struct FormDialog {
    /// What it is for.
    pub purpose: FormPurpose,
    /// Its heading (foreign text may be in it).
    pub title: String,
    /// Its rows, from top to bottom; none while they are looked up.
    pub rows: Vec<FormField>,
    /// The row that keys change.
    pub row: usize,
    /// What it comes to, named and said, under the rows.
    pub details: Vec<(&'static str, String)>,
    /// What Enter does, in two words.
    pub does: &'static str,
    /// What was confirmed is being done, and has come so far.
    pub busy: Option<WorkProgress>,
}

/// What a form is for, with what its rows leave unsaid.
#[derive(Debug, Clone, PartialEq)]
pub enum FormPurpose {
    /// A bundle is to be made; what can be exported, once it was looked up.
    Export(Option<ExportChoices>),
    /// An event is marked, with a note.
    Note(Hit),
    /// Something is said of a finding, by its uid.
    FindingNote(String),
    /// A finding is written down, or one gets more events: what can show it, and
    /// the findings (by uid) into which events can be put.
    Finding(Vec<ExportScope>, Vec<String>),
    /// A finding's properties are changed, by its uid.
    Edit(String),
    /// A finding is closed, by its uid.
    Close(String),
    /// A finding is taken up again, by its uid.
    Reopen(String),
    /// A source is read otherwise.
    Reread(SourceId),
    /// Somebody else's annotation is taken back, by the SHA-256 of its entry.
    Undo(String),
}

/// A row of a form.
#[derive(Debug, Clone, PartialEq)]
pub struct FormField {
    /// What it is about.
    pub name: &'static str,
    /// What stands in it.
    pub entry: FormInput,
}

/// What stands in a row.
#[derive(Debug, Clone)]
pub enum FormInput {
    /// One of several (foreign texts).
    Choice {
        /// All of them.
        options: Vec<String>,
        /// The one that is chosen, an index.
        chosen: usize,
    },
    /// A line of text.
    Text {
        /// What was typed.
        input: Input,
        /// What an empty line means.
        empty: &'static str,
    },
}

impl PartialEq for FormInput {
    fn eq(&self, other: &FormInput) -> bool {
        match (self, other) {
            (FormInput::Choice { options, chosen }, FormInput::Choice { options: others, chosen: other }) => {
                (options, chosen) == (others, other)
            }
            (FormInput::Text { input, empty }, FormInput::Text { input: typed, empty: other }) => {
                (input.value(), input.cursor(), empty) == (typed.value(), typed.cursor(), other)
            }
            (FormInput::Choice { .. }, FormInput::Text { .. })
            | (FormInput::Text { .. }, FormInput::Choice { .. }) => false,
        }
    }
}

impl FormField {
    /// Makes a row in which one is chosen.
    pub fn choice(name: &'static str, options: Vec<String>, chosen: usize) -> FormField {
        FormField { name, entry: FormInput::Choice { options, chosen } }
    }

    /// Makes a row into which is typed.
    pub fn text(name: &'static str, text: &str, empty: &'static str) -> FormField {
        FormField { name, entry: FormInput::Text { input: Input::new(text.to_owned()), empty } }
    }
}

impl FormDialog {
    /// Begins a form at its first row.
    pub fn new(
        purpose: FormPurpose,
        title: impl Into<String>,
        does: &'static str,
        rows: Vec<FormField>,
    ) -> FormDialog {
        FormDialog { purpose, title: title.into(), rows, row: 0, details: Vec::new(), does, busy: None }
    }

    /// Gives the row that keys change.
    pub fn present(&self) -> Option<&FormField> {
        self.rows.get(self.row)
    }

    /// Gives the line into which keys are typed, where the present row is typed.
    pub fn input(&mut self) -> Option<&mut Input> {
        match &mut self.rows.get_mut(self.row)?.entry {
            FormInput::Text { input, .. } => Some(input),
            FormInput::Choice { .. } => None,
        }
    }

    /// Gives what is typed in a row, without blanks around it.
    pub fn typed(&self, name: &str) -> &str {
        let row = self.rows.iter().find(|row| row.name == name);
        match row.map(|row| &row.entry) {
            Some(FormInput::Text { input, .. }) => input.value().trim(),
            Some(FormInput::Choice { .. }) | None => "",
        }
    }

    /// Gives what is chosen in a row, an index.
    pub fn chosen(&self, name: &str) -> usize {
        let row = self.rows.iter().find(|row| row.name == name);
        match row.map(|row| &row.entry) {
            Some(FormInput::Choice { chosen, .. }) => *chosen,
            Some(FormInput::Text { .. }) | None => 0,
        }
    }

    /// Puts another text into a row.
    pub fn put(&mut self, name: &str, text: String) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.name == name)
            && let FormInput::Text { input, .. } = &mut row.entry
        {
            *input = Input::new(text);
        }
    }
}
