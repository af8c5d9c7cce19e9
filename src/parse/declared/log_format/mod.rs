//! What does a line mean that a web server writes by a `LogFormat` (Apache httpd) or a
//! `log_format` (nginx)?
//!
//! Owns the directives and variables of both servers: each becomes a capture with the name
//! that nginx has for it, and one table says which fields these names fill. Promises that
//! a directive that is not known is kept under its own name, and that a text which says
//! nothing about where a value ends is refused.

mod apache;
mod element;
mod json_template;
mod meaning;
mod nginx;
mod pattern_text;
mod server_config;

use server_config::NamedText;

use super::definition::{DeclaredFraming, Definition, LineShape};

/// The name of a format that was given as such a text and nothing else.
pub const NAME: &str = "custom.access";

/// Which server's language a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Apache,
    Nginx,
}

impl Dialect {
    /// Returns in which language a text has more to say.
    fn of(text: &str) -> Dialect {
        let followed = |mark: char, fits: fn(char) -> bool| {
            text.match_indices(mark).filter(|(at, _)| text[at + 1..].starts_with(fits)).count()
        };
        let percents = followed('%', |c| c.is_ascii_alphabetic() || matches!(c, '{' | '>' | '<' | '!' | '^'));
        let dollars = followed('$', |c| c.is_ascii_lowercase() || c == '{');
        if dollars > percents { Dialect::Nginx } else { Dialect::Apache }
    }

    fn dataset(self) -> &'static str {
        match self {
            Dialect::Apache => "apache.access",
            Dialect::Nginx => "nginx.access",
        }
    }
}

/// Returns the file of a format whose lines are written by such a text.
pub fn definition_text(log_format: &str) -> Result<String, String> {
    let mut file = toml::Table::new();
    file.insert("name".to_owned(), NAME.into());
    file.insert("about".to_owned(), "access lines as a server's own log format has them".into());
    file.insert("log_format".to_owned(), log_format.into());
    let text = toml::to_string(&file).map_err(|error| error.to_string())?;
    let mut definition: Definition = toml::from_str(&text).map_err(|error| error.to_string())?;
    expand(&mut definition)?;
    Ok(text)
}

/// Returns the log format of a format file.
pub fn log_format_of(definition: &str) -> Option<String> {
    toml::from_str::<Definition>(definition).ok()?.log_format
}

/// A log format that a server's configuration states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFormat {
    /// Its name there.
    pub name: String,
    /// The file of its format.
    pub text: String,
}

/// Returns the log formats that a configuration file states, of those that can be read.
pub fn log_formats(config: &str) -> Vec<LogFormat> {
    let named = server_config::named_log_formats(config).into_iter();
    named
        .filter_map(|NamedText { name, text }| Some(LogFormat { name, text: definition_text(&text).ok()? }))
        .collect()
}

/// Adds to a definition what its `log_format` means, before what it says itself.
pub fn expand(definition: &mut Definition) -> Result<(), String> {
    let Some(given) = definition.log_format.take() else { return Ok(()) };
    let text = server_config::format_text(&given)?;
    let dialect = Dialect::of(&text);
    definition.dataset.get_or_insert_with(|| dialect.dataset().to_owned());
    let dataset = definition.dataset.clone().unwrap_or_default();
    definition.specificity.get_or_insert(70);
    let elements = |text: &str| match dialect {
        Dialect::Apache => apache::elements(text),
        Dialect::Nginx => nginx::elements(text),
    };
    let text = text.trim();
    let values = if text.starts_with('{') && text.ends_with('}') && text.contains("\":") {
        let template = json_template::read(text, &elements)?;
        definition.json.get_or_insert_default().require.extend(template.require);
        definition.extract.splice(0..0, template.extracts);
        template.values
    } else {
        let elements = elements(text)?;
        definition.line.insert(0, LineShape::new(&pattern_text::render(&elements)?));
        definition.framing.get_or_insert(DeclaredFraming::Single);
        pattern_text::values(&elements)
    };
    meaning::add(definition, &dataset, &values);
    Ok(())
}

#[cfg(test)]
mod tests;
