//! What is known of each word that answers use, relative to one rubric.
//!
//! Comparing a word with every term of a rubric costs some ten thousand multiplications, and answers to one
//! question use the same words again and again. So what was found for a word is kept with the rubric. It
//! only depends on the word: whether it was known before changes the time that a critique takes, never the
//! critique.

use std::sync::{OnceLock, PoisonError, RwLock};

use foldhash::HashMap;

use super::grammar::{Kind, grammar};
use super::mentions::{Part, part};
use super::opposites::{has_opposite, opposite};
use super::remarks::{Taps, taps_of_word};
use super::statements::{Statements, stem};
use super::vectors::{Vector, dot, vectors};
use super::words::{Words, denies, is_content, is_number};

/// Words kept for a rubric, some two kilobytes each; further ones are found anew for each answer. Ten
/// thousand answers to one question use about half as many different words.
const MOST_WORDS: usize = 8192;

/// Stands for the place of a word that is not known.
const UNKNOWN: u32 = u32::MAX;

/// Likeness of two words' vectors below this is chance: unrelated words are at 0.1 on average and rarely
/// above 0.3.
const CHANCE: f32 = 0.3;

/// A word of at least this many letters may have one typing error in it.
const LONG_ENOUGH_FOR_TYPOS: usize = 6;

/// A word as one rubric sees it.
#[derive(Default)]
pub(super) struct Known {
    pub(super) denies: bool,
    /// Whether the question has it.
    pub(super) asked: bool,
    /// Its number in the rubric's sequences.
    pub(super) number: Option<u32>,
    /// Its kind for the grammar.
    pub(super) kind: Kind,
    /// What it is to a frame around names.
    pub(super) part: Part,
    /// 0 to 1.
    pub(super) rarity: f32,
    /// The term with the same stem.
    pub(super) exact: Option<u16>,
    /// What it adds to the windows of the network that finds remarks.
    taps: OnceLock<Box<Taps>>,
    /// `None` for a word without content, of which the three above are not known either.
    content: Option<Box<Content>>,
}

/// A word with content. What it is like takes most of the time, and who only asks whom an answer addresses never asks
/// for that.
struct Content {
    plain: Box<str>,
    likeness: OnceLock<Likeness>,
}

/// What a word is like.
pub(super) struct Likeness {
    /// Terms that it is like, and how much: 1 for the same stem.
    pub(super) near: Box<[(u16, f32)]>,
    /// Inner product of its weighted vector with each statement's vector.
    pub(super) dots: Box<[f32]>,
    /// Its weighted vector.
    pub(super) vector: Box<Vector>,
}

/// The words known so far. They stay where they are, so that nobody who learns a word waits for one who reads.
#[derive(Default)]
pub(super) struct Memory {
    words: boxcar::Vec<Known>,
    /// Where each word is.
    index: RwLock<HashMap<Box<str>, u32>>,
}

/// The words of one answer, each looked up.
pub(super) struct Lookup<'a> {
    known: &'a boxcar::Vec<Known>,
    /// What did not fit into the memory.
    extra: Vec<Known>,
    /// For each word of the answer: where it is, counted through memory and extra.
    places: Vec<u32>,
}

impl Lookup<'_> {
    /// What is known of each word of the answer.
    pub(super) fn words(&self) -> Vec<Option<&Known>> {
        let word = |&place: &u32| {
            let place = place as usize;
            self.known.get(place).or_else(|| self.extra.get(place.checked_sub(MOST_WORDS)?))
        };
        self.places.iter().map(word).collect()
    }

    /// A number for each word of the answer, the same for the same word.
    pub(super) fn numbers(&self) -> &[u32] {
        &self.places
    }
}

impl Memory {
    /// Looks all words of an answer up; unknown ones become known.
    pub(super) fn look_up(&self, statements: &Statements, words: &Words) -> Lookup<'_> {
        let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
        let place = |plain: &str| index.get(plain).copied().unwrap_or(UNKNOWN);
        let mut places: Vec<u32> = words.plains().map(place).collect();
        drop(index);
        let extra =
            if places.contains(&UNKNOWN) { self.learn(statements, words, &mut places) } else { Vec::new() };
        Lookup { known: &self.words, extra, places }
    }

    /// Places the words that have no place yet; gives those for which there is no room.
    fn learn(&self, statements: &Statements, words: &Words, places: &mut [u32]) -> Vec<Known> {
        let with_places = words.plains().zip(&*places);
        let mut missing: Vec<&str> =
            with_places.filter(|(_, place)| **place == UNKNOWN).map(|(plain, _)| plain).collect();
        missing.sort_unstable();
        missing.dedup();
        let found: Vec<Known> = missing.iter().map(|plain| Known::new(plain, statements)).collect();
        let mut extra = Vec::new();
        let mut learnt: Vec<u32> = Vec::with_capacity(missing.len());
        let mut index = self.index.write().unwrap_or_else(PoisonError::into_inner);
        for (plain, known) in missing.iter().zip(found) {
            let place = match index.get(*plain) {
                Some(&place) => place,
                None if index.len() < MOST_WORDS => {
                    let place = self.words.push(known) as u32;
                    index.insert((*plain).into(), place);
                    place
                }
                None => {
                    extra.push(known);
                    (MOST_WORDS + extra.len() - 1) as u32
                }
            };
            learnt.push(place);
        }
        drop(index);
        for (place, plain) in places.iter_mut().zip(words.plains()).filter(|(place, _)| **place == UNKNOWN) {
            let found = missing.binary_search(&plain).ok().and_then(|at| learnt.get(at));
            *place = found.copied().unwrap_or(UNKNOWN);
        }
        extra
    }
}

