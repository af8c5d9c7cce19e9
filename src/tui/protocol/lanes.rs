//! Lanes of work, and the tickets that match responses to requests.

/// A line of work, with a thread of its own. Of lookups, only the
/// newest counts; of writes, each is carried out.
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
    /// Annotations.
    Annotations,
    /// Which listed events are in a finding.
    FindingHits,
    /// What can be exported.
    ExportChoices,
    /// Whether the evidence is unchanged.
    Verify,
    /// Evidence that is imported. What is committed by then stays when it is stopped.
    Import,
    /// What is unusual. Detection looks on a lane of its own, so that it holds up no
    /// bookmark, and writes what it found at its end; stopped before then, it writes nothing.
    Detect,
    /// A finding's events over time.
    Curve,
    /// Whether the case has grown.
    Case,
    /// What is written: annotations, checkpoints, bundles.
    Write,
}

impl Lane {
    /// Every lane.
    pub const ALL: [Lane; 15] = [
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
        Lane::Import,
        Lane::Detect,
        Lane::Curve,
        Lane::Case,
        Lane::Write,
    ];

    /// Reports whether each request is carried out, one after another, even when
    /// the program is left meanwhile.
    pub fn writes(self) -> bool {
        self == Lane::Write
    }
}

/// Matches a response to its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ticket {
    /// The lane.
    pub lane: Lane,
    /// The request's number in its lane; the greatest is the newest.
    pub generation: u64,
}

/// The tickets given out: the newest of each lane, and whether it is still awaited.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tickets {
    newest: [u64; Lane::ALL.len()],
    awaited: [bool; Lane::ALL.len()],
}

impl Tickets {
    /// Issues the ticket of a new request: responses to older ones are stale from here on.
    pub fn issue(&mut self, lane: Lane) -> Ticket {
        let generation = &mut self.newest[lane as usize];
        *generation += 1;
        self.awaited[lane as usize] = true;
        Ticket { lane, generation: *generation }
    }

    /// Reports whether a ticket is the newest of its lane.
    fn is_newest(&self, ticket: Ticket) -> bool {
        self.newest[ticket.lane as usize] == ticket.generation
    }

    /// Reports whether a response still counts: a newer request makes it stale,
    /// except for writes.
    pub fn is_current(&self, ticket: Ticket) -> bool {
        ticket.lane.writes() || self.is_newest(ticket)
    }

    /// Records that a lane's newest request has been answered in full.
    pub fn complete(&mut self, ticket: Ticket) {
        if self.is_newest(ticket) {
            self.awaited[ticket.lane as usize] = false;
        }
    }

    /// Forgets a lane's request: whatever still comes is stale.
    pub fn invalidate(&mut self, lane: Lane) {
        self.newest[lane as usize] += 1;
        self.awaited[lane as usize] = false;
    }

    /// Reports whether a lane still owes a response.
    pub fn awaits(&self, lane: Lane) -> bool {
        self.awaited[lane as usize]
    }

    /// Reports whether any lane still owes a response.
    pub fn awaits_any(&self) -> bool {
        self.awaited.contains(&true)
    }
}
