//! Everything that the screens show, and nothing else.
//!
//! Owns no thread, no case and no terminal: it can be made, compared and drawn
//! in a test. [`super::update()`] changes it; the view only reads it.

mod annotations;
mod anomalies;
mod event_detail;
mod event_list;
mod fields;
mod focus;
mod form;
mod import;
mod notice;
mod overlay;
mod root;
mod search;
mod timeline;
mod verification;

pub use anomalies::{AnomalyGroupKind, RunningDetection, is_judged, pressing};
pub use event_detail::DetailPane;
pub use event_list::{EventList, Load};
pub use fields::{Facet, FacetLine, FacetPlace, Facets};
pub use focus::{Focus, Pane, Screen};
pub use form::{FormDialog, FormField, FormInput, FormPurpose};
pub use import::RunningImport;
pub use notice::{Notice, Tone};
pub use overlay::{Overlay, Palette, SearchInput, TextPage};
pub use root::{KeyState, Model};
pub use search::{SearchState, VisitedSearch};
pub use timeline::{Timeline, TimelineChart, TimelineGap};
pub use verification::VerificationState;
