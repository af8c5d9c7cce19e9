//! Web access logs in the Common Log Format and what grew out of it.
//!
//! The line forms of Apache, nginx, lighttpd, Tomcat and Traefik are the same:
//! who, when in brackets, the request in quotes, status, bytes; *combined* adds
//! referrer and agent in quotes, and every server adds what it likes behind.
//! Two formats share this reader. `nginx.access` takes only lines that nginx
//! can have written (combined, ident `-`, a number of bytes, quotes escaped as
//! `\x22`); `apache.access` takes every line of the family. So a source that
//! both understand in full is nginx's, and one `304 -` makes it Apache's.

mod extras;
mod head;
mod request;
mod wrapper;

pub(super) use head::put_address;
pub(super) use request::{is_method, is_request_line, put_request_line};

use std::borrow::Cow;

use memchr::{memchr, memchr2, memmem};

use crate::parse::{Format, Seen, stamp};
use crate::record::{Event, ParsedTime, fields};

use extras::Names;
use head::Head;

/// Apache's common, combined and vhost_combined lines and their relatives.
pub(super) struct Apache;

/// nginx's combined lines, with whatever stands behind them.
pub(super) struct Nginx;

impl Format for Apache {
    fn name(&self) -> &'static str {
        "apache.access"
    }

    fn about(&self) -> &'static str {
        "web access lines: common, combined, with vhost, any of Apache, lighttpd, Tomcat, Traefik"
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"192.0.2.10 - alice [01/Mar/2026:10:00:00 +0100] "GET /reports/q1.pdf HTTP/1.1" 200 48211"#,
            r#"192.0.2.10 - - [01/Mar/2026:10:00:01 +0100] "GET /logo.png HTTP/1.1" 304 - "https://www.example.com/" "Mozilla/5.0""#,
            r#"shop.example.com:443 2001:db8::7 - - [01/Mar/2026:10:00:02 +0100] "POST /login?next=/ HTTP/2.0" 302 0 "-" "curl/8.5.0""#,
            r#"198.51.100.3 - - [01/Mar/2026:10:00:03 +0100] "-" 408 -"#,
            r#"192.0.2.11 - - [01/Mar/2026:10:00:04 +0000] "GET /ui HTTP/1.1" 200 9 - "curl/8.5.0" 17 "ui@docker" "http://10.0.0.4:80" 3ms"#,
        ]
    }

    fn specificity(&self) -> u8 {
        60
    }

    fn read<'a>(&self, text: &'a str, event: &mut Event<'a>) -> Seen {
        let Some(line) = Line::cut(text) else { return Seen::No };
        line.put(event, &extras::APACHE)
    }
}

impl Format for Nginx {
    fn name(&self) -> &'static str {
        "nginx.access"
    }

    fn about(&self) -> &'static str {
        "web access lines in the combined form as nginx writes it, with forwarded-for, times, upstream, ingress fields"
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"192.0.2.10 - - [01/Mar/2026:10:00:00 +0100] "GET /wp-login.php?x=1 HTTP/1.1" 404 153 "-" "Mozilla/5.0""#,
            r#"10.0.0.2, 203.0.113.9 - bob [01/Mar/2026:10:00:01 +0000] "POST /api/v1/items HTTP/2.0" 201 12 "-" "curl/8.5.0" "203.0.113.9" 0.012 0.010"#,
            r#"198.51.100.3 - - [01/Mar/2026:10:00:02 +0000] "\x16\x03\x01\x02\x00" 400 157 "-" "-""#,
            r#"192.0.2.7 - - [01/Mar/2026:10:00:03 +0000] "GET /items HTTP/1.1" 502 0 "-" "curl/8.5.0" 80 0.013 [shop-web-80] [] 10.0.0.1:80 13 0.012 502 0123456789abcdef0123456789abcdef"#,
        ]
    }

    fn specificity(&self) -> u8 {
        61
    }

    fn read<'a>(&self, text: &'a str, event: &mut Event<'a>) -> Seen {
        match Line::cut(text) {
            Some(line) if line.may_be_nginx(text) => line.put(event, &extras::NGINX),
            _ => Seen::No,
        }
    }
}

/// The stretches of an access line.
struct Line<'a> {
    head: Head<'a>,
    when: ParsedTime,
    when_text: &'a str,
    request: &'a str,
    status: &'a str,
    bytes: &'a str,
    /// Referrer and agent, where the line is combined.
    combined: Option<(&'a str, &'a str)>,
    /// The referrer is a bare `-`, as Traefik writes it.
    bare_referrer: bool,
    extras: &'a str,
    /// The machine that passed the line on, where a wrapper names one.
    host: &'a str,
}

