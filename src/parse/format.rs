//! The interface of a log format, and how records are delimited.

use std::cell::OnceCell;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::flatten::{Leaves, json_object, xml_element};

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

    /// The exact names of programs whose messages it reads behind a syslog head or the
    /// like; such messages are offered to it before all others.
    fn programs(&self) -> &'static [&'static str] {
        &[]
    }

    /// Returns whether it names programs by patterns.
    fn has_program_patterns(&self) -> bool {
        false
    }

    /// Returns whether it reads the messages of a program, by its patterns.
    fn reads_program(&self, _program: &str) -> bool {
        false
    }

    /// What a whole record of this format has: one of these holds for every text that
    /// [`Format::read_record`] reads without a program.
    fn hints(&self) -> Vec<Hint> {
        vec![Hint::default()]
    }

    /// Returns whether it reads only messages of programs, no whole lines.
    fn is_for_programs(&self) -> bool {
        false
    }

    /// Returns whether its `message` may be a record of another format.
    fn wraps(&self) -> bool {
        false
    }

    /// Returns whether it reads a record only where another format reads its `message`.
    fn needs_inner(&self) -> bool {
        false
    }

    /// Returns whether it also reads a text behind the head of another format.
    fn is_inner(&self) -> bool {
        false
    }

    /// The format whose records are a special kind of this one's, if there is one.
    fn family(&self) -> Option<&str> {
        None
    }

    /// Returns whether [`Format::line_kind`] says more than [`LineKind::Usual`].
    fn has_line_kinds(&self) -> bool {
        false
    }

    /// Returns the quote in which a value may hold line ends.
    fn quote_over_lines(&self) -> Option<char> {
        None
    }

    /// Returns what a line of a file of this format is.
    fn line_kind(&self, _line: &str, _is_first: bool) -> LineKind {
        LineKind::Usual
    }

    /// Reads one record into `event` (empty when called) and returns whether it is of
    /// this format. If it is not, the caller discards what was set.
    ///
    /// Sets `event.parsed_time` and `event.time_text`, never the resolved time; leaves
    /// `event.format` alone.
    fn read_record<'a>(&self, record: &RecordText<'a>, event: &mut Event<'a>) -> bool;

    /// Reads a text; see [`Format::read_record`].
    fn read<'a>(&self, text: &'a str, event: &mut Event<'a>) -> bool {
        self.read_record(&RecordText::new(text), event)
    }
}

/// The text of one record, offered to one format after another.
#[derive(Debug)]
pub struct RecordText<'a> {
    text: &'a str,
    /// The lines that name the columns of the record.
    header: Option<Arc<str>>,
    /// The program whose message it is.
    program: Option<&'a str>,
    /// The JSON object that the text is, once a format has asked for it.
    json: OnceCell<Option<Leaves<'a>>>,
    /// The same of an XML element.
    xml: OnceCell<Option<Leaves<'a>>>,
}

impl<'a> RecordText<'a> {
    /// Creates the text of a record, without its last line end, invalid UTF-8 already
    /// replaced by U+FFFD.
    pub fn new(text: &'a str) -> RecordText<'a> {
        RecordText { text, header: None, program: None, json: OnceCell::new(), xml: OnceCell::new() }
    }

    /// Creates the text of a record whose columns other lines of its file name.
    pub fn with_header(text: &'a str, header: Option<Arc<str>>) -> RecordText<'a> {
        RecordText { text, header, program: None, json: OnceCell::new(), xml: OnceCell::new() }
    }

    /// Creates the text of a program's message behind another head.
    pub fn behind(text: &'a str, program: &'a str) -> RecordText<'a> {
        RecordText { text, header: None, program: Some(program), json: OnceCell::new(), xml: OnceCell::new() }
    }

    /// Returns the program whose message it is.
    pub fn program(&self) -> Option<&'a str> {
        self.program
    }

    /// Returns the text.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// Returns the lines that name its columns, or state something about it.
    pub fn header(&self) -> Option<&str> {
        self.header.as_deref()
    }

    /// A Windows event in XML has the leaves of its JSON form.
    fn object(&self) -> Option<Leaves<'a>> {
        if self.text.trim_start().starts_with("<Event") {
            xml_element(self.text.trim())
        } else {
            json_object(self.text)
        }
    }

    /// Returns the leaves of the XML element that it is; `None` if it is not one.
    pub fn xml(&self) -> Option<&Leaves<'a>> {
        self.xml.get_or_init(|| xml_element(self.text.trim())).as_ref()
    }

    /// Returns the leaves of the JSON object that it is; `None` if it is not one.
    pub fn json(&self) -> Option<&Leaves<'a>> {
        self.json.get_or_init(|| self.object()).as_ref()
    }
}

/// What a text has to have so that a format can read it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hint {
    /// How it begins.
    pub begins: TextStart,
    /// The words that it has somewhere.
    pub words: Vec<String>,
}

/// How a text begins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum TextStart {
    /// Nothing is known.
    #[default]
    Anyhow,
    /// With one of these texts.
    Texts(Vec<String>),
    /// After white space, with this character.
    Mark(char),
    /// With a time in one of the usual notations.
    Time,
    /// With a digit, a sign or a point.
    Digit,
    /// With a letter or an underscore.
    Letter,
}

/// What a line is to the format of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// A record, or the continuation of one if it begins with white space.
    Usual,
    /// It begins a record, whatever it begins with.
    Start,
    /// It continues the record before it.
    Continue,
    /// No part of any event.
    Skip,
    /// It names the columns of the records after it.
    Header,
    /// It states something about the records after it.
    Directive,
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

/// Returns the format of a name among some; `None` for `unparsed`.
#[cfg(test)]
pub fn find_among(
    name: &str,
    formats: &[&'static dyn Format],
) -> crate::error::Result<Option<&'static dyn Format>> {
    if name == UNPARSED {
        return Ok(None);
    }
    let found = formats.iter().copied().find(|format| format.name() == name);
    found.map(Some).ok_or_else(|| crate::error::Error::usage(format!("`{name}` is not a format")))
}
