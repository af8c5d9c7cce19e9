//! Real logs of other people, whole folders at once.

use serde_json::Value;

use crate::env::{TestEnv, corpus};

#[test]
fn every_byte_of_real_logs_is_accounted_for() {
    let Some(corpus) = corpus("every_byte_of_real_logs_is_accounted_for") else { return };
    let env = TestEnv::new();
    let folders = ["web", "auth", "cloud", "db", "json", "archives", "windows"];
    let paths: Vec<String> =
        folders.iter().map(|folder| corpus.join(folder).to_string_lossy().into_owned()).collect();
    let mut words = vec!["--json", "import"];
    words.extend(paths.iter().map(String::as_str));
    let rows = env.run(&words).json();
    let (total, rows) = rows.split_last().expect("the total comes last");
    let part = |row: &Value, name: &str| row["bytes"][name].as_u64().expect("every part is counted");
    for row in rows {
        let sum =
            ["events", "continuations", "blank", "rejected"].map(|name| part(row, name)).iter().sum::<u64>();
        assert_eq!(part(row, "total"), sum, "{row}");
    }
    assert_eq!(total["total"]["failed"], 0, "{total}");
    env.run(&["verify", "--deep"]).exits(0);
    let events = total["total"]["events"].as_u64().expect("a number");
    assert_eq!(env.run(&["search", "--count", "*"]).text().trim(), events.to_string());
}

#[test]
fn an_envelope_of_cloudtrail_gives_every_record() {
    let Some(corpus) = corpus("an_envelope_of_cloudtrail_gives_every_record") else { return };
    let env = TestEnv::new();
    let rows = env.import(&corpus.join("archives/cloudtrail-s3-layout.tar"), &[]);
    let total = rows.last().expect("the total comes last");
    assert_eq!(total["total"]["events"], 21);
    assert_eq!(total["total"]["unparsed"], 0);
}

#[test]
fn a_gzip_of_three_members_is_read_to_its_end() {
    let Some(corpus) = corpus("a_gzip_of_three_members_is_read_to_its_end") else { return };
    let env = TestEnv::new();
    let rows = env.import(&corpus.join("archives/apache-multimember.log.gz"), &[]);
    assert_eq!(rows[0]["events"], 1200);
}
