//! Error logs of Apache httpd (2.2 and 2.4) and nginx.

use std::borrow::Cow;
use std::net::IpAddr;

use crate::parse::format::{Format, RecordText};
use crate::parse::http;
use crate::parse::time::timestamp_formats;
use crate::record::{Event, FieldId, Key, fields};

/// Apache httpd's error log (the default `ErrorLogFormat`).
pub struct ApacheError;

/// nginx's error log (`ngx_log_error_core`).
pub struct NginxError;

impl Format for ApacheError {
    fn name(&self) -> &'static str {
        "apache.error"
    }

    fn about(&self) -> &'static str {
        "Apache error log, 2.2 and 2.4: [time] [module:level] [pid N:tid N] [client address:port] message"
    }

    fn datasets(&self) -> &'static [&'static str] {
        &["apache.error"]
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            "[Sun Mar 01 10:00:00.123456 2026] [authz_core:error] [pid 711:tid 140] [client 192.0.2.10:50122] AH01630: client denied by server configuration: /srv/shop/admin, referer: https://shop.example.com/",
            "[Sun Mar 01 10:00:01.000001 2026] [core:error] [pid 711] (13)Permission denied: [client 192.0.2.10:50123] AH00132: file permissions deny server access: /srv/shop/.htaccess",
            "[Sun Mar 01 10:00:02 2026] [notice] caught SIGTERM, shutting down",
        ]
    }

    fn specificity(&self) -> u8 {
        70
    }

    fn is_inner(&self) -> bool {
        true
    }

    fn read_record<'a>(&self, record: &RecordText<'a>, event: &mut Event<'a>) -> bool {
        let text = record.text();
        apache(text, event).is_some()
    }
}

impl Format for NginxError {
    fn name(&self) -> &'static str {
        "nginx.error"
    }

    fn about(&self) -> &'static str {
        "nginx error log: time [level] pid#tid: *connection message, client: …, request: …"
    }

    fn datasets(&self) -> &'static [&'static str] {
        &["nginx.error"]
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"2026/03/01 10:00:00 [error] 812#0: *91 open() "/srv/shop/.env" failed (2: No such file or directory), client: 192.0.2.10, server: shop.example.com, request: "GET /.env HTTP/1.1", host: "shop.example.com:8443", referrer: "https://www.example.com/""#,
            "2026/03/01 10:00:01 [notice] 812#812: signal process started",
        ]
    }

    fn specificity(&self) -> u8 {
        70
    }

    fn is_inner(&self) -> bool {
        true
    }

    fn read_record<'a>(&self, record: &RecordText<'a>, event: &mut Event<'a>) -> bool {
        let text = record.text();
        nginx(text, event).is_some()
    }
}

fn apache<'a>(text: &'a str, event: &mut Event<'a>) -> Option<()> {
    let (time, rest) = bracketed(text)?;
    let (level, mut rest) = bracketed(rest)?;
    let (module, level) = level.split_once(':').unwrap_or(("", level));
    is_level(level).then(|| put_time(event, time))??;
    put_common(event, "apache.error", level);
    event.put_nonempty(Key::Custom(Cow::Borrowed("apache.error.module")), module);
    while let Some((inside, behind)) = bracketed(rest) {
        if let Some(process) = inside.strip_prefix("pid ") {
            let (pid, tid) = process.split_once(":tid ").unwrap_or((process, ""));
            put_number(event, fields::PROCESS_PID, pid);
            put_number(event, fields::PROCESS_THREAD_ID, tid);
        } else if let Some(client) = inside.strip_prefix("client ").or_else(|| inside.strip_prefix("remote "))
        {
            put_client(event, client);
        } else {
            break;
        }
        rest = behind;
    }
    put_system_error(event, rest);
    let code = rest
        .split(": ")
        .map(|part| part.rsplit_once(' ').map_or(part, |(_, word)| word))
        .find(|word| is_code(word));
    code.into_iter().for_each(|code| event.put(fields::EVENT_CODE, code));
    if let Some((_, referrer)) = rest.rsplit_once(", referer: ") {
        event.put_nonempty(fields::HTTP_REFERRER, referrer);
    }
    event.put(fields::MESSAGE, rest);
    Some(())
}

