//! A query's text as tokens with their positions.
//!
//! Splitting never fails, so that completion can look at unfinished text: what
//! is wrong becomes a token that the parser refuses.

use std::ops::Range;

use super::super::ast::Op;
use super::super::diagnostic::Diagnostic;
use super::super::fields::is_known;
use super::super::lexical::{
    FieldOperator, begins_operand, field_operator, is_field_name, leading_keyword, phrase_end, range_end,
    regex_end, unescape, word_end,
};
use super::field_prefix::{FieldPrefix, field_prefix};
use super::foreign_syntax;

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
    /// A name and its operator: `user:`, `status>=`.
    Field {
        /// The byte after the name.
        name_end: usize,
        /// The comparison, unless the operator is `:`.
        op: Option<Op>,
    },
    /// A comparison at the start of a value: `status:>=500`.
    Compare(Op),
    /// A word, escapes and wildcards as written.
    Word,
    /// `"…"`, or the rest of the text if it is not closed.
    Quoted,
    /// `/…/`
    Regex,
    /// `[… TO …}`, or the rest of the text if it is not closed.
    Range,
    /// The first `|` outside of parentheses and all that follows: the last token.
    Pipe,
    /// Something that is not allowed at its position.
    Wrong(Box<Diagnostic>),
}

/// A token and the bytes it was read from.
#[derive(Debug, Clone, PartialEq)]
pub struct LexedToken {
    /// The token.
    pub token: Token,
    /// Its position in the text.
    pub span: Range<usize>,
}

/// Splits a text into tokens.
pub fn tokens(text: &str) -> Vec<LexedToken> {
    let mut lexer = Lexer { text, at: 0, tokens: Vec::new(), groups: Vec::new(), wants: Wants::Term };
    while lexer.step() {}
    lexer.tokens
}

/// What may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wants {
    Term,
    /// After `field:`.
    Value,
    /// After a comparison.
    Operand,
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<LexedToken>,
    /// The open parentheses; true for those that group the values of a field.
    groups: Vec<bool>,
    wants: Wants,
}

