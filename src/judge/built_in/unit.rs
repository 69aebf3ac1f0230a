//! A piece of an answer, measured against all statements of a rubric.

use super::memory::Likeness;
use super::sentences::Span;
use super::statements::{PAIR_REACH, Statements};
use super::text::Text;
use super::vectors::{DIMENSIONS, Vector, add, length};

/// Share of the words in common, against the likeness of sentence vectors, in what makes sentences alike.
/// Word overlap separates a little better in every trial; between 0.35 and 0.65 nothing changes much.
const OVERLAP: f32 = 0.6;

/// A sentence, a clause or two sentences in a row, measured against the rubric.
pub(super) struct Unit {
    pub(super) start: usize,
    pub(super) end: usize,
    /// The sentence it is in, or the first of two.
    pub(super) sentence: usize,
    pub(super) denies: bool,
    /// Content words.
    pub(super) content: usize,
    /// For each term how well the best word matches it.
    reach: Vec<f32>,
    /// Sum of the weighted vectors of its words, and the inner products with the statements.
    sum: Box<Vector>,
    dots: Vec<f32>,
    /// Pairs of terms that it has, in ascending order.
    pairs: Vec<u32>,
    /// For each statement the share of its weight that its words match.
    overlaps: Vec<f32>,
    /// For each statement how near it is.
    likenesses: Vec<f32>,
}

impl Unit {
    /// One without words.
    pub(super) fn empty(statements: &Statements) -> Self {
        Self {
            start: usize::MAX,
            end: 0,
            sentence: 0,
            denies: false,
            content: 0,
            reach: vec![0.0; statements.terms.len()],
            sum: Box::new([0.0; DIMENSIONS]),
            dots: vec![0.0; statements.list.len()],
            pairs: Vec::new(),
            overlaps: vec![0.0; statements.list.len()],
            likenesses: vec![0.0; statements.list.len()],
        }
    }

    /// The words of a span.
    pub(super) fn measure(
        span: &Span,
        sentence: usize,
        text: &Text<'_, '_>,
        statements: &Statements,
    ) -> Self {
        let mut unit = Self { start: span.start, end: span.end, sentence, ..Self::empty(statements) };
        let mut recent = [None; PAIR_REACH];
        for known in text.known(span) {
            unit.denies |= known.denies;
            if let Some(likeness) = known.likeness(statements) {
                unit.add(likeness);
                unit.add_pairs(known.exact, recent, statements);
                recent.rotate_right(1);
                recent[0] = known.exact;
            }
        }
        unit.compare(statements);
        unit
    }

    /// The clauses of one sentence together, where it has several.
    pub(super) fn of_clauses(clauses: &[Self], statements: &Statements) -> Option<Self> {
        let (first, rest) = clauses.split_first()?;
        let (second, rest) = rest.split_first()?;
        let mut whole = first.joined(second);
        for clause in rest {
            whole.join(clause);
        }
        whole.compare(statements);
        Some(whole)
    }

    /// This sentence and the next.
    pub(super) fn with_next(&self, next: &Self, statements: &Statements) -> Self {
        let mut both = self.joined(next);
        both.compare(statements);
        both
    }

    /// One more word with content.
    fn add(&mut self, word: &Likeness) {
        self.content += 1;
        for &(term, likeness) in &word.near {
            if let Some(reach) = self.reach.get_mut(usize::from(term)) {
                *reach = reach.max(likeness);
            }
        }
        add(&mut *self.sum, &*word.vector, 1.0);
        self.dots.iter_mut().zip(&word.dots).for_each(|(sum, dot)| *sum += dot);
    }

    fn add_pairs(&mut self, exact: Option<u16>, recent: [Option<u16>; PAIR_REACH], statements: &Statements) {
        let Some(one) = exact else { return };
        for other in recent.into_iter().flatten() {
            if let Some(&pair) = statements.pairs.get(&(one.min(other), one.max(other))) {
                self.pairs.push(pair);
            }
        }
    }

    fn joined(&self, other: &Self) -> Self {
        let mut both = Self {
            reach: self.reach.clone(),
            sum: self.sum.clone(),
            dots: self.dots.clone(),
            pairs: self.pairs.clone(),
            overlaps: vec![0.0; self.overlaps.len()],
            likenesses: vec![0.0; self.likenesses.len()],
            ..*self
        };
        both.join(other);
        both
    }

    fn join(&mut self, other: &Self) {
        self.start = self.start.min(other.start);
        self.end = self.end.max(other.end);
        self.denies |= other.denies;
        self.content += other.content;
        self.reach.iter_mut().zip(&other.reach).for_each(|(one, other)| *one = one.max(*other));
        add(&mut *self.sum, &*other.sum, 1.0);
        self.dots.iter_mut().zip(&other.dots).for_each(|(one, other)| *one += other);
        self.pairs.extend(&other.pairs);
    }

    /// Compares its words with all statements, once they are all there.
    fn compare(&mut self, statements: &Statements) {
        self.pairs.sort_unstable();
        self.pairs.dedup();
        let reached = self.reach.iter().zip(&statements.shares).filter(|(reach, _)| **reach > 0.0);
        for (reach, shares) in reached {
            for &(number, share) in shares {
                if let Some(overlap) = self.overlaps.get_mut(usize::from(number)) {
                    *overlap += share * reach;
                }
            }
        }
        let length = length(&self.sum);
        let scale = if length > 0.0 { (1.0 - OVERLAP) / length } else { 0.0 };
        let parts = self.overlaps.iter().zip(&self.dots);
        for (likeness, (overlap, dot)) in self.likenesses.iter_mut().zip(parts) {
            *likeness = OVERLAP * overlap + scale * dot;
        }
    }

    /// How near it is to a statement: 0 for nothing in common, about 1 for the statement itself.
    pub(super) fn likeness(&self, number: usize) -> f32 {
        self.likenesses.get(number).copied().unwrap_or(0.0)
    }

    /// The likeness to each statement.
    pub(super) fn likenesses(&self) -> &[f32] {
        &self.likenesses
    }

    /// The share of a statement's weight that its words match.
    pub(super) fn overlap(&self, number: usize) -> f32 {
        self.overlaps.get(number).copied().unwrap_or(0.0)
    }

    /// How well each term of a statement is matched.
    pub(super) fn reaches<'s>(
        &'s self,
        statements: &'s Statements,
        number: usize,
    ) -> impl Iterator<Item = f32> + 's {
        let terms = statements.list.get(number).map(|s| s.terms.as_slice()).unwrap_or_default();
        terms.iter().map(|&(term, _)| self.reach.get(usize::from(term)).copied().unwrap_or(0.0))
    }

    /// For each statement of which it has pairs of neighbouring terms the share of them that each is: a statement comes
    /// as often as it shares pairs.
    pub(super) fn pairs_shared<'s>(
        &'s self,
        statements: &'s Statements,
    ) -> impl Iterator<Item = (usize, f32)> + 's {
        let having =
            |pair: &u32| statements.having.get(*pair as usize).map(Vec::as_slice).unwrap_or_default();
        self.pairs.iter().flat_map(having).map(|&(number, share)| (usize::from(number), share))
    }
}
