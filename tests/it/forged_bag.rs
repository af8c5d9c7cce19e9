//! Forged bundles: what is said of the records, the packing, what is brought along.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::authority::Authority;
use crate::bundle::{export, handed_over, tool, verify_sh, vestigo};
use crate::custody::copy_folder;
use crate::env::{TestEnv, skipped};
use crate::forgery::{Forgery, sha};

#[test]
fn what_a_bundle_says_of_itself_is_held_against_what_is_in_it() {
    let env = handed_over(&["--originals"]);
    let refused = |change: &dyn Fn(&Forgery<'_>), why: &str| {
        let forgery = Forgery::of(&env, "bundle");
        change(&forgery);
        forgery.seal();
        forgery.is_refused(why);
    };
    let query = |name: &'static str, value: Value| {
        move |forgery: &Forgery<'_>| {
            forgery.edit_whole("data/query.json", |query| query[name] = value.clone())
        }
    };
    let info = |from: &'static str, to: &'static str| {
        move |forgery: &Forgery<'_>| {
            let text = String::from_utf8(forgery.read("bag-info.txt")).expect("it is text");
            assert!(text.contains(from), "{text}");
            forgery.put("bag-info.txt", text.replacen(from, to, 1));
        }
    };
    Forgery::of(&env, "bundle").is_sound();
    refused(&query("digest", "00".repeat(32).into()), "digest says");
    refused(&query("case", "another".into()), "case says");
    refused(&query("entries", 99.into()), "entries says");
    refused(&query("events", 99.into()), "events says");
    refused(&info("Vestigo-Case: ", "Vestigo-Case: 00"), "Vestigo-Case: it says");
    refused(&info("Vestigo-Events: ", "Vestigo-Events: 7"), "Vestigo-Events: it says");
    refused(
        &info("External-Identifier: ", "External-Identifier: x-x1\nExternal-Was: "),
        "External-Identifier",
    );
    refused(&info("Vestigo-State: 2", "Vestigo-State: 1"), "Vestigo-State: it says");
    refused(&info("Payload-Oxum: ", "Payload-Oxum: 1.1\nPayload-Oxum: "), "twice");
    refused(&info("SHA256:", "SHA256:zz"), "which signed");
    refused(&|forgery| forgery.remove("data/checkpoint.txt"), "data/checkpoint.txt");
    refused(&|forgery| forgery.remove("data/checkpoint.txt.sig"), "data/checkpoint.txt.sig");
    refused(&|forgery| forgery.remove("data/report.html"), "data/report.html");
    refused(&|forgery| forgery.put("data/raw/0009.log", "forged\n"), "there is no proof of it");
    refused(
        &|forgery| {
            forgery.put("data/raw/0001.log", [&forgery.read("data/raw/0001.log")[..], b"forged\n"].concat())
        },
        "records.csv names the first",
    );
    refused(&|forgery| forgery.edit_rows(|rows| rows.insert(1, rows[0].clone())), "do not follow");
    refused(
        &|forgery| forgery.edit("data/events.jsonl", |events| events[1] = events[0].clone()),
        "it is there twice",
    );
    refused(
        &|forgery| {
            let folder = std::fs::read_dir(forgery.path.join("data/originals")).expect("originals");
            let original = folder.flatten().next().expect("one").file_name().to_string_lossy().into_owned();
            forgery.put(&format!("data/originals/{original}"), "forged\n");
        },
        "its name says otherwise",
    );
}

#[test]
fn the_signed_list_covers_the_other_lists() {
    const TEST: &str = "the_signed_list_covers_the_other_lists";
    let env = handed_over(&[]);
    for name in ["manifest-sha256.txt", "bagit.txt", "bag-info.txt", "VERIFY.md", "verify.sh"] {
        let forgery = Forgery::of(&env, "bundle");
        forgery.seal_without(name);
        forgery.is_refused(&format!("it does not list {name}"));
        if let Some((sound, said)) = verify_sh(TEST, &forgery.path, &[]) {
            assert!(!sound && said.contains(&format!("it does not list {name}")), "{said}");
        }
    }
    for (name, why) in [("fetch.txt", "never fetches"), ("data/\u{1b}[2J", "added")] {
        let forgery = Forgery::of(&env, "bundle");
        forgery.put(name, "http://x 1 data/x\n");
        forgery.is_refused(why);
        if let Some((sound, said)) = verify_sh(TEST, &forgery.path, &[]) {
            assert!(!sound && said.contains(why) && !said.contains('\u{1b}'), "{said}");
        }
    }
    let forgery = Forgery::of(&env, "bundle");
    std::fs::create_dir(forgery.path.join("data/empty")).expect("it can be made");
    forgery.is_refused("empty folder");
    if let Some((sound, said)) = verify_sh(TEST, &forgery.path, &[]) {
        assert!(!sound && said.contains("data/empty: it is an empty folder"), "{said}");
    }
}

