//! Collections as they come: what they state about their logs is how these are read.

use std::io::{Cursor, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;

use crate::env::TestEnv;

/// A member of an archive: its name, its content (`-> TARGET` is a link), its last change.
type Member<'m> = (&'m str, String, u64);

/// 2024-03-05T10:00:00Z, when the collections were made; the present is two years later.
const COLLECTED: u64 = 1_709_632_800;

/// Packs a tar.gz.
fn tar_gz(members: &[Member<'_>]) -> Vec<u8> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, content, changed) in members {
        let mut header = tar::Header::new_gnu();
        header.set_mtime(*changed);
        header.set_mode(0o644);
        match content.strip_prefix("-> ") {
            Some(target) => {
                header.set_entry_type(tar::EntryType::Symlink);
                header.set_size(0);
                tar.append_link(&mut header, name, target).expect("it is written to memory");
            }
            None => {
                header.set_size(content.len() as u64);
                tar.append_data(&mut header, name, content.as_bytes()).expect("it is written to memory");
            }
        }
    }
    tar.into_inner().and_then(GzEncoder::finish).expect("it is written to memory")
}

/// Packs a zip whose members have no times.
fn zipped(members: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        zip.start_file(name, SimpleFileOptions::default()).expect("it is written to memory");
        zip.write_all(content).expect("it is written to memory");
    }
    zip.finish().expect("it is written to memory").into_inner()
}

/// Sign-ins on the last day of December and on a day of March, in local time, without a year.
fn auth_log(host: &str) -> String {
    format!(
        "Dec 31 23:30:00 {host} sshd[811]: Accepted password for ann from 192.0.2.7 port 50122 ssh2\n\
         Mar  4 08:15:00 {host} sshd[812]: Failed password for bob from 192.0.2.8 port 50123 ssh2\n"
    )
}

/// A UAC collection of a host in Berlin.
fn uac() -> Vec<u8> {
    let file = |name: &'static str, content: &str| (name, content.to_owned(), COLLECTED);
    tar_gz(&[
        file("uac.log", "2024-03-05 11:00:00 +0100 INF Command line: ./uac -p ir_triage /tmp\n"),
        file("live_response/system/date.txt", "Tue Mar  5 11:00:00 CET 2024\n"),
        file("live_response/network/hostname.txt", "web-01\n"),
        file("live_response/process/ps.txt", "USER PID COMMAND\nroot 1 /sbin/init\n"),
        ("[root]/var/log/auth.log", auth_log("web-01"), 1_709_540_000),
        file("[root]/etc/passwd", "root:x:0:0:root:/root:/bin/bash\n"),
        file("[root]/usr/bin/true", "\u{7f}ELF\u{1}\u{1}\u{0}\u{0}"),
        file("[root]/etc/hostname", "web-01\n"),
        file("[root]/etc/localtime", "-> /usr/share/zoneinfo/Europe/Berlin"),
    ])
}

/// A compiled zone without transitions, as those of zones are that have kept their rule
/// for long: in New York's, the rule of today stands at the end.
fn zone_file(rule: &str, east: i32) -> Vec<u8> {
    let mut header = b"TZif2".to_vec();
    header.extend([0; 15]);
    [0_u32, 0, 0, 0, 1, 4].iter().for_each(|count| header.extend(count.to_be_bytes()));
    let body = [&east.to_be_bytes()[..], &[0, 0], b"EST\0"].concat();
    [&header[..], &body, &header, &body, format!("\n{rule}\n").as_bytes()].concat()
}

/// What Velociraptor collected of one host.
fn velociraptor(folder: &str, host: &str, zone: (&str, Vec<u8>)) -> Vec<(String, Vec<u8>)> {
    let context = json!({ "session_id": "F.C1", "create_time": COLLECTED * 1_000_000, "state": 2 });
    let info = json!({ "Hostname": host, "Fqdn": format!("{host}.example.org"), "Version": "0.7.1" });
    let file = |name: &str, content: Vec<u8>| (format!("{folder}{name}"), content);
    vec![
        file("uploads/auto/var/log/auth.log", auth_log(host).into_bytes()),
        file(zone.0, zone.1),
        file("client_info.json", info.to_string().into_bytes()),
        file("collection_context.json", context.to_string().into_bytes()),
    ]
}

/// Returns the times of the events of a host, oldest first.
fn times(env: &TestEnv, host: &str) -> Vec<Value> {
    let events = env.events(&format!("host.name:{host}"));
    events.into_iter().map(|event| event["@timestamp"].clone()).collect()
}

fn import(env: &TestEnv, path: &Path, status: u8) -> (Vec<Value>, String) {
    let path = path.to_string_lossy().into_owned();
    let rows = env.run(&["--json", "import", &path]).ends(status).json();
    let text = env.run_bare(&["vestigo", "--case", &env.path("text").to_string_lossy(), "import", &path]);
    (rows, text.text().to_owned())
}

#[test]
fn a_uac_collection_says_how_its_logs_are_read() {
    let env = TestEnv::new().wide();
    let archive = env.write("uac-web-01-linux-20240305110000.tar.gz", uac());
    let (rows, text) = import(&env, &archive, 0);
    assert_eq!(times(&env, "web-01"), ["2023-12-31T22:30:00.000000000Z", "2024-03-04T07:15:00.000000000Z"]);
    let row = rows.iter().find(|row| row["status"] == "imported").expect("the log");
    let stated = |what: &str| {
        let all = row["stated"].as_array().expect("a list");
        all.iter().find(|stated| stated["what"] == what).map(|stated| [&stated["value"], &stated["from"]])
    };
    assert_eq!(stated("zone"), Some([&json!("Europe/Berlin"), &json!("[root]/etc/localtime")]));
    assert_eq!(stated("host"), Some([&json!("web-01"), &json!("[root]/etc/hostname")]));
    assert!(text.contains("zone Europe/Berlin (from [root]/etc/localtime)"), "{text}");
    let reasons: Vec<&str> = rows.iter().filter_map(|row| row["reason"].as_str()).collect();
    let counted = "(programs: 1, settings: 2, the collector's own files: 1, what programs printed: 3)";
    assert!(reasons.iter().any(|reason| reason.ends_with(counted)), "{reasons:?}");
    assert_eq!(rows.iter().filter(|row| row["status"] == "imported").count(), 1, "{rows:?}");
}

