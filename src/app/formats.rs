//! Formats: those of the user, what a file's formats make of a line, and their samples.

use std::path::Path;

use crate::error::{Context, Error, Result, visible};
use crate::parse::{
    DeclaredFormat, FORMATS, Format, SampleFault, add_user_formats, check_samples, declared_formats,
    definition_text, find_definition,
};
use crate::record::Event;

use super::read_user_file;

/// Adds the formats in a folder of the user; an absent folder has none. Must be called
/// before any format is used. Returns what is wrong with files that are left out.
pub fn load_user_formats(folder: &Path) -> Result<Vec<String>> {
    let shown = visible(&folder.to_string_lossy());
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.context(|| format!("cannot read {shown}"))?,
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.context(|| format!("cannot read {shown}"))?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    let read = |path: &std::path::PathBuf| Ok((visible(&path.to_string_lossy()), read_user_file("", path)?));
    let files = paths.iter().map(read).collect::<Result<Vec<(String, String)>>>()?;
    if files.is_empty() { Ok(Vec::new()) } else { Ok(add_user_formats(&files)) }
}

/// Reads the samples of a format file, and returns the format's name with what is not
/// as the file says.
pub fn test_format_file(path: &Path) -> Result<(String, usize, Vec<SampleFault>)> {
    let text = read_user_file("", path)?;
    let format = DeclaredFormat::parse(&text, &find_definition).map_err(|error| {
        Error::usage(format!("{} is not a format: {error}", visible(&path.to_string_lossy())))
            .hint("`docs/formats.md` describes the language.")
    })?;
    let faults = check_samples(&format);
    Ok((format.name().to_owned(), format.definition().sample.len(), faults))
}

/// Returns the file of a format whose lines a web server writes by this `LogFormat`
/// (Apache httpd) or `log_format` (nginx).
pub fn format_of_log_format(text: &str) -> Result<String> {
    definition_text(text).map_err(|error| {
        Error::usage(format!("`{}` is not a log format: {error}", visible(text)))
            .hint("Give what stands in the server's configuration, such as '%h %l %u %t \"%r\" %>s %b' or '$remote_addr [$time_local] \"$request\" $status'.")
    })
}

/// Returns the format whose lines a web server writes by a `LogFormat` or `log_format`.
pub fn parse_log_format(text: &str) -> Result<DeclaredFormat> {
    let file = format_of_log_format(text)?;
    DeclaredFormat::parse(&file, &find_definition)
        .map_err(|error| Error::usage(format!("`{}` is not a log format: {error}", visible(text))))
}

/// What one format made of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormatAttempt {
    /// The format.
    pub format: &'static str,
    /// Whether it reads the line.
    pub is_read: bool,
    /// The pattern that came furthest, and how many bytes of the line it matched.
    pub furthest: Option<(String, usize)>,
}

/// Tries every format on a line, and one that is not among them, those that read it
/// first, then by how far they came.
pub fn explain_line(line: &str, other: Option<&DeclaredFormat>) -> Vec<FormatAttempt> {
    let other_one = other.map(|format| format as &dyn Format);
    let mut attempts: Vec<(u8, FormatAttempt)> = other_one
        .into_iter()
        .chain(FORMATS.iter().map(|format| *format as &dyn Format))
        .map(|format| {
            let is_read = format.read(line, &mut Event::default());
            let declared =
                other.into_iter().chain(declared_formats()).find(|own| own.name() == format.name());
            let furthest = declared.filter(|_| !is_read).and_then(|own| own.furthest(line));
            let furthest = furthest.map(|(pattern, miss)| (pattern.to_owned(), miss.at));
            (format.specificity(), FormatAttempt { format: format.name(), is_read, furthest })
        })
        .collect();
    let came = |attempt: &FormatAttempt| attempt.furthest.as_ref().map_or(0, |(_, at)| *at);
    attempts.sort_by_key(|(specificity, attempt)| {
        std::cmp::Reverse((
            attempt.is_read,
            if attempt.is_read { usize::from(*specificity) } else { came(attempt) },
        ))
    });
    attempts
        .into_iter()
        .map(|(_, attempt)| attempt)
        .filter(|attempt| attempt.is_read || came(attempt) > 0)
        .collect()
}
