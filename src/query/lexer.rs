//! A query's text as tokens with their places.
//!
//! Splitting never fails, so that completion can look at unfinished text: what
//! is wrong becomes a token that the parser refuses.

use std::ops::Range;

use super::scan;
use super::split::{self, Sign, is_measure, is_name, keyword, sign};
use super::{Diagnostic, Op};

/// One token. Words, phrases, expressions and ranges are read from their places.
#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    /// `(`
    Open,
    /// `)`
    Close,
    /// `AND` (in any case), `&&`
    And,
    /// `OR` (in any case), `||`
    Or,
    /// `NOT` (in any case), `!`, or a `-` before a term
    Not,
    /// A name and its sign: `user:`, `status>=`; `name` is the byte behind the name.
    Field {
        /// The byte behind the name.
        name: usize,
        /// The comparison, where the sign is not `:`.
        op: Option<Op>,
    },
    /// A comparison at the front of a value: `status:>=500`.
    Compare(Op),
    /// A word, escapes and wildcards as written.
    Word,
    /// `"…"`, or the rest of the text where it is not closed.
    Quoted,
    /// `/…/`
    Regex,
    /// `[… TO …}`, or the rest of the text where it is not closed.
    Range,
    /// Something that cannot stand where it does.
    Wrong(Box<Diagnostic>),
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
pub fn tokens(text: &str) -> Vec<Placed> {
    let mut lexer = Lexer { text, at: 0, tokens: Vec::new(), groups: Vec::new(), wants: Wants::Term };
    while lexer.step() {}
    lexer.tokens
}

/// What may stand next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wants {
    Term,
    /// Behind `field:`.
    Value,
    /// Behind a comparison.
    Measure,
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Placed>,
    /// The open parentheses; true for those whose values belong to a field.
    groups: Vec<bool>,
    wants: Wants,
}

