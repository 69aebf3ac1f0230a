//! An answer as the judge reads it: sentences that count, and how near each is to each statement of the rubric.

use std::ops::Range;

use super::framing::{Framing, framing};
use super::grammar::{Flow, grammar};
use super::memory::{Known, Lookup};
use super::recurring::recurring;
use super::sentences::{Span, clauses, sentences};
use super::standing::{Standing, Whole, remarks, sense, standing};
use super::statements::{PAIR_REACH, Statements};
use super::vectors::{DIMENSIONS, Vector, add, length};
use super::words::Words;

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
    sum: Vector,
    length: f32,
    dots: Vec<f32>,
    /// Pairs of terms that it has.
    pairs: Vec<bool>,
}

/// One sentence of the answer.
pub(super) struct Sentence {
    pub(super) span: Span,
    pub(super) standing: Standing,
    /// What it does with the statement in it.
    pub(super) framing: Framing,
    /// How much it makes sense as a sentence, 0 to 1.
    pub(super) sense: f32,
    /// The sentence as a whole.
    pub(super) unit: Unit,
    /// Its clauses, where it has several.
    pub(super) clauses: Vec<Unit>,
}

/// The sentences of an answer whose words have been looked up, and what each is for.
pub(super) fn standings(
    text: &str,
    words: &Words,
    lookup: &Lookup<'_>,
    statements: &Statements,
) -> Vec<(Span, Standing)> {
    let spans = sentences(text, words);
    // A remark to the grader must not change what the rest is worth.
    let remarks = remarks(text, words, &spans, lookup);
    let rest = spans.iter().zip(&remarks).filter(|(_, remark)| !**remark);
    let stated: Vec<usize> = rest.flat_map(|(span, _)| span.words.clone()).collect();
    let whole = Whole::new(&stated, lookup, &statements.sequences);
    let numbers: Vec<Vec<u32>> =
        spans.iter().map(|span| span.words.clone().map(|index| lookup.number(index)).collect()).collect();
    let recurring = recurring(&numbers);
    let stands = spans.into_iter().zip(remarks).enumerate().map(|(number, (span, remark))| {
        if remark {
            return (span, Standing::AddressesTheGrader);
        }
        let recurs = recurring.get(number).map_or(&[][..], Vec::as_slice);
        let standing = standing(text, words, &span, lookup, &statements.sequences, &whole, recurs);
        (span, standing)
    });
    stands.collect()
}

/// A whole answer, read.
pub(super) struct Reading<'a> {
    pub(super) text: &'a str,
    pub(super) words: Words,
    pub(super) sentences: Vec<Sentence>,
}

impl<'a> Reading<'a> {
    /// Reads an answer whose words have been looked up.
    pub(super) fn new(text: &'a str, words: Words, lookup: &Lookup<'_>, statements: &Statements) -> Self {
        let spans = standings(text, &words, lookup, statements);
        let measured = spans.into_iter().enumerate().map(|(number, (span, standing))| {
            let parts = clauses(text, &words, &span);
            let mut units: Vec<Unit> =
                parts.iter().map(|part| Unit::measure(part, number, lookup, statements)).collect();
            let unit = units
                .iter()
                .skip(1)
                .fold(units.first().map_or_else(|| Unit::empty(statements), Unit::copy), |sum, unit| {
                    sum.joined(unit)
                });
            if units.len() == 1 {
                units.clear();
            }
            let framing = framing_of(text, &words, &span);
            let flow = flow(text, &words, &span, lookup);
            (flow, Sentence { span, standing, framing, sense: 1.0, unit, clauses: units })
        });
        let (flows, mut sentences): (Vec<Flow>, Vec<Sentence>) = measured.unzip();
        let stated = flows
            .iter()
            .zip(&sentences)
            .filter(|(_, sentence)| sentence.standing != Standing::AddressesTheGrader);
        let answer = stated.map(|(flow, _)| *flow).fold(Flow::default(), Flow::joined);
        for (sentence, flow) in sentences.iter_mut().zip(flows) {
            sentence.sense = sense(flow, answer);
        }
        Self { text, words, sentences }
    }

    /// The sentences that can earn credit, whole or in part.
    pub(super) fn counted(&self) -> impl Iterator<Item = &Sentence> {
        self.sentences
            .iter()
            .filter(|sentence| matches!(sentence.standing, Standing::States | Standing::ListsTerms))
    }

    /// What each sentence is for, and how many words it has.
    pub(super) fn standings(&self) -> Vec<(Standing, usize)> {
        self.sentences.iter().map(|sentence| (sentence.standing, sentence.span.words.len())).collect()
    }
}

impl Unit {
    fn empty(statements: &Statements) -> Self {
        Self {
            start: usize::MAX,
            end: 0,
            sentence: 0,
            denies: false,
            content: 0,
            reach: vec![0.0; statements.terms.len()],
            sum: [0.0; DIMENSIONS],
            length: 0.0,
            dots: vec![0.0; statements.list.len()],
            pairs: vec![false; statements.pairs.len()],
        }
    }

