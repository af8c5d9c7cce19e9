//! Tokens to a syntax tree.
//!
//! `or := and (OR and)*`, `and := not ((AND)? not)*`, `not := NOT not | term`,
//! `term := ( or ) | field value | value`. Terms side by side are joined by AND.

use std::ops::Range;

use crate::error::visible;

use super::super::ast::{Expr, FieldRef, Leaf, Op, Side, Test};
use super::super::context::QueryContext;
use super::super::diagnostic::Diagnostic;
use super::super::fields;
use super::super::lexical::{Literal, read_literal, unescape};
use super::super::normalize::{height, join};
use super::super::typed::{RangeEnd, comparison_test, range_side, regex_test, value_test};
use super::lexer::{LexedToken, Token, tokens};
use super::range_ends::range_ends;

/// The longest query that is read, in bytes.
const MAX_LENGTH: usize = 64 * 1024;

/// How deep groups and NOTs may be nested.
const MAX_DEPTH: usize = 100;

/// Reads a query. An empty text (or `*`) is [`Expr::All`].
///
/// # Errors
///
/// Returns what is wrong and where; spans lie on character boundaries. A pipe is refused.
pub fn parse(text: &str, context: &QueryContext<'_>) -> Result<Expr, Diagnostic> {
    match parse_filter(text, context)? {
        (expr, None) => Ok(expr),
        (_, Some(pipe)) => {
            let message = "pipes are allowed only where a table can be shown";
            Err(Diagnostic::at(pipe..text.len(), message).hint(
                "Use `vestigo search`, which answers queries with pipes; put a `|` that is searched for in quotes.",
            ))
        }
    }
}

/// Reads a query as far as the first pipe; returns where that is.
///
/// # Errors
///
/// Returns what is wrong and where; spans lie on character boundaries.
pub fn parse_filter(text: &str, context: &QueryContext<'_>) -> Result<(Expr, Option<usize>), Diagnostic> {
    if text.len() > MAX_LENGTH {
        let cut = (0..=MAX_LENGTH).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let message = format!("a query has at most {MAX_LENGTH} bytes, and this one has {}", text.len());
        return Err(Diagnostic::at(cut..text.len(), message));
    }
    let mut tokens = tokens(text);
    let pipe = tokens.pop_if(|last| last.token == Token::Pipe).map(|pipe| pipe.span.start);
    if tokens.is_empty() {
        return Ok((Expr::All, pipe));
    }
    let text = &text[..pipe.unwrap_or(text.len())];
    let mut parser = QueryParser { text, tokens, at: 0, context, depth: 0 };
    let expr = parser.or(None)?;
    match parser.peek() {
        None if height(&expr) > MAX_DEPTH => Err(too_deep(0..text.len())),
        None => Ok((expr, pipe)),
        Some(Token::Close) => Err(parser.wrong("this parenthesis was not opened")),
        Some(_) => Err(parser.wrong("a term was expected here")),
    }
}

fn too_deep(span: Range<usize>) -> Diagnostic {
    Diagnostic::at(span, format!("groups and NOTs are nested more than {MAX_DEPTH} levels deep here"))
}

struct QueryParser<'a> {
    text: &'a str,
    tokens: Vec<LexedToken>,
    at: usize,
    context: &'a QueryContext<'a>,
    depth: usize,
}

/// The field that the values of a group belong to.
type FieldScope<'a> = Option<&'a FieldRef>;

