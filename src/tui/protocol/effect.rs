//! What update asks for, as data.

use super::lanes::Ticket;
use super::request::WorkerRequest;

/// Something to be done outside the model.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// The workers answer this; a newer request of the same lane replaces it.
    Request(Ticket, WorkerRequest),
    /// Stops the export that is running.
    StopExport,
    /// Stops the detection that is running, unless it is writing what it found already.
    StopDetection,
    /// Copies a text to the clipboard of the terminal's own machine (OSC 52).
    Copy(String),
    /// Redraws the whole screen.
    Redraw,
    /// Suspends the program.
    Suspend,
    /// Quits the program.
    Quit,
}
