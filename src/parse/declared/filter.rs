//! Filters: what happens to a value on its way into a field.

use std::borrow::Cow;

use super::filter_text::{self as texts, DomainPart};
use super::pattern::LinePattern;
use super::time_pattern::TimePattern;
use super::value_map::{Maps, ValueMap};
use super::values::Datum;
use crate::parse::cursor::slice;
use crate::parse::flatten::LeafValue;
use crate::parse::http::{host_port, ip_and_port, percent_decoded};

/// One filter.
#[derive(Debug)]
pub enum Filter {
    Lower,
    Upper,
    Trim,
    Beside {
        mark: String,
        after: bool,
        last: bool,
    },
    Strip(String),
    Replace(String, String),
    Around {
        text: String,
        before: bool,
    },
    Split(String),
    Join(String),
    Nth(i64),
    Map(ValueMap),
    Match(Box<LinePattern>),
    Int,
    Ip,
    Port,
    Host,
    Scale(f64),
    Words(char),
    Basename,
    Default(&'static str),
    List,
    Hex,
    HexToInt,
    Time(Box<TimePattern>),
    Count,
    Pieces,
    Args,
    Flags(ValueMap),
    /// The value of a key in a text of `key = value` lines.
    Line(String),
    Pad(usize, char),
    UrlDecode,
    Query(String),
    Domain(DomainPart),
    /// `1:02:03` or `1h 2m` as nanoseconds.
    Hms,
    Sockaddr,
    Xml,
}

impl Filter {
    /// Returns the filter of a name that takes no argument.
    fn without_argument(name: &str) -> Option<Filter> {
        Some(match name {
            "lower" => Filter::Lower,
            "upper" => Filter::Upper,
            "trim" => Filter::Trim,
            "int" => Filter::Int,
            "ip" => Filter::Ip,
            "port" => Filter::Port,
            "host" => Filter::Host,
            "snake" => Filter::Words('_'),
            "kebab" => Filter::Words('-'),
            "basename" => Filter::Basename,
            "list" => Filter::List,
            "hex" => Filter::Hex,
            "hextoint" => Filter::HexToInt,
            "count" => Filter::Count,
            "words" => Filter::Pieces,
            "args" => Filter::Args,
            "urldecode" => Filter::UrlDecode,
            "registered_domain" => Filter::Domain(DomainPart::Registered),
            "subdomain" => Filter::Domain(DomainPart::Sub),
            "top_level_domain" => Filter::Domain(DomainPart::Top),
            "hms" => Filter::Hms,
            "sockaddr" => Filter::Sockaddr,
            "xml" => Filter::Xml,
            _ => return None,
        })
    }

    /// Reads a filter with its arguments.
    pub fn parse(text: &str, maps: &Maps) -> Result<Filter, String> {
        let (name, rest) = text.split_once(' ').unwrap_or((text, ""));
        if let Some(filter) = Filter::without_argument(name) {
            return Ok(filter);
        }
        let mut arguments = arguments(rest).into_iter();
        let mut next = || arguments.next().ok_or_else(|| format!("`{name}` lacks an argument"));
        let beside = |mark, after, last| Filter::Beside { mark, after, last };
        Ok(match name {
            "before" => beside(next()?, false, false),
            "after" => beside(next()?, true, false),
            "before_last" => beside(next()?, false, true),
            "after_last" => beside(next()?, true, true),
            "strip" => Filter::Strip(next()?),
            "replace" => Filter::Replace(next()?, next().unwrap_or_default()),
            "prefix" => Filter::Around { text: next()?, before: true },
            "suffix" => Filter::Around { text: next()?, before: false },
            "split" => Filter::Split(next()?),
            "join" => Filter::Join(next()?),
            "nth" => Filter::Nth(next()?.parse().map_err(|_| "`nth` needs a number".to_owned())?),
            "map" => {
                let map = next()?;
                Filter::Map(maps.get(&map).cloned().ok_or_else(|| format!("there is no [map.{map}]"))?)
            }
            "match" => Filter::Match(Box::new(LinePattern::with_one_capture(&next()?)?)),
            "scale" => Filter::Scale(next()?.parse().map_err(|_| "`scale` needs a number".to_owned())?),
            "default" => Filter::Default(next()?.leak()),
            "time" => Filter::Time(Box::new(TimePattern::parse(&next()?)?)),
            "flags" => {
                let map = next()?;
                Filter::Flags(maps.get(&map).cloned().ok_or_else(|| format!("there is no [map.{map}]"))?)
            }
            "line" => Filter::Line(next()?),
            "pad" => {
                let width = next()?.parse().map_err(|_| "`pad` needs a number".to_owned())?;
                Filter::Pad(width, next().ok().and_then(|text| text.chars().next()).unwrap_or('0'))
            }
            "query" => Filter::Query(next()?),
            _ => return Err(format!("there is no filter `{name}`")),
        })
    }

    /// Returns whether nothing of a value is lost.
    pub fn keeps_all(&self) -> bool {
        matches!(self, Filter::Trim | Filter::Int | Filter::Time(_) | Filter::Default(_))
    }

