//! HTML entities as a browser reads them inside an attribute.

/// The longest entity looked at, in bytes after the `&`.
const LONGEST: usize = 12;

/// Named entities that hide a character of a script. `&lt;` and `&gt;` are missing on
/// purpose: written so, a tag is harmless text.
const NAMED: [(&str, char); 22] = [
    ("amp", '&'),
    ("apos", '\''),
    ("ast", '*'),
    ("bsol", '\\'),
    ("colon", ':'),
    ("comma", ','),
    ("dollar", '$'),
    ("equals", '='),
    ("grave", '`'),
    ("lbrack", '['),
    ("lcub", '{'),
    ("lpar", '('),
    ("nbsp", ' '),
    ("newline", '\n'),
    ("num", '#'),
    ("period", '.'),
    ("quot", '"'),
    ("rbrack", ']'),
    ("rcub", '}'),
    ("rpar", ')'),
    ("sol", '/'),
    ("tab", '\t'),
];

/// Returns `text` with numeric entities and the named ones that hide scripts undone.
pub(super) fn without_entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let (shown, taken) = entity(&rest.as_bytes()[1..]).map_or(('&', 1), |(c, n)| (c, n + 1));
        out.push(shown);
        rest = &rest[taken..];
    }
    out.push_str(rest);
    out
}

/// Returns the character of the entity whose name starts `rest`, and the length of that name.
fn entity(rest: &[u8]) -> Option<(char, usize)> {
    if rest.first() == Some(&b'#') {
        return numeric(rest);
    }
    let end = rest.iter().take(LONGEST).position(|b| *b == b';')?;
    let name = &rest[..end];
    NAMED.iter().find(|(n, _)| n.as_bytes().eq_ignore_ascii_case(name)).map(|(_, c)| (*c, end + 1))
}

/// Returns the character of `#60`, `#x3c` and the like; browsers do not ask for the `;`.
fn numeric(rest: &[u8]) -> Option<(char, usize)> {
    let hex = matches!(rest.get(1), Some(b'x' | b'X'));
    let (from, radix) = if hex { (2, 16) } else { (1, 10) };
    let mut code: u32 = 0;
    let mut at = from;
    while let Some(digit) = rest.get(at).and_then(|b| (*b as char).to_digit(radix)).filter(|_| at < LONGEST) {
        code = code.saturating_mul(radix).saturating_add(digit);
        at += 1;
    }
    if at == from {
        return None;
    }
    let shown = char::from_u32(code).filter(|c| !c.is_control() || c.is_whitespace()).unwrap_or(' ');
    Some((shown, at + usize::from(rest.get(at) == Some(&b';'))))
}

#[cfg(test)]
mod tests {
    use super::without_entities;

    #[test]
    fn a_script_is_read_through_its_entities() {
        assert_eq!(without_entities("java&Tab;script&colon;alert&lpar;1&rpar;"), "java\tscript:alert(1)");
        assert_eq!(without_entities("&#60;&#x73;cript&#0000062"), "<script>");
    }

    #[test]
    fn parameters_and_harmless_tags_stay() {
        for text in ["a=1&b=2&tab=3", "&lt;b&gt;", "&", "&#", "&#x;", "a&&b", "&#q"] {
            assert_eq!(without_entities(text), text);
        }
    }

    #[test]
    fn impossible_numbers_are_a_space() {
        assert_eq!(without_entities("&#99999999999;&#0;"), "  ");
    }
}
