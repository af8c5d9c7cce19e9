//! Whatever the user types comes back harmless.

use crate::env::TestEnv;
use crate::whole::demo_logs;

/// An escape that fills the clipboard, C1, bidi, zero width, tags, and a byte order mark.
const HOSTILE: &str = "x\u{1b}]52;c;aGk=\u{7}\u{9b}31m\u{202e}\u{200b}\u{2066}\u{e0041}\u{feff}\u{8}y";

fn acts(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

#[track_caller]
fn is_harmless(words: &[&str], output: &crate::env::Output) {
    let said = format!("{}{}", output.text(), output.err);
    let found: String = said.chars().filter(|c| acts(*c)).flat_map(char::escape_unicode).collect();
    assert_eq!(found, "", "{words:?}: {:?}", said.chars().take(400).collect::<String>());
}

#[test]
fn no_argument_of_any_command_acts_on_the_terminal() {
    let env = TestEnv::new();
    demo_logs(&env);
    env.import(&env.path("logs"), &[]);
    let id = env.events("*")[0]["id"].as_str().expect("an id").to_owned();
    let odd = env.write(&format!("odd{HOSTILE}.log"), "Mar  1 00:00:01 h sshd[1]: x\n");
    let (odd, option, pair) =
        (odd.to_string_lossy().into_owned(), format!("--{HOSTILE}"), format!("{HOSTILE}={HOSTILE}"));
    let (out, h) = (env.path(&format!("out{HOSTILE}")).to_string_lossy().into_owned(), HOSTILE);
    let all: Vec<Vec<&str>> = vec![
        vec![h],
        vec![&option],
        vec!["--case", h, "status"],
        vec!["--zone", h, "status"],
        vec!["--color", h, "status"],
        vec!["import", h],
        vec!["import", &odd],
        vec!["import", &odd, "--format", h],
        vec!["import", &odd, "--year", h],
        vec!["import", &odd, "--label", h],
        vec!["import", &odd, "--label", &pair],
        vec!["normalise", h],
        vec!["search", h],
        vec!["search", "*", "--fields", h],
        vec!["search", "*", "--fields", h, "--format", "csv"],
        vec!["search", "*", "--format", h],
        vec!["search", "*", "--from", h],
        vec!["search", &pair],
        vec!["search", "*", "--limit", h],
        vec!["timeline", "*", "--by", h],
        vec!["timeline", "*", "--interval", h],
        vec!["top", h],
        vec!["top", h, "*"],
        vec!["show", h],
        vec!["show", h, "--proof"],
        vec!["bookmark", "add", h],
        vec!["bookmark", "add", &id, "--note", h, "--tag", h],
        vec!["bookmark", "list"],
        vec!["bookmark", "remove", h],
        vec!["finding", "add", h, "--query", "*"],
        vec!["finding", "add", h, "--severity", h],
        vec!["finding", "set", "1", "--owner", h],
        vec!["finding", "note", "1", h],
        vec!["finding", "list"],
        vec!["finding", "show", "1"],
        vec!["finding", "show", h],
        vec!["finding", "close", "1", "--verdict", h],
        vec!["journal"],
        vec!["journal", "merge", h],
        vec!["undo"],
        vec!["status"],
        vec!["verify", h],
        vec!["verify", "--require", h],
        vec!["verify", "--anchor", h],
        vec!["verify", "--allowed-signers", h],
        vec!["verify", "--tsa-ca", h],
        vec!["checkpoint", "--sign", h],
        vec!["checkpoint", "--tsa", h],
        vec!["keys", "allow", h],
        vec!["keys", "list"],
        vec!["export", "--all", "--out", &out],
        vec!["export", "--query", h, "--out", &out],
        vec!["export", "--finding", h],
        vec!["export", "--all", "--redact", h, "--out", &out],
        vec!["export", "--all", "--sign", h, "--out", &out],
        vec!["reveal", h, h],
        vec!["replay", h],
        vec!["transfer", "check", h],
        vec!["transfer", "receive", h, "--sign", h],
        vec!["repair", "--out", h],
        vec!["new", h, "--title", h, "--examiner", h],
        vec!["new", h, "--sign", h],
        vec!["formats", "show", h],
        vec!["formats", "test", h],
        vec!["formats", "test", &odd],
        vec!["generate", h],
    ];
    let mut shown = 0;
    for words in &all {
        let output = env.run(words);
        shown += usize::from(format!("{}{}", output.text(), output.err).contains("␛]52;c;aGk=␇"));
        is_harmless(words, &output);
        is_harmless(words, &env.run(&[&["--json"], words.as_slice()].concat()));
        is_harmless(words, &env.run_as(HOSTILE, words));
    }
    assert!(shown > 40, "only {shown} of {} say what was typed", all.len());
    // What no event has is no column.
    assert!(env.run(&["search", "*", "--fields", h]).ends(2).err.contains("no field `x␛]52;c;aGk=␇"));
}
