//! The fields before the time of an access line: the client, the user and the site.

use std::borrow::Cow;
use std::net::IpAddr;

use crate::record::{Event, Key, fields};

use crate::parse::http::{self, ip_and_port, put_source_address};

/// The fields before the time.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct LeadingFields<'a> {
    /// The site, with its port, where the line begins with one.
    pub vhost: Option<&'a str>,
    /// The client's address, or a list as in `X-Forwarded-For`, perhaps quoted.
    pub clients: &'a str,
    /// The address of the peer, where a list precedes it.
    pub remote: Option<&'a str>,
    /// What RFC 1413 said, nearly always `-`.
    pub ident: &'a str,
    /// The authenticated user, or `-`; may hold spaces.
    pub user: &'a str,
    /// The line does not show which of the addresses is the client's.
    pub unclear: bool,
}

impl<'a> LeadingFields<'a> {
    /// Reads the fields; `None` if they are not those of an access line.
    pub fn read(text: &'a str) -> Option<LeadingFields<'a>> {
        let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
        if let Some(user) = rest.strip_prefix("- ")
            && is_client(first)
        {
            return Some(LeadingFields { clients: first, ident: "-", user, ..LeadingFields::default() });
        }
        LeadingFields::from_groups(text)
    }

    /// The slow path: groups of words, where a list joined by commas or in quotes is
    /// one group. A lone `-` among the first four is the ident, and all after it the
    /// user; else the last two are ident and user.
    fn from_groups(text: &'a str) -> Option<LeadingFields<'a>> {
        let groups = groups(text);
        // A user whose name is blank is no word, only a place behind the ident.
        let is_ident = |at: &usize| {
            groups.get(*at).is_some_and(|group| group.text == "-" && text.len() > group.start + "- ".len())
        };
        let ident = (1..=3).find(is_ident).unwrap_or_else(|| groups.len().saturating_sub(2).max(1));
        let mut head = LeadingFields { ident: "-", user: "-", ..LeadingFields::default() };
        match groups.get(ident + 1) {
            Some(user) => (head.ident, head.user) = (groups[ident].text, &text[user.start..]),
            None if is_ident(&ident) => head.user = "",
            None => head.user = groups.get(ident).map_or("-", |group| group.text),
        }
        match groups.get(..ident.min(groups.len()))? {
            [only] if only.is_list || is_client(only.text) => head.clients = only.text,
            [list, remote] if list.is_list && is_client(remote.text) => {
                (head.clients, head.remote) = (list.text, Some(remote.text));
            }
            // Client, site, and a user who begins with a dash: not a site and its client.
            [client, site]
                if head.user != "-" && is_ip(client.text) && !is_ip(site.text) && is_site(site.text) =>
            {
                (head.clients, head.vhost) = (client.text, Some(site.text));
                head.user = &text[groups[ident].start..];
            }
            // The line does not show which of two bare addresses is the client's.
            [one, other] if is_ip(one.text) && is_ip(other.text) => {
                (head.clients, head.remote, head.unclear) = (one.text, Some(other.text), true);
            }
            [vhost, clients] if is_site(vhost.text) && (clients.is_list || is_client(clients.text)) => {
                (head.vhost, head.clients) = (Some(vhost.text), clients.text);
            }
            [vhost, clients, remote]
                if is_site(vhost.text)
                    && (clients.is_list || is_client(clients.text))
                    && is_client(remote.text) =>
            {
                (head.vhost, head.clients, head.remote) = (Some(vhost.text), clients.text, Some(remote.text));
            }
            _ => return None,
        }
        // lighttpd writes the site where others write the ident
        if head.vhost.is_none()
            && head.ident.contains('.')
            && is_site(head.ident)
            && head.ident.parse::<f64>().is_err()
        {
            (head.vhost, head.ident) = (Some(head.ident), "-");
        }
        Some(head)
    }

    /// Skips the address in brackets that precedes the user in the lines of old ingress
    /// controllers: `192.0.2.1 - [192.0.2.1] - alice`.
    pub fn skip_proxied(&mut self) {
        let behind = self.user.strip_prefix('[').and_then(|rest| rest.split_once("] - "));
        if let Some((proxied, user)) = behind
            && (proxied == self.clients || proxied == "-" || is_ip(proxied))
        {
            self.user = user;
        }
    }

    /// Sets the client, the user and the site. `list` is the name under which the
    /// addresses are kept where there are several.
    pub fn put(&self, event: &mut Event<'a>, list: &'static str) {
        let mut address = self.clients;
        if self.remote.is_some() || address.contains([',', '"']) {
            let all = || {
                let listed = self.clients.trim_matches('"').split(',').map(str::trim);
                listed.chain(self.remote).filter(|one| !matches!(*one, "" | "-" | "unknown"))
            };
            address = all()
                .find(|one| ip_and_port(one).is_some_and(|(ip, _)| is_public(ip)))
                .or_else(|| all().next())
                .unwrap_or("");
            for one in all() {
                event.put(Key::Custom(Cow::Borrowed(list)), one);
            }
        }
        if !self.unclear {
            put_source_address(event, address);
        }
        event.put_nonempty(
            fields::USER_NAME,
            if self.unclear || self.user == "\"\"" { "" } else { self.user },
        );
        if self.ident != "-" {
            event.put(Key::Custom(Cow::Borrowed("apache.access.ident")), self.ident);
        }
        if let Some(vhost) = self.vhost {
            let (name, port) = http::host_port(vhost);
            match name.parse::<IpAddr>() {
                Ok(ip) => event.put(fields::DESTINATION_IP, ip),
                Err(_) => event.put_nonempty(fields::DESTINATION_DOMAIN, name),
            }
            event.put_nonempty(fields::URL_DOMAIN, name);
            if let Some(port) = port {
                event.put(fields::DESTINATION_PORT, port);
            }
        }
    }
}

fn is_ip(text: &str) -> bool {
    ip_and_port(text).is_some_and(|(_, port)| port.is_none())
}

/// Returns whether a text is what servers write as the client: an address, a name,
/// nothing.
fn is_client(text: &str) -> bool {
    matches!(text, "-" | "unix:") || is_host(text) || ip_and_port(text).is_some()
}

/// Returns whether a text is what servers write as the site: a name or an address,
/// perhaps with a port.
fn is_site(text: &str) -> bool {
    text == "-" || text == "_" || is_host(http::host_port(text).0) || ip_and_port(text).is_some()
}

fn is_host(text: &str) -> bool {
    let inside =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') || !byte.is_ascii();
    !text.is_empty() && text.len() <= 255 && text.bytes().all(inside)
}

/// Returns whether an address is public, as far as it matters for finding a client
/// behind proxies (RFC 1918, 4193, 6598).
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let shared = ip.octets()[0] == 100 && ip.octets()[1] & 0xc0 == 64;
            !(ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified() || shared)
        }
        IpAddr::V6(ip) => {
            let local = ip.segments()[0] & 0xfe00 == 0xfc00 || ip.segments()[0] & 0xffc0 == 0xfe80;
            !(local || ip.is_loopback() || ip.is_unspecified())
        }
    }
}

