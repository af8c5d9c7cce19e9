//! A request line in its parts.

use crate::record::{Event, fields};

use super::super::super::text::number;

/// Puts the parts of a request line; one that is none is kept as it stands.
pub fn put_request<'a>(request: &'a str, event: &mut Event<'a>) {
    if request.is_empty() || request == "-" {
        return;
    }
    let (target, version) = match request.rsplit_once(" HTTP/") {
        Some((front, version)) => (front, Some(version)),
        None => (request, None),
    };
    // With a version behind it any word is a method; without one, capitals.
    let letter = |byte: u8| {
        byte.is_ascii_uppercase()
            || matches!(byte, b'_' | b'-')
            || version.is_some() && byte.is_ascii_lowercase()
    };
    let is_method = |word: &str| !word.is_empty() && word.len() <= 20 && word.bytes().all(letter);
    let (method, target) = match target.split_once(' ') {
        Some((method, target)) if is_method(method) => (Some(method), target),
        _ => (None, request),
    };
    let Some(method) = method else {
        event.put("http.request.line", request);
        return;
    };
    event.put(fields::HTTP_METHOD, method);
    if let Some(version) = version {
        event.put(fields::HTTP_VERSION, version);
    }
    put_target(target, event);
}

/// Puts a request's target: as written, and its path, query and site.
pub fn put_target<'a>(target: &'a str, event: &mut Event<'a>) {
    event.put(fields::URL_ORIGINAL, target);
    let mut path = target;
    if let Some((scheme, rest)) = target.split_once("://")
        && scheme.bytes().all(|byte| byte.is_ascii_alphabetic())
    {
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let authority = rest[..end].rsplit_once('@').map_or(&rest[..end], |(_, host)| host);
        event.put(fields::URL_SCHEME, scheme);
        if event.get(fields::URL_DOMAIN).is_none() {
            let (name, port) = authority.rsplit_once(':').unwrap_or((authority, ""));
            event.put_some(fields::URL_DOMAIN, name);
            if let Some(port) = number(port) {
                event.put(fields::URL_PORT, port);
            }
        }
        path = &rest[end..];
    }
    let path = path.split_once('#').map_or(path, |(path, _)| path);
    let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    event.put_some(fields::URL_PATH, path);
    event.put_some(fields::URL_QUERY, query.unwrap_or_default());
    let file = path.rsplit('/').next().unwrap_or_default();
    if let Some((name, ending)) = file.rsplit_once('.')
        && !name.is_empty()
        && (1..=8).contains(&ending.len())
        && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
    {
        event.put(fields::URL_EXTENSION, ending);
    }
}
