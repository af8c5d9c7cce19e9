//! Tokens to a syntax tree.
//!
//! `or := and (OR and)*`, `and := not ((AND)? not)*`, `not := NOT not | term`,
//! `term := ( or ) | field value | value`. Terms side by side are joined by AND.

use std::ops::Range;

use super::lexer::{Placed, Token, tokens};
use super::names::field as field_named;
use super::value::{compare, is, scalar};
use super::{Context, Diagnostic, Expr, FieldRef, Leaf, Side, Test};

/// The longest query that is read, in bytes.
const LONGEST: usize = 64 * 1024;

/// How deep parentheses and NOTs may stand inside one another.
const DEEPEST: usize = 64;

/// Reads a query. An empty text (or `*`) is [`Expr::All`].
///
/// # Errors
///
/// Gives what is wrong and where; spans lie on character boundaries.
pub fn parse(text: &str, context: &Context<'_>) -> Result<Expr, Diagnostic> {
    if text.len() > LONGEST {
        return Err(Diagnostic::at(0..0, format!("a query has at most {LONGEST} bytes")));
    }
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Ok(Expr::All);
    }
    let mut parser = Parser { tokens, at: 0, end: text.len(), context, depth: 0 };
    let expr = parser.or(None)?;
    match parser.peek() {
        None => Ok(expr),
        Some(Token::Close) => Err(parser.wrong("this parenthesis was not opened")),
        Some(_) => Err(parser.wrong("a term was expected here")),
    }
}

