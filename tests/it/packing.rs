//! A bundle in a tar, and the proof of one record in a file.

use std::process::Command;

use serde_json::Value;

use crate::bundle::{handed_over, tool, vestigo};
use crate::env::TestEnv;
use crate::forgery::signer_of;

/// A tar's member: its header and what follows it.
type Member = (tar::Header, Vec<u8>);

fn members(tar: &[u8]) -> Vec<Member> {
    let (mut at, mut found) = (0, Vec::new());
    while tar[at..at + 512] != [0; 512] {
        let mut header = tar::Header::new_old();
        header.as_mut_bytes().copy_from_slice(&tar[at..at + 512]);
        let end = at + 512 + (header.size().expect("a size") as usize).div_ceil(512) * 512;
        found.push((header, tar[at + 512..end].to_vec()));
        at = end;
    }
    found
}

fn packed(members: &[Member]) -> Vec<u8> {
    let part = |(header, rest): &Member| [&header.as_bytes()[..], rest].concat();
    [members.iter().flat_map(part).collect(), vec![0; 1024]].concat()
}

#[test]
fn a_tar_packed_again_is_the_same_bundle_and_a_forged_one_is_not() {
    let env = handed_over(&[]);
    let out = env.path("b.tar").to_string_lossy().into_owned();
    let words = ["export", "--finding", "1", "--tar", "--out", &out];
    let told = env.run(&words).ends(0).err;
    assert!(told.contains("unpack it and run sh case-x") && !told.contains("b.tar/verify.sh"), "{told}");
    let whole = std::fs::read(env.path("b.tar")).expect("it is there");
    let refused = |change: &dyn Fn(&mut Vec<Member>), why: &str| {
        let mut all = members(&whole);
        assert!(packed(&all) == whole);
        change(&mut all);
        all.iter_mut().for_each(|(header, _)| header.set_cksum());
        let path = env.write("forged.tar", packed(&all));
        let (status, said) = vestigo(&env, &path, &[]);
        assert!(status == 4 && said.contains(why), "{why}: {said}");
    };
    let rename = |header: &mut tar::Header, from: &str, to: &str| {
        let path = String::from_utf8_lossy(&header.path_bytes()).replacen(from, to, 1);
        header.as_mut_bytes()[..100].fill(0);
        header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
    };
    let top = String::from_utf8_lossy(&members(&whole)[0].0.path_bytes())
        .split_once('/')
        .expect("a folder")
        .0
        .to_owned();
    refused(&|all| rename(&mut all[5].0, &top, "evil"), "the one folder");
    refused(&|all| rename(&mut all[5].0, &top, ".."), "the one folder");
    refused(&|all| rename(&mut all[5].0, &format!("{top}/"), ""), "the one folder");
    refused(&|all| all.iter_mut().for_each(|(header, _)| rename(header, &top, "~root")), "the one folder");
    refused(&|all| all.push(all[3].clone()), "in the tar twice");
    let kind = |to: tar::EntryType| move |all: &mut Vec<Member>| all[5].0.set_entry_type(to);
    for other in [tar::EntryType::Symlink, tar::EntryType::Link, tar::EntryType::Fifo, tar::EntryType::Char] {
        refused(&kind(other), "not a plain file");
    }
    refused(&kind(tar::EntryType::GNUSparse), "not a plain file");
    refused(&kind(tar::EntryType::GNULongLink), "no file of a bundle needs");
    let packed_again = |change: &dyn Fn(&mut Vec<Member>), told: &str| {
        let mut all = members(&whole);
        change(&mut all);
        all.iter_mut().for_each(|(header, _)| header.set_cksum());
        let path = env.write("again.tar", packed(&all));
        let (status, said) = vestigo(&env, &path, &["--require", "signed"]);
        assert!(status == 0 && said.contains(told), "{told}: {said}");
    };
    const TOLD: &str = "packed by another program";
    packed_again(&|all| all.iter_mut().for_each(|(header, _)| rename(header, &top, "other")), "called other");
    packed_again(&|all| all.iter_mut().for_each(|(header, _)| header.set_mtime(5)), "");
    packed_again(&|all| all.iter_mut().for_each(|(header, _)| header.set_uid(1000)), TOLD);
    packed_again(&|all| all.reverse(), TOLD);
    packed_again(&|all| all.iter_mut().for_each(|(header, _)| rename(header, &format!("{top}/"), "")), TOLD);
}

