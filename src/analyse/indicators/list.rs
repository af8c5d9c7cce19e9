//! Lists of indicators: one a line, CSV with a header, a STIX 2.1 bundle.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::indicator::{Indicator, IndicatorKind};

/// What a list holds.
#[derive(Debug, Default)]
pub struct IndicatorText {
    /// Its indicators.
    pub indicators: BTreeSet<Indicator>,
    /// What is in it and not used, each with its line and why.
    pub unused: Vec<(usize, String)>,
}

/// The names of columns that hold the value, the best first.
const VALUES: [&str; 8] = ["indicator", "value", "ioc", "indicator_value", "ip", "domain", "url", "hash"];
/// The names of columns that say what it is.
const KINDS: [&str; 4] = ["type", "kind", "indicator_type", "ioc_type"];

/// A comparison in a pattern of STIX: `[ipv4-addr:value = '203.0.113.7']`.
static COMPARISON: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"([a-z0-9-]+):([A-Za-z0-9_.'-]+)\s*=\s*'((?:[^'\\]|\\.)*)'").expect("it is an expression")
});

/// Reads a list in any of the forms; `kind` is that of all indicators where the user says so.
pub fn read_indicators(text: &str, kind: Option<IndicatorKind>) -> IndicatorText {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut list = IndicatorText::default();
    match serde_json::from_str::<Value>(text) {
        Ok(bundle @ (Value::Object(_) | Value::Array(_))) => list.read_stix(&bundle),
        _ => list.read_lines(text, kind),
    }
    list
}

impl IndicatorText {
    fn add(&mut self, line: usize, kind: Option<IndicatorKind>, value: &str) {
        match Indicator::new(kind, value) {
            Ok(indicator) => drop(self.indicators.insert(indicator)),
            Err(error) => self.unused.push((line, error.to_string())),
        }
    }

    fn read_lines(&mut self, text: &str, kind: Option<IndicatorKind>) {
        let lines = text.lines().enumerate().map(|(number, line)| (number + 1, line.trim()));
        let mut lines =
            lines.filter(|(_, line)| !line.is_empty() && !line.starts_with(['#', ';'])).peekable();
        let header = lines.peek().map(|(_, line)| cells(line)).unwrap_or_default();
        let place = |names: &[&str]| {
            names
                .iter()
                .find_map(|name| header.iter().position(|cell| cell.trim().eq_ignore_ascii_case(name)))
        };
        let (Some(value), is_table) = (place(&VALUES), header.len() > 1) else {
            return lines.for_each(|(number, line)| self.add(number, kind, first_word(line)));
        };
        let (kinds, of_name) = (place(&KINDS), kind_of_word(&header[value]));
        lines.next();
        for (number, line) in lines {
            let row = if is_table { cells(line) } else { vec![line.to_owned()] };
            let stated = kinds.and_then(|at| kind_of_word(row.get(at)?));
            match row.get(value) {
                Some(text) => self.add(number, kind.or(stated).or(of_name), text),
                None => self.unused.push((number, "it has fewer columns than the header".to_owned())),
            }
        }
    }

    fn read_stix(&mut self, bundle: &Value) {
        let objects = bundle.get("objects").unwrap_or(bundle).as_array().cloned().unwrap_or_default();
        for (number, object) in (1..).zip(&objects) {
            if object["type"] != "indicator" {
                continue;
            }
            let pattern = object["pattern"].as_str().unwrap_or_default();
            let mut any = false;
            for found in COMPARISON.captures_iter(pattern) {
                any = true;
                let (object, property) = (&found[1], &found[2]);
                match kind_of_stix(object, property) {
                    Some(kind) => {
                        self.add(number, Some(kind), &found[3].replace("\\'", "'").replace("\\\\", "\\"))
                    }
                    None => self.unused.push((number, format!("{object}:{property} is not looked for"))),
                }
            }
            if !any {
                self.unused.push((number, "its pattern is not a comparison with =".to_owned()));
            }
        }
    }
}

/// Returns the first word of a line: what follows is a comment.
fn first_word(line: &str) -> &str {
    line.split([' ', '\t', ',', ';']).next().unwrap_or(line)
}

