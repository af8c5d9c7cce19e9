use std::fs;
use std::io::{ErrorKind, Write};

use std::path::{Path, PathBuf};

use super::*;

fn folder() -> (tempfile::TempDir, Dir) {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = Dir::create(&folder.path().join("case")).expect("it opens");
    (folder, dir)
}

#[test]
fn what_is_written_is_read_back_and_never_replaced_unasked() {
    let (_keep, dir) = folder();
    dir.write_new("a", b"one").expect("it is new");
    assert_eq!(dir.write_new("a", b"two").expect_err("it is there").kind(), ErrorKind::AlreadyExists);
    assert_eq!(dir.read("a", 3).expect("it is there"), b"one");
    assert_eq!(dir.read("a", 2).expect_err("it is longer").kind(), ErrorKind::FileTooLarge);
    dir.replace("a", b"three").expect("it is replaced");
    assert_eq!(dir.read_text("a", 9).expect("it is there"), "three");
    assert_eq!(dir.names().expect("it is listed"), ["a"]);
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    let (_keep, dir) = folder();
    for name in ["", ".", "..", "../x", "a/b", "/etc/passwd", "a\0b"] {
        assert!(dir.file(name).is_err(), "{name}");
        assert!(dir.create_new(name).is_err(), "{name}");
        assert!(dir.dir(name).is_err(), "{name}");
        assert!(dir.remove(name).is_err(), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn no_link_is_followed_whatever_it_stands_for() {
    let (keep, dir) = folder();
    let victim = keep.path().join("victim");
    fs::write(&victim, "precious").expect("it is written");
    fs::create_dir(keep.path().join("elsewhere")).expect("it is made");
    fs::write(keep.path().join("elsewhere/kept"), "kept").expect("it is written");
    std::os::unix::fs::symlink(&victim, dir.at("link")).expect("it is made");
    std::os::unix::fs::symlink(keep.path().join("elsewhere"), dir.at("folder")).expect("it is made");
    std::os::unix::fs::symlink(keep.path().join("absent"), dir.at("dangling")).expect("it is made");
    for name in ["link", "folder", "dangling"] {
        assert!(dir.file(name).is_err(), "{name}");
        assert!(dir.write(name).is_err(), "{name}");
        assert!(dir.append(name).is_err(), "{name}");
        assert!(dir.create_new(name).is_err(), "{name}");
        assert!(dir.dir(name).is_err() && dir.make_dir(name).is_err(), "{name}");
        assert!(dir.replace(name, b"x").is_err(), "{name}");
        assert!(dir.write_new(name, b"x").is_err(), "{name}");
        assert_eq!(dir.kind(name).expect("it is looked at"), Some(FileKind::Link));
        dir.remove_all(name).expect("the link goes");
    }
    assert_eq!(fs::read_to_string(&victim).expect("it is there"), "precious");
    assert_eq!(fs::read_to_string(keep.path().join("elsewhere/kept")).expect("it is there"), "kept");
    assert!(!keep.path().join("absent").exists());
    assert!(dir.names().expect("it is listed").is_empty());
}

#[cfg(unix)]
#[test]
fn fifos_and_devices_are_refused_at_once() {
    let (_keep, dir) = folder();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        dir.at("pipe"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .expect("it is made");
    assert_eq!(dir.file("pipe").expect_err("it is a FIFO").kind(), ErrorKind::InvalidInput);
    assert!(dir.append("pipe").is_err() && dir.write("pipe").is_err());
    assert_eq!(read_named(&dir.at("pipe"), 10).expect_err("it is a FIFO").kind(), ErrorKind::InvalidInput);
    assert_eq!(dir.kind("pipe").expect("it is looked at"), Some(FileKind::Special));
    assert!(read_named(Path::new("/dev/zero"), 10).is_err());
}

#[cfg(unix)]
#[test]
fn a_file_with_another_name_elsewhere_is_not_written_to() {
    let (keep, dir) = folder();
    let victim = keep.path().join("victim");
    fs::write(&victim, "precious").expect("it is written");
    fs::hard_link(&victim, dir.at("journal")).expect("it is linked");
    assert!(dir.append("journal").is_err() && dir.write("journal").is_err());
    dir.replace("journal", b"own").expect("the name is replaced, not the file");
    assert_eq!(fs::read_to_string(&victim).expect("it is there"), "precious");
}

#[cfg(unix)]
#[test]
fn folders_and_files_are_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (_keep, dir) = folder();
    let inner = dir.make_dir("inner").expect("it is made");
    inner.append("a").expect("it is made").write_all(b"x").expect("it is written");
    inner.write_new("b", b"x").expect("it is made");
    let mode = |path: PathBuf| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!((mode(dir.at("inner")), mode(inner.at("a")), mode(inner.at("b"))), (0o700, 0o600, 0o600));
}
