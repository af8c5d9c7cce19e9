//! One column while its segment is filled.

use super::intern::Interner;

/// The values of one field: their numbers, row by row.
///
/// While every row so far has exactly one value no row numbers are kept.
#[derive(Default)]
pub(super) struct Gather {
    pub(super) terms: Interner,
    rows: Option<Vec<u32>>,
    ids: Vec<u32>,
}

/// A column in its final order, ready to be encoded.
pub(super) struct Arranged {
    /// Rows that have values, ascending; none where all have.
    pub present: Option<Vec<u32>>,
    /// Where each such row's values begin, and their number at the end; none
    /// where each has one.
    pub starts: Option<Vec<u64>>,
    /// The values, as ranks in the sorted dictionary; ascending and distinct within a row.
    pub ords: Vec<u64>,
    /// The interner's numbers, sorted by text.
    pub sorted: Vec<u32>,
}

impl Gather {
    /// Adds a value; rows come in ascending order. Gives about how many bytes it took.
    pub fn push(&mut self, row: u32, text: &str) -> usize {
        let (id, new) = self.terms.intern(text);
        if self.rows.is_none() && self.ids.len() != row as usize {
            self.rows = Some((0..self.ids.len() as u32).collect());
        }
        if let Some(rows) = &mut self.rows {
            rows.push(row);
        }
        self.ids.push(id);
        let spent = if self.rows.is_some() { 8 } else { 4 };
        if new { spent + text.len() + 16 } else { spent }
    }

    /// Puts the values into the order of the final rows. `place[old]` is a row's
    /// final number; without it rows stay where they are.
    pub fn arrange(&self, rows: u32, place: Option<&[u32]>) -> Arranged {
        let sorted = self.terms.sorted();
        let mut rank = vec![0u32; sorted.len()];
        sorted.iter().zip(0..).for_each(|(id, i)| rank[*id as usize] = i);
        let dense = self.rows.is_none() && self.ids.len() == rows as usize;
        if dense {
            let mut ords = vec![0u64; self.ids.len()];
            match place {
                None => ords.iter_mut().zip(&self.ids).for_each(|(ord, id)| *ord = rank[*id as usize].into()),
                Some(place) => place
                    .iter()
                    .zip(&self.ids)
                    .for_each(|(row, id)| ords[*row as usize] = rank[*id as usize].into()),
            }
            return Arranged { present: None, starts: None, ords, sorted };
        }
        let pairs = self.pairs(&rank, place);
        let (present, starts) = outline(&pairs);
        let starts = (starts.len() <= pairs.len()).then_some(starts);
        let present = (present.len() < rows as usize).then_some(present);
        let ords = pairs.into_iter().map(|pair| pair & u64::from(u32::MAX)).collect();
        Arranged { present, starts, ords, sorted }
    }

    /// Gives row and rank in one number each, sorted, each pair once.
    fn pairs(&self, rank: &[u32], place: Option<&[u32]>) -> Vec<u64> {
        let place = |row: u32| place.map_or(row, |place| place[row as usize]);
        let pair = |(row, id): (u32, &u32)| u64::from(place(row)) << 32 | u64::from(rank[*id as usize]);
        let mut pairs: Vec<u64> = match &self.rows {
            None => (0..).zip(&self.ids).map(pair).collect(),
            Some(rows) => rows.iter().copied().zip(&self.ids).map(pair).collect(),
        };
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }
}

/// Gives the rows that have values, and where the values of each begin.
fn outline(pairs: &[u64]) -> (Vec<u32>, Vec<u64>) {
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
