//! Advice on valid rubrics: what makes two people judge differently, or a judge err, although every field is there.
//!
//! Words are only a sign of what was meant, so each check here would rather miss a weakness than report one
//! that a careful author would deny. It knows nothing of files: a [`Remark`] names the value it is about, and
//! [`crate::document::Document::remarks`] finds its place. What a judge says of a rubric's own answers is put
//! into words here too, but whoever calls asks the judge.

mod clauses;
mod criteria;
mod exemplars;
mod judged;
mod levels;
mod mistakes;
mod placeholders;
mod statements;
mod verbs;
mod wording;

pub use judged::{Judged, exemplar_score, model_answer_score};

use crate::document::{Path, Remark};

use super::rubric::{Mistake, Rubric};

/// The kinds of advice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A text of the skeleton that is still to be written.
    Placeholder,
    /// A criterion or key point that joins two statements.
    DoubleBarrelled,
    /// A key point that is a question, a fragment, several sentences or far too long.
    NotOneStatement,
    /// A level that only says how good the answer is.
    VagueLevel,
    /// Two levels that say the same, or the same to a degree.
    OverlappingLevels,
    /// A level that is only a number or a label.
    UnanchoredLevel,
    /// A criterion or level that asks for many words.
    RewardsLength,
    /// A criterion whose weight hardly moves the score.
    WeightlessCriterion,
    /// A criterion without key points.
    NoKeyPoints,
    /// A mistake without the signs it is found by.
    NoSigns,
    /// A sign of a mistake that the rubric calls right elsewhere.
    ContradictorySign,
    /// A criterion whose top or bottom no exemplar reaches.
    NoExemplarOfLevel,
    /// A mistake that no exemplar makes.
    NoExemplarOfMistake,
    /// A model answer that the built-in judge finds wanting.
    WeakModelAnswer,
    /// An exemplar that the built-in judge rates far from its levels.
    ExemplarOffLabel,
}

impl Class {
    /// Every class with its name, and what it finds in a few words.
    pub const ALL: [(&'static str, Self, &'static str); 15] = [
        ("placeholder", Self::Placeholder, "a text that is still to be written"),
        ("double-barrelled", Self::DoubleBarrelled, "a criterion or key point that joins two statements"),
        (
            "not-one-statement",
            Self::NotOneStatement,
            "a key point that is a question, a fragment or several sentences",
        ),
        ("vague-level", Self::VagueLevel, "a level that only says how good the answer is"),
        (
            "overlapping-levels",
            Self::OverlappingLevels,
            "two levels that say the same, or the same to a degree",
        ),
        ("unanchored-level", Self::UnanchoredLevel, "a level that is only a number or a label"),
        ("rewards-length", Self::RewardsLength, "a criterion or level that asks for many words"),
        (
            "weightless-criterion",
            Self::WeightlessCriterion,
            "a criterion whose weight hardly moves the score",
        ),
        ("no-key-points", Self::NoKeyPoints, "a criterion without key points"),
        ("no-signs", Self::NoSigns, "a mistake without the signs it is found by"),
        (
            "contradictory-sign",
            Self::ContradictorySign,
            "a sign of a mistake that the rubric calls right elsewhere",
        ),
        (
            "no-exemplar-of-level",
            Self::NoExemplarOfLevel,
            "a criterion whose top or bottom no exemplar reaches",
        ),
        ("no-exemplar-of-mistake", Self::NoExemplarOfMistake, "a mistake that no exemplar makes"),
        ("weak-model-answer", Self::WeakModelAnswer, "a model answer that the built-in judge finds wanting"),
        (
            "exemplar-off-label",
            Self::ExemplarOffLabel,
            "an exemplar that the built-in judge rates far from its levels",
        ),
    ];

    /// The name it has in reports and flags.
    pub fn name(self) -> &'static str {
        // Every class is in the list, as a test makes sure.
        Self::ALL.iter().find(|(_, class, _)| *class == self).map_or("", |(name, ..)| name)
    }
}

/// Advice on a rubric. `catalogue` is what the rubric was read with: what it takes from there is advised on there.
/// Of a rubric that is not written yet, only that is said.
pub fn rubric(rubric: &Rubric, catalogue: &[Mistake]) -> Vec<Remark> {
    if let Some(unwritten) = placeholders::advise(rubric) {
        return vec![unwritten];
    }
    let mut remarks = Vec::new();
    criteria::advise(rubric, &mut remarks);
    for (number, criterion) in rubric.criteria.iter().enumerate() {
        let at = Path::top().field("criteria").entry(number);
        levels::advise(criterion, &at, &mut remarks);
        statements::advise(criterion, &at, &mut remarks);
    }
    mistakes::advise(rubric, catalogue, &mut remarks);
    exemplars::advise(rubric, catalogue, &mut remarks);
    remarks
}

/// Advice on a catalogue of mistakes.
pub fn catalogue(mistakes: &[Mistake]) -> Vec<Remark> {
    let mut remarks = Vec::new();
    mistakes::advise_catalogue(mistakes, &mut remarks);
    remarks
}

fn remark(class: Class, path: Path, message: impl Into<String>, help: impl Into<String>) -> Remark {
    Remark { class: class.name(), path, other: None, message: message.into(), help: help.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_a_name_of_its_own() {
        for (name, class, _) in Class::ALL {
            assert_eq!(class.name(), name);
            assert!(super::super::parse::is_kebab(name));
        }
    }
}
