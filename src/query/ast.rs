//! The syntax tree of a query. Printing it (`Display`) and parsing the text
//! again gives the same tree.

use std::net::IpAddr;

use crate::record::{FieldId, Timestamp};

/// A query without pipes.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// Every event.
    All,
    /// Both; at least two members, none of them an `And`.
    And(Vec<Expr>),
    /// Either; at least two members, none of them an `Or`.
    Or(Vec<Expr>),
    /// The others.
    Not(Box<Expr>),
    /// One test.
    Leaf(Leaf),
}

/// One test on one field, or on the event's whole text.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf {
    /// Which field; none for bare words, which search every value and the free text.
    pub field: Option<FieldRef>,
    /// What is asked of it.
    pub test: Test,
}

/// A field that a query names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FieldRef {
    /// A core field.
    Core(FieldId),
    /// A dotted name of a source's own, as written.
    Own(String),
    /// `id`: an event id.
    Id,
    /// `format` (`vestigo.format`): the format that understood the event.
    Format,
    /// `source` (`vestigo.source`): the source's SHA-256 or a prefix of it.
    Source,
    /// `tag`: a tag that an investigator put (resolved by `case`).
    Tag,
    /// `finding`: a finding's number, or the SHA-256 by which every copy of a case
    /// knows it (resolved by `case`).
    Finding,
}

/// What is asked of a field.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// The field has any value.
    Exists,
    /// A value equals this, without case. On text fields and bare words: contains
    /// this token, or these tokens in this order (phrase).
    Is(Pattern),
    /// A value matches this regular expression (unanchored, without case).
    Regex(String),
    /// An address lies in this network.
    Cidr(IpAddr, u8),
    /// A value compares so: numbers by value, dates by time, text by its order.
    Compare(Op, Scalar),
    /// A value lies between; either side may be open or excluded.
    Range(Side, Side),
}

/// A word or phrase, perhaps with wildcards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// What is looked for, escapes resolved. Wildcards are [`Pattern::ANY`] and
    /// [`Pattern::ONE`], which no text contains.
    pub text: String,
    /// It was quoted: a phrase where several tokens stand, and no wildcards.
    pub quoted: bool,
}

impl Pattern {
    /// Stands for `*` in a pattern: any characters, or none (a private-use character).
    pub const ANY: char = '\u{10fffe}';
    /// Stands for `?` in a pattern: exactly one character.
    pub const ONE: char = '\u{10fffd}';

    /// Gives it as it was written, safe to show.
    pub fn shown(&self) -> String {
        crate::error::visible(&self.text.replace(Pattern::ANY, "*").replace(Pattern::ONE, "?"))
    }

    /// Tells whether it has wildcards. A phrase has none, whatever stands in it.
    pub fn is_wild(&self) -> bool {
        !self.quoted && self.text.contains([Pattern::ANY, Pattern::ONE])
    }
}

/// How a value compares.
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
    /// A moment.
    Moment(Timestamp),
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
