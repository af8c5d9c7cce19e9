//! Names of files and members, also those that are not UTF-8.

use std::path::Path;

/// The name of a file or of a member of an archive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemberName {
    /// The name as text; a byte that is not UTF-8 is written as `\xff`, and a backslash
    /// beside such a byte as `\\`. Foreign text: show through `Visible`.
    pub text: String,
    /// The exact bytes in lower-case hex, if the text is not exact.
    pub bytes: Option<String>,
}

impl MemberName {
    /// Creates a name from its bytes.
    pub fn from_bytes(bytes: &[u8]) -> MemberName {
        if let Ok(text) = std::str::from_utf8(bytes) {
            return MemberName { text: text.to_owned(), bytes: None };
        }
        let mut text = String::with_capacity(bytes.len() + 16);
        for chunk in bytes.utf8_chunks() {
            text.push_str(&chunk.valid().replace('\\', "\\\\"));
            chunk.invalid().iter().for_each(|byte| text.push_str(&format!("\\x{byte:02x}")));
        }
        MemberName { text, bytes: Some(hex(bytes)) }
    }

    /// Creates the name of a file from its path.
    pub fn from_path(path: &Path) -> MemberName {
        MemberName::from_bytes(path.as_os_str().as_encoded_bytes())
    }

    /// Returns the name of a member of this container: `outer!member`.
    pub fn member(&self, member: &[u8]) -> MemberName {
        let inner = MemberName::from_bytes(member);
        let text = format!("{}!{}", self.text, inner.text);
        let bytes = (self.bytes.is_some() || inner.bytes.is_some()).then(|| {
            let outer = self.bytes.clone().unwrap_or_else(|| hex(self.text.as_bytes()));
            format!("{outer}21{}", hex(member))
        });
        MemberName { text, bytes }
    }
}

/// Writes bytes in lower hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_not_utf_8_stay_apart_and_keep_their_bytes() {
        let names =
            [&b"a\xff.log"[..], b"a\xfe.log", b"a\\xff.log", "é".as_bytes()].map(MemberName::from_bytes);
        let name = |text: &str, bytes: Option<&str>| MemberName {
            text: text.to_owned(),
            bytes: bytes.map(str::to_owned),
        };
        assert_eq!(
            names,
            [
                name("a\\xff.log", Some("61ff2e6c6f67")),
                name("a\\xfe.log", Some("61fe2e6c6f67")),
                name("a\\xff.log", None),
                name("é", None),
            ]
        );
        assert_eq!(
            MemberName::from_bytes(b"x.tar").member(b"\xff"),
            name("x.tar!\\xff", Some("782e74617221ff"))
        );
    }
}
