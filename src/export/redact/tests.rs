use proptest::prelude::*;

use super::*;

fn redactor(values: &[(&str, &str)]) -> Redactor {
    let secrets = values.iter().map(|(field, value)| Secret::new(&[7; 32], field, value)).collect();
    Redactor::with(secrets).expect("it is made")
}

fn token(field: &str, value: &str) -> String {
    Secret::new(&[7; 32], field, value).token()
}

#[test]
fn a_value_becomes_the_same_token_wherever_it_stands() {
    let redactor = redactor(&[("user.name", "alice"), ("user.name", "al")]);
    let alice = token("user.name", "alice");
    assert_eq!(redactor.text("Alice <alice@x> malice"), format!("{alice} <{alice}@x> m{alice}"));
    assert_eq!(redactor.text("al, also, al2"), format!("{0}, also, {0}2", token("user.name", "al")));
}

#[test]
fn a_value_that_is_too_short_where_it_stands_hides_no_longer_one() {
    let names = redactor(&[("user.name", "ali"), ("user.name", "liceverylong")]);
    assert_eq!(names.text("aliceverylong"), format!("a{}", token("user.name", "liceverylong")));
    let names = redactor(&[("user.name", "alice"), ("user.name", "bob")]);
    let (alice, bob) = (token("user.name", "alice"), token("user.name", "bob"));
    assert_eq!(names.text("alicebob"), format!("{alice}{bob}"));
    assert_eq!(names.text("alicebobby"), format!("{alice}bobby"));
}

#[test]
fn a_value_is_found_in_any_case_and_the_one_written_so_comes_first() {
    let names = redactor(&[("user.name", "Zoë"), ("user.name", "zoë"), ("user.name", "Erika Muster")]);
    let [upper, lower] = ["Zoë", "zoë"].map(|name| token("user.name", name));
    assert_eq!(names.text("Zoë zoë ZOË"), format!("{upper} {lower} {upper}"));
    let erika = token("user.name", "Erika Muster");
    assert_eq!(names.text("İ ERIKA\u{200b} MUSTER, u=erika+muster"), format!("İ {erika}, u={erika}"));
}

#[test]
fn an_address_is_found_however_it_is_spelt() {
    let redactor = redactor(&[
        ("source.ip", "2001:db8::beef"),
        ("source.ip", "192.0.2.77"),
        ("source.ip", "::ffff:198.51.100.44"),
    ]);
    let six = token("source.ip", "2001:db8::beef");
    let four = token("source.ip", "192.0.2.77");
    let mapped = token("source.ip", "::ffff:198.51.100.44");
    for (text, wanted) in [
        ("from 2001:DB8:0:0::beef to", format!("from {six} to")),
        ("peer:2001:0DB8:0:0:0:0:0:BEEF done", format!("peer:{six} done")),
        ("src:2001:db8:0000:0000:0000:0000:0000:beef.", format!("src:{six}.")),
        ("[2001:db8:0:0::beef]:443", format!("[{six}]:443")),
        ("2001:db8:0::beef%eth0", format!("{six}%eth0")),
        ("2001%3Adb8%3A%3Abeef", six.clone()),
        ("192.0.2.77:443, v1.192.0.2.77.", format!("{four}:443, v1.{four}.")),
        ("::ffff:192.0.2.77", four.clone()),
        ("::ffff:c000:24d", four.clone()),
        ("198.51.100.44", mapped.clone()),
        ("ip-192-0-2-77.x 9-192-0-2-77_8", format!("ip-{four}.x 9-{four}_8")),
        ("77.2.0.192.IN-ADDR.arpa", format!("{four}.IN-ADDR.arpa")),
        (
            "x f.e.e.b.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
            format!("x {six}.ip6.arpa"),
        ),
    ] {
        assert!(redactor.touches(text), "{text}");
        assert_eq!(redactor.text(text), wanted);
    }
    for text in
        ["192.0.2.78", "::", "1:2:3", "2026-03-02", "77.2.0.192", "2001:db8::bee", "ip6.arpa .ip6.arpa"]
    {
        assert_eq!(redactor.text(text), text);
    }
}

#[test]
fn escapes_hide_nothing() {
    let redactor = redactor(&[("user.name", "alice"), ("user.name", "Zoë")]);
    let (alice, zoe) = (token("user.name", "alice"), token("user.name", "Zoë"));
    for escaped in
        ["%61lice", "al%2569ce", "&#97;lice", "&#x41;lice", "\\u0061lice", "\\x61lice", "%26%2397;lice"]
    {
        assert_eq!(redactor.text(&format!("/u?n={escaped}&x")), format!("/u?n={alice}&x"), "{escaped}");
    }
    assert_eq!(redactor.text("zo%C3%AB ZO\\xc3\\x8b zo&#235;"), format!("{zoe} {zoe} {zoe}"));
    assert_eq!(redactor.text("100% &amp; \\n"), "100% &amp; \\n");
}

