//! Lists the format files of `formats/` and the rules of `rules/`, so that a new one needs
//! no line of code; computes a digest of the code of detection, so that results of another
//! version are not used again.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    list(&root.join("formats"), "toml", "formats.rs");
    list(&root.join("rules"), "yml", "rules.rs");
    println!("cargo:rustc-env=VESTIGO_DETECTION={:016x}", digest(&root.join("src/analyse")));
}

/// Returns a digest of the Rust files of a folder.
fn digest(folder: &Path) -> u64 {
    let mut files = Vec::new();
    add_files(folder, "rs", &mut files);
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        fs::read(file).expect("a file can be read").hash(&mut hasher);
    }
    hasher.finish()
}

/// Writes a list of the files of a folder: the path in it, and the content.
fn list(folder: &Path, extension: &str, target: &str) {
    let mut files = Vec::new();
    add_files(folder, extension, &mut files);
    files.sort();
    let mut list = String::from("[\n");
    for file in files {
        let name = file.strip_prefix(folder).expect("it is below").to_string_lossy().replace('\\', "/");
        list += &format!("    ({name:?}, include_str!({:?})),\n", file.display().to_string());
    }
    list += "]\n";
    let target = Path::new(&env::var_os("OUT_DIR").expect("cargo sets it")).join(target);
    fs::write(target, list).expect("the list of files is written");
}

fn add_files(folder: &Path, extension: &str, files: &mut Vec<PathBuf>) {
    println!("cargo:rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("a folder can be read").path();
        if path.is_dir() {
            add_files(&path, extension, files);
        } else if path.extension().is_some_and(|other| other == extension) {
            files.push(path);
        }
    }
}
