//! What an interview came to: points by topic and dimension, what to work on and what was strong, each with the
//! candidate's own sentence.

use std::collections::BTreeMap;

use crate::bank::{Criterion, Dimension, Mistake, Rubric};
use crate::critique::{Evidence, FlaggedMistake, Rating};
use crate::score::{Grade, STRONG_FROM};

/// More than this many things at once are not worked on.
const THINGS: usize = 3;

/// An answer of the interview with its grade; a follow-up's reply is part of it.
#[derive(Debug, Clone)]
pub struct Answered<'a> {
    /// The question.
    pub rubric: &'a Rubric,
    /// All that was said to it.
    pub said: String,
    /// The grade of all that.
    pub grade: Grade,
}

/// Something that cost points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Loss<'a> {
    /// A criterion below its highest level.
    Criterion(&'a Criterion, &'a Rating),
    /// A mistake.
    Mistake(&'a Mistake, &'a FlaggedMistake),
}

/// Something to work on, or that was strong, in one of the answers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point<'a, T> {
    /// The answer's question.
    pub rubric: &'a Rubric,
    /// What it is.
    pub what: T,
    /// The candidate's own words; `None` where nothing was said.
    pub quote: Option<&'a str>,
    /// Points of 100 that it costs, or is worth.
    pub points: f64,
}

/// What an interview came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Debrief<'a> {
    /// Mean score of each topic.
    pub topics: Vec<(&'a str, f64)>,
    /// Points of 100 of each dimension, weighted as the rubrics weigh it.
    pub dimensions: Vec<(Dimension, f64)>,
    /// What costs most, at most three things.
    pub work: Vec<Point<'a, Loss<'a>>>,
    /// Criteria that were fully or nearly met and are worth most, at most three.
    pub strong: Vec<Point<'a, &'a Criterion>>,
}

impl<'a> Debrief<'a> {
    /// Sums up the graded answers.
    pub fn new(answers: &'a [Answered<'a>]) -> Self {
        let mut topics: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        let mut dimensions: BTreeMap<Dimension, (f64, f64)> = BTreeMap::new();
        for answered in answers {
            topics.entry(&answered.rubric.topic).or_default().push(answered.grade.score.points());
            for (criterion, rating) in rated(answered) {
                let (earned, weights) = dimensions.entry(criterion.dimension).or_default();
                *earned += criterion.weight * 100.0 * share(criterion, rating);
                *weights += criterion.weight;
            }
        }
        let mean = |points: &[f64]| points.iter().sum::<f64>() / points.len() as f64;
        Self {
            topics: topics.into_iter().map(|(topic, points)| (topic, mean(&points))).collect(),
            dimensions: dimensions
                .into_iter()
                .map(|(it, (earned, weights))| (it, earned / weights))
                .collect(),
            work: most(answers.iter().flat_map(losses)),
            strong: most(answers.iter().flat_map(strengths)),
        }
    }
}

fn rated<'a>(answered: &'a Answered<'a>) -> impl Iterator<Item = (&'a Criterion, &'a Rating)> {
    let ratings = answered.grade.critique.ratings.iter();
    ratings.filter_map(|rating| Some((answered.rubric.criterion(rating.id.as_str())?, rating)))
}

fn share(criterion: &Criterion, rating: &Rating) -> f64 {
    f64::from(rating.level.min(criterion.max_level())) / f64::from(criterion.max_level())
}

/// Points of 100 that a criterion is worth.
fn worth(rubric: &Rubric, criterion: &Criterion) -> f64 {
    100.0 * criterion.weight / rubric.criteria.iter().map(|criterion| criterion.weight).sum::<f64>()
}

/// The words of the answer at that place.
fn quoted<'a>(answered: &'a Answered<'a>, evidence: Option<&Evidence>) -> Option<&'a str> {
    evidence.and_then(|evidence| answered.said.get(evidence.start..evidence.end))
}

fn losses<'a>(answered: &'a Answered<'a>) -> Vec<Point<'a, Loss<'a>>> {
    let rubric = answered.rubric;
    let criteria = rated(answered).map(|(criterion, rating)| Point {
        rubric,
        what: Loss::Criterion(criterion, rating),
        quote: quoted(answered, rating.evidence.first()),
        points: worth(rubric, criterion) * (1.0 - share(criterion, rating)),
    });
    let mistakes = answered.grade.critique.mistakes.iter().filter_map(|flagged| {
        let mistake = rubric.mistake(flagged.id.as_str())?;
        let quote = quoted(answered, flagged.evidence.as_ref());
        Some(Point { rubric, what: Loss::Mistake(mistake, flagged), quote, points: mistake.penalty })
    });
    criteria.chain(mistakes).filter(|loss| loss.points > 0.0).collect()
}

fn strengths<'a>(answered: &'a Answered<'a>) -> Vec<Point<'a, &'a Criterion>> {
    rated(answered)
        .filter(|(criterion, rating)| 100.0 * share(criterion, rating) >= STRONG_FROM)
        .map(|(criterion, rating)| Point {
            rubric: answered.rubric,
            what: criterion,
            quote: quoted(answered, rating.evidence.first()),
            points: worth(answered.rubric, criterion),
        })
        .collect()
}

/// Those of most points; of equals the earlier.
fn most<'a, T>(points: impl Iterator<Item = Point<'a, T>>) -> Vec<Point<'a, T>> {
    let mut points: Vec<Point<'a, T>> = points.collect();
    points.sort_by(|a, b| b.points.total_cmp(&a.points));
    points.truncate(THINGS);
    points
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::Bank;
    use crate::critique::Critique;

    #[test]
    fn what_costs_most_comes_first_with_the_candidates_own_words() {
        let bank = Bank::shipped().unwrap();
        let rubric = bank.rubric("rag-vs-fine-tuning").unwrap();
        let said = "RAG looks things up.".to_owned();
        let rating = |criterion: &Criterion, level| Rating {
            id: criterion.id.clone(),
            level,
            reason: String::new(),
            advice: String::new(),
            evidence: vec![Evidence::slice(&said, 0, 3).unwrap()],
            missing: Vec::new(),
            unfounded: false,
        };
        let ratings = rubric.criteria.iter().enumerate();
        let ratings = ratings.map(|(at, it)| rating(it, if at == 0 { it.max_level() } else { 0 })).collect();
        let mistake = &rubric.mistakes[0];
        let flagged = FlaggedMistake {
            id: mistake.id.clone(),
            kind: mistake.kind,
            evidence: None,
            why: String::new(),
            advice: String::new(),
        };
        let critique = Critique { ratings, mistakes: vec![flagged], flags: Vec::new() };
        let answers = [Answered { rubric, said: said.clone(), grade: Grade::new(rubric, critique) }];
        let debrief = Debrief::new(&answers);
        assert_eq!(debrief.topics, [("rag", answers[0].grade.score.points())]);
        assert_eq!((debrief.strong.len(), debrief.strong[0].quote), (1, Some("RAG")));
        assert_eq!(debrief.strong[0].what.id, rubric.criteria[0].id);
        assert_eq!(debrief.work.len(), THINGS);
        assert!(debrief.work.is_sorted_by(|a, b| a.points >= b.points));
        assert!(Debrief::new(&[]).work.is_empty());
    }
}
