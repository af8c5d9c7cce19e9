//! A list of small numbers.

/// Numbers in as few bytes as the largest of them needs: most fields have few values.
pub(super) enum Ids {
    One(Vec<u8>),
    Two(Vec<u16>),
    Four(Vec<u32>),
}

impl Default for Ids {
    fn default() -> Ids {
        Ids::One(Vec::new())
    }
}

impl Ids {
    /// Adds a number; returns how many bytes it took.
    pub fn push(&mut self, id: u32) -> usize {
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

    /// Makes room for larger numbers.
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

    /// Returns the i-th number.
    pub fn get(&self, i: usize) -> u32 {
        match self {
            Ids::One(ids) => ids[i].into(),
            Ids::Two(ids) => ids[i].into(),
            Ids::Four(ids) => ids[i],
        }
    }

    fn width(&self) -> usize {
        match self {
            Ids::One(_) => 1,
            Ids::Two(_) => 2,
            Ids::Four(_) => 4,
        }
    }

    /// Returns how many numbers there are.
    pub fn len(&self) -> usize {
        match self {
            Ids::One(ids) => ids.len(),
            Ids::Two(ids) => ids.len(),
            Ids::Four(ids) => ids.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_width_come_back() {
        let mut ids = Ids::default();
        let spent: usize = (0..70_000).map(|id| ids.push(id)).sum();
        assert_eq!(spent, 70_000 * 4);
        assert!((0..70_000).all(|id| ids.get(id as usize) == id));
    }
}
