//! The request line in quotes: method, target, version.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memrchr};

use crate::record::{Event, fields};

use super::url;
use crate::parse::cursor::slice;

/// Sets method, target and version of a request line (RFC 9112 §3) and returns whether
/// it is one. A target may hold spaces; the version may be missing (HTTP/0.9) where a
/// known method asks for a path.
pub fn put_request_line<'a>(event: &mut Event<'a>, line: impl Into<Cow<'a, str>>) -> bool {
    let line = line.into();
    let Some(parts) = RequestLineParts::parse(&line) else { return false };
    event.put(fields::HTTP_METHOD, slice(&line, parts.method));
    url::put_target(event, slice(&line, parts.target));
    if let Some(version) = parts.version {
        event.put(fields::HTTP_VERSION, slice(&line, version));
    }
    true
}

/// Returns whether a text is a request line.
pub fn is_request_line(line: &str) -> bool {
    RequestLineParts::parse(line).is_some()
}

/// The ranges of the parts of a request line.
struct RequestLineParts {
    method: Range<usize>,
    target: Range<usize>,
    version: Option<Range<usize>>,
}

impl RequestLineParts {
    fn parse(line: &str) -> Option<RequestLineParts> {
        let bytes = line.as_bytes();
        let first = memchr(b' ', bytes)?;
        let in_method = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_');
        if !(1..=32).contains(&first) || !bytes[..first].iter().all(in_method) {
            return None;
        }
        let last = memrchr(b' ', bytes)?;
        let version = line[last + 1..].strip_prefix("HTTP/").is_some_and(is_version);
        if version && last > first {
            let version = Some(last + 6..line.len());
            return Some(RequestLineParts { method: 0..first, target: first + 1..last, version });
        }
        let is_target = bytes.get(first + 1) == Some(&b'/') || line[first + 1..].contains("://");
        let old = !version && is_target && is_method(&line[..first]);
        old.then_some(RequestLineParts { method: 0..first, target: first + 1..line.len(), version: None })
    }
}

fn is_version(text: &str) -> bool {
    (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// Returns whether a word is a method of RFC 9110 §9, RFC 5789 or RFC 4918.
pub fn is_method(method: &str) -> bool {
    matches!(
        method,
        "GET"
            | "HEAD"
            | "POST"
            | "PUT"
            | "DELETE"
            | "CONNECT"
            | "OPTIONS"
            | "TRACE"
            | "PATCH"
            | "PROPFIND"
            | "PROPPATCH"
            | "MKCOL"
            | "COPY"
            | "MOVE"
            | "LOCK"
            | "UNLOCK"
            | "SEARCH"
            | "REPORT"
    )
}