impl<'a> Line<'a> {
    /// Finds the time in brackets that a quote follows, and cuts the line there.
    ///
    /// A user name may hold brackets and times too, but no server writes a bare
    /// quote in it; so the first such place is the true one. A wrapper in front is
    /// taken off first where the line is none with it.
    fn cut(text: &'a str) -> Option<Line<'a>> {
        Line::cut_bare(text).or_else(|| {
            let wrapped = wrapper::open(text)?;
            let line = Line::cut_bare(wrapped.line)?;
            Some(Line { host: wrapped.host, ..line })
        })
    }

    fn cut_bare(text: &'a str) -> Option<Line<'a>> {
        let bytes = text.as_bytes();
        let mut from = 1;
        for _ in 0..8 {
            from += memchr(b'[', bytes.get(from..)?)? + 1;
            if bytes[from - 2] == b' '
                && let Some(line) = Line::cut_at(&text[..from - 2], &text[from..])
            {
                return Some(line);
            }
        }
        None
    }

    fn cut_at(head: &'a str, behind: &'a str) -> Option<Line<'a>> {
        let close = memchr(b']', behind.as_bytes().get(..48).unwrap_or(behind.as_bytes()))?;
        let when_text = &behind[..close];
        let inside = behind[close..].strip_prefix("] \"")?;
        let when = match stamp::clf(when_text) {
            Some((when, "")) => when,
            _ => stamp::whole(when_text)?,
        };
        let end = request_end(inside)?;
        let mut line = Line {
            head: Head::read(head)?,
            when,
            when_text,
            request: &inside[..end],
            status: "-",
            bytes: "-",
            combined: None,
            bare_referrer: false,
            extras: "",
            host: "",
        };
        let mut rest = &inside[end + 1..];
        (line.status, rest) = number(rest);
        (line.bytes, rest) = number(rest);
        if let Some((referrer, behind)) = quoted(rest)
            && let Some((agent, behind)) = quoted(behind)
        {
            line.combined = Some((referrer, agent));
            line.bare_referrer = rest.starts_with(" - ");
            rest = behind;
        }
        line.extras = rest.trim_ascii();
        if line.head.user.starts_with('[') && extras::is_old_ingress(line.extras) {
            line.head.skip_proxied();
        }
        Some(line)
    }

    /// Tells whether nginx may have written this line (`ngx_http_log_module`:
    /// `combined` is the default, and `escape=default` writes `"` as `\x22`).
    fn may_be_nginx(&self, text: &str) -> bool {
        self.combined.is_some()
            && !self.bare_referrer
            && self.head.vhost.is_none()
            && self.head.ident == "-"
            && self.bytes != "-"
            && self.request != "-"
            && !text.ends_with('\\')
            && (memchr(b'\\', text.as_bytes()).is_none() || memmem::find(text.as_bytes(), b"\\\"").is_none())
    }

    fn put(&self, event: &mut Event<'a>, names: &'static Names) -> Seen {
        event.when = Some(self.when);
        event.when_text = Some(Cow::Borrowed(self.when_text));
        event.put_nonempty(fields::HOST_NAME, self.host);
        self.head.put(event, names.addresses);
        request::put(event, self.request, self.status);
        event.put(fields::EVENT_DATASET, names.dataset);
        event.put(fields::EVENT_KIND, "event");
        event.put(fields::EVENT_CATEGORY, "web");
        event.put(fields::EVENT_TYPE, "access");
        event.put(fields::EVENT_ACTION, "http_access");
        if let Ok(status) = self.status.parse::<i64>() {
            event.put(fields::HTTP_STATUS, status);
            event.put(fields::EVENT_OUTCOME, if status < 400 { "success" } else { "failure" });
        }
        if let Ok(bytes) = self.bytes.parse::<i64>() {
            event.put(fields::HTTP_RESPONSE_BODY_BYTES, bytes);
        }
        if let Some((referrer, agent)) = self.combined {
            event.put_nonempty(fields::HTTP_REFERRER, referrer);
            event.put_nonempty(fields::USER_AGENT, agent);
        }
        if !self.extras.is_empty() {
            extras::put(event, self.extras, self.combined.is_some(), names);
        }
        Seen::Yes
    }
}

/// Tells where the request's closing quote stands: the first that is not
/// escaped and has a status behind it. Servers that escape nothing may have
/// written a backslash before it: then the first such quote at all. Where there
/// is no status, the line must end with the quote.
fn request_end(inside: &str) -> Option<usize> {
    let bytes = inside.as_bytes();
    let mut at = 0;
    while let Some(step) = bytes.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += step;
        if bytes[at] == b'"' && status_follows(&bytes[at + 1..]) {
            return Some(at);
        }
        at += if bytes[at] == b'"' { 1 } else { 2 };
    }
    memchr::memchr_iter(b'"', bytes)
        .find(|at| status_follows(&bytes[at + 1..]))
        .or_else(|| inside.ends_with('"').then(|| bytes.len() - 1))
}

fn status_follows(behind: &[u8]) -> bool {
    match behind {
        [b' ', b'-'] | [b' ', b'-', b' ', ..] => true,
        [b' ', rest @ ..] => {
            let digits = rest.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
            digits == 3 && matches!(rest.get(3), None | Some(b' '))
        }
        _ => false,
    }
}

/// Takes ` 123` or ` -`; without either, nothing.
fn number(text: &str) -> (&str, &str) {
    let Some(rest) = text.strip_prefix(' ') else { return ("-", text) };
    let end = memchr(b' ', rest.as_bytes()).unwrap_or(rest.len());
    let word = &rest[..end];
    let fits = word == "-" || (!word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit()));
    if fits { (word, &rest[end..]) } else { ("-", text) }
}

/// Takes ` "…"` or ` -`; a quote that is never closed reaches to the end.
fn quoted(text: &str) -> Option<(&str, &str)> {
    if let Some(rest) = text.strip_prefix(" - ").and_then(|_| text.get(2..)) {
        return Some(("-", rest));
    }
    let inside = text.strip_prefix(" \"")?;
    let end = quote_end(inside);
    Some((&inside[..end], inside.get(end + 1..).unwrap_or("")))
}

/// Tells where a quoted text ends: at the first quote that is not escaped, or
/// at the end of the text.
fn quote_end(inside: &str) -> usize {
    let bytes = inside.as_bytes();
    let mut at = 0;
    while let Some(step) = bytes.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += step;
        if bytes[at] == b'"' {
            return at;
        }
        at += 2;
    }
    inside.len()
}

#[cfg(test)]
mod tests;