#[test]
fn numbers_are_taken_out_and_names_that_are_ours_stay() {
    let redactor = redactor(&[("user.id", "1001"), ("user.name", "title")]);
    let mut value = serde_json::json!({ "title": ["x", "title"], "n": [1001, 10010, 1] });
    redactor.json(&mut value);
    let (id, title) = (token("user.id", "1001"), token("user.name", "title"));
    assert_eq!(value, serde_json::json!({ "title": ["x", title], "n": [id, 10010, 1] }));
    let used: Vec<u64> = redactor.ledger().map(|(_, used)| used).collect();
    assert_eq!(used, [1, 1]);
}

#[test]
fn of_an_event_only_our_places_and_words_of_closed_lists_stay() {
    let names = ["alice", "GET", "web", "Alice", "2026"];
    let redactor = redactor(&names.map(|name| ("user.name", name)));
    let [alice, get, .., year] = names.map(|name| token("user.name", name));
    let event = |value: serde_json::Value| value.as_object().expect("an object").clone();
    let mut shown = event(serde_json::json!({ "id": "alice:1", "@timestamp": "2026-03-02T10:00:00Z",
        "event.category": ["web", "alice"], "event.outcome": "alice", "http.request.method": "GET",
        "http.version": "GET", "labels.ALICE": "2026", "labels.alice": 2 }));
    redactor.event(&mut shown);
    let upper = token("user.name", "alice");
    let wanted = event(serde_json::json!({ "id": "alice:1", "@timestamp": "2026-03-02T10:00:00Z",
        "event.category": ["web", alice], "event.outcome": alice, "http.request.method": "GET",
        "http.version": get, format!("labels.{upper}"): year, format!("labels.{upper}+"): 2 }));
    assert_eq!(shown, wanted);
}

#[test]
fn the_field_of_a_value_is_told_without_the_value() {
    let redactor = redactor(&[("user.name", "alice"), ("source.ip", "192.0.2.77")]);
    assert_eq!(redactor.field_in("from ::ffff:192.0.2.77"), Some("source.ip"));
    assert_eq!(redactor.field_in("nothing"), None);
    assert_eq!(Redactor::none().field_in("alice"), None);
}

/// Folds letter by letter, more simply than the code does.
fn plain(text: &str) -> Vec<char> {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// Tells whether a name stands in a text where it has to be taken out.
fn stands_in(text: &str, name: &str) -> bool {
    let (text, name) = (plain(text), plain(name));
    let long = name.iter().collect::<String>().len() > 4;
    let joined = |a: Option<&char>, b: Option<&char>| match (a, b) {
        (Some(a), Some(b)) => a.is_alphabetic() && b.is_alphabetic() || a.is_numeric() && b.is_numeric(),
        _ => false,
    };
    text.windows(name.len()).enumerate().any(|(at, window)| {
        let before = at.checked_sub(1).map(|at| &text[at]);
        let alone = !joined(before, name.first()) && !joined(name.last(), text.get(at + name.len()));
        window == name && (long || alone)
    })
}

proptest! {
    #[test]
    fn no_name_is_left_where_it_has_to_be_taken_out(
        names in proptest::collection::vec("[a-cë1]{1,3}|[A-CÉß]{4,9}|[ab1]{2}[.-][ab]{2,5}", 1..6),
        pieces in proptest::collection::vec("[a-cA-CëËéß1 .%-]{0,6}|\\PC{0,4}", 0..8),
        order in proptest::collection::vec((any::<prop::sample::Index>(), 0..3), 8),
    ) {
        let mut text = String::new();
        for (piece, (at, how)) in pieces.iter().zip(&order) {
            let name = &names[at.index(names.len())];
            text.push_str(piece);
            match how {
                0 => text.push_str(name),
                1 => text.extend(name.chars().flat_map(char::to_uppercase)),
                _ => text.extend(name.bytes().map(|byte| format!("%{byte:02x}"))),
            }
        }
        let values: Vec<(&str, &str)> = names.iter().map(|name| ("user.name", name.as_str())).collect();
        let redactor = redactor(&values);
        let tokens: Vec<String> = redactor.secrets.iter().map(Secret::token).collect();
        let mut rests = vec![redactor.text(&text)];
        for token in &tokens {
            rests = rests.iter().flat_map(|rest| rest.split(token.as_str())).map(str::to_owned).collect();
        }
        for rest in &rests {
            prop_assert!(!redactor.touches(rest), "{rest:?} of {text:?}");
            for name in &names {
                prop_assert!(!stands_in(rest, name), "{name:?} in {rest:?} of {text:?}");
            }
        }
    }
    #[test]
    fn every_text_passes(text in "[0-9a-f:._%&#;x\\\\-]{0,40}(in-addr.arpa|ip6.arpa|ë)?\\PC{0,8}") {
        let redactor = redactor(&[("source.ip", "::"), ("source.ip", "1.2.3.4"), ("user.name", "ë1")]);
        let clean = redactor.text(&text);
        prop_assert_eq!(redactor.touches(&text), clean != text);
    }
}
