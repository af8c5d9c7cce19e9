//! Web access logs in the common and combined log formats and their kin:
//! Apache httpd, nginx, lighttpd, Traefik, Tomcat.
//!
//! `address identity user [time] "request" status bytes "referrer" "agent" …`;
//! a virtual host may stand in front, and a list of forwarded addresses in the
//! place of the address. What servers append is read where its form tells what
//! it is, and kept otherwise. Source: Apache httpd `mod_log_config`, nginx
//! `ngx_http_log_module`, ingress-nginx `log-format-upstream`, Traefik CLF.

mod extras;
mod request;

use std::net::IpAddr;

use crate::record::{Event, fields};

use super::super::text::{Cursor, number};
use super::super::{Format, Seen, stamp};
use extras::put_extras;
use request::put_request;

/// Combined lines (the form nginx writes unless told otherwise).
pub struct NginxAccess;

/// Common lines, and lines with a virtual host in front (forms that Apache names).
pub struct ApacheAccess;

impl Format for NginxAccess {
    fn name(&self) -> &'static str {
        "nginx.access"
    }

    fn about(&self) -> &'static str {
        "web access, combined: address - user [time] \"request\" status bytes \"referrer\" \"agent\", with what nginx, ingress-nginx or Traefik append"
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"192.0.2.10 - alice [01/Mar/2026:10:00:00 +0100] "GET /shop/cart?item=7 HTTP/1.1" 200 5120 "https://shop.example/" "Mozilla/5.0""#,
            r#"192.0.2.10 - - [01/Mar/2026:10:00:01 +0000] "POST /api HTTP/2.0" 502 150 "-" "curl/8.5.0" 321 0.042 [shop-web-80] [] 10.0.0.9:8080 150 0.041 502 0f1e2d3c4b5a69788796a5b4c3d2e1f0"#,
            r#"198.51.100.4 - - [01/Mar/2026:10:00:02 +0000] "\x16\x03\x01\x02" 400 157 "-" "-""#,
        ]
    }

    fn specificity(&self) -> u8 {
        61
    }

    fn read<'a>(&self, text: &'a str, event: &mut Event<'a>) -> Seen {
        match Line::read(text) {
            Some(line) if line.agent.is_some() && line.site.is_none() => put(&line, "nginx.access", event),
            _ => Seen::No,
        }
    }
}

impl Format for ApacheAccess {
    fn name(&self) -> &'static str {
        "apache.access"
    }

    fn about(&self) -> &'static str {
        "web access, common or with a virtual host in front: [host] address - user [time] \"request\" status bytes …"
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"192.0.2.10 - - [01/Mar/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 45"#,
            r#"shop.example:443 192.0.2.10 - - [01/Mar/2026:10:00:00 +0000] "GET /hello HTTP/1.1" 404 499 "-" "Mozilla/5.0""#,
        ]
    }

    fn specificity(&self) -> u8 {
        60
    }

    fn read<'a>(&self, text: &'a str, event: &mut Event<'a>) -> Seen {
        match Line::read(text) {
            Some(line) => put(&line, "apache.access", event),
            None => Seen::No,
        }
    }
}

/// The parts of a line, as they stand in it.
struct Line<'a> {
    site: Option<&'a str>,
    from: &'a str,
    user: &'a str,
    time: &'a str,
    request: &'a str,
    status: i64,
    bytes: Option<i64>,
    referrer: Option<&'a str>,
    agent: Option<&'a str>,
    extras: &'a str,
}