impl<'a> Lexer<'a> {
    /// Reads one token or a `+` before it; returns false at the end of the text.
    fn step(&mut self) -> bool {
        let begin = self.at;
        self.at = self.text.len() - self.rest().trim_start().len();
        let Some(c) = self.rest().chars().next() else { return false };
        let term = match self.wants {
            Wants::Term => true,
            Wants::Value | Wants::Operand => {
                matches!(c, ')' | '|') || self.at > begin && self.begins_next_term()
            }
        };
        match c {
            _ if !term => self.value(c),
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
        self.tokens.push(LexedToken { token, span: self.at..self.at + length });
        self.at += length;
    }

    fn wrong(&mut self, length: usize, diagnostic: Diagnostic) {
        self.push(Token::Wrong(Box::new(diagnostic)), length);
    }

    /// Returns whether what follows `field:` and a space is not a value but the
    /// next term.
    fn begins_next_term(&self) -> bool {
        let rest = self.rest();
        let word = &rest[..word_end(rest, 0)];
        let negated = rest.starts_with(['-', '+', '!']) && !begins_operand(rest);
        let field = field_prefix(word, &rest[word.len()..])
            .is_some_and(|prefix| prefix.wild || is_known(&unescape(&word[..prefix.name_end])));
        leading_keyword(rest).is_some() || rest.starts_with("&&") || negated || field
    }

    /// Reads what follows a field and its operator.
    fn value(&mut self, c: char) {
        let after_colon = self.wants == Wants::Value;
        self.wants = Wants::Term;
        match c {
            '(' => {
                self.groups.push(after_colon);
                self.push(Token::Open, 1);
            }
            '"' => self.quoted(),
            '[' | '{' if after_colon => self.range(),
            '<' | '>' if after_colon => self.compare(),
            '/' if after_colon && self.regex() => {}
            _ => self.push(Token::Word, self.word_length()),
        }
    }

    fn term(&mut self, c: char) {
        let rest = self.rest();
        let grouped = self.groups.last().copied().unwrap_or(false);
        let next = rest[c.len_utf8()..].chars().next();
        let alone = next.is_none_or(char::is_whitespace);
        match (c, leading_keyword(rest)) {
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
                let message = format!("`{c}` needs a term right after it");
                self.wrong(1, Diagnostic::at(self.at..self.at + 1, message));
            }
            ('-', _) if next != Some('-') => self.push(Token::Not, 1),
            ('+', _) if next != Some('+') => self.at += 1,
            ('[' | '{', _) if grouped => self.range(),
            ('<' | '>', _) if grouped => self.compare(),
            ('<' | '>', _) if self.is_lone_comparison() => {
                let length = field_operator(rest).map_or(1, |(_, length)| length);
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
        word_end(self.text, self.at) - self.at
    }

    fn quoted(&mut self) {
        let end = phrase_end(self.text, self.at).unwrap_or(self.text.len());
        self.push(Token::Quoted, end - self.at);
    }

    fn range(&mut self) {
        let end = range_end(self.text, self.at).unwrap_or(self.text.len());
        self.push(Token::Range, end - self.at);
    }

    fn regex(&mut self) -> bool {
        let end = regex_end(self.text, self.at);
        end.inspect(|end| self.push(Token::Regex, end - self.at)).is_some()
    }

    fn compare(&mut self) {
        if let Some((FieldOperator::Compare(op), length)) = field_operator(self.rest()) {
            self.push(Token::Compare(op), length);
            self.wants = Wants::Operand;
        }
    }

    /// Reads a `|` and the rest of the text, which `pipes` reads.
    fn pipe(&mut self) {
        let all = self.at..self.text.len();
        match self.groups.is_empty() {
            true => self.push(Token::Pipe, all.len()),
            false => self.wrong(all.len(), pipe_in_parentheses(all)),
        }
    }

    /// `=`, `==` and `!=`, which belong to other query languages.
    fn foreign(&mut self) {
        let length = field_operator(self.rest()).map_or(1, |(_, length)| length);
        self.wrong(length, foreign_syntax::lone_operator(self.at, &self.rest()[..length]));
    }

    /// Inside `field:( … )` a `:` belongs to the value, unless what stands
    /// before it is a known field: then a parenthesis was forgotten.
    fn grouped_word(&mut self) {
        let length = self.word_length();
        let word = &self.rest()[..length];
        match field_prefix(word, "").filter(|prefix| prefix.operator == FieldOperator::Colon && !prefix.wild)
        {
            Some(prefix) if is_known(&unescape(&word[..prefix.name_end])) => {
                let name_end = self.at + prefix.name_end;
                self.push(Token::Field { name_end, op: None }, prefix.value_start);
                self.wants = Wants::Value;
            }
            _ => self.push(Token::Word, length),
        }
    }

    fn word(&mut self) {
        let length = self.word_length();
        let (word, after) = self.rest().split_at(length);
        if let Some(diagnostic) = foreign_syntax::typographic_quote(self.at, word) {
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
        match field_prefix(word, after) {
            Some(prefix) => self.field(word, prefix),
            None if is_field_name(word) => self.name(word, after),
            None => self.push(Token::Word, length),
        }
    }

    fn field(&mut self, word: &str, prefix: FieldPrefix) {
        let (name_end, op) = match prefix.operator {
            FieldOperator::Foreign => {
                let diagnostic = foreign_syntax::field_operator(self.at, word, prefix);
                return self.wrong(word.len(), diagnostic);
            }
            FieldOperator::Colon if prefix.wild => {
                let span = self.at..self.at + prefix.name_end;
                let diagnostic = Diagnostic::at(span, "a field's name has no wildcards")
                    .hint("Name the field in full, or search for the value in every field without a name.");
                return self.wrong(word.len(), diagnostic);
            }
            FieldOperator::Colon => (self.at + prefix.name_end, None),
            FieldOperator::Compare(op) => (self.at + prefix.name_end, Some(op)),
        };
        self.push(Token::Field { name_end, op }, prefix.value_start);
        self.wants = if op.is_some() { Wants::Operand } else { Wants::Value };
    }

    /// Reads a word that may be the field of a comparison with spaces around
    /// its operator: `status >= 500`.
    fn name(&mut self, word: &str, after: &str) {
        let next = after.trim_start();
        let gap = after.len() - next.len();
        if let Some((FieldOperator::Compare(op), length)) = field_operator(next) {
            let value = &next[length..];
            let spaced = value.starts_with(char::is_whitespace) || value.is_empty() || begins_operand(value);
            if spaced && (is_known(word) || begins_operand(value)) {
                let name_end = self.at + word.len();
                self.push(Token::Field { name_end, op: Some(op) }, word.len() + gap + length);
                self.wants = Wants::Operand;
                return;
            }
        }
        // Kibana writes `user.name : "root"`; a name before a `:` of its own is never a word.
        if next.starts_with(':') && !next.starts_with("::") {
            let name_end = self.at + word.len();
            self.push(Token::Field { name_end, op: None }, word.len() + gap + 1);
            self.wants = Wants::Value;
            return;
        }
        if self.tokens.is_empty()
            && let Some(diagnostic) = foreign_syntax::first_word(self.at, word, next)
        {
            return self.wrong(word.len(), diagnostic);
        }
        self.push(Token::Word, word.len());
    }
}

/// Points at a pipe inside parentheses.
fn pipe_in_parentheses(span: Range<usize>) -> Diagnostic {
    Diagnostic::at(span, "a pipe is not allowed inside parentheses").hint(
        "Close the parenthesis before it, write OR between alternatives, or put a | that is searched for in quotes.",
    )
}