/// A word, or several that form a list.
struct Group<'a> {
    start: usize,
    text: &'a str,
    is_list: bool,
}

/// Splits the text into groups, at most eight: no line has more before the time, but a
/// user name may.
fn groups(text: &str) -> Vec<Group<'_>> {
    let mut groups = Vec::new();
    let mut at = 0;
    while at < text.len() && groups.len() < 8 {
        let rest = &text[at..];
        let quote = rest.strip_prefix('"').and_then(|inside| inside.find('"')).map(|quote| quote + 2);
        let (end, is_list) = match quote.filter(|end| matches!(rest.as_bytes().get(*end), None | Some(b' ')))
        {
            Some(end) => (end, true),
            None => list_end(rest),
        };
        if end > 0 {
            groups.push(Group { start: at, text: &rest[..end], is_list });
        }
        at += end + 1;
    }
    groups
}

/// Returns where a word ends; a word that ends in a comma goes on with the next.
fn list_end(text: &str) -> (usize, bool) {
    let mut end = text.find(' ').unwrap_or(text.len());
    while text[..end].ends_with(',') && end + 1 < text.len() {
        let next = end + 1;
        end = text[next..].find(' ').map_or(text.len(), |at| next + at);
    }
    (end, text[..end].contains(','))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> LeadingFields<'_> {
        LeadingFields::read(text).expect("it has an address")
    }

    #[test]
    fn the_words_before_the_time_are_told_apart() {
        let base =
            || LeadingFields { ident: "-", user: "-", clients: "192.0.2.1", ..LeadingFields::default() };
        let rows = [
            ("192.0.2.1 - -", base()),
            ("192.0.2.1 - alice", LeadingFields { user: "alice", ..base() }),
            ("192.0.2.1 - Alice A. Doe", LeadingFields { user: "Alice A. Doe", ..base() }),
            ("192.0.2.1", base()),
            ("192.0.2.1 bob", LeadingFields { user: "bob", ..base() }),
            ("192.0.2.1 x1 bob", LeadingFields { ident: "x1", user: "bob", ..base() }),
            ("192.0.2.1 x1 -", LeadingFields { ident: "x1", ..base() }),
            (
                "a.example:80 192.0.2.1 - bob",
                LeadingFields { vhost: Some("a.example:80"), user: "bob", ..base() },
            ),
            (
                "a.example:80 192.0.2.1 -   ",
                LeadingFields { vhost: Some("a.example:80"), user: "", ..base() },
            ),
            (
                "a.example 192.0.2.1 x1 bob",
                LeadingFields { vhost: Some("a.example"), ident: "x1", user: "bob", ..base() },
            ),
            ("192.0.2.1 a.example -", LeadingFields { vhost: Some("a.example"), ..base() }),
            ("10.0.0.1, 192.0.2.1 - -", LeadingFields { clients: "10.0.0.1, 192.0.2.1", ..base() }),
            (
                "v.example \"10.0.0.1, 192.0.2.1\" 10.9.9.9 - -",
                LeadingFields {
                    vhost: Some("v.example"),
                    clients: "\"10.0.0.1, 192.0.2.1\"",
                    remote: Some("10.9.9.9"),
                    ..base()
                },
            ),
        ];
        for (text, want) in rows {
            assert_eq!(read(text), want, "{text}");
        }
        assert_eq!(LeadingFields::read(""), None);
        assert_eq!(LeadingFields::read("  "), None);
    }

    #[test]
    fn the_client_of_a_list_is_its_first_public_address_else_its_first() {
        let source = |text: &'static str| {
            let mut event = Event::default();
            read(text).put(&mut event, "x.list");
            let list: Vec<String> = event.values("x.list").map(|value| value.text().into_owned()).collect();
            (event.text(fields::SOURCE_ADDRESS).unwrap_or("").to_owned(), list.len())
        };
        assert_eq!(source("10.0.0.2, 203.0.113.9, 198.51.100.1 - -"), ("203.0.113.9".to_owned(), 3));
        assert_eq!(source("10.0.0.2, 10.0.0.1 - -"), ("10.0.0.2".to_owned(), 2));
        assert_eq!(source("\"-\" 10.0.0.1 - -"), ("10.0.0.1".to_owned(), 1));
        assert_eq!(source("fd00::1, 2001:db8::7 - -"), ("2001:db8::7".to_owned(), 2));
    }

    proptest::proptest! {
        #[test]
        fn no_head_makes_it_panic(text in "[-a1.:, \"é]{0,40}") {
            if let Some(head) = LeadingFields::read(&text) {
                head.put(&mut Event::default(), "x.list");
            }
        }
    }
}
