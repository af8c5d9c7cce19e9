//! Reads records under a plan.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use crate::error::Result;
use crate::record::{Event, Key, fields};

#[cfg(test)]
use super::format::find_among;
use super::format::{Format, RecordText, UNPARSED};
use super::formats::find_format;
use super::framing::HeaderLines;
use super::other_formats::OtherFormats;
use super::plain_line::read_any_line;
use super::plan::Plan;
use super::time::TimeResolver;

/// The field of the lines that continue a record whose format reads only one line.
const CONTINUATION: &str = "log.continuation";

/// Reads records under a plan. Cheap to create, and can be shared between threads.
pub struct Parser {
    /// The plan's formats in the order in which they are tried.
    order: Vec<&'static dyn Format>,
    /// The formats that are tried on what none of these reads.
    others: OtherFormats,
    times: TimeResolver,
    /// Whether the plan's format has lines that say how others are read.
    is_headed: bool,
    headers: RwLock<Vec<(u64, Arc<str>)>>,
    host: Option<String>,
    labels: Vec<(String, String)>,
}

impl Parser {
    /// Creates the parser of a plan; fails where it names an unknown format or zone.
    pub fn new(plan: &Plan) -> Result<Parser> {
        Parser::of(plan, OtherFormats::built_in(plan.forced), find_format)
    }

    /// Creates the parser of a plan that knows these formats.
    #[cfg(test)]
    pub fn with_formats(plan: &Plan, formats: &[&'static dyn Format]) -> Result<Parser> {
        Parser::of(plan, OtherFormats::only(plan.forced, formats), |name| find_among(name, formats))
    }

    fn of(
        plan: &Plan,
        others: OtherFormats,
        find: impl Fn(&str) -> Result<Option<&'static dyn Format>>,
    ) -> Result<Parser> {
        let mut order: Vec<&'static dyn Format> = Vec::new();
        let mut is_headed = false;
        for name in plan.mixed.iter().chain([&plan.format]) {
            let kept = plan.kept().filter(|kept| kept.name() == name);
            let found = if kept.is_some() { kept } else { find(name)? };
            let Some(format) = found else { continue };
            if !plan.forced {
                order.extend(others.relatives(format));
            }
            order.push(format);
            is_headed = format.has_line_kinds();
        }
        let labels =
            plan.labels.iter().map(|(name, value)| (format!("labels.{name}"), value.clone())).collect();
        Ok(Parser {
            order,
            others,
            times: TimeResolver::new(plan.time_rules()?),
            is_headed,
            headers: RwLock::new(plan.headers.iter().map(shared).collect()),
            host: plan.host.clone(),
            labels,
        })
    }

    /// Adds lines that say how later records are read, as a framer found them.
    pub fn learn(&self, headers: Vec<HeaderLines>) {
        let Some(first) = headers.first() else { return };
        let mut own = self.headers.write().unwrap_or_else(PoisonError::into_inner);
        // What a plan knows of records that are read again gives way to what is there.
        let keep = own.partition_point(|(from_record, _)| *from_record < first.from_record);
        own.truncate(keep);
        own.extend(headers.iter().map(shared));
    }

    /// Returns all such lines.
    pub fn headers(&self) -> Vec<HeaderLines> {
        let headers = self.headers.read().unwrap_or_else(PoisonError::into_inner);
        let own = |(from_record, lines): &(u64, Arc<str>)| HeaderLines {
            from_record: *from_record,
            lines: lines.to_string(),
        };
        headers.iter().map(own).collect()
    }

    /// Returns the lines that say how a record is read.
    fn header_of(&self, record: u64) -> Option<Arc<str>> {
        if !self.is_headed {
            return None;
        }
        let headers = self.headers.read().unwrap_or_else(PoisonError::into_inner);
        let behind = headers.partition_point(|(from_record, _)| *from_record <= record);
        behind.checked_sub(1).map(|at| Arc::clone(&headers[at].1))
    }

    /// Reads one record: tries the plan's format, then the others line by line, and
    /// finally keeps the text as an unparsed event (`format` = `unparsed`, `message` =
    /// the text). Resolves the time, fills the plan's host and labels.
    ///
    /// If no format reads all lines of a record, its first line is read and the others
    /// are kept in `log.continuation`. A part of an overlong line is kept as text: it
    /// is never read as if it were whole.
    ///
    /// `text` is the record's text without its last line end; the caller makes
    /// it UTF-8 with [`String::from_utf8_lossy`].
    pub fn read<'a>(&self, record: u64, part: u32, text: &'a str, event: &mut Event<'a>) {
        if part > 0 || !(self.read_whole(record, text, event) || self.read_first_line(record, text, event)) {
            event.reset();
            event.format = UNPARSED;
            event.put(fields::MESSAGE, text);
            if part == 0 {
                read_any_line(text, event);
            }
        }
        event.time = event.parsed_time.and_then(|when| self.times.resolve(record, when));
        if let Some(host) = &self.host
            && event.get(fields::HOST_NAME).is_none()
        {
            event.put(fields::HOST_NAME, host.clone());
        }
        for (name, value) in &self.labels {
            event.put(name.clone(), value.clone());
        }
    }

    fn read_whole<'a>(&self, record: u64, text: &'a str, event: &mut Event<'a>) -> bool {
        let record = RecordText::with_header(text, self.header_of(record));
        let mut reads = |format: &&&'static dyn Format| {
            event.reset();
            format.read_record(&record, event) && {
                event.format = format.name();
                let is_inside = format.wraps() && self.others.inner().read(event);
                is_inside || !format.needs_inner()
            }
        };
        let found = self.order.iter().find(&mut reads);
        found.is_some() || self.others.candidates(text).any(|format| reads(&&format))
    }

    fn read_first_line<'a>(&self, record: u64, text: &'a str, event: &mut Event<'a>) -> bool {
        let Some(end) = text.find(['\n', '\r']) else {
            return false;
        };
        let understood = self.read_whole(record, &text[..end], event);
        event.put(Key::from(CONTINUATION), text[end..].trim_start_matches(['\n', '\r']));
        understood
    }
}

fn shared(header: &HeaderLines) -> (u64, Arc<str>) {
    (header.from_record, header.lines.as_str().into())
}

impl fmt::Debug for Parser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let order: Vec<&str> = self.order.iter().map(|format| format.name()).collect();
        f.debug_struct("Parser").field("order", &order).field("times", &self.times).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "parser_tests.rs"]
mod tests;
