//! What filters do to texts.

use std::net::{Ipv4Addr, Ipv6Addr};

pub use crate::parse::flatten::xml_unescaped;
use crate::parse::http::{host_port, percent_decoded};

/// Writes `UserLoggedIn` and `user.logged in` as `user_logged_in`.
pub fn words(text: &str, between: char) -> String {
    let mut own = String::with_capacity(text.len() + 8);
    let mut before = between;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let after_word = before.is_lowercase() || before.is_ascii_digit();
        let before_word = before.is_uppercase() && chars.peek().is_some_and(|next| next.is_lowercase());
        if c.is_uppercase() && (after_word || before_word) && !own.ends_with(between) {
            own.push(between);
        }
        if c.is_alphanumeric() {
            own.extend(c.to_lowercase());
        } else if !own.is_empty() && !own.ends_with(between) {
            own.push(between);
        }
        before = c;
    }
    own.truncate(own.trim_end_matches(between).len());
    own
}

/// Reads hexadecimal bytes as text; NUL becomes a space.
pub fn unhex(text: &str) -> Option<String> {
    let bytes = hex_bytes(text.strip_prefix("0x").unwrap_or(text))?;
    Some(String::from_utf8_lossy(&bytes).replace('\0', " ").trim_end().to_owned())
}

fn hex_bytes(text: &str) -> Option<Vec<u8>> {
    if text.is_empty() || !text.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| (byte as char).to_digit(16).map(|digit| digit as u8);
    text.as_bytes().chunks(2).map(|pair| Some(digit(pair[0])? * 16 + digit(pair[1])?)).collect()
}

/// Returns the values of a name in the query of a URL, decoded.
pub fn query_values(url: &str, name: &str) -> Vec<String> {
    let query = url.split_once('?').map_or(url, |(_, query)| query);
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .filter(|(own, _)| *own == name)
        .map(|(_, value)| percent_decoded(value.replace('+', " ").into()).into_owned())
        .collect()
}

/// Returns the host of a URL, of `host:port`, or of a bare host.
pub fn host(text: &str) -> &str {
    let behind = text.split_once("://").map_or(text, |(_, behind)| behind);
    let authority = &behind[..behind.find(['/', '?', '#']).unwrap_or(behind.len())];
    let own = authority.rsplit_once('@').map_or(authority, |(_, own)| own);
    host_port(own).0
}

/// Returns the value of a key in a text of `key=value` or `key = value` lines.
pub fn line_of<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    text.lines().find_map(|line| {
        let (own, value) = line.trim().split_once('=')?;
        (own.trim() == key).then(|| value.trim())
    })
}

/// Reads a Linux socket address in hexadecimal, as audit writes it (sockaddr(3type)).
pub fn socket_address(text: &str) -> Option<String> {
    let bytes = hex_bytes(text)?;
    let family = u16::from_le_bytes([*bytes.first()?, *bytes.get(1)?]);
    let port = || Some(u16::from_be_bytes([*bytes.get(2)?, *bytes.get(3)?]));
    match family {
        1 => {
            let path = bytes[2..].split(|byte| *byte == 0).find(|part| !part.is_empty())?;
            Some(String::from_utf8_lossy(path).into_owned())
        }
        2 => {
            let ip: [u8; 4] = bytes.get(4..8)?.try_into().ok()?;
            Some(format!("{}:{}", Ipv4Addr::from(ip), port()?))
        }
        10 => {
            let ip: [u8; 16] = bytes.get(8..24)?.try_into().ok()?;
            Some(format!("[{}]:{}", Ipv6Addr::from(ip), port()?))
        }
        _ => None,
    }
}

/// Reads a duration as `1:02:03.5`, `0h:05m:23s`, `1d 02h:03m`, in nanoseconds.
pub fn duration(text: &str) -> Option<i64> {
    const SECOND: f64 = 1e9;
    let text = text.trim();
    if text.contains(['d', 'h', 'm', 's']) {
        let mut nanos = 0.0;
        for piece in text.split([' ', ':', ',']).filter(|piece| !piece.is_empty()) {
            let unit = match piece.chars().last()? {
                'd' => 86_400.0,
                'h' => 3_600.0,
                'm' => 60.0,
                's' => 1.0,
                _ => return None,
            };
            nanos += piece[..piece.len() - 1].parse::<f64>().ok()? * unit * SECOND;
        }
        return Some(nanos as i64);
    }
    let parts: Vec<f64> = text.split(':').map(str::parse).collect::<Result<_, _>>().ok()?;
    let seconds = parts.iter().fold(0.0, |sum, part| sum * 60.0 + part);
    ((2..=3).contains(&parts.len())).then_some((seconds * SECOND).round() as i64)
}

