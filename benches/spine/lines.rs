//! Lines like those of a busy site: always the same ones.

use std::io::Write;
use std::path::Path;

const PATHS: usize = 40_000;
const ADDRESSES: usize = 150_000;
const SPAN: u64 = 7 * 86_400;
/// 2025-10-20T00:00:00Z, a Monday.
const START: i64 = 1_760_918_400;
const WORDS: [&str; 24] = [
    "catalogue",
    "product",
    "cart",
    "order",
    "invoice",
    "review",
    "image",
    "style",
    "script",
    "search",
    "account",
    "login",
    "report",
    "export",
    "admin",
    "help",
    "blog",
    "offer",
    "lamp",
    "table",
    "chair",
    "sofa",
    "clock",
    "vase",
];
const AGENTS: [&str; 4] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/",
    "Mozilla/5.0 (X11; Linux x86_64; rv:135.0) Gecko/20100101 Firefox/",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 Version/",
];

/// A small generator of pseudo-random numbers (SplitMix64, Steele and others 2014).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.roll()) * u128::from(n)) >> 64) as u64
    }

    /// Rolls so that small numbers come far more often than large ones.
    fn skewed(&mut self, n: usize) -> usize {
        let unit = (self.roll() >> 11) as f64 / (1u64 << 53) as f64;
        (((n as f64).powf(unit) - 1.0) as usize).min(n - 1)
    }
}

/// Writes so many combined lines over a week.
pub fn write(path: &Path, lines: u64) -> std::io::Result<()> {
    let mut dice = Dice(43);
    let paths: Vec<String> = (0..PATHS).map(|n| target(&mut dice, n)).collect();
    let addresses: Vec<String> = (0..ADDRESSES).map(|n| address(&mut dice, n)).collect();
    let mut out = super::writer(path)?;
    let (mut second, mut stamp) = (u64::MAX, String::new());
    for n in 0..lines {
        let now = (u128::from(n) * u128::from(SPAN) / u128::from(lines)) as u64;
        if now != second {
            second = now;
            let time = vestigo::record::Timestamp::from_secs(START + now as i64);
            stamp = clf(time);
        }
        line(&mut out, &mut dice, &stamp, &paths, &addresses)?;
    }
    out.flush()
}

fn target(dice: &mut Dice, n: usize) -> String {
    let mut word = || WORDS[dice.below(WORDS.len() as u64) as usize];
    match n % 3 {
        0 => format!("/{}/{}-{}-{n}.html", word(), word(), word()),
        1 => format!("/static/{}/{n:08x}.css", word()),
        _ => format!("/api/v1/{}/{n}", word()),
    }
}

fn address(dice: &mut Dice, n: usize) -> String {
    if n.is_multiple_of(50) {
        return format!(
            "2001:db8:{:x}:{:x}::{:x}",
            dice.below(65_536),
            dice.below(65_536),
            dice.below(65_536)
        );
    }
    format!("{}.{}.{}.{}", 1 + dice.below(222), dice.below(256), dice.below(256), 1 + dice.below(254))
}

/// Writes a time as the common log format does: `20/Oct/2025:00:00:00 +0000`.
fn clf(time: vestigo::record::Timestamp) -> String {
    let text = time.to_string();
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = months[text[5..7].parse::<usize>().expect("RFC 3339 has a month") - 1];
    format!("{}/{month}/{}:{} +0000", &text[8..10], &text[..4], &text[11..19])
}

fn line(
    out: &mut impl Write,
    dice: &mut Dice,
    stamp: &str,
    paths: &[String],
    addresses: &[String],
) -> std::io::Result<()> {
    if dice.below(1000) < 6 {
        let (host, path) =
            (4 + dice.below(8), ["/wp-login.php", "/.env", "/.git/config"][dice.below(3) as usize]);
        let status = [404, 404, 403, 200][dice.below(4) as usize];
        return writeln!(
            out,
            "185.220.101.{host} - - [{stamp}] \"GET {path} HTTP/1.1\" {status} {} \"-\" \"sqlmap/1.7.2#stable\"",
            146 + dice.below(600)
        );
    }
    let (from, path) = (&addresses[dice.skewed(ADDRESSES)], &paths[dice.skewed(PATHS)]);
    let method = if dice.below(12) == 0 { "POST" } else { "GET" };
    let status = [200, 200, 200, 200, 200, 200, 200, 200, 200, 304, 302, 404][dice.below(12) as usize];
    let user = if dice.below(300) == 0 { "alice" } else { "-" };
    write!(out, "{from} - {user} [{stamp}] \"{method} {path}")?;
    match dice.below(8) {
        0 => write!(
            out,
            "?q={}+{}&page={}",
            WORDS[dice.below(24) as usize],
            WORDS[dice.below(24) as usize],
            dice.below(40)
        )?,
        1 => write!(out, "?session={:016x}", dice.roll())?,
        _ => {}
    }
    let size = if status == 304 { 0 } else { 200 + dice.below(60_000) };
    write!(out, " HTTP/1.1\" {status} {size} ")?;
    match dice.below(3) {
        0 => write!(out, "\"-\"")?,
        _ => write!(out, "\"https://shop.example{}\"", paths[dice.skewed(PATHS)])?,
    }
    let (agent, version) = (AGENTS[dice.below(4) as usize], 90 + dice.below(50));
    writeln!(out, " \"{agent}{version}.0.{}.{} Safari/537.36\"", dice.below(60), dice.below(4))
}
