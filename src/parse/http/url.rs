//! The parts of a request's target: domain, path, query, extension.

use std::borrow::Cow;
use std::net::IpAddr;
use std::ops::Range;

use memchr::memchr;

use crate::parse::cursor::slice;
use crate::record::{Event, FieldId, fields};

/// The ranges of the parts of a target (RFC 3986 §3, RFC 9112 §3.2).
#[derive(Debug, Default, PartialEq, Eq)]
struct Parts {
    scheme: Option<Range<usize>>,
    domain: Option<Range<usize>>,
    port: Option<i64>,
    path: Option<Range<usize>>,
    query: Option<Range<usize>>,
}

/// Sets `url.original` and its parts. The path is percent-decoded (once, and only if
/// the result is UTF-8); the query stays as written, since decoding it would make `&`
/// and `=` ambiguous.
pub fn put_target<'a>(event: &mut Event<'a>, target: impl Into<Cow<'a, str>>) {
    let target = target.into();
    let parts = split(&target);
    if let Some(path) = parts.path {
        let path = slice(&target, path);
        if let Some(ending) = extension(&path) {
            event.put(fields::URL_EXTENSION, slice(&path, ending));
        }
        event.put(fields::URL_PATH, percent_decoded(path));
    }
    for (id, range) in [
        (fields::URL_QUERY, parts.query),
        (fields::URL_SCHEME, parts.scheme),
        (fields::URL_DOMAIN, parts.domain),
    ] {
        if let Some(range) = range.filter(|range| !range.is_empty()) {
            event.put(id, slice(&target, range));
        }
    }
    if let Some(port) = parts.port {
        event.put(fields::URL_PORT, port);
    }
    event.put(fields::URL_ORIGINAL, target);
}

/// Sets a host that may be followed by a port, as in `Host:` or a virtual host.
pub fn put_host<'a>(event: &mut Event<'a>, host: &'a str, domain: FieldId, port: Option<FieldId>) {
    let (name, number) = host_port(host);
    event.put_nonempty(domain, name);
    if let (Some(port), Some(number)) = (port, number) {
        event.put(port, number);
    }
}

/// Splits `host:port`, `[v6]:port`, `host`, or a bare address.
pub fn host_port(text: &str) -> (&str, Option<i64>) {
    if text.parse::<IpAddr>().is_ok() {
        return (text, None);
    }
    let bare = |host: &'_ str| -> Range<usize> {
        let inside = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        inside.map_or(0..host.len(), |inside| 1..1 + inside.len())
    };
    match text.rsplit_once(':') {
        Some((host, port)) if is_port(port) => (&host[bare(host)], port.parse().ok()),
        _ => (&text[bare(text)], None),
    }
}

fn is_port(text: &str) -> bool {
    (1..=5).contains(&text.len()) && text.parse::<u16>().is_ok()
}

fn split(target: &str) -> Parts {
    let bytes = target.as_bytes();
    let mut parts = Parts::default();
    let mut at = 0;
    match bytes.first() {
        Some(b'/') => {}
        Some(b'*') if bytes.len() == 1 => {}
        Some(_) => {
            if let Some(colon) = target.find("://").filter(|colon| is_scheme(&bytes[..*colon])) {
                parts.scheme = Some(0..colon);
                let start = colon + 3;
                at = bytes[start..]
                    .iter()
                    .position(|byte| matches!(byte, b'/' | b'?' | b'#'))
                    .map_or(bytes.len(), |end| start + end);
                authority(target, start..at, &mut parts);
            } else if host_port(target).1.is_some() && memchr(b'/', bytes).is_none() {
                authority(target, 0..bytes.len(), &mut parts);
                return parts;
            }
        }
        None => return parts,
    }
    let end = memchr(b'?', &bytes[at..]).map_or(bytes.len(), |end| at + end);
    if at < end {
        parts.path = Some(at..end);
    }
    if end < bytes.len() {
        parts.query = Some(end + 1..bytes.len());
    }
    parts
}

