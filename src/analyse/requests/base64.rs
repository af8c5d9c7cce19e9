//! Base64 in a request, when it holds text.

/// The shortest run of digits looked at: fewer are words or identifiers.
const SHORTEST: usize = 16;

/// Returns the text hidden in runs of Base64 digits, joined by spaces; empty when there is none.
///
/// Only runs that are printable ASCII throughout count, so that identifiers, hashes and
/// paths, which decode to arbitrary bytes, add nothing.
pub(super) fn hidden(text: &str) -> String {
    let mut out = String::new();
    for run in text.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '/' | '-' | '_')) {
        let words =
            if run.contains('/') { run.split('/').chain(std::iter::once(run)).collect() } else { vec![run] };
        for found in words.iter().filter(|w| w.len() >= SHORTEST).filter_map(|w| printable(w)) {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(&found);
        }
    }
    out
}

/// Returns the text that `digits` write, when it is printable ASCII throughout.
fn printable(digits: &str) -> Option<String> {
    let mut out = String::with_capacity(digits.len() * 3 / 4);
    let mut bits: u32 = 0;
    let mut held = 0;
    for digit in digits.bytes() {
        bits = bits << 6 | value(digit)?;
        held += 6;
        if held >= 8 {
            held -= 8;
            let byte = (bits >> held & 0xFF) as u8;
            if !(byte.is_ascii_graphic() || matches!(byte, b' ' | b'\t' | b'\r' | b'\n')) {
                return None;
            }
            out.push(char::from(byte));
        }
    }
    Some(out)
}

/// Returns the value of a digit, of the common or of the URL alphabet.
fn value(digit: u8) -> Option<u32> {
    let value = match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

#[cfg(test)]
mod tests {
    use super::hidden;

    #[test]
    fn text_is_found_wherever_it_stands() {
        assert_eq!(hidden("?x=PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=="), "<script>alert(1)</script>");
        assert_eq!(hidden("/Basic/Command/Base64/Y3VybCBodHRwOi8veA"), "curl http://x");
    }

    #[test]
    fn identifiers_and_words_add_nothing() {
        for text in
            ["/index.html?session=0123456789abcdef0123", "/a/very/long/path/of/many/words", "", "////"]
        {
            assert_eq!(hidden(text), "");
        }
    }
}
