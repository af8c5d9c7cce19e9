//! Rows put together by the value of a column, in time that grows with the rows.

use crate::analyse::detectors::events::ValueColumn;

/// The rows of each value of a column, ascending.
pub struct Groups {
    starts: Vec<u32>,
    rows: Vec<u32>,
}

impl Groups {
    /// Creates the groups of `count` values from the value of each item, keeping the order of
    /// the items; those without a value are left out.
    pub fn new(count: usize, items: &[u32], value: impl Fn(u32) -> Option<u32>) -> Groups {
        let mut starts = vec![0_u32; count + 2];
        for item in items {
            if let Some(value) = value(*item) {
                starts[value as usize + 2] += 1;
            }
        }
        for at in 2..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut rows = vec![0_u32; starts[count + 1] as usize];
        for item in items {
            if let Some(value) = value(*item) {
                let place = &mut starts[value as usize + 1];
                rows[*place as usize] = *item;
                *place += 1;
            }
        }
        Groups { starts, rows }
    }

    /// Creates the groups of the values of a column over all rows.
    pub fn of_column(column: &ValueColumn, len: usize) -> Groups {
        let all: Vec<u32> = (0..len as u32).collect();
        Groups::new(column.distinct(), &all, |row| column.ordinal(row as usize))
    }

    /// Returns the rows of a value.
    pub fn of(&self, value: u32) -> &[u32] {
        let value = value as usize;
        &self.rows[self.starts[value] as usize..self.starts[value + 1] as usize]
    }

    /// Returns all rows, those of equal values together.
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// Returns how many values there are.
    pub fn count(&self) -> usize {
        self.starts.len() - 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_keep_the_order_of_rows() {
        let column = ValueColumn::new([Some("a"), Some("b"), None, Some("a"), Some("b"), Some("a")]);
        let groups = Groups::of_column(&column, 6);
        assert_eq!(groups.count(), 2);
        assert_eq!(groups.of(0), [0, 3, 5]);
        assert_eq!(groups.of(1), [1, 4]);
        assert_eq!(groups.rows(), [0, 3, 5, 1, 4]);
    }

    #[test]
    fn no_rows_make_empty_groups() {
        let groups = Groups::new(2, &[], |_| None);
        assert_eq!(groups.of(1), [0_u32; 0]);
    }
}
