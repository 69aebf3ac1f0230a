//! One part of a set of answers, for one of several machines: which answers it holds depends on their ids and on
//! nothing else, so that all machines agree without talking to each other.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use sha2::{Digest, Sha256};

/// The part `number` of `of`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// From 1 to `of`.
    number: NonZeroU32,
    of: NonZeroU32,
}

impl Shard {
    /// All parts of a set that is cut into `of`.
    pub fn all(of: NonZeroU32) -> impl Iterator<Item = Self> {
        (1..=of.get()).filter_map(NonZeroU32::new).map(move |number| Self { number, of })
    }

    /// Whether the answer of that id is in it: the first 8 bytes of the id's SHA-256, as a big-endian number, leave
    /// `number` - 1 when divided by `of`. SHA-256, so that the parts are of like size whatever the ids look like, and
    /// other programs can tell the part as well.
    pub fn holds(self, id: &str) -> bool {
        place(id, self.of) == self.number.get() - 1
    }
}

/// Which part holds an id, from 0.
fn place(id: &str, of: NonZeroU32) -> u32 {
    let digest = Sha256::digest(id.as_bytes());
    let head = digest.iter().take(8).fold(0_u64, |head, byte| head << 8 | u64::from(*byte));
    // Below a `u32`, as its divisor is.
    (head % u64::from(of.get())) as u32
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "must be K/N with K from 1 to N, such as 1/4".to_owned();
        let (number, of) = text.split_once('/').ok_or_else(wrong)?;
        let part = |text: &str| text.parse::<NonZeroU32>().map_err(|_| wrong());
        let (number, of) = (part(number)?, part(of)?);
        if number > of { Err(wrong()) } else { Ok(Self { number, of }) }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_is_in_exactly_one_part_and_parts_are_alike_in_size() {
        let shards: Vec<Shard> = Shard::all(NonZeroU32::new(4).unwrap()).collect();
        let mut sizes = [0; 4];
        for number in 0..10_000 {
            let id = format!("a{number}");
            let holding: Vec<usize> = (0..4).filter(|at| shards[*at].holds(&id)).collect();
            assert_eq!(holding.len(), 1, "{id}");
            sizes[holding[0]] += 1;
        }
        // 2,500 expected; three standard deviations of the binomial are 130.
        assert!(sizes.iter().all(|size| (2_370..=2_630).contains(size)), "{sizes:?}");
    }

    /// From Python: `int.from_bytes(hashlib.sha256(id.encode()).digest()[:8], "big") % 4 + 1`.
    #[test]
    fn other_programs_can_tell_the_part() {
        for (id, number) in [("a1", 1), ("a2", 2), ("Zoë-7", 4), ("", 1)] {
            let holding: Vec<String> = Shard::all(NonZeroU32::new(4).unwrap())
                .filter(|shard| shard.holds(id))
                .map(|shard| shard.to_string())
                .collect();
            assert_eq!(holding, [format!("{number}/4")], "{id}");
        }
    }

    #[test]
    fn only_parts_that_exist_can_be_named() {
        assert_eq!("3/4".parse::<Shard>().unwrap().to_string(), "3/4");
        for wrong in ["", "3", "0/4", "5/4", "1/0", "-1/4", "1/4/2", "a/b", " 1/4"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }
}