impl QueryParser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|placed| &placed.token)
    }

    fn span(&self) -> Range<usize> {
        let end = self.text.len();
        self.tokens.get(self.at).map_or(end..end, |placed| placed.span.clone())
    }

    fn wrong(&self, message: &str) -> Diagnostic {
        match self.peek() {
            Some(Token::Wrong(diagnostic)) => (**diagnostic).clone(),
            _ => Diagnostic::at(self.span(), message),
        }
    }

    fn eat(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    fn or(&mut self, scope: FieldScope<'_>) -> Result<Expr, Diagnostic> {
        let mut members = vec![self.and(scope)?];
        while self.eat(&Token::Or) {
            members.push(self.and(scope)?);
        }
        Ok(join(members, Expr::Or))
    }

    fn and(&mut self, scope: FieldScope<'_>) -> Result<Expr, Diagnostic> {
        let mut members = vec![self.not(scope)?];
        loop {
            let explicit = self.eat(&Token::And);
            match self.peek() {
                None | Some(Token::Or | Token::Close) if !explicit => break,
                _ => {}
            }
            if !explicit {
                self.check_neighbors()?;
            }
            members.push(self.not(scope)?);
        }
        Ok(join(members, Expr::And))
    }

    fn not(&mut self, scope: FieldScope<'_>) -> Result<Expr, Diagnostic> {
        if !self.eat(&Token::Not) {
            return self.term(scope);
        }
        let inner = self.nested(|parser| parser.not(scope))?;
        Ok(Expr::Not(Box::new(inner)))
    }

    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Diagnostic>) -> Result<T, Diagnostic> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let last = &self.tokens[self.at - 1];
            return Err(too_deep(last.span.clone()));
        }
        let read = read(self);
        self.depth -= 1;
        read
    }

    /// Refuses terms without a space between them, which were surely meant
    /// otherwise.
    fn check_neighbors(&self) -> Result<(), Diagnostic> {
        let (before, here) = (&self.tokens[self.at - 1], &self.tokens[self.at]);
        let joined = before.span.end == here.span.start && before.token != Token::Close;
        if joined && !matches!(here.token, Token::Wrong(_)) {
            let after = &self.text[here.span.start..];
            let place = here.span.start..here.span.start + first_length(after);
            let hint = match before.token {
                Token::Quoted if after.starts_with(['~', '^']) => {
                    "Proximity (~) and boosts (^) are not supported."
                }
                Token::Quoted if after.starts_with(':') => "Write the field's name without quotes.",
                _ => "Put a space between two terms, or put a text with such signs in quotes.",
            };
            return Err(Diagnostic::at(place, "a space is missing before this").hint(hint));
        }
        Ok(())
    }

    /// Creates the diagnostic of a missing term, and says how to search for the
    /// word if an operator is written as one.
    fn missing(&self, message: &str, operator: Option<usize>) -> Diagnostic {
        let diagnostic = self.wrong(message);
        let placed = operator.and_then(|at| self.tokens.get(at));
        match placed.filter(|placed| matches!(placed.token, Token::And | Token::Or | Token::Not)) {
            Some(placed) if self.text[placed.span.clone()].starts_with(char::is_alphabetic) => {
                let word = &self.text[placed.span.clone()];
                diagnostic.hint(format!("Write \"{word}\" in quotes to search for the word."))
            }
            _ => diagnostic,
        }
    }

    fn term(&mut self, scope: FieldScope<'_>) -> Result<Expr, Diagnostic> {
        let span = self.span();
        match self.peek() {
            None => Err(self.missing("a term is missing here", self.at.checked_sub(1))),
            Some(Token::Open) => {
                self.at += 1;
                self.group(span, scope)
            }
            Some(Token::Field { name_end, op }) => {
                let (name_end, op) = (*name_end, *op);
                if let Some(field) = scope {
                    let message = format!("a field is not allowed inside `{field}:( … )`");
                    return Err(Diagnostic::at(span, message)
                        .hint("Close the parenthesis before it, or put the value in quotes."));
                }
                self.at += 1;
                self.field(name_end, op, span)
            }
            Some(Token::Word)
                if scope.is_none() && matches!(&self.text[span.clone()], "*" | "**" | "*:*") =>
            {
                self.at += 1;
                Ok(Expr::All)
            }
            Some(Token::Word | Token::Quoted | Token::Regex | Token::Range | Token::Compare(_)) => {
                let test = self.value(scope)?;
                Ok(Expr::Leaf(Leaf { field: scope.cloned(), test }))
            }
            Some(Token::And | Token::Or) => Err(self.missing("a term is missing before this", Some(self.at))),
            Some(Token::Close) => Err(self.wrong("a term is missing before this parenthesis")),
            Some(Token::Not | Token::Pipe | Token::Wrong(_)) => Err(self.wrong("a term was expected here")),
        }
    }

    fn group(&mut self, open: Range<usize>, scope: FieldScope<'_>) -> Result<Expr, Diagnostic> {
        if self.peek().is_none() {
            return Err(not_closed(open));
        }
        let inner = self.nested(|parser| parser.or(scope))?;
        let end = self.span().end;
        if !self.eat(&Token::Close) {
            return Err(match self.peek() {
                None => not_closed(open),
                Some(_) => self.wrong("a term was expected here"),
            });
        }
        if height(&inner) > MAX_DEPTH {
            return Err(too_deep(open.start..end));
        }
        Ok(inner)
    }

    /// Reads the value after a field: `name_end` is where its name ends, `at` the
    /// position of the name and its operator.
    fn field(&mut self, name_end: usize, op: Option<Op>, at: Range<usize>) -> Result<Expr, Diagnostic> {
        let written = &self.text[at.start..name_end];
        let exists = written.eq_ignore_ascii_case(fields::EXISTS) && op.is_none();
        if exists && matches!(self.peek(), Some(Token::Word | Token::Quoted)) {
            let literal = self.literal()?;
            let field = self.resolve(literal.text(), literal.span.clone(), literal.span.clone())?;
            return Ok(Expr::Leaf(Leaf { field: Some(field), test: Test::Exists }));
        }
        let value = self.span();
        let attached = if value.start == at.end { value.end } else { at.end };
        let field = self.resolve(&unescape(written), at.start..name_end, at.start..attached)?;
        let test = match (self.peek(), op) {
            (Some(Token::Open), None) => {
                self.at += 1;
                return self.group(value, Some(&field));
            }
            (Some(Token::Word | Token::Quoted), Some(op)) => {
                let literal = self.literal()?;
                comparison_test(&field, op, &literal, self.context)?
            }
            (Some(Token::Word | Token::Quoted | Token::Regex | Token::Range | Token::Compare(_)), None) => {
                self.value(Some(&field))?
            }
            (Some(Token::Wrong(_)), _) => return Err(self.wrong("")),
            (_, Some(_)) => return Err(missing_operand(at)),
            (_, None) => {
                let message = format!("a value is missing after `{}:`", visible(written));
                return Err(Diagnostic::at(at, message)
                    .hint(format!("Write {}:* for events that have any value.", visible(written))));
            }
        };
        Ok(Expr::Leaf(Leaf { field: Some(field), test }))
    }

    /// Finds the field of a name; `whole` is the position of the word around it.
    fn resolve(&self, name: &str, span: Range<usize>, whole: Range<usize>) -> Result<FieldRef, Diagnostic> {
        fields::resolve_field(name, self.context).map_err(|unknown| {
            let word = &self.text[whole];
            let hint = unknown.hint.unwrap_or_else(|| match word.parse::<crate::record::EventId>() {
                Ok(id) => format!("Write id:{id} for the event with that id."),
                Err(_) if word.contains('"') => "Put the whole text in quotes to search for it.".to_owned(),
                Err(_) => format!("Write \"{}\" in quotes to search for the text.", visible(word)),
            });
            Diagnostic::at(span, unknown.message).hint(hint)
        })
    }

    /// Reads one value: of a field, or without one.
    fn value(&mut self, field: FieldScope<'_>) -> Result<Test, Diagnostic> {
        let span = self.span();
        let token = self.peek().cloned();
        match (token, field) {
            (Some(Token::Compare(op)), Some(field)) => {
                self.at += 1;
                if !matches!(self.peek(), Some(Token::Word | Token::Quoted)) {
                    return Err(missing_operand(span));
                }
                let literal = self.literal()?;
                if literal.text().contains(['<', '>']) && !literal.verbatim {
                    return Err(Diagnostic::at(span.start..literal.span.end, "this is not a comparison")
                        .hint("Put a text with < and > in quotes."));
                }
                comparison_test(field, op, &literal, self.context)
            }
            (Some(Token::Range), Some(field)) => {
                self.at += 1;
                self.range(field, span)
            }
            (Some(Token::Regex), field) => {
                self.at += 1;
                regex_test(field, &self.text[span.start + 1..span.end - 1], span)
            }
            (_, field) => {
                let literal = self.literal()?;
                value_test(field, literal, self.context)
            }
        }
    }

    /// Reads the range at a position: `[1000 TO *]`.
    fn range(&self, field: &FieldRef, span: Range<usize>) -> Result<Test, Diagnostic> {
        let ends = range_ends(self.text, span)?;
        let side = |span: Range<usize>, end: RangeEnd| match &self.text[span.clone()] {
            "*" => Ok(Side::Open),
            _ => range_side(field, &read_literal(self.text, span)?, end, self.context),
        };
        let from = side(ends.from, RangeEnd { lower: true, included: ends.from_included })?;
        let to = side(ends.to, RangeEnd { lower: false, included: ends.to_included })?;
        Ok(Test::Range(from, to))
    }

    /// Reads a word or phrase.
    fn literal(&mut self) -> Result<Literal, Diagnostic> {
        let literal = read_literal(self.text, self.span())?;
        self.at += 1;
        Ok(literal)
    }
}

fn missing_operand(span: Range<usize>) -> Diagnostic {
    Diagnostic::at(span, "what to compare with is missing after this")
}

fn not_closed(open: Range<usize>) -> Diagnostic {
    Diagnostic::at(open, "this parenthesis is not closed").hint("Add a ) where the group ends.")
}

fn first_length(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}
