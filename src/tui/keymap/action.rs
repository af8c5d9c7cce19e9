//! The action table: one row states everything known of an action.

/// Where keys are pressed: which pane or overlay listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyContext {
    /// Everywhere, also while typing.
    Always,
    /// Every pane and screen in which nothing is typed.
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
    /// The findings and bookmarks.
    Findings,
    /// A page of text: help, provenance.
    Reading,
    /// The search line.
    Typing,
    /// A form that is filled in.
    Form,
    /// The palette.
    Palette,
}

impl KeyContext {
    /// Every context, in the order in which help lists them.
    pub const ALL: [KeyContext; 12] = [
        KeyContext::Events,
        KeyContext::Fields,
        KeyContext::Timeline,
        KeyContext::Detail,
        KeyContext::Sources,
        KeyContext::Findings,
        KeyContext::Browse,
        KeyContext::Typing,
        KeyContext::Form,
        KeyContext::Palette,
        KeyContext::Reading,
        KeyContext::Always,
    ];

    /// Gives the name that keymap files use.
    pub const fn name(self) -> &'static str {
        match self {
            KeyContext::Always => "always",
            KeyContext::Browse => "browse",
            KeyContext::Events => "events",
            KeyContext::Fields => "fields",
            KeyContext::Timeline => "timeline",
            KeyContext::Detail => "detail",
            KeyContext::Sources => "sources",
            KeyContext::Findings => "findings",
            KeyContext::Reading => "reading",
            KeyContext::Typing => "typing",
            KeyContext::Form => "form",
            KeyContext::Palette => "palette",
        }
    }

    /// Gives the heading under which help lists its keys.
    pub const fn title(self) -> &'static str {
        match self {
            KeyContext::Always => "Everywhere",
            KeyContext::Browse => "On every screen",
            KeyContext::Events => "In the event list",
            KeyContext::Fields => "In the fields",
            KeyContext::Timeline => "In the timeline",
            KeyContext::Detail => "In an event's detail",
            KeyContext::Sources => "In the table of sources",
            KeyContext::Findings => "Among findings and bookmarks",
            KeyContext::Reading => "In a page of text",
            KeyContext::Typing => "In the search line",
            KeyContext::Form => "In a form",
            KeyContext::Palette => "In the palette",
        }
    }

    /// Gives the contexts whose bindings hold here, the nearest first.
    pub const fn chain(self) -> &'static [KeyContext] {
        match self {
            KeyContext::Always => &[KeyContext::Always],
            KeyContext::Browse => &[KeyContext::Browse, KeyContext::Always],
            KeyContext::Events => &[KeyContext::Events, KeyContext::Browse, KeyContext::Always],
            KeyContext::Fields => &[KeyContext::Fields, KeyContext::Browse, KeyContext::Always],
            KeyContext::Timeline => &[KeyContext::Timeline, KeyContext::Browse, KeyContext::Always],
            KeyContext::Detail => &[KeyContext::Detail, KeyContext::Browse, KeyContext::Always],
            KeyContext::Sources => &[KeyContext::Sources, KeyContext::Browse, KeyContext::Always],
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
}

/// Writes the enum and, for each row, what is known of it.
macro_rules! actions {
    ($($variant:ident $name:literal $label:literal [$($context:ident)*] $doc:literal;)*) => {
        /// Something that a key does.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action { $(#[doc = $doc] $variant),* }

        impl Action {
            /// Every action, in table order.
            pub const ALL: &[Action] = &[$(Action::$variant),*];

            /// Gives the action's row.
            pub const fn info(self) -> &'static ActionInfo {
                match self {
                    $(Action::$variant => &ActionInfo {
                        name: $name, label: $label, doc: $doc,
                        contexts: &[$(KeyContext::$context),*],
                    }),*
                }
            }
        }
    };
}

