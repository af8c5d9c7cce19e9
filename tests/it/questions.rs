//! Questions as people of other tools ask them: read as meant, or pointed at, never answered with zero.

use crate::env::TestEnv;

/// Lines of a log-in, and of a web server, in files of their own.
fn env() -> TestEnv {
    let env = TestEnv::new();
    env.write("logs/ssh-bf.log", include_bytes!("../../fixtures/auth.log"));
    env.write("logs/nginx-access.log", include_bytes!("../../fixtures/nginx-access.log"));
    env.run(&["import", &env.path("logs").to_string_lossy()]).exits(0);
    env
}

fn count(env: &TestEnv, query: &str) -> String {
    env.run(&["search", "--count", query]).text().trim().to_owned()
}

#[test]
fn what_kibana_splunk_and_zeek_users_type_is_read_as_meant() {
    let env = env();
    let pairs = [
        ("user.name : \"root\"", "user.name:root"),
        ("user.name :root", "user.name:root"),
        ("src_ip:203.0.113.77", "source.ip:203.0.113.77"),
        ("clientip : 203.0.113.77", "source.ip:203.0.113.77"),
        ("http_status:200", "status:200"),
    ];
    for (theirs, ours) in pairs {
        assert_eq!(count(&env, theirs), count(&env, ours), "{theirs}");
        assert_ne!(count(&env, theirs), "0", "{theirs}");
    }
}

#[test]
fn a_source_is_searched_by_the_name_of_its_file() {
    let env = env();
    let all = count(&env, "format:nginx.access");
    for query in ["file:nginx-access.log", "file:*nginx*", "source:nginx-access.log", "log.file.path:*nginx*"]
    {
        assert_eq!(count(&env, query), all, "{query}");
    }
    assert_ne!(all, "0");
    let said = env.run(&["search", "source:nowhere.log"]).ends(2).err;
    assert!(said.contains("no source of the case is called nowhere.log"), "{said}");
}

#[test]
fn words_of_other_languages_and_unknown_fields_are_pointed_at() {
    let env = env();
    for (query, hint) in [
        ("last 1h", "@timestamp>-1h"),
        ("SELECT * FROM events", "SQL"),
        (": root", "needs a field"),
        ("nope : x", "there is no field `nope`"),
    ] {
        let said = env.run(&["search", query]).ends(2).err;
        assert!(said.contains(hint), "{query}: {said}");
    }
    for words in
        [["search", "--fields", "nope"], ["search", "--fields", "user.nmae"], ["timeline", "--by", "nope"]]
    {
        let said = env.run(&words).ends(2).err;
        assert!(said.contains("field `"), "{said}");
    }
    assert!(env.run(&["top", "src_ip"]).ends(0).text().contains("203.0.113.77"));
}

#[test]
fn every_answer_can_say_how_the_question_was_read() {
    let env = env();
    let said = env.run(&["search", "--explain", "--limit", "1", "user : root failed"]).ends(0).err;
    assert!(said.contains("Read as: user.name:root AND failed"), "{said}");
    assert!(said.contains("Without a field") && said.contains("in 2 sources"), "{said}");
    // An answer of nothing says so by itself.
    let said = env.run(&["search", "user:nobody-at-all"]).ends(1).err;
    assert!(said.contains("nothing matched") && said.contains("Read as: user.name:nobody-at-all"), "{said}");
}
