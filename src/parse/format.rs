//! The interface of a log format, and how records are delimited.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result, Visible};
use crate::record::Event;

/// A kind of log that can be read record by record.
///
/// A format is stateless: `read` sees one record's text and nothing else, so records
/// can be read in any order, on any thread.
pub trait Format: Sync {
    /// Its name, as in `format:nginx.access`; also the value of `vestigo.format`.
    fn name(&self) -> &'static str;

    /// What it reads, in one line, for `formats list`.
    fn about(&self) -> &'static str;

    /// The values of `event.dataset` that it writes. Redaction leaves them readable.
    fn datasets(&self) -> &'static [&'static str] {
        &[]
    }

    /// Realistic lines that it reads, for `formats show` and its own test.
    fn samples(&self) -> &'static [&'static str];

    /// How specific it is, 0 to 100: of formats that read the same share of a sample,
    /// the higher wins.
    fn specificity(&self) -> u8;

    /// How records are delimited in its files.
    fn framing(&self) -> Framing {
        Framing::Lines
    }

    /// Reads one record into `event` (empty when called) and returns whether it is of
    /// this format. If it is not, the caller discards what was set.
    ///
    /// `text` is the record without its last line end, invalid UTF-8 already replaced
    /// by U+FFFD. Sets `event.parsed_time` and `event.time_text`, never the resolved time;
    /// leaves `event.format` alone.
    fn read<'a>(&self, text: &'a str, event: &mut Event<'a>) -> bool;
}

/// The format name of events that no format could read.
pub const UNPARSED: &str = "unparsed";

/// How records are delimited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Framing {
    /// A line is a record; lines that begin with white space continue it.
    Lines,
    /// JSON documents, over one line or many; the elements of a `Records` (or like)
    /// envelope are each a record. Lines between that are not JSON are records as in
    /// `Lines`.
    Json,
    /// Not text: rejected records.
    Binary,
}

/// Returns formats by specificity, highest first; equals keep their order.
pub fn narrowest_first(formats: &[&'static dyn Format]) -> Vec<&'static dyn Format> {
    let mut sorted = formats.to_vec();
    sorted.sort_by_key(|format| std::cmp::Reverse(format.specificity()));
    sorted
}

/// Returns the format that a plan or the user names; `None` for `unparsed`.
pub fn find_format(name: &str, formats: &[&'static dyn Format]) -> Result<Option<&'static dyn Format>> {
    if name == UNPARSED {
        return Ok(None);
    }
    let found = formats.iter().copied().find(|format| format.name() == name);
    found.map(Some).ok_or_else(|| {
        Error::usage(format!("`{}` is not a format", Visible(name)))
            .hint("List the formats with `vestigo formats list`.")
    })
}
