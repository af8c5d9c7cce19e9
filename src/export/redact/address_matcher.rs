//! Addresses found however they are spelt.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::normalized_view::NormalizedView;
use super::secret::Secret;
use super::value_match::ValueMatch;

/// Length of the longest spelling of an address, `ffff:…:ffff:255.255.255.255`.
const LONGEST: usize = 45;

/// Length of the shortest, `1.2.3.4`.
const SHORTEST: usize = 7;

/// Finds addresses. One of version 4 is the same inside of one of version 6
/// (`::ffff:192.0.2.77`, RFC 4291 §2.5.5.2).
pub struct AddressMatcher(BTreeMap<IpAddr, usize>);

/// Takes a place in a text: from, to, whose.
type Found = Option<(usize, usize, usize)>;

impl AddressMatcher {
    /// Prepares to find those among the secrets that are addresses.
    pub fn of(secrets: &[Secret]) -> AddressMatcher {
        let address = |(n, secret): (usize, &Secret)| Some((parse(&secret.value)?, n));
        AddressMatcher(secrets.iter().enumerate().rev().filter_map(address).collect())
    }

    /// Finds every place where one of them occurs.
    pub fn find(&self, view: &NormalizedView<'_>, places: &mut Vec<ValueMatch>) {
        if self.0.is_empty() {
            return;
        }
        self.look(view, places);
        if !view.text().is_ascii() {
            self.look(&view.folded(), places);
        }
        if let Some(refanged) = view.refanged() {
            self.look(&refanged, places);
        }
    }

    fn look(&self, view: &NormalizedView<'_>, places: &mut Vec<ValueMatch>) {
        let text = view.text();
        let mut take = |found: Found| {
            let Some((from, to, secret)) = found else { return };
            let (from, to) = view.origin(from, to);
            places.push(ValueMatch { from, to, secret });
        };
        for (from, to) in runs(text, |byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.')) {
            self.in_run(text, from, to, &mut take);
            take(self.reversed(text, from, to));
        }
        for (from, to) in runs(text, |byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'_')) {
            if to - from >= SHORTEST {
                self.dashed(text, from, to, &mut take);
            }
        }
        let dotted = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b'.' | b'x' | b'X');
        for (from, to) in runs(text, dotted) {
            if to - from > SHORTEST {
                self.numbers(text, from, to, &mut take);
            }
        }
        for (from, to) in runs(text, |byte| byte.is_ascii_digit()) {
            take(self.number(&text[from..to], 10).map(|secret| (from, to, secret)));
        }
        // `2001-db8--1.ipv6-literal.net`
        if text.contains('-') && self.0.keys().any(IpAddr::is_ipv6) {
            let colons = text.replace('-', ":");
            for (from, to) in runs(&colons, |byte| byte.is_ascii_hexdigit() || byte == b':') {
                self.in_run(&colons, from, to, &mut take);
            }
        }
    }

    fn known(&self, address: Option<IpAddr>) -> Option<usize> {
        let address = address?;
        let inside = || match address {
            IpAddr::V6(six) => embedded(six),
            IpAddr::V4(_) => None,
        };
        self.0.get(&address).copied().or_else(|| self.0.get(&IpAddr::V4(inside()?)).copied())
    }

    /// Looks through `peer:2001:db8::1.` or `192.0.2.7:443`: from the beginning,
    /// and again from after each separator.
    fn in_run(&self, text: &str, from: usize, to: usize, take: &mut impl FnMut(Found)) {
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

    /// Looks at `77.2.0.192.in-addr.arpa` (RFC 1035 §3.5), its like of version 6, and
    /// what block lists make of either, `77.2.0.192.list.example` (RFC 5782).
    fn reversed(&self, text: &str, from: usize, to: usize) -> Found {
        // Of the name behind it the first letters may be digits of hexadecimal.
        let (run, _) = text[from..to].rsplit_once('.')?;
        let mut end = from + run.len();
        if !text[end + 1..].starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let mut parts: Vec<&str> = run.split('.').collect();
        loop {
            for count in [4, 32] {
                let first = parts.len().checked_sub(count);
                let Some(named) = first.map(|first| &parts[first..]) else { continue };
                let begin = end + 1 - named.iter().map(|part| part.len() + 1).sum::<usize>();
                if let Some(secret) = self.known(backwards(named)) {
                    return Some((begin, end, secret));
                }
            }
            // `.b.` of a block list's name may stand between.
            let last = parts.pop().filter(|part| part.bytes().any(|byte| byte.is_ascii_alphabetic()))?;
            end = end.checked_sub(last.len() + 1)?;
        }
    }

    /// Looks through `192-0-2-77`, as names of hosts are made from addresses.
    fn dashed(&self, text: &str, from: usize, to: usize, take: &mut impl FnMut(Found)) {
        let parts = parts(text, from, to, &['-', '_']);
        for four in parts.windows(4) {
            take(self.four(four).map(|secret| (four[0].0, four[3].0 + four[3].1.len(), secret)));
        }
    }

    /// Looks through `198.051.100.023`, `0xc6.0x33.0x64.0x17`, `0xc6336417`, as
    /// `inet_aton` reads them, and at bare digits of hexadecimal.
    fn numbers(&self, text: &str, from: usize, to: usize, take: &mut impl FnMut(Found)) {
        let parts = parts(text, from, to, &['.']);
        for four in parts.windows(4) {
            take(self.four(four).map(|secret| (four[0].0, four[3].0 + four[3].1.len(), secret)));
        }
        for (at, part) in parts {
            let digits = part.strip_prefix("0x").or_else(|| part.strip_prefix("0X"));
            let found = match (digits, part.len()) {
                (Some(digits), _) => self.number(digits, 16),
                (None, 8 | 32) => self.number(part, 16),
                (None, _) => self.number(part, 8),
            };
            take(found.map(|secret| (at, at + part.len(), secret)));
        }
    }

    /// Finds an address of four numbers, with zeros in front: decimal for most, octal
    /// for C.
    fn four(&self, parts: &[(usize, &str)]) -> Option<usize> {
        let read = |octal: bool| -> Option<IpAddr> {
            let mut bytes = [0; 4];
            for (byte, (_, part)) in bytes.iter_mut().zip(parts) {
                *byte = octet(part, octal)?;
            }
            Some(IpAddr::from(bytes))
        };
        self.known(read(false)).or_else(|| self.known(read(true)))
    }

    /// Finds an address that is written as one number; one of hexadecimal may have
    /// its bytes the other way around (proc(5), `/proc/net/tcp`).
    fn number(&self, digits: &str, base: u32) -> Option<usize> {
        let plain = digits.trim_start_matches('0');
        match (base, plain.len()) {
            (16, _) if digits.len() == 32 => {
                let bits = u128::from_str_radix(digits, 16).ok()?;
                self.known(Some(IpAddr::V6(Ipv6Addr::from_bits(bits)).to_canonical()))
            }
            (16, 1..=8) | (10, 8..=10) => {
                let bits = u32::from_str_radix(plain, base).ok()?;
                let address = |bits: u32| Some(IpAddr::V4(Ipv4Addr::from_bits(bits)));
                let swapped = || self.known(address(bits.swap_bytes()).filter(|_| base == 16));
                self.known(address(bits)).or_else(swapped)
            }
            (8, 9..=11) if digits.starts_with('0') => {
                let bits = u32::from_str_radix(plain, 8).ok()?;
                self.known(Some(IpAddr::V4(Ipv4Addr::from_bits(bits))))
            }
            _ => None,
        }
    }
}

