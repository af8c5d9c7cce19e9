//! Reads theme files: a line per role, `match = { fg = "yellow", bold = true }`.

use std::collections::BTreeMap;
use std::path::Path;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use crate::app::read_user_file;
use crate::error::{Error, Result, Visible};

use super::glyphs::UNICODE;
use super::role::StyleRole;
use super::styles::Theme;

const BUILT_IN: &[(&str, &str)] = &[
    ("default", include_str!("../../../themes/default.toml")),
    ("high-contrast", include_str!("../../../themes/high-contrast.toml")),
    ("light", include_str!("../../../themes/light.toml")),
    ("mono", include_str!("../../../themes/mono.toml")),
];

/// One role's line in a theme file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RoleStyle {
    fg: Option<String>,
    bg: Option<String>,
    bold: bool,
    dim: bool,
    italic: bool,
    underline: bool,
    reverse: bool,
}

impl Theme {
    /// Returns a built-in theme: `default`, `high-contrast`, `light` or `mono`.
    pub fn builtin(name: &str) -> Result<Theme> {
        let found = BUILT_IN.iter().find(|(known, _)| *known == name);
        let (_, text) = found.ok_or_else(|| {
            Error::usage(format!("there is no theme `{}`", Visible(name)))
                .hint("Choose default, high-contrast, light or mono, or give the path of a theme file.")
        })?;
        Theme::read(text, name)
    }

    /// Returns a built-in theme by its name, or reads a file by its path.
    pub fn named(name: &str) -> Result<Theme> {
        if name.ends_with(".toml") {
            let text = read_user_file("theme ", Path::new(name))?;
            return Theme::read(&text, name);
        }
        Theme::builtin(name)
    }

    /// Reads a theme from the text of a file; roles it does not name are plain.
    pub fn read(text: &str, name: &str) -> Result<Theme> {
        let off = |reason: String| Error::usage(format!("theme {}: {reason}", Visible(name)));
        let looks: BTreeMap<String, RoleStyle> =
            toml::from_str(text).map_err(|error| off(Visible(error.message()).to_string()))?;
        let mut styles = [Style::new(); StyleRole::ALL.len()];
        for (key, look) in &looks {
            let role = StyleRole::ALL.iter().find(|role| role.name() == key).ok_or_else(|| {
                let names: Vec<&str> = StyleRole::ALL.iter().map(|role| role.name()).collect();
                off(format!("there is no role `{}`", Visible(key)))
                    .hint(format!("Choose one of {}.", names.join(", ")))
            })?;
            styles[*role as usize] = style(look).map_err(off)?;
        }
        let mono = styles.iter().all(|style| style.fg.is_none() && style.bg.is_none());
        Ok(Theme { styles, glyphs: &UNICODE, mono })
    }
}

fn style(look: &RoleStyle) -> Result<Style, String> {
    let color = |name: &Option<String>| match name {
        Some(name) => {
            name.parse::<Color>().map(Some).map_err(|_| format!("`{}` is not a color", Visible(name)))
        }
        None => Ok(None),
    };
    let modifiers = [
        (look.bold, Modifier::BOLD),
        (look.dim, Modifier::DIM),
        (look.italic, Modifier::ITALIC),
        (look.underline, Modifier::UNDERLINED),
        (look.reverse, Modifier::REVERSED),
    ];
    let mut style = Style::new();
    (style.fg, style.bg) = (color(&look.fg)?, color(&look.bg)?);
    for (on, modifier) in modifiers {
        if on {
            style = style.add_modifier(modifier);
        }
    }
    Ok(style)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_theme_draws_on_its_own_colour() {
        for (name, _) in BUILT_IN {
            let theme = Theme::builtin(name).expect("it is built in");
            let ground = theme[StyleRole::Text].bg;
            for role in StyleRole::ALL {
                let style = theme[*role];
                let (on, text) = (style.bg.or(ground), style.fg.or(theme[StyleRole::Text].fg));
                assert!(text.is_none() || on != text, "{name}: {} is drawn on its own colour", role.name());
                // Black and white are somebody's ground: they need one of their own.
                let named = matches!(text, Some(Color::White | Color::Black));
                assert!(!named || on.is_some(), "{name}: {} names no ground", role.name());
            }
        }
    }

    #[test]
    fn every_built_in_theme_styles_every_role_and_uses_sixteen_colours() {
        for (name, text) in BUILT_IN {
            let theme = Theme::builtin(name).unwrap_or_else(|error| panic!("{error}"));
            for role in StyleRole::ALL {
                let named =
                    text.lines().any(|line| line.split_once(" =").is_some_and(|(key, _)| key == role.name()));
                assert!(named, "{name} leaves {} out", role.name());
                let wide = |color| matches!(color, Some(Color::Rgb(..) | Color::Indexed(_)));
                assert!(!wide(theme[*role].fg) && !wide(theme[*role].bg), "{name}: {}", role.name());
            }
        }
        assert!(Theme::builtin("mono").unwrap().mono);
        assert!(!Theme::builtin("default").unwrap().mono);
    }

    #[test]
    fn without_colour_nothing_has_a_hue_and_the_selection_is_still_seen() {
        let theme = Theme::builtin("default").unwrap().without_color();
        assert!(StyleRole::ALL.iter().all(|role| theme[*role].fg.is_none() && theme[*role].bg.is_none()));
        assert!(theme[StyleRole::Selected].add_modifier.contains(Modifier::REVERSED));
        assert!(!theme[StyleRole::Cell].add_modifier.is_empty());
    }

    #[test]
    fn a_mistake_in_a_theme_is_named() {
        let error = Theme::read("mtch = {}", "mine").unwrap_err();
        assert_eq!(error.to_string(), "theme mine: there is no role `mtch`");
        let error = Theme::read("match = { fg = \"sky\" }", "mine").unwrap_err();
        assert_eq!(error.to_string(), "theme mine: `sky` is not a color");
    }
}
