//! What update asks for, as data; and the tickets by which answers find home.

use crate::evidence::Depth;
use crate::index::{Hit, Order};
use crate::query::Expr;
use crate::record::{TimeRange, Timestamp};

use super::model::{Deed, ExportOrder, What};

/// Which events a question is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Scope {
    /// Which events.
    pub expr: Expr,
    /// From when to when.
    pub window: TimeRange,
}

/// Something that is done outside of the model.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// The crew answers this; a newer question of the same lane takes its place.
    Ask(Ticket, Question),
    /// This text goes to the clipboard of the terminal's own machine (OSC 52).
    Copy(String),
    /// The whole screen is drawn anew.
    Redraw,
    /// The program goes to the background.
    Suspend,
    /// The program ends.
    Quit,
}

/// A line of work: one thread of the crew. Where something is looked up, only the
/// newest question counts; where something is written, each is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Pages of events.
    Page,
    /// The number of events.
    Count,
    /// The timeline.
    Histogram,
    /// Values of fields.
    Facets,
    /// One event in full.
    Entry,
    /// Values for completion.
    Complete,
    /// What was noted.
    Notes,
    /// Which listed events some finding shows.
    Found,
    /// What can be exported.
    Offer,
    /// Whether the evidence is unchanged.
    Check,
    /// Whether the case has grown.
    Case,
    /// What is written: annotations, checkpoints, bundles.
    Hand,
}

impl Lane {
    /// Every lane.
    pub const ALL: [Lane; 12] = [
        Lane::Page,
        Lane::Count,
        Lane::Histogram,
        Lane::Facets,
        Lane::Entry,
        Lane::Complete,
        Lane::Notes,
        Lane::Found,
        Lane::Offer,
        Lane::Check,
        Lane::Case,
        Lane::Hand,
    ];

    /// Tells whether each question is carried out, one after another, even when
    /// the program is left meanwhile.
    pub fn writes(self) -> bool {
        self == Lane::Hand
    }
}

/// Says for which question an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ticket {
    /// Who answers.
    pub lane: Lane,
    /// The question's number in its lane; the greatest is the newest.
    pub generation: u64,
}

/// The tickets given out: the newest of each lane, and whether it is still awaited.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tickets {
    newest: [u64; Lane::ALL.len()],
    awaited: [bool; Lane::ALL.len()],
}

impl Tickets {
    /// Gives the ticket of a new question: answers to older ones are stale from here on.
    pub fn draw(&mut self, lane: Lane) -> Ticket {
        let generation = &mut self.newest[lane as usize];
        *generation += 1;
        self.awaited[lane as usize] = true;
        Ticket { lane, generation: *generation }
    }

    /// Tells whether an answer's ticket is the newest of its lane.
    fn is_newest(&self, ticket: Ticket) -> bool {
        self.newest[ticket.lane as usize] == ticket.generation
    }

    /// Tells whether an answer still counts: a newer question makes it stale, but
    /// for what was written.
    pub fn counts(&self, ticket: Ticket) -> bool {
        ticket.lane.writes() || self.is_newest(ticket)
    }

    /// Notes that a lane's newest question has its whole answer.
    pub fn settle(&mut self, ticket: Ticket) {
        if self.is_newest(ticket) {
            self.awaited[ticket.lane as usize] = false;
        }
    }

    /// Forgets what a lane was asked: whatever it still answers is stale.
    pub fn forget(&mut self, lane: Lane) {
        self.newest[lane as usize] += 1;
        self.awaited[lane as usize] = false;
    }

    /// Tells whether a lane still owes an answer.
    pub fn awaits(&self, lane: Lane) -> bool {
        self.awaited[lane as usize]
    }

    /// Tells whether any lane still owes an answer.
    pub fn awaits_any(&self) -> bool {
        self.awaited.contains(&true)
    }
}

/// Which page of events is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The first in order.
    First,
    /// The last in order that tells a time; the last of all where none does.
    Last,
    /// The last of all; the page ends there.
    End,
    /// Behind this event.
    After(Hit),
    /// Before this event; the page ends there.
    Before(Hit),
    /// Around this moment.
    At(Timestamp),
}

/// A question for the crew.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// Which events come here?
    Page {
        /// Among which.
        scope: Scope,
        /// In which order.
        order: Order,
        /// Which page.
        place: Place,
        /// At most so many.
        limit: usize,
    },
    /// How many are there?
    Count(Scope),
    /// How many when?
    Histogram {
        /// Among which; its window does not matter, the edges do.
        scope: Scope,
        /// The adjoining buckets' edges, ascending.
        edges: Vec<Timestamp>,
        /// Split by this field.
        by: String,
    },
    /// Which values are most frequent? Answered field by field.
    Facets {
        /// Among which.
        scope: Scope,
        /// Of these fields, each with how many values are wanted.
        fields: Vec<(String, usize)>,
    },
    /// What is this event in full?
    Entry(Hit),
    /// What was noted?
    Notes,
    /// Which of these events does some finding show?
    Found(Vec<Hit>),
    /// What can be exported?
    Offer {
        /// The present search, as text.
        text: String,
        /// The present search.
        scope: Scope,
        /// The selected event.
        selected: Option<Hit>,
        /// What is offered first, where it has something: a finding's number, or the bookmarks.
        first: Option<Box<What>>,
    },
    /// Is the case unchanged? Answered with progress, then with a verdict.
    Verify {
        /// How much is to be read.
        depth: Depth,
        /// How late it is.
        now: Timestamp,
    },
    /// What has another process written since the case was read?
    Look,
    /// Write a checkpoint that can be kept elsewhere.
    Anchor {
        /// How late it is.
        now: Timestamp,
    },
    /// Write this into the journal.
    Annotate {
        /// What.
        deed: Box<Deed>,
        /// How late it is.
        now: Timestamp,
    },
    /// Make this bundle.
    Export {
        /// Which.
        order: Box<ExportOrder>,
        /// How late it is.
        now: Timestamp,
    },
    /// Which values begin so?
    Values {
        /// The field's full name.
        field: String,
        /// What is typed of the value.
        prefix: String,
        /// At most so many.
        limit: usize,
    },
}

impl Question {
    /// Tells who answers it.
    pub fn lane(&self) -> Lane {
        match self {
            Question::Page { .. } => Lane::Page,
            Question::Count(_) => Lane::Count,
            Question::Histogram { .. } => Lane::Histogram,
            Question::Facets { .. } => Lane::Facets,
            Question::Entry(_) => Lane::Entry,
            Question::Values { .. } => Lane::Complete,
            Question::Notes => Lane::Notes,
            Question::Found(_) => Lane::Found,
            Question::Offer { .. } => Lane::Offer,
            Question::Verify { .. } => Lane::Check,
            Question::Look => Lane::Case,
            Question::Annotate { .. } | Question::Anchor { .. } | Question::Export { .. } => Lane::Hand,
        }
    }
}
