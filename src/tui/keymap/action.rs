//! The action table: one row states everything about an action but its handler.

/// Which pane or overlay receives keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyContext {
    /// Everywhere, even while typing.
    Always,
    /// Every pane and screen without text input.
    Browse,
    /// The event list.
    Events,
    /// The field facets.
    Fields,
    /// The timeline.
    Timeline,
    /// The detail of one event.
    Detail,
    /// The table of sources.
    Sources,
    /// What detectors found.
    Anomalies,
    /// The findings and bookmarks.
    Findings,
    /// A page of text: help, provenance.
    Reading,
    /// The search line.
    Typing,
    /// A form.
    Form,
    /// The palette.
    Palette,
}

impl KeyContext {
    /// Every context, in the order in which help lists them.
    pub const ALL: [KeyContext; 13] = [
        KeyContext::Events,
        KeyContext::Fields,
        KeyContext::Timeline,
        KeyContext::Detail,
        KeyContext::Sources,
        KeyContext::Anomalies,
        KeyContext::Findings,
        KeyContext::Browse,
        KeyContext::Typing,
        KeyContext::Form,
        KeyContext::Palette,
        KeyContext::Reading,
        KeyContext::Always,
    ];

    /// Returns the name that keymap files use.
    pub const fn name(self) -> &'static str {
        match self {
            KeyContext::Always => "always",
            KeyContext::Browse => "browse",
            KeyContext::Events => "events",
            KeyContext::Fields => "fields",
            KeyContext::Timeline => "timeline",
            KeyContext::Detail => "detail",
            KeyContext::Sources => "sources",
            KeyContext::Anomalies => "anomalies",
            KeyContext::Findings => "findings",
            KeyContext::Reading => "reading",
            KeyContext::Typing => "typing",
            KeyContext::Form => "form",
            KeyContext::Palette => "palette",
        }
    }

    /// Returns the heading under which help lists its keys.
    pub const fn title(self) -> &'static str {
        match self {
            KeyContext::Always => "Everywhere",
            KeyContext::Browse => "On every screen",
            KeyContext::Events => "In the event list",
            KeyContext::Fields => "In the fields",
            KeyContext::Timeline => "In the timeline",
            KeyContext::Detail => "In an event's detail",
            KeyContext::Sources => "In the table of sources",
            KeyContext::Anomalies => "In the anomalies",
            KeyContext::Findings => "In findings and bookmarks",
            KeyContext::Reading => "In a page of text",
            KeyContext::Typing => "In the search line",
            KeyContext::Form => "In a form",
            KeyContext::Palette => "In the palette",
        }
    }

    /// Returns the contexts whose bindings apply here, the nearest first.
    pub const fn chain(self) -> &'static [KeyContext] {
        match self {
            KeyContext::Always => &[KeyContext::Always],
            KeyContext::Browse => &[KeyContext::Browse, KeyContext::Always],
            KeyContext::Events => &[KeyContext::Events, KeyContext::Browse, KeyContext::Always],
            KeyContext::Fields => &[KeyContext::Fields, KeyContext::Browse, KeyContext::Always],
            KeyContext::Timeline => &[KeyContext::Timeline, KeyContext::Browse, KeyContext::Always],
            KeyContext::Detail => &[KeyContext::Detail, KeyContext::Browse, KeyContext::Always],
            KeyContext::Sources => &[KeyContext::Sources, KeyContext::Browse, KeyContext::Always],
            KeyContext::Anomalies => &[KeyContext::Anomalies, KeyContext::Browse, KeyContext::Always],
            KeyContext::Findings => &[KeyContext::Findings, KeyContext::Browse, KeyContext::Always],
            KeyContext::Reading => &[KeyContext::Reading, KeyContext::Always],
            KeyContext::Typing => &[KeyContext::Typing, KeyContext::Always],
            KeyContext::Form => &[KeyContext::Form, KeyContext::Always],
            KeyContext::Palette => &[KeyContext::Palette, KeyContext::Always],
        }
    }
}

/// One row of the table.
#[derive(Debug)]
pub struct ActionInfo {
    /// The name that keymap files and the palette use.
    pub name: &'static str,
    /// A word or two for the footer.
    pub label: &'static str,
    /// What it does, in one sentence.
    pub doc: &'static str,
    /// Where it works.
    pub contexts: &'static [KeyContext],
    /// The contexts whose footer shows it, each with its rank there: 1 comes first.
    pub footers: &'static [(KeyContext, u8)],
    /// It writes into the journal at once, without a form before it.
    pub writes: bool,
}

