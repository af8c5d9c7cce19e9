//! URLs without credentials, safe to record.

/// Returns `scheme://host[:port]/path` of a URL, without user name, password, query and
/// fragment, any of which may contain a credential. If the text is not clearly a URL,
/// only the scheme remains.
pub fn bare_url(url: &str) -> String {
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => (scheme, rest),
        _ => return "…".to_owned(),
    };
    let end = |stops: &[char]| rest.find(stops).unwrap_or(rest.len());
    let authority = &rest[..end(&['/', '?', '#', '\\'])];
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    // A `;` begins parameters, which are not part of the path either.
    let path = rest.get(authority.len()..end(&['?', '#', ';'])).unwrap_or_default();
    if !is_host(host) || path.contains('@') {
        return format!("{scheme}://…");
    }
    format!("{scheme}://{host}{path}")
}

/// Reports whether a text is a host with an optional port. A password that contains a
/// `/` would leave something else here.
fn is_host(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, port)) => (host, port),
        None => text.split_at(text.find(':').unwrap_or(text.len())),
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'%');
    let digits = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let port = port.is_empty() || port.strip_prefix(':').is_some_and(digits);
    !host.is_empty() && host.bytes().all(plain) && port
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_scheme_host_port_and_path_are_left() {
        for (url, bare) in [
            ("http://user:S3cretPw@host/tsr?apikey=K3Y", "http://host/tsr"),
            ("http://K3Y@host:8080/a/b#K3Y", "http://host:8080/a/b"),
            ("http://host?apikey=K3Y", "http://host"),
            ("http://host/tsr;key=K3Y?x", "http://host/tsr"),
            ("http://u:p@[::1]:80/tsr", "http://[::1]:80/tsr"),
            ("http://user:p@ss@host/", "http://host/"),
            ("http://user:S3/cret@host/tsr", "http://…"),
            ("http://user:12/cret@host/tsr", "http://…"),
            ("http://user:S3?cret@host/tsr", "http://…"),
            ("http://user:S3#cret@host/tsr", "http://…"),
            ("user:S3cretPw@host/tsr", "…"),
            ("HTTPS://tsa.example/", "HTTPS://tsa.example/"),
            ("", "…"),
        ] {
            assert_eq!(bare_url(url), bare, "{url}");
            assert_eq!(bare_url(bare), bare, "{bare}");
        }
    }
}
