//! An answer in numbered passages, and which of them a model need not see: what the built-in judge knows about
//! sentences without knowing their subject.

use crate::critique::Flag;

use super::reading::{Reading, Standing};
use super::words::Words;
use super::{BuiltIn, PreparedRubric, beginning, flags};

/// A sentence of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passage {
    /// Byte offset of its first character.
    pub start: usize,
    /// Byte offset just behind its last character.
    pub end: usize,
    /// What it is for.
    pub role: PassageRole,
}

/// What a passage is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassageRole {
    /// It may state something.
    Statement,
    /// It repeats the question, which earns nothing.
    Repetition,
    /// It speaks to the grader.
    Remark,
}

impl BuiltIn {
    /// The passages of an answer as far as it is read, and what a reader of its grade should know.
    pub fn passages(self, prepared: &PreparedRubric, answer: &str) -> (Vec<Passage>, Vec<Flag>) {
        let text = beginning(answer);
        let words = Words::new(text);
        let lookup = prepared.memory.look_up(&prepared.statements, &words);
        let reading = Reading::new(text, words, &lookup, &prepared.statements);
        drop(lookup);
        let passages = reading.sentences.iter().map(|sentence| {
            let role = match sentence.standing {
                Standing::States | Standing::ListsTerms => PassageRole::Statement,
                Standing::RepeatsTheQuestion => PassageRole::Repetition,
                Standing::AddressesTheGrader => PassageRole::Remark,
            };
            Passage { start: sentence.span.start, end: sentence.span.end, role }
        });
        (passages.collect(), flags(&reading, text.len() < answer.len()))
    }
}