/// Writes the enum and, for each row, its [`ActionInfo`]. A row has a name, a label, the
/// contexts in which the action works, its ranks in footers, `writes` if it writes into the
/// journal at once, and a sentence.
macro_rules! actions {
    (@writes) => { false };
    (@writes writes) => { true };
    ($($variant:ident $name:literal $label:literal [$($context:ident)*] $({$($footer:ident $rank:literal),*})?
       $($writes:ident)? $doc:literal;)*) => {
        /// Something that a key does.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action { $(#[doc = $doc] $variant),* }

        impl Action {
            /// Every action, in table order.
            pub const ALL: &[Action] = &[$(Action::$variant),*];

            /// Returns the action's row.
            pub const fn info(self) -> &'static ActionInfo {
                match self {
                    $(Action::$variant => &ActionInfo {
                        name: $name, label: $label, doc: $doc,
                        contexts: &[$(KeyContext::$context),*],
                        footers: &[$($((KeyContext::$footer, $rank)),*)?],
                        writes: actions!(@writes $($writes)?),
                    }),*
                }
            }
        }
    };
}

actions! {
    SearchOpen "search" "search" [Browse] {Events 1, Fields 8} "Opens the search line.";
    Include "include" "include" [Events Fields Detail] {Events 6, Fields 1, Detail 1} "Keeps only events with the highlighted value.";
    Exclude "exclude" "exclude" [Events Fields Detail] {Events 7, Fields 2, Detail 2} "Drops events with the highlighted value.";
    Only "only" "only this" [Events Fields Detail] {Fields 6, Detail 7} "Replaces the search with the highlighted value.";
    Bookmark "bookmark" "bookmark" [Events Timeline Detail] {Events 4} writes "Bookmarks the selected event, or removes its bookmark.";
    Note "note" "note" [Events Timeline Detail Findings Anomalies] {Findings 4, Anomalies 9} "Bookmarks the selected event with a note, or adds a note to the selected finding.";
    NewFinding "new-finding" "finding" [Browse] "Creates a finding from the search, the event or the bookmarks, or adds events to one.";
    Undo "undo" "undo" [Browse] {Findings 8, Anomalies 10} writes "Undoes your last bookmark, note or finding; asks before undoing what somebody else wrote.";
    Redo "redo" "redo" [Browse] writes "Redoes what was undone last.";
    ShowEvents "show-events" "show events" [Findings Sources Anomalies] {Findings 2, Sources 4, Anomalies 1} "Replaces the search with the events of the selected finding, source or bookmark.";
    NextState "next-state" "state" [Findings Anomalies] {Findings 3} writes "Moves the selected finding to its next state: open, acknowledged, in progress, fix claimed; verified only if the logs prove the fix.";
    Edit "edit" "edit" [Findings Anomalies] {Findings 5} "Edits the selected finding: title, severity, state, verdict, owner, due date, remedy, tags.";
    CloseFinding "close-finding" "close" [Findings Anomalies] {Findings 6} "Closes the selected finding without a fix, with a reason: nothing to repair, or its risk accepted; or reopens it.";
    FilterFalse "filter" "filter" [Anomalies Findings] writes "Keeps what the selected false positive shows out of the findings from now on.";
    TruePositive "true-positive" "true" [Anomalies] {Anomalies 2} writes "Judges the selected finding: it is what it looks like.";
    FalsePositive "false-positive" "false" [Anomalies] {Anomalies 3} writes "Judges the selected finding: it is not what it looks like.";
    Benign "benign" "benign" [Anomalies] {Anomalies 4} writes "Judges the selected finding: it happened, and was meant to happen.";
    Remediate "remediate" "remediate" [Anomalies] {Anomalies 5} "Says who remedies the selected finding until when, and how far that is.";
    Detect "detect" "detect" [Anomalies] {Anomalies 7} "Looks for what is unusual with every rule and detector, and keeps it as findings.";
    NotEvaluated "not-evaluated" "not looked for" [Anomalies] {Anomalies 8} "Lists what the last detection could not look for, with the reasons.";
    AnomalyPrevious "anomaly-previous" "earlier anomaly" [Timeline Events Fields Detail] "Goes to where the previous open anomaly began.";
    AnomalyNext "anomaly-next" "later anomaly" [Timeline Events Fields Detail] "Goes to where the next open anomaly began.";
    RemoveMark "remove-mark" "remove" [Findings] writes "Removes the selected bookmark.";
    Verify "verify" "verify" [Sources] {Sources 1} "Quick check: journal, checkpoints, manifests, and the first and last frame of each source.";
    VerifyDeep "verify-deep" "verify every byte" [Sources] {Sources 2} "Deep check: reads and verifies every byte of the evidence.";
    Anchor "anchor" "sign checkpoint" [Sources] {Sources 3} "Signs a checkpoint of the journal and shows the line to keep elsewhere, in a ticket or mail.";
    Reread "reread" "reread" [Sources] {Sources 5} "Reads the selected source with another zone, year, host or format, or with its clock corrected; can be undone.";
    Export "export" "export" [Events Fields Timeline Detail Browse] {Events 5, Findings 7, Anomalies 11} "Exports an evidence bundle that anybody can verify.";
    Open "open" "open" [Events Sources Findings Anomalies] {Events 3, Findings 1, Sources 6, Anomalies 6} "Shows the selected event, source or finding in full.";
    More "more" "more values" [Fields] {Fields 7} "Shows more values of the field, or fewer.";
    ZoomIn "zoom-in" "zoom in" [Timeline Events Fields Detail] {Events 11, Timeline 5} "Zooms in around the selected bucket.";
    ZoomOut "zoom-out" "zoom out" [Timeline Events Fields Detail] {Events 12, Timeline 6} "Zooms out around the selected bucket.";
    ZoomSelection "zoom-selection" "zoom to selection" [Timeline Events Fields Detail] {Timeline 4} "Zooms to the selected buckets.";
    ZoomReset "zoom-reset" "full range" [Timeline Events Fields Detail] {Timeline 8} "Shows the full time range.";
    BucketPrevious "bucket-previous" "earlier" [Timeline Events Fields Detail] {Timeline 1} "Goes to the previous bucket with events.";
    BucketNext "bucket-next" "later" [Timeline Events Fields Detail] {Timeline 2} "Goes to the next bucket with events.";
    Busiest "busiest" "busiest" [Timeline Events Fields Detail] {Events 8, Timeline 7} "Goes to the bucket with the most events.";
    Mark "mark" "mark range" [Timeline] {Timeline 3} "Starts a range at the selected bucket, or cancels it.";
    Down "down" "down" [Events Fields Detail Sources Anomalies Findings Reading Palette] {Reading 1, Palette 2} "Moves one line down.";
    Up "up" "up" [Events Fields Detail Sources Anomalies Findings Reading Palette] "Moves one line up.";
    Left "left" "column left" [Events] "Highlights the value in the column to the left.";
    Right "right" "column right" [Events] "Highlights the value in the column to the right.";
    NextField "next-field" "next field" [Fields] {Fields 3} "Goes to the next field.";
    PreviousField "previous-field" "previous field" [Fields] "Goes to the previous field.";
    PageDown "page-down" "page down" [Events Fields Detail Sources Anomalies Findings Reading] {Reading 2} "Moves one page down.";
    PageUp "page-up" "page up" [Events Fields Detail Sources Anomalies Findings Reading] {Reading 3} "Moves one page up.";
    HalfDown "half-down" "half page down" [Events Fields Detail Sources Anomalies Findings Reading] "Moves half a page down.";
    HalfUp "half-up" "half page up" [Events Fields Detail Sources Anomalies Findings Reading] "Moves half a page up.";
    First "first" "first" [Events Fields Detail Sources Anomalies Findings Reading] "Goes to the first line.";
    Last "last" "last" [Events Fields Detail Sources Anomalies Findings Reading] "Goes to the last line.";
    NextEvent "next-event" "next event" [Events Fields Timeline Detail] {Detail 3} "Goes to the next event of the list, from any pane.";
    PreviousEvent "previous-event" "previous event" [Events Fields Timeline Detail] "Goes to the previous event of the list, from any pane.";
    NextPane "next-pane" "next pane" [Browse] {Events 9} "Goes to the next pane: events, fields, timeline, detail.";
    PreviousPane "previous-pane" "previous pane" [Browse] "Goes to the previous pane.";
    Fields "fields" "fields" [Events Timeline Detail] {Events 2} "Goes to the fields and their most frequent values.";
    Provenance "provenance" "provenance" [Events Detail] {Detail 4} "Shows where the event is stored in the evidence and how its time was determined.";
    Copy "copy" "copy" [Events Fields Timeline Detail Sources Anomalies Findings Reading Typing] {Detail 5, Sources 7} "Copies the highlighted value (in an event's detail: the field) to the clipboard, if the terminal allows it.";
    CopyLine "copy-line" "copy line" [Events Detail] {Detail 8} "Copies the event's original line to the clipboard, if the terminal allows it.";
    TrailBack "trail-back" "back" [Browse] {Events 10, Fields 4} "Goes back to the previous search and zoom.";
    TrailForward "trail-forward" "forward" [Browse] "Goes forward to the next search and zoom.";
    ClearSearch "clear-search" "clear search" [Browse] "Clears the search and keeps the time range.";
    Explain "explain" "explain search" [Browse] "Explains how the search was read and what was searched.";
    FlipOrder "flip-order" "reverse order" [Events Fields Timeline Detail] "Reverses the order of the list: newest or oldest first.";
    FlipZone "flip-zone" "UTC or case zone" [Browse] "Switches times between UTC and the case's zone.";
    Investigate "investigate" "investigate" [Browse] {Findings 9, Sources 8, Anomalies 12, Browse 1} "Shows screen 1: search, timeline, fields, events.";
    Anomalies "anomalies" "anomalies" [Browse] "Shows screen 2: what is unusual, and why.";
    Findings "findings" "findings" [Browse] {Browse 2} "Shows screen 3: findings and bookmarks.";
    Evidence "evidence" "evidence" [Browse] {Browse 3} "Shows screen 4: the sources and how they are read.";
    Audit "audit" "audit" [Browse] "Shows screen 5: what controls require and what the case answers.";
    Palette "palette" "palette" [Browse] "Searches every action that works here.";
    Help "help" "all keys" [Browse] "Lists every key that works here.";
    Back "back" "back" [Browse Reading] {Fields 5, Detail 6, Sources 9, Reading 4, Browse 4} "Goes back to the event list; from there, quits.";
    Escape "escape" "back" [Browse Reading] "Closes what is open, and never quits.";
    Confirm "confirm" "confirm" [Typing Form Palette] {Typing 1, Form 1, Palette 1} "Runs the search, the chosen action, or the form.";
    Cancel "cancel" "cancel" [Typing Form Palette] {Typing 4, Form 3, Palette 3} "Closes the input and changes nothing.";
    NextRow "next-row" "next row" [Form] {Form 2} "Goes to the next row; left, right and space choose a value.";
    PreviousRow "previous-row" "previous row" [Form] "Goes to the previous row.";
    Complete "complete" "complete" [Typing] {Typing 2} "Accepts the suggestion.";
    SuggestionNext "suggestion-next" "next suggestion" [Typing] {Typing 3} "Goes to the next suggestion.";
    SuggestionPrevious "suggestion-previous" "previous suggestion" [Typing] "Goes to the previous suggestion.";
    CursorLeft "cursor-left" "left" [Typing Form Palette] "Moves the cursor one character to the left.";
    CursorRight "cursor-right" "right" [Typing Form Palette] "Moves the cursor one character to the right.";
    WordLeft "word-left" "word left" [Typing Form Palette] "Moves the cursor one word to the left.";
    WordRight "word-right" "word right" [Typing Form Palette] "Moves the cursor one word to the right.";
    CursorStart "cursor-start" "line start" [Typing Form Palette] "Moves the cursor to the start of the line.";
    CursorEnd "cursor-end" "line end" [Typing Form Palette] "Moves the cursor to the end of the line.";
    DeleteLeft "delete-left" "delete" [Typing Form Palette] "Deletes the character to the left.";
    DeleteRight "delete-right" "delete" [Typing Form Palette] "Deletes the character under the cursor.";
    DeleteWord "delete-word" "delete word" [Typing Form Palette] "Deletes the word to the left.";
    DeleteToStart "delete-to-start" "delete to start" [Typing Form Palette] "Deletes everything to the left.";
    DeleteToEnd "delete-to-end" "delete to end" [Typing Form Palette] "Deletes everything to the right.";
    Redraw "redraw" "redraw" [Always] "Redraws the whole screen.";
    Suspend "suspend" "suspend" [Always] "Suspends vestigo; `fg` resumes it.";
    Quit "quit" "quit" [Always] "Quits vestigo.";
}

impl Action {
    /// Finds an action by its name.
    pub fn named(name: &str) -> Option<Action> {
        Action::ALL.iter().copied().find(|action| action.info().name == name)
    }

    /// Reports whether it works in a context, or in one of the contexts around it.
    pub fn works_in(self, context: KeyContext) -> bool {
        context.chain().iter().any(|link| self.info().contexts.contains(link))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_sentences_are_sentences() {
        let mut names = std::collections::HashSet::new();
        for action in Action::ALL {
            let info = action.info();
            assert!(names.insert(info.name), "{} occurs twice", info.name);
            assert_eq!(Action::named(info.name), Some(*action));
            assert!(info.doc.ends_with('.') && info.doc.starts_with(char::is_uppercase), "{}", info.doc);
            assert!(!info.contexts.is_empty(), "{} works nowhere", info.name);
        }
    }
}