actions! {
    SearchOpen "search" "search" [Browse] "Opens the search line to ask for other events.";
    Include "include" "include" [Events Fields Detail] "Keeps only events that have the highlighted value.";
    Exclude "exclude" "exclude" [Events Fields Detail] "Drops events that have the highlighted value.";
    Only "only" "only this" [Events Fields Detail] "Forgets the search and shows every event with the highlighted value.";
    Bookmark "bookmark" "bookmark" [Events Timeline Detail] "Bookmarks the selected event, or takes its bookmark away.";
    Note "note" "note" [Events Timeline Detail Findings] "Bookmarks the selected event with a note, or says something of the selected finding.";
    NewFinding "new-finding" "finding" [Browse] "Writes a finding down, which the search, the event, or the bookmarks show; or puts events into one.";
    Undo "undo" "undo" [Browse] "Takes your last bookmark, note or finding back; asks before it takes back what another wrote.";
    Redo "redo" "redo" [Browse] "Brings back what was taken back last.";
    ShowEvents "show-events" "its events" [Findings Sources] "Forgets the search and shows the events of the selected finding or source, or the bookmarked one.";
    NextState "next-state" "state" [Findings] "Moves the selected finding on: open, acknowledged, in progress, fix claimed, verified.";
    Edit "edit" "edit" [Findings] "Changes the selected finding's title, severity, state, verdict, owner, due date, tags.";
    CloseFinding "close-finding" "close" [Findings] "Closes the selected finding with a reason, or reopens it.";
    RemoveMark "remove-mark" "unmark" [Findings] "Takes the selected bookmark away.";
    Verify "verify" "verify" [Sources] "Looks the case over: journal, checkpoints, manifests, the first and last frame of each source.";
    VerifyDeep "verify-deep" "read every byte" [Sources] "Reads every byte of the evidence and checks it.";
    Anchor "anchor" "keep a checkpoint" [Sources] "Signs the journal as it stands and shows the line to keep elsewhere, in a ticket or mail.";
    Reread "reread" "read otherwise" [Sources] "Reads the selected source in another zone, year, host or format, or with its clock corrected; undo takes it back.";
    Export "export" "export" [Events Fields Timeline Detail Browse] "Makes an evidence bundle that anybody can check.";
    Open "open" "open" [Events Sources Findings] "Opens the selected event, source, or finding with all that is known of it.";
    More "more" "more values" [Fields] "Shows more values of the field, or fewer again.";
    ZoomIn "zoom-in" "zoom in" [Timeline Events Fields Detail] "Zooms in on the timeline, around the selected bucket.";
    ZoomOut "zoom-out" "zoom out" [Timeline Events Fields Detail] "Zooms out to a longer time.";
    ZoomSelection "zoom-selection" "zoom to it" [Timeline Events Fields Detail] "Zooms to the selected buckets.";
    ZoomReset "zoom-reset" "all of time" [Timeline Events Fields Detail] "Shows all of time again.";
    BucketPrevious "bucket-previous" "earlier" [Timeline Events Fields Detail] "Goes to the bucket before that has events.";
    BucketNext "bucket-next" "later" [Timeline Events Fields Detail] "Goes to the next bucket that has events.";
    Busiest "busiest" "busiest" [Timeline Events Fields Detail] "Goes to the bucket with the most events.";
    Mark "mark" "mark range" [Timeline] "Begins a range of buckets at the selected one, or forgets it.";
    Down "down" "down" [Events Fields Detail Sources Findings Reading Palette] "Moves one line down.";
    Up "up" "up" [Events Fields Detail Sources Findings Reading Palette] "Moves one line up.";
    Left "left" "column left" [Events] "Highlights the value in the column on the left.";
    Right "right" "column right" [Events] "Highlights the value in the column on the right.";
    NextField "next-field" "next field" [Fields] "Goes to the next field's first value.";
    PreviousField "previous-field" "field before" [Fields] "Goes to the first value of the field before.";
    PageDown "page-down" "page down" [Events Fields Detail Sources Findings Reading] "Moves a page down.";
    PageUp "page-up" "page up" [Events Fields Detail Sources Findings Reading] "Moves a page up.";
    HalfDown "half-down" "half a page down" [Events Fields Detail Sources Findings Reading] "Moves half a page down.";
    HalfUp "half-up" "half a page up" [Events Fields Detail Sources Findings Reading] "Moves half a page up.";
    First "first" "first" [Events Fields Detail Sources Findings Reading] "Goes to the first line.";
    Last "last" "last" [Events Fields Detail Sources Findings Reading] "Goes to the last line.";
    NextEvent "next-event" "next event" [Events Fields Timeline Detail] "Goes to the next event of the list, whichever pane is in front.";
    PreviousEvent "previous-event" "previous event" [Events Fields Timeline Detail] "Goes to the event before in the list, whichever pane is in front.";
    NextPane "next-pane" "other pane" [Browse] "Goes to the next pane: events, fields, timeline, detail.";
    PreviousPane "previous-pane" "pane before" [Browse] "Goes to the pane before.";
    Fields "fields" "fields" [Events Timeline Detail] "Goes to the fields and their most frequent values.";
    Provenance "provenance" "provenance" [Events Detail] "Tells where the event lies in the evidence and how its time is known.";
    Copy "copy" "copy" [Events Fields Timeline Detail Sources Findings Reading Typing] "Sends the highlighted value (in an event's detail: the field) to the clipboard, where the terminal allows it.";
    CopyLine "copy-line" "copy line" [Events Detail] "Sends the event's original line to the clipboard, where the terminal allows it.";
    TrailBack "trail-back" "go back" [Browse] "Goes back to the search and zoom before.";
    TrailForward "trail-forward" "go forward" [Browse] "Goes forward to the search and zoom that was left.";
    ClearSearch "clear-search" "clear search" [Browse] "Shows every event again, in the same time.";
    Explain "explain" "how it was read" [Browse] "Says how the search was read, and among what it was asked.";
    FlipOrder "flip-order" "flip order" [Events Fields Timeline Detail] "Shows the oldest events first, or the newest.";
    FlipZone "flip-zone" "UTC or case zone" [Browse] "Shows times in UTC, or in the case's zone.";
    Investigate "investigate" "investigate" [Browse] "Shows screen 1: search, timeline, fields, events.";
    Anomalies "anomalies" "anomalies" [Browse] "Shows screen 2: what is unusual.";
    Findings "findings" "findings" [Browse] "Shows screen 3: what was found and what becomes of it.";
    Evidence "evidence" "evidence" [Browse] "Shows screen 4: the sources and how they were read.";
    Audit "audit" "audit" [Browse] "Shows screen 5: what a control asks and what the case answers.";
    Palette "palette" "palette" [Browse] "Lists every action that works here, to be found by typing.";
    Help "help" "all keys" [Browse] "Lists every key that works here.";
    Back "back" "back" [Browse Reading] "Goes back to the event list; from there, leaves vestigo.";
    Escape "escape" "back" [Browse Reading] "Closes what is in front, and never leaves vestigo.";
    Confirm "confirm" "go" [Typing Form Palette] "Runs the search that is typed, the action that is chosen, or does what the form says.";
    Cancel "cancel" "back" [Typing Form Palette] "Closes what is typed into and changes nothing.";
    NextRow "next-row" "next row" [Form] "Goes to the next row; left, right and space choose in it.";
    PreviousRow "previous-row" "row before" [Form] "Goes to the row before.";
    Complete "complete" "complete" [Typing] "Takes the suggestion.";
    SuggestionNext "suggestion-next" "next suggestion" [Typing] "Goes to the next suggestion.";
    SuggestionPrevious "suggestion-previous" "suggestion before" [Typing] "Goes to the suggestion before.";
    CursorLeft "cursor-left" "left" [Typing Form Palette] "Moves the cursor a character to the left.";
    CursorRight "cursor-right" "right" [Typing Form Palette] "Moves the cursor a character to the right.";
    WordLeft "word-left" "word left" [Typing Form Palette] "Moves the cursor a word to the left.";
    WordRight "word-right" "word right" [Typing Form Palette] "Moves the cursor a word to the right.";
    CursorStart "cursor-start" "start" [Typing Form Palette] "Moves the cursor to the start of the line.";
    CursorEnd "cursor-end" "end" [Typing Form Palette] "Moves the cursor to the end of the line.";
    DeleteLeft "delete-left" "delete" [Typing Form Palette] "Deletes the character to the left.";
    DeleteRight "delete-right" "delete" [Typing Form Palette] "Deletes the character under the cursor.";
    DeleteWord "delete-word" "delete word" [Typing Form Palette] "Deletes the word to the left.";
    DeleteToStart "delete-to-start" "delete to start" [Typing Form Palette] "Deletes everything to the left.";
    DeleteToEnd "delete-to-end" "delete to end" [Typing Form Palette] "Deletes everything to the right.";
    Redraw "redraw" "redraw" [Always] "Draws the whole screen again.";
    Suspend "suspend" "suspend" [Always] "Goes to the background; `fg` comes back.";
    Quit "quit" "quit" [Always] "Leaves vestigo.";
}

impl Action {
    /// Finds an action by its name.
    pub fn named(name: &str) -> Option<Action> {
        Action::ALL.iter().copied().find(|action| action.info().name == name)
    }

    /// Tells whether it writes into the journal at once, without a form before it.
    pub fn writes(self) -> bool {
        matches!(
            self,
            Action::Bookmark | Action::Undo | Action::Redo | Action::NextState | Action::RemoveMark
        )
    }

    /// Tells whether it works where these bindings hold (a context's chain).
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
            assert!(names.insert(info.name), "{} stands twice", info.name);
            assert_eq!(Action::named(info.name), Some(*action));
            assert!(info.doc.ends_with('.') && info.doc.starts_with(char::is_uppercase), "{}", info.doc);
            assert!(!info.contexts.is_empty(), "{} works nowhere", info.name);
        }
    }
}
