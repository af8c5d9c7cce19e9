//! Foreign text, made safe to show without hiding any of it.

use std::fmt::{self, Write};

/// Foreign text, safe to show: nothing is dropped, nothing acts on a terminal.
///
/// C0 controls and DEL become their pictures (`␛`, `␀`, `␡`), C1 controls
/// `\x9b`, and characters that change the look of their neighbors (bidi
/// controls, zero width, tags, variation selectors, line separators) their
/// code points, `<U+202E>`.
#[derive(Debug, Clone, Copy)]
pub struct Visible<'a>(pub &'a str);

impl fmt::Display for Visible<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '\0'..='\x1f' => f.write_char(picture(c))?,
                '\x7f' => f.write_char('␡')?,
                '\u{80}'..='\u{9f}' => write!(f, "\\x{:02x}", c as u32)?,
                _ if misleads(c) => write!(f, "<U+{:04X}>", c as u32)?,
                _ => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// Returns foreign text as a string that is safe to show; see [`Visible`].
pub fn visible(text: &str) -> String {
    Visible(text).to_string()
}

/// Makes a line of JSON safe to show without changing its meaning: characters
/// that act or mislead become `\u` escapes.
pub fn escape_json_controls(json: String) -> String {
    let acts = |c: char| matches!(c, '\x7f'..='\u{9f}') || misleads(c);
    if json.bytes().all(|byte| byte < 0x7f) || !json.chars().any(acts) {
        return json;
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if acts(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

fn picture(control: char) -> char {
    char::from_u32(0x2400 + control as u32).expect("C0 controls have pictures from U+2400")
}

/// Returns whether a character is invisible or changes how others are shown
/// (Unicode default-ignorable and bidi control characters, UAX #9 and #44).
fn misleads(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn an_escape_sequence_is_shown_and_does_not_act() {
        assert_eq!(visible("\x1b]52;c;aGk=\x07"), "␛]52;c;aGk=␇");
    }

    #[test]
    fn bidi_zero_width_and_c1_are_named() {
        assert_eq!(visible("a\u{202e}b\u{200b}\u{9b}c"), "a<U+202E>b<U+200B>\\x9bc");
    }

    #[test]
    fn escaped_json_has_the_same_meaning() {
        let text = "a\u{202e}b\u{9b}c\u{e0041}é";
        let json = super::escape_json_controls(serde_json::to_string(text).expect("a string is JSON"));
        assert_eq!(json, r#""a\u202eb\u009bc\udb40\udc41é""#);
        assert_eq!(serde_json::from_str::<String>(&json).expect("it is JSON"), text);
    }

    #[test]
    fn ordinary_text_is_left_alone() {
        assert_eq!(visible("Zoë 北京 🙂"), "Zoë 北京 🙂");
    }
}
