//! Records of separated values, whose names the format or a header states.

use std::borrow::Cow;

use super::values::{Datum, Values};

/// How values are separated.
#[derive(Debug)]
pub struct ColumnSyntax {
    pub separator: char,
    pub quote: Option<char>,
    /// Marks of absent values.
    pub absent: Vec<String>,
}

impl ColumnSyntax {
    /// Cuts a record into its values. Without quotes, lines after the first belong to the
    /// last value.
    pub fn cut<'a>(&self, text: &'a str) -> Vec<Cow<'a, str>> {
        if let (None, Some(end)) = (self.quote, text.find('\n')) {
            let mut list = self.cut(&text[..end]);
            if let Some(last) = list.last_mut() {
                *last = Cow::Owned(format!("{last}{}", &text[end..]));
            }
            return list;
        }
        let (mut list, mut rest) = (Vec::new(), text);
        loop {
            let (value, behind) = self.value(rest);
            list.push(value);
            let behind = if self.separator == ' ' { one_blank(behind) } else { behind };
            rest = match behind.strip_prefix(self.separator) {
                Some(behind) => behind,
                None if self.separator == ' ' && behind.starts_with('\t') => &behind[1..],
                None => return list,
            };
        }
    }

    fn value<'a>(&self, text: &'a str) -> (Cow<'a, str>, &'a str) {
        let quoted = self.quote.and_then(|quote| Some((quote, text.strip_prefix(quote)?)));
        if let Some((quote, inside)) = quoted {
            // RFC 4180 first; some programs escape with a backslash instead.
            for escapes in [false, true] {
                if let Some((value, behind)) = unquoted(inside, quote, escapes)
                    && (behind.is_empty()
                        || behind.starts_with(self.separator)
                        || self.separator == ' ' && behind.starts_with('\t'))
                {
                    return (value, behind);
                }
            }
        }
        let is_end = |c: char| c == self.separator || self.separator == ' ' && c == '\t';
        let end = text.find(is_end).unwrap_or(text.len());
        (Cow::Borrowed(&text[..end]), &text[end..])
    }

    /// Adds the values of a record under their names, and returns how many there were.
    pub fn read<'i, 'a>(&self, text: &'a str, names: &[Cow<'i, str>], values: &mut Values<'i, 'a>) -> usize {
        let cells = self.cut(text);
        let count = cells.len();
        for (place, cell) in cells.into_iter().enumerate() {
            if cell.is_empty() || self.absent.iter().any(|mark| *mark == cell) {
                continue;
            }
            let name =
                names.get(place).cloned().unwrap_or_else(|| Cow::Owned(format!("column_{}", place + 1)));
            values.put_named(name, Datum::text(cell));
        }
        count
    }
}

/// Leaves one of several spaces and tabs at the start of a text, none at its end.
fn one_blank(text: &str) -> &str {
    let behind = text.trim_start_matches([' ', '\t']);
    if behind.is_empty() || behind.len() == text.len() {
        behind
    } else {
        &text[text.len() - behind.len() - 1..]
    }
}

/// Reads up to the closing quote; a doubled quote or one behind a backslash is text.
fn unquoted(inside: &str, quote: char, escapes: bool) -> Option<(Cow<'_, str>, &str)> {
    let (mut plain, mut start, mut chars) = (String::new(), 0, inside.char_indices().peekable());
    while let Some((at, c)) = chars.next() {
        if escapes && c == '\\' && chars.peek().is_some_and(|(_, next)| *next == quote) {
            plain.push_str(&inside[start..at]);
            start = at + 1;
            chars.next();
        } else if c == quote {
            if chars.peek().is_some_and(|(_, next)| *next == quote) {
                plain.push_str(&inside[start..=at]);
                start = at + 2;
                chars.next();
                continue;
            }
            let value = match plain.is_empty() {
                true => Cow::Borrowed(&inside[start..at]),
                false => Cow::Owned(plain + &inside[start..at]),
            };
            return Some((value, &inside[at + c.len_utf8()..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_cut_at_separators_outside_quotes() {
        let commas = ColumnSyntax { separator: ',', quote: Some('"'), absent: Vec::new() };
        assert_eq!(commas.cut(r#"a,"b,""c""",,"d"#), ["a", "b,\"c\"", "", "\"d"]);
        assert_eq!(commas.cut(r#""a\"b",c"#), ["a\"b", "c"]);
        let spaces = ColumnSyntax { separator: ' ', quote: None, absent: Vec::new() };
        assert_eq!(spaces.cut("a  b c"), ["a", "b", "c"]);
    }
}
