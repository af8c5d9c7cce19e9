//! The fields that servers add after the combined line.

use std::borrow::Cow;
use std::net::SocketAddr;

use crate::record::{Event, Key, Value, fields};

use super::field_names::AccessFieldNames;
use super::quoting::quoted;
use crate::parse::http::{self, ip_and_port};

/// The most words that are separated; what follows is kept as one.
const MOST: usize = 24;

/// One word after the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word<'a> {
    Bare(&'a str),
    Quoted(&'a str),
    Bracketed(&'a str),
    Pair(&'a str, &'a str),
}

/// Sets the trailing fields. If the line itself is not `combined`, the first two quoted
/// words are the referrer and the agent.
pub fn put<'a>(event: &mut Event<'a>, text: &'a str, combined: bool, names: &'static AccessFieldNames) {
    let words = words(text);
    if combined && (ingress(event, &words) || traefik(event, &words)) {
        return;
    }
    let mut others = Others { quoted: if combined { 2 } else { 0 }, seconds: 0, forwarded: false };
    for word in words {
        others.put(event, word, names);
    }
}

/// What was found so far among the words of an unknown tail.
struct Others {
    quoted: usize,
    seconds: usize,
    forwarded: bool,
}

impl Others {
    fn put<'a>(&mut self, event: &mut Event<'a>, word: Word<'a>, names: &'static AccessFieldNames) {
        match word {
            Word::Quoted(text) if self.quoted < 2 => {
                event.put_nonempty([fields::HTTP_REFERRER, fields::USER_AGENT][self.quoted], text);
                self.quoted += 1;
            }
            Word::Quoted(text) if !self.forwarded && is_address_list(text) => {
                self.forwarded = true;
                forwarded(event, text, names);
            }
            Word::Bare(text) if seconds(text).is_some() => {
                self.seconds += 1;
                match self.seconds {
                    1 => put_duration(event, text),
                    2 => put_number(event, names.upstream_time, text),
                    _ => put_own(event, names.extra, text),
                }
            }
            Word::Bare(text) if text.parse::<SocketAddr>().is_ok() => {
                put_own(event, names.upstream_address, text);
            }
            Word::Bare("+") => {}
            Word::Bare(text) | Word::Quoted(text) | Word::Bracketed(text) => {
                put_own(event, names.extra, text)
            }
            Word::Pair(key, text) => pair(event, key, text, names),
        }
    }
}

/// Sets the field that the key of a `key=value` stands for, else one of its own name.
fn pair<'a>(event: &mut Event<'a>, key: &'a str, text: &'a str, names: &'static AccessFieldNames) {
    let lower = key.to_ascii_lowercase().replace('-', "_");
    match lower.as_str() {
        "x_forwarded_for" | "xff" | "forwarded_for" | "forwardedfor" => forwarded(event, text, names),
        "rt" | "request_time" | "reqtime" if seconds(text).is_some() => put_duration(event, text),
        "urt" | "upstream_response_time" if seconds(text).is_some() => {
            put_number(event, names.upstream_time, text)
        }
        "ua" | "upstream_addr" | "upstream" if text.parse::<SocketAddr>().is_ok() => {
            put_own(event, names.upstream_address, text);
        }
        "host" | "vhost" | "http_host" => {
            http::put_host(event, text, fields::URL_DOMAIN, Some(fields::URL_PORT))
        }
        "request_id" | "req_id" | "rid" => event.put_nonempty(fields::HTTP_REQUEST_ID, text),
        _ => {
            if text != "-" && !text.is_empty() {
                event.put(Key::Custom(Cow::Owned(format!("{}{lower}", names.prefix))), text);
            }
        }
    }
}

/// Sets a list as in `X-Forwarded-For`: its first address is the client that the proxy
/// names.
fn forwarded<'a>(event: &mut Event<'a>, text: &'a str, names: &'static AccessFieldNames) {
    put_own(event, names.forwarded, text);
    if let Some((ip, _)) = text.split(',').find_map(|one| ip_and_port(one.trim())) {
        event.put(fields::NETWORK_FORWARDED_IP, ip);
    }
}

/// Recognizes the tail that the ingress controller of Kubernetes wrote up to version
/// 0.24: length and time of the request, upstream, its address, length, time, status.
pub fn is_old_ingress(text: &str) -> bool {
    use Word::{Bare, Bracketed};
    let words = words(text);
    let [Bare(length), Bare(time), Bracketed(_), Bare(_), Bare(_), Bare(_), Bare(_), ..] = words.as_slice()
    else {
        return false;
    };
    length.parse::<u64>().is_ok() && seconds(time).is_some()
}

