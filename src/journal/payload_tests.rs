//! Entries on disk are read as their types and written as the same bytes.

use serde_json::Value;

use super::Payload;

/// Entries as earlier versions wrote them, `tick`, `session` and `salt` left out.
const ON_DISK: [(&str, &str); 27] = [
    (
        "case.create",
        r#"{"id":"5b1f","title":"web","examiner":"Ada","zone":"UTC","key":"SHA256:abc","case_toml_sha256":"e3b0","tool":"vestigo 0.1.0"}"#,
    ),
    (
        "case.create",
        r#"{"id":"5b1f","title":"","examiner":"","zone":"Europe/Berlin","key":null,"case_toml_sha256":"e3b0","tool":"vestigo 0.1.0"}"#,
    ),
    (
        "evidence.import",
        r#"{"batch":1,"manifest_sha256":"aa","content_sha256":"bb","content_length":12,"sources":[{"source":"cc","length":5,"records":2,"root":"dd"}],"tool":"vestigo 0.1.0"}"#,
    ),
    (
        "evidence.import",
        r#"{"batch":2,"manifest_sha256":"aa","content_sha256":"bb","content_length":12,"sources":[{"source":"ee","length":9,"records":3,"root":"ff","continues":{"source":"cc","offset":5,"record":2,"replaced":0}}],"tool":"vestigo 0.1.0"}"#,
    ),
    (
        "import.receipt",
        r#"{"batch":1,"sources":[{"path":"a.log","status":"imported","events":2}],"containers":["ee"]}"#,
    ),
    ("import.receipt", r#"{"batch":null,"sources":[],"containers":[]}"#),
    ("index.rebuild", r#"{"batches":2,"events":9,"tool":"vestigo 0.1.0"}"#),
    ("key.add", r#"{"fingerprint":"SHA256:abc","public_key":"ssh-ed25519 AAAA"}"#),
    ("key.use", r#"{"fingerprint":"SHA256:abc"}"#),
    ("recovery", r#"{"moved":17,"to":"journal.torn-3","sha256":"ff","reason":"a write was cut off"}"#),
    ("recovery", r#"{"moved":"0002","to":".uncommitted-0002-5","reason":"no journal entry names it"}"#),
    (
        "anchor.stamp",
        r#"{"entries":4,"authority":"https://tsa.example/","stamped":"2026-03-01T10:00:00Z","token_sha256":"aa"}"#,
    ),
    (
        "checkpoint.adopt",
        r#"{"ranges":[[3,5],[9,9]],"count":4,"first":3,"last":9,"head":"aa","key":"SHA256:abc","entries":[{"seq":3,"by":"bob@host","do":"finding.add","at":"2026-03-01T10:00:00.000000000Z"}]}"#,
    ),
    (
        "history.accept",
        r#"{"remembered":{"entries":4,"head":"aa","at":"2026-03-01T10:00:00Z"},"why":"one entry is missing","found":{"entries":3,"head":"bb"},"given_up":[{"checkpoint":"checkpoint-000004.txt","entries":4,"root":"cm9vdA==","key":"SHA256:abc"}]}"#,
    ),
    ("history.accept", r#"{"remembered":null,"why":null,"found":{"entries":3,"head":"bb"},"given_up":[]}"#),
    (
        "journal.merge",
        r#"{"from":{"entries":7,"head":"aa"},"lines":["{}"],"conflicts":[{"on":"u","what":"state","stands":"open","gave_way":"closed"}]}"#,
    ),
    ("journal.merge", r#"{"from":{"entries":7,"head":"aa"},"lines":[],"conflicts":[],"unsigned":["bb"]}"#),
    (
        "repair",
        r#"{"from":{"id":"5b1f","entries":7,"head":"aa"},"whole":2,"cut":1,"lost":[{"file":"evidence/0001","source":null,"records":[3,9],"bytes":null,"reason":"damaged"}],"tool":"vestigo 0.1.0"}"#,
    ),
    (
        "export",
        r#"{"bundle":"b","to":"/tmp/b","asked":"all","events":3,"tagmanifest_sha256":"aa","signer":null,"redacted":["user.name"],"redacted_values":1}"#,
    ),
    ("reveal", r#"{"token":"T-1","bundle":"b"}"#),
    (
        "transfer",
        r#"{"bundle":"b","tagmanifest_sha256":"aa","released_by":"Ada","received_by":"Bob","purpose":"p","place":"here","at":"2026-03-01T10:00:00Z"}"#,
    ),
    ("bookmark.add", r#"{"event":"aa:3","hash":"bb","time":"2026-03-01T10:00:00Z","note":"n","tags":["x"]}"#),
    ("bookmark.remove", r#"{"event":"aa:3"}"#),
    ("finding.add", r#"{"title":"t","severity":"high","events":[{"event":"aa:3","hash":"bb"}]}"#),
    ("finding.close", r#"{"finding":"uu","reason":"fixed","verdict":"false-positive"}"#),
    (
        "source.reread",
        r#"{"source":"aa","change":[{"what":"zone","before":null,"now":"UTC"}],"plan":{"zone":"UTC"},"gives":{"events":2}}"#,
    ),
    ("undo", r#"{"line":"aa","of":{"seq":3,"do":"bookmark.add","by":"ada@host"}}"#),
];

#[test]
fn every_entry_on_disk_is_read_as_its_type_and_written_as_the_same_bytes() {
    for (kind, text) in ON_DISK {
        let what: Value = serde_json::from_str(text).expect("it is JSON");
        let payload = Payload::read(kind, &what);
        assert!(!matches!(payload, Payload::Unknown(..)), "{kind} {text}");
        assert_eq!(payload.kind(), kind);
        assert_eq!(payload.to_json().expect("it has a form in JSON").to_string(), text, "{kind}");
    }
}

#[test]
fn what_a_newer_version_adds_is_passed_over_and_its_kinds_are_kept() {
    let what: Value = serde_json::from_str(r#"{"fingerprint":"SHA256:abc","since":3}"#).expect("it is JSON");
    assert!(matches!(Payload::read("key.use", &what), Payload::KeyUse(_)));
    let unknown = Payload::read("key.revoke", &what);
    assert_eq!(unknown, Payload::Unknown("key.revoke".to_owned(), what.clone()));
    assert_eq!(unknown.to_json().expect("it has a form in JSON"), what);
}
