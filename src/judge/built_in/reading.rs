//! An answer as the judge reads it: sentences that count, and how near each is to each statement of the rubric.

use std::ops::Range;

use super::grader;
use super::memory::{Known, Lookup};
use super::sentences::{Span, clauses, sentences};
use super::statements::{PAIR_REACH, Statements};
use super::vectors::{DIMENSIONS, Vector, add, length};
use super::words::Words;

/// Share of the words in common, against the likeness of sentence vectors, in what makes sentences alike.
/// Word overlap separates a little better in every trial; between 0.35 and 0.65 nothing changes much.
const OVERLAP: f32 = 0.6;

/// A sentence of which more than this is new, by weight of its words, does not repeat the question ...
const NEWS: f32 = 0.1;
/// ... and one with less does when this share of its words follow each other as in the question. Words alone
/// do not tell: "The diameter decreases by a factor of 10" can be made of a question's own words.
const SAME_ORDER: f32 = 0.7;

/// From this many content words on a sentence can be a mere list of terms ...
const LIST_WORDS: usize = 6;
/// ... if it has fewer other words than this share (English prose has around 0.45, notes 0.25) ...
const LEAST_GRAMMAR: f32 = 0.12;
/// ... and either a separator after so few words ...
const LIST_ENTRY: usize = 3;
/// ... or this many words in a row with hardly any grammar at all.
const SALAD_WORDS: usize = 10;

/// What a sentence is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It makes a statement.
    States,
    /// It lists terms without saying anything about them.
    ListsTerms,
    /// It repeats the question.
    RepeatsTheQuestion,
    /// It speaks to the grader.
    AddressesTheGrader,
}

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
    /// The sentence as a whole.
    pub(super) unit: Unit,
    /// Its clauses, where it has several.
    pub(super) clauses: Vec<Unit>,
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
        let spans = sentences(text, &words);
        let measured = spans.into_iter().enumerate().map(|(number, span)| {
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
            let standing = standing(text, &words, &span, lookup, statements);
            Sentence { span, standing, unit, clauses: units }
        });
        let sentences = measured.collect();
        Self { text, words, sentences }
    }

    /// The sentences that can earn credit, whole or in part.
    pub(super) fn counted(&self) -> impl Iterator<Item = &Sentence> {
        self.sentences
            .iter()
            .filter(|sentence| matches!(sentence.standing, Standing::States | Standing::ListsTerms))
    }

    /// All that the answer states, as one unit.
    pub(super) fn whole(&self, statements: &Statements) -> Unit {
        let stated = self.sentences.iter().filter(|sentence| sentence.standing == Standing::States);
        stated.fold(Unit::empty(statements), |sum, sentence| sum.joined(&sentence.unit))
    }

    /// Words in sentences of a standing, and words in all.
    pub(super) fn share(&self, standing: Standing) -> (usize, usize) {
        let of = self.sentences.iter().filter(|sentence| sentence.standing == standing);
        (of.map(|sentence| sentence.span.words.len()).sum(), self.words.list.len())
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

fn standing(
    text: &str,
    words: &Words,
    span: &Span,
    lookup: &Lookup<'_>,
    statements: &Statements,
) -> Standing {
    let known = || known_words(span.words.clone(), lookup);
    if known().any(|known| known.cue) {
        let source =
            text.get(span.start.saturating_sub(2)..span.end).or_else(|| text.get(span.start..span.end));
        let plains: Vec<&str> = words.list[span.words.clone()].iter().map(|word| words.plain(word)).collect();
        // Whatever stands around the words counts as well: a verdict in JSON begins with a brace.
        if grader::is_addressed(source.unwrap_or_default(), &plains) {
            return Standing::AddressesTheGrader;
        }
    }
    let content = known().filter(|known| known.is_content()).count();
    let all: f32 = known().map(|known| known.rarity).sum();
    let news: f32 = known().filter(|known| !known.asked).map(|known| known.rarity).sum();
    if content > 0 && news < NEWS * all && asked_in_order(words, span, statements) {
        Standing::RepeatsTheQuestion
    } else if content >= LIST_WORDS && lists(text, words, span, content) {
        Standing::ListsTerms
    } else {
        Standing::States
    }
}

/// Whether a sentence of so many content words strings terms together.
fn lists(text: &str, words: &Words, span: &Span, content: usize) -> bool {
    let own = words.list.get(span.words.clone()).unwrap_or_default();
    let grammar = 1.0 - content as f32 / own.len().max(1) as f32;
    let gaps = own.windows(2).filter_map(|two| text.get(two.first()?.end..two.get(1)?.start));
    let entries = 1 + gaps.filter(|gap| gap.contains([',', '|', '/', '·', '+', '\n', '\t'])).count();
    let separated = own.len() < LIST_ENTRY * entries;
    grammar < LEAST_GRAMMAR && (separated || (content >= SALAD_WORDS && grammar < LEAST_GRAMMAR / 2.0))
}

/// Whether most words follow each other as they do in the question.
fn asked_in_order(words: &Words, span: &Span, statements: &Statements) -> bool {
    let plains: Vec<String> =
        words.list[span.words.clone()].iter().map(|word| words.plain(word).to_owned()).collect();
    let followers = plains.len().saturating_sub(1);
    let pairs = plains.iter().cloned().zip(plains.iter().skip(1).cloned());
    let same = pairs.filter(|pair| statements.asked.contains(pair)).count();
    same as f32 >= SAME_ORDER * followers as f32
}
