//! An answer with each of its words looked up.

use super::memory::{Known, Lookup};
use super::sentences::Span;
use super::sequences::{Sequences, Sources};
use super::words::Words;

/// An answer's text, its words, and what is known of them.
pub(super) struct Text<'t, 'l> {
    pub(super) source: &'t str,
    pub(super) words: &'t Words,
    /// The plain form of each word.
    pub(super) plains: Vec<&'t str>,
    known: Vec<Option<&'l Known>>,
    /// A number for each word, the same for the same word.
    numbers: &'l [u32],
    sequences: &'l Sequences,
    /// For each word but the first where it follows the one before it.
    followers: Vec<Sources>,
}

impl<'t, 'l> Text<'t, 'l> {
    /// The text that `words` and `lookup` are of.
    pub(super) fn new(
        source: &'t str,
        words: &'t Words,
        lookup: &'l Lookup<'l>,
        sequences: &'l Sequences,
    ) -> Self {
        let known = lookup.words();
        let pairs = known.iter().zip(known.iter().skip(1));
        let followers =
            pairs.map(|(first, second)| sequences.sources(number(*first), number(*second))).collect();
        let plains = words.plains().collect();
        Self { source, words, plains, known, numbers: lookup.numbers(), sequences, followers }
    }

    /// What stands between the word of this index and the one before it; empty for the first.
    pub(super) fn gap_before(&self, index: usize) -> &'t str {
        let words = &self.words.list;
        let before = index.checked_sub(1).and_then(|before| words.get(before));
        let gap =
            before.zip(words.get(index)).and_then(|(before, word)| self.source.get(before.end..word.start));
        gap.unwrap_or_default()
    }

    /// What is known of the word of this index.
    pub(super) fn word(&self, index: usize) -> Option<&'l Known> {
        self.known.get(index).copied().flatten()
    }

    /// The numbers of a span's words, the same for the same word.
    pub(super) fn numbers(&self, span: &Span) -> &'l [u32] {
        self.numbers.get(span.words.clone()).unwrap_or_default()
    }

    /// The plain forms of a span's words.
    pub(super) fn plains(&self, span: &Span) -> &[&'t str] {
        self.plains.get(span.words.clone()).unwrap_or_default()
    }

    /// What is known of a span's words.
    pub(super) fn known(&self, span: &Span) -> impl Iterator<Item = &'l Known> {
        self.known.get(span.words.clone()).unwrap_or_default().iter().copied().flatten()
    }

    /// Where each word of some spans, taken together as a text, follows the one before it.
    pub(super) fn followers_of_all(&self, spans: &[&Span]) -> Vec<Sources> {
        let mut followers = Vec::with_capacity(self.followers.len());
        let mut last = None;
        for span in spans {
            if let Some(last) = last {
                followers.push(self.follower(last, span.words.start));
            }
            followers.extend(self.followers(span));
            last = span.words.clone().last();
        }
        followers
    }

    /// Where the second of two words, by their indices, follows the first.
    fn follower(&self, first: usize, second: usize) -> Sources {
        if first + 1 == second {
            return self.followers.get(first).copied().unwrap_or_default();
        }
        self.sequences.sources(number(self.word(first)), number(self.word(second)))
    }

    /// Where each word of a span follows the one before it.
    pub(super) fn followers(&self, span: &Span) -> &[Sources] {
        let behind_first = span.words.end.saturating_sub(1).max(span.words.start);
        self.followers.get(span.words.start..behind_first).unwrap_or_default()
    }
}

/// The number of a word in the rubric's sequences.
fn number(known: Option<&Known>) -> Option<u32> {
    known.and_then(|known| known.number)
}
