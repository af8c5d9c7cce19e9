//! Reads records under a plan.

use std::fmt;

use crate::error::Result;
use crate::record::{Event, Key, fields};

use super::format::{Format, UNPARSED, find_format, narrowest_first};
use super::formats::FORMATS;
use super::plan::Plan;
use super::time::TimeResolver;

/// The field of the lines that continue a record whose format reads only one line.
const CONTINUATION: &str = "log.continuation";

/// Reads records under a plan. Cheap to create, and can be shared between threads.
pub struct Parser {
    /// The formats in the order in which they are tried.
    order: Vec<&'static dyn Format>,
    times: TimeResolver,
    host: Option<String>,
    labels: Vec<(String, String)>,
}

impl Parser {
    /// Creates the parser of a plan; fails where it names an unknown format or zone.
    pub fn new(plan: &Plan) -> Result<Parser> {
        Parser::with_formats(plan, FORMATS)
    }

    /// Creates the parser of a plan that knows these formats.
    pub fn with_formats(plan: &Plan, formats: &[&'static dyn Format]) -> Result<Parser> {
        let mut order = Vec::with_capacity(formats.len());
        for name in plan.mixed.iter().chain([&plan.format]) {
            order.extend(find_format(name, formats)?);
        }
        if !plan.forced {
            let first: Vec<&str> = order.iter().map(|format| format.name()).collect();
            order.extend(
                narrowest_first(formats).into_iter().filter(|format| !first.contains(&format.name())),
            );
        }
        let labels =
            plan.labels.iter().map(|(name, value)| (format!("labels.{name}"), value.clone())).collect();
        Ok(Parser { order, times: TimeResolver::new(plan.time_rules()?), host: plan.host.clone(), labels })
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
        if part > 0 || !(self.read_whole(text, event) || self.read_first_line(text, event)) {
            event.reset();
            event.format = UNPARSED;
            event.put(fields::MESSAGE, text);
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

    fn read_whole<'a>(&self, text: &'a str, event: &mut Event<'a>) -> bool {
        self.order.iter().any(|format| {
            event.reset();
            let is_read = format.read(text, event);
            event.format = format.name();
            is_read
        })
    }

    fn read_first_line<'a>(&self, text: &'a str, event: &mut Event<'a>) -> bool {
        let Some(end) = text.find(['\n', '\r']) else {
            return false;
        };
        let understood = self.read_whole(&text[..end], event);
        event.put(Key::from(CONTINUATION), text[end..].trim_start_matches(['\n', '\r']));
        understood
    }
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