/// Returns the cells of a line of CSV (RFC 4180).
fn cells(line: &str) -> Vec<String> {
    let separator = [',', ';', '\t'].into_iter().find(|c| line.contains(*c)).unwrap_or(',');
    let (mut all, mut cell, mut is_quoted) = (Vec::new(), String::new(), false);
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if is_quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' => is_quoted = !is_quoted,
            c if c == separator && !is_quoted => all.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    all.push(cell);
    all
}

/// Returns the kind that a word means, as tables of many makers call it.
fn kind_of_word(word: &str) -> Option<IndicatorKind> {
    let word = word.trim().to_lowercase().replace(['_', ' '], "-");
    Some(match word.as_str() {
        "ip" | "ipv4" | "ipv6" | "ip-dst" | "ip-src" | "ipv4-addr" | "ipv6-addr" | "cidr" | "ip-address" => {
            IndicatorKind::Ip
        }
        "domain" | "hostname" | "domain-name" | "fqdn" | "host" => IndicatorKind::Domain,
        "url" | "uri" | "link" => IndicatorKind::Url,
        "hash" | "md5" | "sha1" | "sha-1" | "sha256" | "sha-256" | "filehash-md5" | "filehash-sha1"
        | "filehash-sha256" => IndicatorKind::Hash,
        "email" | "email-addr" | "email-src" | "email-dst" => IndicatorKind::Email,
        "user-agent" | "useragent" => IndicatorKind::Agent,
        "user" | "account" | "username" | "user-account" => IndicatorKind::User,
        "file" | "filename" | "file-name" | "path" | "filepath" => IndicatorKind::File,
        _ => return None,
    })
}

/// Returns the kind of what a pattern of STIX compares.
fn kind_of_stix(object: &str, property: &str) -> Option<IndicatorKind> {
    Some(match (object, property) {
        ("ipv4-addr" | "ipv6-addr", "value") => IndicatorKind::Ip,
        ("domain-name", "value") => IndicatorKind::Domain,
        ("url", "value") => IndicatorKind::Url,
        ("email-addr" | "email-message", _) => IndicatorKind::Email,
        ("file", "name") => IndicatorKind::File,
        ("file", hashes) if hashes.starts_with("hashes") => IndicatorKind::Hash,
        ("user-account", "account_login" | "user_id") => IndicatorKind::User,
        ("network-traffic", name) if name.to_lowercase().contains("user-agent") => IndicatorKind::Agent,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        read_indicators(text, None).indicators.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn lists_are_read_in_all_their_forms() {
        assert_eq!(
            read("# known\n203.0.113.7  # tor\n\nevil[.]example\n"),
            ["ip 203.0.113.7", "domain evil.example"]
        );
        let table = "date,type,indicator,note\n2026-01-01,ip,203.0.113.7,\"a, b\"\n2026-01-02,md5,d41d8cd98f00b204e9800998ecf8427e,\n";
        assert_eq!(read(table), ["ip 203.0.113.7", "hash d41d8cd98f00b204e9800998ecf8427e"]);
        assert_eq!(read("user;type\neve;user\n").len(), 0, "no column of values");
        let bundle = r#"{"type":"bundle","objects":[
            {"type":"indicator","pattern":"[ipv4-addr:value = '203.0.113.7' OR domain-name:value = 'evil.example']"},
            {"type":"indicator","pattern":"[file:hashes.'SHA-256' = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855']"},
            {"type":"malware","name":"x"}]}"#;
        assert_eq!(read(bundle).len(), 3);
    }

    #[test]
    fn what_is_not_used_is_named_with_its_line() {
        let list = read_indicators("203.0.113.7\nnot an indicator\n", None);
        assert_eq!((list.indicators.len(), list.unused.len(), list.unused[0].0), (1, 1, 2));
        let list = read_indicators(r#"[{"type":"indicator","pattern":"[process:pid = '7']"}]"#, None);
        assert_eq!(list.unused, [(1, "process:pid is not looked for".to_owned())]);
    }
}