/// Returns the address of version 4 inside of one of version 6: 6to4 (RFC 3056),
/// NAT64 (RFC 6052), and the old form `::192.0.2.77`.
fn embedded(six: Ipv6Addr) -> Option<Ipv4Addr> {
    let last = |parts: [u16; 2]| Ipv4Addr::from_bits(u32::from(parts[0]) << 16 | u32::from(parts[1]));
    match six.segments() {
        [0x2002, high, low, ..] => Some(last([high, low])),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(last([high, low])),
        [0, 0, 0, 0, 0, 0, high, low] if high > 0 => Some(last([high, low])),
        _ => None,
    }
}

/// Reads the parts of an address from the end: four numbers, or 32 digits.
fn backwards(parts: &[&str]) -> Option<IpAddr> {
    if parts.len() == 4 {
        let turned: Vec<&str> = parts.iter().rev().copied().collect();
        return parse(&turned.join("."));
    }
    let digits: String = parts.iter().rev().filter(|part| part.len() == 1).copied().collect();
    let bits = u128::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == parts.len())?;
    Some(IpAddr::V6(Ipv6Addr::from_bits(bits)).to_canonical())
}

/// Reads one number of four.
fn octet(part: &str, octal: bool) -> Option<u8> {
    let (digits, base) = match part.strip_prefix("0x").or_else(|| part.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None if octal && part.starts_with('0') => (part, 8),
        None => (part, 10),
    };
    let fits = (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    u8::from_str_radix(digits, base).ok().filter(|_| fits)
}

/// Splits a run, each part with its place.
fn parts<'t>(text: &'t str, from: usize, to: usize, between: &[char]) -> Vec<(usize, &'t str)> {
    let mut at = from;
    let placed = |part: &'t str| {
        let place = (at, part);
        at += part.len() + 1;
        place
    };
    text[from..to].split(between).map(placed).collect()
}

fn parse(text: &str) -> Option<IpAddr> {
    text.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// Returns the stretches of bytes (of ASCII) that fit.
pub fn runs(text: &str, fits: impl Fn(u8) -> bool) -> impl Iterator<Item = (usize, usize)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let from = at + bytes[at..].iter().position(|byte| fits(*byte))?;
        at = bytes[from..].iter().position(|byte| !fits(*byte)).map_or(bytes.len(), |end| from + end);
        Some((from, at))
    })
}
