//! What is done out of order, put back into the order in which it was taken, within a window.

use std::collections::BTreeMap;

/// Things numbered as they are taken, given out in that order.
#[derive(Debug)]
pub struct Order<T> {
    taken: u64,
    next: u64,
    /// What is done and waits for something before it; `None` where nothing is to be given out.
    waiting: BTreeMap<u64, Option<T>>,
    window: u64,
}

impl<T> Order<T> {
    /// At most `window` things are taken and not yet given out.
    pub fn within(window: usize) -> Self {
        Self { taken: 0, next: 0, waiting: BTreeMap::new(), window: window.max(1) as u64 }
    }

    /// Whether another thing may be taken; otherwise the slowest holds up the rest, which bounds the memory.
    pub fn has_room(&self) -> bool {
        self.taken - self.next < self.window
    }

    /// The number of the next thing.
    pub fn take(&mut self) -> u64 {
        self.taken += 1;
        self.taken - 1
    }

    /// Notes that a thing is done; gives what can now be given out.
    pub fn done(&mut self, number: u64, thing: Option<T>) -> Vec<T> {
        self.waiting.insert(number, thing);
        let mut out = Vec::new();
        while let Some(thing) = self.waiting.remove(&self.next) {
            self.next += 1;
            out.extend(thing);
        }
        out
    }

    /// What is left when nothing more is done: in order, with gaps.
    pub fn rest(&mut self) -> Vec<T> {
        self.next = self.taken;
        std::mem::take(&mut self.waiting).into_values().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_out_in_the_order_of_taking() {
        let mut order = Order::within(3);
        let numbers: Vec<u64> = (0..3).map(|_| order.take()).collect();
        assert_eq!((numbers.as_slice(), order.has_room()), (&[0, 1, 2][..], false));
        assert!(order.done(2, Some('c')).is_empty());
        assert!(order.done(1, None).is_empty() && !order.has_room());
        assert_eq!(order.done(0, Some('a')), ['a', 'c']);
        assert!(order.has_room());
        let numbers: Vec<u64> = (0..3).map(|_| order.take()).collect();
        order.done(numbers[2], Some('f'));
        order.done(numbers[1], Some('e'));
        assert_eq!(order.rest(), ['e', 'f']);
        assert!(order.has_room());
    }
}
