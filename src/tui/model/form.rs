//! A form: a few rows to choose in or to type into, and what comes of it.

use tui_input::Input;

use crate::index::Hit;
use crate::record::SourceId;
use crate::tui::protocol::{Offer, Progress, What};

/// A form that lies over the panes.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// What it is for.
    pub purpose: Purpose,
    /// Its heading (foreign text may be in it).
    pub title: String,
    /// Its rows, from top to bottom; none while they are looked up.
    pub rows: Vec<FormRow>,
    /// The row that keys change.
    pub row: usize,
    /// What it comes to, named and said, under the rows.
    pub facts: Vec<(&'static str, String)>,
    /// What Enter does, in two words.
    pub does: &'static str,
    /// What was confirmed is being done, and has come so far.
    pub busy: Option<Progress>,
}

/// What a form is for, with what its rows leave unsaid.
#[derive(Debug, Clone, PartialEq)]
pub enum Purpose {
    /// A bundle is to be made; what can be exported, once it was looked up.
    Export(Option<Offer>),
    /// An event is marked, with a note.
    Note(Hit),
    /// Something is said of a finding, by its uid.
    FindingNote(String),
    /// A finding is written down, or one gets more events: what can show it, and
    /// the findings (by uid) into which events can be put.
    Finding(Vec<What>, Vec<String>),
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
pub struct FormRow {
    /// What it is about.
    pub name: &'static str,
    /// What stands in it.
    pub entry: Entry,
}

/// What stands in a row.
#[derive(Debug, Clone)]
pub enum Entry {
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

impl PartialEq for Entry {
    fn eq(&self, other: &Entry) -> bool {
        match (self, other) {
            (Entry::Choice { options, chosen }, Entry::Choice { options: others, chosen: other }) => {
                (options, chosen) == (others, other)
            }
            (Entry::Text { input, empty }, Entry::Text { input: typed, empty: other }) => {
                (input.value(), input.cursor(), empty) == (typed.value(), typed.cursor(), other)
            }
            (Entry::Choice { .. }, Entry::Text { .. }) | (Entry::Text { .. }, Entry::Choice { .. }) => false,
        }
    }
}

impl FormRow {
    /// Makes a row in which one is chosen.
    pub fn choice(name: &'static str, options: Vec<String>, chosen: usize) -> FormRow {
        FormRow { name, entry: Entry::Choice { options, chosen } }
    }

    /// Makes a row into which is typed.
    pub fn text(name: &'static str, text: &str, empty: &'static str) -> FormRow {
        FormRow { name, entry: Entry::Text { input: Input::new(text.to_owned()), empty } }
    }
}

impl Form {
    /// Begins a form at its first row.
    pub fn new(purpose: Purpose, title: impl Into<String>, does: &'static str, rows: Vec<FormRow>) -> Form {
        Form { purpose, title: title.into(), rows, row: 0, facts: Vec::new(), does, busy: None }
    }

    /// Gives the row that keys change.
    pub fn present(&self) -> Option<&FormRow> {
        self.rows.get(self.row)
    }

    /// Gives the line into which keys are typed, where the present row is typed.
    pub fn input(&mut self) -> Option<&mut Input> {
        match &mut self.rows.get_mut(self.row)?.entry {
            Entry::Text { input, .. } => Some(input),
            Entry::Choice { .. } => None,
        }
    }

    /// Gives what is typed in a row, without blanks around it.
    pub fn typed(&self, name: &str) -> &str {
        let row = self.rows.iter().find(|row| row.name == name);
        match row.map(|row| &row.entry) {
            Some(Entry::Text { input, .. }) => input.value().trim(),
            Some(Entry::Choice { .. }) | None => "",
        }
    }

    /// Gives what is chosen in a row, an index.
    pub fn chosen(&self, name: &str) -> usize {
        let row = self.rows.iter().find(|row| row.name == name);
        match row.map(|row| &row.entry) {
            Some(Entry::Choice { chosen, .. }) => *chosen,
            Some(Entry::Text { .. }) | None => 0,
        }
    }

    /// Puts another text into a row.
    pub fn put(&mut self, name: &str, text: String) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.name == name)
            && let Entry::Text { input, .. } = &mut row.entry
        {
            *input = Input::new(text);
        }
    }
}
