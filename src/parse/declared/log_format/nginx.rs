//! nginx: `log_format`, with variables.

use super::element::{Element, escaped, push_text};

/// Reads a text with `$variables`.
pub fn elements(text: &str) -> Result<Vec<Element>, String> {
    let (mut elements, mut rest) = (Vec::new(), text);
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '\\' => {
                let next = rest.chars().next().unwrap_or('\\');
                rest = rest.get(next.len_utf8()..).unwrap_or_default();
                push_text(&mut elements, &escaped(next));
            }
            '$' => {
                let (name, behind) = variable(rest)?;
                elements.push(Element::Value(name.to_owned()));
                rest = behind;
            }
            c => push_text(&mut elements, c.encode_utf8(&mut [0; 4])),
        }
    }
    Ok(elements)
}

/// Splits off the name of a variable: `name` or `{name}`.
fn variable(text: &str) -> Result<(&str, &str), String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let (name, rest) = match text.strip_prefix('{') {
        Some(inside) => inside.split_once('}').ok_or_else(|| "`${` is not closed".to_owned())?,
        None => text.split_at(text.find(|c| !is_part(c)).unwrap_or(text.len())),
    };
    if name.is_empty() || !name.chars().all(is_part) {
        return Err(format!("`${}` is not a variable", text.chars().take(12).collect::<String>()));
    }
    Ok((name, rest))
}
