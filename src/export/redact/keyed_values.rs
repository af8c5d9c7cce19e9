//! Values that no parser made a field, but that follow a key which says what
//! they are: `user=benjamin`, `"user": "benjamin"`, `<user>benjamin</user>`.

use std::collections::BTreeMap;
use std::net::IpAddr;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::case::Case;
use crate::error::{Context, Result};
use crate::evidence::SourceHandle;
use crate::record::FieldId;

/// Keys before the name of a user.
const USERS: &str = "user username user_name user-name usr uname uid userid user_id auid euid account account_name \
    accountname acct login login_name loginname logname luser ruser suser duser remote_user auth_user \
    principal owner identity member nick nickname author actor samaccountname targetusername \
    subjectusername userprincipalname upn";

/// Keys before an address of a machine.
const ADDRESSES: &str = "ip ipaddr ip_addr ipaddress ip_address ip-address ip6 ipv4 ipv6 addr address laddr raddr saddr daddr \
    rhost host hostname client client_ip clientip client-ip client_addr src src_ip srcip source \
    source_ip sourceip sourceipaddress dst dst_ip dstip dest destination remote remote_addr remote_ip \
    peer from forwarded";

/// Keys before the name of a machine.
const HOSTS: &str = "host hostname host_name rhost machine computer computername workstation workstationname node domain \
    fqdn";

/// Keys before an address of mail.
const MAILS: &str = "email e-mail mail email_address from to sender recipient rcpt user username login";

/// What follows such keys and is no value of theirs.
const NOTHING: &str = "(null) null nil none undefined unknown (unknown) true false yes no n/a na failed failure failing \
    invalid success successful successfully accepted denied error unset empty not is was has had the an \
    and or for from to on in at by with logged login session authentication";

/// Longest value that is taken for one.
const LONGEST: usize = 256;

/// What a value must look like.
#[derive(Clone, Copy, PartialEq)]
enum ValueShape {
    Name,
    Address,
    Host,
    Mail,
    Any,
}

impl ValueShape {
    fn of(field: &str) -> ValueShape {
        let last = field.rsplit('.').next().unwrap_or(field);
        match last {
            "ip" | "forwarded_ip" | "address" => ValueShape::Address,
            "email" => ValueShape::Mail,
            "domain" => ValueShape::Host,
            "name" if field == "host.name" => ValueShape::Host,
            "name" if field.starts_with("user.") => ValueShape::Name,
            _ => ValueShape::Any,
        }
    }

    fn keys(self) -> Vec<&'static str> {
        match self {
            ValueShape::Name => USERS.split(' ').collect(),
            ValueShape::Address => ADDRESSES.split(' ').collect(),
            ValueShape::Host => HOSTS.split(' ').collect(),
            ValueShape::Mail => MAILS.split(' ').collect(),
            ValueShape::Any => Vec::new(),
        }
    }

    /// Returns the value in what follows a key, where it can be one.
    fn value(self, text: &str) -> Option<&str> {
        let text = text.trim();
        if self == ValueShape::Address {
            return address(text);
        }
        let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
        let spoken = text.len() <= LONGEST && letters > 1 && !text.contains(char::is_control);
        let nothing = NOTHING.split(' ').any(|nothing| nothing.eq_ignore_ascii_case(text));
        if !spoken || nothing || text.contains("://") || text.starts_with(['/', '%', '$', '[', '{', '<']) {
            return None;
        }
        let digits = || text.bytes().all(|byte| byte.is_ascii_digit());
        match self {
            ValueShape::Name => (!digits()).then_some(text),
            ValueShape::Host => text.contains(char::is_alphabetic).then_some(text),
            ValueShape::Mail => text.contains('@').then_some(text),
            ValueShape::Address | ValueShape::Any => Some(text),
        }
    }
}

/// Takes an address without brackets and port.
fn address(text: &str) -> Option<&str> {
    let bare = text.trim_start_matches('[');
    let ends = [bare.len(), bare.find(']').unwrap_or(bare.len()), bare.rfind(':').unwrap_or(bare.len())];
    ends.into_iter().map(|end| &bare[..end]).find(|bare| bare.parse::<IpAddr>().is_ok())
}

/// Finds values after keys.
pub struct KeyedValues<'f> {
    automaton: AhoCorasick,
    /// Whose each key is.
    fields: Vec<Vec<&'f str>>,
}

