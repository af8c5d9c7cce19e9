//! Conditions on rows: `count > 100 and not user.name = "root"`.
//!
//! `or := and (OR and)*`, `and := not (AND not)*`, `not := NOT not | test`,
//! `test := ( or ) | column relation value`.

use std::ops::Range;

use crate::error::visible;
use crate::record::FieldKind;

use super::super::ast::{FieldRef, Op, Scalar};
use super::super::diagnostic::Diagnostic;
use super::super::lexical::{Literal, leading_field_name, read_literal};
use super::super::normalize::{condition_height, join_conditions};
use super::super::pipeline::{Condition, Grouping, Measure, Quantity, Relation, TableColumn};
use super::super::typed::{DateSpan, Operand, parse_number, read_operand};
use super::columns::column;
use super::cursor::StageCursor;
use super::stage_lexer::StageToken;

/// How deep groups and NOTs may be nested.
const MAX_DEPTH: usize = 100;

/// Reads the condition after `where`.
pub fn condition(cursor: &mut StageCursor<'_>, grouping: &Grouping) -> Result<Condition, Diagnostic> {
    let start = cursor.span().start;
    let mut parser = ConditionParser { cursor, grouping, depth: 0 };
    let condition = parser.or()?;
    match condition_height(&condition) > MAX_DEPTH {
        true => Err(too_deep(start..cursor.end_before())),
        false => Ok(condition),
    }
}

fn too_deep(span: Range<usize>) -> Diagnostic {
    Diagnostic::at(span, format!("groups and NOTs are nested more than {MAX_DEPTH} levels deep here"))
}

struct ConditionParser<'a, 'b> {
    cursor: &'a mut StageCursor<'b>,
    grouping: &'a Grouping,
    depth: usize,
}

impl ConditionParser<'_, '_> {
    fn or(&mut self) -> Result<Condition, Diagnostic> {
        let mut members = vec![self.and()?];
        while self.cursor.eat(StageToken::Or) || self.cursor.eat_word("or") {
            members.push(self.and()?);
        }
        Ok(join_conditions(members, Condition::Or))
    }

    fn and(&mut self) -> Result<Condition, Diagnostic> {
        let mut members = vec![self.not()?];
        while self.cursor.eat(StageToken::And) || self.cursor.eat_word("and") {
            members.push(self.not()?);
        }
        Ok(join_conditions(members, Condition::And))
    }

