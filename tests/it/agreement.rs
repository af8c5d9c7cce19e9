//! The program's counts against independent counts of real logs.

use std::collections::BTreeMap;
use std::path::Path;

use crate::env::{TestEnv, corpus};

/// Three real access logs, in UTC, in which the first word is the address and the word
/// behind the quoted request is the status.
const ACCESS: [&str; 3] =
    ["web/apache-access-10k.log", "web/nginx-ingress-access.log", "web/access-lnav.log"];

fn lines(path: &Path) -> Vec<String> {
    let bytes = std::fs::read(path).expect("the corpus holds it");
    String::from_utf8_lossy(&bytes)
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(str::to_owned)
        .collect()
}

fn status(line: &str) -> Option<&str> {
    line.split("\" ").nth(1)?.split(' ').next()
}

/// The day and hour as written, with the offset: `20/May/2015:21 +0000`.
fn hour(line: &str) -> Option<String> {
    let stamp = line.split('[').nth(1)?.split(']').next()?;
    Some(format!("{} {}", &stamp.get(..14)?, stamp.split(' ').nth(1)?))
}

#[test]
fn counts_agree_with_counting_lines() {
    let Some(corpus) = corpus("counts_agree_with_counting_lines") else { return };
    for name in ACCESS {
        let (env, path) = (TestEnv::new(), corpus.join(name));
        env.import(&path, &[]);
        let lines = lines(&path);
        for code in ["200", "404", "301", "500"] {
            let wanted = lines.iter().filter(|line| status(line) == Some(code)).count();
            let got = env.run(&["search", "--count", &format!("status:{code}")]);
            assert_eq!(got.text().trim(), wanted.to_string(), "{name}, status {code}");
        }
        let wanted = lines.iter().filter(|line| line.contains("\"GET ")).count();
        assert_eq!(env.run(&["search", "--count", "method:GET"]).text().trim(), wanted.to_string(), "{name}");
    }
}

#[test]
fn top_agrees_with_counting_first_words() {
    let Some(corpus) = corpus("top_agrees_with_counting_first_words") else { return };
    for name in ACCESS {
        let (env, path) = (TestEnv::new(), corpus.join(name));
        env.import(&path, &[]);
        let mut counted: BTreeMap<String, u64> = BTreeMap::new();
        for line in lines(&path) {
            let address = line.split(' ').next().expect("no line is empty").to_owned();
            *counted.entry(address).or_default() += 1;
        }
        let mut wanted: Vec<(u64, String)> =
            counted.into_iter().map(|(address, count)| (count, address)).collect();
        wanted.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let top = env.run(&["--json", "top", "source.address", "-n", "1000000"]).ends(0).json();
        let mut got: Vec<(u64, String)> = top
            .iter()
            .map(|row| {
                (row["count"].as_u64().expect("a count"), row["value"].as_str().expect("a value").to_owned())
            })
            .collect();
        got.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        assert_eq!(got, wanted, "{name}");
    }
}

#[test]
fn the_timeline_agrees_with_counting_hours() {
    let Some(corpus) = corpus("the_timeline_agrees_with_counting_hours") else { return };
    for name in ACCESS {
        let (env, path) = (TestEnv::new(), corpus.join(name));
        env.import(&path, &[]);
        let mut wanted: BTreeMap<String, u64> = BTreeMap::new();
        for line in lines(&path) {
            *wanted.entry(hour(&line).expect("every line tells its time")).or_default() += 1;
        }
        let rows = env.run(&["--json", "timeline", "--interval", "1h"]).ends(0).json();
        let mut counts: Vec<u64> =
            rows.iter().filter_map(|row| row["count"].as_u64()).filter(|count| *count > 0).collect();
        let mut hours: Vec<u64> = wanted.values().copied().collect();
        counts.sort_unstable();
        hours.sort_unstable();
        assert_eq!(counts, hours, "{name}");
    }
}

#[test]
fn words_agree_with_searching_lines() {
    let Some(corpus) = corpus("words_agree_with_searching_lines") else { return };
    let logs = ["auth/linux-syslog-2k.log", "auth/linux-auth-ubuntu1204.log", "web/apache-access-10k.log"];
    for name in logs {
        let (env, path) = (TestEnv::new(), corpus.join(name));
        env.import(&path, &[]);
        for word in ["root", "invalid", "googlebot", "opened", "ruby"] {
            let has = |line: &&String| {
                line.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|token| token == word)
            };
            let wanted = lines(&path).iter().filter(has).count();
            let got = env.run(&["search", "--count", word]);
            assert_eq!(got.text().trim(), wanted.to_string(), "{name}: {word}");
        }
    }
}