/// Splits a command line as Windows does (CommandLineToArgvW): quotes are taken off, and
/// a backslash is a backslash except before a quote.
pub fn command_line_arguments(text: &str) -> Vec<String> {
    let (mut list, mut own, mut quoted, mut begun) = (Vec::new(), String::new(), false, false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                let mut count = 1;
                while chars.next_if_eq(&'\\').is_some() {
                    count += 1;
                }
                let before_quote = chars.peek() == Some(&'"');
                own.extend(std::iter::repeat_n('\\', if before_quote { count / 2 } else { count }));
                if before_quote && count % 2 == 1 {
                    own.push('"');
                    chars.next();
                }
                begun = true;
            }
            '"' => {
                quoted = !quoted;
                begun = true;
            }
            c if c.is_whitespace() && !quoted => {
                if begun {
                    list.push(std::mem::take(&mut own));
                }
                begun = false;
            }
            c => {
                own.push(c);
                begun = true;
            }
        }
    }
    if begun {
        list.push(own);
    }
    list
}

/// A part of the name of a host.
#[derive(Debug, Clone, Copy)]
pub enum DomainPart {
    /// The domain that somebody registered.
    Registered,
    /// What stands before it.
    Sub,
    /// What stands behind its first label.
    Top,
}

/// Second-level labels under which countries register domains.
const SECOND_LEVELS: [&str; 10] = ["ac", "co", "com", "edu", "gov", "go", "ne", "net", "or", "org"];

impl DomainPart {
    /// Returns the part of a host's name; nothing for addresses and single labels.
    pub fn of(self, host: &str) -> Option<&str> {
        let host = host.trim_end_matches('.');
        if host.parse::<std::net::IpAddr>().is_ok() || host.contains([':', '/', ' ']) {
            return None;
        }
        let labels: Vec<&str> = host.split('.').collect();
        let country = labels.last()?.len() == 2;
        let second = labels.len() >= 3 && country && SECOND_LEVELS.contains(&labels[labels.len() - 2]);
        let suffix = if second { 2 } else { 1 };
        let own = labels.len().checked_sub(suffix + 1)?;
        let at = |label: usize| labels[..label].iter().map(|label| label.len() + 1).sum::<usize>();
        match self {
            DomainPart::Registered => Some(&host[at(own)..]),
            DomainPart::Sub => (own > 0).then(|| &host[..at(own) - 1]),
            DomainPart::Top => Some(&host[at(own + 1)..]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_taken_apart() {
        assert_eq!(percent_decoded("a%20b%zz%e9".into()), "a%20b%zz%e9");
        assert_eq!(percent_decoded("a%20b%zz".into()), "a b%zz");
        assert_eq!(host("https://u@h.example:8443/x"), "h.example");
        assert_eq!(query_values("/x?a=1&b=%2F&a=2", "a"), ["1", "2"]);
        assert_eq!(line_of("A=1\n  Host Name = x y\n", "Host Name"), Some("x y"));
        assert_eq!(xml_unescaped("a &amp; b &lt;&#10;&nosuch; &"), "a & b <\n&nosuch; &");
        assert_eq!(socket_address("02000050C0000207").as_deref(), Some("192.0.2.7:80"));
        assert_eq!(duration("0:00:30"), Some(30_000_000_000));
        assert_eq!(duration("1d 02h:03m"), Some(93_780_000_000_000));
        assert_eq!(
            command_line_arguments(r#""C:\a b\c.exe" -x "y \"z" \\h\s"#),
            ["C:\\a b\\c.exe", "-x", "y \"z", "\\\\h\\s"]
        );
        assert_eq!(DomainPart::Registered.of("www.example.co.uk"), Some("example.co.uk"));
        assert_eq!(DomainPart::Sub.of("a.b.example.com"), Some("a.b"));
        assert_eq!(DomainPart::Top.of("example.com"), Some("com"));
        assert_eq!(DomainPart::Registered.of("192.0.2.1"), None);
    }
}
