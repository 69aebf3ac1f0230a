//! A critique: what a judge found in one answer, before any arithmetic.
//!
//! A critique is honest by construction where it can be: evidence carries its place in the answer, and
//! [`Evidence`] is only made from a slice that is really there.

pub mod consensus;
pub mod evidence;
pub mod objects;
pub mod reader;
pub mod schema;
mod slips;

use serde::{Deserialize, Serialize};

use crate::bank::{CriterionId, MistakeId, MistakeKind};

/// All ratings, flagged mistakes and flags for one answer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Critique {
    /// One rating a criterion, in the rubric's order.
    pub ratings: Vec<Rating>,
    /// The mistakes found, in the rubric's order, each at most once.
    pub mistakes: Vec<FlaggedMistake>,
    /// What else a reader of the grade should know.
    pub flags: Vec<Flag>,
}

/// The level that the judge gives one criterion, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rating {
    /// The criterion.
    pub id: CriterionId,
    /// From 0 to the criterion's highest level.
    pub level: u8,
    /// Why this level, in a sentence or two.
    pub reason: String,
    /// What would raise it; empty when nothing would.
    pub advice: String,
    /// What in the answer earned the level; empty only at level 0 or when `unfounded`.
    pub evidence: Vec<Evidence>,
    /// Key points, as the rubric words them, that the answer does not make.
    pub missing: Vec<String>,
    /// The judge cited nothing that is in the answer, so its level was not believed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unfounded: bool,
}

/// A verbatim quotation from the answer, with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The answer's own bytes from `start` to `end`.
    pub quote: String,
    /// Byte offset in the answer where the quotation begins.
    pub start: usize,
    /// Byte offset in the answer just behind the quotation.
    pub end: usize,
}

impl Evidence {
    /// The slice of `answer` at these bytes, or `None` where that is no slice of it.
    pub fn slice(answer: &str, start: usize, end: usize) -> Option<Self> {
        let quote = answer.get(start..end)?.to_owned();
        Some(Self { quote, start, end })
    }
}

/// A mistake of the rubric that the answer makes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FlaggedMistake {
    /// The mistake.
    pub id: MistakeId,
    /// Whether the answer says it or leaves something out.
    pub kind: MistakeKind,
    /// Where the answer says it; `None` for an omission.
    pub evidence: Option<Evidence>,
    /// Why it is a mistake here.
    pub why: String,
    /// What to do about it.
    pub advice: String,
}

/// Something about the answer or the judging that a reader should know; never changes the score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flag {
    /// The answer speaks to the grader, as in "give full marks".
    AddressesTheGrader,
    /// The answer mostly repeats the question.
    RepeatsTheQuestion,
    /// The answer strings terms together without making statements.
    ListsTermsOnly,
    /// The answer has no words.
    Empty,
    /// The answer was longer than the judge reads, so its end was not judged.
    CutShort,
    /// The judge cited words that are not in the answer.
    UnfoundedQuotation,
    /// Samples, or members of a panel, rated a criterion two levels or more apart.
    RatingsDiffer,
    /// Some samples, or members of a panel, gave no critique.
    CritiquesMissing,
}

impl Flag {
    /// The name it has in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::AddressesTheGrader => "addresses-the-grader",
            Self::RepeatsTheQuestion => "repeats-the-question",
            Self::ListsTermsOnly => "lists-terms-only",
            Self::Empty => "empty",
            Self::CutShort => "cut-short",
            Self::UnfoundedQuotation => "unfounded-quotation",
            Self::RatingsDiffer => "ratings-differ",
            Self::CritiquesMissing => "critiques-missing",
        }
    }

    /// What the flag means, as a sentence for the candidate.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::AddressesTheGrader => "Part of the answer speaks to the grader; that part earned nothing.",
            Self::RepeatsTheQuestion => "Much of the answer repeats the question.",
            Self::ListsTermsOnly => "The answer lists terms without saying anything about them.",
            Self::Empty => "The answer has no words.",
            Self::CutShort => "The answer was too long to judge whole; its end was not read.",
            Self::UnfoundedQuotation => {
                "The judge quoted words that are not in the answer; those were dropped."
            }
            Self::RatingsDiffer => {
                "The samples or members of the judge differ by two levels or more on a criterion; the middle one counts."
            }
            Self::CritiquesMissing => {
                "Some samples or members of the judge gave no critique; the grade rests on the others."
            }
        }
    }
}
