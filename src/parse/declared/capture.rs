//! Kinds of captures: how far each reaches.

use std::borrow::Cow;

use super::time_pattern::TimePattern;
use super::values::Datum;
use crate::parse::cursor::closing_quote;
use crate::parse::flatten::{LeafValue, unescape};
use crate::parse::format::TextStart;
use crate::parse::http::ip_and_port;
use crate::parse::time::timestamp_formats;

/// A kind of capture.
#[derive(Debug)]
pub enum CaptureKind {
    /// Up to the text that follows.
    Free,
    /// Up to the last place of the text that follows.
    Last,
    Word,
    Name,
    Upper,
    UpperAlnum,
    Alpha,
    Alnum,
    Hex,
    Int,
    Number,
    Ip,
    /// As a word; the value is an address, perhaps with a port.
    Address,
    Quoted,
    /// A text in quotes, or a word.
    Field,
    /// Words, as long as commas or colons that stand alone join them.
    List,
    /// A value of a line of comma-separated values.
    Csv,
    /// So many characters of a kind.
    Exactly(usize, Box<CaptureKind>),
    One(Vec<String>),
    Time,
    OwnTime(TimePattern),
}

impl CaptureKind {
    /// Reads the name of a kind.
    pub fn parse(text: &str) -> Result<CaptureKind, String> {
        Ok(match text {
            "" => CaptureKind::Free,
            "last" => CaptureKind::Last,
            "word" => CaptureKind::Word,
            "name" => CaptureKind::Name,
            "upper" => CaptureKind::Upper,
            "upalnum" => CaptureKind::UpperAlnum,
            "field" => CaptureKind::Field,
            "csv" => CaptureKind::Csv,
            "list" => CaptureKind::List,
            "alpha" => CaptureKind::Alpha,
            "alnum" => CaptureKind::Alnum,
            "hex" => CaptureKind::Hex,
            "int" => CaptureKind::Int,
            "number" => CaptureKind::Number,
            "ip" => CaptureKind::Ip,
            "address" => CaptureKind::Address,
            "quoted" => CaptureKind::Quoted,
            "time" => CaptureKind::Time,
            _ => {
                if let Some(words) = text.strip_prefix("one ") {
                    let words = words.split(',').map(|word| word.trim().to_owned());
                    return Ok(CaptureKind::One(words.collect()));
                }
                let counted =
                    text.rsplit_once(' ').and_then(|(kind, count)| Some((kind, count.parse().ok()?)));
                let Some((kind, count)) = counted else {
                    return Err(format!("`{text}` is not a kind of capture"));
                };
                CaptureKind::Exactly(count, Box::new(CaptureKind::parse(kind)?))
            }
        })
    }

    /// Returns how every text begins that it can take.
    pub fn begins(&self) -> TextStart {
        match self {
            CaptureKind::Time => TextStart::Time,
            CaptureKind::OwnTime(pattern) => pattern.begins(),
            CaptureKind::One(words) => TextStart::Texts(words.clone()),
            CaptureKind::Int | CaptureKind::Number => TextStart::Digit,
            CaptureKind::Upper | CaptureKind::Alpha => TextStart::Letter,
            CaptureKind::Quoted => TextStart::Texts(vec!["\"".to_owned()]),
            _ => TextStart::Anyhow,
        }
    }

