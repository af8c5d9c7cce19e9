//! Tokens to a syntax tree.
//!
//! `or := and (OR and)*`, `and := not ((AND)? not)*`, `not := NOT not | term`,
//! `term := ( or ) | field value | value`. Terms side by side are joined by AND.

use std::ops::Range;

use crate::error::visible;

use super::compare::{compare, range};
use super::given::{Given, given, regex};
use super::lexer::{Placed, Token, tokens};
use super::scan::literal;
use super::tree::{height, joined};
use super::value::is;
use super::{Diagnostic, Expr, FieldRef, Leaf, QueryContext, Test, names};

/// The longest query that is read, in bytes.
const LONGEST: usize = 64 * 1024;

/// How deep groups and NOTs may stand inside one another.
const DEEPEST: usize = 100;

/// Reads a query. An empty text (or `*`) is [`Expr::All`].
///
/// # Errors
///
/// Gives what is wrong and where; spans lie on character boundaries.
pub fn parse(text: &str, context: &QueryContext<'_>) -> Result<Expr, Diagnostic> {
    if text.len() > LONGEST {
        let cut = (0..=LONGEST).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let message = format!("a query has at most {LONGEST} bytes, and this one has {}", text.len());
        return Err(Diagnostic::at(cut..text.len(), message));
    }
    let tokens = tokens(text);
    if tokens.is_empty() {
        return Ok(Expr::All);
    }
    let mut parser = Parser { text, tokens, at: 0, context, depth: 0 };
    let expr = parser.or(None)?;
    match parser.peek() {
        None if height(&expr) > DEEPEST => Err(too_deep(0..text.len())),
        None => Ok(expr),
        Some(Token::Close) => Err(parser.wrong("this parenthesis was not opened")),
        Some(_) => Err(parser.wrong("a term was expected here")),
    }
}

fn too_deep(span: Range<usize>) -> Diagnostic {
    Diagnostic::at(span, format!("groups and NOTs stand more than {DEEPEST} levels deep here"))
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Placed>,
    at: usize,
    context: &'a QueryContext<'a>,
    depth: usize,
}

/// The field that the values of a group belong to.
type Scope<'a> = Option<&'a FieldRef>;

