//! Error logs of web servers: Apache httpd 2.2 and 2.4, nginx.

use std::net::IpAddr;

use crate::record::{Event, fields};

use super::super::stamp;
use super::super::text::{Cursor, number};
use super::super::{Format, Seen};

/// Apache httpd's error log.
pub struct ApacheError;

/// nginx's error log.
pub struct NginxError;

impl Format for ApacheError {
    fn name(&self) -> &'static str {
        "apache.error"
    }

    fn about(&self) -> &'static str {
        "Apache error log: [weekday month day time year] [module:level] [pid N:tid N] [client address] message"
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            "[Sun Mar 01 10:00:00.123456 2026] [authz_core:error] [pid 711:tid 140] [client 192.0.2.7:50122] AH01630: client denied by server configuration: /srv/shop/admin",
            "[Sun Mar 01 10:00:00 2026] [notice] caught SIGTERM, shutting down",
        ]
    }

    fn specificity(&self) -> u8 {
        70
    }

    fn read<'a>(&self, text: &'a str, event: &mut Event<'a>) -> Seen {
        read_apache(text, event).map_or(Seen::No, |()| Seen::Yes)
    }
}

impl Format for NginxError {
    fn name(&self) -> &'static str {
        "nginx.error"
    }

    fn about(&self) -> &'static str {
        "nginx error log: date time [level] pid#tid: *connection message"
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            "2026/03/01 10:00:00 [error] 812#0: *91 open() \"/srv/shop/.env\" failed (2: No such file or directory), client: 192.0.2.7, server: shop.example, request: \"GET /.env HTTP/1.1\", host: \"shop.example\"",
        ]
    }

    fn specificity(&self) -> u8 {
        70
    }

    fn read<'a>(&self, text: &'a str, event: &mut Event<'a>) -> Seen {
        read_nginx(text, event).map_or(Seen::No, |()| Seen::Yes)
    }
}

fn read_apache<'a>(text: &'a str, event: &mut Event<'a>) -> Option<()> {
    let mut cursor = Cursor::new(text);
    cursor.eat("[")?;
    let time = cursor.until(b']')?;
    let (when, rest) = stamp::asctime(time)?;
    if !rest.is_empty() {
        return None;
    }
    (event.when, event.when_text) = (Some(when), Some(time.into()));
    cursor.spaces();
    cursor.eat("[")?;
    let level = cursor.until(b']')?;
    let (module, level) = level.split_once(':').unwrap_or(("", level));
    begin("apache.error", level, event);
    event.put_some("apache.error.module", module);
    cursor.spaces();
    while let Some(inside) = bracket(&mut cursor) {
        if let Some(process) = inside.strip_prefix("pid ") {
            let (pid, tid) = process.split_once(":tid ").unwrap_or((process, ""));
            put_number(fields::PROCESS_PID, pid, event);
            put_number(fields::PROCESS_THREAD_ID, tid, event);
        } else if let Some(client) = inside.strip_prefix("client ") {
            put_client(client, event);
        }
        cursor.spaces();
    }
    event.put(fields::MESSAGE, cursor.rest());
    Some(())
}

/// Takes one of the brackets that come before Apache's message.
fn bracket<'a>(cursor: &mut Cursor<'a>) -> Option<&'a str> {
    let known = ["[pid ", "[client ", "[remote "].iter().any(|begin| cursor.rest().starts_with(begin));
    if !known {
        return None;
    }
    cursor.eat("[")?;
    cursor.until(b']')
}

fn read_nginx<'a>(text: &'a str, event: &mut Event<'a>) -> Option<()> {
    let (when, rest) = stamp::iso(text).filter(|_| text.as_bytes().get(4) == Some(&b'/'))?;
    let time = &text[..text.len() - rest.len()];
    let mut cursor = Cursor::new(rest.strip_prefix(' ')?);
    cursor.eat("[")?;
    let level = cursor.until(b']')?;
    cursor.spaces();
    let (pid, tid) = cursor.until(b':')?.split_once('#')?;
    let (pid, tid) = (number(pid)?, number(tid)?);
    (event.when, event.when_text) = (Some(when), Some(time.into()));
    begin("nginx.error", level, event);
    event.put(fields::PROCESS_PID, pid);
    event.put(fields::PROCESS_THREAD_ID, tid);
    cursor.spaces();
    if cursor.rest().starts_with('*')
        && let Some(connection) = cursor.until(b' ').and_then(|word| number(&word[1..]))
    {
        event.put("nginx.error.connection_id", connection);
    }
    let message = cursor.rest();
    let part = |name: &str| {
        let behind = &message[message.find(name)? + name.len()..];
        Some(behind.split([',', ' ']).next().unwrap_or(behind).trim_matches('"'))
    };
    if let Some(client) = part(", client: ") {
        put_client(client, event);
    }
    event.put_some(fields::URL_DOMAIN, part(", host: ").or_else(|| part(", server: ")).unwrap_or_default());
    event.put(fields::MESSAGE, message);
    Some(())
}

fn begin<'a>(dataset: &'static str, level: &'a str, event: &mut Event<'a>) {
    event.put(fields::EVENT_DATASET, dataset);
    event.put(fields::EVENT_KIND, "event");
    event.put(fields::EVENT_CATEGORY, "web");
    let quiet = ["notice", "info", "debug", "warn"].iter().any(|word| level.starts_with(word));
    event.put(fields::EVENT_TYPE, if quiet { "info" } else { "error" });
    event.put_some(fields::LOG_LEVEL, level);
}

fn put_number<'a>(field: crate::record::FieldId, text: &'a str, event: &mut Event<'a>) {
    if let Some(number) = number(text) {
        event.put(field, number);
    }
}

/// Puts a client's address, with or without port.
fn put_client<'a>(client: &'a str, event: &mut Event<'a>) {
    let (address, port) = match client.rsplit_once(':') {
        Some((address, port)) if client.parse::<IpAddr>().is_err() => (address, number(port)),
        _ => (client, None),
    };
    event.put_some(fields::SOURCE_ADDRESS, address);
    if let Ok(ip) = address.trim_matches(['[', ']']).parse::<IpAddr>() {
        event.put(fields::SOURCE_IP, ip);
    }
    if let Some(port) = port {
        event.put(fields::SOURCE_PORT, port);
    }
}
