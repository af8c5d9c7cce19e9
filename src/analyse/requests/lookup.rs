//! Lookups of Log4j, resolved as far as the text alone allows.

/// How deep lookups are followed into one another.
const DEEPEST: usize = 64;

/// How far into a lookup its default is looked for, in bytes.
const NAME: usize = 128;

/// Returns `text` with `${lower:x}`, `${upper:x}` and `${name:-x}` replaced by `x`.
///
/// Nested lookups are resolved from the inside out; all other `${…}` stay as they are.
pub(super) fn without_lookups(text: &str) -> String {
    if !text.contains("${") {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut open = Vec::new();
    let mut previous = ' ';
    for c in text.chars() {
        match c {
            '{' if previous == '$' && open.len() < DEEPEST => {
                open.push(out.len() + 1);
                out.push(c);
            }
            '}' => match open.pop() {
                Some(inside) => close(&mut out, inside),
                None => out.push(c),
            },
            _ => out.push(c),
        }
        previous = c;
    }
    out
}

/// Closes the lookup whose inside starts at `inside`: leaves its value, or all of it.
fn close(out: &mut String, inside: usize) {
    let lookup = &out[inside..];
    let value = match lookup[..lookup.floor_char_boundary(NAME)].find(":-") {
        Some(default) => Some(default + 2),
        None => ["lower:", "upper:"].iter().find(|p| starts_with(lookup, p)).map(|p| p.len()),
    };
    match value {
        Some(from) => drop(out.drain(inside - 2..inside + from)),
        None => out.push('}'),
    }
}

/// Tells whether `text` starts with `prefix`, in whatever case.
fn starts_with(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

#[cfg(test)]
mod tests {
    use super::without_lookups;

    #[test]
    fn hidden_letters_come_to_light() {
        assert_eq!(without_lookups("${${lower:J}ndi:${upper:l}dap://x}"), "${Jndi:ldap://x}");
        assert_eq!(without_lookups("${${::-j}${env:NO:-n}di:${lower:${upper:r}}mi}"), "${jndi:rmi}");
    }

    #[test]
    fn other_text_stays() {
        for text in ["${IFS}", "{a:-b}", "}", "${", "$ {lower:x}", "${env:USER}"] {
            assert_eq!(without_lookups(text), text);
        }
    }
}
