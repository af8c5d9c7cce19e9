//! Annotations in words, findings by their numbers.

use crate::case::Case;
use crate::journal::Annotation;

/// Describes an annotation of a case (foreign text).
pub fn describe_annotation(case: &Case, annotation: &Annotation) -> String {
    let number = |uid: &str| case.state().findings.iter().find(|finding| finding.uid == uid);
    match (annotation.finding().and_then(number), annotation) {
        (Some(finding), _) => format!("finding {}: {}", finding.number, annotation.summary()),
        (None, Annotation::AddBookmark { event, .. }) => {
            format!("{} {}", event.short(), annotation.summary())
        }
        (None, Annotation::RemoveBookmark { event }) => {
            let short = case.state().bookmarks.get(event).map(|bookmark| bookmark.event.short());
            format!("{} bookmark removed", short.as_ref().unwrap_or(event))
        }
        (None, _) => annotation.summary(),
    }
}
