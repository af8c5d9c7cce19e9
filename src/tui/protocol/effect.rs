//! What update asks for, as data.

use super::lanes::Ticket;
use super::request::WorkerRequest;

/// Something that is done outside of the model.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// The crew answers this; a newer question of the same lane takes its place.
    Request(Ticket, WorkerRequest),
    /// This text goes to the clipboard of the terminal's own machine (OSC 52).
    Copy(String),
    /// The whole screen is drawn anew.
    Redraw,
    /// The program goes to the background.
    Suspend,
    /// The program ends.
    Quit,
}