#[test]
fn a_velociraptor_zip_of_two_hosts_in_different_zones_is_read_at_the_right_instants() {
    let new_york = ("uploads/auto/etc/localtime", zone_file("EST5EDT,M3.2.0,M11.1.0", -18_000));
    let tokyo = ("uploads/auto/%2Fetc/timezone", b"Asia/Tokyo\n".to_vec());
    let one = velociraptor("Collection-gate-01/", "gate-01", new_york);
    let other = velociraptor("", "gate-02", tokyo);
    // One host is in a folder, the other in an archive of its own.
    let inner = ("Collection-gate-02.zip".to_owned(), zipped(&other));
    let env = TestEnv::new();
    let archive = env.write("collections.zip", zipped(&[one, vec![inner]].concat()));
    let (rows, text) = import(&env, &archive, 0);
    assert_eq!(times(&env, "gate-01"), ["2024-01-01T04:30:00.000000000Z", "2024-03-04T13:15:00.000000000Z"]);
    assert_eq!(times(&env, "gate-02"), ["2023-12-31T14:30:00.000000000Z", "2024-03-03T23:15:00.000000000Z"]);
    let sources = env.run(&["--json", "source", "list"]).ends(0).json();
    let hosts: Vec<&Value> = sources.iter().map(|source| &source["host"]).collect();
    assert_eq!(hosts, ["gate-01", "gate-02"], "{rows:?}");
    assert!(
        text.contains("uploads/auto//etc/timezone") && text.contains("collection_context.json"),
        "{text}"
    );
}

#[test]
fn what_a_collection_states_is_corrected_like_any_other_reading() {
    let env = TestEnv::new();
    let archive = env.write("uac.tar.gz", uac());
    import(&env, &archive, 0);
    env.run(&["source", "reread", "auth.log", "--zone", "Asia/Tokyo"]).exits(0);
    assert_eq!(times(&env, "web-01")[1], "2024-03-03T23:15:00.000000000Z");
    let sources = env.run(&["--json", "source", "list"]).ends(0).json();
    let stated = sources[0]["stated"].as_array().expect("a list");
    assert!(stated.iter().all(|stated| stated["what"] != "zone"), "{stated:?}");
    env.run(&["undo"]).exits(0);
    assert_eq!(times(&env, "web-01")[1], "2024-03-04T07:15:00.000000000Z");
    let said = TestEnv::new();
    let path = said.write("uac.tar.gz", uac()).to_string_lossy().into_owned();
    said.run(&["--zone", "Asia/Tokyo", "import", &path]).exits(0);
    assert_eq!(times(&said, "web-01")[1], "2024-03-03T23:15:00.000000000Z");
}

#[test]
fn a_copied_folder_and_a_sosreport_say_it_too() {
    let env = TestEnv::new();
    env.write_at("copy/var/log/auth.log", auth_log("db-01"), 1_709_540_000);
    env.write("copy/etc/timezone", "America/Sao_Paulo\n");
    env.write("copy/etc/hostname", "db-01\n");
    env.write("copy/etc/shells", "/bin/sh\n");
    import(&env, &env.path("copy"), 0);
    assert_eq!(times(&env, "db-01")[1], "2024-03-04T11:15:00.000000000Z");
    assert_eq!(env.run(&["--json", "source", "list"]).json().len(), 1);

    let folder = "sosreport-app-01-2024-03-05-abc";
    let status = "               Local time: Tue 2024-03-05 15:30:00 IST\n           Universal time: Tue 2024-03-05 10:00:00 UTC\n                Time zone: Asia/Kolkata (IST, +0530)\n";
    let member = |name: &str, content: &str| (format!("{folder}/{name}"), content.to_owned());
    let members = [
        member("var/log/secure", &auth_log("app-01")),
        member("sos_commands/systemd/timedatectl", status),
        member("sos_commands/host/hostname", "app-01\n"),
        member("version.txt", "sosreport: 4.6.1\n"),
    ];
    let members: Vec<Member<'_>> =
        members.iter().map(|(name, content)| (name.as_str(), content.clone(), 1_800_000_000)).collect();
    let other = TestEnv::new();
    let archive = other.write("sosreport.tar.gz", tar_gz(&members));
    import(&other, &archive, 0);
    assert_eq!(times(&other, "app-01"), ["2023-12-31T18:00:00.000000000Z", "2024-03-04T02:45:00.000000000Z"]);
}

#[test]
fn normalize_reads_a_collection_in_the_same_way() {
    let env = TestEnv::new();
    let path = env.write("uac.tar.gz", uac()).to_string_lossy().into_owned();
    let events = env.run_bare(&["vestigo", "normalize", &path]).ends(0).json();
    let times: Vec<&Value> = events.iter().map(|event| &event["@timestamp"]).collect();
    assert_eq!(times, ["2023-12-31T22:30:00.000000000Z", "2024-03-04T07:15:00.000000000Z"]);
    assert!(events.iter().all(|event| event["host.name"] == "web-01"), "{events:?}");
}
