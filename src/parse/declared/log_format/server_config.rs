//! Log formats where servers' configurations state them.

/// A log format that a configuration names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedText {
    /// Its name: `combined`, `main`.
    pub name: String,
    /// The text.
    pub text: String,
}

/// Returns the text of a log format that is given as such, or as the whole line of a
/// configuration: `LogFormat "…" name`, `log_format name '…' '…';`.
pub fn format_text(given: &str) -> Result<String, String> {
    let given = given.trim();
    if given.is_empty() {
        return Err("it is empty".to_owned());
    }
    let is_line = ["LogFormat ", "log_format "].iter().any(|word| begins_with(given, word));
    if !is_line {
        return Ok(given.to_owned());
    }
    let mut named = named_log_formats(given);
    match named.len() {
        1 => Ok(named.remove(0).text),
        _ => Err("it begins as a line of a configuration, and has no text in quotes".to_owned()),
    }
}

/// Returns the log formats that a configuration file states.
pub fn named_log_formats(config: &str) -> Vec<NamedText> {
    let joined = config.replace("\\\r\n", " ").replace("\\\n", " ");
    let mut found = Vec::new();
    let mut rest = joined.as_str();
    while let Some(line) = rest.lines().next() {
        let trimmed = line.trim_start();
        let behind = &rest[rest.len().min(line.len() + 1)..];
        if begins_with(trimmed, "LogFormat ") {
            found.extend(of_apache(&trimmed["LogFormat ".len()..]));
        } else if begins_with(trimmed, "log_format ") {
            // It may take several lines, up to a semicolon outside of quotes.
            let from = rest.len() - (rest.trim_start().len());
            let (format, length) = of_nginx(&rest[from + "log_format ".len()..]);
            found.extend(format);
            rest = &rest[(from + "log_format ".len() + length).min(rest.len())..];
            continue;
        }
        rest = behind;
    }
    found
}

fn begins_with(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// Reads `"…" name`, in which `\"` is a quote.
fn of_apache(line: &str) -> Option<NamedText> {
    let mut quoted = QuotedTexts { rest: line };
    let (text, _) = quoted.next_text()?;
    let name = quoted.rest.split_whitespace().next().unwrap_or("default");
    Some(NamedText { name: name.to_owned(), text })
}

/// Reads `name [escape=…] '…' '…';` and returns how long it is.
fn of_nginx(text: &str) -> (Option<NamedText>, usize) {
    let mut quoted = QuotedTexts { rest: text };
    let name = text.split_whitespace().next().unwrap_or_default().to_owned();
    let mut whole = String::new();
    while let Some((part, true)) = quoted.next_text() {
        whole.push_str(&part);
    }
    let length = text.len() - quoted.rest.len();
    let found = (!whole.is_empty()).then_some(NamedText { name, text: whole });
    (found, length.max(1))
}

/// The texts in quotes of a directive.
struct QuotedTexts<'t> {
    rest: &'t str,
}

impl QuotedTexts<'_> {
    /// Returns the next text in quotes, as it stands there but for escaped quotes; none
    /// where a semicolon or the end comes first.
    fn next_text(&mut self) -> Option<(String, bool)> {
        let at = self.rest.find(['"', '\'', ';'])?;
        let quote = self.rest[at..].chars().next()?;
        self.rest = &self.rest[at + 1..];
        if quote == ';' {
            return None;
        }
        let (mut text, mut chars) = (String::new(), self.rest.char_indices());
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => match chars.next() {
                    Some((_, next)) if next == quote => text.push(next),
                    Some((_, next)) => text.extend(['\\', next]),
                    None => break,
                },
                c if c == quote => {
                    self.rest = &self.rest[at + 1..];
                    return Some((text, true));
                }
                c => text.push(c),
            }
        }
        self.rest = "";
        None
    }
}
