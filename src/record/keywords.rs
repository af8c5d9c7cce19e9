//! Enumerations whose values are words, in JSON and on the command line.

/// Declares such an enumeration: its name, what one value of it is called, the values. A
/// value can have further words, which are read and never written.
macro_rules! keywords {
    ($(#[$doc:meta])* $name:ident, $noun:literal {
        $($(#[$each:meta])* $variant:ident = $keyword:literal $(| $alias:literal)*),+ $(,)?
    }) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
        )]
        pub enum $name { $($(#[$each])* #[serde(rename = $keyword $(, alias = $alias)*)] $variant),+ }

        impl $name {
            /// All values, in order.
            pub const ALL: &[$name] = &[$($name::$variant),+];

            /// Returns the keyword used in JSON and on the command line.
            pub const fn word(self) -> &'static str {
                match self { $($name::$variant => $keyword),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.word())
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::error::Error;

            fn from_str(text: &str) -> Result<$name, crate::error::Error> {
                $($(if text == $alias { return Ok($name::$variant); })*)+
                let choices: Vec<&str> = $name::ALL.iter().map(|each| each.word()).collect();
                $name::ALL.iter().copied().find(|each| each.word() == text).ok_or_else(|| {
                    let shown = crate::error::Visible(text);
                    crate::error::Error::usage(format!(concat!("`{}` is not a ", $noun), shown))
                        .hint(format!("Choose one of {}.", choices.join(", ")))
                })
            }
        }
    };
}

pub(crate) use keywords;
