//! Which words follow each other in the texts that a candidate or an author can copy from.
//!
//! Who repeats the question or pastes the rubric's titles and level descriptors has not answered. Words alone do
//! not tell: an answer is made of the question's words too. That they follow each other in the same way does.

use foldhash::HashMap;

use crate::bank::Rubric;

use super::words::Words;

/// Where words follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Question = 1,
    /// A criterion's title or one of its level descriptors.
    Descriptor = 2,
    /// A key point or the model answer: what an answer is meant to say.
    Statement = 4,
}

/// The sources in which one word follows another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sources(u8);

impl Sources {
    fn add(&mut self, source: Source) {
        self.0 |= source as u8;
    }

    fn has(self, source: Source) -> bool {
        self.0 & source as u8 != 0
    }
}

/// The words of a rubric by number, and the pairs in which they follow each other.
#[derive(Default)]
pub(super) struct Sequences {
    numbers: HashMap<String, u32>,
    pairs: HashMap<(u32, u32), Sources>,
}

impl Sequences {
    /// All of a rubric's. The highest level of a criterion without key points is a statement: it is all there
    /// is to tell what a full answer says.
    pub(super) fn new(rubric: &Rubric) -> Self {
        let mut all = Self::default();
        all.add(&rubric.question, Source::Question);
        all.add(&rubric.model_answer, Source::Statement);
        for criterion in &rubric.criteria {
            all.add(&criterion.title, Source::Descriptor);
            let (highest, lower) =
                criterion.levels.split_last().map_or((None, &[][..]), |(h, l)| (Some(h), l));
            for level in lower {
                all.add(level, Source::Descriptor);
            }
            let counts_as =
                if criterion.key_points.is_empty() { Source::Statement } else { Source::Descriptor };
            if let Some(level) = highest {
                all.add(level, counts_as);
            }
            criterion.key_points.iter().for_each(|point| all.add(point, Source::Statement));
        }
        all
    }

    fn add(&mut self, text: &str, source: Source) {
        let words = Words::new(text);
        let mut numbers = Vec::new();
        for plain in words.plains() {
            let next = self.numbers.len() as u32;
            numbers.push(*self.numbers.entry(plain.to_owned()).or_insert(next));
        }
        for two in numbers.windows(2) {
            if let &[first, second] = two {
                self.pairs.entry((first, second)).or_default().add(source);
            }
        }
    }

    /// The number of a word that one of the texts has.
    pub(super) fn number(&self, plain: &str) -> Option<u32> {
        self.numbers.get(plain).copied()
    }

    /// Where one word, by its number if it has one, follows another.
    pub(super) fn sources(&self, first: Option<u32>, second: Option<u32>) -> Sources {
        first.zip(second).and_then(|pair| self.pairs.get(&pair)).copied().unwrap_or_default()
    }
}

/// The share of followers that follow in a source as well; 1 without any.
pub(super) fn share(followers: &[Sources], source: Source) -> f32 {
    let same = followers.iter().filter(|sources| sources.has(source)).count();
    if followers.is_empty() { 1.0 } else { same as f32 / followers.len() as f32 }
}
