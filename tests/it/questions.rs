//! Questions as people of other tools ask them: read as meant, never answered with zero.
//! How the others are pointed at, snapshots hold (`words/errors.rs`).

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
    env.run(&["search", "source:nowhere.log"]).exits(2);
}