    fn not(&mut self) -> Result<Condition, Diagnostic> {
        // A column may be named `not`.
        let column = matches!(self.cursor.peek_after(1), Some(StageToken::Relation(_)));
        if self.cursor.eat(StageToken::Not) || !column && self.cursor.eat_word("not") {
            let inner = self.nested(ConditionParser::not)?;
            return Ok(Condition::Not(Box::new(inner)));
        }
        let open = self.cursor.span();
        if !self.cursor.eat(StageToken::Open) {
            return self.test();
        }
        let inner = self.nested(ConditionParser::or)?;
        if condition_height(&inner) > MAX_DEPTH {
            return Err(too_deep(open.start..self.cursor.end_before()));
        }
        match self.cursor.eat(StageToken::Close) {
            true => Ok(inner),
            false if self.cursor.is_at_end() => {
                Err(Diagnostic::at(open, "this parenthesis is not closed")
                    .hint("Add a ) where the group ends."))
            }
            false => Err(self.cursor.expected("`and`, `or` or a )")),
        }
    }

    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Diagnostic>) -> Result<T, Diagnostic> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let end = self.cursor.end_before();
            return Err(too_deep(end - 1..end));
        }
        let read = read(self);
        self.depth -= 1;
        read
    }

    /// Reads a column, a relation and a value.
    fn test(&mut self) -> Result<Condition, Diagnostic> {
        if let Some(wrong) = self.colon() {
            return Err(wrong);
        }
        let column = column(self.cursor, Some(self.grouping))?;
        let Some(StageToken::Relation(relation)) = self.cursor.peek() else {
            return Err(self
                .cursor
                .expected("a comparison (= != < <= > >=)")
                .hint("Write it as count > 100 or user.name = \"root\"."));
        };
        self.cursor.skip();
        let literal = match self.cursor.peek() {
            Some(StageToken::Word | StageToken::Quoted) => {
                read_literal(self.cursor.text, self.cursor.span())?
            }
            _ => return Err(self.cursor.expected("a number, or a text in quotes,")),
        };
        let condition = self.compare(column, relation, &literal)?;
        self.cursor.skip();
        Ok(condition)
    }

    /// Points at `user.name:root`, which is for events.
    fn colon(&self) -> Option<Diagnostic> {
        let word = self.cursor.peek_word()?;
        let (name, rest) = word.split_at(leading_field_name(word)?.0);
        let value = rest.strip_prefix(':')?;
        let colon = self.cursor.span().start + name.len();
        let place = colon..colon + 1;
        let value = if value.is_empty() { "VALUE" } else { value };
        let hint = format!("Write {} = \"{}\".", visible(name), visible(value));
        Some(Diagnostic::at(place, "columns are compared with = here, not `:`").hint(hint))
    }

    fn compare(
        &self,
        column: TableColumn,
        relation: Relation,
        literal: &Literal,
    ) -> Result<Condition, Diagnostic> {
        let operand = match value_field(&column, self.grouping) {
            Some(field) => self.operand(field, relation, literal)?,
            None => match parse_number(literal.text().trim()) {
                Some(number) => Operand::Scalar(Scalar::Number(number)),
                None => {
                    let hint = format!("`{0}` has numbers: write {0} > 100.", column.name());
                    return Err(literal.is_not("a number").hint(hint));
                }
            },
        };
        Ok(match operand {
            Operand::Scalar(value) => Condition::Compare { column, relation, value },
            Operand::Span(span) => compare_span(column, relation, span),
        })
    }

    /// Reads what the values of a field are compared with.
    fn operand(
        &self,
        field: &FieldRef,
        relation: Relation,
        literal: &Literal,
    ) -> Result<Operand, Diagnostic> {
        let text = Operand::Scalar(Scalar::Text(literal.text().to_owned()));
        let ordered = match field.kind() {
            Some(FieldKind::Text | FieldKind::Boolean) => false,
            Some(FieldKind::Keyword | FieldKind::Ip | FieldKind::Long | FieldKind::Date) => true,
            None => matches!(field, FieldRef::Custom(_)),
        };
        let operand = match relation {
            Relation::Equal | Relation::Different if !ordered => text,
            Relation::Equal | Relation::Different | Relation::Order(_) => {
                read_operand(field, literal, self.cursor.context).map_err(|wrong| match field.kind() {
                    Some(FieldKind::Ip) => {
                        wrong.hint(format!("Write a network before the first pipe: {field}:10.0.0.0/8."))
                    }
                    _ => wrong,
                })?
            }
        };
        match operand {
            Operand::Scalar(Scalar::Text(_)) if !literal.pattern.quoted => {
                let shown = literal.pattern.shown();
                Err(literal
                    .diagnostic("a text is written in quotes here")
                    .hint(format!("Write \"{shown}\".")))
            }
            operand => Ok(operand),
        }
    }
}

/// Returns the field whose kind of values a column has; none if it is a number.
fn value_field<'a>(column: &'a TableColumn, grouping: &'a Grouping) -> Option<&'a FieldRef> {
    match (column, grouping) {
        (TableColumn::Field(field), _) => Some(field),
        (TableColumn::Measure(name), Grouping::Stats { measures, .. }) => {
            let measure: Option<&Measure> = measures.iter().find(|measure| measure.name() == *name);
            measure.map(|measure| &measure.quantity).and_then(Quantity::value_field)
        }
        (
            TableColumn::Measure(_),
            Grouping::Timechart { .. } | Grouping::Values { .. } | Grouping::Pick { .. },
        ) => None,
    }
}

/// Compares with a span of time as a whole: `<= "2026-03-01"` includes that day,
/// and `=` means any instant of it.
fn compare_span(column: TableColumn, relation: Relation, span: DateSpan) -> Condition {
    let compare = |relation: Relation, time| Condition::Compare {
        column: column.clone(),
        relation,
        value: Scalar::Timestamp(time),
    };
    let Some(end) = span.end() else { return compare(relation, span.from) };
    let inside = || {
        let from = compare(Relation::Order(Op::AtLeast), span.from);
        Condition::And(vec![from, compare(Relation::Order(Op::Less), end)])
    };
    match relation {
        Relation::Equal => inside(),
        Relation::Different => Condition::Not(Box::new(inside())),
        Relation::Order(Op::AtMost) => compare(Relation::Order(Op::Less), end),
        Relation::Order(Op::Greater) => compare(Relation::Order(Op::AtLeast), end),
        Relation::Order(Op::Less | Op::AtLeast) => compare(relation, span.from),
    }
}
