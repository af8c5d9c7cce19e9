//! Forging bundles as somebody can who holds a key: every list and signature fits.

use std::path::PathBuf;

use serde_json::Value;
use sha2::{Digest, Sha256};
use vestigo::journal::Signer;

use crate::bundle::{files, verify_proofs, vestigo};
use crate::custody::copy_folder;
use crate::env::TestEnv;

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn sha(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Gives the key with which a world's examiner signs.
pub fn signer_of(env: &TestEnv) -> Signer {
    let keys = std::fs::read_dir(env.path("config/keys")).expect("there are keys").flatten();
    let key = keys.map(|entry| entry.path()).find(|path| path.extension().is_none());
    Signer::open(&key.expect("a key")).expect("it can be read")
}

/// A bundle that is being forged.
pub struct Forgery<'a> {
    env: &'a TestEnv,
    pub path: PathBuf,
}

impl Forgery<'_> {
    /// Begins with a copy of the bundle of this name.
    pub fn of<'a>(env: &'a TestEnv, name: &str) -> Forgery<'a> {
        let path = env.path("forged");
        let _ = std::fs::remove_dir_all(&path);
        copy_folder(&env.path(name), &path);
        Forgery { env, path }
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path.join(name)).expect("it is there")
    }

    pub fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path.join(name), bytes).expect("it can be written");
    }

    pub fn remove(&self, name: &str) {
        std::fs::remove_file(self.path.join(name)).expect("it is ours");
    }

    /// Changes each line of JSON.
    pub fn edit(&self, name: &str, change: impl Fn(&mut Vec<Value>)) {
        let text = String::from_utf8(self.read(name)).expect("it is text");
        let mut lines: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        change(&mut lines);
        self.put(name, lines.iter().map(|line| format!("{line}\n")).collect::<String>());
    }

    /// Changes the whole of a JSON file.
    pub fn edit_whole(&self, name: &str, change: impl Fn(&mut Value)) {
        let mut value = serde_json::from_slice(&self.read(name)).expect("JSON");
        change(&mut value);
        self.put(name, value.to_string());
    }

    /// Changes the rows of `records.csv`, without the first.
    pub fn edit_rows(&self, change: impl Fn(&mut Vec<Vec<String>>)) {
        let text = String::from_utf8(self.read("data/records.csv")).expect("it is text");
        let cells = |line: &str| -> Vec<String> {
            line.split(',').map(|cell| cell.trim_matches('"').to_owned()).collect()
        };
        let mut rows: Vec<Vec<String>> = text.lines().map(cells).collect();
        let head = rows.remove(0);
        change(&mut rows);
        rows.insert(0, head);
        let line = |row: &Vec<String>| {
            row.iter().map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(",") + "\n"
        };
        self.put("data/records.csv", rows.iter().map(line).collect::<String>());
    }

    /// Gives the examiner's own key.
    pub fn signer(&self) -> Signer {
        signer_of(self.env)
    }

    /// Makes every list anew and signs it with the examiner's own key.
    pub fn seal(&self) {
        self.seal_by(&self.signer(), "");
    }

    /// Makes every list anew; one file is left out of the list that is signed.
    pub fn seal_without(&self, left_out: &str) {
        self.seal_by(&self.signer(), left_out);
    }

    /// Makes every list anew and signs it with somebody's key.
    pub fn seal_by(&self, signer: &Signer, left_out: &str) {
        let list = |payload: bool| -> (String, u64, usize) {
            let named = files(&self.path).into_iter().filter(|(name, _)| {
                name.starts_with("data/") == payload
                    && (payload || !name.starts_with("tagmanifest") && name != left_out)
            });
            let named: Vec<(String, Vec<u8>)> =
                named.map(|(name, path)| (name, std::fs::read(path).expect("it is there"))).collect();
            let text = named.iter().map(|(name, bytes)| format!("{}  {name}\n", sha(bytes))).collect();
            (text, named.iter().map(|(_, bytes)| bytes.len() as u64).sum(), named.len())
        };
        let (manifest, bytes, count) = list(true);
        self.put("manifest-sha256.txt", manifest);
        let info = String::from_utf8(self.read("bag-info.txt")).expect("it is text");
        let oxum = |line: &str| match line.starts_with("Payload-Oxum") {
            true => format!("Payload-Oxum: {bytes}.{count}\n"),
            false => format!("{line}\n"),
        };
        self.put("bag-info.txt", info.lines().map(oxum).collect::<String>());
        let tags = list(false).0;
        let pem = signer.sign("vestigo-bundle", tags.as_bytes()).expect("it signs");
        self.put("tagmanifest-sha256.txt", tags);
        self.put("tagmanifest-sha256.txt.sig", pem);
    }

    /// Demands that our verifier refuses it for this reason.
    #[track_caller]
    pub fn is_refused(&self, why: &str) {
        let (status, said) = vestigo(self.env, &self.path, &[]);
        assert!(status == 4 && said.contains(why), "{why}: {status} {said}");
    }

    /// Demands that both verifiers refuse it, ours for this reason.
    #[track_caller]
    pub fn is_refused_by_both(&self, why: &str) {
        self.is_refused(why);
        if let Some((sound, said)) = verify_proofs("forged", &[&self.path]) {
            assert!(!sound, "{why}: {said}");
        }
    }

    #[track_caller]
    pub fn is_sound(&self) {
        assert_eq!(vestigo(self.env, &self.path, &["--require", "signed"]).0, 0);
        if let Some((sound, said)) = verify_proofs("forged", &[&self.path]) {
            assert!(sound, "{said}");
        }
    }

    /// Changes the bytes of the bundle's first record everywhere, and gives its
    /// number and the leaf that its true bytes have.
    pub fn change_a_record(&self) -> (u64, String) {
        let (mut record, mut leaf) = (0, String::new());
        let rows = std::cell::RefCell::new(Vec::new());
        self.edit_rows(|all| rows.borrow_mut().clone_from(all));
        let row = rows.borrow()[0].clone();
        let number = |n: usize| -> usize { row[n].parse().expect("a number") };
        let (from, to) = (number(2), number(2) + number(3));
        let mut raw = self.read("data/raw/0001.log");
        let genuine = raw[from..to].to_vec();
        let text = from + number(4)..from + number(4) + number(5);
        raw[text.end - 1] ^= 1;
        let forged = raw[text].to_vec();
        self.put("data/raw/0001.log", raw);
        self.edit_rows(|all| all[0][8] = sha(&forged));
        self.edit("data/events.jsonl", |events| {
            for event in events.iter_mut() {
                if format!(
                    "{}:{}",
                    event["vestigo.source"].as_str().expect("a source"),
                    event["vestigo.record"]
                ) == row[0]
                {
                    event["event.original"] = String::from_utf8(forged.clone()).expect("text").into();
                }
            }
        });
        let text = String::from_utf8(self.read("data/proofs/0001.jsonl")).expect("text");
        let frame: Value = serde_json::from_str(text.lines().next().expect("a frame")).expect("JSON");
        for known in frame["known"].as_array().expect("a list") {
            if known["record"].as_u64() == row[9].parse().ok() {
                let salt = known["salt"].as_str().expect("a salt");
                let salt: Vec<u8> =
                    (0..16).map(|n| u8::from_str_radix(&salt[2 * n..2 * n + 2], 16).expect("hex")).collect();
                (record, leaf) = (number(9) as u64, sha(&[&[0][..], &salt, &genuine].concat()));
            }
        }
        assert!(!leaf.is_empty());
        (record, leaf)
    }
}
