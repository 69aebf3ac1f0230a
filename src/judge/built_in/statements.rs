//! What a rubric says, made ready for comparison: terms with weights, pairs of terms, a sentence vector.

use foldhash::{HashMap, HashSet};
use rust_stemmers::{Algorithm, Stemmer};

use super::sequences::Sequences;
use super::vectors::{Vector, add, normalize, vectors};
use super::words::{Words, denies, is_content};

/// Words of the question weigh this much: who repeats them has not said much.
const QUESTION_WORD: f32 = 0.3;

/// A word of several key points tells them apart less: it weighs 1 / (1 + this for each other point).
const CROWDING: f32 = 0.5;

/// Two words make a pair when at most one content word stands between them.
pub(super) const PAIR_REACH: usize = 2;

/// The stem of a plain form.
pub(super) fn stem(plain: &str) -> String {
    Stemmer::create(Algorithm::English).stem(plain).into_owned()
}

/// One word that some statement has; other words are measured against it.
pub(super) struct Term {
    /// Its plain form where it occurred first.
    pub(super) plain: String,
    pub(super) vector: Vector,
}

/// One sentence of a rubric.
pub(super) struct Statement {
    /// Its terms and their shares of the whole, which add up to 1.
    pub(super) terms: Vec<(u16, f32)>,
    /// Whether it denies something.
    pub(super) denies: bool,
    pub(super) vector: Vector,
}

/// All sentences of a rubric that an answer is compared with.
pub(super) struct Statements {
    pub(super) list: Vec<Statement>,
    pub(super) terms: Vec<Term>,
    /// For each term the statements that have it, and its share of each.
    pub(super) shares: Vec<Vec<(u16, f32)>>,
    /// Which term a stem is.
    pub(super) stems: HashMap<String, u16>,
    /// Pairs of neighbouring terms by number.
    pub(super) pairs: HashMap<(u16, u16), u32>,
    /// For each pair the statements that have it, and its share of all that each has.
    pub(super) having: Vec<Vec<(u16, f32)>>,
    /// Stems of the question.
    pub(super) question: HashSet<String>,
    /// Words that follow each other in the rubric.
    pub(super) sequences: Sequences,
    crowd: HashMap<String, usize>,
}

impl Statements {
    /// Nothing yet. `key_points` are counted beforehand, because what many of them share tells little.
    pub(super) fn new<'a>(
        question: &str,
        key_points: impl Iterator<Item = &'a str>,
        sequences: Sequences,
    ) -> Self {
        let mut crowd = HashMap::default();
        for key_point in key_points {
            let mut stems = stems_of(key_point);
            stems.sort_unstable();
            stems.dedup();
            for stem in stems {
                *crowd.entry(stem).or_default() += 1;
            }
        }
        Self {
            list: Vec::new(),
            terms: Vec::new(),
            shares: Vec::new(),
            stems: HashMap::default(),
            pairs: HashMap::default(),
            having: Vec::new(),
            question: stems_of(question).into_iter().collect(),
            sequences,
            crowd,
        }
    }

    /// Adds a sentence; its number, or `None` where it has no content, or the rubric has too many.
    pub(super) fn add(&mut self, text: &str) -> Option<usize> {
        let words = Words::new(text);
        let mut statement = Statement { terms: Vec::new(), denies: false, vector: [0.0; _] };
        let mut order = Vec::new();
        for plain in words.plains() {
            statement.denies |= denies(plain);
            if is_content(plain) {
                order.push(self.add_word(plain, &mut statement)?);
            }
        }
        let total: f32 = statement.terms.iter().map(|(_, weight)| weight).sum();
        if total <= 0.0 {
            return None;
        }
        for (_, weight) in &mut statement.terms {
            *weight /= total;
        }
        normalize(&mut statement.vector);
        let number = u16::try_from(self.list.len()).ok()?;
        self.add_pairs(&order, number);
        for &(term, share) in &statement.terms {
            if let Some(shares) = self.shares.get_mut(usize::from(term)) {
                shares.push((number, share));
            }
        }
        self.list.push(statement);
        Some(usize::from(number))
    }

    /// The word's term, after counting it in the statement; `None` when a rubric has too many terms.
    fn add_word(&mut self, plain: &str, statement: &mut Statement) -> Option<u16> {
        let meaning = vectors().meaning(plain);
        add(&mut statement.vector, &meaning.vector, meaning.rarity);
        let stem = stem(plain);
        let weight = meaning.rarity * self.telling(&stem);
        let term = if let Some(&term) = self.stems.get(&stem) {
            term
        } else {
            let term = u16::try_from(self.terms.len()).ok()?;
            self.terms.push(Term { plain: plain.to_owned(), vector: meaning.vector });
            self.shares.push(Vec::new());
            self.stems.insert(stem, term);
            term
        };
        if statement.terms.iter().all(|(known, _)| *known != term) {
            statement.terms.push((term, weight));
        }
        Some(term)
    }

    /// How much a stem tells within this rubric.
    fn telling(&self, stem: &str) -> f32 {
        let asked = if self.question.contains(stem) { QUESTION_WORD } else { 1.0 };
        let others = self.crowd.get(stem).map_or(0, |points| points.saturating_sub(1));
        asked / (1.0 + CROWDING * others as f32)
    }

    /// Notes the pairs of a statement's terms.
    fn add_pairs(&mut self, order: &[u16], statement: u16) {
        let mut pairs: Vec<(u16, u16)> = neighbours(order).collect();
        pairs.sort_unstable();
        pairs.dedup();
        let share = 1.0 / pairs.len() as f32;
        for pair in pairs {
            let next = self.pairs.len() as u32;
            let number = *self.pairs.entry(pair).or_insert(next);
            if number == next {
                self.having.push(Vec::new());
            }
            if let Some(having) = self.having.get_mut(number as usize) {
                having.push((statement, share));
            }
        }
    }
}

/// Pairs of different terms at most [`PAIR_REACH`] apart, each in ascending order.
fn neighbours(order: &[u16]) -> impl Iterator<Item = (u16, u16)> {
    order.iter().enumerate().flat_map(move |(at, &one)| {
        let others = order.iter().skip(at + 1).take(PAIR_REACH);
        others.filter(move |&&other| other != one).map(move |&other| (one.min(other), one.max(other)))
    })
}

fn stems_of(text: &str) -> Vec<String> {
    Words::new(text).plains().filter(|plain| is_content(plain)).map(stem).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_tell_what_matters() {
        let points = ["Tokens are cheap", "Tokens are subwords"];
        let mut statements =
            Statements::new("What is tokenization?", points.into_iter(), Sequences::default());
        let number = statements.add("Tokens are subwords of the text").unwrap();
        let statement = &statements.list[number];
        let share = |word: &str| {
            let term = statements.stems[&stem(word)];
            statement.terms.iter().find(|(known, _)| *known == term).unwrap().1
        };
        assert!(share("subwords") > share("tokens"));
        assert!((statement.terms.iter().map(|(_, share)| share).sum::<f32>() - 1.0).abs() < 1e-5);
        assert_eq!(statements.having.iter().flatten().count(), 3);
        assert!(!statement.denies);
        assert!(statements.add("is it of the").is_none() && statements.add("").is_none());
    }
}
