//! Guessed web password: many attempts at the login page of a web server by one source.
//!
//! For access logs, which tell no user and no outcome: a POST to a path with a login's name
//! whose answer is 401 or 403, or the same status and size as most (the form again), failed;
//! one that is answered with a redirect or, after refusals, with 200 succeeded. A 401 to any
//! request that names a user (basic authentication) failed as well. Five in a
//! leaky bucket (one leaks in 10 s; CrowdSec's http-bf-wordpress_bf) or 8 in 10 minutes are
//! guessing. Many behind one address may well sign in to an application that answers all
//! with 200, so this is low unless most were refused (401, 403) or WordPress answered: then 20
//! are medium, and refusals that end in an entry are high.
//!
//! score = attempts / 5; confidence = 1 − 2^(−attempts / 10).

use std::collections::BTreeMap;

use crate::analyse::detectors::detector::{
    Anomaly, Detector, DetectorOutcome, DetectorScope, Parameter, Parameters,
};
use crate::analyse::detectors::events::Events;
use crate::record::Severity;

use super::attempts::{HOUR, SECOND, known, rank};
use super::parameter::parameter;
use super::{report, window};
use crate::analyse::detectors::leaky_bucket::LeakyBucket;

/// The row of this detector in the table.
pub const DETECTOR: Detector = Detector {
    name: "guessed-web-password",
    about: "Many attempts at the login page of a web server by one source",
    scope: DetectorScope::Requests,
    needs: &["url.path", "http.request.method", "http.response.status_code"],
    uses: &["source.ip", "source.address", "http.response.body.bytes", "url.domain", "user.name"],
    least_events: 5,
    attack: &["T1110.001"],
    parameters: &PARAMETERS,
    run,
};

const PARAMETERS: [Parameter; 4] = [
    parameter("fast", "attempts that fill the bucket", 5.0, 2.0, 1000.0),
    parameter("fast-leak", "seconds in which one leaks from it", 10.0, 1.0, 3600.0),
    parameter("steady", "attempts in 10 minutes that are guessing at any speed", 8.0, 2.0, 1000.0),
    parameter("flood", "attempts that are medium", 20.0, 5.0, 1e6),
];

/// Words of which a path of a login has one, between anything but letters.
const WORDS: [&str; 9] = [
    "login",
    "signin",
    "logon",
    "xmlrpc",
    "wp-login",
    "sign-in",
    "log-in",
    "authenticate",
    "j_security_check",
];
const EPISODE: i64 = HOUR;
const STEADY: i64 = 600 * SECOND;

fn run(events: &Events, parameters: &Parameters<'_>) -> DetectorOutcome {
    let source = |field, value: &str| Some((field, value.to_owned()));
    let (sources, of_source) = rank(events, &["source.ip", "source.address"], source);
    let mut posts: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for row in (0..events.len()).filter(|row| is_login(events, *row)) {
        of_source[row].into_iter().for_each(|source| posts.entry(source).or_default().push(row));
    }
    let mut found = Vec::new();
    for (source, rows) in &posts {
        for episode in window::episodes(rows, |row| events.time(row), EPISODE) {
            let (field, value) = &sources[*source as usize];
            let guessing = Guessing::of(episode, events);
            if guessing.is_enough(events, parameters) {
                found.push(guessing.report(events, (field, value), parameters));
            }
        }
    }
    report::ordered(found)
}

/// Returns whether a request posts to a login, or is refused with a user's name in it.
fn is_login(events: &Events, row: usize) -> bool {
    if events.text("http.response.status_code", row) == Some("401")
        && known(events.text("user.name", row)).is_some()
    {
        return true;
    }
    let Some(path) = events.text("url.path", row) else { return false };
    let posts =
        events.text("http.request.method", row).is_some_and(|method| method.eq_ignore_ascii_case("POST"));
    posts && WORDS.iter().any(|word| has_word(&path.to_ascii_lowercase(), word))
}

fn has_word(path: &str, word: &str) -> bool {
    path.match_indices(word).any(|(at, _)| {
        let letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
        !letter(path[..at].chars().next_back()) && !letter(path[at + word.len()..].chars().next())
    })
}

/// The posts of a source to logins, in an episode.
struct Guessing {
    failed: Vec<usize>,
    refused: usize,
    entered: Option<usize>,
    /// Whether the path is WordPress's, which answers with the form again when it refuses.
    form: bool,
}

impl Guessing {
    fn of(rows: &[usize], events: &Events) -> Guessing {
        let status = |row: usize| events.text("http.response.status_code", row).unwrap_or("");
        let answer = |row: usize| (status(row), events.text("http.response.body.bytes", row));
        let mut counts = BTreeMap::new();
        rows.iter().for_each(|row| *counts.entry(answer(*row)).or_insert(0) += 1);
        let same = |row: usize| counts[&answer(row)] * 2 > rows.len();
        let refusal = |row: &usize| matches!(status(*row), "401" | "403");
        let failed = |row: &usize| refusal(row) || status(*row) == "200" && same(*row);
        let failures: Vec<usize> = rows.iter().copied().filter(failed).collect();
        let refused = rows.iter().filter(|row| refusal(row)).count();
        let ends = |row: &&usize| {
            matches!(status(**row), "302" | "303")
                || refused * 2 > rows.len() && matches!(status(**row), "200" | "201" | "204")
        };
        let last = failures.last().copied().unwrap_or(usize::MAX);
        let entered = rows.iter().find(|row| **row > last && ends(row)).copied();
        let wordpress =
            |row: &usize| events.text("url.path", *row).is_some_and(|path| path.ends_with("/wp-login.php"));
        Guessing { form: rows.iter().all(wordpress), failed: failures, refused, entered }
    }