/// Reads the system error before the client: `(13)Permission denied: [client …] …`.
fn put_system_error<'a>(event: &mut Event<'a>, text: &'a str) {
    let read = || {
        let (number, rest) = text.strip_prefix('(')?.split_once(')')?;
        let number: i64 = number.parse().ok()?;
        let (what, rest) = rest.split_once(": ")?;
        let client = rest.strip_prefix("[client ").and_then(|rest| rest.split_once(']'));
        Some((number, what, client.map(|(client, _)| client)))
    };
    if let Some((number, what, client)) = read() {
        event.put(fields::ERROR_CODE, number.to_string());
        event.put(fields::ERROR_MESSAGE, what);
        if let Some(client) = client {
            put_client(event, client);
        }
    }
}

/// Returns whether a word is the number of one of Apache's messages, `AH01630`.
fn is_code(word: &str) -> bool {
    word.len() == 7 && word.starts_with("AH") && word[2..].bytes().all(|byte| byte.is_ascii_digit())
}

fn nginx<'a>(text: &'a str, event: &mut Event<'a>) -> Option<()> {
    let (time, rest) = text.split_at_checked(19)?;
    if time.as_bytes()[4] != b'/' {
        return None;
    }
    let (level, rest) = bracketed(rest.strip_prefix(' ')?)?;
    let (process, mut message) = rest.split_once(": ")?;
    let (pid, tid) = process.split_once('#')?;
    let (pid, tid): (i64, i64) = (pid.parse().ok()?, tid.parse().ok()?);
    is_level(level).then(|| put_time(event, time))??;
    put_common(event, "nginx.error", level);
    event.put(fields::PROCESS_PID, pid);
    event.put(fields::PROCESS_THREAD_ID, tid);
    if let Some((number, behind)) = message.strip_prefix('*').and_then(|rest| rest.split_once(' '))
        && let Ok(number) = number.parse::<i64>()
    {
        event.put(Key::Custom(Cow::Borrowed("nginx.error.connection_id")), number);
        message = behind;
    }
    put_context(event, message);
    put_sign_in(event, message);
    event.put(fields::MESSAGE, message);
    Some(())
}

/// Reads `user "…" was not found in "…"` and `user "…": password mismatch`.
fn put_sign_in<'a>(event: &mut Event<'a>, message: &'a str) {
    let Some(rest) = message.strip_prefix("user \"") else { return };
    let Some(end) = rest.find("\" was not found in \"").or_else(|| rest.find("\": password mismatch")) else {
        return;
    };
    event.put_nonempty(fields::USER_NAME, &rest[..end]);
    event.put(fields::EVENT_CATEGORY, "authentication");
    event.put(fields::EVENT_ACTION, "login");
    event.put(fields::EVENT_OUTCOME, "failure");
}

/// Reads `, client: …, server: …, request: "…", upstream: "…", host: "…"`.
///
/// nginx escapes nothing here, so a path or a request may hold the same words. Only
/// what occurs once can be trusted; the message holds everything.
fn put_context<'a>(event: &mut Event<'a>, message: &'a str) {
    let mut clients = message.match_indices(", client: ");
    let (Some((at, mark)), None) = (clients.next(), clients.next()) else { return };
    let context = &message[at + mark.len()..];
    let client = context.split(", ").next().unwrap_or(context);
    if client.parse::<IpAddr>().is_err() && !client.starts_with("unix:") {
        return;
    }
    put_client(event, client);
    let quoted = |name: &str| {
        let mut found = context.match_indices(name);
        let (Some((at, mark)), None) = (found.next(), found.next()) else { return None };
        let inside = &context[at + mark.len()..];
        let end = inside.find("\", ").unwrap_or_else(|| inside.trim_end_matches('"').len());
        inside.get(..end)
    };
    if let Some(request) = quoted(", request: \"") {
        http::put_request_line(event, request);
    }
    if let Some(host) = quoted(", host: \"") {
        http::put_host(event, host, fields::URL_DOMAIN, Some(fields::URL_PORT));
    }
    event.put_nonempty(
        Key::Custom(Cow::Borrowed("nginx.error.upstream")),
        quoted(", upstream: \"").unwrap_or(""),
    );
    event.put_nonempty(fields::HTTP_REFERRER, quoted(", referrer: \"").unwrap_or(""));
}

/// Reads a text in brackets at the start, and the spaces after it.
fn bracketed(text: &str) -> Option<(&str, &str)> {
    let (inside, rest) = text.strip_prefix('[')?.split_once(']')?;
    Some((inside, rest.trim_start_matches(' ')))
}

fn put_time<'a>(event: &mut Event<'a>, time: &'a str) -> Option<()> {
    event.parsed_time = Some(timestamp_formats::whole(time)?);
    event.time_text = Some(Cow::Borrowed(time));
    Some(())
}

