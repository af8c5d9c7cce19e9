//! The format files that are built in, and those of the user.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, OnceLock, PoisonError};

use super::declared_format::DeclaredFormat;
use super::definition::Definition;
use crate::parse::format::Format;
use crate::record::Event;

/// Every built-in file: its name and its text.
static FILES: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/formats.rs"));

/// The user's formats, once they were given.
static USER: OnceLock<Vec<UserFormat>> = OnceLock::new();

/// A format of the user.
#[derive(Debug)]
struct UserFormat {
    definition: Definition,
    text: String,
}

/// Every declared format; a user's replaces a built-in one of the same name. A test holds
/// that no built-in file has a mistake.
static DECLARED: LazyLock<Vec<DeclaredFormat>> = LazyLock::new(|| {
    let user = user_definitions();
    let read = FILES.iter().filter_map(|(_, text)| toml::from_str::<Definition>(text).ok());
    let definitions: HashMap<String, Definition> =
        read.chain(user.cloned()).map(|definition| (definition.name.clone(), definition)).collect();
    let find = |name: &str| definitions.get(name).cloned();
    let mut names: Vec<&String> = definitions.keys().collect();
    names.sort();
    names
        .into_iter()
        .filter_map(|name| DeclaredFormat::compile(definitions[name].clone(), &find).ok())
        .collect()
});

/// Formats that were asked for one by one.
static ASKED_FOR: LazyLock<Mutex<HashMap<String, Option<&'static DeclaredFormat>>>> =
    LazyLock::new(Mutex::default);

fn user_definitions() -> impl Iterator<Item = &'static Definition> {
    USER.get().map(Vec::as_slice).unwrap_or_default().iter().map(|user| &user.definition)
}

/// Returns the file of a format of the user.
pub fn user_file(name: &str) -> Option<&'static str> {
    let mut user = USER.get()?.iter();
    user.find(|user| user.definition.name == name).map(|user| user.text.as_str())
}

/// Returns the format of a file that was kept with the evidence it was read from.
pub fn kept_format(text: &str) -> Option<&'static DeclaredFormat> {
    static KEPT: LazyLock<Mutex<HashMap<String, Option<&'static DeclaredFormat>>>> =
        LazyLock::new(Mutex::default);
    let mut known = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    *known.entry(text.to_owned()).or_insert_with(|| {
        let format = DeclaredFormat::parse(text, &find).ok()?;
        Some(Box::leak(Box::new(format)))
    })
}

/// How many lines of a sample are tried.
const TRIED: usize = 500;

/// Returns the share of the first lines of a sample that a format reads, given its file.
pub fn share_read(text: &str, sample: &[u8]) -> f64 {
    let Some(format) = kept_format(text) else { return 0.0 };
    let sample = String::from_utf8_lossy(sample);
    // The last line may be cut.
    let whole = sample.rfind('\n').map_or(&sample[..], |end| &sample[..end]);
    let lines: Vec<&str> = whole.lines().filter(|line| !line.trim().is_empty()).take(TRIED).collect();
    let read = lines.iter().filter(|line| format.read(line, &mut Event::default())).count();
    if lines.is_empty() { 0.0 } else { read as f64 / lines.len() as f64 }
}

/// Finds the definition of a format, the user's before a built-in one.
pub fn find(name: &str) -> Option<Definition> {
    let user = user_definitions().find(|definition| definition.name == name).cloned();
    user.or_else(|| toml::from_str(built_in(name)?).ok())
}

/// Returns the built-in file of a format; it has the format's name.
fn built_in(name: &str) -> Option<&'static str> {
    let is_its = |file: &&(&str, &str)| file.0.strip_suffix(".toml") == Some(name);
    FILES.iter().find(is_its).map(|(_, text)| *text)
}

/// Returns the declared format of a name, without reading the files of the others.
pub fn declared_format(name: &str) -> Option<&'static DeclaredFormat> {
    let mut known = ASKED_FOR.lock().unwrap_or_else(PoisonError::into_inner);
    *known.entry(name.to_owned()).or_insert_with(|| {
        let format = DeclaredFormat::compile(find(name)?, &find).ok()?;
        Some(Box::leak(Box::new(format)))
    })
}

/// Returns whether formats say that they are special kinds of this one.
pub fn is_base(name: &str) -> bool {
    let line = format!("\nbase = \"{name}\"");
    FILES.iter().any(|(_, text)| text.contains(&line))
        || user_definitions().any(|definition| definition.base.as_deref() == Some(name))
}

/// Returns every declared format.
pub fn declared_formats() -> &'static [DeclaredFormat] {
    &DECLARED
}

/// Adds the user's formats, given as the names and texts of their files. Must be called
/// before any format is used. Returns what is wrong with files that are left out.
pub fn add_user_formats(files: &[(String, String)]) -> Vec<String> {
    let mut mistakes = Vec::new();
    let mut read: Vec<(&str, &str, Definition)> = Vec::with_capacity(files.len());
    for (name, text) in files {
        match toml::from_str(text) {
            Ok(definition) => read.push((name, text, definition)),
            Err(error) => mistakes.push(format!("{name} is not a format: {error}")),
        }
    }
    let find = |name: &str| {
        let user = read.iter().map(|(.., definition)| definition);
        let own = user.into_iter().find(|definition| definition.name == name).cloned();
        own.or_else(|| toml::from_str(built_in(name)?).ok())
    };
    let mut definitions = Vec::with_capacity(read.len());
    for (name, text, definition) in &read {
        match DeclaredFormat::compile(definition.clone(), &find) {
            Ok(_) => {
                definitions.push(UserFormat { definition: definition.clone(), text: (*text).to_owned() });
            }
            Err(error) => mistakes.push(format!("{name} is not a format: {error}")),
        }
    }
    // A second call would come too late, and there is none.
    let _ = USER.set(definitions);
    mistakes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::declared::samples::check_samples;

    #[test]
    fn every_built_in_format_reads_its_samples() {
        let mut faults = Vec::new();
        for (file, text) in FILES {
            match DeclaredFormat::parse(text, &find) {
                Err(error) => faults.push(format!("{file}: {error}")),
                Ok(format) if format!("{}.toml", format.definition().name) != *file => {
                    faults.push(format!("{file}: its format is {}", format.definition().name));
                }
                Ok(format) => faults.extend(
                    check_samples(&format)
                        .iter()
                        .map(|fault| format!("{file}: {}: {}", fault.sample, fault.message)),
                ),
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}
