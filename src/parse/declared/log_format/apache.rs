//! Apache httpd: `LogFormat`, with directives (mod_log_config, mod_logio, mod_ssl).

use super::element::{Element, escaped, push_text};

/// Directives without an argument, and the names of their values.
const DIRECTIVES: [(&str, &str); 29] = [
    ("h", "remote_host"),
    ("a", "remote_addr"),
    ("A", "server_addr"),
    ("l", "identd"),
    ("u", "remote_user"),
    ("r", "request"),
    ("s", "status"),
    ("b", "body_bytes_sent"),
    ("B", "body_bytes_sent"),
    ("O", "bytes_sent"),
    ("I", "request_length"),
    ("S", "transferred"),
    ("D", "request_time_us"),
    ("T", "request_time"),
    ("v", "server_name"),
    ("V", "host"),
    ("p", "server_port"),
    ("P", "pid"),
    ("m", "request_method"),
    ("U", "uri"),
    ("q", "query"),
    ("H", "server_protocol"),
    ("f", "filename"),
    ("k", "connection_requests"),
    ("X", "connection_status"),
    ("R", "handler"),
    ("L", "log_id"),
    ("C", "cookies"),
    ("E", "env"),
];

/// Directives with an argument: what stands before it in the name of the value.
const WITH_ARGUMENT: [(char, &str); 7] = [
    ('i', "http_"),
    ('o', "sent_http_"),
    ('C', "cookie_"),
    ('e', "env_"),
    ('n', "note_"),
    ('x', ""),
    ('c', "connection_"),
];

/// Reads a text with `%directives`.
pub fn elements(text: &str) -> Result<Vec<Element>, String> {
    let (mut elements, mut rest) = (Vec::new(), text);
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '\\' => {
                let next = rest.chars().next().unwrap_or('\\');
                rest = rest.get(next.len_utf8()..).unwrap_or_default();
                push_text(&mut elements, &escaped(next));
            }
            '%' if rest.starts_with('%') => {
                rest = &rest[1..];
                push_text(&mut elements, "%");
            }
            '%' => rest = directive(rest, &mut elements)?,
            c => push_text(&mut elements, c.encode_utf8(&mut [0; 4])),
        }
    }
    Ok(joined_times(elements))
}

/// Reads what follows a percent sign: statuses for which it holds, `<` or `>`, an argument
/// in braces, a letter. Returns what follows.
fn directive<'t>(text: &'t str, elements: &mut Vec<Element>) -> Result<&'t str, String> {
    let shown = || format!("`%{}`", text.chars().take(16).collect::<String>());
    let is_condition = |c: char| c.is_ascii_digit() || matches!(c, '!' | ',' | '<' | '>');
    let mut rest = text.trim_start_matches(is_condition);
    let mut argument = None;
    if let Some(inside) = rest.strip_prefix('{') {
        let (name, behind) =
            inside.split_once('}').ok_or_else(|| format!("in {}, `{{` is not closed", shown()))?;
        (argument, rest) = (Some(name), behind.trim_start_matches(is_condition));
    }
    let length = if rest.starts_with('^') { 3 } else { rest.chars().next().map_or(0, char::len_utf8) };
    let (letter, behind) = rest
        .split_at_checked(length)
        .filter(|(letter, _)| letter.trim_start_matches('^').starts_with(|c: char| c.is_ascii_alphabetic()))
        .ok_or_else(|| format!("{} is not a directive", shown()))?;
    match (letter, argument) {
        ("t", None) => {
            push_text(elements, "[");
            elements.push(Element::Value("time_local".to_owned()));
            push_text(elements, "]");
        }
        ("t", Some(notation)) => elements.push(time(notation)?),
        _ => elements.push(Element::Value(
            value_name(letter, argument)
                .ok_or_else(|| format!("{} needs an argument, such as `%{{Referer}}i`", shown()))?,
        )),
    }
    Ok(behind)
}

