//! The judge that is compiled in: deterministic, offline, an estimate.
//!
//! It compares the sentences of an answer with the statements of a rubric. Two sentences are alike when rare
//! words of the one have counterparts in the other (the same stem, or a near static vector) and when their
//! sentence vectors point the same way. Key points that find a sentence make the level; signs of a mistake are
//! weighed against everything right that a sentence may have meant instead. What it cannot do is reason: two
//! statements of the same words with the roles exchanged look the same to it.

mod asides;
mod filled;
mod forged;
mod framing;
mod grammar;
mod hidden;
mod letters;
mod memory;
mod mentions;
mod mistakes;
mod opposites;
pub mod passages;
mod phrases;
mod ratings;
mod reading;
mod recurring;
mod remarks;
mod sentences;
mod sequences;
mod standing;
mod statements;
mod text;
mod unit;
mod vectors;
mod words;

#[cfg(test)]
mod tests;

use std::fmt;

use crate::bank::{Criterion, Rubric};
use crate::critique::{Critique, Flag};

use memory::Memory;
use mistakes::Marks;
use ratings::{KeyPoint, Part};
use reading::Reading;
pub use remarks::tokens_of_sentences;
use sequences::Sequences;
use standing::Standing;
use statements::Statements;
use text::Text;
use words::Words;

/// Names this judge and its version; changes whenever its grades may.
pub const IDENTITY: &str = "built-in/10";

/// Longer answers are cut for judging: ten thousand words are an hour of talk.
const LONGEST_ANSWER: usize = 64 * 1024;

/// A sentence of the model answer stands in for a key point from this likeness on.
const SAYS_THE_SAME: f32 = 0.45;

/// A question is about a statement from this likeness on. Chosen by reading what it pairs in the shipped rubrics: 109
/// of their 275 criteria get a follow-up of the rubric, mostly one on their subject.
const IS_ABOUT: f32 = 0.4;

/// Share of the words from which on a flag speaks of the answer as a whole.
const MOST_OF_IT: f32 = 0.5;

/// The built-in judge.
#[derive(Debug, Clone, Copy, Default)]
pub struct BuiltIn;

/// A rubric made ready for many answers. It also keeps what was found for the words of earlier answers.
pub struct PreparedRubric {
    statements: Statements,
    memory: Memory,
    /// For each criterion its key points.
    criteria: Vec<Vec<KeyPoint>>,
    /// For each mistake its signs and not-signs.
    mistakes: Vec<Marks>,
    /// Statements that are right: key points and the model answer.
    right: Vec<usize>,
}

impl fmt::Debug for PreparedRubric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedRubric")
            .field("statements", &self.statements.list.len())
            .finish_non_exhaustive()
    }
}

impl BuiltIn {
    /// The judge; cheap, because vectors are looked up when they are needed.
    pub fn new() -> Self {
        Self
    }

    /// Makes a rubric ready: some milliseconds, once for all answers to its question.
    pub fn prepare(self, rubric: &Rubric) -> PreparedRubric {
        let points = rubric.criteria.iter().flat_map(|criterion| &criterion.key_points);
        let mut statements =
            Statements::new(&rubric.question, points.map(String::as_str), Sequences::new(rubric));
        let model = add_all(&mut statements, &rubric.model_answer);
        let criteria: Vec<Vec<KeyPoint>> =
            rubric.criteria.iter().map(|criterion| key_points(&mut statements, criterion, &model)).collect();
        let mut add = |texts: &[String]| texts.iter().filter_map(|text| statements.add(text)).collect();
        let mistakes = rubric
            .mistakes
            .iter()
            .map(|mistake| Marks { signs: add(&mistake.signs), not_signs: add(&mistake.not_signs) })
            .collect();
        let parts = criteria.iter().flatten().flat_map(|point| &point.parts);
        let right = parts.map(|part| part.statement).chain(model).collect();
        PreparedRubric { statements, memory: Memory::default(), criteria, mistakes, right }
    }