    /// Returns the length of the longest run at the start of a text that it can take.
    pub fn run(&self, text: &str) -> usize {
        let while_ = |fits: fn(u8) -> bool| text.bytes().take_while(|byte| fits(*byte)).count();
        match self {
            CaptureKind::Name => while_(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')),
            CaptureKind::Upper => while_(|b| b.is_ascii_uppercase() || b == b'_'),
            CaptureKind::UpperAlnum => while_(|b| b.is_ascii_uppercase() || b.is_ascii_digit()),
            CaptureKind::Alpha => while_(|b| b.is_ascii_alphabetic()),
            CaptureKind::Alnum => while_(|b| b.is_ascii_alphanumeric()),
            CaptureKind::Hex => while_(|b| b.is_ascii_hexdigit()),
            CaptureKind::Int => {
                let sign = usize::from(text.starts_with(['-', '+']));
                let digits = text[sign..].bytes().take_while(u8::is_ascii_digit).count();
                if digits == 0 { 0 } else { sign + digits }
            }
            CaptureKind::Number => {
                let sign = usize::from(text.starts_with(['-', '+']));
                let digits = text[sign..].bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
                if digits == 0 { 0 } else { sign + digits }
            }
            CaptureKind::Ip => {
                while_(|b| b.is_ascii_hexdigit() || matches!(b, b'.' | b':' | b'[' | b']' | b'%'))
            }
            _ => while_(|b| !b.is_ascii_whitespace()),
        }
    }

    /// Returns whether a text that was taken is of the kind.
    pub fn accepts(&self, text: &str) -> bool {
        match self {
            CaptureKind::Free | CaptureKind::Last => true,
            CaptureKind::Ip => ip_and_port(text).is_some_and(|(_, port)| port.is_none()),
            CaptureKind::Number => text.parse::<f64>().is_ok(),
            _ => !text.is_empty(),
        }
    }

    /// Creates the value of a text that was taken.
    pub fn datum<'a>(&self, text: &'a str) -> Datum<'a> {
        match self {
            CaptureKind::Int => match text.parse() {
                Ok(number) if !has_leading_zero(text) => Datum::Leaf(LeafValue::Int(number)),
                _ => Datum::text(text),
            },
            _ => Datum::text(text),
        }
    }

    /// Takes a value whose own shape says where it ends, and returns what follows it.
    pub fn take<'a>(&self, text: &'a str) -> Option<(Datum<'a>, &'a str)> {
        match self {
            CaptureKind::Quoted => {
                let inside = text.strip_prefix('"')?;
                let end = closing_quote(inside.as_bytes())?;
                let plain = &inside[..end];
                let plain =
                    if plain.contains('\\') { Cow::Owned(unescape(plain)) } else { Cow::Borrowed(plain) };
                Some((Datum::text(plain), &inside[end + 1..]))
            }
            CaptureKind::Field => match text.starts_with('"') {
                true => CaptureKind::Quoted.take(text),
                false => {
                    let (word, rest) = text.split_at(CaptureKind::Word.run(text));
                    (!word.is_empty()).then(|| (Datum::text(word), rest))
                }
            },
            CaptureKind::List => {
                let (list, rest) = text.split_at(list_length(text));
                (!list.is_empty()).then(|| (Datum::text(list), rest))
            }
            CaptureKind::Csv => csv_value(text),
            CaptureKind::Exactly(count, kind) => {
                let (taken, rest) = text.split_at_checked(*count)?;
                let fits = kind.run(taken) == *count && kind.accepts(taken) && kind.run(rest) == 0;
                fits.then(|| (kind.datum(taken), rest))
            }
            CaptureKind::One(words) => {
                let word = words
                    .iter()
                    .filter(|word| text.starts_with(word.as_str()))
                    .max_by_key(|word| word.len())?;
                let (word, rest) = text.split_at(word.len());
                Some((Datum::text(word), rest))
            }
            CaptureKind::Time => {
                let (when, rest) =
                    timestamp_formats::any(text).or_else(|| timestamp_formats::rfc5322(text))?;
                Some((Datum::Time(when, Cow::Borrowed(&text[..text.len() - rest.len()])), rest))
            }
            CaptureKind::OwnTime(pattern) => {
                let (when, rest) = pattern.read(text)?;
                Some((Datum::Time(when, Cow::Borrowed(&text[..text.len() - rest.len()])), rest))
            }
            _ => None,
        }
    }

    /// Returns whether the value is an address, perhaps with a port.
    pub fn is_address(&self) -> bool {
        matches!(self, CaptureKind::Address)
    }

    /// Returns whether its own shape says where it ends.
    pub fn ends_itself(&self) -> bool {
        matches!(
            self,
            CaptureKind::Quoted
                | CaptureKind::Field
                | CaptureKind::Csv
                | CaptureKind::List
                | CaptureKind::Exactly(..)
                | CaptureKind::One(_)
                | CaptureKind::Time
                | CaptureKind::OwnTime(_)
        )
    }
}

/// Returns the length of words that are joined by `, ` or ` : ` (nginx: servers that were
/// tried, and groups of them).
fn list_length(text: &str) -> usize {
    let mut length = CaptureKind::Word.run(text);
    while length > 0 {
        let rest = &text[length..];
        let joint = match rest.strip_prefix(" : ") {
            Some(_) => 3,
            None if text[..length].ends_with(',') && rest.starts_with(' ') => 1,
            None => return length,
        };
        match CaptureKind::Word.run(&rest[joint..]) {
            0 => return length,
            word => length += joint + word,
        }
    }
    length
}

/// Takes a value up to the next comma, or one in quotes in which a doubled quote is text.
fn csv_value(text: &str) -> Option<(Datum<'_>, &str)> {
    let Some(inside) = text.strip_prefix('"') else {
        let (value, rest) = text.split_at(text.find(',').unwrap_or(text.len()));
        return Some((Datum::text(value), rest));
    };
    let mut from = 0;
    loop {
        let at = from + inside[from..].find('"')?;
        if inside[at + 1..].starts_with('"') {
            from = at + 2;
            continue;
        }
        let (value, rest) = (&inside[..at], &inside[at + 1..]);
        let plain = if from > 0 { Cow::Owned(value.replace("\"\"", "\"")) } else { Cow::Borrowed(value) };
        return Some((Datum::text(plain), rest));
    }
}

fn has_leading_zero(text: &str) -> bool {
    matches!(text.trim_start_matches('-').as_bytes(), [b'0', _, ..]) || text.starts_with('+')
}