/// Finds domain and port of an authority (`user@host:port`).
fn authority(target: &str, place: Range<usize>, parts: &mut Parts) {
    let host_at = target[place.clone()].rfind('@').map_or(place.start, |at| place.start + at + 1);
    let host = &target[host_at..place.end];
    let (name, port) = host_port(host);
    let name_at = host_at + usize::from(host.starts_with('[') && !name.starts_with('['));
    parts.domain = Some(name_at..name_at + name.len());
    parts.port = port;
}

fn is_scheme(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(u8::is_ascii_alphabetic)
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

/// Returns the range of the file extension in a path: after the last dot of its last
/// segment, if that looks like one.
fn extension(path: &str) -> Option<Range<usize>> {
    let last = path.rfind('/').map_or(0, |slash| slash + 1);
    let ending = last + path[last..].rfind('.')? + 1..path.len();
    let short = (1..=12).contains(&ending.len());
    (short && path[ending.clone()].bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(ending)
}

/// Resolves percent signs, once; text that would not be UTF-8 stays as written.
pub fn percent_decoded(text: Cow<'_, str>) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let Some(first) = memchr(b'%', bytes) else { return text };
    let mut plain = bytes[..first].to_vec();
    let mut at = first;
    while at < bytes.len() {
        let hex = |place: usize| bytes.get(place).and_then(|byte| (*byte as char).to_digit(16));
        match (bytes[at], hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                plain.push((high * 16 + low) as u8);
                at += 3;
            }
            (byte, ..) => {
                plain.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(plain).map_or(text, Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(target: &str) -> Vec<(String, String)> {
        let mut event = Event::default();
        put_target(&mut event, target);
        let pairs = event.fields().iter().map(|(k, v)| (k.name().to_owned(), v.text().into_owned()));
        pairs.filter(|(name, _)| name != "url.original").collect()
    }

    fn pairs(want: &[(&str, &str)]) -> Vec<(String, String)> {
        want.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn a_path_is_decoded_once_and_a_query_is_left_alone() {
        assert_eq!(
            read("/a%20b/%252e%2e/x.PHP?q=%20&r"),
            pairs(&[("url.extension", "PHP"), ("url.path", "/a b/%2e./x.PHP"), ("url.query", "q=%20&r")])
        );
        assert_eq!(read("/%ff%zz%4"), pairs(&[("url.path", "/%ff%zz%4")]));
    }

    #[test]
    fn an_absolute_target_names_its_site() {
        assert_eq!(
            read("http://u@example.com:8080/x?y=http://z/"),
            pairs(&[
                ("url.path", "/x"),
                ("url.query", "y=http://z/"),
                ("url.scheme", "http"),
                ("url.domain", "example.com"),
                ("url.port", "8080"),
            ])
        );
        assert_eq!(
            read("https://[2001:db8::1]:443"),
            pairs(&[("url.scheme", "https"), ("url.domain", "2001:db8::1"), ("url.port", "443")])
        );
        assert_eq!(read("example.com:443"), pairs(&[("url.domain", "example.com"), ("url.port", "443")]));
    }

    #[test]
    fn odd_targets_lose_nothing() {
        assert_eq!(read("*"), pairs(&[("url.path", "*")]));
        assert_eq!(read(""), pairs(&[]));
        assert_eq!(read("?a=b"), pairs(&[("url.query", "a=b")]));
        assert_eq!(read("//evil.example/x"), pairs(&[("url.path", "//evil.example/x")]));
        assert_eq!(read("index.html"), pairs(&[("url.extension", "html"), ("url.path", "index.html")]));
    }

    proptest::proptest! {
        #[test]
        fn no_target_makes_it_panic(target in ".{0,40}", odd in "[a/:?%@\\[\\]#é.0-9]{0,30}") {
            read(&target);
            read(&odd);
        }
    }
}
