//! The text after a pipe as tokens with their positions.
//!
//! Splitting never fails: what is wrong becomes a word that the parser refuses.

use std::ops::Range;

use super::super::ast::Op;
use super::super::lexical::phrase_end;
use super::super::pipeline::Relation;

/// One token of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StageToken {
    /// `|`
    Pipe,
    /// `(`
    Open,
    /// `)`
    Close,
    /// `,`
    Comma,
    /// `=`, `==`, `!=`, `<`, `<=`, `>`, `>=`
    Relation(Relation),
    /// `&&`
    And,
    /// `||`
    Or,
    /// `!`
    Not,
    /// A name, a number, or a keyword, escapes as written.
    Word,
    /// `"…"`, or the rest of the text if it is not closed.
    Quoted,
}

/// A token and the bytes it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LexedStageToken {
    /// The token.
    pub token: StageToken,
    /// Its position in the text.
    pub span: Range<usize>,
}

/// The signs, the longer ones first.
const SIGNS: [(&str, StageToken); 14] = [
    ("||", StageToken::Or),
    ("|", StageToken::Pipe),
    ("&&", StageToken::And),
    ("(", StageToken::Open),
    (")", StageToken::Close),
    (",", StageToken::Comma),
    ("==", StageToken::Relation(Relation::Equal)),
    ("=", StageToken::Relation(Relation::Equal)),
    ("!=", StageToken::Relation(Relation::Different)),
    ("!", StageToken::Not),
    ("<=", StageToken::Relation(Relation::Order(Op::AtMost))),
    ("<", StageToken::Relation(Relation::Order(Op::Less))),
    (">=", StageToken::Relation(Relation::Order(Op::AtLeast))),
    (">", StageToken::Relation(Relation::Order(Op::Greater))),
];

/// Splits the text from a position on, at which a pipe is.
pub fn stage_tokens(text: &str, pipe: usize) -> Vec<LexedStageToken> {
    let (mut tokens, mut at) = (Vec::new(), pipe);
    loop {
        at = text.len() - text[at..].trim_start().len();
        let rest = &text[at..];
        if rest.is_empty() {
            return tokens;
        }
        let sign = SIGNS.iter().find(|(sign, _)| rest.starts_with(sign));
        let (token, length) = match sign {
            Some((sign, token)) => (*token, sign.len()),
            None if rest.starts_with('"') => (StageToken::Quoted, phrase_end(rest, 0).unwrap_or(rest.len())),
            None => (StageToken::Word, stage_word_length(rest)),
        };
        tokens.push(LexedStageToken { token, span: at..at + length });
        at += length;
    }
}

/// Returns the length of the word at the start of a text; 0 if there is none.
pub fn stage_word_length(text: &str) -> usize {
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => {
                chars.next();
            }
            '(' | ')' | ',' | '"' | '|' | '=' | '<' | '>' => return at,
            '!' if text[at..].starts_with("!=") => return at,
            '&' if text[at..].starts_with("&&") => return at,
            c if c.is_whitespace() => return at,
            _ => {}
        }
    }
    text.len()
}
