//! Lines of `key=value` pairs.

use std::borrow::Cow;

use crate::record::{Event, Value, fields};

use super::super::super::{Format, Seen};
use super::guess;

/// logfmt: `time=… level=… msg="…" key=value`.
pub struct Logfmt;

impl Format for Logfmt {
    fn name(&self) -> &'static str {
        "logfmt"
    }

    fn about(&self) -> &'static str {
        "logfmt: pairs key=value, values with spaces in double quotes; the rest as logfmt.<key>"
    }

    fn samples(&self) -> &'static [&'static str] {
        &[r#"time=2026-03-01T10:00:00Z level=info msg="signed in" user=alice ip=192.0.2.7 took=12ms"#]
    }

    fn specificity(&self) -> u8 {
        25
    }

    fn read<'a>(&self, text: &'a str, event: &mut Event<'a>) -> Seen {
        let Some(pairs) = pairs(text) else { return Seen::No };
        for (key, value) in pairs {
            guess::put("logfmt", key, value, event);
        }
        event.put(fields::EVENT_DATASET, "logfmt");
        event.put(fields::EVENT_KIND, "event");
        Seen::Yes
    }
}

/// Splits a line into pairs; none unless all of it is pairs, at least two, and
/// one of them a time, level or message.
fn pairs(text: &str) -> Option<Vec<(&str, Value<'_>)>> {
    let mut rest = text.trim_end();
    let mut pairs = Vec::new();
    while !rest.is_empty() {
        let at = rest.find(['=', ' ', '"'])?;
        let key = &rest[..at];
        let named = !key.is_empty()
            && key
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'@' | b'/'));
        if !named || rest.as_bytes()[at] != b'=' {
            return None;
        }
        let (value, behind) = value(&rest[at + 1..])?;
        pairs.push((key, value));
        rest = behind.trim_start_matches(' ');
    }
    let telling = ["time", "ts", "t", "timestamp", "level", "lvl", "msg", "message"];
    (pairs.len() >= 2 && pairs.iter().any(|(key, _)| telling.contains(key))).then_some(pairs)
}

fn value(text: &str) -> Option<(Value<'_>, &str)> {
    if let Some(inner) = text.strip_prefix('"') {
        let mut from = 0;
        loop {
            let at = from + memchr::memchr2(b'"', b'\\', inner.as_bytes().get(from..)?)?;
            if inner.as_bytes()[at] == b'"' {
                return Some((Value::Text(unescaped(&inner[..at])), &inner[at + 1..]));
            }
            from = at + 2;
        }
    }
    let end = text.find(' ').unwrap_or(text.len());
    let word = &text[..end];
    let value = match word {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => word.parse().map_or(Value::from(word), Value::Long),
    };
    Some((value, &text[end..]))
}

/// Resolves `\"`, `\\`, `\n`, `\t`; any other escape is left as it is.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            ('\\', Some('n')) => out.push('\n'),
            ('\\', Some('t')) => out.push('\t'),
            ('\\', Some(escaped @ ('"' | '\\'))) => out.push(escaped),
            ('\\', Some(other)) => out.extend(['\\', other]),
            (c, _) => out.push(c),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_with_an_equals_sign_is_not_logfmt() {
        for text in ["", "the answer=42 is known", "a=1", "a=1 b", "x=\"open", "time passes level=high"] {
            assert_eq!(Logfmt.read(text, &mut Event::default()), Seen::No, "{text}");
        }
    }

    #[test]
    fn quotes_and_escapes_are_resolved() {
        let mut event = Event::default();
        assert_eq!(Logfmt.read(r#"level=info msg="say \"hi\"\n" empty= x=7"#, &mut event), Seen::Yes);
        assert_eq!(event.text(fields::MESSAGE), Some("say \"hi\"\n"));
        let own: Vec<_> = event.values("logfmt.x").cloned().collect();
        assert_eq!(own, [Value::Long(7)]);
    }
}
