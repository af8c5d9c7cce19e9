//! A time-stamp authority made of plain openssl.

use std::path::Path;
use std::process::Command;

use crate::bundle::tool;

/// An authority that stamps, made of plain openssl, answering over http on this machine.
pub struct Authority {
    folder: tempfile::TempDir,
    /// Where it answers.
    pub url: String,
}

impl Authority {
    /// Starts one; says so, loudly, where there is no openssl.
    pub fn new(test: &str) -> Option<Authority> {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        let config = format!(
            "[tsa]\ndefault_tsa = one\n[one]\nserial = {}\ncrypto_device = builtin\nsigner_digest = sha256\n\
             default_policy = 1.2.3.4\ndigests = sha256\naccuracy = secs:1\nordering = no\ntsa_name = no\n\
             ess_cert_id_chain = no\n[ext]\nextendedKeyUsage = critical,timeStamping\n",
            at("serial")
        );
        std::fs::write(folder.path().join("conf"), config).expect("it can be written");
        std::fs::write(folder.path().join("serial"), "01\n").expect("it can be written");
        let mut make = Command::new("openssl");
        make.args([
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "3650",
            "-subj",
            "/CN=test authority",
        ]);
        make.args(["-addext", "extendedKeyUsage=critical,timeStamping"]);
        make.args(["-keyout", &at("key"), "-out", &at("cert")]);
        let (made, said) = tool(test, &mut make)?;
        assert!(made, "{said}");
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/tsr", listener.local_addr().expect("it listens"));
        let place = folder.path().to_owned();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                Authority::answer(stream, &place);
            }
        });
        Some(Authority { folder, url })
    }

    fn answer(mut stream: std::net::TcpStream, place: &Path) {
        use std::io::{Read, Write};
        let (mut asked, mut buffer) = (Vec::new(), [0; 4096]);
        let head = loop {
            let read = stream.read(&mut buffer).unwrap_or(0);
            asked.extend_from_slice(&buffer[..read]);
            let end = asked.windows(4).position(|window| window == b"\r\n\r\n");
            match end {
                Some(end) if asked.len() >= end + 4 + 69 => break end + 4,
                _ if read == 0 => return,
                _ => {}
            }
        };
        let at = |name: &str| place.join(name);
        std::fs::write(at("query"), &asked[head..]).expect("it can be written");
        let mut stamp = Command::new("openssl");
        stamp
            .args(["ts", "-reply", "-section", "one"])
            .arg("-config")
            .arg(at("conf"))
            .arg("-queryfile")
            .arg(at("query"));
        stamp.arg("-inkey").arg(at("key")).arg("-signer").arg(at("cert")).arg("-out").arg(at("reply"));
        stamp.output().expect("openssl ran before");
        let reply = std::fs::read(at("reply")).unwrap_or_default();
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            reply.len()
        );
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&reply));
    }

    /// Gives the path of its certificate.
    pub fn certificate(&self) -> String {
        self.folder.path().join("cert").to_string_lossy().into_owned()
    }
}
