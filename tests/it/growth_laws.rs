//! Files that grow and rotate, whatever they hold and in whatever order they are imported.

use proptest::prelude::*;
use serde_json::Value;

use crate::env::TestEnv;
use crate::growth::{events, fresh, gzip, line};

/// A way in which a file is found.
#[derive(Debug, Clone, Copy)]
enum Found {
    Plain,
    Rotated,
    Compressed,
}

fn content() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        6 => (0usize..5000).prop_map(line),
        1 => Just("\tat somewhere\n".to_owned()),
        1 => Just("\n".to_owned()),
        1 => Just("  \r\n".to_owned()),
        1 => "[ -~]{0,30}\n",
        1 => Just("{\"a\":1,\"b\":{\"c\":\"d\"}}\n".to_owned()),
        1 => Just("{\n  \"a\": 2\n}\n".to_owned()),
    ];
    (prop::collection::vec(piece, 1..12), any::<bool>()).prop_map(|(pieces, ends)| {
        let mut bytes = pieces.concat().into_bytes();
        if !ends {
            bytes.pop();
        }
        bytes
    })
}

fn json_lines() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        (0usize..50).prop_map(|n| format!("{{\"time\":\"2026-03-01T00:00:{n:02}Z\",\"n\":{n}}}\n")),
        (0usize..50).prop_map(|n| format!("{{\n \"time\":\"2026-03-01T00:01:{n:02}Z\"\n}}\n")),
    ];
    prop::collection::vec(piece, 1..8).prop_map(|pieces| pieces.concat().into_bytes())
}

/// Imports beginnings of a content, each found in some way, and the whole among them.
fn stages() -> impl Strategy<Value = Vec<(prop::sample::Index, Found)>> {
    let found = prop_oneof![Just(Found::Plain), Just(Found::Rotated), Just(Found::Compressed)];
    prop::collection::vec((any::<prop::sample::Index>(), found), 1..4)
}

fn same_events(whole: &[u8], stages: &[(prop::sample::Index, Found)], last: Found, at: usize) {
    let env = TestEnv::new();
    let mut steps: Vec<(&[u8], Found)> =
        stages.iter().map(|(end, found)| (&whole[..end.index(whole.len() + 1)], *found)).collect();
    steps.insert(at % (steps.len() + 1), (whole, last));
    for (content, found) in steps {
        let path = match found {
            Found::Plain => env.write("access.log", content),
            Found::Rotated => env.write("access.log.1", content),
            Found::Compressed => env.write("access.log.2.gz", gzip(content)),
        };
        for row in env.import(&path, &[]).iter().filter(|row| row.get("bytes").is_some()) {
            let part = |name: &str| row["bytes"][name].as_u64().expect("every part is counted");
            let sum = ["events", "continuations", "blank", "rejected"].map(part).iter().sum::<u64>();
            assert_eq!(part("total"), sum, "{row}");
        }
    }
    let sorted = |mut events: Vec<Value>| {
        events.sort_by_key(|event| event["vestigo.record"].as_u64());
        events
    };
    assert_eq!(sorted(events(&env)), sorted(fresh(whole)));
    env.run(&["verify", "--roots"]).exits(0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_stages_give_the_events_of_the_whole(
        whole in content(), stages in stages(), last in 0u8..3, at: usize
    ) {
        let last = [Found::Plain, Found::Rotated, Found::Compressed][usize::from(last)];
        same_events(&whole, &stages, last, at);
    }

    #[test]
    fn any_stages_of_json_give_the_events_of_the_whole(
        whole in json_lines(), stages in stages(), at: usize
    ) {
        same_events(&whole, &stages, Found::Plain, at);
    }
}