struct Parser<'a> {
    tokens: Vec<Placed>,
    at: usize,
    end: usize,
    context: &'a Context<'a>,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|placed| &placed.token)
    }

    fn span(&self) -> Range<usize> {
        self.tokens.get(self.at).map_or(self.end..self.end, |placed| placed.span.clone())
    }

    fn wrong(&self, message: &str) -> Diagnostic {
        Diagnostic::at(self.span(), message)
    }

    fn eat(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    /// Reads alternatives; inside `field:( … )` values belong to the field.
    fn or(&mut self, field: Option<&FieldRef>) -> Result<Expr, Diagnostic> {
        let mut members = vec![self.and(field)?];
        while self.eat(&Token::Or) {
            members.push(self.and(field)?);
        }
        Ok(joined(members, Expr::Or, |expr| matches!(expr, Expr::Or(_))))
    }

    fn and(&mut self, field: Option<&FieldRef>) -> Result<Expr, Diagnostic> {
        let mut members = vec![self.not(field)?];
        loop {
            let said = self.eat(&Token::And);
            match self.peek() {
                None | Some(Token::Or | Token::Close) if !said => break,
                _ => members.push(self.not(field)?),
            }
        }
        Ok(joined(members, Expr::And, |expr| matches!(expr, Expr::And(_))))
    }

    fn not(&mut self, field: Option<&FieldRef>) -> Result<Expr, Diagnostic> {
        if !self.eat(&Token::Not) {
            return self.term(field);
        }
        let inner = self.deeper(|parser| parser.not(field))?;
        Ok(Expr::Not(Box::new(inner)))
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Diagnostic>) -> Result<T, Diagnostic> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.wrong("this is nested too deeply"));
        }
        let read = read(self);
        self.depth -= 1;
        read
    }

    fn term(&mut self, field: Option<&FieldRef>) -> Result<Expr, Diagnostic> {
        let span = self.span();
        match self.peek().cloned() {
            None => Err(self.wrong("a term is missing here")),
            Some(Token::Open) => {
                self.at += 1;
                self.group(span, field)
            }
            Some(Token::Field(name)) => {
                self.at += 1;
                let field = field_named(&name, span.clone(), self.context)?;
                self.value(field, &name, span)
            }
            Some(Token::Word(pattern))
                if field.is_none() && pattern.is_wild() && pattern.text.chars().eq([super::Pattern::ANY]) =>
            {
                self.at += 1;
                Ok(Expr::All)
            }
            Some(Token::Word(pattern) | Token::Quoted(pattern)) => {
                self.at += 1;
                let test = is(field, pattern, span, self.context)?;
                Ok(Expr::Leaf(Leaf { field: field.cloned(), test }))
            }
            Some(Token::Compare(_)) if field.is_none() => {
                Err(self.wrong("a comparison needs a field before it"))
            }
            Some(Token::Compare(_) | Token::Regex(_) | Token::From(_)) => match field {
                Some(field) => self.value(field.clone(), "", span),
                None => Err(self.wrong("a field is missing before this")),
            },
            Some(Token::And | Token::Or) => Err(self.wrong("a term is missing before this")),
            Some(Token::Close) => Err(self.wrong("a term is missing before this parenthesis")),
            Some(Token::Not | Token::To(_)) => Err(self.wrong("a term was expected here")),
        }
    }

    fn group(&mut self, open: Range<usize>, field: Option<&FieldRef>) -> Result<Expr, Diagnostic> {
        let inner = self.deeper(|parser| parser.or(field))?;
        if !self.eat(&Token::Close) {
            return Err(
                Diagnostic::at(open, "this parenthesis is not closed").hint("Add a ) where the group ends.")
            );
        }
        Ok(inner)
    }

    /// Reads what stands behind `field:`.
    fn value(&mut self, field: FieldRef, name: &str, at: Range<usize>) -> Result<Expr, Diagnostic> {
        let span = self.span();
        let test = match self.peek().cloned() {
            Some(Token::Open) => {
                self.at += 1;
                return self.group(span, Some(&field));
            }
            Some(Token::Compare(op)) => {
                self.at += 1;
                let span = self.span();
                match self.peek().cloned() {
                    Some(Token::Word(pattern) | Token::Quoted(pattern)) => {
                        self.at += 1;
                        compare(&field, op, &pattern, span, self.context)?
                    }
                    _ => return Err(self.wrong("what to compare with is missing here")),
                }
            }
            Some(Token::Regex(pattern)) => {
                self.at += 1;
                Test::Regex(pattern)
            }
            Some(Token::From(included)) => {
                self.at += 1;
                self.range(&field, included)?
            }
            Some(Token::Word(pattern) | Token::Quoted(pattern)) => {
                self.at += 1;
                is(Some(&field), pattern, span, self.context)?
            }
            _ => {
                return Err(Diagnostic::at(
                    at.start..span.end.max(at.end),
                    format!("a value is missing behind `{name}:`"),
                )
                .hint(format!("Write {name}:* for events that have any value.")));
            }
        };
        Ok(Expr::Leaf(Leaf { field: Some(field), test }))
    }

    /// Reads `1000 TO *]` behind its opening bracket.
    fn range(&mut self, field: &FieldRef, included: bool) -> Result<Test, Diagnostic> {
        let from = self.side(field, included)?;
        match self.peek() {
            Some(Token::Word(word)) if word.text == "TO" => self.at += 1,
            _ => {
                return Err(self
                    .wrong("`TO` was expected here")
                    .hint("Write a range as [FROM TO TO], such as [1000 TO *]."));
            }
        }
        let at = self.at;
        self.side(field, true)?;
        let included = match self.peek() {
            Some(Token::To(included)) => *included,
            _ => return Err(self.wrong("this range is not closed").hint("Close it with ] or }.")),
        };
        self.at = at;
        let to = self.side(field, included)?;
        self.at += 1;
        Ok(Test::Range(from, to))
    }

    fn side(&mut self, field: &FieldRef, included: bool) -> Result<Side, Diagnostic> {
        let span = self.span();
        match self.peek().cloned() {
            Some(Token::Word(word)) if !word.quoted && word.text.chars().eq([super::Pattern::ANY]) => {
                self.at += 1;
                Ok(Side::Open)
            }
            Some(Token::Word(pattern) | Token::Quoted(pattern)) => {
                self.at += 1;
                let scalar = scalar(field, &pattern, span, self.context)?;
                Ok(if included { Side::Included(scalar) } else { Side::Excluded(scalar) })
            }
            _ => Err(self.wrong("an end of the range is missing here")),
        }
    }
}

/// Joins members: one is itself, and members of the same kind are taken apart.
fn joined(members: Vec<Expr>, join: fn(Vec<Expr>) -> Expr, same: fn(&Expr) -> bool) -> Expr {
    let mut flat = Vec::new();
    for member in members {
        if !same(&member) {
            flat.push(member);
        } else if let Expr::And(inner) | Expr::Or(inner) = member {
            flat.extend(inner);
        }
    }
    if flat.len() == 1 { flat.remove(0) } else { join(flat) }
}
