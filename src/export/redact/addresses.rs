//! Addresses found however they are spelt.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};

use super::view::View;
use super::{Place, Secret};

/// Length of the longest spelling of an address, `ffff:…:ffff:255.255.255.255`.
const LONGEST: usize = 45;

/// Finds addresses. One of version 4 is the same inside of one of version 6
/// (`::ffff:192.0.2.77`, RFC 4291 §2.5.5.2).
pub struct Addresses(BTreeMap<IpAddr, usize>);

impl Addresses {
    /// Prepares to find those among the secrets that are addresses.
    pub fn of(secrets: &[Secret]) -> Addresses {
        let address = |(n, secret): (usize, &Secret)| Some((parse(&secret.value)?, n));
        Addresses(secrets.iter().enumerate().rev().filter_map(address).collect())
    }

    /// Finds every place where one of them stands.
    pub fn find(&self, view: &View<'_>, places: &mut Vec<Place>) {
        if self.0.is_empty() {
            return;
        }
        let text = view.text();
        let mut take = |found: Option<(usize, usize, usize)>| {
            let Some((from, to, secret)) = found else { return };
            let (from, to) = view.origin(from, to);
            places.push(Place { from, to, secret });
        };
        for (from, to) in runs(text, |byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.')) {
            self.in_run(text, from, to, &mut take);
            take(self.reversed(text, from, to));
        }
        for (from, to) in runs(text, |byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'_')) {
            self.dashed(text, from, to, &mut take);
        }
    }

    fn known(&self, address: Option<IpAddr>) -> Option<usize> {
        self.0.get(&address?).copied()
    }

    /// Looks through `peer:2001:db8::1.` or `192.0.2.7:443`: from the beginning,
    /// and again from behind each separator.
    fn in_run(
        &self,
        text: &str,
        from: usize,
        to: usize,
        take: &mut impl FnMut(Option<(usize, usize, usize)>),
    ) {
        let bytes = text.as_bytes();
        let separator = |at: usize| matches!(bytes[at], b':' | b'.');
        let mut at = from;
        while at + 1 < to {
            let ends = (at + 2..=to.min(at + LONGEST)).rev();
            let mut ends = ends.filter(|end| *end == to || separator(*end) || bytes[end - 1] == b':');
            let found = ends.find_map(|end| Some((end, self.known(parse(&text[at..end]))?)));
            let next = (at..to).find(|at| separator(*at)).map_or(to, |at| at + 1);
            match found {
                Some((end, secret)) => {
                    take(Some((at, end, secret)));
                    at = end;
                }
                None => at = next,
            }
        }
    }

    /// Looks at `77.2.0.192.in-addr.arpa` (RFC 1035 §3.5) and its like of version 6.
    fn reversed(&self, text: &str, from: usize, to: usize) -> Option<(usize, usize, usize)> {
        let zone =
            |name: &str| text[to..].get(..name.len()).is_some_and(|zone| zone.eq_ignore_ascii_case(name));
        let count = match () {
            () if zone("in-addr.arpa") => 4,
            () if zone("ip6.arpa") => 32,
            () => return None,
        };
        let run = text[from..to].strip_suffix('.')?;
        let parts: Vec<&str> = run.rsplit('.').take(count).collect();
        let begin = to - parts.iter().map(|part| part.len() + 1).sum::<usize>();
        let address = if count == 4 {
            parse(&parts.join("."))
        } else {
            let digits = parts.iter().filter(|part| part.len() == 1).copied().collect::<String>();
            let bits = u128::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == count);
            bits.map(|bits| IpAddr::V6(Ipv6Addr::from_bits(bits)).to_canonical())
        };
        Some((begin, to - 1, self.known(address)?))
    }

    /// Looks through `192-0-2-77`, as names of hosts are made from addresses.
    fn dashed(
        &self,
        text: &str,
        from: usize,
        to: usize,
        take: &mut impl FnMut(Option<(usize, usize, usize)>),
    ) {
        let mut at = from;
        let mut parts = Vec::new();
        for part in text[from..to].split(['-', '_']) {
            parts.push((at, part));
            at += part.len() + 1;
        }
        for four in parts.windows(4) {
            let numbers: Vec<&str> = four.iter().map(|(_, part)| *part).collect();
            let end = four[3].0 + four[3].1.len();
            take(self.known(parse(&numbers.join("."))).map(|secret| (four[0].0, end, secret)));
        }
    }
}

fn parse(text: &str) -> Option<IpAddr> {
    text.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// Gives the stretches of bytes (of ASCII) that fit.
fn runs(text: &str, fits: impl Fn(u8) -> bool) -> impl Iterator<Item = (usize, usize)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let from = at + bytes[at..].iter().position(|byte| fits(*byte))?;
        at = bytes[from..].iter().position(|byte| !fits(*byte)).map_or(bytes.len(), |end| from + end);
        Some((from, at))
    })
}