#[test]
fn a_withheld_journal_keeps_its_numbers_and_its_case() {
    let env = handed_over(&[]);
    export(&env, "redacted", &["--finding", "1", "--redact", "user.name,source.ip"]);
    let withheld = |lines: &[Value]| lines.iter().rposition(|line| line["withheld"] == true).expect("one");
    let forgery = Forgery::of(&env, "redacted");
    forgery.is_sound();
    forgery.edit("data/journal.jsonl", |lines| {
        let last = withheld(lines);
        lines[last]["seq"] = 55.into();
    });
    forgery.seal();
    forgery.is_refused_by_both("it has number 55");
    let forgery = Forgery::of(&env, "redacted");
    let text = String::from_utf8(forgery.read("data/checkpoint.txt")).expect("it is text");
    let (_, rest) = text.split_once('\n').expect("three lines");
    forgery.put("data/checkpoint.txt", format!("vestigo/another\n{rest}"));
    let pem =
        forgery.signer().sign("vestigo-checkpoint", &forgery.read("data/checkpoint.txt")).expect("it signs");
    forgery.put("data/checkpoint.txt.sig", pem);
    forgery.seal();
    forgery.is_refused_by_both("it is of another case");
    let anchor = env.write("other", forgery.read("data/checkpoint.txt")).to_string_lossy().into_owned();
    let (status, said) = vestigo(&env, &env.path("redacted"), &["--anchor", &anchor]);
    assert!(status == 4 && said.contains("it is of another case"), "{said}");
}

#[test]
fn a_checkpoint_of_later_is_no_damage_and_no_proof() {
    let env = handed_over(&[]);
    let bundle = env.path("bundle");
    let id = env.events("*")[0]["id"].as_str().expect("an id").to_owned();
    env.run(&["bookmark", "add", &id]).exits(0);
    let line = env.run(&["checkpoint"]).ends(0).text().to_owned();
    let anchor = env.write("later", line).to_string_lossy().into_owned();
    let (status, said) = vestigo(&env, &bundle, &["--anchor", &anchor, "--require", "signed"]);
    let verdict: Value = serde_json::from_str(said.lines().next().expect("a verdict")).expect("JSON");
    assert_eq!((status, &verdict["checks"]["extends"]), (0, &Value::Null), "{said}");
    assert!(said.contains("this bundle has the first") && said.contains("your checkpoint covers"), "{said}");
    assert_eq!(vestigo(&env, &bundle, &["--anchor", &anchor, "--require", "extends"]).0, 4);
}

#[test]
fn only_a_stamp_over_the_bundle_anchors_it() {
    const TEST: &str = "only_a_stamp_over_the_bundle_anchors_it";
    let env = handed_over(&[]);
    let Some(authority) = Authority::new(TEST) else { return };
    let ca = authority.certificate();
    let stamped = |forgery: &Forgery<'_>, over: &str, at: &str| {
        let imprint: Vec<u8> = sha(&forgery.read(over))
            .as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("hex"), 16).expect("hex"))
            .collect();
        let token = vestigo::journal::fetch_timestamp(&authority.url, &imprint.try_into().expect("32"))
            .expect("a stamp");
        forgery.put(at, token);
    };
    let forgery = Forgery::of(&env, "bundle");
    stamped(&forgery, "data/checkpoint.txt.sig", "data/checkpoint.txt.tsr");
    forgery.put("VERIFY.md", "forged");
    forgery.seal();
    let (status, said) = vestigo(&env, &forgery.path, &["--tsa-ca", &ca, "--require", "anchored"]);
    assert!(status == 4 && said.contains("Its checkpoint was time-stamped at"), "{said}");
    const TOKEN: &str = "tagmanifest-sha256.txt.tsr";
    stamped(&forgery, "tagmanifest-sha256.txt.sig", TOKEN);
    assert_eq!(vestigo(&env, &forgery.path, &["--tsa-ca", &ca, "--require", "anchored"]).0, 0);
    let token = forgery.read(TOKEN);
    forgery.put(TOKEN, [&token[..], b"x"].concat());
    forgery.is_refused(TOKEN);
    let time = token.windows(3).position(|window| window == b"\x18\x0f2").expect("a time") + 5;
    for at in [1, 9, time] {
        let mut changed = token.clone();
        changed[at] ^= 1;
        forgery.put(TOKEN, changed);
        forgery.is_refused(TOKEN);
    }
}

