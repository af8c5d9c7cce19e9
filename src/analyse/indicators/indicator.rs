//! One indicator: a value that is known to be bad.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

use crate::error::{Error, visible};
use crate::record::keywords;

keywords! {
    /// What an indicator is.
    IndicatorKind, "kind of indicator" {
        /// An address, or a network.
        Ip = "ip",
        /// A domain, with all below it.
        Domain = "domain",
        /// A URL, or the beginning of URLs.
        Url = "url",
        /// A hash of a file: MD5, SHA-1 or SHA-256, in hex.
        Hash = "hash",
        /// An address of mail.
        Email = "email",
        /// What a client calls itself, or a part of it.
        Agent = "user-agent",
        /// The name of an account.
        User = "user",
        /// The path of a file, or the end of one.
        File = "file",
    }
}

/// A value that is known to be bad, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Indicator {
    /// What it is.
    pub kind: IndicatorKind,
    /// The value; of a network, with its prefix length.
    pub value: String,
}

impl Indicator {
    /// Creates an indicator of a text, which may be defanged (`hxxp://evil[.]example`); its
    /// kind is told by its form where it is not given.
    ///
    /// # Errors
    ///
    /// Fails where the text is not of its kind, or of none.
    pub fn new(kind: Option<IndicatorKind>, text: &str) -> Result<Indicator, Error> {
        let value = refanged(text);
        let not = |what: &str| Error::usage(format!("`{}` is not {what}", visible(text)));
        let kind = kind
            .or_else(|| kind_of(&value))
            .ok_or_else(|| not("an address, a domain, a URL, a hash or an address of mail"))?;
        let is_right = match kind {
            IndicatorKind::Ip => network(&value).is_some(),
            IndicatorKind::Hash => is_hash(&value),
            IndicatorKind::Domain => is_domain(&value),
            IndicatorKind::Url => value.len() > 3,
            IndicatorKind::Email => value.contains('@'),
            // A short part would be found everywhere.
            IndicatorKind::Agent | IndicatorKind::File => value.len() >= 4,
            IndicatorKind::User => !value.is_empty(),
        };
        if !is_right {
            return Err(not(&format!("of the kind {kind}")));
        }
        let value = match network(&value).filter(|_| kind == IndicatorKind::Ip) {
            Some(network) if network.prefix_len() == network.max_prefix_len() => network.addr().to_string(),
            Some(network) => network.trunc().to_string(),
            None => value.trim_start_matches("*.").to_owned(),
        };
        Ok(Indicator { kind, value })
    }
}

/// The form in which a journal keeps an indicator: its kind and its value.
impl fmt::Display for Indicator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.value)
    }
}

impl FromStr for Indicator {
    type Err = Error;

    fn from_str(text: &str) -> Result<Indicator, Error> {
        let (kind, value) =
            text.split_once(' ').ok_or_else(|| Error::usage("an indicator is a kind and a value"))?;
        Ok(Indicator { kind: kind.parse()?, value: value.to_owned() })
    }
}

/// Returns a text as it was before it was made harmless, in lower case.
fn refanged(text: &str) -> String {
    let mut text = text.trim().trim_matches('"').to_lowercase();
    for (from, to) in [
        ("[.]", "."),
        ("(.)", "."),
        ("[dot]", "."),
        ("[:]", ":"),
        ("[://]", "://"),
        ("[@]", "@"),
        ("[at]", "@"),
    ] {
        text = text.replace(from, to);
    }
    match text.strip_prefix("hxxp") {
        Some(rest) => format!("http{rest}"),
        None => text,
    }
}

/// Returns the network of a text; an address is a network of its own.
pub fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(|ip| IpNet::from(ip.to_canonical())))
}

fn is_hash(text: &str) -> bool {
    matches!(text.len(), 32 | 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_domain(text: &str) -> bool {
    let text = text.strip_prefix("*.").unwrap_or(text);
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
    };
    let has_name = text.rsplit('.').next().is_some_and(|last| !last.chars().all(|c| c.is_ascii_digit()));
    text.contains('.') && text.len() <= 253 && has_name && text.split('.').all(is_label)
}

/// Returns what a text is by its form.
fn kind_of(text: &str) -> Option<IndicatorKind> {
    let forms: [(IndicatorKind, bool); 5] = [
        (IndicatorKind::Ip, network(text).is_some()),
        (IndicatorKind::Url, text.contains("://")),
        (IndicatorKind::Email, text.split_once('@').is_some_and(|(_, host)| is_domain(host))),
        (IndicatorKind::Hash, is_hash(text)),
        (IndicatorKind::Domain, is_domain(text)),
    ];
    forms.into_iter().find(|(_, is_it)| *is_it).map(|(kind, _)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_told_by_its_form_however_it_was_made_harmless() {
        for (text, kind, value) in [
            ("203.0.113[.]7", IndicatorKind::Ip, "203.0.113.7"),
            ("203.0.113.9/24", IndicatorKind::Ip, "203.0.113.0/24"),
            ("2001:DB8::1", IndicatorKind::Ip, "2001:db8::1"),
            ("::ffff:203.0.113.7", IndicatorKind::Ip, "203.0.113.7"),
            ("hxxps://Evil[.]example/a", IndicatorKind::Url, "https://evil.example/a"),
            ("*.evil[.]example", IndicatorKind::Domain, "evil.example"),
            ("eve[at]evil.example", IndicatorKind::Email, "eve@evil.example"),
            ("D41D8CD98F00B204E9800998ECF8427E", IndicatorKind::Hash, "d41d8cd98f00b204e9800998ecf8427e"),
        ] {
            let indicator = Indicator::new(None, text).expect(text);
            assert_eq!((indicator.kind, indicator.value.as_str()), (kind, value));
            assert_eq!(indicator.to_string().parse::<Indicator>().expect("it is one"), indicator);
        }
        for text in ["", "evil", "a b.c", "1.2.3", "-"] {
            assert!(Indicator::new(None, text).is_err(), "{text}");
        }
        assert!(Indicator::new(Some(IndicatorKind::Ip), "evil.example").is_err());
    }
}
