//! What words mean: one static vector for each entry of a vocabulary, compiled in.
//!
//! The vectors are made by `assets/vectors/distil.py`. The vocabulary is indexed on first use, which takes
//! about a millisecond; rows stay bytes until a word is looked up.

use std::collections::HashMap;
use std::sync::LazyLock;

static BYTES: &[u8] = include_bytes!("../../../assets/vectors/vectors.bin");
static VOCABULARY: &str = include_str!("../../../assets/vectors/vocabulary.txt");

/// What the file begins with.
const MAGIC: &[u8] = b"COACHVEC";
/// Magic, then version, dimensions and rows.
const HEADER: usize = 20;
/// Scale and rarity in front of the rows, four bytes each.
const ROW_HEADER: usize = 8;

/// Numbers in a vector.
pub(super) const DIMENSIONS: usize = 256;

/// Words that are not in the vocabulary are rare by definition.
const RARITY_OF_UNKNOWN: f32 = 1.0;

/// A point of length 1, or the origin for what has no known meaning.
pub(super) type Vector = [f32; DIMENSIONS];

/// A word's place among meanings, and how much it tells.
pub(super) struct Meaning {
    pub(super) vector: Vector,
    /// 0 for words that are everywhere, towards 1 for rare ones.
    pub(super) rarity: f32,
}

/// The compiled-in vectors.
pub(super) struct Vectors {
    rows: HashMap<&'static str, usize>,
    headers: &'static [u8],
    bytes: &'static [u8],
}

/// The only set there is, indexed on first use.
pub(super) fn vectors() -> &'static Vectors {
    static LOADED: LazyLock<Vectors> = LazyLock::new(Vectors::load);
    &LOADED
}

impl Vectors {
    fn load() -> Self {
        let mut entries: Vec<&str> = VOCABULARY.lines().collect();
        let (header, rest) = BYTES.split_at(HEADER.min(BYTES.len()));
        let fits = header.starts_with(MAGIC)
            && rest.len() == entries.len() * (ROW_HEADER + DIMENSIONS)
            && header.get(12..16) == Some((DIMENSIONS as u32).to_le_bytes().as_slice());
        if !fits {
            // Never the case in a build that passed its tests; without vectors the judge still matches stems.
            entries.clear();
        }
        let (headers, bytes) = rest.split_at(entries.len() * ROW_HEADER);
        Self {
            rows: entries.into_iter().enumerate().map(|(row, entry)| (entry, row)).collect(),
            headers,
            bytes,
        }
    }

    /// What a word in lower case means; pieces of it where the word as a whole is unknown.
    pub(super) fn meaning(&self, word: &str) -> Meaning {
        if let Some(&row) = self.rows.get(word) {
            return Meaning { vector: self.vector(row), rarity: self.rarity(row) };
        }
        let mut vector = [0.0; DIMENSIONS];
        for row in self.pieces(word) {
            add(&mut vector, &self.vector(row), 1.0);
        }
        normalize(&mut vector);
        Meaning { vector, rarity: RARITY_OF_UNKNOWN }
    }

    /// How rare a word in lower case is, as its [meaning](Self::meaning) says.
    pub(super) fn rarity_of(&self, word: &str) -> f32 {
        self.rows.get(word).map_or(RARITY_OF_UNKNOWN, |&row| self.rarity(row))
    }

    /// Whether the vocabulary has the word whole.
    pub(super) fn knows(&self, word: &str) -> bool {
        self.rows.contains_key(word)
    }

    /// Rows of the longest pieces from the left; none where a piece is unknown, as in other scripts.
    fn pieces(&self, word: &str) -> Vec<usize> {
        let mut found = Vec::new();
        let mut rest = word;
        let mut piece = String::new();
        while !rest.is_empty() {
            let longest = rest.char_indices().map(|(at, c)| at + c.len_utf8()).rev().find_map(|end| {
                piece.clear();
                if !found.is_empty() {
                    piece.push_str("##");
                }
                piece.push_str(&rest[..end]);
                self.rows.get(piece.as_str()).map(|&row| (row, end))
            });
            let Some((row, end)) = longest else { return Vec::new() };
            found.push(row);
            rest = &rest[end..];
        }
        found
    }

    fn vector(&self, row: usize) -> Vector {
        let scale = self.number(row * ROW_HEADER);
        let bytes = self.bytes.get(row * DIMENSIONS..(row + 1) * DIMENSIONS).unwrap_or_default();
        let mut vector = [0.0; DIMENSIONS];
        for (number, byte) in vector.iter_mut().zip(bytes) {
            *number = f32::from(byte.cast_signed()) * scale;
        }
        vector
    }