/// Returns the name of a directive's value; none where it lacks an argument.
fn value_name(letter: &str, argument: Option<&str>) -> Option<String> {
    let Some(argument) = argument else {
        let known = DIRECTIVES.iter().find(|(own, _)| *own == letter);
        let lacks = letter.len() == 1 && WITH_ARGUMENT.iter().any(|(own, _)| letter.starts_with(*own));
        return match known {
            Some((_, name)) => Some((*name).to_owned()),
            None if lacks => None,
            None => Some(format!("directive_{}", letter.trim_start_matches('^'))),
        };
    };
    let plain: String = argument
        .to_ascii_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    Some(match (letter, argument) {
        ("a", "c") => "realip_remote_addr".to_owned(),
        ("h", "c") => "realip_remote_host".to_owned(),
        ("p", "remote") => "remote_port".to_owned(),
        ("p", _) => "server_port".to_owned(),
        ("P", "tid" | "hextid") => "tid".to_owned(),
        ("P", _) => "pid".to_owned(),
        ("T", "us") => "request_time_us".to_owned(),
        ("T", "ms") => "request_time_ms".to_owned(),
        ("T", _) => "request_time".to_owned(),
        ("^ti", _) => format!("trailer_{plain}"),
        ("^to", _) => format!("sent_trailer_{plain}"),
        ("e", "UNIQUE_ID") => "request_id".to_owned(),
        _ => {
            let prefix =
                WITH_ARGUMENT.iter().find(|(own, _)| letter.starts_with(*own)).map(|(_, prefix)| *prefix);
            format!("{}{plain}", prefix.map_or_else(|| format!("directive_{letter}_"), str::to_owned))
        }
    })
}

/// Reads the notation of a time: that of `strftime`, or a number since 1970.
fn time(notation: &str) -> Result<Element, String> {
    let notation =
        notation.strip_prefix("begin:").or_else(|| notation.strip_prefix("end:")).unwrap_or(notation);
    Ok(match notation {
        "sec" | "msec" | "usec" => Element::Value(format!("epoch_{notation}")),
        "msec_frac" | "usec_frac" => Element::Time("%f".to_owned()),
        _ => Element::Time(spelled_out(notation)?),
    })
}

/// Spells out the letters of `strftime` that stand for others.
fn spelled_out(notation: &str) -> Result<String, String> {
    let mut plain = String::new();
    let mut chars = notation.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            plain.push(c);
            continue;
        }
        match chars.next() {
            Some('T') => plain.push_str("%H:%M:%S"),
            Some('F') => plain.push_str("%Y-%m-%d"),
            Some('D') => plain.push_str("%m/%d/%y"),
            Some('R') => plain.push_str("%H:%M"),
            Some('r') => plain.push_str("%I:%M:%S %p"),
            Some('h') => plain.push_str("%b"),
            Some('t') => plain.push(' '),
            Some(part) if "YymdebBHIpMSfzZsjakaA%".contains(part) => plain.extend(['%', part]),
            other => {
                let part = other.map(String::from).unwrap_or_default();
                return Err(format!(
                    "`%{part}` in `%{{{notation}}}t` is not a part of a time that can be read"
                ));
            }
        }
    }
    Ok(plain)
}

/// Joins times that are written in several parts: `%{%F %T}t.%{msec_frac}t %{%z}t`, and
/// seconds with their fraction.
fn joined_times(elements: Vec<Element>) -> Vec<Element> {
    let mut joined: Vec<Element> = Vec::new();
    for element in elements {
        joined.push(element);
        while let Some(times) = last_two_times(&joined) {
            joined.truncate(joined.len() - times.1);
            joined.push(times.0);
        }
    }
    joined
}

/// Returns the last two times as one, and of how many parts they are.
fn last_two_times(elements: &[Element]) -> Option<(Element, usize)> {
    let short = |text: &str| text.len() <= 2 && !text.contains('"');
    let (before, between, later, count) = match elements {
        [.., before, Element::Text(between), Element::Time(later)] if short(between) => {
            (before, between.as_str(), later, 3)
        }
        [.., before, Element::Time(later)] => (before, "", later, 2),
        _ => return None,
    };
    match before {
        Element::Time(before) if later == "%f" => {
            Some((Element::Time(format!("{before}{}%f", between.trim_end_matches(['.', ',']))), count))
        }
        Element::Time(before) => Some((Element::Time(format!("{before}{between}{later}")), count)),
        Element::Value(name) if name == "epoch_sec" && later == "%f" => {
            Some((Element::Value("msec".to_owned()), count))
        }
        _ => None,
    }
}
