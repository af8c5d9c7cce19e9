//! The formats `apache.access` and `nginx.access`.

use super::access_line::AccessLine;
use super::field_names::{APACHE, NGINX};
use crate::parse::format::{Format, RecordText};
use crate::record::Event;

/// Apache's common, combined and vhost_combined lines, and similar ones.
pub struct ApacheAccess;

/// nginx's combined lines, with any trailing fields.
pub struct NginxAccess;

/// Returns whether a text is several lines that all were taken for continuations, since
/// each begins with a space.
fn is_indented_block(text: &str) -> bool {
    text.starts_with(' ') && text.contains('\n')
}

impl Format for ApacheAccess {
    fn name(&self) -> &'static str {
        "apache.access"
    }

    fn about(&self) -> &'static str {
        "web access lines: common, combined, with vhost, any of Apache, lighttpd, Tomcat, Traefik"
    }

    fn datasets(&self) -> &'static [&'static str] {
        &[APACHE.dataset]
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"192.0.2.10 - alice [01/Mar/2026:10:00:00 +0100] "GET /reports/q1.pdf HTTP/1.1" 200 48211"#,
            r#"192.0.2.10 - - [01/Mar/2026:10:00:01 +0100] "GET /logo.png HTTP/1.1" 304 - "https://www.example.com/" "Mozilla/5.0""#,
            r#"shop.example.com:443 2001:db8::7 - - [01/Mar/2026:10:00:02 +0100] "POST /login?next=/ HTTP/2.0" 302 0 "-" "curl/8.5.0""#,
            r#"198.51.100.3 - - [01/Mar/2026:10:00:03 +0100] "-" 408 -"#,
        ]
    }

    fn specificity(&self) -> u8 {
        60
    }

    fn is_inner(&self) -> bool {
        true
    }

    fn read_record<'a>(&self, record: &RecordText<'a>, event: &mut Event<'a>) -> bool {
        let text = record.text();
        let Some(line) = AccessLine::cut(text).filter(|_| !is_indented_block(text)) else { return false };
        line.put(event, &APACHE)
    }
}

impl Format for NginxAccess {
    fn name(&self) -> &'static str {
        "nginx.access"
    }

    fn about(&self) -> &'static str {
        "web access lines in the combined form as nginx writes it, with forwarded-for, times, upstream, ingress fields"
    }

    fn datasets(&self) -> &'static [&'static str] {
        &[NGINX.dataset]
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

    fn is_inner(&self) -> bool {
        true
    }

    fn read_record<'a>(&self, record: &RecordText<'a>, event: &mut Event<'a>) -> bool {
        let text = record.text();
        match AccessLine::cut(text) {
            Some(line) if line.may_be_nginx(text) && !is_indented_block(text) => line.put(event, &NGINX),
            _ => false,
        }
    }
}