    /// Applies it to values.
    pub fn apply<'a>(&self, found: Vec<Datum<'a>>) -> Vec<Datum<'a>> {
        match self {
            Filter::Default(text) if found.iter().all(Datum::is_absent) => vec![Datum::text(*text)],
            Filter::Join(between) if !found.is_empty() => {
                let texts: Vec<Cow<'_, str>> = found.into_iter().map(Datum::written).collect();
                vec![Datum::text(texts.join(between))]
            }
            Filter::Nth(nth) => {
                let place = if *nth < 0 { found.len() as i64 + nth } else { nth - 1 };
                let place = usize::try_from(place).unwrap_or(usize::MAX);
                found.into_iter().skip(place).take(1).collect()
            }
            Filter::Default(_) | Filter::Join(_) => found,
            Filter::Map(map) => {
                let rows = found.into_iter().filter_map(|datum| map.get(&datum.written()));
                rows.flatten().map(|text| Datum::text(*text)).collect()
            }
            Filter::Flags(map) => {
                let numbers = found.into_iter().filter_map(|datum| whole_number(&datum.written()));
                numbers.flat_map(|number| map.flags(number)).map(Datum::text).collect()
            }
            Filter::Count => {
                let count = found.iter().filter(|datum| !datum.is_absent()).count() as i64;
                if count == 0 { Vec::new() } else { vec![Datum::Leaf(LeafValue::Int(count))] }
            }
            Filter::Pieces => found.into_iter().flat_map(|datum| pieces(&datum.written())).collect(),
            Filter::Args => found.into_iter().flat_map(|datum| arguments_of(&datum.written())).collect(),
            Filter::Query(name) => found
                .into_iter()
                .flat_map(|datum| texts::query_values(&datum.written(), name))
                .map(Datum::text)
                .collect(),
            Filter::Hms => {
                let nanos = found.into_iter().filter_map(|datum| texts::duration(&datum.written()));
                nanos.map(|nanos| Datum::Leaf(LeafValue::Int(nanos))).collect()
            }
            Filter::Split(at) => found.into_iter().flat_map(|datum| parts(datum.written(), at)).collect(),
            Filter::List => found.into_iter().flat_map(|datum| listed(datum.written())).collect(),
            Filter::Scale(by) => found.into_iter().filter_map(|datum| scaled(&datum, *by)).collect(),
            Filter::Time(pattern) => {
                found.into_iter().filter_map(|datum| timed(datum.written(), pattern)).collect()
            }
            Filter::Int | Filter::HexToInt => {
                found.into_iter().filter_map(|datum| self.number(&datum.written())).collect()
            }
            _ => found.into_iter().filter_map(|datum| self.text(datum.written()).map(Datum::text)).collect(),
        }
    }

    fn number<'a>(&self, text: &str) -> Option<Datum<'a>> {
        let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
        let number = match (self, digits) {
            (Filter::HexToInt, digits) => i64::from_str_radix(digits.unwrap_or(text), 16).ok()?,
            (_, _) => text.trim().split('.').next()?.parse().ok()?,
        };
        Some(Datum::Leaf(LeafValue::Int(number)))
    }

    /// Applies a filter from text to text.
    fn text<'a>(&self, text: Cow<'a, str>) -> Option<Cow<'a, str>> {
        Some(match self {
            Filter::Lower => Cow::Owned(text.to_lowercase()),
            Filter::Upper => Cow::Owned(text.to_uppercase()),
            Filter::Trim => {
                let start = text.len() - text.trim_start().len();
                let end = start + text.trim().len();
                slice(&text, start..end)
            }
            Filter::Beside { mark, after, last } => {
                let at = if *last { text.rfind(mark)? } else { text.find(mark)? };
                let range = if *after { at + mark.len()..text.len() } else { 0..at };
                slice(&text, range)
            }
            Filter::Strip(own) => Cow::Owned(stripped(&text, own).to_owned()),
            Filter::Replace(from, to) => Cow::Owned(text.replace(from, to)),
            Filter::Around { text: own, before: true } => Cow::Owned(format!("{own}{text}")),
            Filter::Around { text: own, before: false } => Cow::Owned(format!("{text}{own}")),
            Filter::Match(pattern) => Cow::Owned(pattern.first_capture(&text)?.to_owned()),
            Filter::Ip => Cow::Owned(address_of(&text)?.0.to_string()),
            Filter::Port => Cow::Owned(
                address_of(&text)
                    .and_then(|(_, port)| port)
                    .map(i64::from)
                    .or(host_port(&text).1)?
                    .to_string(),
            ),
            Filter::Host => Cow::Owned(texts::host(&text).to_owned()),
            Filter::Words(between) => Cow::Owned(texts::words(&text, *between)),
            Filter::Basename => {
                let at = text.rfind(['/', '\\']).map_or(0, |at| at + 1);
                slice(&text, at..text.len())
            }
            Filter::Hex => Cow::Owned(texts::unhex(&text)?),
            Filter::Line(key) => Cow::Owned(texts::line_of(&text, key)?.to_owned()),
            Filter::Pad(width, with) => {
                let lacking = width.saturating_sub(text.chars().count());
                Cow::Owned(with.to_string().repeat(lacking) + &text)
            }
            Filter::UrlDecode => percent_decoded(text),
            Filter::Domain(part) => Cow::Owned(part.of(&text)?.to_owned()),
            Filter::Sockaddr => Cow::Owned(texts::socket_address(&text)?),
            Filter::Xml => Cow::Owned(texts::xml_unescaped(&text)),
            _ => text,
        })
    }
}

