use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::redactor::Redactor;
use super::secret::Secret;

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
    assert_eq!(redactor.into_ledger("", "").secrets.len(), 2);
}

#[test]
fn the_ledger_has_what_was_met_and_what_its_own_reason_names() {
    let redactor = redactor(&[("user.name", "alice"), ("user.name", "bob"), ("user.name", "carol")]);
    assert_eq!(redactor.text("bob"), token("user.name", "bob"));
    let ledger = redactor.into_ledger("asked for by alice", "an examiner");
    let values: Vec<&str> = ledger.secrets.iter().map(|secret| secret.value.as_str()).collect();
    assert_eq!(values, ["alice", "bob"]);
    assert_eq!(ledger.reason, format!("asked for by {}", token("user.name", "alice")));
    assert_eq!(ledger.redacted_by, "an examiner");
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

#[test]
fn an_address_is_found_in_disguise() {
    let redactor = redactor(&[("source.ip", "198.51.100.23"), ("source.ip", "2001:db8::beef")]);
    let (four, six) = (token("source.ip", "198.51.100.23"), token("source.ip", "2001:db8::beef"));
    for (text, wanted) in [
        ("hxxp://198[.]51[.]100[.]23/x", format!("hxxp://{four}/x")),
        ("198(.)51(.)100(.)23", four.clone()),
        ("198 . 51 . 100 . 23", four.clone()),
        ("198[dot]51[dot]100 dot 23", four.clone()),
        ("198\\.51\\.100\\.23", four.clone()),
        ("from 198.051.100.023.", format!("from {four}.")),
        ("0306.063.0144.027", four.clone()),
        ("0xc6.0x33.0x64.0x17", four.clone()),
        ("0xc6336417", four.clone()),
        ("C6336417:0016", format!("{four}:0016")),
        ("176433C6:0016", format!("{four}:0016")),
        ("ip=3325256727;", format!("ip={four};")),
        ("030614662027", four.clone()),
        ("[::ffff:c633:6417]:80", format!("[{four}]:80")),
        ("64:ff9b::c633:6417", four.clone()),
        ("2002:c633:6417::1", four.clone()),
        ("::198.51.100.23", four.clone()),
        ("198%2E51%2e100%252E23", four.clone()),
        ("ip-198-051-100-023.x", format!("ip-{four}.x")),
        ("23.100.51.198.b.list.example", format!("{four}.b.list.example")),
        ("１９８．５１．１００．２３", four.clone()),
        ("198.51\u{200b}.100.23", four.clone()),
        ("MTk4LjUxLjEwMC4yMw==", four.clone()),
        ("3139382e35312e3130302e3233", four.clone()),
        ("2001[:]db8[:][:]beef", six.clone()),
        ("2001-db8--beef.ipv6-literal.net", format!("{six}.ipv6-literal.net")),
        ("20010db800000000000000000000beef", six.clone()),
    ] {
        assert!(redactor.touches(text), "{text}");
        assert_eq!(redactor.text(text), wanted, "{text}");
    }
    for text in
        ["198.51.100.230", "198-51-100", "3325256728", "13325256727", "c63364170", "1.2 . 3", "2026-03-02"]
    {
        assert_eq!(redactor.text(text), text);
    }
}

#[test]
fn a_name_is_found_in_disguise() {
    let names = [
        ("user.name", "benjamin"),
        ("user.name", "Zoë"),
        ("user.name", "CORP\\quentin"),
        ("user.name", "al"),
    ];
    let redactor = redactor(&names);
    let [benjamin, zoe, quentin, al] = names.map(|(field, name)| token(field, name));
    for (text, wanted) in [
        ("DOM\\BenJamin", format!("DOM\\{benjamin}")),
        ("benjamin@host", format!("{benjamin}@host")),
        ("quentin@host CORP\\\\quentin", format!("{quentin}@host {quentin}")),
        ("Zoe\u{308} zo&euml; Zo\\303\\253", format!("{zoe} {zoe} {zoe}")),
        ("%u0062enjamin b\\u{65}njamin", format!("{benjamin} {benjamin}")),
        ("%25252562enjamin", benjamin.clone()),
        ("Authorization: Basic YmVuamFtaW46aHVudGVyMg==", format!("Authorization: Basic {benjamin}")),
        ("t=YmVuamFtaW4&x", format!("t={benjamin}&x")),
        ("/x/QkVOSkFNSU4", benjamin.clone()),
        ("acct=62656E6A616D696E res", format!("acct={benjamin} res")),
        ("-e YgBlAG4AagBhAG0AaQBuAA==", format!("-e {benjamin}")),
        ("WW1WdWFtRnRhVzQ2YUhWdWRHVnlNZz09", benjamin.clone()),
        ("u=bm8gYWwgbm8=", format!("u={al}")),
    ] {
        assert_eq!(redactor.text(text), wanted, "{text}");
    }
    for text in ["quent", "password authentication", "Zoe", "aluminium YWx1bWluaXVt", "0123456789abcdef"] {
        assert_eq!(redactor.text(text), text);
    }
}

#[test]
fn a_value_too_short_to_be_taken_out_everywhere_is_taken_out_of_its_field() {
    let names = ["-", "…", "x", "***", " "];
    let redactor = redactor(&names.map(|name| ("user.name", name)));
    let event = |value: serde_json::Value| value.as_object().expect("an object").clone();
    let tokens = names.map(|name| token("user.name", name));
    let mut shown =
        event(serde_json::json!({ "user.name": ["-", "…", "x", "***", " ", "y"], "message": "x - … *** y" }));
    redactor.event(&mut shown);
    let [dash, dots, x, stars, blank] = tokens.clone();
    let wanted = event(serde_json::json!({ "user.name": [dash, dots, x, stars, blank, "y"],
        "message": format!("x - … {} y", tokens[3]) }));
    assert_eq!(shown, wanted);
    assert_eq!(redactor.only_in_place(), std::collections::BTreeMap::from([("user.name", 4)]));
    assert_eq!(redactor.into_ledger("", "").secrets.len(), 5);
}

/// Writes a text in one of many ways.
fn disguised(text: &str, how: usize) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    let bytes = text.bytes();
    match how {
        0 => text.to_uppercase(),
        1 => bytes.map(|byte| format!("%{byte:02x}")).collect(),
        2 => bytes.map(|byte| format!("%25{byte:02X}")).collect(),
        3 => bytes.map(|byte| format!("\\x{byte:02x}")).collect(),
        4 => bytes.map(|byte| format!("{byte:02X}")).collect(),
        5 => text.chars().map(|c| format!("&#{};", u32::from(c))).collect(),
        6 => text.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect(),
        7 => STANDARD.encode(text),
        8 => URL_SAFE_NO_PAD.encode(format!("{text}:secret")),
        9 => STANDARD.encode(STANDARD.encode(text)),
        10 => text.chars().map(String::from).collect::<Vec<_>>().join("\u{200b}"),
        _ => text.nfd().collect(),
    }
}

