//! An answer in passages: which of them a model need not see, what they are worth by estimate, and which comes nearest
//! to each key point.

use std::ops::Range;

use crate::bank::Rubric;
use crate::critique::{Critique, Flag};

use super::asides::{is_aside, is_beside_the_subject, is_filler, parted};
use super::ratings::{KeyPoint, Part};
use super::reading::{Reading, Sentence, standings};
pub use super::remarks::{Doubt, SUBJECT_SHARE};
use super::remarks::{doubt, on_the_subject};
use super::sentences::Span;
use super::standing::Standing;
use super::statements::Statements;
use super::text::Text;
use super::words::{Words, is_number};
use super::{BuiltIn, PreparedRubric, beginning, flags, found, hidden};

/// A sentence of an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Passage {
    /// Byte offset of its first character.
    pub start: usize,
    /// Byte offset just behind its last character.
    pub end: usize,
    /// What it is for.
    pub role: PassageRole,
    /// Which share of its content is the rubric's or the question's; all of one of single letters ("B, C, A"), which may
    /// stand for something.
    pub on_the_subject: f32,
    /// How likely it speaks to the grader, though its role is another.
    pub doubt: Doubt,
}

/// What there is to know about an answer before a model sees it.
#[derive(Debug, Clone)]
pub struct Sorted {
    /// Its passages, as far as it is read.
    pub passages: Vec<Passage>,
    /// What a reader of its grade should know.
    pub flags: Vec<Flag>,
    /// What this judge makes of it, but for the flags, where that was asked for.
    pub estimate: Option<Critique>,
}

/// What a passage is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassageRole {
    /// It may state something.
    Statement,
    /// It says nothing to the point, by its words: few that neither the rubric nor the question has, or an announcement
    /// ("Thought process:"). Such words move small models as much as an argument does.
    Aside,
    /// It may state something, but nothing on the subject: it has hardly a word of the rubric's or the question's.
    BesideTheSubject,
    /// It repeats the question, which earns nothing.
    Repetition,
    /// It speaks to the grader.
    Remark,
    /// An aside at an end of an answer that says more: a heading, or an announcement.
    Filler,
}

impl Passage {
    fn of(text: &Text<'_, '_>, span: &Span, role: PassageRole) -> Self {
        let is_letter = |plain: &&str| plain.len() == 1 && !is_number(plain);
        let only_letters = text.plains(span).iter().all(is_letter);
        let on_the_subject = if only_letters { 1.0 } else { on_the_subject(text, span.words.clone()) };
        let doubt = doubt(text, span.words.clone());
        Self { start: span.start, end: span.end, role, on_the_subject, doubt }
    }
}

/// The passages of a sentence that may state something: the asides at its ends are some of their own.
fn stated(text: &Text<'_, '_>, span: &Span, statements: &Statements) -> Vec<Passage> {
    let role = |part: &Span| match is_aside(text, part, statements) {
        true if is_filler(text, part) => PassageRole::Filler,
        true => PassageRole::Aside,
        false if is_beside_the_subject(text, part, statements) => PassageRole::BesideTheSubject,
        false => PassageRole::Statement,
    };
    parted(text, span, statements).iter().map(|part| Passage::of(text, part, role(part))).collect()
}

impl BuiltIn {
    /// The remarks to the grader in an answer that are encoded, as bytes of it.
    pub fn encoded_remarks(self, answer: &str) -> Vec<Range<usize>> {
        hidden::encoded_remarks(beginning(answer))
    }

    /// Sorts the passages of an answer, and judges it by `estimate`, the rubric that `prepared` was made from.
    pub fn sorted(self, prepared: &PreparedRubric, answer: &str, estimate: Option<&Rubric>) -> Sorted {
        let text = beginning(answer);
        let words = Words::new(text);
        let lookup = prepared.memory.look_up(&prepared.statements, &words);
        let read = Text::new(text, &words, &lookup, &prepared.statements.sequences);
        let standings = standings(&read);
        let passages = standings.iter().flat_map(|(span, standing)| match standing {
            // A model tells by itself whether words that are near the rubric's say something.
            Standing::States | Standing::ListsTerms | Standing::RepeatsTheRubric => {
                stated(&read, span, &prepared.statements)
            }
            Standing::RepeatsTheQuestion => vec![Passage::of(&read, span, PassageRole::Repetition)],
            Standing::AddressesTheGrader => vec![Passage::of(&read, span, PassageRole::Remark)],
        });
        let passages = passages.collect();
        let lengths: Vec<_> =
            standings.iter().map(|(span, standing)| (*standing, span.words.len())).collect();
        let estimate = estimate
            .map(|rubric| found(prepared, rubric, &Reading::of(read, standings, &prepared.statements)));
        let flags = flags(text, &words, &lengths, text.len() < answer.len());
        Sorted { passages, flags, estimate }
    }

    /// For each key point of each criterion the passage of an answer that is nearest to it, as bytes of the answer;
    /// empty for an answer that states nothing. A criterion without key points has its highest level as the only one.
    pub fn nearest(self, prepared: &PreparedRubric, answer: &str) -> Vec<Vec<Range<usize>>> {
        let text = beginning(answer);
        let words = Words::new(text);
        let lookup = prepared.memory.look_up(&prepared.statements, &words);
        let read = Text::new(text, &words, &lookup, &prepared.statements.sequences);
        let reading = Reading::new(read, &prepared.statements);
        let likeness = |sentence: &Sentence, point: &KeyPoint| {
            let of = |part: &Part| sentence.unit.likeness(part.statement);
            point.parts.iter().map(of).fold(f32::NEG_INFINITY, f32::max)
        };
        let nearest = |point: &KeyPoint| {
            // Of equals the last wins, so the order is turned round: text added at the end displaces nothing.
            let counted: Vec<&Sentence> = reading.counted().collect();
            let best =
                counted.into_iter().rev().max_by(|a, b| likeness(a, point).total_cmp(&likeness(b, point)));
            best.map(|sentence| sentence.span.start..sentence.span.end)
        };
        prepared.criteria.iter().map(|points| points.iter().filter_map(nearest).collect()).collect()
    }
}
