//! Roles: what a style is for.

/// Writes the enum, its list, and the names that theme files use.
macro_rules! roles {
    ($($variant:ident $name:literal $doc:literal;)*) => {
        /// What a piece of the screen means.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum StyleRole { $(#[doc = $doc] $variant),* }

        impl StyleRole {
            /// Every role, in the order of their numbers.
            pub const ALL: &[StyleRole] = &[$(StyleRole::$variant),*];

            /// Returns the name that theme files use.
            pub const fn name(self) -> &'static str {
                match self { $(StyleRole::$variant => $name),* }
            }
        }
    };
}

roles! {
    Text "text" "Ordinary text.";
    Faint "faint" "Text of less weight: rules, units, hints.";
    Brand "brand" "The name of the program.";
    Heading "heading" "The heading of a pane.";
    FocusHeading "focus-heading" "The heading of the pane in front.";
    Rule "rule" "The rule between panes.";
    Selected "selected" "The selected line of the pane in front.";
    SelectedAway "selected-away" "The selected line of another pane.";
    Cell "cell" "The highlighted value inside the selected line.";
    Match "match" "What a search or filter found.";
    Success "success" "Something that succeeded.";
    Failure "failure" "Something that failed.";
    Unknown "unknown" "Something with an unknown outcome.";
    Bar "bar" "The bar next to a count.";
    Gap "gap" "A stretch of time without data.";
    Brush "brush" "Selected buckets of the timeline.";
    Marker "marker" "The place of the selected event on the timeline.";
    Noted "noted" "A bookmark, or a finding's event.";
    Inferred "inferred" "A time that was inferred.";
    Sealed "sealed" "What was verified and is unchanged.";
    Trouble "trouble" "Trouble with the evidence; an error.";
    Warning "warning" "Something to take note of.";
    Caret "caret" "The place of a mistake in a query.";
    Key "key" "A key in the footer, the help and popups.";
    FieldName "field-name" "The name of a field.";
    Popup "popup" "The background of a popup.";
    Cursor "cursor" "The cursor of a line being typed.";
}
