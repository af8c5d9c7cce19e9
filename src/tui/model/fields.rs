//! The field facets: the most frequent values among the matching events.

use crate::app::TopValues;
use crate::tui::field_order::PROMINENT;
use crate::tui::protocol::{CaseInfo, Pivot};

/// One field with its values.
#[derive(Debug, Clone, PartialEq)]
pub struct Facet {
    /// The dotted name.
    pub field: String,
    /// Its most frequent values, once known.
    pub values: Option<Vec<TopValues>>,
    /// There are more values than these.
    pub more: bool,
    /// More than the first few values are shown.
    pub wide: bool,
}

impl Facet {
    /// How many values are shown before more are asked for.
    pub const FEW: usize = 5;
    /// How many values are shown then.
    pub const MANY: usize = 50;

    /// Returns how many values are asked for.
    pub fn wanted(&self) -> usize {
        if self.wide { Facet::MANY } else { Facet::FEW }
    }

    /// Returns how many values are shown.
    pub fn shown(&self) -> usize {
        self.values.as_ref().map_or(0, |values| values.len().min(self.wanted()))
    }
}

/// A selectable place in the facets: a field, and one of its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FacetPlace {
    /// An index into the fields.
    pub field: usize,
    /// An index into its values; one past them is the line that asks for more.
    pub value: usize,
}

/// A line of the facets as they are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FacetLine {
    /// A field's name.
    Heading(usize),
    /// One of its values.
    Value(FacetPlace),
    /// There are more values.
    More(FacetPlace),
    /// Nothing, between two fields.
    Blank,
}

/// The facets pane.
#[derive(Debug, Clone, PartialEq)]
pub struct Facets {
    /// The fields.
    pub facets: Vec<Facet>,
    /// The selected place.
    pub at: FacetPlace,
    /// Why values could not be counted.
    pub trouble: Option<String>,
}

impl Facets {
    /// Most fields that are shown.
    const MOST: usize = 10;

    /// Chooses the fields: the most important ones that have values.
    pub fn new(facts: &CaseInfo) -> Facets {
        let known = PROMINENT.iter().filter(|name| facts.fields.iter().any(|field| field == *name));
        let facet = |name: &&str| Facet { field: (*name).to_owned(), values: None, more: false, wide: false };
        Facets {
            facets: known.take(Facets::MOST).map(facet).collect(),
            at: FacetPlace::default(),
            trouble: None,
        }
    }

    /// Chooses the fields of a case that has grown; values that are known,
    /// the selected field, and what was widened stay until they are counted again.
    pub fn follow(&mut self, facts: &CaseInfo) {
        let selected = self.facets.get(self.at.field).map(|facet| facet.field.clone());
        let mut before = std::mem::replace(self, Facets::new(facts));
        for facet in &mut self.facets {
            if let Some(at) = before.facets.iter().position(|known| known.field == facet.field) {
                *facet = before.facets.swap_remove(at);
            }
        }
        let field = self.facets.iter().position(|facet| Some(&facet.field) == selected.as_ref());
        self.at =
            field.map_or_else(FacetPlace::default, |field| FacetPlace { field, value: before.at.value });
    }

    /// Returns the lines as they are drawn.
    pub fn lines(&self) -> Vec<FacetLine> {
        let mut lines = Vec::new();
        for (field, facet) in self.facets.iter().enumerate() {
            if field > 0 {
                lines.push(FacetLine::Blank);
            }
            lines.push(FacetLine::Heading(field));
            let shown = facet.shown();
            lines.extend((0..shown).map(|value| FacetLine::Value(FacetPlace { field, value })));
            if facet.more || facet.wide {
                lines.push(FacetLine::More(FacetPlace { field, value: shown }));
            }
        }
        lines
    }

    /// Returns the selectable places, in order.
    pub fn places(&self) -> Vec<FacetPlace> {
        let place = |line| match line {
            FacetLine::Value(place) | FacetLine::More(place) => Some(place),
            FacetLine::Heading(_) | FacetLine::Blank => None,
        };
        self.lines().into_iter().filter_map(place).collect()
    }

    /// Returns the selected value.
    pub fn pivot(&self) -> Option<Pivot> {
        let facet = self.facets.get(self.at.field)?;
        let value = facet.values.as_ref()?.iter().take(facet.shown()).nth(self.at.value)?;
        Some(Pivot { field: facet.field.clone(), value: value.value.clone() })
    }

    /// Reports whether the line that asks for more is selected.
    pub fn at_more(&self) -> bool {
        self.facets.get(self.at.field).is_some_and(|facet| {
            facet.values.is_some() && self.at.value == facet.shown() && (facet.more || facet.wide)
        })
    }

    /// Moves the selection to a place that exists, the nearest of its field.
    pub fn clamp_selection(&mut self) {
        let places = self.places();
        if places.contains(&self.at)
            || self.facets.get(self.at.field).is_some_and(|facet| facet.values.is_none())
        {
            return;
        }
        let same = places.iter().rfind(|place| place.field == self.at.field);
        let near = same.or_else(|| places.iter().find(|place| place.field > self.at.field));
        self.at = near.or(places.last()).copied().unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facet(field: &str, values: &[&str], more: bool) -> Facet {
        let top = |value: &&str| TopValues { value: (*value).to_owned(), count: 1, first: None, last: None };
        Facet { field: field.to_owned(), values: Some(values.iter().map(top).collect()), more, wide: false }
    }

    #[test]
    fn the_selection_stays_with_its_field_when_values_go() {
        let facets = vec![facet("a", &["1", "2"], false), facet("b", &["x"], false)];
        let mut fields = Facets { facets, at: FacetPlace { field: 0, value: 4 }, trouble: None };
        fields.clamp_selection();
        assert_eq!(fields.at, FacetPlace { field: 0, value: 1 });
        fields.facets[0].values = Some(Vec::new());
        fields.clamp_selection();
        assert_eq!(fields.at, FacetPlace { field: 1, value: 0 });
    }

    #[test]
    fn the_line_that_asks_for_more_is_a_place_and_no_value() {
        let facets = vec![facet("a", &["1", "2", "3", "4", "5"], true)];
        let fields = Facets { facets, at: FacetPlace { field: 0, value: 5 }, trouble: None };
        assert_eq!(fields.places().len(), 6);
        assert!(fields.at_more());
        assert_eq!(fields.pivot(), None);
    }
}
