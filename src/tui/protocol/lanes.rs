//! Lanes of work, and the tickets that match responses to requests.

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
    Annotations,
    /// Which listed events some finding shows.
    FindingHits,
    /// What can be exported.
    ExportChoices,
    /// Whether the evidence is unchanged.
    Verify,
    /// Whether the case has grown.
    Case,
    /// What is written: annotations, checkpoints, bundles.
    Write,
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
        Lane::Annotations,
        Lane::FindingHits,
        Lane::ExportChoices,
        Lane::Verify,
        Lane::Case,
        Lane::Write,
    ];

    /// Tells whether each question is carried out, one after another, even when
    /// the program is left meanwhile.
    pub fn writes(self) -> bool {
        self == Lane::Write
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
    pub fn issue(&mut self, lane: Lane) -> Ticket {
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
    pub fn is_current(&self, ticket: Ticket) -> bool {
        ticket.lane.writes() || self.is_newest(ticket)
    }

    /// Notes that a lane's newest question has its whole answer.
    pub fn complete(&mut self, ticket: Ticket) {
        if self.is_newest(ticket) {
            self.awaited[ticket.lane as usize] = false;
        }
    }

    /// Forgets what a lane was asked: whatever it still answers is stale.
    pub fn invalidate(&mut self, lane: Lane) {
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
