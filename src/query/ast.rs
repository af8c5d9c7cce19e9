//! The syntax tree of a query. Printing it (`Display`) and parsing the text
//! again gives the same tree.

use std::net::IpAddr;

use crate::record::{FieldId, FieldKind, Timestamp};

/// A query without pipes.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// Every event.
    All,
    /// Every member matches; at least two members, none of them an `And`.
    And(Vec<Expr>),
    /// Any member matches; at least two members, none of them an `Or`.
    Or(Vec<Expr>),
    /// Every event that does not match.
    Not(Box<Expr>),
    /// One test.
    Leaf(Leaf),
}

/// One test on one field, or on the event's whole text.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf {
    /// The field; none for bare words, which search every value and the free text.
    pub field: Option<FieldRef>,
    /// What the field is tested for.
    pub test: Test,
}

/// A field that a query names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FieldRef {
    /// A core field.
    Core(FieldId),
    /// A dotted name outside the core table, as written.
    Custom(String),
    /// `id`: an event id.
    Id,
    /// `format` (`vestigo.format`): the format that understood the event.
    Format,
    /// `source` (`vestigo.source`): the source's SHA-256 or a prefix of it.
    Source,
    /// `tag`: a tag that an investigator added (resolved by `case`).
    Tag,
    /// `finding`: a finding's number, or the SHA-256 that identifies it in every
    /// copy of a case (resolved by `case`).
    Finding,
}

impl FieldRef {
    /// Returns the field that events have under a full name.
    pub fn of(name: &str) -> FieldRef {
        FieldId::by_name(name).map_or_else(|| FieldRef::Custom(name.to_owned()), FieldRef::Core)
    }

    /// Returns what kind of values a core field has; none for every other field.
    pub fn kind(&self) -> Option<FieldKind> {
        match self {
            FieldRef::Core(id) => Some(id.field().kind),
            FieldRef::Custom(_)
            | FieldRef::Id
            | FieldRef::Format
            | FieldRef::Source
            | FieldRef::Tag
            | FieldRef::Finding => None,
        }
    }
}

/// What a field is tested for.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// The field has any value.
    Exists,
    /// A value equals this, ignoring case. On text fields and bare words: contains
    /// this token, or these tokens in this order (phrase).
    Is(Pattern),
    /// A value matches this regular expression (unanchored, ignoring case).
    Regex(String),
    /// An address lies in this network.
    Cidr(IpAddr, u8),
    /// A value compares like this: numbers by value, dates by time, text by its order.
    Compare(Op, Scalar),
    /// A value lies between the sides; either side may be open or excluded.
    Range(Side, Side),
}

/// A word or phrase, perhaps with wildcards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// The text to search for, escapes resolved. Wildcards are [`Pattern::ANY`] and
    /// [`Pattern::ONE`], which no text contains.
    pub text: String,
    /// It is quoted: a phrase if it has several tokens, and without wildcards.
    pub quoted: bool,
}

impl Pattern {
    /// Represents `*` in a pattern: any characters, or none (a private-use character).
    pub const ANY: char = '\u{10fffe}';
    /// Represents `?` in a pattern: exactly one character.
    pub const ONE: char = '\u{10fffd}';

    /// Returns the pattern as it was written, safe to show.
    pub fn shown(&self) -> String {
        crate::error::visible(&self.text.replace(Pattern::ANY, "*").replace(Pattern::ONE, "?"))
    }

    /// Returns whether it has wildcards. A phrase has none, whatever it contains.
    pub fn is_wild(&self) -> bool {
        !self.quoted && self.text.contains([Pattern::ANY, Pattern::ONE])
    }
}

/// A comparison operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

/// What a value is compared with, typed by the field it is compared to.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// A number.
    Number(f64),
    /// A time.
    Timestamp(Timestamp),
    /// An address.
    Ip(IpAddr),
    /// Text.
    Text(String),
}

/// One end of a range.
#[derive(Debug, Clone, PartialEq)]
pub enum Side {
    /// `*`
    Open,
    /// `[` or `]`
    Included(Scalar),
    /// `{` or `}`
    Excluded(Scalar),
}