impl<'a> Line<'a> {
    fn read(text: &'a str) -> Option<Line<'a>> {
        let open = memchr::memchr(b'[', text.as_bytes())?;
        // A bracket directly behind a letter or a quote opens no time.
        let front = text[..open].strip_suffix(' ').or_else(|| (open == 0).then_some(""))?;
        let (front, user) = front.rsplit_once(' ')?;
        let (front, identity) = front.rsplit_once(' ').unwrap_or((front, "-"));
        let (site, from) = split_front(front);
        if from.is_empty() || identity.is_empty() {
            return None;
        }
        let mut cursor = Cursor::new(&text[open + 1..]);
        let time = cursor.until(b']')?;
        cursor.spaces();
        let request = cursor.quoted()?;
        cursor.spaces();
        let status = cursor.word();
        let status = if status == "-" { 0 } else { number(status).filter(|status| *status < 1000)? };
        let bytes = cursor.word();
        let bytes = if bytes == "-" { None } else { Some(number(bytes)?) };
        let mut line =
            Line { site, from, user, time, request, status, bytes, referrer: None, agent: None, extras: "" };
        line.behind(cursor);
        Some(line)
    }

    /// Reads referrer and agent, and keeps what stands behind them.
    fn behind(&mut self, mut cursor: Cursor<'a>) {
        cursor.spaces();
        let whole = cursor.rest();
        let referrer = cursor.quoted().or_else(|| (cursor.eat("-").is_some()).then_some("-"));
        cursor.spaces();
        let agent = cursor.quoted().or_else(|| referrer.and_then(|_| cursor.rest().strip_prefix('"')));
        match (referrer, agent) {
            (Some(referrer), Some(agent)) => {
                (self.referrer, self.agent) = (Some(referrer), Some(agent));
                let cut = !cursor.is_empty() && cursor.rest().strip_prefix('"') == Some(agent);
                self.extras = if cut { "" } else { cursor.rest().trim_start() };
            }
            _ => self.extras = whole,
        }
    }
}

/// Tells a virtual host in front from the address or the list of addresses.
fn split_front(front: &str) -> (Option<&str>, &str) {
    match front.split_once(' ') {
        Some((site, from))
            if !site.ends_with(',') && !site.starts_with('"') && !is_address(site) && from != "-" =>
        {
            (Some(site), from)
        }
        _ => (None, front),
    }
}

fn is_address(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
}

fn put<'a>(line: &Line<'a>, dataset: &'static str, event: &mut Event<'a>) -> Seen {
    let Some((when, "")) = stamp::clf(line.time).or_else(|| stamp::iso(line.time)) else { return Seen::No };
    event.when = Some(when);
    event.when_text = Some(line.time.into());
    event.put(fields::EVENT_DATASET, dataset);
    event.put(fields::EVENT_KIND, "event");
    event.put(fields::EVENT_CATEGORY, "web");
    event.put(fields::EVENT_TYPE, "access");
    event.put(fields::EVENT_ACTION, "http_access");
    let outcome = match line.status {
        0 => "unknown",
        1..400 => "success",
        _ => "failure",
    };
    event.put(fields::EVENT_OUTCOME, outcome);
    put_from(line.from, event);
    if let Some(site) = line.site {
        put_site(site, event);
    }
    event.put_some(fields::USER_NAME, line.user);
    put_request(line.request, event);
    if line.status > 0 {
        event.put(fields::HTTP_STATUS, line.status);
    }
    if let Some(bytes) = line.bytes {
        event.put(fields::HTTP_RESPONSE_BODY_BYTES, bytes);
    }
    event.put_some(fields::HTTP_REFERRER, line.referrer.unwrap_or_default());
    event.put_some(fields::USER_AGENT, line.agent.unwrap_or_default());
    put_extras(line.extras.trim(), event);
    Seen::Yes
}

/// Puts where a request came from. Of a list of forwarded addresses it is the
/// first public one, and where there is none, the first: proxies append.
fn put_from<'a>(from: &'a str, event: &mut Event<'a>) {
    let list = || {
        from.split([',', ' '])
            .map(|part| part.trim_matches('"'))
            .filter(|part| !part.is_empty() && *part != "-")
    };
    let public = |part: &&str| part.parse::<IpAddr>().is_ok_and(|ip| is_public(&ip));
    let chosen = if memchr::memchr2(b',', b' ', from.as_bytes()).is_none() {
        from
    } else {
        list().find(public).or_else(|| list().next()).unwrap_or(from)
    };
    event.put(fields::SOURCE_ADDRESS, chosen);
    match chosen.parse::<IpAddr>() {
        Ok(ip) => event.put(fields::SOURCE_IP, ip),
        Err(_) if chosen.contains(|c: char| c.is_ascii_alphabetic()) && !chosen.contains([':', '/']) => {
            event.put(fields::SOURCE_DOMAIN, chosen);
        }
        Err(_) => {}
    }
    if chosen.len() != from.len() {
        for forwarded in list().filter_map(|part| part.parse::<IpAddr>().ok()) {
            event.put(fields::NETWORK_FORWARDED_IP, forwarded);
        }
    }
}