impl<'a> Lexer<'a> {
    /// Reads one token or a part of its beginning; false at the end of the text.
    fn step(&mut self) -> bool {
        let begin = self.at;
        self.at = self.text.len() - self.rest().trim_start().len();
        let Some(c) = self.rest().chars().next() else { return false };
        let nothing = match self.wants {
            Wants::Term => true,
            Wants::Value | Wants::Measure => matches!(c, ')' | '|') || self.at > begin && self.is_no_value(),
        };
        match c {
            _ if !nothing => self.value(c),
            _ => {
                self.wants = Wants::Term;
                self.term(c);
            }
        }
        true
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn push(&mut self, token: Token, length: usize) {
        self.tokens.push(Placed { token, span: self.at..self.at + length });
        self.at += length;
    }

    fn wrong(&mut self, length: usize, diagnostic: Diagnostic) {
        self.push(Token::Wrong(Box::new(diagnostic)), length);
    }

    /// Tells whether what stands behind `field: ` and a space is no value but
    /// the next term.
    fn is_no_value(&self) -> bool {
        let rest = self.rest();
        let word = &rest[..scan::word(rest, 0)];
        let negated = rest.starts_with(['-', '+', '!']) && !is_measure(rest);
        let field = split::split(word, &rest[word.len()..])
            .is_some_and(|split| split.wild || super::names::is_known(&scan::literal(&word[..split.name])));
        keyword(rest).is_some() || rest.starts_with("&&") || negated || field
    }

    /// Reads what stands behind a field.
    fn value(&mut self, c: char) {
        let behind_colon = self.wants == Wants::Value;
        self.wants = Wants::Term;
        match c {
            '(' => {
                self.groups.push(behind_colon);
                self.push(Token::Open, 1);
            }
            '"' => self.quoted(),
            '[' | '{' if behind_colon => self.range(),
            '<' | '>' if behind_colon => self.compare(),
            '/' if behind_colon && self.regex() => {}
            _ => self.push(Token::Word, self.word_length()),
        }
    }

    fn term(&mut self, c: char) {
        let rest = self.rest();
        let grouped = self.groups.last().copied().unwrap_or(false);
        let next = rest[c.len_utf8()..].chars().next();
        let alone = next.is_none_or(char::is_whitespace);
        match (c, keyword(rest)) {
            (_, Some(word)) => self.push(
                match word {
                    "AND" => Token::And,
                    "OR" => Token::Or,
                    _ => Token::Not,
                },
                word.len(),
            ),
            ('(', _) => {
                self.groups.push(grouped);
                self.push(Token::Open, 1);
            }
            (')', _) => {
                self.groups.pop();
                self.push(Token::Close, 1);
            }
            ('"', _) => self.quoted(),
            ('|', _) if next == Some('|') => self.push(Token::Or, 2),
            ('|', _) => self.pipe(),
            ('&', _) if next == Some('&') => self.push(Token::And, 2),
            ('!', _) if next == Some('=') => self.foreign(),
            ('!', _) => self.push(Token::Not, 1),
            ('-' | '+', _) if alone => {
                let message = format!("`{c}` needs a term right behind it");
                self.wrong(1, Diagnostic::at(self.at..self.at + 1, message));
            }
            ('-', _) if next != Some('-') => self.push(Token::Not, 1),
            ('+', _) if next != Some('+') => self.at += 1,
            ('[' | '{', _) if grouped => self.range(),
            ('<' | '>', _) if grouped => self.compare(),
            ('<' | '>', _) if self.is_lone_comparison() => {
                let length = sign(rest).map_or(1, |(_, length)| length);
                let diagnostic =
                    Diagnostic::at(self.at..self.at + length, "a comparison needs a field before it")
                        .hint("Write it as status>=500, or put the text in quotes.");
                self.wrong(length, diagnostic);
            }
            ('/', _) if self.regex() => {}
            _ if grouped => self.grouped_word(),
            _ => self.word(),
        }
    }

    /// `>= 500` without a field; `<script>` is a word.
    fn is_lone_comparison(&self) -> bool {
        let value = self.rest().trim_start_matches(['<', '>', '=']);
        value.is_empty() || value.starts_with(|c: char| c.is_whitespace() || c.is_ascii_digit())
    }

    fn word_length(&self) -> usize {
        scan::word(self.text, self.at) - self.at
    }

    fn quoted(&mut self) {
        let end = scan::quoted(self.text, self.at).unwrap_or(self.text.len());
        self.push(Token::Quoted, end - self.at);
    }

    fn range(&mut self) {
        let end = scan::range(self.text, self.at).unwrap_or(self.text.len());
        self.push(Token::Range, end - self.at);
    }

    fn regex(&mut self) -> bool {
        let end = scan::regex(self.text, self.at);
        end.inspect(|end| self.push(Token::Regex, end - self.at)).is_some()
    }

    fn compare(&mut self) {
        if let Some((Sign::Compare(op), length)) = sign(self.rest()) {
            self.push(Token::Compare(op), length);
            self.wants = Wants::Measure;
        }
    }

    fn pipe(&mut self) {
        let all = self.at..self.text.len();
        let diagnostic = Diagnostic::at(all.clone(), "pipes such as `| count by` are not supported")
            .hint("Use `top` for the most frequent values and `timeline` for counts over time; put a `|` that is searched for in quotes.");
        self.wrong(all.len(), diagnostic);
    }

    /// `=`, `==` and `!=`, which belong to other languages.
    fn foreign(&mut self) {
        let length = sign(self.rest()).map_or(1, |(_, length)| length);
        let written = &self.rest()[..length];
        let diagnostic =
            Diagnostic::at(self.at..self.at + length, format!("`{written}` does not compare here"))
                .hint(if written == "!=" { "Write NOT field:value." } else { "Write field:value." });
        self.wrong(length, diagnostic);
    }

    /// Inside `field:( … )` a `:` belongs to the value, unless what stands
    /// before it is surely a field: that is a forgotten parenthesis.
    fn grouped_word(&mut self) {
        let length = self.word_length();
        let word = &self.rest()[..length];
        match split::split(word, "").filter(|split| split.sign == Sign::Colon && !split.wild) {
            Some(split) if super::names::is_known(&scan::literal(&word[..split.name])) => {
                let name = self.at + split.name;
                self.push(Token::Field { name, op: None }, split.value);
                self.wants = Wants::Value;
            }
            _ => self.push(Token::Word, length),
        }
    }

    fn word(&mut self) {
        let length = self.word_length();
        let (word, after) = self.rest().split_at(length);
        if let Some(diagnostic) = self.typographic(word) {
            return self.wrong(length, diagnostic);
        }
        if word == "*:*" {
            return self.push(Token::Word, length);
        }
        if matches!(word, "=" | "==") {
            return self.foreign();
        }
        if word == ":" {
            let diagnostic = Diagnostic::at(self.at..self.at + 1, "a `:` needs a field before it")
                .hint("Write it as user:root, or put the text in quotes.");
            return self.wrong(length, diagnostic);
        }
        match split::split(word, after) {
            Some(split) => self.field(word, split),
            None if is_name(word) => self.name(word, after),
            None => self.push(Token::Word, length),
        }
    }

    fn field(&mut self, word: &str, split: split::Split) {
        let (name, op) = match split.sign {
            Sign::Foreign => {
                let diagnostic = foreign_sign(self.at, word, split);
                return self.wrong(word.len(), diagnostic);
            }
            Sign::Colon if split.wild => {
                let span = self.at..self.at + split.name;
                let diagnostic = Diagnostic::at(span, "a field's name has no wildcards")
                    .hint("Name the field in full, or search for the value in every field without a name.");
                return self.wrong(word.len(), diagnostic);
            }
            Sign::Colon => (self.at + split.name, None),
            Sign::Compare(op) => (self.at + split.name, Some(op)),
        };
        self.push(Token::Field { name, op }, split.value);
        self.wants = if op.is_some() { Wants::Measure } else { Wants::Value };
    }

    /// Reads a word that may be the field of a comparison with spaces around
    /// its sign: `status >= 500`.
    fn name(&mut self, word: &str, after: &str) {
        let behind = after.trim_start();
        let gap = after.len() - behind.len();
        if let Some((Sign::Compare(op), length)) = sign(behind) {
            let value = &behind[length..];
            let spaced = value.starts_with(char::is_whitespace) || value.is_empty() || is_measure(value);
            if spaced && (super::names::is_known(word) || is_measure(value)) {
                let name = self.at + word.len();
                self.push(Token::Field { name, op: Some(op) }, word.len() + gap + length);
                self.wants = Wants::Measure;
                return;
            }
        }
        // Kibana writes `user.name : "root"`; a name before a lone `:` is never a word.
        if behind.starts_with(':') && !behind.starts_with("::") {
            let name = self.at + word.len();
            self.push(Token::Field { name, op: None }, word.len() + gap + 1);
            self.wants = Wants::Value;
            return;
        }
        if let Some(diagnostic) = self.foreign_words(word, behind) {
            return self.wrong(word.len(), diagnostic);
        }
        self.push(Token::Word, word.len());
    }

    /// Points at what begins a query of another language.
    fn foreign_words(&self, word: &str, behind: &str) -> Option<Diagnostic> {
        let next = behind.split(char::is_whitespace).next().unwrap_or_default();
        let span = self.at..self.at + word.len();
        let first = self.tokens.is_empty();
        // A query of ours has an AND or OR between such words.
        let mut words = behind.split(char::is_whitespace).take_while(|word| keyword(word).is_none());
        let sql = first
            && word.eq_ignore_ascii_case("select")
            && words.any(|word| word.eq_ignore_ascii_case("from"));
        if sql {
            return Some(Diagnostic::at(span, "SQL is not read here").hint(
                "Write fields and values, such as user:root outcome:failure; `vestigo top FIELD` counts values. Put words that are searched for in quotes.",
            ));
        }
        let number = next.strip_suffix(['s', 'm', 'h', 'd', 'w', 'M', 'y']).unwrap_or_default();
        let is_span = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        (first && word.eq_ignore_ascii_case("last") && is_span).then(|| {
            Diagnostic::at(span, "a stretch of time is a comparison here")
                .hint(format!("Write @timestamp>-{next}, or --from -{next} on the command line."))
        })
    }

    /// Quotes that a word processor made are no quotes.
    fn typographic(&self, word: &str) -> Option<Diagnostic> {
        let quote = word.chars().next().filter(|c| matches!(c, '“' | '”' | '„'))?;
        let diagnostic =
            Diagnostic::at(self.at..self.at + quote.len_utf8(), "this quote does not open a phrase");
        Some(diagnostic.hint("Write \" on both sides of a phrase."))
    }
}

/// Says how `user=alice` is written here.
fn foreign_sign(at: usize, word: &str, split: split::Split) -> Diagnostic {
    let (name, value) = (&word[..split.name], &word[split.value..]);
    let not = if word[split.name..].starts_with('!') { "NOT " } else { "" };
    let span = at + split.name..at + split.value;
    let message =
        format!("a field and its value are joined by `:`, not `{}`", &word[split.name..split.value]);
    let text = crate::error::visible(word);
    Diagnostic::at(span, message).hint(format!(
        "Write {not}{}:{} for the field, or \"{text}\" in quotes for the text.",
        crate::error::visible(name),
        if value.is_empty() { "VALUE".to_owned() } else { crate::error::visible(value) },
    ))
}
