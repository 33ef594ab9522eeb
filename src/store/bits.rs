//! One bit a run, for plans of a billion runs.

/// Bits in a page; a page takes memory once a bit in it is set.
const PAGE: u64 = 1 << 16;

/// A set of indices below a fixed bound: one bit each, and none where a whole page is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bits {
    pages: Vec<Option<Box<[u64]>>>,
}

impl Bits {
    /// The empty set below `bound`.
    pub(crate) fn new(bound: u64) -> Self {
        Bits { pages: vec![None; bound.div_ceil(PAGE) as usize] }
    }

    /// Adds an index; false if it was there.
    pub(crate) fn insert(&mut self, index: u64) -> bool {
        let page = self.pages[(index / PAGE) as usize]
            .get_or_insert_with(|| vec![0; (PAGE / 64) as usize].into_boxed_slice());
        let (word, bit) = Self::place(index);
        let new = page[word] & bit == 0;
        page[word] |= bit;
        new
    }

    /// Whether an index is in the set.
    pub(crate) fn contains(&self, index: u64) -> bool {
        let (word, bit) = Self::place(index);
        self.pages[(index / PAGE) as usize].as_ref().is_some_and(|page| page[word] & bit != 0)
    }

    /// The indices, rising.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        let pages = self.pages.iter().enumerate().filter(|(_, page)| page.is_some());
        pages
            .flat_map(|(page, _)| page as u64 * PAGE..(page as u64 + 1) * PAGE)
            .filter(|&index| self.contains(index))
    }

    /// Word within the page, and the bit within the word.
    fn place(index: u64) -> (usize, u64) {
        ((index % PAGE / 64) as usize, 1 << (index % 64))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bits_are_a_set(indices in prop::collection::vec(0..3 * PAGE + 5, 0..200)) {
            let mut bits = Bits::new(3 * PAGE + 5);
            let mut set = BTreeSet::new();
            for &index in &indices {
                prop_assert_eq!(bits.insert(index), set.insert(index));
            }
            prop_assert!(bits.iter().eq(set.iter().copied()));
            prop_assert!(indices.iter().all(|&index| bits.contains(index)));
        }
    }

    #[test]
    fn empty_pages_take_no_memory() {
        let mut bits = Bits::new(1_000_000_000);
        assert!(bits.insert(999_999_999));
        assert_eq!(bits.pages.iter().flatten().count(), 1);
        assert!(!bits.contains(0));
    }
}
