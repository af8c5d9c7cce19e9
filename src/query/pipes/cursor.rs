//! A position in the tokens of stages, and what is written there.

use std::ops::Range;

use crate::error::visible;

use super::super::ast::FieldRef;
use super::super::context::QueryContext;
use super::super::diagnostic::Diagnostic;
use super::super::fields::resolve_field;
use super::super::lexical::{is_field_name, phrase_end, read_literal, unescape};
use super::stage_lexer::{LexedStageToken, StageToken, stage_tokens};

/// A position in the tokens of stages.
pub struct StageCursor<'a> {
    /// The whole text of the query.
    pub text: &'a str,
    /// What the meaning depends on besides the text.
    pub context: &'a QueryContext<'a>,
    tokens: Vec<LexedStageToken>,
    at: usize,
}

impl<'a> StageCursor<'a> {
    /// Creates a cursor at the pipe at a position of a text.
    pub fn at_pipe(text: &'a str, pipe: usize, context: &'a QueryContext<'a>) -> StageCursor<'a> {
        StageCursor { text, context, tokens: stage_tokens(text, pipe), at: 0 }
    }

    /// Returns the next token.
    pub fn peek(&self) -> Option<StageToken> {
        self.peek_after(0)
    }

    /// Returns the token after some others.
    pub fn peek_after(&self, others: usize) -> Option<StageToken> {
        self.tokens.get(self.at + others).map(|placed| placed.token)
    }

    /// Returns the position of the next token, or the end of the text.
    pub fn span(&self) -> Range<usize> {
        let end = self.text.len();
        self.tokens.get(self.at).map_or(end..end, |placed| placed.span.clone())
    }

    /// Returns the end of the token before.
    pub fn end_before(&self) -> usize {
        self.at.checked_sub(1).map_or(0, |before| self.tokens[before].span.end)
    }

    /// Returns the next token if it is a word, as written.
    pub fn peek_word(&self) -> Option<&'a str> {
        (self.peek() == Some(StageToken::Word)).then(|| &self.text[self.span()])
    }

    /// Returns whether the next token is this keyword, ignoring case.
    pub fn is_at_word(&self, keyword: &str) -> bool {
        self.peek_word().is_some_and(|word| word.eq_ignore_ascii_case(keyword))
    }

    /// Returns whether the stage ends here.
    pub fn is_at_end(&self) -> bool {
        matches!(self.peek(), None | Some(StageToken::Pipe))
    }

    /// Goes past the next token.
    pub fn skip(&mut self) {
        self.at += 1;
    }

    /// Goes past the next token if it is this one.
    pub fn eat(&mut self, token: StageToken) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    /// Goes past the next token if it is this keyword, ignoring case.
    pub fn eat_word(&mut self, keyword: &str) -> bool {
        let found = self.is_at_word(keyword);
        self.at += usize::from(found);
        found
    }

    /// Goes past the first character of a word, which is one byte long.
    pub fn skip_sign(&mut self) {
        let span = &mut self.tokens[self.at].span;
        span.start += 1;
        if span.start == span.end {
            self.at += 1;
        }
    }

    /// Creates the diagnostic of what is missing here, such as "a field".
    pub fn expected(&self, what: &str) -> Diagnostic {
        let span = self.span();
        let open = self.peek() == Some(StageToken::Quoted) && phrase_end(self.text, span.start).is_none();
        match open {
            true => not_closed(span.start),
            false => Diagnostic::at(span, format!("{what} was expected here")),
        }
    }

    /// Reads a text in quotes.
    pub fn quoted(&mut self) -> Result<String, Diagnostic> {
        let literal = read_literal(self.text, self.span())?;
        self.at += 1;
        Ok(literal.pattern.text)
    }

    /// Reads the name of a field, and returns it as written in lower case, or, for a
    /// field outside the core table, its own name.
    pub fn field(&mut self) -> Result<(FieldRef, String), Diagnostic> {
        let span = self.span();
        let Some(word) = self.peek_word() else { return Err(self.expected("a field")) };
        if !is_field_name(word) {
            let diagnostic = Diagnostic::at(span, format!("`{}` is not the name of a field", visible(word)));
            return Err(match word.contains('*') {
                true => diagnostic.hint("Name the field in full: a field's name has no wildcards."),
                false => diagnostic,
            });
        }
        let name = unescape(word);
        let field = resolve_field(&name, self.context).map_err(|unknown| {
            let diagnostic = Diagnostic::at(span, unknown.message);
            match unknown.hint {
                Some(hint) => diagnostic.hint(hint),
                None => diagnostic.hint("`vestigo status -v` lists the fields of this case."),
            }
        })?;
        self.at += 1;
        let written = match &field {
            FieldRef::Custom(name) => name.clone(),
            FieldRef::Core(_)
            | FieldRef::Id
            | FieldRef::Format
            | FieldRef::Source
            | FieldRef::Tag
            | FieldRef::Finding => name.to_lowercase(),
        };
        Ok((field, written))
    }

    /// Reads a whole number of rows or values: at least one.
    pub fn number(&mut self) -> Result<Option<u64>, Diagnostic> {
        let Some(word) = self.peek_word().filter(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        else {
            return Ok(None);
        };
        match word.parse::<u64>() {
            Ok(number) if number > 0 => {
                self.at += 1;
                Ok(Some(number))
            }
            Ok(_) => Err(Diagnostic::at(self.span(), "a number from 1 on was expected here")),
            Err(_) => Err(Diagnostic::at(self.span(), format!("`{}` is not a whole number", visible(word)))),
        }
    }
}

fn not_closed(quote: usize) -> Diagnostic {
    Diagnostic::at(quote..quote + 1, "this quote is not closed").hint("Add a \" at the end of the phrase.")
}
