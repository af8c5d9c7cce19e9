//! Collections by what they are to be: events at their right instant, whatever else is there.

use std::io::{Cursor, Write};

use serde_json::Value;

use crate::env::TestEnv;

/// A line of syslog without year, zone and time-zone name.
const LINE: &str =
    "Mar  1 10:00:00 web-01 sshd[7]: Failed password for root from 203.0.113.7 port 4021 ssh2\n";
/// A line of a web server's error log, without zone and host.
const ERROR: &str = "2026/03/01 10:00:00 [error] 8#0: *9 open() \"/srv/x\" failed (2: No such file or directory), client: 203.0.113.7, server: shop, request: \"GET /x HTTP/1.1\", host: \"shop\"\n";

/// When the files were last changed: 2 March 2026.
const CHANGED: u64 = 1_772_409_600;

/// A tar with these files, and symbolic links where a content begins with `->`.
fn tar(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_mtime(CHANGED);
        header.set_mode(0o644);
        if let Some(target) = content.strip_prefix("->") {
            header.set_entry_type(tar::EntryType::Symlink);
            header.set_size(0);
            archive.append_link(&mut header, path, target).expect("it is in memory");
        } else {
            header.set_size(content.len() as u64);
            archive.append_data(&mut header, path, content.as_bytes()).expect("it is in memory");
        }
    }
    archive.into_inner().expect("it is in memory")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).and_then(|()| packed.finish()).expect("it is in memory")
}

fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let changed = zip::DateTime::from_date_and_time(2026, 3, 2, 0, 0, 0).expect("it is a date");
    let options = zip::write::SimpleFileOptions::default().last_modified_time(changed);
    for (path, content) in files {
        archive.start_file(*path, options).expect("it is in memory");
        archive.write_all(content.as_bytes()).expect("it is in memory");
    }
    archive.finish().expect("it is in memory").into_inner()
}

#[test]
fn two_collections_of_two_zones_are_each_read_in_their_own() {
    let env = TestEnv::new();
    // The logs stand before what states the zone.
    let uac = tar(&[
        ("[root]/var/log/auth.log", LINE),
        ("[root]/var/log/nginx/error.log", ERROR),
        ("[root]/etc/localtime", "->../usr/share/zoneinfo/Europe/Berlin"),
        ("[root]/etc/hostname", "web-01\n"),
        ("live_response/network/hostname.txt", "web-01\n"),
    ]);
    let velociraptor = zip(&[
        ("uploads/auto/var/log/auth.log", &LINE.replace("web-01", "db-07")),
        ("uploads/auto/var/log/nginx/error.log", &ERROR.replace("/srv/x", "/srv/db")),
        ("uploads/auto/etc/timezone", "America/New_York\n"),
        ("client_info.json", r#"{"Hostname":"db-07","OS":"linux"}"#),
    ]);
    let both = [env.write("uac-web-01.tar.gz", gzip(&uac)), env.write("Collection-db-07.zip", velociraptor)];
    for path in &both {
        env.import(path, &[]);
    }
    let times = |query: &str| -> Vec<(String, String)> {
        let events = env.events(query);
        let text = |event: &Value, name: &str| event[name].as_str().unwrap_or("-").to_owned();
        let both = |event: &Value| (text(event, "@timestamp")[..16].to_owned(), text(event, "host.name"));
        events.iter().map(both).collect()
    };
    let row = |time: &str, host: &str| (format!("2026-03-01T{time}"), host.to_owned());
    assert_eq!(times("event.action:ssh_login"), [row("09:00", "web-01"), row("15:00", "db-07")]);
    assert_eq!(times("format:nginx.error"), [row("09:00", "web-01"), row("15:00", "db-07")]);
}

#[test]
fn a_copied_folder_is_read_in_its_zone_and_the_user_counts() {
    let env = TestEnv::new();
    env.write_at("copy/var/log/error.log", ERROR, CHANGED);
    env.write_at("copy/etc/timezone", "Asia/Tokyo\n", CHANGED);
    env.write_at("copy/etc/hostname", "shop-3\n", CHANGED);
    env.write_at("beside/error.log", ERROR.replace("/srv/x", "/srv/y"), CHANGED);
    let rows = env.import(&env.path("copy"), &[]);
    assert!(
        rows.iter().any(|row| row["stated"].as_array().is_some_and(|stated| stated.len() == 2)),
        "{rows:?}"
    );
    env.import(&env.path("beside"), &[]);
    let times: Vec<Value> =
        env.events("format:nginx.error").iter().map(|event| event["@timestamp"].clone()).collect();
    assert_eq!(times, ["2026-03-01T01:00:00.000000000Z", "2026-03-01T10:00:00.000000000Z"]);
    // A correction is one like any other.
    let sources = env.run(&["--json", "source", "list"]).json();
    let id =
        sources.iter().find(|source| source["path"].as_str().is_some_and(|path| path.contains("copy/var")));
    let id = id.and_then(|source| source["source"].as_str()).expect("it is there").to_owned();
    env.run(&["source", "reread", &id, "--zone", "Europe/Berlin"]).exits(0);
    let times: Vec<Value> =
        env.events("format:nginx.error").iter().map(|event| event["@timestamp"].clone()).collect();
    assert_eq!(times[0], "2026-03-01T09:00:00.000000000Z");

    let other = TestEnv::new();
    other.write_at("copy/var/log/error.log", ERROR, CHANGED);
    other.write_at("copy/etc/timezone", "Asia/Tokyo\n", CHANGED);
    let path = other.path("copy").to_string_lossy().into_owned();
    other.run(&["--zone", "Europe/Berlin", "import", &path]).exits(0);
    assert_eq!(other.events("format:nginx.error")[0]["@timestamp"], "2026-03-01T09:00:00.000000000Z");
}

#[test]
fn damaged_archives_state_what_can_be_read_and_are_imported_as_before() {
    let env = TestEnv::new();
    let whole = gzip(&tar(&[("etc/timezone", "Asia/Tokyo\n"), ("var/log/error.log", &ERROR.repeat(3000))]));
    let rows = env.import(&env.write("cut.tar.gz", &whole[..whole.len() - 200]), &[]);
    assert!(rows.iter().any(|row| row["stated"].is_array()), "{rows:?}");
    let nonsense = [b"PK\x03\x04".as_slice(), &[0; 300]].concat();
    env.import(&env.write("broken.zip", nonsense), &[]);
}
