//! The table of formats in the README is what `formats list` prints.

use std::fs;
use std::path::Path;

use vestigo::app::FORMATS;

/// What stands around the table.
const BEGIN: &str = "<!-- formats: begin -->\n";
const END: &str = "<!-- formats: end -->\n";

/// Returns the table: a row for each format, in the order of the list.
fn table() -> String {
    let mut rows = String::from("| format | reads |\n|---|---|\n");
    for format in FORMATS.iter() {
        let about = format.about().replace('|', "\\|").replace('<', "&lt;");
        rows += &format!("| `{}` | {about} |\n", format.name());
    }
    rows
}

/// Returns whether the user wants files to be rewritten.
#[expect(clippy::disallowed_methods, reason = "insta reads the same variable")]
fn updates() -> bool {
    std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always")
}

#[test]
fn the_readme_lists_the_formats() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(&path).expect("the README is there");
    let (before, rest) = readme.split_once(BEGIN).expect("the table has a begin");
    let (shown, behind) = rest.split_once(END).expect("the table has an end");
    // `INSTA_UPDATE=always`, which rewrites snapshots, rewrites the table as well.
    if shown != table() && updates() {
        fs::write(&path, format!("{before}{BEGIN}{}{END}{behind}", table())).expect("the README is written");
        return;
    }
    assert_eq!(shown, table(), "write it with INSTA_UPDATE=always cargo test --test it format_table");
}
