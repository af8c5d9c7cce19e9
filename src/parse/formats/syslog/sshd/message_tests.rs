use super::*;

fn rendered(text: &str) -> String {
    let mut event = Event::default();
    read(text, &mut event);
    let value =
        |name: &str| event.values(name).map(|value| value.text().into_owned()).collect::<Vec<_>>().join(",");
    ["event.action", "event.outcome", "user.name", "source.ip", "source.port"].map(value).join("|")
}

#[test]
fn messages_of_sshd_are_read() {
    let table = [
        (
            "Accepted publickey for git from 192.0.2.7 port 50122 ssh2: RSA SHA256:abc",
            "ssh_login|success|git|192.0.2.7|50122",
        ),
        (
            "Failed password for invalid user x from y from 192.0.2.7 port 1 ssh2",
            "ssh_login|failure|x from y|192.0.2.7|1",
        ),
        ("Failed none for invalid user  from 192.0.2.7 port 1 ssh2", "ssh_login|failure||192.0.2.7|1"),
        ("Invalid user admin from 2001:db8::7 port 2", "ssh_login|failure|admin|2001:db8::7|2"),
        ("Invalid user  from 192.0.2.7 port 2", "ssh_login|failure||192.0.2.7|2"),
        (
            "Connection closed by authenticating user root 192.0.2.7 port 3 [preauth]",
            "ssh_disconnect||root|192.0.2.7|3",
        ),
        ("Received disconnect from 192.0.2.7 port 4:11: Bye Bye [preauth]", "ssh_disconnect|||192.0.2.7|4"),
        ("Received disconnect from 192.0.2.7: 11: Bye Bye", "ssh_disconnect|||192.0.2.7|"),
        ("Disconnected from user alice 192.0.2.7 port 5", "ssh_disconnect||alice|192.0.2.7|5"),
        ("Did not receive identification string from 192.0.2.7", "ssh_scan|||192.0.2.7|"),
        (
            "User bob from 192.0.2.7 not allowed because not listed in AllowUsers",
            "ssh_login|failure|bob|192.0.2.7|",
        ),
        (
            "error: maximum authentication attempts exceeded for invalid user a from 192.0.2.7 port 6 ssh2 [preauth]",
            "ssh_login|failure|a|192.0.2.7|6",
        ),
        ("subsystem request for sftp by user carol", "ssh_subsystem||carol||"),
        ("fatal: Timeout before authentication for 192.0.2.7 port 7", "ssh_timeout|||192.0.2.7|7"),
    ];
    for (text, wanted) in table {
        assert_eq!(rendered(text), wanted, "{text}");
    }
}
