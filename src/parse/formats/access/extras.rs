//! What servers append to an access line.

use std::net::IpAddr;

use crate::record::{Event, fields};

use super::super::super::text::{Cursor, number, seconds};

/// Puts what a server appended, where its form tells what it is.
pub fn put_extras<'a>(extras: &'a str, event: &mut Event<'a>) {
    if extras.is_empty() {
        return;
    }
    if ingress(extras, event).is_some() || traefik(extras, event).is_some() {
        return;
    }
    let mut cursor = Cursor::new(extras);
    if let Some(forwarded) = cursor.quoted() {
        for ip in forwarded.split(',').filter_map(|part| part.trim().parse::<IpAddr>().ok()) {
            event.put(fields::NETWORK_FORWARDED_IP, ip);
        }
        cursor.spaces();
    }
    let rest = cursor.rest();
    let first = rest.split(' ').next().unwrap_or_default().trim_matches('"');
    let time = first.strip_prefix("rt=").unwrap_or(first);
    if time.contains('.')
        && let Some(nanos) = seconds(time)
    {
        event.put(fields::EVENT_DURATION, nanos);
    }
    event.put_some("http.access.extra", extras);
}

/// Reads what ingress-nginx appends: request length, request time, upstream name,
/// alternative upstream, upstream address, length, time and status, request id.
fn ingress<'a>(extras: &'a str, event: &mut Event<'a>) -> Option<()> {
    let mut cursor = Cursor::new(extras);
    let length = number(cursor.word())?;
    let time = seconds(cursor.word())?;
    cursor.eat("[")?;
    let upstream = cursor.until(b']')?;
    cursor.spaces();
    let mut alternative = "";
    if cursor.eat("[").is_some() {
        alternative = cursor.until(b']')?;
        cursor.spaces();
    }
    let (behind, id) = cursor.rest().rsplit_once(' ')?;
    event.put(fields::HTTP_REQUEST_BYTES, length);
    event.put(fields::EVENT_DURATION, time);
    event.put(fields::HTTP_REQUEST_ID, id);
    event.put_some("nginx.ingress_controller.upstream.name", upstream);
    event.put_some("nginx.ingress_controller.upstream.alternative_name", alternative);
    let names = ["addresses", "response.length", "response.time", "response.status_code"];
    let words: Vec<&str> = behind.split(' ').filter(|word| !word.is_empty()).collect();
    if words.len() == names.len() {
        for (name, word) in names.into_iter().zip(words) {
            if word != "-" {
                event.put(format!("nginx.ingress_controller.upstream.{name}"), word);
            }
        }
    } else {
        event.put_some("nginx.ingress_controller.upstream.list", behind);
    }
    Some(())
}

/// Reads what Traefik appends: request count, frontend, backend, duration in ms.
fn traefik<'a>(extras: &'a str, event: &mut Event<'a>) -> Option<()> {
    let mut cursor = Cursor::new(extras);
    let count = number(cursor.word())?;
    let frontend = cursor.quoted()?;
    cursor.spaces();
    let backend = cursor.quoted()?;
    cursor.spaces();
    let millis = number(cursor.rest().strip_suffix("ms")?)?;
    event.put("traefik.access.request_count", count);
    event.put_some("traefik.access.frontend_name", frontend);
    event.put_some("traefik.access.backend_url", backend);
    event.put(fields::EVENT_DURATION, millis.checked_mul(1_000_000)?);
    Some(())
}