fn address_of(text: &str) -> Option<(std::net::IpAddr, Option<u16>)> {
    ip_and_port(text.trim()).or_else(|| {
        let (front, port) = text.trim().rsplit_once(':')?;
        let port: u16 = port.parse().ok()?;
        let (ip, _) = ip_and_port(front)?;
        Some((ip, Some(port)))
    })
}

/// Reads the arguments of a filter: texts in single quotes, or words.
fn arguments(text: &str) -> Vec<String> {
    let (mut list, mut rest) = (Vec::new(), text.trim_start());
    while !rest.is_empty() {
        let (argument, behind) = match rest.strip_prefix('\'') {
            Some(inside) => inside.split_once('\'').unwrap_or((inside, "")),
            None => rest.split_once(' ').unwrap_or((rest, "")),
        };
        list.push(argument.to_owned());
        rest = behind.trim_start();
    }
    list
}

fn whole_number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.trim().parse().ok(),
    }
}

fn pieces<'a>(text: &str) -> Vec<Datum<'a>> {
    text.split_whitespace().map(|piece| Datum::text(piece.to_owned())).collect()
}

fn arguments_of<'a>(text: &str) -> Vec<Datum<'a>> {
    texts::command_line_arguments(text).into_iter().map(Datum::text).collect()
}

fn parts<'a>(text: Cow<'a, str>, at: &str) -> Vec<Datum<'a>> {
    let own = |part: &str| Datum::text(Cow::<str>::Owned(part.trim().to_owned()));
    text.split(at).filter(|part| !part.trim().is_empty()).map(own).collect()
}

/// Reads `[a, b]`, `"a","b"`, `a b` as several values.
fn listed<'a>(text: Cow<'a, str>) -> Vec<Datum<'a>> {
    let inside = text.trim().trim_start_matches(['[', '{', '(']).trim_end_matches([']', '}', ')']);
    let between = if inside.contains(',') { ',' } else { ' ' };
    let own = |part: &str| part.trim().trim_matches(['"', '\'']).to_owned();
    inside.split(between).map(own).filter(|part| !part.is_empty()).map(Datum::text).collect()
}

fn scaled<'a>(datum: &Datum<'_>, by: f64) -> Option<Datum<'a>> {
    let number: f64 = datum.clone().written().trim().parse().ok()?;
    let product = (number * by).round();
    (product.is_finite() && product.abs() < 9e18).then_some(Datum::Leaf(LeafValue::Int(product as i64)))
}

fn timed<'a>(text: Cow<'a, str>, pattern: &TimePattern) -> Option<Datum<'a>> {
    let (when, rest) = pattern.read(&text)?;
    rest.trim().is_empty().then_some(Datum::Time(when, text))
}

fn stripped<'t>(text: &'t str, own: &str) -> &'t str {
    let front = text.strip_prefix(own).unwrap_or(text);
    front.strip_suffix(own).unwrap_or(front)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(filter: &str, text: &str) -> Vec<String> {
        let filter = Filter::parse(filter, &Maps::new()).expect("a test writes filters");
        filter.apply(vec![Datum::text(text)]).into_iter().map(|datum| datum.written().into_owned()).collect()
    }

    #[test]
    fn each_filter_does_what_it_says() {
        let rows: &[(&str, &str, &[&str])] = &[
            ("lower", "ABC", &["abc"]),
            ("before '@'", "a@b@c", &["a"]),
            ("after_last '@'", "a@b@c", &["c"]),
            ("before '@'", "abc", &[]),
            ("strip '\"'", "\"x\"", &["x"]),
            ("replace 'a' 'b'", "aXa", &["bXb"]),
            ("split ','", "a, b,,c", &["a", "b", "c"]),
            ("list", "[\"a\", \"b\"]", &["a", "b"]),
            ("snake", "UserLoggedIn", &["user_logged_in"]),
            ("kebab", "user.MFA enabled", &["user-mfa-enabled"]),
            ("snake", "ConsoleLogin2FA", &["console_login2_fa"]),
            ("ip", "[2001:db8::1]:443", &["2001:db8::1"]),
            ("port", "192.0.2.1:443", &["443"]),
            ("ip", "example.com:443", &[]),
            ("scale 1000000", "1.5", &["1500000"]),
            ("hex", "2F62696E2F6C73", &["/bin/ls"]),
            ("hextoint", "0x1f", &["31"]),
            ("basename", "C:\\Windows\\cmd.exe", &["cmd.exe"]),
            ("match 'user {name} from'", "user alice from", &["alice"]),
            ("nth -1", "x", &["x"]),
        ];
        for (filter, text, wanted) in rows {
            assert_eq!(run(filter, text), *wanted, "{filter}: {text}");
        }
    }
}
