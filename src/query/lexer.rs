//! A query's text as tokens with their places.

use std::ops::Range;

use super::{Diagnostic, Pattern};

/// One token.
#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    /// `(`
    Open,
    /// `)`
    Close,
    /// `AND`, `&&`
    And,
    /// `OR`, `||`
    Or,
    /// `NOT`, `!`, or a `-` before a term
    Not,
    /// `field:`; the name as written
    Field(String),
    /// `<`, `<=`, `>`, `>=` behind a field or at the front of a value
    Compare(super::Op),
    /// A word, escapes resolved
    Word(Pattern),
    /// `"…"`
    Quoted(Pattern),
    /// `/…/`
    Regex(String),
    /// `[` or `{`: the range begins, included or not
    From(bool),
    /// `]` or `}`: the range ends, included or not
    To(bool),
}

/// A token and the bytes it was read from.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// The token.
    pub token: Token,
    /// Where it stands.
    pub span: Range<usize>,
}

/// Splits a text into tokens.
pub fn tokens(text: &str) -> Result<Vec<Placed>, Diagnostic> {
    let mut lexer = Lexer { text, at: 0, tokens: Vec::new() };
    while lexer.step()? {}
    Ok(lexer.tokens)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Placed>,
}

impl Lexer<'_> {
    fn step(&mut self) -> Result<bool, Diagnostic> {
        let rest = &self.text[self.at..];
        let Some(c) = rest.chars().next() else { return Ok(false) };
        if c.is_whitespace() {
            self.at += c.len_utf8();
            return Ok(true);
        }
        let fixed = [("&&", Token::And), ("||", Token::Or), ("(", Token::Open), (")", Token::Close)];
        if let Some((sign, token)) = fixed.into_iter().find(|(sign, _)| rest.starts_with(sign)) {
            self.push(token, sign.len());
            return Ok(true);
        }
        match c {
            '|' => {
                return Err(Diagnostic::at(self.at..self.text.len(), "pipes are not part of a query here")
                    .hint("For numbers use `vestigo top FIELD QUERY` or `vestigo timeline QUERY`."));
            }
            '"' => self.quoted()?,
            '/' if self.may_be_regex() => self.regex()?,
            '[' | '{' if self.behind_field() => self.push(Token::From(c == '['), 1),
            ']' | '}' if self.in_range() => self.push(Token::To(c == ']'), 1),
            '<' | '>' => self.compare(rest),
            '!' if rest.len() > 1 => self.push(Token::Not, 1),
            '-' if self.before_term(rest) => self.push(Token::Not, 1),
            '+' if self.before_term(rest) => self.at += 1,
            _ => self.word()?,
        }
        Ok(true)
    }

    fn push(&mut self, token: Token, length: usize) {
        self.tokens.push(Placed { token, span: self.at..self.at + length });
        self.at += length;
    }

    fn last(&self) -> Option<&Token> {
        self.tokens.last().map(|placed| &placed.token)
    }

    fn behind_field(&self) -> bool {
        matches!(self.last(), Some(Token::Field(_)))
    }

    /// Tells whether a range is open: `[` without its end.
    fn in_range(&self) -> bool {
        let last =
            self.tokens.iter().rev().find(|placed| matches!(placed.token, Token::From(_) | Token::To(_)));
        last.is_some_and(|placed| matches!(placed.token, Token::From(_)))
    }

    /// A `-` or `+` begins a term where a term may begin and one follows at once.
    fn before_term(&self, rest: &str) -> bool {
        let follows = rest[1..].chars().next().is_some_and(|c| !c.is_whitespace());
        follows && !self.behind_field() && !self.in_range() && !matches!(self.last(), Some(Token::Compare(_)))
    }

    /// A `/` begins a regular expression behind a field, or where another one
    /// ends it before white space: a path such as `/etc/passwd` is a word.
    fn may_be_regex(&self) -> bool {
        self.behind_field()
            && self.regex_end().is_some_and(|end| {
                self.text[end + 1..].chars().next().is_none_or(|c| c.is_whitespace() || c == ')')
            })
    }

    fn regex_end(&self) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut at = self.at + 1;
        loop {
            match *bytes.get(at)? {
                b'\\' => at += 2,
                b'/' => return Some(at),
                _ => at += 1,
            }
        }
    }

    fn regex(&mut self) -> Result<(), Diagnostic> {
        let end = self.regex_end().unwrap_or(self.text.len());
        let pattern = self.text[self.at + 1..end].replace("\\/", "/");
        let span = self.at..end + 1;
        let checked = regex_size(&pattern);
        if let Err(message) = checked {
            return Err(Diagnostic::at(span, message)
                .hint("The syntax is that of the regex crate: no look-around, no back-references."));
        }
        self.tokens.push(Placed { token: Token::Regex(pattern), span });
        self.at = end + 1;
        Ok(())
    }

    fn compare(&mut self, rest: &str) {
        let op = match (&rest[..1], rest[1..].starts_with('=')) {
            ("<", false) => super::Op::Less,
            ("<", true) => super::Op::AtMost,
            (_, false) => super::Op::Greater,
            (_, true) => super::Op::AtLeast,
        };
        let length = if matches!(op, super::Op::AtMost | super::Op::AtLeast) { 2 } else { 1 };
        self.push(Token::Compare(op), length);
    }

    fn quoted(&mut self) -> Result<(), Diagnostic> {
        let begin = self.at;
        let mut text = String::new();
        let mut chars = self.text[begin + 1..].char_indices();
        while let Some((offset, c)) = chars.next() {
            match c {
                '"' => {
                    self.at = begin + 1 + offset + 1;
                    let token = Token::Quoted(Pattern { text, quoted: true });
                    self.tokens.push(Placed { token, span: begin..self.at });
                    return Ok(());
                }
                '\\' => text.extend(chars.next().map(|(_, c)| unescaped(c))),
                c => text.push(c),
            }
        }
        Err(Diagnostic::at(begin..begin + 1, "this quote is not closed")
            .hint("Add a \" at the end of the phrase."))
    }

    /// Reads a word, up to a space or a sign. A `:` or a comparison behind what
    /// may be a field's name ends it.
    fn word(&mut self) -> Result<(), Diagnostic> {
        let begin = self.at;
        let mut text = String::new();
        let mut plain = true;
        let mut chars = self.text[begin..].char_indices().peekable();
        let mut end = self.text.len();
        while let Some((offset, c)) = chars.next() {
            let here = begin + offset;
            match c {
                '\\' => {
                    plain = false;
                    match chars.next() {
                        Some((_, c)) => text.push(unescaped(c)),
                        None => {
                            return Err(Diagnostic::at(
                                here..here + 1,
                                "a backslash keeps the next character, and there is none",
                            ));
                        }
                    }
                }
                ':' | '<' | '>' | '='
                    if plain && self.may_be_field(&text) && !(c == ':' && self.is_scheme(&text, here)) =>
                {
                    if c == '=' {
                        return Err(Diagnostic::at(
                            here..here + 1,
                            "a field and its value are joined by `:`",
                        )
                        .hint(format!("Write {text}:VALUE.")));
                    }
                    self.at = here + usize::from(c == ':');
                    self.tokens.push(Placed { token: Token::Field(text), span: begin..here });
                    return Ok(());
                }
                '*' => text.push(Pattern::ANY),
                '?' => text.push(Pattern::ONE),
                '(' | ')' | '"' => {
                    end = here;
                    break;
                }
                ']' | '}' if self.in_range() => {
                    end = here;
                    break;
                }
                c if c.is_whitespace() => {
                    end = here;
                    break;
                }
                c => text.push(c),
            }
        }
        self.at = end;
        let token = match (&self.text[begin..end], self.behind_field()) {
            ("AND", false) => Token::And,
            ("OR", false) => Token::Or,
            ("NOT", false) => Token::Not,
            _ => Token::Word(Pattern { text, quoted: false }),
        };
        self.tokens.push(Placed { token, span: begin..end });
        Ok(())
    }

    /// A field's name: letters, digits and the signs of dotted names, beginning
    /// with a letter or `@`, where a field may stand.
    fn may_be_field(&self, text: &str) -> bool {
        let first = text.chars().next().is_some_and(|c| c.is_alphabetic() || c == '@' || c == '_');
        let rest = text.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '@' | '/'));
        first
            && rest
            && !self.behind_field()
            && !self.in_range()
            && !matches!(self.last(), Some(Token::Compare(_)))
    }

    /// `https://…` is a word; `field:/regex/` is a field.
    fn is_scheme(&self, text: &str, colon: usize) -> bool {
        self.text[colon + 1..].starts_with("//") && text.chars().all(|c| c.is_ascii_alphanumeric())
    }
}

/// Says what is wrong with a regular expression, if anything.
fn regex_size(pattern: &str) -> Result<(), String> {
    let built = regex_lite_check(pattern);
    built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "this regular expression is too large".to_owned(),
        other => {
            let text = other.to_string();
            let last = text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            format!("this is no regular expression: {}", crate::error::visible(&last))
        }
    })
}

fn regex_lite_check(pattern: &str) -> Result<(), regex::Error> {
    regex::RegexBuilder::new(pattern).size_limit(1 << 20).case_insensitive(true).build().map(drop)
}

fn unescaped(c: char) -> char {
    match c {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        other => other,
    }
}