/// Folds letter by letter, more simply than the code does.
fn plain(text: &str) -> Vec<char> {
    text.nfkd().flat_map(char::to_lowercase).collect()
}

/// Returns whether a name occurs in a text where it has to be redacted.
fn stands_in(text: &str, name: &str) -> bool {
    let (text, name) = (plain(text), plain(name));
    let long = name.iter().collect::<String>().len() > 4;
    let joined = |a: Option<&char>, b: Option<&char>| match (a, b) {
        (Some(a), Some(b)) => a.is_alphabetic() && b.is_alphabetic() || a.is_numeric() && b.is_numeric(),
        _ => false,
    };
    text.windows(name.len()).enumerate().any(|(at, window)| {
        let before = at.checked_sub(1).map(|at| &text[at]);
        let behind = text.get(at + name.len());
        let marked = behind.is_some_and(|c| is_combining_mark(*c));
        let alone = !marked && !joined(before, name.first()) && !joined(name.last(), behind);
        window == name && (long || alone)
    })
}

proptest! {
    #[test]
    fn no_name_is_left_where_it_has_to_be_taken_out(
        names in proptest::collection::vec("[a-cë1]{2,3}|[A-CÉß]{4,9}|[ab1]{2}[.-][ab]{2,5}", 1..6),
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
    fn no_disguise_of_a_name_is_left(
        name in "[a-zéöß]{6,12}", before in "[ =:;,&(]{1,3}", after in "[ ;,&)]{1,3}", how in 0_usize..12,
    ) {
        let (redactor, hidden) = (redactor(&[("user.name", &name)]), disguised(&name, how));
        let clean = redactor.text(&format!("x{before}{hidden}{after}y"));
        prop_assert_eq!(clean, format!("x{before}{}{after}y", token("user.name", &name)), "{}", hidden);
    }

    #[test]
    fn no_disguise_of_an_address_is_left(address in any::<std::net::Ipv4Addr>(), how in 0_usize..12) {
        prop_assume!(u32::from(address) > 100_000_000);
        let [a, b, c, d] = address.octets();
        let (bits, value) = (u32::from(address), address.to_string());
        let hidden = match how {
            0 => value.replace('.', "[.]"),
            1 => value.replace('.', " . "),
            2 => format!("{a:03}.{b:03}.{c:03}.{d:03}"),
            3 => format!("{a:#04x}.{b:#04x}.{c:#04x}.{d:#04x}"),
            4 => format!("{bits:#x}"),
            5 => bits.to_string(),
            6 => format!("::ffff:{:x}:{:x}", bits >> 16, bits & 0xffff),
            7 => value.replace('.', "%2e"),
            8 => value.replace('.', "-"),
            9 => format!("{bits:08X}"),
            10 => disguised(&value, 7),
            _ => disguised(&value, 4),
        };
        let redactor = redactor(&[("source.ip", &value)]);
        let clean = redactor.text(&format!("from {hidden}, {d}.{c}.{b}.{a}.in-addr.arpa"));
        let token = token("source.ip", &value);
        prop_assert_eq!(clean, format!("from {token}, {token}.in-addr.arpa"), "{}", hidden);
    }

    #[test]
    fn every_text_passes(text in "[0-9a-f:._%&#;x\\\\-]{0,40}(in-addr.arpa|ip6.arpa|ë)?\\PC{0,8}") {
        let redactor = redactor(&[("source.ip", "::"), ("source.ip", "1.2.3.4"), ("user.name", "ë1")]);
        let clean = redactor.text(&text);
        prop_assert_eq!(redactor.touches(&text), clean != text);
    }
}
