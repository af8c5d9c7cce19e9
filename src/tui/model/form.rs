//! A form: a few rows with choices or text.

use tui_input::Input;

use crate::app::{EvidenceScope, Hit};
use crate::record::SourceId;
use crate::tui::protocol::{ExportChoices, WorkProgress};

/// A form over the panes.
#[derive(Debug, Clone, PartialEq)]
pub struct FormDialog {
    /// What it is for.
    pub purpose: FormPurpose,
    /// Its heading (foreign text may be in it).
    pub title: String,
    /// Its rows, from top to bottom; empty while they are loading.
    pub rows: Vec<FormField>,
    /// The selected row, an index.
    pub row: usize,
    /// Labeled lines below the rows.
    pub details: Vec<(&'static str, String)>,
    /// What confirming does, in a word or two.
    pub does: &'static str,
    /// The confirmed form is being carried out, and has come this far.
    pub busy: Option<WorkProgress>,
}

/// What a form is for, with what its rows do not hold.
#[derive(Debug, Clone, PartialEq)]
pub enum FormPurpose {
    /// Exports a bundle; what can be exported, once loaded.
    Export(Option<ExportChoices>),
    /// Bookmarks an event with a note.
    Note(Hit),
    /// Adds a note to a finding, by its uid.
    FindingNote(String),
    /// Creates a finding, or adds events to one: what it can be created from, and
    /// the findings (by uid) to which events can be added.
    Finding(Vec<EvidenceScope>, Vec<String>),
    /// Edits a finding, by its uid.
    Edit(String),
    /// Closes a finding, by its uid.
    Close(String),
    /// Reopens a finding, by its uid.
    Reopen(String),
    /// Rereads a source with corrections.
    Reread(SourceId),
    /// Undoes somebody else's annotation, by the SHA-256 of its entry.
    Undo(String),
}

/// A row of a form.
#[derive(Debug, Clone, PartialEq)]
pub struct FormField {
    /// Its label.
    pub name: &'static str,
    /// Its input.
    pub entry: FormInput,
}

/// The input of a row.
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
    /// Creates a row with a choice.
    pub fn choice(name: &'static str, options: Vec<String>, chosen: usize) -> FormField {
        FormField { name, entry: FormInput::Choice { options, chosen } }
    }

    /// Creates a row with a line of text.
    pub fn text(name: &'static str, text: &str, empty: &'static str) -> FormField {
        FormField { name, entry: FormInput::Text { input: Input::new(text.to_owned()), empty } }
    }
}

impl FormDialog {
    /// Creates a form, its first row selected.
    pub fn new(
        purpose: FormPurpose,
        title: impl Into<String>,
        does: &'static str,
        rows: Vec<FormField>,
    ) -> FormDialog {
        FormDialog { purpose, title: title.into(), rows, row: 0, details: Vec::new(), does, busy: None }
    }

    /// Returns the selected row.
    pub fn present(&self) -> Option<&FormField> {
        self.rows.get(self.row)
    }

    /// Returns the text input of the selected row, if it has one.
    pub fn input(&mut self) -> Option<&mut Input> {
        match &mut self.rows.get_mut(self.row)?.entry {
            FormInput::Text { input, .. } => Some(input),
            FormInput::Choice { .. } => None,
        }
    }

    /// Returns the text of a row, trimmed.
    pub fn typed(&self, name: &str) -> &str {
        let row = self.rows.iter().find(|row| row.name == name);
        match row.map(|row| &row.entry) {
            Some(FormInput::Text { input, .. }) => input.value().trim(),
            Some(FormInput::Choice { .. }) | None => "",
        }
    }

    /// Returns the choice of a row, an index.
    pub fn chosen(&self, name: &str) -> usize {
        let row = self.rows.iter().find(|row| row.name == name);
        match row.map(|row| &row.entry) {
            Some(FormInput::Choice { chosen, .. }) => *chosen,
            Some(FormInput::Text { .. }) | None => 0,
        }
    }

    /// Replaces the text of a row.
    pub fn set_text(&mut self, name: &str, text: String) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.name == name)
            && let FormInput::Text { input, .. } = &mut row.entry
        {
            *input = Input::new(text);
        }
    }
}