impl<'f> KeyedValues<'f> {
    /// Prepares to find the values of fields.
    pub fn of(fields: &'f [String]) -> Result<KeyedValues<'f>> {
        let mut keys: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for field in fields {
            let alias = FieldId::by_name(field).and_then(|id| id.field().alias);
            let own = [field.clone(), field.replace('.', "_"), alias.unwrap_or(field).to_owned()];
            let label = field.strip_prefix("labels.").map(str::to_owned);
            let known = ValueShape::of(field).keys().into_iter().map(str::to_owned);
            for key in own.into_iter().chain(label).chain(known) {
                let of = keys.entry(key.to_ascii_lowercase()).or_default();
                if !of.contains(&field.as_str()) {
                    of.push(field);
                }
            }
        }
        let (keys, fields): (Vec<String>, Vec<Vec<&str>>) = keys.into_iter().unzip();
        let mut builder = AhoCorasick::builder();
        builder.ascii_case_insensitive(true).match_kind(MatchKind::LeftmostLongest);
        let automaton = builder.build(keys).context(|| "cannot prepare the redaction".to_owned())?;
        Ok(KeyedValues { automaton, fields })
    }

    /// Finds every value after a key in a text.
    pub fn find(&self, text: &str, mut take: impl FnMut(&'f str, &str)) {
        for found in self.automaton.find_iter(text) {
            if !begins_a_key(text, found.start()) {
                continue;
            }
            let Some(value) = behind(&text[found.end()..]) else { continue };
            for field in &self.fields[found.pattern().as_usize()] {
                if let Some(value) = ValueShape::of(field).value(value) {
                    take(field, value);
                    break;
                }
            }
        }
    }
}

/// Returns whether a key can begin here: no letter or digit before it, or one of
/// lower case before a capital (`remoteUser`).
fn begins_a_key(text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back();
    let capital = text[at..].starts_with(|c: char| c.is_ascii_uppercase());
    before.is_none_or(|c| !c.is_alphanumeric() || capital && c.is_lowercase())
}

/// Returns what follows a key: in quotes, in an element of XML, or up to a blank
/// or a sign. A colon without quotes needs a blank after it: in `su:session` it is
/// none between key and value.
fn behind(rest: &str) -> Option<&str> {
    let bare = rest.trim_start_matches('\\');
    let quote = bare.starts_with(['"', '\'']);
    let rest = if quote { &bare[1..] } else { rest };
    let blank = rest.starts_with([' ', '\t']);
    let rest = rest.trim_start_matches([' ', '\t']);
    let value = match rest.as_bytes() {
        // PAM writes `user= rhost=`: what follows is the next key.
        [b'=', b' ' | b'\t', ..] if !blank => return None,
        [b'=', b'>', ..] | [b':', b'=', ..] => &rest[2..],
        [b'=', ..] => &rest[1..],
        [b'>', ..] => return rest[1..].split('<').next(),
        [b':', b' ' | b'\t' | b'"' | b'\'' | b'\\', ..] => &rest[1..],
        [b':', ..] if quote => &rest[1..],
        _ => return None,
    };
    let value = value.trim_start_matches([' ', '\t', '<', '(']);
    let escaped = value.trim_start_matches('\\');
    match escaped.chars().next()? {
        quote @ ('"' | '\'') => {
            let inside = &escaped[1..];
            let end = inside.find([quote, '\n'])?;
            Some(inside[..end].trim_end_matches('\\'))
        }
        _ => {
            let ends = |c: char| {
                c.is_whitespace() || matches!(c, ',' | ';' | '&' | '|' | '"' | '\'' | ')' | '}' | '>' | '<')
            };
            let end = value.find(ends).unwrap_or(value.len());
            Some(value[..end].trim_end_matches(['.', ':', '!', '?']))
        }
    }
}

/// Finds the values of fields after keys in every record of a case.
pub fn in_case(case: &Case, fields: &[String]) -> Result<BTreeMap<String, String>> {
    let mut values = BTreeMap::new();
    if fields.is_empty() {
        return Ok(values);
    }
    let (keyed, store) = (KeyedValues::of(fields)?, case.store());
    for (batch, manifest) in store.manifests() {
        for row in 0..manifest.sources.len() {
            let at = SourceHandle { batch, row };
            for frame in 0..store.row(at).frames.len() {
                let bytes = store.frame(at, frame)?;
                keyed.find(&String::from_utf8_lossy(&bytes.content), |field, value| {
                    values.entry(value.to_owned()).or_insert_with(|| field.to_owned());
                });
            }
        }
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(field: &str, text: &str) -> Vec<String> {
        let (fields, mut found) = ([field.to_owned()], Vec::new());
        let keyed = KeyedValues::of(&fields).expect("it is made");
        keyed.find(text, |_, value| found.push(value.to_owned()));
        found
    }

    #[test]
    fn a_value_is_found_behind_its_key() {
        for text in [
            "user=benjamin logged in",
            "user: benjamin logged in",
            "USER=benjamin ; x",
            "(acct=benjamin)",
            "{\"user\":\"benjamin\"}",
            "{\"user\" : \"benjamin\", \"x\": 1}",
            "{\\\"userName\\\":\\\"benjamin\\\"}",
            "remoteUser='benjamin'",
            "src_user=benjamin,",
            "/login?user=benjamin&x=1",
            "user => \"benjamin\"",
            "<user>benjamin</user>",
            "<Data Name=\"TargetUserName\">benjamin</Data>",
            "login benjamin: user.name=benjamin.",
        ] {
            assert_eq!(found("user.name", text), ["benjamin"], "{text}");
        }
        assert_eq!(found("user.name", "user=\"Erika Muster\""), ["Erika Muster"]);
        assert_eq!(
            found("source.ip", "src=192.0.2.7:80 client: [2001:db8::1]:443"),
            ["192.0.2.7", "2001:db8::1"]
        );
        assert_eq!(found("user.email", "from=<a@b.c> mail=ada@example.org"), ["a@b.c", "ada@example.org"]);
        assert_eq!(found("labels.token", "token=abc1"), ["abc1"]);
    }

    #[test]
    fn what_is_no_value_is_not_taken_for_one() {
        for text in [
            "pam_unix(su:session): session opened",
            "user=(null) user= uid=0 user=-",
            "login: FAILED LOGIN 1",
            "superuser=benjamin",
            "users=benjamin user benjamin",
            "{\"user\":{\"name\":1}}",
            "user=/etc/passwd user=%s user=http://x",
        ] {
            assert_eq!(found("user.name", text), Vec::<String>::new(), "{text}");
        }
        assert_eq!(found("source.ip", "from=nowhere ip=1.2"), Vec::<String>::new());
    }
}
