//! Which ids a run has met, in eight bytes each.

use std::collections::HashSet;

/// Ids that are looked up by hash before they are sorted in. Sorting in moves all others, so it has to be rare;
/// a hash table takes up to four times what sorted numbers do, so it has to be small.
const RECENT: usize = 1 << 16;

/// A set of 64-bit hashes that only grows: a million of them take 8 MB and never a moment's double of it, as a hash
/// table would.
#[derive(Debug, Default)]
pub struct Seen {
    sorted: Vec<u64>,
    recent: HashSet<u64>,
}

impl Seen {
    /// Adds `id`; whether it is new.
    pub fn insert(&mut self, id: u64) -> bool {
        if self.sorted.binary_search(&id).is_ok() || !self.recent.insert(id) {
            return false;
        }
        if self.recent.len() == RECENT {
            self.sort_in();
        }
        true
    }

    /// Merges from the largest down, so that every number is moved once and nothing is copied aside.
    fn sort_in(&mut self) {
        let mut recent: Vec<u64> = self.recent.drain().collect();
        recent.sort_unstable();
        let mut old = self.sorted.len();
        self.sorted.reserve_exact(recent.len());
        self.sorted.resize(old + recent.len(), 0);
        for at in (0..self.sorted.len()).rev() {
            let Some(next) = recent.last().copied() else { return };
            if old > 0 && self.sorted[old - 1] > next {
                old -= 1;
                self.sorted[at] = self.sorted[old];
            } else {
                recent.pop();
                self.sorted[at] = next;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_id_is_new_once_before_and_after_it_was_sorted_in() {
        let mut seen = Seen::default();
        // An odd factor visits all of 2^64 in a jumbled order.
        let id = |number: u64| number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let count = 3 * RECENT as u64 + 5;
        for number in 0..count {
            assert!(seen.insert(id(number)));
            assert!(!seen.insert(id(number / 2)));
        }
        assert!((0..count).all(|number| !seen.insert(id(number))));
        assert!(seen.sorted.is_sorted() && seen.sorted.len() == 3 * RECENT);
    }
}