#[test]
fn a_bag_with_a_case_in_it_is_a_bag() {
    let env = handed_over(&[]);
    let forgery = Forgery::of(&env, "bundle");
    copy_folder(&env.path("case"), &forgery.path);
    forgery.put("data/report.html", "<h1>forged</h1>");
    forgery.is_refused("data/report.html");
    forgery.is_refused("case.toml");
    let other = env.write("notes.txt", "no bundle").to_string_lossy().into_owned();
    assert!(env.run(&["verify", &other]).ends(3).err.contains("is not a bundle"));
    let shown = env.run(&["verify", &forgery.path.to_string_lossy()]).ends(4);
    assert!(shown.text().contains("signature not counted"), "{}", shown.text());
}

#[test]
fn a_damaged_bundle_is_not_handed_over() {
    let env = handed_over(&[]);
    let (bundle, report) =
        (env.path("bundle").to_string_lossy().into_owned(), env.path("bundle/data/report.html"));
    let genuine = std::fs::read(&report).expect("it is there");
    let words = ["transfer", "new", &bundle, "--released-by", "Ada", "--received-by", "Grace"];
    let words = [&words[..], &["--purpose", "review", "--place", "Berlin"]].concat();
    std::fs::write(&report, "forged").expect("it can be written");
    assert!(env.run(&words).ends(4).err.contains("data/report.html"));
    std::fs::write(&report, &genuine).expect("it can be written");
    env.run(&words).exits(0);
    let check = |name: &str| {
        env.run(&["transfer", "check", &env.path(name).to_string_lossy()]).ends(4).text().to_owned()
    };
    std::fs::write(&report, "forged").expect("it can be written");
    assert!(check("bundle.transfer.json").contains("data/report.html"));
    std::fs::write(&report, &genuine).expect("it can be written");
    copy_folder(&env.path("bundle"), &env.path("other"));
    std::fs::copy(env.path("bundle.transfer.json"), env.path("other.transfer.json"))
        .expect("it can be copied");
    assert!(check("other.transfer.json").contains("lies beside other"));
    assert!(!check("bundle.transfer.json").contains("lies beside"));
}

#[test]
fn the_script_needs_its_tools_and_says_so() {
    const TEST: &str = "the_script_needs_its_tools_and_says_so";
    let env = handed_over(&[]);
    let bundle = env.path("bundle");
    std::fs::write(bundle.join("data/evil.txt"), "x").expect("it can be written");
    let Some((false, _)) = verify_sh(TEST, &bundle, &[]) else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/export/scripts/verify.sh");
    let find = |name: &str| {
        ["/usr/bin", "/bin"].iter().map(|folder| Path::new(folder).join(name)).find(|path| path.exists())
    };
    if find("sh").is_none() || find("ssh-keygen").is_none() {
        skipped(TEST, "the tools are not in /usr/bin");
        return;
    }
    let tools = "awk cat cmp cut find ls mktemp rm sed sort ssh-keygen tr xargs sha256sum";
    for missing in ["sort", "cmp", "tr"] {
        let folder = env.path(missing);
        std::fs::create_dir(&folder).expect("it can be made");
        #[cfg(unix)]
        for name in tools.split(' ').filter(|name| *name != missing) {
            std::os::unix::fs::symlink(find(name).expect("it ran before"), folder.join(name))
                .expect("a link");
        }
        let mut command = Command::new(find("sh").expect("it ran before"));
        let output = command.arg(&script).arg(&bundle).env("PATH", &folder).output().expect("it runs");
        assert_eq!(output.status.code(), Some(2), "without {missing}: {output:?}");
    }
    let said = tool(TEST, Command::new("sh").arg(&script).args(["-I", "ada"]).arg(&bundle));
    assert!(said.is_some_and(|(sound, said)| !sound && said.contains("must be used together")));
}

#[test]
fn a_large_bundle_is_read_line_by_line() {
    let env: TestEnv = handed_over(&[]);
    let forgery = Forgery::of(&env, "bundle");
    let text = String::from_utf8(forgery.read("data/proofs/0001.jsonl")).expect("it is text");
    let blank = " ".repeat(140 << 20);
    forgery.put("data/proofs/0001.jsonl", text.replace('\n', &format!("{blank}\n")));
    forgery.seal();
    assert_eq!(vestigo(&env, &forgery.path, &["--require", "signed"]).0, 0);
}
