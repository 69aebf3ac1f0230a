//! Arithmetic: rubric and critique to a score, a band and a grade. No model ever does this.

use serde::{Deserialize, Serialize};

use crate::bank::{CriterionId, Exemplar, MistakeId, Rubric};
use crate::critique::Critique;

/// Lowest score of the band "strong".
pub const STRONG_FROM: f64 = 85.0;
/// Lowest score of the band "solid".
pub const SOLID_FROM: f64 = 70.0;
/// Lowest score of the band "partial".
pub const PARTIAL_FROM: f64 = 45.0;

/// 0 to 100 with one decimal.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Score(f64);

impl Score {
    /// The score of a critique: `100 x sum(weight x level / highest level) / sum(weight)`, less the
    /// penalties of the flagged mistakes, not below 0, rounded to one decimal.
    ///
    /// Ratings and mistakes that the rubric does not know count for nothing.
    pub fn of(rubric: &Rubric, critique: &Critique) -> Self {
        let levels = critique.ratings.iter().map(|rating| (&rating.id, rating.level));
        Self::total(rubric, levels, critique.mistakes.iter().map(|flagged| &flagged.id))
    }

    /// The score that the levels and mistakes of an exemplar come to.
    pub fn expected(rubric: &Rubric, exemplar: &Exemplar) -> Self {
        let levels = exemplar.levels.iter().map(|(id, level)| (id, *level));
        Self::total(rubric, levels, exemplar.mistakes.iter())
    }

    fn total<'a>(
        rubric: &Rubric,
        levels: impl Iterator<Item = (&'a CriterionId, u8)>,
        mistakes: impl Iterator<Item = &'a MistakeId>,
    ) -> Self {
        let weights: f64 = rubric.criteria.iter().map(|criterion| criterion.weight).sum();
        let earned: f64 = levels
            .filter_map(|(id, level)| {
                let criterion = rubric.criterion(id.as_str())?;
                let share = f64::from(level.min(criterion.max_level())) / f64::from(criterion.max_level());
                Some(criterion.weight * share)
            })
            .sum();
        let penalties: f64 =
            mistakes.filter_map(|id| rubric.mistake(id.as_str())).map(|mistake| mistake.penalty).sum();
        let points = if weights > 0.0 { 100.0 * earned / weights } else { 0.0 };
        Self::rounded(points - penalties)
    }

    fn rounded(points: f64) -> Self {
        Self((points.clamp(0.0, 100.0) * 10.0).round() / 10.0)
    }

    /// The points, 0 to 100.
    pub fn points(self) -> f64 {
        self.0
    }

    /// The band that the score falls in.
    pub fn band(self) -> Band {
        Band::of(self.0)
    }
}

impl From<Score> for f64 {
    fn from(score: Score) -> Self {
        score.0
    }
}

impl TryFrom<f64> for Score {
    type Error = String;

    /// A score as a file has it.
    fn try_from(points: f64) -> Result<Self, String> {
        if (0.0..=100.0).contains(&points) {
            Ok(Self(points))
        } else {
            Err(format!("the score {points:e} is not within 0 to 100"))
        }
    }
}

/// A score in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Band {
    /// Below 45.
    Weak,
    /// From 45.
    Partial,
    /// From 70.
    Solid,
    /// From 85.
    Strong,
}

impl Band {
    /// Every band, best first.
    pub const ALL: [Self; 4] = [Self::Strong, Self::Solid, Self::Partial, Self::Weak];

    /// The band of points from 0 to 100.
    pub fn of(points: f64) -> Self {
        match points {
            points if points >= STRONG_FROM => Self::Strong,
            points if points >= SOLID_FROM => Self::Solid,
            points if points >= PARTIAL_FROM => Self::Partial,
            _ => Self::Weak,
        }
    }

    /// How many bands are below it.
    pub fn step(self) -> u8 {
        match self {
            Self::Weak => 0,
            Self::Partial => 1,
            Self::Solid => 2,
            Self::Strong => 3,
        }
    }

    /// The name it has in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Weak => "weak",
            Self::Partial => "partial",
            Self::Solid => "solid",
            Self::Strong => "strong",
        }
    }
}

/// Critique and score.
#[derive(Debug, Clone, PartialEq)]
pub struct Grade {
    /// What the judge found.
    pub critique: Critique,
    /// What it is worth.
    pub score: Score,
}

impl Grade {
    /// Scores a critique against its rubric.
    pub fn new(rubric: &Rubric, critique: Critique) -> Self {
        let score = Score::of(rubric, &critique);
        Self { critique, score }
    }
}

/// What came of judging one answer: a grade, or ungraded with a reason. Ungraded is never zero.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The judge did its work.
    Graded(Box<Grade>),
    /// It did not; says nothing about the answer.
    Ungraded(Reason),
}