    fn is_enough(&self, events: &Events, parameters: &Parameters<'_>) -> bool {
        let leak = (parameters.get("fast-leak") * SECOND as f64) as i64;
        let mut bucket = LeakyBucket::new(leak.max(1));
        let capacity = parameters.get("fast");
        let steady = parameters.get("steady") as usize;
        let time = |row: usize| events.time(row);
        let full = self.failed.iter().fold(false, |full, row| bucket.overflows(time(*row), capacity) | full);
        full || self.failed.windows(steady).any(|rows| time(rows[steady - 1]) - time(rows[0]) <= STEADY)
    }

    fn report(&self, events: &Events, source: (&&'static str, &str), parameters: &Parameters<'_>) -> Anomaly {
        let attempts = self.failed.len();
        let refused = self.refused * 2 > attempts;
        let severity = match self.entered {
            Some(_) if refused => Severity::High,
            _ if (refused || self.form) && attempts as f64 >= parameters.get("flood") => Severity::Medium,
            _ => Severity::Low,
        };
        let guessed = severity == Severity::High;
        let (start, last) = (events.time(self.failed[0]), events.time(self.failed[attempts - 1]));
        let end = self.entered.map_or(last, |row| events.time(row));
        let path = events.text("url.path", self.failed[0]).unwrap_or("/");
        let entered = match self.entered {
            Some(row) => format!(
                "; the last answer, {}, looks like an entry",
                events.text("http.response.status_code", row).unwrap_or("")
            ),
            None => String::new(),
        };
        let domain = known(events.text("url.domain", self.failed[0]));
        let entity = [(*source.0, source.1.to_owned())]
            .into_iter()
            .chain(domain.map(|domain| ("url.domain", domain.to_owned())));
        Anomaly {
            title: if guessed {
                "Password of a web login guessed"
            } else {
                "Passwords of a web login guessed without success"
            }
            .to_owned(),
            why: format!(
                "{} posted {attempts} times to {path} in {}, {} of them refused{entered}. Who knows the password needs one or two.",
                source.1,
                report::duration(last - start),
                self.refused,
            ),
            severity,
            confidence: 1.0 - (-(attempts as f64) / 10.0).exp2(),
            entity: entity.collect(),
            events: report::rows(self.failed.iter().chain(&self.entered).map(|row| *row as u32)),
            start,
            end,
            attack: if guessed { vec!["T1110.001", "T1078"] } else { vec!["T1110.001"] },
            numbers: BTreeMap::from([
                ("attempts", attempts as f64),
                ("refused", self.refused as f64),
                ("seconds", (last - start) as f64 / SECOND as f64),
                ("entered", self.entered.is_some() as u8 as f64),
                ("score", attempts as f64 / 5.0),
            ]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Row, found};
    use super::*;

    fn posts(count: i64, distance: i64, path: &'static str, status: &'static str) -> Vec<Row> {
        let post = |at| Row {
            method: "POST",
            path,
            status,
            source: "203.0.113.9",
            time: at * distance,
            ..Row::default()
        };
        (0..count).map(post).collect()
    }

    fn severities(rows: &[Row]) -> Vec<Severity> {
        found(&DETECTOR, rows).iter().map(|one| one.severity).collect()
    }

    #[test]
    fn five_posts_at_once_are_low_and_four_are_nothing() {
        assert_eq!(severities(&posts(5, 0, "/wp-login.php", "200")), [Severity::Low]);
        assert_eq!(severities(&posts(4, 0, "/wp-login.php", "200")), []);
    }

    #[test]
    fn eight_in_ten_minutes_are_low_and_seven_are_nothing() {
        assert_eq!(severities(&posts(8, 85, "/apps/login", "401")), [Severity::Low]);
        assert_eq!(severities(&posts(8, 86, "/apps/login", "401")), []);
        assert_eq!(severities(&posts(7, 60, "/apps/login", "401")), []);
    }

    #[test]
    fn twenty_are_medium() {
        assert_eq!(severities(&posts(19, 1, "/login", "403")), [Severity::Low]);
        assert_eq!(severities(&posts(20, 1, "/login", "403")), [Severity::Medium]);
    }

    #[test]
    fn many_answered_with_200_are_low_unless_wordpress_answers() {
        assert_eq!(severities(&posts(50, 1, "/login", "200")), [Severity::Low]);
        assert_eq!(severities(&posts(50, 1, "/wp-login.php", "200")), [Severity::Medium]);
    }

    #[test]
    fn refused_names_of_basic_authentication_are_guesses() {
        let mut rows = posts(5, 0, "/private", "401");
        assert_eq!(severities(&rows), []);
        rows.iter_mut().for_each(|row| (row.method, row.user) = ("GET", "ann"));
        assert_eq!(severities(&rows), [Severity::Low]);
    }

    #[test]
    fn an_entry_after_refusals_is_high() {
        let mut rows = posts(10, 1, "/login", "401");
        rows.push(Row { time: 30, ..posts(1, 0, "/login", "302")[0] });
        assert_eq!(severities(&rows), [Severity::High]);
    }

    #[test]
    fn other_paths_are_no_logins() {
        assert_eq!(severities(&posts(50, 1, "/blogs/catalogin", "401")), []);
        assert!(has_word("/user/login.php", "login") && !has_word("/loginhelp", "login"));
    }
}