    fn measure(span: &Span, sentence: usize, lookup: &Lookup<'_>, statements: &Statements) -> Self {
        let mut unit = Self { start: span.start, end: span.end, sentence, ..Self::empty(statements) };
        let mut recent = [None; PAIR_REACH];
        for known in known_words(span.words.clone(), lookup) {
            unit.denies |= known.denies;
            if known.is_content() {
                unit.add(known);
                unit.mark_pairs(known.exact, recent, statements);
                recent.rotate_right(1);
                recent[0] = known.exact;
            }
        }
        unit.length = length(&unit.sum);
        unit
    }

    fn add(&mut self, known: &Known) {
        self.content += 1;
        for &(term, likeness) in &known.near {
            if let Some(reach) = self.reach.get_mut(usize::from(term)) {
                *reach = reach.max(likeness);
            }
        }
        if let Some(vector) = &known.vector {
            add(&mut self.sum, vector, 1.0);
        }
        self.dots.iter_mut().zip(&known.dots).for_each(|(sum, dot)| *sum += dot);
    }

    fn mark_pairs(&mut self, exact: Option<u16>, recent: [Option<u16>; PAIR_REACH], statements: &Statements) {
        let Some(one) = exact else { return };
        for other in recent.into_iter().flatten() {
            if let Some(&pair) = statements.pairs.get(&(one.min(other), one.max(other))) {
                self.pairs[pair as usize] = true;
            }
        }
    }

    fn copy(&self) -> Self {
        Self { reach: self.reach.clone(), dots: self.dots.clone(), pairs: self.pairs.clone(), ..*self }
    }

    /// This unit and a later one taken together.
    pub(super) fn joined(mut self, other: &Self) -> Self {
        self.start = self.start.min(other.start);
        self.end = self.end.max(other.end);
        self.denies |= other.denies;
        self.content += other.content;
        self.reach.iter_mut().zip(&other.reach).for_each(|(one, other)| *one = one.max(*other));
        add(&mut self.sum, &other.sum, 1.0);
        self.length = length(&self.sum);
        self.dots.iter_mut().zip(&other.dots).for_each(|(one, other)| *one += other);
        self.pairs.iter_mut().zip(&other.pairs).for_each(|(one, other)| *one |= other);
        self
    }

    /// This unit and the next sentence.
    pub(super) fn with_next(&self, next: &Self) -> Self {
        self.copy().joined(next)
    }

    /// How near it is to a statement: 0 for nothing in common, about 1 for the statement itself.
    pub(super) fn likeness(&self, statements: &Statements, number: usize) -> f32 {
        let dot = self.dots.get(number).copied().unwrap_or(0.0);
        OVERLAP * self.overlap(statements, number) + (1.0 - OVERLAP) * self.cosine(dot)
    }

    /// The likeness to every statement.
    pub(super) fn likenesses(&self, statements: &Statements) -> Vec<f32> {
        (0..statements.list.len()).map(|number| self.likeness(statements, number)).collect()
    }

    fn cosine(&self, dot: f32) -> f32 {
        if self.length > 0.0 { dot / self.length } else { 0.0 }
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

    /// The share of a statement's weight that its words match.
    pub(super) fn overlap(&self, statements: &Statements, number: usize) -> f32 {
        let terms =
            statements.list.get(number).map(|statement| statement.terms.as_slice()).unwrap_or_default();
        terms
            .iter()
            .map(|&(term, share)| share * self.reach.get(usize::from(term)).copied().unwrap_or(0.0))
            .sum()
    }

    /// The share of a statement's pairs of neighbouring terms that it has too.
    pub(super) fn pairs_shared(&self, statements: &Statements, number: usize) -> f32 {
        let pairs =
            statements.list.get(number).map(|statement| statement.pairs.as_slice()).unwrap_or_default();
        if pairs.is_empty() {
            return 0.0;
        }
        let shared = pairs.iter().filter(|&&pair| self.pairs.get(pair as usize) == Some(&true)).count();
        shared as f32 / pairs.len() as f32
    }
}

fn known_words<'l>(range: Range<usize>, lookup: &'l Lookup<'_>) -> impl Iterator<Item = &'l Known> {
    range.filter_map(|index| lookup.word(index))
}

fn framing_of(text: &str, words: &Words, span: &Span) -> Framing {
    let own = words.list.get(span.words.clone()).unwrap_or_default();
    let plains: Vec<&str> = own.iter().map(|word| words.plain(word)).collect();
    let ending = own.last().and_then(|last| text.get(last.end..span.end)).unwrap_or_default();
    framing(&plains, ending)
}

/// How well the words of a sentence follow each other; commas count as words.
fn flow(text: &str, words: &Words, span: &Span, lookup: &Lookup<'_>) -> Flow {
    let grammar = grammar();
    let first = span.words.start;
    let kinds = span.words.clone().flat_map(|index| {
        let comma = index > first
            && words.list.get(index - 1).zip(words.list.get(index)).is_some_and(|(before, word)| {
                text.get(before.end..word.start).is_some_and(|gap| gap.contains(','))
            });
        let kind = lookup.word(index).map(|known| known.kind);
        [comma.then_some(grammar.comma), kind].into_iter().flatten()
    });
    grammar.flow(kinds)
}
