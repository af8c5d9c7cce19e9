//! How text is compared: ignoring case, and by token.
//!
//! Folding maps one character to one character, so that a folded text has the
//! characters of the original in their places and `?` means the same in both.

use std::borrow::Cow;

/// Folds a character: lower case where that is one character, itself otherwise.
pub(super) fn fold_char(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    if c == 'ς' {
        return 'σ';
    }
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// Folds a text; borrowed where nothing changes.
pub(super) fn fold(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(fold_char).collect())
}

/// Returns whether a character is part of a token: a letter or a digit of any script.
pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric()
}

/// Returns the tokens of a text: its runs of letters and digits.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = &str> + Clone {
    text.split(|c| !is_word(c)).filter(|token| !token.is_empty())
}

/// Returns whether a token stands in a text, as a token of its own.
pub(super) fn has_token(text: &str, token: &str) -> bool {
    text.match_indices(token).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + token.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

/// Returns whether these tokens stand in a text one after another, whatever
/// separates them.
pub(super) fn has_phrase(text: &str, phrase: &[String]) -> bool {
    if let [token] = phrase {
        return has_token(text, token);
    }
    let mut rest = tokens(text);
    loop {
        let mut here = rest.clone();
        if phrase.iter().all(|token| here.next() == Some(token)) {
            return true;
        }
        if rest.next().is_none() {
            return false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_keeps_every_character_in_its_place() {
        assert_eq!(fold("GET /Ümläut İ ΟΔΟΣ ς"), "get /ümläut İ οδοσ σ");
        assert!(matches!(fold("plain"), Cow::Borrowed("plain")));
    }

    #[test]
    fn a_token_is_whole_or_it_is_not_there() {
        assert!(has_token("failed password for root", "root"));
        assert!(!has_token("failed password for root2", "root"));
        assert!(has_token("aaa aa", "aa"));
        assert!(!has_token("наroot", "root"));
    }

    #[test]
    fn a_phrase_is_consecutive_tokens_whatever_separates_them() {
        let phrase = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        assert!(has_phrase("a a b", &phrase(&["a", "b"])));
        assert!(has_phrase("/etc/passwd", &phrase(&["etc", "passwd"])));
        assert!(!has_phrase("etc x passwd", &phrase(&["etc", "passwd"])));
    }
}
