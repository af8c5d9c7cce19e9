//! The formats beside those of a plan. Reading their files takes a while, so that it is
//! done when the first record asks for it.

use std::sync::LazyLock;

use super::declared::is_base;
use super::format::{Format, narrowest_first};
use super::format_filter::FormatFilter;
use super::formats::FORMATS;
use super::inner::InnerFormats;

/// The formats that are tried after those of a plan, and inside what they read.
pub struct OtherFormats {
    sorted: Sorted,
    /// No other format is tried.
    forced: bool,
}

enum Sorted {
    /// All formats there are.
    BuiltIn,
    /// Those of a test.
    #[cfg(test)]
    Only(Box<SortedFormats>),
}

/// Formats in the orders in which they are tried.
struct SortedFormats {
    /// Those that read whole lines, narrowest first.
    narrowest: FormatFilter,
    inner: InnerFormats,
}

static BUILT_IN: LazyLock<SortedFormats> = LazyLock::new(|| SortedFormats::new(&FORMATS));

impl SortedFormats {
    fn new(formats: &[&'static dyn Format]) -> SortedFormats {
        let mut narrowest = narrowest_first(formats);
        narrowest.retain(|format| !format.is_for_programs());
        SortedFormats { narrowest: FormatFilter::new(narrowest), inner: InnerFormats::new(formats) }
    }
}

/// Returns all formats that read whole lines.
pub fn whole_line_formats() -> &'static FormatFilter {
    &BUILT_IN.narrowest
}

impl OtherFormats {
    /// Returns all formats.
    pub fn built_in(forced: bool) -> OtherFormats {
        OtherFormats { sorted: Sorted::BuiltIn, forced }
    }

    /// Returns some formats.
    #[cfg(test)]
    pub fn only(forced: bool, formats: &[&'static dyn Format]) -> OtherFormats {
        OtherFormats { sorted: Sorted::Only(Box::new(SortedFormats::new(formats))), forced }
    }

    fn sorted(&self) -> &SortedFormats {
        match &self.sorted {
            Sorted::BuiltIn => &BUILT_IN,
            #[cfg(test)]
            Sorted::Only(sorted) => sorted,
        }
    }

    /// Returns those that a whole record can be of, narrowest first.
    pub fn candidates<'t>(&'t self, text: &'t str) -> impl Iterator<Item = &'static dyn Format> + 't {
        let filter = (!self.forced).then(|| &self.sorted().narrowest);
        filter.map(|filter| filter.candidates(text)).into_iter().flatten()
    }

    /// Returns those that read texts inside other records.
    pub fn inner(&self) -> &InnerFormats {
        &self.sorted().inner
    }

    /// Returns the formats whose records are a special kind of a format's, or of the one
    /// that it is a special kind of, most specific first.
    pub fn relatives(&self, format: &'static dyn Format) -> Vec<&'static dyn Format> {
        let family = format.family().unwrap_or(format.name());
        if format.family().is_none() && !is_base(family) {
            return Vec::new();
        }
        let is_relative = |other: &&'static dyn Format| {
            other.family() == Some(family)
                && other.name() != format.name()
                && other.specificity() >= format.specificity()
        };
        self.sorted().narrowest.formats().iter().copied().filter(is_relative).collect()
    }
}