/// Returns whether a word is a level of either server; Apache has eight trace levels.
fn is_level(level: &str) -> bool {
    let bare = level.strip_prefix("trace").filter(|n| matches!(n.as_bytes(), [b'1'..=b'8']));
    let known = ["emerg", "alert", "crit", "error", "warn", "notice", "info", "debug"];
    bare.is_some() || known.contains(&level)
}

fn put_common<'a>(event: &mut Event<'a>, dataset: &'static str, level: &'a str) {
    event.put(fields::EVENT_DATASET, dataset);
    event.put(fields::EVENT_KIND, "event");
    event.put(fields::EVENT_CATEGORY, "web");
    let bad = matches!(level, "emerg" | "alert" | "crit" | "error" | "warn");
    event.put(fields::EVENT_TYPE, if bad { "error" } else { "info" });
    event.put(fields::LOG_LEVEL, level);
}

fn put_number(event: &mut Event<'_>, id: FieldId, text: &str) {
    if let Ok(number) = text.parse::<i64>() {
        event.put(id, number);
    }
}

/// Sets a client, with or without its port: the address field has no port.
fn put_client<'a>(event: &mut Event<'a>, client: &'a str) {
    let (address, port) = http::host_port(client);
    http::put_source_address(event, address);
    if let Some(port) = port {
        event.put(fields::SOURCE_PORT, port);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(format: &dyn Format, text: &str) -> Vec<String> {
        let mut event = Event::default();
        assert!(format.read(text, &mut event), "{text}");
        let constant = ["event.dataset", "event.kind", "event.category", "message"];
        let pairs = event.fields().iter().filter(|(key, _)| !constant.contains(&key.name()));
        pairs.map(|(key, value)| format!("{}={}", key.name(), value.text())).collect()
    }

    #[test]
    fn apaches_brackets_are_read() {
        assert_eq!(
            rendered(&ApacheError, ApacheError.samples()[0]),
            [
                "event.type=error",
                "log.level=error",
                "apache.error.module=authz_core",
                "process.pid=711",
                "process.thread.id=140",
                "source.address=192.0.2.10",
                "source.ip=192.0.2.10",
                "source.port=50122",
                "event.code=AH01630",
                "http.request.referrer=https://shop.example.com/",
            ]
        );
        assert_eq!(
            rendered(&ApacheError, ApacheError.samples()[1])[4..],
            [
                "error.code=13",
                "error.message=Permission denied",
                "source.address=192.0.2.10",
                "source.ip=192.0.2.10",
                "source.port=50123",
                "event.code=AH00132",
            ]
        );
        assert_eq!(rendered(&ApacheError, ApacheError.samples()[2]), ["event.type=info", "log.level=notice"]);
    }

    #[test]
    fn nginxs_context_is_read() {
        assert_eq!(
            rendered(&NginxError, NginxError.samples()[0]),
            [
                "event.type=error",
                "log.level=error",
                "process.pid=812",
                "process.thread.id=0",
                "nginx.error.connection_id=91",
                "source.address=192.0.2.10",
                "source.ip=192.0.2.10",
                "http.request.method=GET",
                "url.extension=env",
                "url.path=/.env",
                "url.original=/.env",
                "http.version=1.1",
                "url.domain=shop.example.com",
                "url.port=8443",
                "http.request.referrer=https://www.example.com/",
            ]
        );
    }

    #[test]
    fn a_path_cannot_name_another_client() {
        let line = r#"2026/03/01 10:00:00 [error] 812#0: *91 open() "/x, client: 198.51.100.66, server: y" failed (2: No such file or directory), client: 192.0.2.10, server: shop.example.com, request: "GET /x HTTP/1.1""#;
        assert!(rendered(&NginxError, line).iter().all(|pair| !pair.starts_with("source.")));
    }

    #[test]
    fn other_lines_are_not_claimed() {
        for text in [
            "",
            "[Sun Mar 01 10:00:00 2026] hello",
            "[Sun Mar 01 10:00:00 2026] [main] started",
            "[x] [error] y",
            "2026/03/01 10:00:00 [error] started",
            "2026/03/01 10:00:00 [worker-1] 1#2: started",
            "2026-03-01 10:00:00 [error] 1#2: started",
            "2026/03/01 10:00:0é [error] 1#2: started",
        ] {
            for format in [&ApacheError as &dyn Format, &NginxError] {
                assert!(!format.read(text, &mut Event::default()), "{}: {text}", format.name());
            }
        }
    }
}
