//! An import behind the open screen, in a real pseudo-terminal.

use std::path::PathBuf;

use portable_pty::CommandBuilder;

use crate::terminal::Run;

#[test]
fn a_path_in_place_of_a_command_is_imported_behind_the_open_screen() {
    let folder = tempfile::tempdir().expect("there is room");
    let logs = folder.path().join("logs");
    std::fs::create_dir(&logs).expect("the folder is ours");
    for name in ["auth.log", "nginx-access.log", "cloudtrail.json"] {
        let fixture = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
        std::fs::copy(fixture, logs.join(name)).expect("the folder is ours");
    }
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_vestigo"));
    command.args(["--quiet", &logs.to_string_lossy()]);
    let data = folder.path().join("data").to_string_lossy().into_owned();
    let mut run = Run::start(command, 40, 120, &[("VESTIGO_DATA", &data), ("USER", "tester")]);
    // Detection looks by itself behind the import.
    run.until_shown("2,759 events").until_shown("findings: ").press("2").until_shown("INCIDENT");
    run.press("q").until_shown("newest first").press("q");
    assert_eq!(run.end(), 0);
    run.given_back();
    let cases = std::fs::read_dir(folder.path().join("data/cases")).expect("a case was made");
    assert_eq!(cases.count(), 1);
}
