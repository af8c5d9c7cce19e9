//! What every format offers, built in or data.

use crate::record::Event;

use super::Framing;

/// A kind of log that can be read record by record.
///
/// A format is stateless: `read` sees one record's text and nothing else, so
/// records can be read in any order, on any thread, alone or all.
pub trait Format: Sync {
    /// Its name, as in `format:nginx.access`; also the value of `vestigo.format`.
    fn name(&self) -> &'static str;

    /// What it reads, in one line, for `formats list`.
    fn about(&self) -> &'static str;

    /// A real-looking line or two that it reads, for `formats show` and its own test.
    fn samples(&self) -> &'static [&'static str];

    /// How narrow it is, 0 to 100: between formats that understand the same
    /// share of a sample, the higher wins.
    fn specificity(&self) -> u8;

    /// How records are told apart in its files.
    fn framing(&self) -> Framing {
        Framing::Lines
    }

    /// Reads one record into `event` (empty when called) and tells whether it
    /// is of this format. Where it is not, what was put is thrown away.
    ///
    /// `text` is the record without its last line end, invalid UTF-8 already
    /// replaced by U+FFFD. Sets `event.when` and `event.when_text` rather than
    /// a stamp; leaves `event.format` alone.
    fn read<'a>(&self, text: &'a str, event: &mut Event<'a>) -> Seen;
}

/// What a format makes of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// The record is of this format, and was read into the event.
    Yes,
    /// The record is not of this format.
    No,
}