fn is_public(ip: &IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => !(ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified()),
        IpAddr::V6(ip) => {
            !(ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local())
        }
    }
}

fn put_site<'a>(site: &'a str, event: &mut Event<'a>) {
    let (name, port) = match site.rsplit_once(':') {
        Some((name, port)) if number(port).is_some() => (name, number(port)),
        _ => (site, None),
    };
    match name.parse::<IpAddr>() {
        Ok(ip) => event.put(fields::DESTINATION_IP, ip),
        Err(_) => event.put(fields::DESTINATION_DOMAIN, name),
    }
    event.put(fields::URL_DOMAIN, name);
    if let Some(port) = port {
        event.put(fields::DESTINATION_PORT, port);
        event.put(fields::URL_PORT, port);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Event<'_> {
        let mut event = Event::default();
        let seen = NginxAccess.read(text, &mut event) == Seen::Yes || {
            event.reset();
            ApacheAccess.read(text, &mut event) == Seen::Yes
        };
        assert!(seen, "{text}");
        event
    }

    fn value(event: &Event<'_>, name: &str) -> String {
        event.values(name).map(|value| value.text().into_owned()).collect::<Vec<_>>().join(",")
    }

    #[test]
    fn a_greeting_on_the_wrong_port_is_an_event_all_the_same() {
        let event =
            read(r#"198.51.100.4 - - [01/Mar/2026:10:00:02 +0000] "\x16\x03\x01 GET" 400 157 "-" "-""#);
        assert_eq!(value(&event, "http.request.line"), r"\x16\x03\x01 GET");
        assert_eq!(value(&event, "event.outcome"), "failure");
        assert_eq!(value(&event, "http.request.method"), "");
    }

    #[test]
    fn the_first_public_address_of_a_list_is_the_source() {
        let event = read(
            r#"10.0.0.2, 10.0.0.1, 203.0.113.9 - - [01/Mar/2026:10:00:02 +0000] "GET / HTTP/1.1" 200 1 "-" "a""#,
        );
        assert_eq!(value(&event, "source.ip"), "203.0.113.9");
        assert_eq!(value(&event, "network.forwarded_ip"), "10.0.0.2,10.0.0.1,203.0.113.9");
    }

    #[test]
    fn a_virtual_host_and_a_full_target_are_told_apart() {
        let event = read(
            r#"shop.example:443 192.0.2.1 - bob [01/Mar/2026:10:00:02 +0000] "GET http://u:p@other.example:81/a/b.tar?x=1#y HTTP/1.1" 301 - "-" "a""#,
        );
        assert_eq!(value(&event, "url.domain"), "shop.example");
        assert_eq!(value(&event, "url.path"), "/a/b.tar");
        assert_eq!(value(&event, "url.query"), "x=1#y".split('#').next().expect("it has"));
        assert_eq!(value(&event, "url.extension"), "tar");
        assert_eq!(value(&event, "user.name"), "bob");
    }

    #[test]
    fn what_is_no_access_line_is_refused() {
        for text in ["", "[", "a b [c] \"d\" e f", "Mar  1 10:00:00 web-01 sshd[1]: x", "{\"a\":[1]}"] {
            assert_eq!(NginxAccess.read(text, &mut Event::default()), Seen::No, "{text}");
            assert_eq!(ApacheAccess.read(text, &mut Event::default()), Seen::No, "{text}");
        }
    }
}