impl Known {
    /// Whether it carries content.
    pub(super) fn is_content(&self) -> bool {
        self.content.is_some()
    }

    /// What it is like; `None` for a word without content.
    pub(super) fn likeness(&self, statements: &Statements) -> Option<&Likeness> {
        let content = self.content.as_ref()?;
        Some(content.likeness.get_or_init(|| Likeness::new(&content.plain, self.exact, statements)))
    }

    /// What it adds to the windows of the network that finds remarks; `plain` is the word.
    pub(super) fn taps(&self, plain: &str) -> &Taps {
        self.taps.get_or_init(|| taps_of_word(plain))
    }

    fn new(plain: &str, statements: &Statements) -> Self {
        let (number, kind) = (statements.sequences.number(plain), grammar().kind(plain));
        let part = part(plain, is_content(plain));
        if !is_content(plain) {
            return Self { denies: denies(plain), number, kind, part, ..Self::default() };
        }
        let stem = corrected(plain, statements).unwrap_or_else(|| stem(plain));
        Self {
            denies: denies(plain),
            asked: statements.question.contains(&stem),
            number,
            kind,
            part,
            rarity: vectors().rarity_of(plain),
            exact: statements.stems.get(&stem).copied(),
            taps: OnceLock::new(),
            content: Some(Box::new(Content { plain: plain.into(), likeness: OnceLock::new() })),
        }
    }
}

impl Likeness {
    fn new(plain: &str, exact: Option<u16>, statements: &Statements) -> Self {
        let meaning = vectors().meaning(plain);
        let mut near = near_terms(plain, &meaning.vector, statements);
        if let Some(exact) = exact {
            near.retain(|(term, _)| *term != exact);
            near.push((exact, 1.0));
        }
        let dots =
            statements.list.iter().map(|statement| meaning.rarity * dot(&meaning.vector, &statement.vector));
        Self {
            near: near.into(),
            dots: dots.collect(),
            vector: Box::new(meaning.vector.map(|number| number * meaning.rarity)),
        }
    }
}

/// Terms whose vectors are nearer than chance. Numbers are like no other number, and opposites are not alike.
fn near_terms(plain: &str, vector: &Vector, statements: &Statements) -> Vec<(u16, f32)> {
    if is_number(plain) {
        return Vec::new();
    }
    let mut near = Vec::new();
    let opposable = has_opposite(plain);
    for (number, term) in statements.terms.iter().enumerate() {
        let likeness = (dot(vector, &term.vector) - CHANCE) / (1.0 - CHANCE);
        let counts =
            likeness > 0.0 && !is_number(&term.plain) && !(opposable && opposite(plain, &term.plain));
        if counts {
            near.push((number as u16, likeness.min(1.0)));
        }
    }
    near
}

/// The stem that was meant where a word unknown to everyone is one typing error away from a term.
fn corrected(plain: &str, statements: &Statements) -> Option<String> {
    if plain.len() < LONG_ENOUGH_FOR_TYPOS
        || vectors().knows(plain)
        || statements.stems.contains_key(&stem(plain))
    {
        return None;
    }
    let meant = statements.terms.iter().find(|term| one_error_apart(plain, &term.plain))?;
    Some(stem(&meant.plain))
}

/// Whether one letter more, less, different or swapped with its neighbour makes one word of the other.
fn one_error_apart(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let same_start = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let same_end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (long, short) = (a.len().max(b.len()), a.len().min(b.len()));
    let swapped = long == short
        && same_start + same_end + 2 == long
        && a.get(same_start) == b.get(same_start + 1)
        && a.get(same_start + 1) == b.get(same_start);
    long - short <= 1 && (same_start + same_end + 1 >= long || swapped)
}

#[cfg(test)]
mod tests {
    use super::super::sequences::Sequences;
    use super::*;

    #[test]
    fn typing_errors() {
        for (a, b, near) in [
            ("retreival", "retrieval", true),
            ("retrieva", "retrieval", true),
            ("retrievaal", "retrieval", true),
            ("retrievel", "retrieval", true),
            ("retrieval", "retrieval", true),
            ("retrievlae", "retrieval", false),
            ("embedding", "embodying", false),
        ] {
            assert_eq!(one_error_apart(a, b), near, "{a} {b}");
        }
    }

    #[test]
    fn opposites_and_numbers_are_not_alike() {
        let mut statements = Statements::new("", std::iter::empty(), Sequences::default());
        statements.add("A higher temperature gives 12 outputs");
        let near = |plain: &str| Known::new(plain, &statements).likeness(&statements).unwrap().near.clone();
        assert_eq!(near("13").len(), 0);
        assert_eq!(near("12").len(), 1);
        let higher = statements.stems["higher"];
        assert!(near("lower").iter().all(|(term, _)| *term != higher));
        assert!(Known::new("temprature", &statements).exact.is_some());
    }

    #[test]
    fn a_full_memory_still_finds_every_word() {
        let statements = Statements::new("", std::iter::empty(), Sequences::default());
        let memory = Memory::default();
        let many = (0..MOST_WORDS + 50).map(|number| format!("w{number}")).collect::<Vec<_>>().join(" ");
        let words = Words::new(&many);
        for _ in 0..2 {
            let lookup = memory.look_up(&statements, &words);
            assert!(lookup.words().iter().all(Option::is_some));
        }
    }
}