/// Why an answer is ungraded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The kind, for programs.
    pub kind: ReasonKind,
    /// What happened, for people.
    pub message: String,
}

/// The kinds of reason for an ungraded answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReasonKind {
    /// The model's reply was no critique of this rubric, also after one repair.
    MalformedCritique,
    /// The model's reply was cut by the token cap, also with a doubled cap.
    Truncated,
    /// The model or a filter before it refused to judge the answer.
    Refused,
    /// The answer does not fit into the model's context.
    TooLong,
    /// The endpoint failed, also after retries.
    EndpointFailed,
    /// The bank has no such question.
    UnknownQuestion,
    /// The record is not an answer: no id, not JSON, not UTF-8.
    MalformedAnswer,
    /// An earlier line has the same id.
    DuplicateId,
    /// It was answered, but not judged yet.
    NotJudged,
}

impl ReasonKind {
    /// The name it has in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::MalformedCritique => "malformed-critique",
            Self::Truncated => "truncated",
            Self::Refused => "refused",
            Self::TooLong => "too-long",
            Self::EndpointFailed => "endpoint-failed",
            Self::UnknownQuestion => "unknown-question",
            Self::MalformedAnswer => "malformed-answer",
            Self::DuplicateId => "duplicate-id",
            Self::NotJudged => "not-judged",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::Bank;
    use crate::critique::{FlaggedMistake, Rating};

    /// Every criterion at `share` of its highest level, and the first `mistakes` mistakes flagged.
    fn critique(rubric: &Rubric, share: f64, mistakes: usize) -> Critique {
        let ratings = rubric.criteria.iter().map(|criterion| Rating {
            id: criterion.id.clone(),
            level: (f64::from(criterion.max_level()) * share).round() as u8,
            reason: String::new(),
            advice: String::new(),
            evidence: Vec::new(),
            missing: Vec::new(),
            unfounded: false,
        });
        let flagged = rubric.mistakes.iter().take(mistakes).map(|mistake| FlaggedMistake {
            id: mistake.id.clone(),
            kind: mistake.kind,
            evidence: None,
            why: String::new(),
            advice: String::new(),
        });
        Critique { ratings: ratings.collect(), mistakes: flagged.collect(), flags: Vec::new() }
    }

    #[test]
    fn a_score_is_the_weighted_share_less_penalties_and_never_negative() {
        let bank = Bank::shipped().unwrap();
        let rubric = bank.rubric("surprisal").unwrap();
        let penalty = rubric.mistakes[0].penalty;
        let points = |share, mistakes| Score::of(rubric, &critique(rubric, share, mistakes)).points();
        assert!((points(1.0, 0) - 100.0).abs() < f64::EPSILON);
        assert!((points(1.0, 1) - (100.0 - penalty)).abs() < f64::EPSILON);
        assert!(points(0.0, 0).abs() < f64::EPSILON);
        assert!(points(0.0, 3).abs() < f64::EPSILON);
    }

    #[test]
    fn weights_count() {
        let bank = Bank::shipped().unwrap();
        let rubric = bank.rubric("surprisal").unwrap();
        let weights: f64 = rubric.criteria.iter().map(|criterion| criterion.weight).sum();
        let mut one = critique(rubric, 0.0, 0);
        one.ratings[0].level = rubric.criteria[0].max_level();
        let expected = (1000.0 * rubric.criteria[0].weight / weights).round() / 10.0;
        assert!((Score::of(rubric, &one).points() - expected).abs() < 1e-9);
        one.ratings[0].level = u8::MAX;
        assert!(
            (Score::of(rubric, &one).points() - expected).abs() < 1e-9,
            "a level beyond the top counts as the top"
        );
    }

    #[test]
    fn an_exemplar_is_worth_what_a_critique_of_its_labels_is() {
        let bank = Bank::shipped().unwrap();
        let rubric = bank.rubric("surprisal").unwrap();
        let criteria = rubric.criteria.iter();
        let exemplar = Exemplar {
            name: "x".to_owned(),
            answer: "x".to_owned(),
            levels: criteria.map(|criterion| (criterion.id.clone(), criterion.max_level())).collect(),
            mistakes: vec![rubric.mistakes[0].id.clone()],
        };
        assert_eq!(Score::expected(rubric, &exemplar), Score::of(rubric, &critique(rubric, 1.0, 1)));
    }

    #[test]
    fn bands_begin_where_the_page_says() {
        for (points, band) in [
            (100.0, Band::Strong),
            (85.0, Band::Strong),
            (84.9, Band::Solid),
            (70.0, Band::Solid),
            (69.9, Band::Partial),
            (45.0, Band::Partial),
            (44.9, Band::Weak),
            (0.0, Band::Weak),
        ] {
            assert_eq!(Score::rounded(points).band(), band, "{points}");
        }
    }
}
