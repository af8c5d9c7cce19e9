//! Lists the format files of `formats/`, so that a new one needs no line of code.

use std::path::Path;
use std::{env, fs};

fn main() {
    println!("cargo:rerun-if-changed=formats");
    let folder = Path::new(&env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("formats");
    let mut files: Vec<_> = fs::read_dir(&folder)
        .expect("the folder of formats is there")
        .map(|entry| entry.expect("a folder can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    let mut list = String::from("[\n");
    for file in files {
        let name = file.file_name().expect("a file has a name").to_string_lossy().into_owned();
        list += &format!("    ({name:?}, include_str!({:?})),\n", file.display().to_string());
    }
    list += "]\n";
    let target = Path::new(&env::var_os("OUT_DIR").expect("cargo sets it")).join("formats.rs");
    fs::write(target, list).expect("the list of formats is written");
}