    fn rarity(&self, row: usize) -> f32 {
        self.number(row * ROW_HEADER + 4)
    }

    fn number(&self, at: usize) -> f32 {
        let bytes = self.headers.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
        bytes.map_or(0.0, f32::from_le_bytes)
    }
}

/// Adds `times` the other numbers, eight at a time so that the compiler can use wide instructions. What is here is written
/// out, for tests are built without optimization, where a loop over eight numbers takes many times as long.
pub(super) fn add(sum: &mut [f32], other: &[f32], times: f32) {
    let (sum, last) = sum.as_chunks_mut::<8>();
    let (other, last_of_other) = other.as_chunks::<8>();
    for (sum, other) in sum.iter_mut().zip(other) {
        sum[0] += times * other[0];
        sum[1] += times * other[1];
        sum[2] += times * other[2];
        sum[3] += times * other[3];
        sum[4] += times * other[4];
        sum[5] += times * other[5];
        sum[6] += times * other[6];
        sum[7] += times * other[7];
    }
    for (number, other) in last.iter_mut().zip(last_of_other) {
        *number += times * other;
    }
}

/// The inner product, summed in eight lanes.
pub(super) fn dot(a: &Vector, b: &Vector) -> f32 {
    let mut lanes = [0.0_f32; 8];
    for (a, b) in a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0) {
        lanes[0] += a[0] * b[0];
        lanes[1] += a[1] * b[1];
        lanes[2] += a[2] * b[2];
        lanes[3] += a[3] * b[3];
        lanes[4] += a[4] * b[4];
        lanes[5] += a[5] * b[5];
        lanes[6] += a[6] * b[6];
        lanes[7] += a[7] * b[7];
    }
    lanes.iter().sum()
}

/// The length.
pub(super) fn length(vector: &Vector) -> f32 {
    dot(vector, vector).sqrt()
}

/// Stretches to length 1; the origin stays where it is.
pub(super) fn normalize(vector: &mut Vector) {
    let length = length(vector);
    if length > 0.0 {
        for number in vector {
            *number /= length;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn likeness(a: &str, b: &str) -> f32 {
        dot(&vectors().meaning(a).vector, &vectors().meaning(b).vector)
    }

    #[test]
    fn sums_are_those_of_a_loop_over_every_number() {
        let other: Vec<f32> = (0..19_u8).map(f32::from).collect();
        let mut sum = vec![1.0; 19];
        add(&mut sum, &other, 2.0);
        assert!(sum.iter().zip(&other).all(|(sum, other)| (sum - (1.0 + 2.0 * other)).abs() < 1e-6));
        let counted: Vector = std::array::from_fn(|at| (at % 7) as f32);
        // 36 times 0 + 1 + 4 + 9 + 16 + 25 + 36, and four numbers more.
        assert!((dot(&counted, &counted) - (36.0 * 91.0 + 14.0)).abs() < 1e-3);
    }

    #[test]
    fn file_and_vocabulary_belong_together() {
        let vectors = vectors();
        assert!(vectors.rows.len() > 29_000, "{} rows", vectors.rows.len());
        for word in ["the", "token", "hallucination", "softmax", "##ing"] {
            let row = vectors.rows[word];
            assert!((length(&vectors.vector(row)) - 1.0).abs() < 0.02, "{word}");
            assert!((0.0..=1.0).contains(&vectors.rarity(row)), "{word}");
        }
        assert!(vectors.meaning("the").rarity < 0.05);
        assert!(vectors.meaning("hallucination").rarity > 0.9);
    }

    #[test]
    fn near_in_meaning_is_near_in_space() {
        for (word, near, far) in [
            ("hallucination", "delusion", "invoice"),
            ("latency", "delay", "grammar"),
            ("retrieve", "fetch", "embarrass"),
            ("deterministic", "random", "purple"),
            ("document", "file", "neuron"),
        ] {
            assert!(likeness(word, near) > likeness(word, far) + 0.15, "{word}: {near} against {far}");
        }
    }

    #[test]
    fn unknown_words_are_read_in_pieces() {
        assert!(likeness("retokenizations", "tokenization") > 0.3);
        for word in ["", "模型", "\u{0}", "🙂", "\u{301}"] {
            let meaning = vectors().meaning(word);
            assert!(meaning.vector.iter().all(|number| number.is_finite()), "{word:?}");
        }
    }
}