impl Parser<'_> {
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

    fn or(&mut self, scope: Scope<'_>) -> Result<Expr, Diagnostic> {
        let mut members = vec![self.and(scope)?];
        while self.eat(&Token::Or) {
            members.push(self.and(scope)?);
        }
        Ok(joined(members, Expr::Or))
    }

    fn and(&mut self, scope: Scope<'_>) -> Result<Expr, Diagnostic> {
        let mut members = vec![self.not(scope)?];
        loop {
            let said = self.eat(&Token::And);
            match self.peek() {
                None | Some(Token::Or | Token::Close) if !said => break,
                _ => {}
            }
            if !said {
                self.check_neighbours()?;
            }
            members.push(self.not(scope)?);
        }
        Ok(joined(members, Expr::And))
    }

    fn not(&mut self, scope: Scope<'_>) -> Result<Expr, Diagnostic> {
        if !self.eat(&Token::Not) {
            return self.term(scope);
        }
        let inner = self.deeper(|parser| parser.not(scope))?;
        Ok(Expr::Not(Box::new(inner)))
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Diagnostic>) -> Result<T, Diagnostic> {
        self.depth += 1;
        if self.depth > DEEPEST {
            let last = &self.tokens[self.at - 1];
            return Err(too_deep(last.span.clone()));
        }
        let read = read(self);
        self.depth -= 1;
        read
    }

    /// Refuses what stands side by side and surely was meant otherwise: terms
    /// without a space between them.
    fn check_neighbours(&self) -> Result<(), Diagnostic> {
        let (before, here) = (&self.tokens[self.at - 1], &self.tokens[self.at]);
        let joined = before.span.end == here.span.start && before.token != Token::Close;
        if joined && !matches!(here.token, Token::Wrong(_)) {
            let after = &self.text[here.span.start..];
            let place = here.span.start..here.span.start + first_length(after);
            let hint = match before.token {
                Token::Quoted if after.starts_with(['~', '^']) => {
                    "Nearness (~) and weights (^) are not supported."
                }
                Token::Quoted if after.starts_with(':') => "Write the field's name without quotes.",
                _ => "Put a space between two terms, or a text with such signs in quotes.",
            };
            return Err(Diagnostic::at(place, "a space is missing before this").hint(hint));
        }
        Ok(())
    }

    /// Says that a term is missing, and, where an operator is written as a word, how
    /// to look for that word.
    fn missing(&self, message: &str, operator: Option<usize>) -> Diagnostic {
        let diagnostic = self.wrong(message);
        let placed = operator.and_then(|at| self.tokens.get(at));
        match placed.filter(|placed| matches!(placed.token, Token::And | Token::Or | Token::Not)) {
            Some(placed) if self.text[placed.span.clone()].starts_with(char::is_alphabetic) => {
                let word = &self.text[placed.span.clone()];
                diagnostic.hint(format!("Write \"{word}\" in quotes to look for the word."))
            }
            _ => diagnostic,
        }
    }

    fn term(&mut self, scope: Scope<'_>) -> Result<Expr, Diagnostic> {
        let span = self.span();
        match self.peek() {
            None => Err(self.missing("a term is missing here", self.at.checked_sub(1))),
            Some(Token::Open) => {
                self.at += 1;
                self.group(span, scope)
            }
            Some(Token::Field { name, op }) => {
                let (name, op) = (*name, *op);
                if let Some(field) = scope {
                    let message = format!("a field cannot stand inside `{field}:( … )`");
                    return Err(Diagnostic::at(span, message)
                        .hint("Close the parenthesis before it, or put the value in quotes."));
                }
                self.at += 1;
                self.field(name, op, span)
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
            Some(Token::Not | Token::Wrong(_)) => Err(self.wrong("a term was expected here")),
        }
    }

    fn group(&mut self, open: Range<usize>, scope: Scope<'_>) -> Result<Expr, Diagnostic> {
        if self.peek().is_none() {
            return Err(not_closed(open));
        }
        let inner = self.deeper(|parser| parser.or(scope))?;
        let end = self.span().end;
        if !self.eat(&Token::Close) {
            return Err(match self.peek() {
                None => not_closed(open),
                Some(_) => self.wrong("a term was expected here"),
            });
        }
        if height(&inner) > DEEPEST {
            return Err(too_deep(open.start..end));
        }
        Ok(inner)
    }

    /// Reads the value behind a field: `name` is where its name ends, `at` its
    /// place with its sign.
    fn field(&mut self, name: usize, op: Option<super::Op>, at: Range<usize>) -> Result<Expr, Diagnostic> {
        let written = &self.text[at.start..name];
        let exists = written.eq_ignore_ascii_case(names::EXISTS) && op.is_none();
        if exists && matches!(self.peek(), Some(Token::Word | Token::Quoted)) {
            let given = self.given()?;
            let field = self.resolve(&given.pattern.text, given.span.clone(), given.span)?;
            return Ok(Expr::Leaf(Leaf { field: Some(field), test: Test::Exists }));
        }
        let value = self.span();
        let attached = if value.start == at.end { value.end } else { at.end };
        let field = self.resolve(&literal(written), at.start..name, at.start..attached)?;
        let test = match (self.peek(), op) {
            (Some(Token::Open), None) => {
                self.at += 1;
                return self.group(value, Some(&field));
            }
            (Some(Token::Word | Token::Quoted), Some(op)) => {
                let given = self.given()?;
                compare(&field, op, &given, self.context)?
            }
            (Some(Token::Word | Token::Quoted | Token::Regex | Token::Range | Token::Compare(_)), None) => {
                self.value(Some(&field))?
            }
            (Some(Token::Wrong(_)), _) => return Err(self.wrong("")),
            (_, Some(_)) => return Err(Diagnostic::at(at, "what to compare with is missing behind this")),
            (_, None) => {
                let message = format!("a value is missing behind `{}:`", visible(written));
                return Err(Diagnostic::at(at, message)
                    .hint(format!("Write {}:* for events that have any value.", visible(written))));
            }
        };
        Ok(Expr::Leaf(Leaf { field: Some(field), test }))
    }

    /// Finds the field of a name; `whole` is the word it stands in.
    fn resolve(&self, name: &str, span: Range<usize>, whole: Range<usize>) -> Result<FieldRef, Diagnostic> {
        names::field(name, self.context).map_err(|unknown| {
            let word = &self.text[whole];
            let hint = unknown.hint.unwrap_or_else(|| match word.parse::<crate::record::EventId>() {
                Ok(id) => format!("Write id:{id} for the event of that id."),
                Err(_) if word.contains('"') => "Put the whole text in quotes to search for it.".to_owned(),
                Err(_) => format!("Write \"{}\" in quotes to search for the text.", visible(word)),
            });
            Diagnostic::at(span, unknown.message).hint(hint)
        })
    }

    /// Reads one value: of a field, or of any.
    fn value(&mut self, field: Scope<'_>) -> Result<Test, Diagnostic> {
        let span = self.span();
        let token = self.peek().cloned();
        match (token, field) {
            (Some(Token::Compare(op)), Some(field)) => {
                self.at += 1;
                if !matches!(self.peek(), Some(Token::Word | Token::Quoted)) {
                    return Err(Diagnostic::at(span, "what to compare with is missing behind this"));
                }
                let given = self.given()?;
                if given.pattern.text.contains(['<', '>']) && !given.literal {
                    return Err(Diagnostic::at(span.start..given.span.end, "this is no comparison")
                        .hint("Put a text with < and > in quotes."));
                }
                compare(field, op, &given, self.context)
            }
            (Some(Token::Range), Some(field)) => {
                self.at += 1;
                range(field, self.text, span, self.context)
            }
            (Some(Token::Regex), field) => {
                self.at += 1;
                regex(field, &self.text[span.start + 1..span.end - 1], span)
            }
            (_, field) => {
                let given = self.given()?;
                is(field, given, self.context)
            }
        }
    }

    /// Reads a word or phrase as a pattern.
    fn given(&mut self) -> Result<Given, Diagnostic> {
        let given = given(self.text, self.span())?;
        self.at += 1;
        Ok(given)
    }
}

fn not_closed(open: Range<usize>) -> Diagnostic {
    Diagnostic::at(open, "this parenthesis is not closed").hint("Add a ) where the group ends.")
}

fn first_length(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}
