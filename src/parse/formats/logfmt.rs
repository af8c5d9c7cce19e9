//! logfmt: `key=value` pairs, as heroku, Go's slog and logrus, and Grafana write them.

use std::borrow::Cow;

use crate::parse::cursor::closing_quote;
use crate::parse::flatten::{LeafValue, Leaves, unescape};
use crate::parse::format::{Format, RecordText};
use crate::parse::heuristics::{Namespace, interpret};
use crate::record::Event;

/// Lines of `key=value` pairs.
pub struct Logfmt;

impl Format for Logfmt {
    fn name(&self) -> &'static str {
        "logfmt"
    }

    fn about(&self) -> &'static str {
        "key=value pairs; time, level, message and common names are guessed, the others kept under logfmt.*"
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"time=2026-03-01T10:00:00.123Z level=info msg="pod deleted" namespace=shop pod=cart-1 user=alice"#,
            r#"ts=1772359200.5 at=info method=GET path="/cart?id=7" host=shop.example.com status=200 bytes=512 duration=18ms"#,
        ]
    }

    fn specificity(&self) -> u8 {
        15
    }

    fn read_record<'a>(&self, record: &RecordText<'a>, event: &mut Event<'a>) -> bool {
        let text = record.text();
        let Some(leaves) = pairs(text) else { return false };
        interpret(event, leaves, Namespace { prefix: "logfmt.", dotted_stand: false });
        true
    }
}

/// Reads a line that consists of pairs: it begins with one, there are at least two, and
/// words without a value (flags) are at most a quarter of all.
fn pairs(text: &str) -> Option<Leaves<'_>> {
    let mut rest = text.trim_ascii();
    let mut leaves = Leaves::default();
    let (mut paired, mut alone) = (0_usize, 0_usize);
    while !rest.is_empty() {
        let (key, behind) = rest.split_at(rest.bytes().take_while(|byte| is_in_key(*byte)).count());
        if key.is_empty() || key.len() > 64 {
            return None;
        }
        let leaf = match behind.strip_prefix('=') {
            Some(behind) => {
                paired += 1;
                let (leaf, behind) = value(behind)?;
                rest = behind;
                leaf
            }
            None => {
                alone += 1;
                rest = behind;
                LeafValue::Bool(true)
            }
        };
        if paired == 0 || !(rest.is_empty() || rest.starts_with(' ')) {
            return None;
        }
        push(&mut leaves, key, leaf);
        rest = rest.trim_ascii_start();
    }
    (paired >= 2 && alone * 4 <= paired + alone).then_some(leaves)
}

fn push<'a>(leaves: &mut Leaves<'a>, key: &str, leaf: LeafValue<'a>) {
    if leaves.is_full(key) {
        let json = serde_json::to_string(&leaf.written()).expect("a text is JSON");
        leaves.push_rest(key, &json);
    } else if leaf.text() != Some("") {
        leaves.push(key, leaf);
    }
}

/// Reads a value, in quotes or up to the next space.
fn value(text: &str) -> Option<(LeafValue<'_>, &str)> {
    if let Some(inside) = text.strip_prefix('"') {
        let end = closing_quote(inside.as_bytes())?;
        let (inside, rest) = (&inside[..end], &inside[end + 1..]);
        let plain = if inside.contains('\\') { Cow::Owned(unescape(inside)) } else { Cow::Borrowed(inside) };
        return Some((LeafValue::Text(plain), rest));
    }
    if let Some(inside) = text.strip_prefix('\'')
        && let Some(end) = inside.find('\'')
        && (inside[end + 1..].is_empty() || inside[end + 1..].starts_with(' '))
    {
        return Some((LeafValue::Text(Cow::Borrowed(&inside[..end])), &inside[end + 1..]));
    }
    let (word, rest) = text.split_at(text.find(' ').unwrap_or(text.len()));
    if word.contains('"') {
        return None;
    }
    let digits = word.trim_start_matches('-');
    let is_number = digits == "0" || digits.starts_with(|first| ('1'..='9').contains(&first));
    match word.parse::<i64>() {
        Ok(number) if is_number => Some((LeafValue::Int(number), rest)),
        _ => Some((LeafValue::Text(Cow::Borrowed(word)), rest)),
    }
}

fn is_in_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'@' | b'/')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::fields;

    fn read(text: &str) -> Option<Event<'_>> {
        let mut event = Event::default();
        Logfmt.read(text, &mut event).then_some(event)
    }

    #[test]
    fn pairs_are_read_with_their_types() {
        let event = read(
            r#"ts=1772359200.5 lvl=warn msg="say \"hi\"\n" uid=007 n=-5 empty= q="a b" on addr=[::]:90"#,
        )
        .expect("it is logfmt");
        let pairs: Vec<String> =
            event.fields().iter().map(|(k, v)| format!("{}={}", k.name(), v.text())).collect();
        assert_eq!(
            pairs,
            [
                "log.level=warn",
                "message=say \"hi\"",
                "logfmt.uid=007",
                "logfmt.n=-5",
                "logfmt.q=a b",
                "logfmt.on=true",
                "logfmt.addr=[::]:90",
                "event.kind=event",
            ]
        );
        assert_eq!(event.time_text.as_deref(), Some("1772359200.5"));
    }

    #[test]
    fn prose_is_not_claimed() {
        for text in [
            "see a=b for more",
            "failed login for user=alice from ip=192.0.2.1",
            "user=alice tried to log in from 192.0.2.1",
            "a=1",
            "key = value",
            "x==y and z=1",
            r#"a="open b=1"#,
            r#"a="x"y b=1"#,
            "type=A é=1",
            "2026-03-01 10:00:00 level=info msg=hello",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_name_given_twice_keeps_both_values() {
        let event = read("user=alice user=bob a=1").expect("it is logfmt");
        assert_eq!(event.values(fields::USER_NAME.name()).count(), 2);
    }

    proptest::proptest! {
        #[test]
        fn every_name_and_value_is_of_the_line(text in "[a-c=\" \\\\é0]{0,40}") {
            let Some(leaves) = pairs(&text) else { return Ok(()) };
            for (name, leaf) in leaves.iter() {
                proptest::prop_assert!(text.contains(name), "{} is not in {}", name, text);
                let value = leaf.text().filter(|_| !text.contains('\\')).unwrap_or_default();
                proptest::prop_assert!(text.contains(value), "{} is not in {}", value, text);
            }
        }
    }
}
