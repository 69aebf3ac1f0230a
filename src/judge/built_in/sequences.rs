//! Which words follow each other in the texts that a candidate or an author can copy from.
//!
//! Who repeats the question or pastes the rubric's titles and level descriptors has not answered. Words alone do
//! not tell: an answer is made of the question's words too. That they follow each other in the same way does.

use std::collections::{HashMap, HashSet};

use crate::bank::Rubric;

use super::words::Words;

/// Where words follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Question,
    /// A criterion's title or one of its level descriptors.
    Descriptor,
    /// A key point or the model answer: what an answer is meant to say.
    Statement,
}

/// The words of a rubric by number, and the pairs in which they follow each other.
#[derive(Default)]
pub(super) struct Sequences {
    numbers: HashMap<String, u32>,
    question: HashSet<(u32, u32)>,
    descriptors: HashSet<(u32, u32)>,
    statements: HashSet<(u32, u32)>,
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
        let pairs = numbers.windows(2).filter_map(|two| Some((*two.first()?, *two.get(1)?)));
        self.of(source).extend(pairs);
    }

    fn of(&mut self, source: Source) -> &mut HashSet<(u32, u32)> {
        match source {
            Source::Question => &mut self.question,
            Source::Descriptor => &mut self.descriptors,
            Source::Statement => &mut self.statements,
        }
    }

    /// The number of a word that one of the texts has.
    pub(super) fn number(&self, plain: &str) -> Option<u32> {
        self.numbers.get(plain).copied()
    }

    /// The share of the pairs of neighbouring words that follow each other in a source as well; 1 without pairs.
    pub(super) fn share(&self, words: &[Option<u32>], source: Source) -> f32 {
        let pairs = match source {
            Source::Question => &self.question,
            Source::Descriptor => &self.descriptors,
            Source::Statement => &self.statements,
        };
        let followers = words.len().saturating_sub(1);
        let same = words.windows(2).filter(|two| match two {
            [Some(first), Some(second)] => pairs.contains(&(*first, *second)),
            _ => false,
        });
        if followers == 0 { 1.0 } else { same.count() as f32 / followers as f32 }
    }
}
