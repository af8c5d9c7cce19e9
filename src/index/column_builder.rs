//! One column while its segment is filled.

use super::interner::Interner;

/// The values of one field: their numbers, row by row.
///
/// While every row so far has exactly one value no row numbers are kept.
#[derive(Default)]
pub(super) struct ColumnBuilder {
    pub(super) terms: Interner,
    rows: Option<Vec<u32>>,
    ids: Ids,
}

/// Numbers in as few bytes as the largest of them needs: most fields have few values.
enum Ids {
    One(Vec<u8>),
    Two(Vec<u16>),
    Four(Vec<u32>),
}

/// A column in its final order, ready to be encoded.
pub(super) struct SortedColumn {
    /// Rows that have values, ascending; none if all have.
    pub present: Option<Vec<u32>>,
    /// Where each such row's values begin, and their number at the end; none
    /// where each has one.
    pub starts: Option<Vec<u64>>,
    /// The values, as ranks in the sorted dictionary; ascending and distinct within a row.
    pub ords: Vec<u64>,
    /// The interner's numbers, sorted by text.
    pub sorted: Vec<u32>,
}

impl ColumnBuilder {
    /// Adds a value; rows come in ascending order. Returns about how many bytes it took.
    pub fn push(&mut self, row: u32, text: &str) -> usize {
        let (id, new) = self.terms.intern(text);
        if self.rows.is_none() && self.ids.len() != row as usize {
            self.rows = Some((0..self.ids.len() as u32).collect());
        }
        let mut spent = self.ids.push(id);
        if let Some(rows) = &mut self.rows {
            rows.push(row);
            spent += 4;
        }
        if new { spent + text.len() + 24 } else { spent }
    }

    /// Returns whether it has no values.
    pub fn is_empty(&self) -> bool {
        self.ids.len() == 0
    }

    /// Puts the values into the order of the final rows. `place[old]` is a row's
    /// final number; without it rows stay where they are.
    pub fn arrange(&self, rows: u32, place: Option<&[u32]>) -> SortedColumn {
        let sorted = self.terms.sorted();
        let mut rank = vec![0u32; sorted.len()];
        sorted.iter().zip(0..).for_each(|(id, i)| rank[*id as usize] = i);
        if self.rows.is_none() && self.ids.len() == rows as usize {
            let mut ords = vec![0u64; self.ids.len()];
            self.ids.each(|row, id| {
                let row = place.map_or(row, |place| place[row] as usize);
                ords[row] = rank[id as usize].into();
            });
            return SortedColumn { present: None, starts: None, ords, sorted };
        }
        let pairs = self.pairs(&rank, place);
        let (present, starts) = outline(&pairs);
        let starts = (starts.len() <= pairs.len()).then_some(starts);
        let present = (present.len() < rows as usize).then_some(present);
        let ords = pairs.into_iter().map(|pair| pair & u64::from(u32::MAX)).collect();
        SortedColumn { present, starts, ords, sorted }
    }

    /// Returns row and rank in one number each, sorted, each pair once.
    fn pairs(&self, rank: &[u32], place: Option<&[u32]>) -> Vec<u64> {
        let mut pairs: Vec<u64> = Vec::with_capacity(self.ids.len());
        self.ids.each(|i, id| {
            let row = self.rows.as_ref().map_or(i as u32, |rows| rows[i]);
            let row = place.map_or(row, |place| place[row as usize]);
            pairs.push(u64::from(row) << 32 | u64::from(rank[id as usize]));
        });
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }
}

/// Returns the rows that have values, and where the values of each begin, of
/// sorted pairs of row (in the upper half) and ordinal.
pub(super) fn outline(pairs: &[u64]) -> (Vec<u32>, Vec<u64>) {
    let (mut present, mut starts): (Vec<u32>, Vec<u64>) = (Vec::new(), Vec::new());
    for (i, pair) in (0..).zip(pairs) {
        let row = (pair >> 32) as u32;
        if present.last() != Some(&row) {
            present.push(row);
            starts.push(i);
        }
    }
    starts.push(pairs.len() as u64);
    (present, starts)
}

impl Default for Ids {
    fn default() -> Ids {
        Ids::One(Vec::new())
    }
}

impl Ids {
    /// Adds a number; gives how many bytes it took.
    fn push(&mut self, id: u32) -> usize {
        match self {
            Ids::One(ids) => match u8::try_from(id) {
                Ok(id) => ids.push(id),
                Err(_) => return self.widen(id),
            },
            Ids::Two(ids) => match u16::try_from(id) {
                Ok(id) => ids.push(id),
                Err(_) => return self.widen(id),
            },
            Ids::Four(ids) => ids.push(id),
        }
        self.width()
    }

    /// Makes room for larger numbers. Numbers grow by one, so the next width does.
    fn widen(&mut self, id: u32) -> usize {
        let before = self.len() * self.width();
        *self = match std::mem::take(self) {
            Ids::One(ids) => Ids::Two(ids.into_iter().map(u16::from).collect()),
            Ids::Two(ids) => Ids::Four(ids.into_iter().map(u32::from).collect()),
            four @ Ids::Four(_) => four,
        };
        self.push(id);
        self.len() * self.width() - before
    }

    fn width(&self) -> usize {
        match self {
            Ids::One(_) => 1,
            Ids::Two(_) => 2,
            Ids::Four(_) => 4,
        }
    }

    fn len(&self) -> usize {
        match self {
            Ids::One(ids) => ids.len(),
            Ids::Two(ids) => ids.len(),
            Ids::Four(ids) => ids.len(),
        }
    }

    /// Calls for each number with its place.
    fn each(&self, mut call: impl FnMut(usize, u32)) {
        match self {
            Ids::One(ids) => ids.iter().enumerate().for_each(|(i, id)| call(i, (*id).into())),
            Ids::Two(ids) => ids.iter().enumerate().for_each(|(i, id)| call(i, (*id).into())),
            Ids::Four(ids) => ids.iter().enumerate().for_each(|(i, id)| call(i, *id)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_width_come_back() {
        let mut gather = ColumnBuilder::default();
        let texts: Vec<String> = (0..70_000).map(|i| format!("{i:05}")).collect();
        let spent: usize = (0..).zip(&texts).map(|(row, text)| gather.push(row, text)).sum();
        assert!(spent > 70_000 * (4 + 5));
        gather.push(70_000, "00007");
        let arranged = gather.arrange(70_001, None);
        assert!(arranged.present.is_none() && arranged.starts.is_none());
        let expected: Vec<u64> = (0..70_000).chain([7]).collect();
        assert_eq!(arranged.ords, expected);
    }
}
