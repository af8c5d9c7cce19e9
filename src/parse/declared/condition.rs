//! Conditions: `kind == 'login' and (result in ['ok', 'yes'] or exists token)`.

use super::expression::Outputs;
use super::glob::Glob;
use super::path::Path;
use super::values::{Datum, Names, Values};

/// A condition on the values of a record.
#[derive(Debug)]
pub enum RuleCondition {
    All(Vec<RuleCondition>),
    Any(Vec<RuleCondition>),
    Not(Box<RuleCondition>),
    Exists(Path),
    /// One of the values is one of these texts.
    Is(Path, Vec<String>),
    /// One of the values is of a shape.
    Like(Path, Glob),
    Compare(Path, NumberOrder, f64),
}

/// How two numbers are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberOrder {
    Less,
    AtMost,
    More,
    AtLeast,
}

impl RuleCondition {
    /// Reads a condition.
    pub fn parse(text: &str, names: &mut Names) -> Result<RuleCondition, String> {
        let mut reader = Reader { tokens: tokens(text)?, at: 0, names, text };
        let condition = reader.any()?;
        match reader.peek() {
            None => Ok(condition),
            Some(token) => Err(format!("in `{text}`, `{token}` is not expected")),
        }
    }

    /// Returns whether it holds.
    pub fn holds<'a>(&self, values: &Values<'_, 'a>, outputs: &dyn Outputs<'a>) -> bool {
        let some = |path: &Path, test: &dyn Fn(&str) -> bool| {
            let places = path.places(values);
            if let (true, Some(slot)) = (places.is_empty(), path.slot()) {
                let mut set = outputs.output(slot).iter();
                return set.any(|datum| test(&datum.clone().written()));
            }
            places.iter().any(|place| test(&values.datum(*place).clone().written()))
        };
        match self {
            RuleCondition::All(all) => all.iter().all(|condition| condition.holds(values, outputs)),
            RuleCondition::Any(any) => any.iter().any(|condition| condition.holds(values, outputs)),
            RuleCondition::Not(condition) => !condition.holds(values, outputs),
            RuleCondition::Exists(path) => some(path, &|_| true),
            RuleCondition::Is(path, texts) => some(path, &|text| texts.iter().any(|own| own == text)),
            RuleCondition::Like(path, glob) => some(path, &|text| glob.fits(text)),
            RuleCondition::Compare(path, order, number) => {
                some(path, &|text| text.trim().parse().is_ok_and(|value: f64| order.holds(value, *number)))
            }
        }
    }
}

impl NumberOrder {
    fn holds(self, value: f64, other: f64) -> bool {
        match self {
            NumberOrder::Less => value < other,
            NumberOrder::AtMost => value <= other,
            NumberOrder::More => value > other,
            NumberOrder::AtLeast => value >= other,
        }
    }
}

/// No values were set before.
pub struct NoOutputs;

impl<'a> Outputs<'a> for NoOutputs {
    fn output(&self, _: u32) -> &[Datum<'a>] {
        &[]
    }
}

struct Reader<'t> {
    tokens: Vec<String>,
    at: usize,
    names: &'t mut Names,
    text: &'t str,
}

