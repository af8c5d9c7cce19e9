//! How foreign text enters a page: made visible, then escaped.

use std::fmt::{self, Write};

use askama::filters::{Escaper, Html};

use crate::error::Visible;

/// The names of the C0 controls (Unicode, name aliases).
const NAMES: [&str; 32] = [
    "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "TAB", "LF", "VT", "FF", "CR", "SO", "SI",
    "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS",
    "US",
];

/// Foreign text on a page. Controls are written by name, `<ESC>`, where a
/// screen draws `␛`: many a reader's or printer's fonts lack those pictures,
/// and an empty box says nothing. The rest is as [`Visible`] shows it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ForeignText;

impl Escaper for ForeignText {
    fn write_escaped_str<W: fmt::Write>(&self, dest: W, string: &str) -> fmt::Result {
        let mut dest = Escaped(dest);
        for part in string.split_inclusive(|c: char| c.is_ascii_control()) {
            let control = part.chars().next_back().filter(char::is_ascii_control);
            let text = &part[..part.len() - control.map_or(0, char::len_utf8)];
            write!(dest, "{}", Visible(text))?;
            if let Some(control) = control {
                write!(dest, "<{}>", NAMES.get(control as usize).unwrap_or(&"DEL"))?;
            }
        }
        Ok(())
    }
}

struct Escaped<W>(W);

impl<W: fmt::Write> fmt::Write for Escaped<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        Html.write_escaped_str(&mut self.0, text)
    }
}