/// Reads the tail of the ingress controller of Kubernetes
/// (kubernetes.github.io/ingress-nginx, `log-format-upstream`): request length
/// and time, upstream, its alternative, address, length, time, status, request id.
fn ingress<'a>(event: &mut Event<'a>, words: &[Word<'a>]) -> bool {
    use Word::{Bare, Bracketed};
    let [
        Bare(length),
        Bare(time),
        Bracketed(name),
        Bracketed(alternative),
        Bare(address),
        Bare(bytes),
        Bare(upstream_time),
        Bare(status),
        Bare(id),
    ] = words
    else {
        return false;
    };
    let (Ok(length), Some(_)) = (length.parse::<i64>(), seconds(time)) else { return false };
    event.put(fields::HTTP_REQUEST_BYTES, length);
    put_duration(event, time);
    event.put_nonempty(fields::HTTP_REQUEST_ID, id);
    put_own(event, "nginx.ingress_controller.upstream.name", name);
    put_own(event, "nginx.ingress_controller.upstream.alternative_name", alternative);
    put_own(event, "nginx.ingress_controller.upstream.address", address);
    put_number(event, "nginx.ingress_controller.upstream.response.length", bytes);
    put_number(event, "nginx.ingress_controller.upstream.response.time", upstream_time);
    put_number(event, "nginx.ingress_controller.upstream.response.status_code", status);
    true
}

/// Reads Traefik's tail (doc.traefik.io, access logs, common): number of the
/// request, router, server, milliseconds.
fn traefik<'a>(event: &mut Event<'a>, words: &[Word<'a>]) -> bool {
    let [Word::Bare(count), router, server, Word::Bare(time)] = words else { return false };
    let plain = |word: &Word<'a>| match word {
        Word::Quoted(text) | Word::Bare(text) => Some(*text),
        Word::Bracketed(_) | Word::Pair(..) => None,
    };
    let (Some(router), Some(server)) = (plain(router), plain(server)) else { return false };
    let millis = time.strip_suffix("ms").and_then(|millis| millis.parse::<i64>().ok());
    let (Ok(count), Some(millis)) = (count.parse::<i64>(), millis) else { return false };
    event.put(Key::Custom(Cow::Borrowed("traefik.access.request_count")), count);
    put_own(event, "traefik.access.router", router);
    put_own(event, "traefik.access.server", server);
    event.put(fields::EVENT_DURATION, millis.saturating_mul(1_000_000));
    true
}

fn put_own<'a>(event: &mut Event<'a>, name: &'static str, text: &'a str) {
    event.put_nonempty(Key::Custom(Cow::Borrowed(name)), text);
}

/// Sets a number as one; several of them (`0.001, 0.002`) as text.
fn put_number<'a>(event: &mut Event<'a>, name: &'static str, text: &'a str) {
    let value = match text.parse::<i64>() {
        Ok(whole) => Value::Long(whole),
        Err(_) => match text.parse::<f64>() {
            Ok(number) if seconds(text).is_some() => Value::Float(number),
            _ => return put_own(event, name, text),
        },
    };
    event.put(Key::Custom(Cow::Borrowed(name)), value);
}

fn put_duration(event: &mut Event<'_>, text: &str) {
    if let Some(nanos) = seconds(text) {
        event.put(fields::EVENT_DURATION, nanos);
    }
}

/// Reads seconds with a fraction, `0.013`, as nanoseconds. A number without a
/// fraction may be anything (Apache's `%D` is microseconds, `%O` bytes).
fn seconds(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || fraction.len() > 9 {
        return None;
    }
    let scale = 10_i64.pow(9 - fraction.len() as u32);
    let nanos = fraction.parse::<i64>().ok()? * scale;
    whole.parse::<i64>().ok()?.checked_mul(1_000_000_000)?.checked_add(nanos)
}

fn is_address_list(text: &str) -> bool {
    text == "-"
        || text.split(',').all(|one| matches!(one.trim(), "unknown") || ip_and_port(one.trim()).is_some())
}

/// Splits the text into words. A bare word that ends in a comma goes on with the next.
fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut rest = text.trim_ascii_start();
    while !rest.is_empty() {
        if words.len() == MOST {
            words.push(Word::Bare(rest));
            break;
        }
        let (word, behind) = word(rest);
        words.push(word);
        rest = behind.trim_ascii_start();
    }
    words
}

fn word(text: &str) -> (Word<'_>, &str) {
    if let Some((inside, rest)) = quoted(text) {
        return (Word::Quoted(inside), rest);
    }
    if let Some((inside, rest)) = text.strip_prefix('[').and_then(|inside| inside.split_once(']')) {
        return (Word::Bracketed(inside), rest);
    }
    let key =
        text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')).count();
    if (1..=40).contains(&key) && text.as_bytes().get(key) == Some(&b'=') {
        let (key, value) = (&text[..key], &text[key + 1..]);
        if let Some((inside, rest)) = quoted(value) {
            return (Word::Pair(key, inside), rest);
        }
        let end = value.find(' ').unwrap_or(value.len());
        return (Word::Pair(key, &value[..end]), &value[end..]);
    }
    let mut end = text.find(' ').unwrap_or(text.len());
    while text[..end].ends_with(',') && end < text.len() {
        end = text[end + 1..].find(' ').map_or(text.len(), |at| end + 1 + at);
    }
    (Word::Bare(&text[..end]), &text[end..])
}
