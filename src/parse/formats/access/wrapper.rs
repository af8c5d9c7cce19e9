//! Wrappers of access lines that were forwarded by something else.

use crate::parse::time::timestamp_formats;

/// A forwarded line without its wrapper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnwrappedLine<'a> {
    /// The host that forwarded it, where the wrapper names one.
    pub host: &'a str,
    /// The line itself.
    pub line: &'a str,
}

/// Removes the wrapper of `kubectl logs --prefix`, `docker compose logs`, the
/// Kubernetes log files (CRI), `docker logs --timestamps`, and the head of syslog (RFC
/// 3164, RFC 5424, Heroku's router). Each is recognized by its own grammar, none by
/// what it is not.
pub fn unwrap_line(text: &str) -> Option<UnwrappedLine<'_>> {
    let bare = |line| Some(UnwrappedLine { host: "", line });
    if let Some((_, line)) = text.strip_prefix("[pod/").and_then(|rest| rest.split_once("] ")) {
        return bare(line);
    }
    if let Some((_, line)) = text.split_once(" | ").filter(|(name, _)| is_name(name.trim_end())) {
        return bare(line);
    }
    let (is_5424, rest) = match text.strip_prefix('<').and_then(|rest| rest.split_once('>')) {
        Some((number, rest)) if number.len() <= 3 && number.bytes().all(|byte| byte.is_ascii_digit()) => {
            rest.strip_prefix("1 ").map_or((false, rest), |rest| (true, rest))
        }
        _ => (false, text),
    };
    let (_, behind) = timestamp_formats::iso(rest).or_else(|| timestamp_formats::bsd(rest))?;
    let behind = behind.strip_prefix(' ')?;
    if is_5424 {
        return rfc5424(behind);
    }
    let cri = ["stdout F ", "stdout P ", "stderr F ", "stderr P "];
    if let Some(line) = cri.into_iter().find_map(|stream| behind.strip_prefix(stream)) {
        return bare(line);
    }
    match behind.split_once(": ") {
        Some((head, line)) => match head.split_once(' ') {
            None if is_tag(head) => bare(line),
            Some((host, tag)) if is_name(host) && is_tag(tag) => Some(UnwrappedLine { host, line }),
            _ => bare(behind),
        },
        None => bare(behind),
    }
}

/// Reads `host app procid msgid - line`; structured data is left to the syslog reader.
fn rfc5424(text: &str) -> Option<UnwrappedLine<'_>> {
    let mut words = text.splitn(6, ' ');
    let host = words.next()?;
    let line = words.nth(4).filter(|_| text.split(' ').nth(4) == Some("-"))?;
    Some(UnwrappedLine { host, line: line.trim_start_matches('\u{feff}') })
}

/// Returns whether a text can be the name of a host or a container.
fn is_name(text: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    !text.is_empty() && text.bytes().all(inside)
}

/// Returns whether a text is the tag of a program: `nginx`, `app[web.1]`,
/// `/usr/sbin/httpd[711]`.
fn is_tag(text: &str) -> bool {
    let inside =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'/' | b'[' | b']');
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') && text.bytes().all(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wrapper_is_taken_off() {
        const LINE: &str = "192.0.2.1 - - [01/Mar/2026:10:00:00 +0000] \"GET /a: b HTTP/1.1\" 200 5";
        let rows = [
            ("[pod/shop-1/web] ", ""),
            ("web-1  | ", ""),
            ("web_1     | ", ""),
            ("2026-03-01T10:00:00.5+00:00 stdout F ", ""),
            ("2026-03-01T10:00:00.123456789Z ", ""),
            ("2026-03-01T10:00:00+00:00 app[web.1]: ", ""),
            ("Mar  1 10:00:00 web-01 nginx: ", "web-01"),
            ("<190>Mar  1 10:00:00 web-01 httpd[7]: ", "web-01"),
            ("<190>1 2026-03-01T10:00:00Z web-01 nginx 7 - - ", "web-01"),
        ];
        for (front, host) in rows {
            let text = format!("{front}{LINE}");
            assert_eq!(unwrap_line(&text), Some(UnwrappedLine { host, line: LINE }), "{front}");
        }
        for front in ["", "hello ", "a b | ", "shop.example.com:443 ", "<x>", "[other] "] {
            assert_eq!(unwrap_line(&format!("{front}{LINE}")), None, "{front}");
        }
    }
}