#[test]
fn what_ordinary_archivers_make_of_the_files_is_the_same_bundle() {
    const TEST: &str = "what_ordinary_archivers_make_of_the_files_is_the_same_bundle";
    let env = handed_over(&[]);
    let sound = |how: &str| {
        let (status, said) = vestigo(&env, &env.path("again.tar"), &["--require", "signed"]);
        assert!(status == 0, "{how}: {said}");
        std::fs::remove_file(env.path("again.tar")).expect("it is ours");
    };
    let folder = env.path("");
    for format in ["PAX", "GNU", "USTAR"] {
        let script = format!(
            "import tarfile\nt = tarfile.open('again.tar', 'w', format=tarfile.{format}_FORMAT)\nt.add('bundle')\nt.close()"
        );
        match tool(TEST, Command::new("python3").args(["-c", &script]).current_dir(&folder)) {
            Some((true, _)) => sound(format),
            Some((false, said)) => panic!("{said}"),
            None => {}
        }
    }
    let ways: [&[&str]; 4] = [
        &["-cf", "again.tar", "bundle"],
        &["-cf", "again.tar", "./bundle"],
        &["--format=pax", "-cf", "again.tar", "bundle"],
        &["-cf", "again.tar", "-C", "bundle", "."],
    ];
    for program in ["tar", "bsdtar"] {
        for words in ways {
            if let Some((true, _)) = tool(TEST, Command::new(program).args(words).current_dir(&folder)) {
                sound(&format!("{program} {words:?}"));
            }
        }
    }
}

#[test]
fn a_proof_of_one_record_is_checked_whole_and_its_key_is_named() {
    let env = handed_over(&[]);
    let other = handed_over(&[]);
    let proof = |env: &TestEnv| -> Value {
        let id = env.events("*")[0]["id"].as_str().expect("an id").to_owned();
        serde_json::from_slice(&env.run(&["show", &id, "--proof"]).ends(0).out).expect("JSON")
    };
    let judged = |proof: &Value| {
        let path = env.write("proof.json", proof.to_string());
        vestigo(&env, &path, &["--require", "signed"])
    };
    let (own, foreign) = (proof(&env), proof(&other));
    let key = signer_of(&env).identity().fingerprint;
    let (status, said) = judged(&own);
    assert!(status == 0 && said.contains(&format!("signed by {key}, which the file names")), "{said}");
    // A line of one case with the other's name, keys and signature.
    for parts in
        [&["checkpoint"][..], &["checkpoint_signature"], &["checkpoint", "checkpoint_signature", "keys"]]
    {
        let mut pasted = foreign.clone();
        parts.iter().for_each(|part| pasted[*part] = own[*part].clone());
        let (status, said) = judged(&pasted);
        assert_eq!(status, 4, "{parts:?}: {said}");
    }
    let mut renamed = foreign.clone();
    let text = foreign["checkpoint"].as_str().expect("text");
    let origin =
        |proof: &Value| proof["checkpoint"].as_str().expect("text").lines().next().expect("one").to_owned();
    renamed["checkpoint"] = text.replace(&origin(&foreign), &origin(&own)).into();
    assert_eq!(judged(&renamed).0, 4);
    renamed["checkpoint_signature"] = Value::Null;
    let (status, said) = judged(&renamed);
    assert!(status == 4 && said.contains("UNSIGNED, so anybody can have made all of this"), "{said}");
    let mut claimed = own.clone();
    claimed["keys"] = serde_json::json!([]);
    let (status, said) = judged(&claimed);
    assert!(status == 4 && said.contains("does NOT name"), "{said}");
    for part in ["proof", "journal"] {
        let mut changed = own.clone();
        changed[part] = foreign[part].clone();
        assert_eq!(judged(&changed).0, 4, "{part}");
    }
    let mut bytes = own.clone();
    bytes["record"]["bytes_base64"] = "Zm9yZ2Vk".into();
    assert_eq!(judged(&bytes).0, 4);
}