    /// Which of some questions is most about one of some statements; `None` where none is.
    pub fn most_about(self, statements: &[String], questions: &[String]) -> Option<usize> {
        let points = statements.iter().map(String::as_str);
        let mut all = Statements::new("", points, Sequences::default());
        let wanted: Vec<usize> = statements.iter().filter_map(|text| all.add(text)).collect();
        let asked: Vec<(usize, usize)> =
            questions.iter().enumerate().filter_map(|(place, text)| Some((place, all.add(text)?))).collect();
        let vector = |number: usize| all.list.get(number).map(|statement| &statement.vector);
        let likeness =
            |question: usize, statement: usize| Some(vectors::dot(vector(question)?, vector(statement)?));
        let valued = asked.iter().flat_map(|(place, question)| {
            wanted.iter().filter_map(|statement| Some((likeness(*question, *statement)?, *place)))
        });
        let (best, place) = valued.max_by(|a, b| a.0.total_cmp(&b.0))?;
        (best >= IS_ABOUT).then_some(place)
    }

    /// Judges one answer. `prepared` must come from the same rubric.
    pub fn critique(self, prepared: &PreparedRubric, rubric: &Rubric, answer: &str) -> Critique {
        let text = beginning(answer);
        let words = Words::new(text);
        let lookup = prepared.memory.look_up(&prepared.statements, &words);
        let read = Text::new(text, &words, &lookup, &prepared.statements.sequences);
        let reading = Reading::new(read, &prepared.statements);
        let flags = flags(text, &words, &reading.standings(), text.len() < answer.len());
        Critique { flags, ..found(prepared, rubric, &reading) }
    }
}

/// What an answer that was read is worth.
fn found(prepared: &PreparedRubric, rubric: &Rubric, reading: &Reading<'_>) -> Critique {
    Critique {
        ratings: ratings::ratings(prepared, rubric, reading),
        mistakes: mistakes::mistakes(prepared, rubric, reading),
        flags: Vec::new(),
    }
}

/// Adds each sentence of a text; the numbers of those with content.
fn add_all(statements: &mut Statements, text: &str) -> Vec<usize> {
    let words = Words::new(text);
    let spans = sentences::sentences(text, &words);
    spans.iter().filter_map(|span| statements.add(text.get(span.start..span.end)?)).collect()
}

/// The key points of a criterion; of one without any, what its highest level asks for.
fn key_points(statements: &mut Statements, criterion: &Criterion, model: &[usize]) -> Vec<KeyPoint> {
    let highest = criterion.levels.last().map(std::slice::from_ref).unwrap_or_default();
    let texts = if criterion.key_points.is_empty() { highest } else { criterion.key_points.as_slice() };
    let mut points = Vec::new();
    for text in texts {
        let parts = add_all(statements, text);
        let parts = parts
            .into_iter()
            .map(|statement| Part { statement, alternative: alternative(statements, statement, model) });
        points.push(KeyPoint { parts: parts.collect() });
    }
    points
}

/// The sentence of the model answer that is nearest to a key point, if it is near.
fn alternative(statements: &Statements, number: usize, model: &[usize]) -> Option<usize> {
    let own = &statements.list.get(number)?.vector;
    let likeness = |other: &usize| statements.list.get(*other).map(|other| vectors::dot(own, &other.vector));
    let valued = model.iter().filter_map(|other| Some((likeness(other)?, *other)));
    let (best, other) = valued.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best >= SAYS_THE_SAME).then_some(other)
}

/// As much of an answer as is read, cut between characters.
fn beginning(answer: &str) -> &str {
    let mut end = answer.len().min(LONGEST_ANSWER);
    while !answer.is_char_boundary(end) {
        end -= 1;
    }
    answer.get(..end).unwrap_or_default()
}

/// What a reader of the grade should know, given what each sentence is for and how many words it has.
fn flags(text: &str, words: &Words, standings: &[(Standing, usize)], cut: bool) -> Vec<Flag> {
    let share = |standing| -> usize {
        standings.iter().filter(|(found, _)| *found == standing).map(|(_, words)| words).sum()
    };
    let any = |standing| share(standing) > 0;
    let most = |standing| any(standing) && share(standing) as f32 >= MOST_OF_IT * words.list.len() as f32;
    [
        (
            Flag::AddressesTheGrader,
            any(Standing::AddressesTheGrader) || !hidden::encoded_remarks(text).is_empty(),
        ),
        (Flag::RepeatsTheQuestion, most(Standing::RepeatsTheQuestion)),
        (Flag::ListsTermsOnly, most(Standing::ListsTerms)),
        (Flag::Empty, words.list.is_empty()),
        (Flag::CutShort, cut),
    ]
    .into_iter()
    .filter_map(|(flag, raised)| raised.then_some(flag))
    .collect()
}