impl Reader<'_> {
    fn peek(&self) -> Option<&str> {
        self.tokens.get(self.at).map(String::as_str)
    }

    fn eat(&mut self, token: &str) -> bool {
        let is_here = self.peek() == Some(token);
        self.at += usize::from(is_here);
        is_here
    }

    fn next(&mut self) -> Result<String, String> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token.ok_or_else(|| format!("`{}` ends too early", self.text))
    }

    fn any(&mut self) -> Result<RuleCondition, String> {
        let mut list = vec![self.all()?];
        while self.eat("or") {
            list.push(self.all()?);
        }
        Ok(if list.len() == 1 { list.remove(0) } else { RuleCondition::Any(list) })
    }

    fn all(&mut self) -> Result<RuleCondition, String> {
        let mut list = vec![self.one()?];
        while self.eat("and") {
            list.push(self.one()?);
        }
        Ok(if list.len() == 1 { list.remove(0) } else { RuleCondition::All(list) })
    }

    fn one(&mut self) -> Result<RuleCondition, String> {
        if self.eat("not") {
            return Ok(RuleCondition::Not(Box::new(self.one()?)));
        }
        if self.eat("(") {
            let inside = self.any()?;
            return if self.eat(")") { Ok(inside) } else { Err(format!("`{}` lacks a `)`", self.text)) };
        }
        self.eat("exists");
        let name = self.next()?;
        let mut path = Path::parse(&name, self.names)?;
        path.take_all();
        let negated = |condition| RuleCondition::Not(Box::new(condition));
        let Some(operator) = self.peek().map(str::to_owned) else { return Ok(RuleCondition::Exists(path)) };
        let order = match operator.as_str() {
            "<" => NumberOrder::Less,
            "<=" => NumberOrder::AtMost,
            ">" => NumberOrder::More,
            ">=" => NumberOrder::AtLeast,
            "==" | "!=" | "~" => {
                self.at += 1;
                let text = self.literal()?;
                return Ok(match operator.as_str() {
                    "==" => RuleCondition::Is(path, vec![text]),
                    "!=" => negated(RuleCondition::Is(path, vec![text])),
                    _ => RuleCondition::Like(path, Glob::new(&text)),
                });
            }
            "in" => {
                self.at += 1;
                return Ok(RuleCondition::Is(path, self.list()?));
            }
            "not" if self.tokens.get(self.at + 1).is_some_and(|next| next == "in") => {
                self.at += 2;
                return Ok(negated(RuleCondition::Is(path, self.list()?)));
            }
            _ => return Ok(RuleCondition::Exists(path)),
        };
        self.at += 1;
        let number = self.literal()?;
        let number = number.parse().map_err(|_| format!("in `{}`, `{number}` is not a number", self.text))?;
        Ok(RuleCondition::Compare(path, order, number))
    }

    fn literal(&mut self) -> Result<String, String> {
        let token = self.next()?;
        Ok(token.strip_prefix('\'').unwrap_or(&token).to_owned())
    }

    fn list(&mut self) -> Result<Vec<String>, String> {
        if !self.eat("[") {
            return Err(format!("in `{}`, a list in brackets must follow `in`", self.text));
        }
        let mut texts = Vec::new();
        while !self.eat("]") {
            texts.push(self.literal()?);
            self.eat(",");
        }
        Ok(texts)
    }
}

/// Cuts a condition into tokens; a text in quotes keeps its first quote.
fn tokens(text: &str) -> Result<Vec<String>, String> {
    let (mut tokens, mut rest) = (Vec::new(), text.trim_start());
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '\'' | '"' => {
                let end = rest[1..].find(c).ok_or_else(|| format!("in `{text}`, a quote is not closed"))?;
                tokens.push(format!("'{}", &rest[1..=end]));
                rest = rest[end + 2..].trim_start();
                continue;
            }
            '(' | ')' | '[' | ']' | ',' | '~' => 1,
            '=' | '!' | '<' | '>' => {
                let two = rest.get(..2).filter(|two| matches!(*two, "==" | "!=" | "<=" | ">="));
                if two.is_none() && matches!(c, '=' | '!') {
                    return Err(format!("in `{text}`, `{c}` is not an operator; write `==` or `!=`"));
                }
                two.map_or(1, str::len)
            }
            _ => path_length(rest),
        };
        tokens.push(rest[..length].to_owned());
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

/// Returns how long a path or a word is; what is in brackets belongs to it.
fn path_length(text: &str) -> usize {
    let (mut inside, mut quoted) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            '`' => quoted = !quoted,
            _ if quoted => {}
            '[' if at > 0 => inside = true,
            ']' if inside => inside = false,
            _ if inside => {}
            '(' | ')' | '[' | ']' | ',' | '~' | '=' | '!' | '<' | '>' => return at,
            c if c.is_whitespace() => return at,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::flatten::json_object;

    #[test]
    fn conditions_are_read_and_hold() {
        let text = r#"{"kind":"login","n":5,"list":[{"name":"a","value":"x"},{"name":"b","value":"y"}],"user":{"id":"svc-1"},"e":""}"#;
        let leaves = json_object(text).expect("an object");
        let rows = [
            ("kind == 'login'", true),
            ("kind != 'login'", false),
            ("kind in ['a', 'login'] and n > 4", true),
            ("kind not in ['a', 'login']", false),
            ("not (kind == 'x' or n <= 4)", true),
            ("user.id ~ 'svc-*'", true),
            ("exists user.id and not exists user.name", true),
            ("user.id", true),
            ("e", false),
            ("list[name=b].value == 'y'", true),
            ("list[name=a].value == 'y'", false),
            ("list.value == 'y'", true),
        ];
        for (condition, holds) in rows {
            let mut names = Names::default();
            let own = RuleCondition::parse(condition, &mut names).expect(condition);
            let values = Values::of_leaves(&names, &leaves, &[]);
            assert_eq!(own.holds(&values, &NoOutputs), holds, "{condition}");
        }
        for bad in ["kind = 'x'", "kind == 'x", "(kind", "kind in 'x'", "kind == 'x' 'y'", ""] {
            assert!(RuleCondition::parse(bad, &mut Names::default()).is_err(), "{bad}");
        }
    }
}
