//! Patterns of texts: what stands between, and what is captured.
//!
//! A pattern is matched from left to right without going back: each capture ends at the
//! first place where it can. So what a client puts into a free text can never change
//! which text a later capture takes before it, and no input makes a match slow.

use super::capture::CaptureKind;
use super::time_pattern::TimePattern;
use crate::parse::format::{Hint, TextStart};

/// One part of a pattern.
#[derive(Debug)]
pub enum Part {
    /// A text, in which a space stands for one or more spaces or tabs.
    Text(String),
    Capture(Capture),
    Optional(Vec<Part>),
}

/// A part that takes text.
#[derive(Debug)]
pub struct Capture {
    /// The name; empty for what is dropped.
    pub name: String,
    /// Its slot, where a format has given it one.
    pub slot: Option<u32>,
    pub kind: CaptureKind,
}

/// A pattern of a whole text.
#[derive(Debug)]
pub struct LinePattern {
    pub parts: Vec<Part>,
}

impl LinePattern {
    /// Reads a pattern.
    pub fn parse(text: &str) -> Result<LinePattern, String> {
        let mut reader = PatternReader { rest: text, whole: text };
        let parts = reader.parts(false)?;
        check(&parts, text)?;
        Ok(LinePattern { parts })
    }

    /// Reads a pattern of which the first capture matters.
    pub fn with_one_capture(text: &str) -> Result<LinePattern, String> {
        let mut pattern = LinePattern::parse(text)?;
        let mut next = 0;
        pattern.for_each_capture(&mut |capture| {
            if !capture.name.is_empty() {
                capture.slot = Some(next);
                next += 1;
            }
        });
        if next == 0 { Err(format!("`{text}` captures nothing")) } else { Ok(pattern) }
    }

    /// Returns what every text has which it matches.
    pub fn hint(&self) -> Hint {
        let begins = match self.parts.first() {
            Some(Part::Text(text)) => match text.split(' ').next() {
                Some(word) if !word.is_empty() => TextStart::Texts(vec![word.to_owned()]),
                _ => TextStart::Anyhow,
            },
            Some(Part::Capture(capture)) => capture.kind.begins(),
            Some(Part::Optional(_)) | None => TextStart::Anyhow,
        };
        Hint { begins, words: self.words() }
    }

    /// Returns the words that every text has which it matches.
    fn words(&self) -> Vec<String> {
        let texts = self.parts.iter().filter_map(|part| match part {
            Part::Text(text) => Some(text),
            Part::Capture(_) | Part::Optional(_) => None,
        });
        texts.flat_map(|text| text.split(' ')).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    /// Calls a function for each capture.
    pub fn for_each_capture(&mut self, each: &mut impl FnMut(&mut Capture)) {
        fn walk(parts: &mut [Part], each: &mut impl FnMut(&mut Capture)) {
            for part in parts {
                match part {
                    Part::Text(_) => {}
                    Part::Capture(capture) => each(capture),
                    Part::Optional(inside) => walk(inside, each),
                }
            }
        }
        walk(&mut self.parts, each);
    }
}

/// A free capture needs a text after it, or the end.
fn check(parts: &[Part], whole: &str) -> Result<(), String> {
    for (place, part) in parts.iter().enumerate() {
        match part {
            Part::Capture(capture) if matches!(capture.kind, CaptureKind::Free | CaptureKind::Last) => {
                for next in &parts[place + 1..] {
                    match next {
                        Part::Text(_) => break,
                        Part::Capture(next) if matches!(next.kind, CaptureKind::One(_)) => break,
                        Part::Optional(inside) if matches!(inside.first(), Some(Part::Text(_))) => {}
                        _ => {
                            return Err(format!(
                                "in `{whole}`, `{{{}}}` needs a text after it, or a kind such as `:word`",
                                capture.name
                            ));
                        }
                    }
                }
            }
            Part::Optional(inside) => check(inside, whole)?,
            _ => {}
        }
    }
    Ok(())
}

struct PatternReader<'t> {
    rest: &'t str,
    whole: &'t str,
}

impl PatternReader<'_> {
    fn parts(&mut self, is_inside: bool) -> Result<Vec<Part>, String> {
        let (mut parts, mut text) = (Vec::new(), String::new());
        loop {
            let Some(c) = self.rest.chars().next() else {
                if is_inside {
                    return Err(format!("in `{}`, `{{?` is not closed", self.whole));
                }
                break;
            };
            let doubled = self.rest.starts_with("{{") || self.rest.starts_with("}}") && !is_inside;
            self.rest = &self.rest[c.len_utf8()..];
            match c {
                '{' | '}' if doubled => {
                    self.rest = &self.rest[1..];
                    text.push(c);
                }
                '}' if is_inside => break,
                '}' => return Err(format!("in `{}`, a `}}` closes nothing; write `}}}}`", self.whole)),
                '{' => {
                    if !text.is_empty() {
                        parts.push(Part::Text(std::mem::take(&mut text)));
                    }
                    parts.push(self.braces()?);
                }
                ' ' => push_space(&mut text),
                c => text.push(c),
            }
        }
        if !text.is_empty() {
            parts.push(Part::Text(text));
        }
        Ok(parts)
    }

    /// Reads what follows an opening brace.
    fn braces(&mut self) -> Result<Part, String> {
        if let Some(inside) = self.rest.strip_prefix('?') {
            self.rest = inside;
            return Ok(Part::Optional(self.parts(true)?));
        }
        let (inside, rest) =
            self.rest.split_once('}').ok_or_else(|| format!("in `{}`, a `{{` is not closed", self.whole))?;
        self.rest = rest;
        let (name, kind) = inside.split_once(':').unwrap_or((inside, ""));
        let kind = match kind.trim() {
            "" if name == "@timestamp" => CaptureKind::Time,
            kind if kind.contains('%') => CaptureKind::OwnTime(TimePattern::parse(kind)?),
            kind => CaptureKind::parse(kind)?,
        };
        Ok(Part::Capture(Capture { name: name.trim().to_owned(), slot: None, kind }))
    }
}

/// Several spaces are one.
fn push_space(text: &mut String) {
    if !text.ends_with(' ') {
        text.push(' ');
    }
}
