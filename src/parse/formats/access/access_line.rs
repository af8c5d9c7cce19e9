//! One access line, split into its fields.

use std::borrow::Cow;

use memchr::{memchr, memchr2, memmem};

use super::field_names::AccessFieldNames;
use super::leading_fields::LeadingFields;
use super::{quoting, trailing_fields, wrapper};
use crate::parse::http;
use crate::parse::time::timestamp_formats;
use crate::record::{Event, ParsedTime, fields};

/// The parts of an access line.
pub struct AccessLine<'a> {
    head: LeadingFields<'a>,
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
    /// The host that forwarded the line, where a wrapper names one.
    host: &'a str,
}

impl<'a> AccessLine<'a> {
    /// Finds the time in brackets that a quote follows, and splits the line there.
    ///
    /// A user name may hold brackets and times too, but no server writes a bare quote
    /// in it; so the first such place is the true one. If the line is not an access
    /// line as is, a wrapper around it is removed first.
    pub fn cut(text: &'a str) -> Option<AccessLine<'a>> {
        AccessLine::cut_bare(text).or_else(|| {
            let wrapped = wrapper::unwrap_line(text)?;
            let line = AccessLine::cut_bare(wrapped.line)?;
            Some(AccessLine { host: wrapped.host, ..line })
        })
    }

    fn cut_bare(text: &'a str) -> Option<AccessLine<'a>> {
        let bytes = text.as_bytes();
        let mut from = 1;
        for _ in 0..8 {
            from += memchr(b'[', bytes.get(from..)?)? + 1;
            if bytes[from - 2] == b' '
                && let Some(line) = AccessLine::cut_at(&text[..from - 2], &text[from..])
            {
                return Some(line);
            }
        }
        None
    }

    fn cut_at(head: &'a str, behind: &'a str) -> Option<AccessLine<'a>> {
        let close = memchr(b']', behind.as_bytes().get(..48).unwrap_or(behind.as_bytes()))?;
        let when_text = &behind[..close];
        let inside = behind[close..].strip_prefix("] \"")?;
        let when = match timestamp_formats::clf(when_text) {
            Some((when, "")) => when,
            _ => timestamp_formats::whole(when_text)?,
        };
        let end = request_end(inside)?;
        let mut line = AccessLine {
            head: LeadingFields::read(head)?,
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
        if let Some((referrer, behind)) = quoting::field(rest)
            && let Some((agent, behind)) = quoting::field(behind)
        {
            line.combined = Some((referrer, agent));
            line.bare_referrer = rest.starts_with(" - ");
            rest = behind;
        }
        line.extras = rest.trim_ascii();
        if line.head.user.starts_with('[') && trailing_fields::is_old_ingress(line.extras) {
            line.head.skip_proxied();
        }
        Some(line)
    }

    /// Returns whether nginx may have written this line (`ngx_http_log_module`:
    /// `combined` is the default, and `escape=default` writes `"` as `\x22`).
    pub fn may_be_nginx(&self, text: &str) -> bool {
        self.combined.is_some()
            && !self.bare_referrer
            && self.head.vhost.is_none()
            && self.head.ident == "-"
            && self.bytes != "-"
            && self.request != "-"
            && !text.ends_with('\\')
            && (memchr(b'\\', text.as_bytes()).is_none() || memmem::find(text.as_bytes(), b"\\\"").is_none())
    }

    pub fn put(&self, event: &mut Event<'a>, names: &'static AccessFieldNames) -> bool {
        event.parsed_time = Some(self.when);
        event.time_text = Some(Cow::Borrowed(self.when_text));
        event.put_nonempty(fields::HOST_NAME, self.host);
        self.head.put(event, names.addresses);
        put_request(event, self.request, self.status);
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
            trailing_fields::put(event, self.extras, self.combined.is_some(), names);
        }
        true
    }
}

/// Returns where the request's closing quote stands: the first that is not escaped and
/// has a status after it. Servers that escape nothing may have written a backslash
/// before it: then the first such quote at all. Where there is no status, the line must
/// end with the quote.
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

/// Sets the fields of a request line. What is not a request line (TLS bytes, a single
/// word) is kept in `url.original` as is, and named in the message.
fn put_request<'a>(event: &mut Event<'a>, request: &'a str, status: &str) {
    if http::put_request_line(event, request) {
        return;
    }
    if request.is_empty() || request == "-" {
        event.put(fields::MESSAGE, format!("no request, {status}"));
    } else {
        event.put(fields::URL_ORIGINAL, request);
        event.put(fields::MESSAGE, format!("malformed request {request}, {status}"));
    }
}

#[cfg(test)]
#[path = "access_line_tests.rs"]
mod tests;
