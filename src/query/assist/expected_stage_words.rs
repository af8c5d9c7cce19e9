//! What kind of word comes next in a stage.

use super::super::pipeline::Pipeline;
use super::super::pipes::{FUNCTIONS, LexedStageToken, STAGES, StageName, StageToken, stage_name};

/// What kind of word comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected<'a> {
    /// One of these words.
    Words(Vec<String>),
    /// A field of events.
    Field,
    /// A column of the rows.
    Column,
    /// A column of the rows, perhaps with a sign before it.
    SortColumn,
    /// A value of the column with this name, as written.
    Value(&'a str),
    /// Nothing that can be offered.
    Nothing,
}

/// Returns what comes after the complete tokens of a stage; `pipeline` is what the
/// stages before it make, if they are understood.
pub fn expected<'a>(text: &'a str, stage: &[LexedStageToken], pipeline: Option<&Pipeline>) -> Expected<'a> {
    let stage = Words { text, stage };
    let Some(info) = stage.word(0).map(stage_name) else {
        return if stage.stage.is_empty() { stages(pipeline) } else { Expected::Nothing };
    };
    let Some(info) = info else { return Expected::Nothing };
    let begins = stage.stage.len() == 1;
    match info.stage {
        StageName::Count | StageName::Stats => stage.after_measure(info.stage),
        StageName::Timechart if begins => words(&["1m", "5m", "1h", "1d", "by"]),
        StageName::Timechart if stage.ends_with("by") => Expected::Field,
        StageName::Timechart if stage.stage.len() == 2 => words(&["by"]),
        StageName::Top | StageName::Rare if begins || stage.ends_with_number() => Expected::Field,
        StageName::First | StageName::Last if begins => words(&["by"]),
        StageName::First | StageName::Last => stage.after_by(),
        StageName::Where => stage.after_condition(),
        StageName::Sort if begins || stage.last() == Some(StageToken::Comma) => Expected::SortColumn,
        StageName::Timechart
        | StageName::Top
        | StageName::Rare
        | StageName::Sort
        | StageName::Head
        | StageName::Tail => Expected::Nothing,
    }
}

/// Offers the stages that can come next.
fn stages(pipeline: Option<&Pipeline>) -> Expected<'static> {
    let begins = pipeline.is_none_or(Pipeline::is_plain);
    let grouped = pipeline.is_none_or(|pipeline| pipeline.grouping.is_some());
    let fits = STAGES.iter().filter(|stage| match stage.stage {
        StageName::Where => grouped,
        _ => begins || !stage.groups,
    });
    Expected::Words(fits.map(|stage| stage.name.to_owned()).collect())
}

fn words(words: &[&str]) -> Expected<'static> {
    Expected::Words(words.iter().map(|word| (*word).to_owned()).collect())
}

/// The complete tokens of a stage.
struct Words<'a, 'b> {
    text: &'a str,
    stage: &'b [LexedStageToken],
}

impl<'a> Words<'a, '_> {
    /// Returns the last token.
    fn last(&self) -> Option<StageToken> {
        self.stage.last().map(|placed| placed.token)
    }

    /// Returns the token at a place from the end.
    fn nth_last(&self, n: usize) -> Option<&LexedStageToken> {
        self.stage.len().checked_sub(n + 1).map(|at| &self.stage[at])
    }

    /// Returns the word at a place, as written.
    fn word(&self, at: usize) -> Option<&'a str> {
        let placed = self.stage.get(at).filter(|placed| placed.token == StageToken::Word)?;
        Some(&self.text[placed.span.clone()])
    }

    fn is_word(&self, at: usize, keyword: &str) -> bool {
        self.word(at).is_some_and(|word| word.eq_ignore_ascii_case(keyword))
    }

    fn ends_with(&self, keyword: &str) -> bool {
        self.stage.len() > 1 && self.is_word(self.stage.len() - 1, keyword)
    }

    fn ends_with_number(&self) -> bool {
        let last = self.stage.len() - 1;
        last == 1 && self.word(last).is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit()))
    }

    fn after_measure(&self, stage: StageName) -> Expected<'a> {
        let named = |at: usize| at > 1 && self.is_word(at - 1, "as");
        if (1..self.stage.len()).any(|at| self.is_word(at, "by") && !named(at)) {
            return self.after_by();
        }
        let last = self.stage.len() - 1;
        match self.last() {
            Some(StageToken::Word) if last == 0 && stage == StageName::Stats => functions(),
            Some(StageToken::Comma) => functions(),
            Some(StageToken::Open) => Expected::Field,
            Some(StageToken::Close) => words(&["by", "as"]),
            Some(StageToken::Word | StageToken::Quoted) if named(last) => words(&["by"]),
            Some(StageToken::Word) if self.is_word(last, "count") => words(&["by", "as"]),
            _ => Expected::Nothing,
        }
    }

    /// Returns what comes inside a list of fields.
    fn after_by(&self) -> Expected<'a> {
        match self.last() {
            Some(StageToken::Comma) => Expected::Field,
            _ if self.ends_with("by") => Expected::Field,
            _ => Expected::Nothing,
        }
    }

    fn after_condition(&self) -> Expected<'a> {
        let joins = ["where", "and", "or", "not"].iter().any(|word| {
            self.is_word(self.stage.len() - 1, word) && (self.stage.len() == 1 || *word != "where")
        });
        let before = self.nth_last(1).map(|placed| placed.token);
        match self.last() {
            Some(StageToken::Word | StageToken::Quoted)
                if matches!(before, Some(StageToken::Relation(_))) =>
            {
                words(&["and", "or"])
            }
            Some(StageToken::Word) if joins => Expected::Column,
            Some(StageToken::And | StageToken::Or | StageToken::Not) => Expected::Column,
            Some(StageToken::Open) if self.calls(self.stage.len() - 1) => Expected::Field,
            Some(StageToken::Open) => Expected::Column,
            Some(StageToken::Close) if self.stage.len() > 2 && self.calls(self.stage.len() - 3) => {
                Expected::Nothing
            }
            Some(StageToken::Close) => words(&["and", "or"]),
            Some(StageToken::Relation(_)) => match self.nth_last(1) {
                Some(column) if column.token != StageToken::Close => {
                    Expected::Value(&self.text[column.span.clone()])
                }
                Some(_) | None => Expected::Nothing,
            },
            _ => Expected::Nothing,
        }
    }

    /// Returns whether the parenthesis at a place follows the name of a function.
    fn calls(&self, at: usize) -> bool {
        let keyword = ["where", "and", "or", "not"];
        self.stage[at].token == StageToken::Open
            && at > 1
            && self.word(at - 1).is_some_and(|word| !keyword.iter().any(|key| word.eq_ignore_ascii_case(key)))
    }
}

/// Offers what `stats` can compute.
fn functions() -> Expected<'static> {
    let functions = FUNCTIONS.iter().map(|(name, _)| format!("{name}("));
    Expected::Words(["count".to_owned()].into_iter().chain(functions).collect())
}
